"""The life of a notice to put something right. Figures are those of the profile (`penalties.limits`)."""

from __future__ import annotations

from enum import StrEnum

from casework.penalties.case_lifecycle import PENALTY as PENALTY
from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where a notice stands."""

    ISSUED = "issued"
    REPORTED = "reported"
    PUT_RIGHT = "put_right"
    EXEMPTED = "exempted"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


S = State
OFFICERS = (Role.HANDLER, Role.HEAD)
_OPEN = (S.ISSUED, S.REPORTED)

RECTIFICATION = Lifecycle(
    name="rectification",
    initial=S.ISSUED,
    final={S.PUT_RIGHT, S.EXEMPTED, S.NOT_DONE, S.WITHDRAWN},
    limits={
        S.ISSUED: Limit(natural_days=3, basis="penalties.limits.rectify"),
        S.REPORTED: Limit(working_days=2, basis="penalties.limits.recheck"),
    },
    moves=(
        move("deliver", S.ISSUED, None, by=OFFICERS, needs=("delivery",)),
        move("report", S.ISSUED, S.REPORTED, by=[Role.CITIZEN], needs=("words",)),
        move("send_back", S.REPORTED, S.ISSUED, by=OFFICERS, needs=("words",)),
        move("confirm", _OPEN, S.PUT_RIGHT, by=OFFICERS, needs=("words",)),
        # A first violation is let go by a person alone, who has judged the earlier records: 行政处罚法 33.
        move("exempt", _OPEN, S.EXEMPTED, by=OFFICERS, needs=("words",)),
        move("find_undone", _OPEN, S.NOT_DONE, by=OFFICERS, needs=("words",)),
        move("withdraw", _OPEN, S.WITHDRAWN, by=[Role.HEAD], needs=("words",)),
        move("renew_code", _OPEN, None, by=OFFICERS),
    ),
)
