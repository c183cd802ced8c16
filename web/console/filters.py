"""The filters of the list of cases, as they stand in the address."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from casework.actors import EVERY_UNIT
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.queries import QueueFilter
from casework.complaints.sight import held_by
from casework.roles import Role
from kit.clock import local
from kit.references import parse_reference
from web.console.visitor import Visitor

ALL = "all"
SWITCHES = ("mine", "tasks", "free", "today", "overdue")
FIND_AT_MOST = 40
SHORTEST_WHOLE_REFERENCE = 14
"""What is at least this long is meant as a whole reference, so its check character must be right."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """`state` is "" (everything open), "all" or one state. `after` is the place in the list.

    `tasks` are the viewer's own cases and those of their unit that nobody has yet; `mine` only their own; `free` what
    nobody has; `today` what ends today or has ended.
    """

    state: str = ""
    unit: str = ""
    mine: bool = False
    tasks: bool = False
    free: bool = False
    today: bool = False
    overdue: bool = False
    find: str = ""
    after: str = ""

    @property
    def query(self) -> str:
        """The part of an address after "?", with only what differs from the default."""
        fields = {
            "state": self.state,
            "unit": self.unit,
            **{name: "1" for name in SWITCHES if getattr(self, name)},
            "find": self.find,
            "after": self.after,
        }
        return urlencode({name: value for name, value in fields.items() if value})

    @property
    def address(self) -> str:
        """The list with these filters."""
        return "/console/cases" + (f"?{self.query}" if self.query else "")

    @property
    def narrowed(self) -> bool:
        return bool(self.unit or self.find or any(getattr(self, name) for name in SWITCHES))

    def with_state(self, state: str) -> Filters:
        """The same narrowing under another tab, from its beginning; a search is over then."""
        return replace(self, state=state, find="", after="")

    def turned(self, name: str) -> Filters:
        """The list with one switch turned, from its beginning; a search is over then."""
        return replace(self, **{name: not getattr(self, name), "find": "", "after": ""})  # type: ignore[arg-type]

    def at(self, after: str) -> Filters:
        return replace(self, after=after)

    def wanted(self, visitor: Visitor, now: datetime) -> QueueFilter:
        """What to ask casework for, within what the visitor may see."""
        sight = visitor.sight
        if self.find:
            states = frozenset(State)
        elif self.tasks and not self.state:
            # What nobody has given out yet is the dispatcher's task, whatever unit it will be.
            states = frozenset({State.ASSIGNED})
        elif self.state in ("", ALL):
            states = frozenset(State) if self.state == ALL else OPEN_STATES
        else:
            states = frozenset({State(self.state)})
        return QueueFilter(
            states=states,
            unit=self.unit or None,
            sight=sight,
            assignee_ids=sight.own_ids if self.mine or self.tasks else None,
            or_free_in=handled_units(visitor) if self.tasks and not self.mine else frozenset(),
            unassigned=self.free,
            overdue=self.overdue,
            due_before_at=end_of_day(now) if self.today else None,
            text=self.find,
            order="due" if states <= OPEN_STATES else "newest",
        )


def handled_units(visitor: Visitor) -> frozenset[str]:
    """The units whose cases this visitor handles; a role in the whole bureau makes nobody's case one's own."""
    held = held_by(visitor.actor)
    return frozenset(one.unit for one in held if one.role is Role.HANDLER) - {EVERY_UNIT}


def end_of_day(now: datetime) -> datetime:
    """The midnight that follows on the local wall clock."""
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=1)


def filters_of(query: str, units: frozenset[str]) -> tuple[Filters, bool]:
    """The filters in a query string, and whether every one of them could be understood."""
    understood = True
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=20):
        if name in given:
            understood = False
        given[name] = value
    state, unit = given.get("state", ""), given.get("unit", "")
    if state and state != ALL and state not in State._value2member_map_:
        state, understood = "", False
    if unit and unit not in units:
        unit, understood = "", False
    find = normalised(given.get("find", ""))
    return Filters(
        state=state,
        unit=unit,
        mine=given.get("mine") == "1",
        tasks=given.get("tasks") == "1",
        free=given.get("free") == "1",
        today=given.get("today") == "1",
        overdue=given.get("overdue") == "1",
        find=find,
        after=given.get("after", "")[:100],
    ), understood


def normalised(find: str) -> str:
    """What somebody typed into the search, in the written form of references."""
    text = "".join(unicodedata.normalize("NFKC", find).upper().split())
    return text[:FIND_AT_MOST]


def cannot_be_a_reference(find: str) -> bool:
    """Whether no case can have a reference with this in it."""
    if not find.isascii() or not find.replace("-", "").isalnum():
        return True
    return len(find) >= SHORTEST_WHOLE_REFERENCE and parse_reference(find) is None
