"""The key ring: made once, private, complete or a clear refusal."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from kit.secrets import SECRET_NAMES, KeyRing, KeyRingError


def _open_and_report(folder: Path, start: object, answers: object) -> None:
    start.wait()
    ring = KeyRing.open(folder, create=True)
    answers.put([ring.fingerprint(name) for name in SECRET_NAMES])


def test_many_processes_creating_at_once_share_one_set_of_keys(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Event(), fork.SimpleQueue()
    processes = [
        fork.Process(target=_open_and_report, args=(tmp_path / "keys", start, answers)) for _ in range(8)
    ]
    for process in processes:
        process.start()
    start.set()
    seen = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    assert all(fingerprints == seen[0] for fingerprints in seen)
    assert len(set(seen[0])) == len(SECRET_NAMES)


def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    KeyRing.open(folder, create=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(path.name for path in folder.iterdir())
    assert files == [".lock", *sorted(f"{name}.key" for name in SECRET_NAMES)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_an_existing_key_is_never_replaced(tmp_path: Path) -> None:
    before = KeyRing.open(tmp_path, create=True)
    (tmp_path / "files.key").unlink()
    after = KeyRing.open(tmp_path, create=True)
    assert before.secret("audit") == after.secret("audit")
    assert before.verify_key == after.verify_key
    assert before.secret("files") != after.secret("files")


def test_a_missing_key_is_one_sentence_that_names_it(tmp_path: Path) -> None:
    KeyRing.open(tmp_path, create=True)
    (tmp_path / "audit.key").unlink()
    with pytest.raises(KeyRingError, match=r"audit\.key") as caught:
        KeyRing.open(tmp_path, create=False)
    assert str(caught.value).endswith("。")


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyRingError, match="KEY_DIR"):
        KeyRing.open(tmp_path / "nowhere", create=False)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KeyRingError, match="无法使用"):
        KeyRing.open(tmp_path / "file" / "keys", create=True)


@pytest.mark.parametrize("content", [b"", b"abc", b"z" * 64, b"0" * 63, b"0" * 66])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    KeyRing.open(tmp_path, create=True)
    (tmp_path / "fields.key").write_bytes(content)
    with pytest.raises(KeyRingError, match="已损坏"):
        KeyRing.open(tmp_path, create=True)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    KeyRing.open(tmp_path, create=True)
    (tmp_path / "fields.key").chmod(0o644)
    with pytest.raises(KeyRingError, match="权限过宽"):
        KeyRing.open(tmp_path, create=False)


def test_neither_repr_nor_errors_show_key_material(tmp_path: Path) -> None:
    ring = KeyRing.random()
    shown = repr(ring) + ring.fingerprint("audit")
    assert ring.secret("audit").hex() not in shown
    with pytest.raises(KeyRingError):
        ring.secret("unknown")


def test_derived_keys_differ_by_secret_and_purpose() -> None:
    ring = KeyRing.random()
    derived = {ring.derive("files", "a", 16), ring.derive("files", "b", 16), ring.derive("fields", "a", 16)}
    assert len(derived) == 3


def test_the_signing_key_signs_for_the_published_key() -> None:
    ring = KeyRing.random()
    ring.signing_key.public_key().verify(ring.signing_key.sign(b"head"), b"head")
    assert len(ring.verify_key) == 32
