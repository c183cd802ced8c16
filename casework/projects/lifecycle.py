"""The lives of a construction project's code and of a visit to an enterprise.

A check-in that is turned away is a row of its own in the state `refused`: the plan it came from stays a plan. What the
enterprise says afterwards is no move: it stands beside the visit, where those who visited do not see it.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, move


class ProjectState(StrEnum):
    """Whether a project's board hangs."""

    OPEN = "open"
    CLOSED = "closed"


class VisitState(StrEnum):
    """Where a visit to an enterprise stands."""

    PLANNED = "planned"
    WAITING = "waiting"
    UNDER_WAY = "under_way"
    ENDED = "ended"
    CANCELLED = "cancelled"
    REFUSED = "refused"


P, V = ProjectState, VisitState
KEEPERS = (Role.APPROVER, Role.HEAD)
INSPECTORS = (Role.HANDLER, Role.SURVEY_OFFICER)
NEVER = frozenset({Role.GRID_OFFICER, Role.VOLUNTEER, Role.CONTRACTOR})
"""Patrols and auxiliaries inspect no enterprise, whatever other role they hold (国办发〔2024〕54号, at second hand)."""

PROJECT = Lifecycle(
    name="project",
    initial=P.OPEN,
    final={P.CLOSED},
    moves=(
        move("amend", P.OPEN, None, by=KEEPERS),
        move("put_notice", P.OPEN, None, by=KEEPERS, needs=("title", "words")),
        move("take_down_notice", P.OPEN, None, by=KEEPERS, needs=("reason",)),
        move("bind", P.OPEN, None, by=[Role.CITIZEN]),
        move("close", P.OPEN, P.CLOSED, by=KEEPERS),
    ),
)

ENTERPRISE_VISIT = Lifecycle(
    name="enterprise_visit",
    initial=V.PLANNED,
    final={V.ENDED, V.CANCELLED, V.REFUSED},
    moves=(
        move("allow", V.PLANNED, None, by=[Role.HEAD], needs=("ground", "words")),
        move("check_in", V.PLANNED, V.WAITING, by=INSPECTORS, needs=("purpose", "basis", "place")),
        # One officer begins nothing (行政处罚法 42): the other confirms under a login of their own.
        move("confirm", V.WAITING, V.UNDER_WAY, by=INSPECTORS),
        move("lapse", V.WAITING, V.CANCELLED, by=[Role.CLOCK]),
        move("turn_away", V.PLANNED, V.REFUSED, by=[*INSPECTORS, *sorted(NEVER)], needs=("refused",)),
        move("cancel", (V.PLANNED, V.WAITING), V.CANCELLED, by=[*INSPECTORS, Role.HEAD], needs=("reason",)),
        move("end", V.UNDER_WAY, V.ENDED, by=INSPECTORS, needs=("findings",)),
    ),
)
