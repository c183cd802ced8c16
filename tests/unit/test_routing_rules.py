"""The rules by which complaints find their unit: tables of rules, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from casework.complaints.ports import RoutingFacts
from casework.complaints.urgency import Urgency
from casework.routing.explained import Why, explained
from casework.routing.loading import Nested, nesting
from casework.routing.profile import RoutingError, RoutingSection
from casework.routing.roster import Person, Post, Roster, StandIn, Turn
from casework.routing.router import RuleRouter, unreachable
from tests.casework_setting import POLICY, calendar, person

MONDAY_NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
SATURDAY_NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)
SATURDAY_AT_TWO = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""02:00 in Shanghai, in the night of a Friday."""
NATIONAL_DAY = datetime(2026, 10, 1, 4, tzinfo=UTC)
PLACES = ("G-12", "湖东三网格", "S-3", "湖东街道", "D-1", "清水区")
CHIEF, DEPUTY, GONE, NO_HANDLER = person(21), person(22), person(23), person(24)
EVER = (datetime(2026, 1, 1, tzinfo=UTC), None)
ROSTER = Roster(
    turns=(
        Turn(Post.STREET_CHIEF, "S-3", "street", CHIEF, *EVER),
        Turn(Post.GRID_OFFICER, "G-12", None, GONE, *EVER),
        Turn(Post.ON_DUTY, "night", "night", GONE, *EVER),
        Turn(Post.ON_DUTY, "night", "night", CHIEF, datetime(2026, 11, 28, tzinfo=UTC), None),
    ),
    people=(
        Person(CHIEF, "chief", "街长", None, True),
        Person(DEPUTY, "deputy", "副街长", None, True),
        Person(GONE, "gone", "已走", datetime(2026, 2, 1, tzinfo=UTC), True),
        Person(NO_HANDLER, "other", "别的岗", None, False),
    ),
    stand_ins=(StandIn(CHIEF, DEPUTY, date(2026, 11, 23), date(2026, 11, 25)),),
)


def rules(*written: dict[str, Any], **more: Any) -> RuleRouter:
    numbered = [{"code": f"r{at}", "name": f"规则{at}"} | one for at, one in enumerate(written, 1)]
    section = msgspec.convert({"rules": numbered, **more}, RoutingSection)
    return RuleRouter(section, POLICY, calendar())


def facts(**more: Any) -> RoutingFacts:
    given = {
        "category": "vending",
        "area": None,
        "grid": None,
        "urgency": Urgency.ORDINARY,
        "source": "wechat",
        "at": MONDAY_NOON,
    }
    return RoutingFacts(**(given | more))


NIGHT = {"to": {"unit": "night"}}


@pytest.mark.parametrize(
    ("when", "more", "why"),
    [
        ({}, {}, Why.TAKEN),
        ({"categories": ["vending"]}, {}, Why.TAKEN),
        ({"categories": ["vending"]}, {"category": "noise"}, Why.CATEGORY),
        ({"groups": ["street"]}, {}, Why.TAKEN),
        ({"groups": ["street"]}, {"category": None}, Why.CATEGORY),
        ({"kinds": ["part", "event"]}, {}, Why.TAKEN),
        ({"areas": ["湖东街道"]}, {}, Why.TAKEN),
        ({"areas": ["G-12"]}, {}, Why.TAKEN),
        ({"areas": ["湖西街道"]}, {}, Why.AREA),
        ({"urgency": ["urgent", "emergency"]}, {"urgency": Urgency.URGENT}, Why.TAKEN),
        ({"urgency": ["urgent"]}, {}, Why.URGENCY),
        ({"sources": ["phone", "wechat"]}, {}, Why.TAKEN),
        ({"sources": ["phone"]}, {}, Why.SOURCE),
        ({"hours": "08:00-18:00"}, {}, Why.TAKEN),
        ({"hours": "08:00-12:00"}, {}, Why.HOURS),
        ({"hours": "18:00-08:00"}, {}, Why.HOURS),
        ({"hours": "18:00-08:00"}, {"at": SATURDAY_AT_TWO}, Why.TAKEN),
        ({"days": ["working"]}, {}, Why.TAKEN),
        ({"days": ["working"]}, {"at": SATURDAY_NOON}, Why.DAYS),
        ({"days": ["resting"]}, {"at": SATURDAY_AT_TWO}, Why.TAKEN),
        # What began on Friday evening is still Friday's night.
        ({"days": ["working"], "hours": "18:00-08:00"}, {"at": SATURDAY_AT_TWO}, Why.TAKEN),
        ({"days": ["resting"], "hours": "18:00-08:00"}, {"at": SATURDAY_AT_TWO}, Why.DAYS),
        ({"days": ["国庆节"]}, {"at": NATIONAL_DAY}, Why.TAKEN),
        ({"days": ["国庆节"]}, {}, Why.DAYS),
        ({"days": ["迎检"]}, {}, Why.TAKEN),
    ],
)
def test_a_rule_holds_where_everything_it_asks_fits(when: Any, more: Any, why: Why) -> None:
    dates = [{"name": "迎检", "from": "2026-11-20", "to": "2026-11-23"}]
    router = rules({"when": when, **NIGHT}, dates=dates)
    decided = router.decide(facts(**more), PLACES)
    assert [one.why for one in decided.rules] == [why]
    assert decided.rule == ("r1" if why is Why.TAKEN else None)


