"""The life of a danger alert, on one screen.

Until somebody takes it the duty officers are paged again and again (`paging.py`); its first limit is the pause
between two pages. Whoever took it is told what is said later, and reminded when it has no end in time. What one
person said twice within half an hour is one alert: the later row joins the earlier.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


S = State
TAKERS = (Role.DUTY_OFFICER, Role.DISPATCHER, Role.HEAD)

DANGER_ALERT = Lifecycle(
    name="danger_alert",
    initial=S.RAISED,
    final={S.ENDED},
    limits={
        S.RAISED: Limit(natural_minutes=5, basis="danger.paging.every_minutes"),
        S.ACKNOWLEDGED: Limit(natural_days=1, basis="danger.paging.end_within_days"),
    },
    moves=(
        move("page", S.RAISED, S.RAISED, by=[Role.CLOCK]),
        move("join", S.RAISED, S.ENDED, by=[Role.CLOCK]),
        move("acknowledge", S.RAISED, S.ACKNOWLEDGED, by=TAKERS),
        move("pass_on", S.ACKNOWLEDGED, S.ACKNOWLEDGED, by=[Role.CLOCK]),
        move("remind", S.ACKNOWLEDGED, S.ACKNOWLEDGED, by=[Role.CLOCK]),
        move("end", [S.RAISED, S.ACKNOWLEDGED], S.ENDED, by=TAKERS, needs=("outcome",)),
    ),
)

OPEN_STATES = frozenset(State) - {S.ENDED}
