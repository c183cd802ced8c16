"""The filters of the list of cases, as they stand in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import msgspec

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.filing import Source
from casework.complaints.lifecycle import ENDED_STATES, OPEN_STATES, State
from casework.complaints.urgency import Urgency
from casework.queues.filters import QueueFilter
from casework.queues.finding import FIND_AT_MOST, Sought, sought
from casework.queues.tabs import Tab, end_of_day, tab_filter
from kit.clock import local

NARROWING = ("state", "unit", "category", "area", "urgency", "source", "days")
DAYS = ("1", "3", "7", "30", "90")
CODE_AT_MOST = 40
FORMER = {"tasks": Tab.MINE, "mine": Tab.MINE, "free": Tab.FREE, "today": Tab.TODAY, "overdue": Tab.OVERDUE}
"""Switches that addresses of earlier releases turned on; people have them among their bookmarks."""
UNCLOCKED = frozenset({State.SPLIT})
"""Open states in which nothing is due."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """One queue: its tab, and what that is narrowed by ("" for nothing). `after` is the place in the list.

    `days`: filed within so many days, today among them. What is searched is found whatever the tab and the state.
    """

    tab: Tab = Tab.OPEN
    state: str = ""
    unit: str = ""
    category: str = ""
    area: str = ""
    urgency: str = ""
    source: str = ""
    days: str = ""
    find: str = ""
    after: str = ""

    @property
    def query(self) -> str:
        """The part of an address after "?", with only what differs from the default."""
        fields = {
            "tab": "" if self.tab is Tab.OPEN else self.tab.value,
            **{name: getattr(self, name) for name in NARROWING},
            "find": self.find,
            "after": self.after,
        }
        return urlencode({name: value for name, value in fields.items() if value})

    @property
    def address(self) -> str:
        """The list with these filters."""
        return "/console/cases" + (f"?{self.query}" if self.query else "")

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The names of what narrows the tab."""
        return tuple(name for name in NARROWING if getattr(self, name))

    def on(self, tab: Tab) -> Filters:
        """The same narrowing under another tab, from its beginning; a search and a state are over then."""
        return replace(self, tab=tab, state="", find="", after="")

    def without(self, name: str) -> Filters:
        return replace(self, **{name: "", "after": ""})  # type: ignore[arg-type]

    def plain(self) -> Filters:
        """The tab alone."""
        return Filters(tab=self.tab)

    def at(self, after: str) -> Filters:
        return replace(self, after=after)

    def base(self, actor: Actor, now: datetime) -> QueueFilter:
        """What the tab shows, or everything the reader may see where something is searched."""
        return tab_filter(Tab.ALL if self.find else self.tab, actor, now)

    def wanted(self, actor: Actor, now: datetime) -> QueueFilter:
        """What to ask casework for, within what the reader may see."""
        base = self.base(actor, now)
        if self.find:
            return base
        changes: dict[str, object] = {
            name: getattr(self, name) or None for name in ("unit", "category", "area", "source")
        }
        if self.urgency:
            changes["urgency"] = Urgency(self.urgency)
        if self.days:
            changes["submitted_from_at"] = end_of_day(now) - timedelta(days=int(self.days))
        if self.state:
            state = State(self.state)
            changes["states"] = base.states & {state}
            changes["order"] = "due" if state in OPEN_STATES - UNCLOCKED else "newest"
        return msgspec.structs.replace(base, **changes)

    def meant(self, desk: Desk, now: datetime) -> Sought:
        """What is searched."""
        return sought(self.find, desk.bureau_code, local(now).date())


def searching(base: QueueFilter, found: Sought) -> QueueFilter:
    """The queue of what was searched. A place is looked for among what is open."""
    if found.meant == "day":
        return msgspec.structs.replace(
            base, submitted_from_at=found.from_at, submitted_before_at=found.before_at
        )
    if found.meant == "words":
        return msgspec.structs.replace(base, states=OPEN_STATES, words=found.words, order="due")
    return msgspec.structs.replace(base, references=found.references)


def states_under(tab: Tab) -> tuple[State, ...]:
    """The states to choose from under a tab, in the order of a case's life."""
    if tab is Tab.ALL:
        return tuple(State)
    if tab in (Tab.OPEN, Tab.ENDED):
        return tuple(one for one in State if (one in ENDED_STATES) == (tab is Tab.ENDED))
    return ()


def filters_of(query: str, units: frozenset[str]) -> tuple[Filters, bool]:
    """The filters in a query string, and whether every one of them could be understood."""
    understood = True
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=30):
        if name in given:
            understood = False
        given[name] = value
    checked: dict[str, str] = {}
    for name, allowed in (
        ("state", frozenset({*(one.value for one in State), "all"})),
        ("unit", units),
        ("urgency", frozenset(one.value for one in Urgency)),
        ("source", frozenset(one.value for one in Source)),
        ("days", frozenset(DAYS)),
    ):
        value = given.get(name, "")
        if value and value not in allowed:
            understood = False
        checked[name] = value if value in allowed else ""
    tab, known = _tab(given, checked["state"])
    if checked["state"] == "all" or (checked["state"] and State(checked["state"]) not in states_under(tab)):
        checked["state"] = ""
    return Filters(
        tab=tab,
        **checked,
        category=given.get("category", "")[:CODE_AT_MOST],
        area=given.get("area", "")[:CODE_AT_MOST],
        find=" ".join(given.get("find", "").split())[:FIND_AT_MOST],
        after=given.get("after", "")[:100],
    ), understood and known


def _tab(given: dict[str, str], state: str) -> tuple[Tab, bool]:
    """The tab that is meant, and whether it is one."""
    named = given.get("tab", "")
    if named:
        return (Tab(named), True) if named in Tab._value2member_map_ else (Tab.OPEN, False)
    for name, tab in FORMER.items():
        if given.get(name) == "1":
            return tab, True
    if state == "all":
        return Tab.ALL, True
    if state and State(state) in ENDED_STATES:
        return Tab.ENDED, True
    return Tab.OPEN, True
