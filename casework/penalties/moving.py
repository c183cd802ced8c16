"""How a notice moves: one transaction that locks, checks, changes, reckons the limit, audits and tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.penalties.access import notice_behind
from casework.penalties.desk import PenaltyDesk
from casework.penalties.events import RectificationEvent
from casework.penalties.kinds import PenaltiesSection
from casework.penalties.lifecycle import RECTIFICATION, State
from casework.penalties.models import RectificationNotice
from casework.penalties.own_notices import is_its_officer, is_party, require_not_own
from casework.penalties.papers import opened_number
from casework.penalties.sight import may_see
from kit.calendar import Deadline
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound
from kit.workflow import Limit

ACTION = "rectification."
NOT_FOUND = "problem.penalty.not_found"


@dataclass(frozen=True)
class NoticeStep:
    """One move with its content. `given` is what the lifecycle looks at, `content` the facts for the audit chain (nothing
    personal); `fill` writes into the row before it is saved, `follow` does what needs the saved row.
    """

    move: str
    tell: type[RectificationEvent] | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    telling: Mapping[str, object] = field(default_factory=dict)
    fill: Callable[[Change, RectificationNotice], Awaitable[None]] | None = None
    follow: Callable[[Change, RectificationNotice], Awaitable[None]] | None = None


async def take(
    desk: PenaltyDesk,
    actor: Actor,
    notice_id: UUID,
    step: NoticeStep,
    expected_revision: int | None = None,
    access_id: UUID | None = None,
) -> None:
    """Take the step. `access_id`: the actor came with the code of a paper. Raises NotFound, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> bool:
        row = await locked(change, actor, notice_id, access_id)
        found = RECTIFICATION.find(step.move)
        may = not set(found.by).isdisjoint(actor.roles)
        number = opened_number(desk, row)
        if may and await is_party(desk.sealer, actor, number, row.party_index, row.account_id):
            await note(change, actor, row, "own_refused", {"tried": step.move})
            return False
        if may and await is_its_officer(actor, row):
            await note(change, actor, row, "own_refused", {"tried": step.move})
            return False
        if may and actor.kind == "staff" and not acts_on(actor, frozenset(found.by), row.unit, None):
            raise Forbidden("problem.penalty.not_your_unit")
        if may and expected_revision is not None and row.revision != expected_revision:
            if (
                row.revision == expected_revision + 1
                and found.target is not None
                and row.state == found.target
            ):
                return True  # a doubled tap
            raise Conflict("problem.penalty.moved_on")
        RECTIFICATION.check(step.move, row.state, actor.roles, step.given)
        await _move(desk, change, actor, row, step)
        return True

    require_not_own(await desk.db.change(work))


async def locked(
    change: Change, actor: Actor, notice_id: UUID, access_id: UUID | None = None
) -> RectificationNotice:
    """The row, locked. Raises NotFound for one that is not there or not theirs to see."""
    row = await change.lock(RectificationNotice, notice_id)
    if row is None:
        raise NotFound(NOT_FOUND)
    by_code = access_id is not None and await notice_behind(access_id) == row.id
    if not by_code and not await may_see(actor, row):
        raise NotFound(NOT_FOUND)
    return row


def limit_of(section: PenaltiesSection, row: RectificationNotice) -> Limit | None:
    """The limit of the state a notice is in; None in final states."""
    return _limit(section, row.ground_code, row.state)


def _limit(section: PenaltiesSection, ground_code: str, state: str) -> Limit | None:
    if state == State.ISSUED:
        return section.rectify_limit(ground_code).limit("penalties.limits.rectify")
    if state == State.REPORTED:
        return section.limits.recheck.limit("penalties.limits.recheck")
    return None


def reckoned(desk: PenaltyDesk, ground_code: str, state: str, started_at: datetime) -> Deadline | None:
    """When the limit of a state ends that began at `started_at`, with its arithmetic. None in final states."""
    limit = _limit(desk.section, ground_code, state)
    return desk.calendar.due(limit, started_at) if limit is not None else None


def start_limit(desk: PenaltyDesk, row: RectificationNotice, now: datetime) -> None:
    """Begin the limit of the state the row is in."""
    found = reckoned(desk, row.ground_code, row.state, now)
    row.limit_started_at = now
    row.due_at = found.at if found is not None else None


def told(
    desk: PenaltyDesk,
    kind: type[RectificationEvent],
    row: RectificationNotice,
    change: Change,
    more: Mapping[str, object] | None = None,
) -> RectificationEvent:
    """The event, from the row as it stands."""
    facts: dict[str, object] = {
        "notice_id": row.id,
        "reference": row.reference,
        "ground_name": desk.ground_name(row.ground_code),
        "unit": row.unit,
        "assignee_id": row.officer_id,
        "due_at": row.due_at,
        "account_id": row.account_id,
        "at": change.now,
        **(more or {}),
    }
    return kind(**facts)  # type: ignore[arg-type]


async def note(
    change: Change, actor: Actor, row: RectificationNotice, act: str, content: Mapping[str, object]
) -> None:
    """Say it in the notice's audit chain; lock the row first."""
    await change.audit(row.id, actor, ACTION + act, {"revision": row.revision, "content": dict(content)})


async def _move(
    desk: PenaltyDesk, change: Change, actor: Actor, row: RectificationNotice, step: NoticeStep
) -> None:
    before = row.state
    after = str(RECTIFICATION.find(step.move).leads_to(before))
    if step.fill is not None:
        await step.fill(change, row)
    row.state = after
    row.revision += 1
    row.updated_at = change.now
    if after != before:
        row.state_since_at = change.now
        start_limit(desk, row, change.now)
    if after in RECTIFICATION.final:
        row.ended_at = change.now
    await row.save()
    await note(change, actor, row, step.move, {"from": before, "to": after, **step.content})
    if step.tell is not None:
        change.emit(told(desk, step.tell, row, change, step.telling), row.id)
    if step.follow is not None:
        await step.follow(change, row)
