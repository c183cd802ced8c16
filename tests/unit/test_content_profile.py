from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.profile import PROFILE_SECTIONS, complaint_policy
from app.shipped import CATALOGUE_FOLDER, SHIPPED_PROFILE
from casework.complaints.category import suggest
from casework.complaints.profile import ComplaintPolicy
from casework.dangers.profile import DangerSection
from content.bureau_profile import BureauSection, HoursSection, TextsSection
from kit.catalogue import Catalogue
from kit.profile import ProfileError, build_profile, read_profile


@pytest.fixture(scope="module")
def document() -> Any:
    return read_profile(Path(SHIPPED_PROFILE))


def test_the_shipped_profile_fits_every_declared_section(document: Any) -> None:
    profile = build_profile(document, PROFILE_SECTIONS)
    assert profile.section(BureauSection).reference_code == "QS"


def test_the_shipped_sections_agree_with_each_other(document: Any) -> None:
    policy = ComplaintPolicy.of(
        *(
            msgspec.convert(document[name], PROFILE_SECTIONS[name])
            for name in ("complaints", "units", "not_ours", "danger")
        )
    )
    assert len(policy.groups) <= 8


def test_the_danger_sentence_exists(document: Any) -> None:
    section = msgspec.convert(document["danger"], DangerSection)
    assert Catalogue.load(CATALOGUE_FOLDER).has(section.sentence_key)


@pytest.mark.parametrize(
    ("story", "category"),
    [
        ("路口好多小贩摆摊卖水果", "street_vending"),
        ("七八个菜摊摆到机动车道上", "street_vending"),
        ("工地半夜还在浇混凝土", "construction_noise"),
        ("垃圾桶满了三天没人收", "litter"),
        ("半夜工地打桩吵死了", "construction_noise"),
        ("井盖没了太危险", "manhole"),
        ("邻居在楼顶加盖房子", "illegal_building"),
        ("共享单车堵住盲道", "bike_parking"),
        ("路边的车占着盲道", "parking"),
        ("渣土车撒了一路", "muck_truck"),
        ("楼下饭店油烟呛人", "cooking_fumes"),
        ("电线杆上贴满小广告", "small_ads"),
        ("广场舞音响太吵", "living_noise"),
        ("有人遛狗不牵绳", "dogs"),
        ("路灯不亮好几天了", "street_lamp"),
        ("马路上好多大坑", "road_damage"),
    ],
)
def test_everyday_complaints_find_their_category(document: Any, story: str, category: str) -> None:
    found = suggest(story, complaint_policy(build_profile(document, PROFILE_SECTIONS)))
    assert found is not None
    assert found.category == category


@pytest.mark.parametrize(
    ("section", "value", "complaint"),
    [
        (BureauSection, {"reference_code": "qs1"}, "reference_code"),
        (BureauSection, {"reference_code": "GS"}, "编号字母 GS"),
        (HoursSection, {"periods": [{"from": "12:00", "to": "08:30"}]}, "不晚于"),
        (
            HoursSection,
            {"periods": [{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]},
            "重叠",
        ),
        (HoursSection, {"periods": []}, "length"),
        (TextsSection, {"greeting": "您好，{city}"}, "city"),
    ],
)
def test_a_mistake_in_a_section_is_named(
    document: Any, section: type[msgspec.Struct], value: dict[str, Any], complaint: str
) -> None:
    name = {BureauSection: "bureau", HoursSection: "hours", TextsSection: "texts"}[section]
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.convert({**document[name], **value}, section)


@pytest.mark.parametrize(
    ("section", "field", "value", "words"),
    [
        ("bureau", "phone", "abc", "3 到 15 位数字，可以有短横线"),
        ("bureau", "reference_code", "qs1", "2 到 4 个大写字母"),
    ],
)
def test_a_format_is_told_in_words_not_as_a_pattern(
    tmp_path: Path, document: Any, section: str, field: str, value: str, words: str
) -> None:
    (tmp_path / "all.yaml").write_bytes(
        msgspec.json.encode(document | {section: document[section] | {field: value}})
    )
    with pytest.raises(ProfileError) as refused:
        build_profile(read_profile(tmp_path / "all.yaml"), PROFILE_SECTIONS)
    assert words in str(refused.value)
    assert "[0-9]" not in str(refused.value)
    assert "^" not in str(refused.value)


def test_every_section_of_the_profile_is_explained_to_the_operator() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    assert [name for name in PROFILE_SECTIONS if f"| `{name}` |" not in guide] == []
