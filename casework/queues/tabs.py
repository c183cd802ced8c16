"""The queues people live in, each by a name, and who has which."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.lifecycle import CLOCKED_STATES, ENDED_STATES, OPEN_STATES, State
from casework.complaints.restricting import sees_restricted
from casework.complaints.sight import held_by, sight_of
from casework.queues.filters import QueueFilter
from casework.roles import Role
from kit.clock import local

S = State


class Tab(StrEnum):
    """`mine` is what waits for this person: theirs by name or of whom they stand in for, and what is free in their units."""

    MINE = "mine"
    FREE = "free"
    OVERDUE = "overdue"
    TODAY = "today"
    WAITING = "waiting"
    VERIFY = "verify"
    AGAIN = "again"
    FILED = "filed"
    SUPERVISED = "supervised"
    OPEN = "open"
    ENDED = "ended"
    ALL = "all"


NOT_GIVEN_OUT = frozenset({S.SUBMITTED, S.ACCEPTED, S.REOPENED})
IN_THE_UNITS_HANDS = frozenset({S.ASSIGNED, S.REOPENED})
UNDISPUTED = frozenset({S.ANSWERED, S.MERGED, S.SPLIT})

OFFICERS = (
    Tab.MINE, Tab.OPEN, Tab.OVERDUE, Tab.TODAY, Tab.WAITING, Tab.AGAIN, Tab.SUPERVISED, Tab.ENDED, Tab.ALL,
)  # fmt: skip
DISPATCHERS = (
    Tab.FREE, Tab.OVERDUE, Tab.TODAY, Tab.WAITING, Tab.VERIFY, Tab.AGAIN, Tab.SUPERVISED, Tab.OPEN, Tab.ENDED, Tab.ALL,
)  # fmt: skip
PATROLS = (Tab.FILED, Tab.VERIFY, Tab.OPEN, Tab.OVERDUE, Tab.ENDED, Tab.ALL)
VOLUNTEERS = (Tab.FILED,)
UNCOUNTED = frozenset({Tab.FILED, Tab.OPEN, Tab.ENDED, Tab.ALL})
"""Of these there are always many; nobody acts on how many."""
HANDS = frozenset({Role.HANDLER})
STREET = frozenset({Role.GRID_OFFICER, Role.VOLUNTEER})
FILERS = STREET | {Role.WINDOW_CLERK}


def does_cases(actor: Actor) -> bool:
    """Whether cases are given to them and not theirs to distribute, so that their own come first."""
    return Role.DISPATCHER not in actor.roles and not actor.roles.isdisjoint(HANDS)


def tabs_of(actor: Actor) -> tuple[Tab, ...]:
    """This person's queues, the one they begin with first."""
    if does_cases(actor):
        return (*OFFICERS, Tab.FILED) if actor.roles & STREET else OFFICERS
    if actor.roles and actor.roles <= STREET:
        return PATROLS if Role.GRID_OFFICER in actor.roles else VOLUNTEERS
    # Who also handles cases finds them, whatever else they do.
    tabs = (Tab.MINE, *DISPATCHERS) if actor.roles & HANDS else DISPATCHERS
    return (*tabs, Tab.FILED) if actor.roles & FILERS else tabs


def tab_filter(tab: Tab, actor: Actor, now: datetime) -> QueueFilter:
    """What a tab shows to this person."""
    sight = sight_of(actor)
    whole = QueueFilter(sight=sight, restricted=sees_restricted(actor))
    match tab:
        case Tab.MINE:
            return msgspec.structs.replace(
                whole, states=IN_THE_UNITS_HANDS, own_ids=sight.own_ids, or_free_in=handled_units(actor)
            )
        case Tab.FREE:
            return msgspec.structs.replace(whole, states=NOT_GIVEN_OUT, unassigned=True)
        case Tab.OVERDUE:
            return msgspec.structs.replace(whole, states=CLOCKED_STATES, overdue=True)
        case Tab.TODAY:
            return msgspec.structs.replace(whole, states=CLOCKED_STATES, due_before_at=end_of_day(now))
        case Tab.WAITING:
            return msgspec.structs.replace(whole, states=frozenset({S.WAITING}))
        case Tab.VERIFY:
            return msgspec.structs.replace(whole, states=frozenset({S.HANDLED}))
        case Tab.AGAIN:
            return msgspec.structs.replace(whole, states=OPEN_STATES - UNDISPUTED, disputed=True)
        case Tab.FILED:
            return msgspec.structs.replace(
                whole, states=frozenset(State), filed_by_id=actor.id, order="newest"
            )
        case Tab.SUPERVISED:
            return msgspec.structs.replace(whole, supervised=True)
        case Tab.OPEN:
            return whole
        case Tab.ENDED:
            return msgspec.structs.replace(whole, states=ENDED_STATES, order="newest")
        case Tab.ALL:
            return msgspec.structs.replace(whole, states=frozenset(State), order="newest")


def handled_units(actor: Actor) -> frozenset[str]:
    """The units whose cases this person handles; a role in the whole bureau makes nobody's case one's own."""
    return frozenset(one.unit for one in held_by(actor) if one.role is Role.HANDLER) - {EVERY_UNIT}


def end_of_day(now: datetime) -> datetime:
    """The midnight that follows on the local wall clock."""
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=1)
