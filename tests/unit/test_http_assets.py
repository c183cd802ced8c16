"""Static files: the address follows the content, vendored ones match their manifest."""

import hashlib
import json
from pathlib import Path

import pytest

from kit.http.assets import Assets, AssetsError

SCRIPT = b"console.log(1);" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vendored = tmp_path / "vendor" / "thing"
    vendored.mkdir(parents=True)
    (vendored / "thing.js").write_bytes(SCRIPT)
    (vendored / "LICENSE").write_text("0BSD")
    _write_manifest(vendored)
    (tmp_path / "own.css").write_text("body{}")
    return tmp_path


def _write_manifest(vendored: Path, **changes: object) -> None:
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendored.iterdir()
        if path.name != "manifest.json"
    }
    manifest = {
        "name": "thing",
        "version": "1.0",
        "licence": "0BSD",
        "source": "npm",
        "files": files,
    } | changes
    (vendored / "manifest.json").write_text(json.dumps(manifest))


def test_an_address_changes_with_the_content(folder: Path) -> None:
    before = Assets.load(folder)
    (folder / "own.css").write_text("body{color:red}")
    after = Assets.load(folder)
    assert before.url("own.css") != after.url("own.css")
    assert before.url("vendor/thing/thing.js") == after.url("vendor/thing/thing.js")
    assert hashlib.sha256(SCRIPT).hexdigest()[:12] in after.url("vendor/thing/thing.js")


def test_a_bundle_joins_its_parts(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    assets = Assets.load(folder, bundles={"all.css": [folder / "own.css", tmp_path / "a.txt"]})
    assert hashlib.sha256(b"body{}\na").hexdigest()[:12] in assets.url("all.css")


def test_an_unknown_name_is_an_error_not_a_dead_link(folder: Path) -> None:
    with pytest.raises(KeyError):
        Assets.load(folder).url("nothing.css")


def test_a_changed_vendored_file_stops_the_start(folder: Path) -> None:
    (folder / "vendor" / "thing" / "thing.js").write_bytes(SCRIPT + b"fetch('//evil')")
    with pytest.raises(AssetsError, match="不一致"):
        Assets.load(folder)


def test_unlisted_missing_and_unlicensed_files_are_all_told_at_once(folder: Path) -> None:
    vendored = folder / "vendor" / "thing"
    _write_manifest(vendored, licence=" ")
    (vendored / "extra.js").write_text("x")
    (vendored / "LICENSE").unlink()
    (folder / "vendor" / "other").mkdir()
    with pytest.raises(AssetsError) as caught:
        Assets.load(folder)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("manifest", ["", "{}", '{"name": 1}', "[]"])
def test_an_unreadable_manifest_is_one_sentence(folder: Path, manifest: str) -> None:
    (folder / "vendor" / "thing" / "manifest.json").write_text(manifest)
    with pytest.raises(AssetsError, match="清单格式不对"):
        Assets.load(folder)
