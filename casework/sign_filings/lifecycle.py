"""The life of a sign in the register. Whether its yearly check is due is reckoned from a date, not a state.

No row of the table denies or forbids: a filing is registered or comes back for correction (优化营商环境条例 39), and a sign
leaves the register because it was taken down or stands there wrongly.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, move


class SignState(StrEnum):
    """Where a sign stands. `hazard`: somebody says it is unsafe, and nobody has made sure yet that it is not."""

    IN_USE = "in_use"
    HAZARD = "hazard"
    ENDED = "ended"


S = SignState
KEEPERS = (Role.WINDOW_CLERK, Role.APPROVER, Role.HEAD)
HOLDER = (Role.CITIZEN,)
UP = (S.IN_USE, S.HAZARD)
"""It hangs."""

SIGN = Lifecycle(
    name="sign",
    initial=S.IN_USE,
    final={S.ENDED},
    moves=(
        move("check", UP, None, by=HOLDER, needs=("answers",)),
        # The holder's own look, or a report that came in by the sign's code.
        move("find_hazard", UP, S.HAZARD, by=[*HOLDER, Role.CLOCK]),
        # By the clock when every report is over; by a clerk who has seen that it was put right.
        move("clear", S.HAZARD, S.IN_USE, by=[*KEEPERS, Role.CLOCK], needs=("words",)),
        move("correct", UP, None, by=KEEPERS),
        # Taken down by who put it up or seen to be gone by a clerk; and what takes its place, once that is registered.
        move("remove", UP, S.ENDED, by=[*KEEPERS, *HOLDER], needs=("removed_on",)),
        move("replace", UP, None, by=[*KEEPERS, *HOLDER], needs=("successor",)),
        move("end", UP, S.ENDED, by=[*KEEPERS, Role.CLOCK], needs=("reason",)),
    ),
)
