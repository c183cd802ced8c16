from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from kit.profile import ProfileError, build_profile, read_profile


class Office(msgspec.Struct, frozen=True):
    name: str
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9-]{5,}$")]
    floors: int = 1


class Shelf(msgspec.Struct, frozen=True):
    code: str
    words: tuple[str, ...] = ()


class Shelves(msgspec.Struct, frozen=True):
    shelves: list[Shelf]
    by_room: dict[str, Shelf] = {}
    favourite: Shelf | None = None


class Doors(msgspec.Struct, frozen=True):
    opens: str
    closes: str

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("关门不晚于开门")


class Pages(msgspec.Struct, frozen=True):
    size: int = 20


SECTIONS = {"office": Office, "library": Shelves, "pages": Pages}
GOOD = "office: {name: 某局, phone: 0755-12345}\nlibrary:\n  shelves:\n    - {code: a, words: [甲, 乙]}\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def faults(path: Path, sections=SECTIONS) -> str:
    with pytest.raises(ProfileError) as caught:
        build_profile(read_profile(path), sections)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return str(caught.value)


def test_sections_come_as_the_structs_their_features_declared(tmp_path):
    profile = build_profile(read_profile(written(tmp_path, a=GOOD)), SECTIONS)
    assert profile.section(Office) == Office("某局", "0755-12345")
    assert profile.section(Shelves).shelves[0].words == ("甲", "乙")
    assert profile.section(Pages).size == 20


def test_one_file_or_several_in_a_folder_say_the_same(tmp_path):
    office, library = GOOD.split("library:")
    folder = written(tmp_path, a=office, b="library:" + library, c="")
    single = tmp_path / "single"
    single.write_text(GOOD)
    assert read_profile(folder) == read_profile(single)


def test_a_value_is_found_by_its_dotted_path(tmp_path):
    profile = build_profile(read_profile(written(tmp_path, a=GOOD)), SECTIONS)
    assert profile.at("office.floors") == 1
    assert profile.at("bureau.pages.size") == 20
    assert profile.at("office.roof.colour") is None


def test_an_undeclared_struct_is_not_in_the_profile(tmp_path):
    profile = build_profile(read_profile(written(tmp_path, a=GOOD)), SECTIONS)
    with pytest.raises(LookupError, match="Doors"):
        profile.section(Doors)


def test_every_mistake_is_explained_with_file_and_line(tmp_path):
    written(
        tmp_path,
        a="office:\n  name: 5\n  phone: 城管\n  floor: 3\nlibary: {}\n",
        b="library:\n  shelves:\n    - code: a\n    - words: [甲, 1]\n  by_room:\n    north: {code: 7}\n  favourite: {cod: x}\n",
    )
    text = faults(tmp_path)
    for expected in (
        "a.yaml 第 2 行：“office.name”应是文字，现在是整数。",
        "a.yaml 第 3 行：“office.phone”应是文字，且符合格式",
        "a.yaml 第 4 行：不认识“floor”，是不是“floors”？",
        "a.yaml 第 5 行：不认识“libary”这一节，是不是“library”？",
        "b.yaml 第 4 行：“library.shelves 第 2 项”里缺少“code”。",
        "b.yaml 第 4 行：“library.shelves 第 2 项 words 第 2 项”应是文字，现在是整数。",
        "b.yaml 第 6 行：“library.by_room.north.code”应是文字，现在是整数。",
        "b.yaml 第 7 行：不认识“cod”，是不是“code”？",
    ):
        assert expected in text


def test_a_missing_section_is_named_unless_it_has_defaults(tmp_path):
    text = faults(written(tmp_path, a="office: {name: 某局, phone: 0755-12345}"))
    assert text == "单位画像缺少“library”这一节。"


def test_a_section_written_twice_names_both_places(tmp_path):
    written(tmp_path, a="office: {name: 甲, phone: '12345'}\n", b="# 另一份\noffice: {}\n")
    text = faults(tmp_path)
    assert "b.yaml 第 2 行" in text
    assert "a.yaml 第 1 行" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 一\n- 二\n", "最外层"),
        ("office: [\n", "YAML 格式有误"),
        ("office: {opened: 2026-02-30}\n", "不成立"),
        ("on: 1\n", "键必须是文字"),
        ("office: !!python/object/apply:os.system [ls]\n", "第 1 行"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(tmp_path, text, said):
    assert said in faults(written(tmp_path, a=text))


def test_a_path_that_is_not_there_or_holds_nothing_is_explained(tmp_path):
    assert "找不到" in faults(tmp_path / "nowhere")
    assert "没有 YAML 文件" in faults(tmp_path)


def test_a_rule_of_the_struct_itself_is_explained_in_its_own_words(tmp_path):
    text = faults(written(tmp_path, a="doors:\n  opens: '18:00'\n  closes: '09:00'\n"), {"doors": Doors})
    assert text == f"{tmp_path / 'a.yaml'} 第 1 行：“doors”不成立：关门不晚于开门。"


def test_a_command_may_need_only_some_sections(tmp_path):
    document = read_profile(written(tmp_path, a=GOOD))
    assert build_profile(document, {"office": Office}, strict=False).section(Office).name == "某局"
    with pytest.raises(ProfileError, match="不认识“library”"):
        build_profile(document, {"office": Office})
