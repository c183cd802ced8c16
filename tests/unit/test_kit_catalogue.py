from __future__ import annotations

from pathlib import Path

import pytest

from kit.catalogue import Catalogue, CatalogueError

SHIPPED = Path(__file__).parents[2] / "content/catalogue/zh_CN"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_nested_maps_become_dotted_keys(tmp_path):
    texts = Catalogue.load(written(tmp_path, bot="bot:\n  hello: 您好，{name}\n", web="web: {title: 首页}\n"))
    assert texts.text("bot.hello", name="王女士") == "您好，王女士"
    assert texts.text("web.title") == "首页"
    assert set(texts.keys()) == {"bot.hello", "web.title"}
    assert texts.placeholders("bot.hello") == {"name"}
    assert texts.has("web.title")
    assert not texts.has("web")
    assert texts.under("bot") == {"hello": "您好，{name}"}


def test_a_missing_key_and_a_missing_value_are_named():
    texts = Catalogue({"a.b": "{x}"})
    with pytest.raises(CatalogueError, match=r"a\.c"):
        texts.text("a.c")
    with pytest.raises(CatalogueError, match="x"):
        texts.text("a.b")
    with pytest.raises(CatalogueError, match=r"a\.c"):
        texts.placeholders("a.c")


def test_values_the_text_does_not_ask_for_are_ignored_and_braces_can_be_written():
    assert Catalogue({"a": "{{{x}}}"}).text("a", x=1, y=2) == "{1}"


def test_a_value_with_braces_is_not_filled_in_again():
    assert Catalogue({"a": "{x}"}).text("a", x="{secret}", secret="s") == "{secret}"


@pytest.mark.parametrize("text", ["{x.y}", "{x[0]}", "{x!r}", "{x:>9}", "{0}", "{}", "{x", "x}"])
def test_only_plain_names_may_stand_in_braces(text):
    with pytest.raises(CatalogueError):
        Catalogue({"a": text})


def test_every_fault_is_reported_with_file_and_line(tmp_path):
    written(
        tmp_path,
        a="x:\n  one: 一\n  one: 二\n",
        b="y:\n  n: 5\n  empty: '  '\n  list: [一]\n  open: '{'\n",
        c="z: 一\n",
        d="z: 二\n",
        e="key: [",
    )
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(tmp_path, tmp_path / "nowhere")
    faults = "\n".join(caught.value.faults)
    assert "a.yaml 第 3 行" in faults
    for line in (2, 3, 4, 5):
        assert f"b.yaml 第 {line} 行" in faults
    assert "d.yaml 第 1 行" in faults
    assert "c.yaml 第 1 行" in faults
    assert "e.yaml" in faults
    assert "nowhere" in faults


def test_anchors_are_refused_so_that_a_small_file_cannot_become_enormous(tmp_path):
    written(tmp_path, a="a: &x 一\nb: *x\n")
    with pytest.raises(CatalogueError, match="锚点"):
        Catalogue.load(tmp_path)


def test_files_that_are_not_text_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_bytes("键: 值".encode("gbk"))
    with pytest.raises(CatalogueError, match="UTF-8"):
        Catalogue.load(tmp_path)


def test_the_shipped_generic_texts_load():
    for name in ("problems", "audit", "calendar"):
        assert Catalogue.load(SHIPPED / f"{name}.yaml").keys()
