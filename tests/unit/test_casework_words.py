"""Guessing a category, recognising what is not ours, and keeping what people type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from casework.complaints.category import recognise_elsewhere, suggest
from casework.complaints.profile import (
    ComplaintPolicy,
    ComplaintsSection,
    NotOursSection,
    PolicyError,
    PromisedLimit,
    Unit,
    UnitsSection,
)
from casework.complaints.wording import digest, kept, moment_params, optional, required
from casework.dangers.finding import find_danger
from casework.dangers.profile import DangerSection
from casework.people.phone import normalised_phone
from kit.clock import shown_end
from kit.problems import Invalid
from kit.profile import read_profile
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.casework_setting import POLICY
from web.console.words import Words as ConsoleWords
from web.h5.words import Words as H5Words

ROOT = Path(__file__).resolve().parents[2]


def test_the_category_with_most_matched_characters_is_suggested_with_its_words() -> None:
    found = suggest("楼下广场舞太吵，还有小贩", POLICY)
    assert found is not None
    assert found.category == "noise"
    assert found.words == ("广场舞太吵",)


def test_a_keyword_inside_a_longer_matched_one_counts_once() -> None:
    found = suggest("广场舞太吵", POLICY)
    assert found is not None
    assert found.points == len("广场舞太吵")


def test_full_width_and_spaces_do_not_hide_a_keyword() -> None:
    found = suggest("有人 摆 摊", POLICY)
    assert found is not None
    assert found.category == "vending"


def test_no_keyword_no_suggestion() -> None:
    assert suggest("请帮帮我", POLICY) is None


def test_a_matter_of_another_body_is_recognised() -> None:
    found = recognise_elsewhere("老板欠薪三个月", POLICY)
    assert found is not None
    assert found.subject.responsible_body == "人社局"


def test_what_may_be_ours_is_not_sent_elsewhere() -> None:
    assert recognise_elsewhere("摆摊的人说老板欠薪，占道", POLICY) is None


def test_danger_is_noticed() -> None:
    assert find_danger(POLICY.danger, "烧烤摊着火了") == ("着火",)
    assert find_danger(POLICY.danger, "烧烤摊很吵") == ()


def test_control_characters_go_and_line_breaks_stay() -> None:
    assert kept("  一\x00\x1b[31m行\r\n二行\t。\ud800 ") == "一[31m行\n二行\t。"
    assert kept("路灯\u202e坏了\u2066\U0001f468\u200d\U0001f469") == "路灯坏了\U0001f468\u200d\U0001f469"


def test_emoji_and_rude_words_are_kept() -> None:
    assert required("太差劲了😡", field="story", at_most=10) == "太差劲了😡"


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\u200b", "\x00"])
def test_text_without_a_visible_character_says_nothing(nothing: str) -> None:
    assert optional(nothing, field="comment", at_most=10) is None
    with pytest.raises(Invalid) as refused:
        required(nothing, field="story", at_most=10)
    assert refused.value.field == "story"


def test_text_that_is_too_long_is_refused_with_both_lengths() -> None:
    with pytest.raises(Invalid) as refused:
        optional("一" * 11, field="comment", at_most=10)
    assert (refused.value.params["at_most"], refused.value.params["length"]) == (10, 11)


def test_a_digest_tells_texts_apart_and_keeps_none() -> None:
    sealer = FieldSealer(KeyRing.random())
    assert digest(sealer, "甲") == digest(sealer, "甲") != digest(sealer, "乙")
    assert digest(sealer, None) is None


def test_a_digest_cannot_be_guessed_without_the_key() -> None:
    assert digest(FieldSealer(KeyRing.random()), "甲") != digest(FieldSealer(KeyRing.random()), "甲")


def test_no_moment_gives_no_placeholders() -> None:
    assert moment_params("due", None) == {}


def test_what_ends_at_midnight_is_said_to_end_with_the_day_before() -> None:
    midnight = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    assert moment_params("due", midnight) == {
        "due": "2026-12-03 24:00", "due_time": "24:00", "due_year": "2026", "due_month": "12", "due_day": "3",
    }  # fmt: skip
    assert moment_params("due", midnight + timedelta(hours=9))["due_day"] == "4"
    assert moment_params("at", midnight)["at"] == "2026-12-04 00:00"
    assert moment_params("valid_until", midnight)["valid_until"] == "2026-12-03 24:00"


@pytest.mark.parametrize(
    "typed",
    ["13800001234", "138 0000 1234", "+86 138-0000-1234", "８６１３８００００１２３４", "0571-8765 4321"],
)
def test_telephone_numbers_as_people_write_them(typed: str) -> None:
    assert normalised_phone(typed) in ("13800001234", "057187654321")


@pytest.mark.parametrize("typed", ["12345", "23800001234", "138000012345", "abc", "", "+1 202 555 0100"])
def test_what_is_no_number_in_china_is_none(typed: str) -> None:
    assert normalised_phone(typed) is None


def test_a_category_of_an_unknown_unit_is_refused_by_name() -> None:
    section = ComplaintsSection(
        groups=tuple(POLICY.groups.values()),
        categories=tuple(POLICY.categories.values()),
        limits=POLICY.limits,
    )
    with pytest.raises(PolicyError, match="night"):
        ComplaintPolicy.of(section, (Unit(code="street", name="街面"),), (), POLICY.danger)


def test_the_shipped_profile_makes_a_policy() -> None:
    sections = {
        "complaints": ComplaintsSection,
        "units": UnitsSection,
        "not_ours": NotOursSection,
        "danger": DangerSection,
    }
    document = read_profile(ROOT / "content" / "bureau")
    shipped = {name: msgspec.convert(document[name], kind) for name, kind in sections.items()}
    policy = ComplaintPolicy.of(*(shipped[name] for name in sections))
    assert 6 <= len(policy.groups) <= 8
    found = suggest("半夜施工打桩，吵得睡不着", policy)
    assert found is not None
    assert policy.unit_name(policy.categories[found.category].unit)


def test_a_limit_in_two_units_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="恰好用一个单位"):
        msgspec.convert({"working_days": 1, "natural_days": 2, "basis": "甲"}, PromisedLimit)


def test_a_category_of_an_unknown_group_is_refused() -> None:
    document = msgspec.to_builtins(
        ComplaintsSection(
            groups=tuple(POLICY.groups.values()),
            categories=tuple(POLICY.categories.values()),
            limits=POLICY.limits,
        )
    )
    document["categories"][0]["group"] = "moon"
    with pytest.raises(msgspec.ValidationError, match="moon"):
        msgspec.convert(document, ComplaintsSection)


def test_every_door_says_of_midnight_that_the_day_before_ends() -> None:
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert shown_end(midnight) == (date(2026, 11, 30), "24:00")
    assert shown_end(midnight - timedelta(hours=6)) == (date(2026, 11, 30), "18:00")
    catalogue = read_once.catalogue()
    assert H5Words(catalogue).end(midnight) == "2026年11月30日 24:00"
    assert ConsoleWords(catalogue).end(midnight, midnight - timedelta(days=9)) == "11-30 24:00"
    assert ConsoleWords(catalogue).end(midnight, midnight - timedelta(hours=8)) == catalogue.text(
        "console.time.today", time="24:00"
    )
