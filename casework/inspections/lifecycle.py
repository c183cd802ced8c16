"""The lives of a plan of random inspections and of a draw.

What has been frozen is never edited: there is no move for it. Who is wrong voids, in public, and draws again.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, move


class PlanState(StrEnum):
    """Where a plan stands."""

    OPEN = "open"
    DRAWN = "drawn"
    ENDED = "ended"
    REVIEWED = "reviewed"


class DrawState(StrEnum):
    """Where a draw stands."""

    PLANNED = "planned"
    COMMITTED = "committed"
    SEEDED = "seeded"
    REVEALED = "revealed"
    VOID = "void"


P, D = PlanState, DrawState
DRAWERS = (Role.LEGAL_REVIEWER, Role.HEAD)
SEEDERS = (*DRAWERS, Role.DISCIPLINE_INSPECTOR)

INSPECTION_PLAN = Lifecycle(
    name="inspection_plan",
    initial=P.OPEN,
    final={P.REVIEWED},
    moves=(
        move("draw", P.OPEN, P.DRAWN, by=DRAWERS),
        # Nobody draws for it again: the visits are over, or its days are.
        move("end", P.DRAWN, P.ENDED, by=DRAWERS),
        move("review", P.ENDED, P.REVIEWED, by=[Role.HEAD], needs=("words",)),
    ),
)

DRAW = Lifecycle(
    name="draw",
    initial=D.PLANNED,
    final={D.REVEALED, D.VOID},
    moves=(
        move("amend", D.PLANNED, None, by=DRAWERS, needs=("source",)),
        move("freeze", D.PLANNED, D.COMMITTED, by=DRAWERS),
        # One enters, another confirms without having seen it; whoever froze does neither.
        move("enter_seed", D.COMMITTED, None, by=SEEDERS, needs=("seed",)),
        move("seed", D.COMMITTED, D.SEEDED, by=SEEDERS, needs=("seed",)),
        move("link_visit", D.SEEDED, None, by=DRAWERS, needs=("visit",)),
        move("end_visit", D.SEEDED, None, by=DRAWERS, needs=("result",)),
        move("cancel_visit", D.SEEDED, None, by=DRAWERS, needs=("reason",)),
        move("reveal", D.SEEDED, D.REVEALED, by=DRAWERS),
        move("void", (D.COMMITTED, D.SEEDED), D.VOID, by=[Role.HEAD], needs=("reason",)),
    ),
)
