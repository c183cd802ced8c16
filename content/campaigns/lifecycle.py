"""The life of a campaign, on one screen.

An editor drafts, a head of the bureau releases: never somebody who made it or last wrote its words. From then on the
clock sends batch after batch. The clock halts it when the platform refuses a batch; a head decides how to go on.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, move


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    RELEASED = "released"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """Where one mass-send stands.

    Planned in a draft and while paused, queued to be sent, sending (held under a lease), taken by the platform,
    reported on. Uncertain: the platform never said whether it took it, and asking again could send it twice.
    """

    PLANNED = "planned"
    QUEUED = "queued"
    SENDING = "sending"
    TAKEN = "taken"
    REPORTED = "reported"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


S = State

CAMPAIGN = Lifecycle(
    name="campaign",
    initial=S.DRAFT,
    final={S.DONE, S.CANCELLED},
    moves=(
        move("edit", S.DRAFT, S.DRAFT, by=[Role.EDITOR]),
        move("discard", S.DRAFT, S.CANCELLED, by=[Role.EDITOR, Role.HEAD]),
        move("release", S.DRAFT, S.RELEASED, by=[Role.HEAD]),
        move("start", S.RELEASED, S.SENDING, by=[Role.CLOCK]),
        move("pause", [S.RELEASED, S.SENDING], S.PAUSED, by=[Role.HEAD]),
        move("halt", [S.RELEASED, S.SENDING], S.PAUSED, by=[Role.CLOCK]),
        move("resume", S.PAUSED, S.RELEASED, by=[Role.HEAD]),
        move("retry", S.PAUSED, S.RELEASED, by=[Role.HEAD]),
        move("cancel", [S.RELEASED, S.PAUSED], S.CANCELLED, by=[Role.HEAD]),
        move("stop", S.PAUSED, S.DONE, by=[Role.HEAD]),
        move("finish", [S.RELEASED, S.SENDING], S.DONE, by=[Role.CLOCK]),
    ),
)

GOING = (S.RELEASED, S.SENDING)
"""Batches are sent in these states alone."""
UNSETTLED = (BatchState.PLANNED, BatchState.QUEUED, BatchState.SENDING, BatchState.TAKEN)
"""A campaign with such a batch is not over."""