@pytest.mark.parametrize(
    ("to", "more", "who", "unit"),
    [
        ({"street_chief": True}, {"at": NATIONAL_DAY}, CHIEF, "street"),
        ({"street_chief": True, "unit": "night"}, {"at": NATIONAL_DAY}, CHIEF, "night"),
        ({"street_chief": True}, {}, DEPUTY, "street"),
        ({"grid_officer": True}, {}, Why.GONE, "street"),
        ({"on_duty": "night"}, {"at": SATURDAY_NOON}, CHIEF, "night"),
        ({"on_duty": "night"}, {}, Why.GONE, "street"),
        ({"on_duty": "street"}, {}, Why.NOBODY, "street"),
        ({"officer": "chief", "unit": "night"}, {"at": NATIONAL_DAY}, CHIEF, "night"),
        ({"officer": "other"}, {}, Why.GONE, "street"),
        ({"officer": "nobody"}, {}, Why.GONE, "street"),
    ],
)
def test_a_rule_leads_to_who_holds_the_post_then(to: Any, more: Any, who: Any, unit: str) -> None:
    decided = rules({"to": to}).decide(facts(**more), PLACES, ROSTER)
    assert decided.unit == unit
    if isinstance(who, Why):
        assert (decided.to, decided.assignee_id, decided.rules[0].why) == ("category", None, who)
    else:
        assert decided.assignee_id == who
        assert decided.for_id == (CHIEF if who == DEPUTY else None)


def test_without_a_place_nobody_is_chief_of_it_and_the_next_rule_is_tried() -> None:
    decided = rules({"to": {"street_chief": True}}, {"enabled": False, **NIGHT}, NIGHT).decide(
        facts(), (), ROSTER
    )
    assert [(one.code, one.why) for one in decided.rules] == [
        ("r1", Why.NOWHERE),
        ("r2", Why.OFF),
        ("r3", Why.TAKEN),
    ]
    assert (decided.unit, decided.name) == ("night", "规则3")
    assert explained(decided.as_json()) == decided


@pytest.mark.parametrize("stored", [None, "", "nonsense", "{}", '{"at":1}'])
def test_what_cannot_be_read_explains_nothing(stored: str | None) -> None:
    assert explained(stored) is None


def test_a_case_without_a_category_stays_with_those_who_dispatch() -> None:
    decided = rules().decide(facts(category=None))
    assert (decided.to, decided.unit, decided.tried) == ("dispatch", None, "")


def test_only_what_fitting_rules_ask_for_is_read() -> None:
    router = rules(
        {"when": {"categories": ["noise"]}, "to": {"officer": "never"}},
        {"to": {"on_duty": "night"}},
        {"to": {"officer": "chief"}},
        NIGHT,
        {"to": {"street_chief": True}},
    )
    wanted = router.wanted(facts())
    assert (wanted.posts, wanted.units, wanted.logins) == ({Post.ON_DUTY}, {"night"}, {"chief"})
    assert rules(NIGHT).wanted(facts()).is_nothing
    assert [*unreachable(router.rules)] == ["r5"]


def test_rules_named_in_the_order_come_first_and_others_follow() -> None:
    router = rules(NIGHT, NIGHT, NIGHT, order=["r3", "gone", "r2"])
    assert [rule.code for rule in router.rules] == ["r3", "r2", "r1"]


def test_a_grid_lies_in_its_street_and_that_in_its_district() -> None:
    known = {
        "G": Nested("网格", "S"),
        "S": Nested("街道", "D"),
        "D": Nested("区", None),
        "O": Nested("圈", "O"),
    }
    assert nesting(("G", "S"), known) == ("G", "网格", "S", "街道", "D", "区")
    assert nesting((None, "O"), known) == ("O", "圈")
    assert nesting(("X", None), known) == ("X",)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"to": {}}, "派给谁"),
        ({"to": {"street_chief": True, "officer": "chief"}}, "只能写一个"),
        ({"to": {"on_duty": "night", "unit": "street"}}, "只写 on_duty"),
        ({"when": {"hours": "8-18"}, **NIGHT}, "18:00-08:00"),
        ({"when": {"hours": "08:00-08:00"}, **NIGHT}, "起止相同"),
        ({"when": {"days": ["working", "resting"]}, **NIGHT}, "等于没有写"),
        ({"when": {"colour": "red"}, **NIGHT}, "colour"),
        ({"when": {"categories": ["nothing"]}, **NIGHT}, "没有代码是 nothing 的分类"),
        ({"to": {"unit": "nobody"}}, "没有代码是 nobody 的单位"),
        ({"when": {"categories": ["vending"], "groups": ["noise"]}, **NIGHT}, "永远用不上"),
        ({"code": "same", **NIGHT}, "写了两次"),
    ],
)
def test_rules_that_contradict_themselves_or_the_profile_are_refused(written: Any, sentence: str) -> None:
    twice = (written, written) if "code" in written else (written,)
    with pytest.raises((msgspec.ValidationError, RoutingError), match=sentence):
        rules(*twice)
