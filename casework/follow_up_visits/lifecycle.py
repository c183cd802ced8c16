"""The life of a follow-up visit, on one screen. The limit is the profile's (`visits.limits.visit`)."""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where a visit stands. `cancelled`: the case is handled once more, there is nothing to ask about yet."""

    WAITING = "waiting"
    DONE = "done"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


S = State
VISIT = "visits.limits.visit"
CALLERS = (Role.WINDOW_CLERK, Role.DISPATCHER, Role.HEAD)

FOLLOW_UP_VISIT = Lifecycle(
    name="follow_up_visit",
    initial=S.WAITING,
    final={S.DONE, S.UNREACHED, S.CANCELLED},
    limits={S.WAITING: Limit(working_days=5, basis=VISIT)},
    moves=(
        move("record", S.WAITING, S.DONE, by=CALLERS, needs=("solved",)),
        move("miss", S.WAITING, None, by=CALLERS),
        move("give_up", S.WAITING, S.UNREACHED, by=CALLERS),
        move("cancel", S.WAITING, S.CANCELLED, by=[Role.CLOCK]),
    ),
)
