"""How the console says times, and how it reads its addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest

from casework.complaints.lifecycle import State
from casework.complaints.urgency import Urgency
from casework.queues.finding import sought
from casework.queues.tabs import Tab
from casework.queues.views import QueueRow
from kit.catalogue import Catalogue
from tests.casework_setting import POLICY
from web.console.filters import Filters, filters_of
from web.console.queue_lines import line_of
from web.console.visitor import HOME, safe_next
from web.console.words import Words
from web.rendering import Pages

CATALOGUE = Catalogue.load(Path(__file__).parents[2] / "content" / "catalogue" / "zh_CN")
WORDS = Words(CATALOGUE)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(days=12, hours=3), "剩 12 天", "good"),
        (timedelta(days=1, hours=4, minutes=5), "剩 1 天 4 小时", "good"),
        (timedelta(days=2), "剩 2 天", "good"),
        (timedelta(hours=8), "剩 8 小时", "soon"),
        (timedelta(hours=3, minutes=20), "剩 3 小时 20 分", "soon"),
        (timedelta(minutes=25), "剩 25 分钟", "soon"),
        (timedelta(seconds=20), "剩 不到 1 分钟", "soon"),
        (timedelta(0), "超期 不到 1 分钟", "late"),
        (timedelta(hours=-26), "超期 1 天 2 小时", "late"),
    ],
)
def test_a_limit_is_said_in_its_two_largest_units(left: timedelta, words: str, tone: str) -> None:
    shown = WORDS.countdown(State.ASSIGNED, NOW + left, NOW)
    assert shown is not None
    assert (shown.words, shown.tone) == (words, tone)


def test_a_day_that_ends_a_limit_is_that_day_not_the_next() -> None:
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    shown = WORDS.countdown(State.WAITING, midnight, NOW)
    assert shown is not None
    assert shown.at == "11-30 24:00"
    assert WORDS.moment(midnight, NOW) == "12-01 00:00"


@pytest.mark.parametrize(("verify", "form"), [(False, "act-answer"), (True, "act-report_handled")])
def test_the_button_in_the_street_opens_the_form_that_the_case_has(verify: bool, form: str) -> None:
    vending = msgspec.structs.replace(POLICY.categories["vending"], verify=verify)
    policy = replace(POLICY, categories={**POLICY.categories, "vending": vending})
    door: Any = SimpleNamespace(words=WORDS, desk=SimpleNamespace(policy=policy))
    row = QueueRow(
        id=UUID(int=1),
        reference="QS-TS-261123-0001-W",
        state=State.ASSIGNED,
        revision=1,
        category="vending",
        category_name="",
        urgency=Urgency.ORDINARY,
        opening="",
        place_text="",
        latitude=None,
        longitude=None,
        unit=None,
        unit_name="",
        assignee_id=None,
        assignee_name="",
        source="phone",
        submitted_at=NOW,
        due_at=None,
        overdue=False,
        disputed=False,
        supervised=False,
        times_reminded=0,
        has_phone=False,
    )
    line = line_of(door, row, NOW, back="", several=False, street=True, may_call=False)
    assert line.answer.endswith(f"#{form}")


def test_the_citizens_own_time_never_looks_like_the_bureaus() -> None:
    for left in (timedelta(hours=1), timedelta(hours=-1)):
        shown = WORDS.countdown(State.ANSWERED, NOW + left, NOW)
        assert shown is not None
        assert shown.tone == "plain"
        assert "评价期" in shown.words
    assert WORDS.countdown(State.CLOSED, None, NOW) is None


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "今天 09:30"),
        (NOW - timedelta(hours=10), "昨天 23:30"),
        (NOW + timedelta(hours=15), "明天 00:30"),
        (NOW - timedelta(days=9), "11-14 09:30"),
        (NOW - timedelta(days=400), "2025-10-19 09:30"),
    ],
)
def test_a_moment_is_as_short_as_it_stays_clear(at: datetime, words: str) -> None:
    assert WORDS.moment(at, NOW) == words


def test_filters_survive_the_way_through_an_address() -> None:
    wanted = Filters(tab=Tab.OPEN, state="assigned", unit="street", category="vending", after="2026-11-23~x")
    assert filters_of(wanted.query, frozenset({"street"})) == (wanted, True)
    for tab in Tab:
        assert filters_of(Filters(tab=tab).query, frozenset()) == (Filters(tab=tab), True)
    assert Filters().address == "/console/cases"


@pytest.mark.parametrize(
    ("query", "tab"),
    [
        ("tasks=1", Tab.MINE), ("mine=1", Tab.MINE), ("free=1", Tab.FREE), ("overdue=1", Tab.OVERDUE),
        ("state=all", Tab.ALL), ("state=closed", Tab.ENDED), ("state=submitted", Tab.OPEN),
    ],
)  # fmt: skip
def test_addresses_of_earlier_releases_still_lead_to_their_lists(query: str, tab: Tab) -> None:
    filters, understood = filters_of(query, frozenset())
    assert (filters.tab, understood) == (tab, True)


@pytest.mark.parametrize(
    "query",
    ["state=nonsense", "unit=x", "state=closed&state=all", "tab=x", "days=2", "urgency=x", "source=x"],
)
def test_filters_that_mean_nothing_are_dropped_and_said(query: str) -> None:
    _, understood = filters_of(query, frozenset({"street"}))
    assert not understood


@pytest.mark.parametrize("text", ["QS-TS-261122-0051-A", "＜脚本＞", "%", "QS_TS", "QS-TS-2611"])
def test_what_can_be_no_reference_is_told_apart(text: str) -> None:
    assert sought(text, "QS", NOW.date()).meant in ("wrong", "words")
    assert sought(text, "QS", NOW.date()).references == ()


@pytest.mark.parametrize("text", ["0051", "51", "261122-0051", "QS-TS-261122-0051", "0051-J"])
def test_a_piece_of_a_reference_is_made_whole(text: str) -> None:
    assert "QS-TS-261122-0051-J" in sought(text, "QS", NOW.date()).references


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/console/",
        "/console/\\x",
        "/console/login?next=x",
        "console/",
        "/x",
    ],
)
def test_after_a_login_only_our_own_pages_are_gone_to(address: str) -> None:
    assert safe_next(address) == HOME


def test_a_name_a_template_does_not_get_is_an_error_and_everything_is_escaped() -> None:
    pages = Pages(CATALOGUE, lambda name: f"/assets/{name}")
    environment = pages._environment
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises(Exception, match="undefined"):
        environment.from_string("{{ nothing_of_the_kind }}").render()
