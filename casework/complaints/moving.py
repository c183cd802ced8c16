"""How every move is made: one transaction that checks, changes, audits and tells.

A doubled tap is answered kindly: when the same actor takes the same move with the same content again, and
nothing else has happened to the case since, the second time changes nothing and gives the same view. Any
other late comer is told that the case has moved on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.assembly import owner_view, times_done
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintEvent
from casework.complaints.lifecycle import COMPLAINT, State
from casework.complaints.media import AddedMedium, media_rows
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.running import keep_moments, start_limit
from casework.complaints.sight import acts_on
from casework.complaints.views import ComplaintView
from casework.people.merging import members
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound

ACTION = "complaint."


@dataclass(frozen=True)
class Step:
    """One move with its content.

    `given` is what the lifecycle looks at; `content` the facts for the audit chain (a citizen's own words
    as digests). `fill` checks the case once more and writes the content into the row; `settle` does the same where
    other rows have to be read; `tell` makes the event from the row as it stands after the move; `follow` is what else
    follows, in the same transaction.
    """

    move: str
    given: Mapping[str, object]
    content: Mapping[str, object]
    tell: Callable[[Complaint], ComplaintEvent]
    fill: Callable[[Complaint], None] = lambda row: None
    photos: tuple[UUID, ...] = field(default=())
    settle: Callable[[Change, Complaint], Awaitable[None]] | None = None
    follow: Callable[[Change, Complaint], Awaitable[None]] | None = None


async def take(
    desk: Desk, actor: Actor, complaint_id: UUID, step: Step, expected_revision: int | None = None
) -> ComplaintView:
    """Take the step. Raises Problem when it may not be taken; then nothing has changed."""

    async def work(change: Change) -> ComplaintView:
        row = await locked(change, actor, complaint_id)
        await take_within(desk, change, actor, row, step, expected_revision)
        return await seen_by(desk, row, actor)

    return await desk.db.change(work)


async def locked(change: Change, actor: Actor, complaint_id: UUID) -> Complaint:
    """The row of a case, locked. Raises NotFound for one that is not there or not this citizen's."""
    row = await change.lock(Complaint, complaint_id)
    if row is None or not await may_see(actor, row):
        raise NotFound("problem.complaint.not_found")
    return row


async def take_within(
    desk: Desk, change: Change, actor: Actor, row: Complaint, step: Step, expected_revision: int | None = None
) -> bool:
    """Take the step on a locked row. False if this very step was taken already and nothing has happened since."""
    if await _already_done(row, actor, step):
        return False
    _check(row, actor, step, expected_revision, change)
    await move_within(desk, change, actor, row, step)
    return True


async def move_within(desk: Desk, change: Change, actor: Actor, row: Complaint, step: Step) -> None:
    """Move a locked row without asking whether the actor may: for what follows from a move of another case."""
    found = COMPLAINT.find(step.move)
    before, after = State(row.state), State(found.leads_to(row.state))
    assignee_before = row.assignee_id if Role.HANDLER in found.by else None
    due_before = row.due_at
    step.fill(row)
    if step.settle is not None:
        await step.settle(change, row)
    row.state = after.value
    row.revision += 1
    row.updated_at = change.now
    if after is not before:
        row.state_since_at = change.now
    assumed = await start_limit(desk, change, row, before, after)
    keep_moments(row, step.move, after, due_before, change.now)
    await row.save()
    await _add_photos(change, row, step.photos)
    facts: dict[str, object] = {
        "from": before.value,
        "to": after.value,
        "revision": row.revision,
        "content": dict(step.content),
        "case": {"category": row.category, "unit": row.unit, "assignee_id": row.assignee_id},
        "due_at": row.due_at.isoformat() if row.due_at is not None else None,
    }
    principal_id = actor.principal_for(found.by, row.unit, assignee_before)
    if principal_id is not None:
        facts["deputy_for"] = principal_id
    if assumed:
        facts["assumed_years"] = sorted(assumed)
    await change.audit(row.id, actor, ACTION + step.move, facts)
    change.emit(step.tell(row), row.id)
    if step.follow is not None:
        await step.follow(change, row)


async def may_see(actor: Actor, row: Complaint) -> bool:
    """Whether the case is this citizen's, whichever of their accounts it was filed with. Staff see every case."""
    if actor.kind != "citizen" or actor.id == row.account_id:
        return True
    return actor.id is not None and row.account_id in await members(actor.id)


async def seen_by(desk: Desk, row: Complaint, actor: Actor) -> ComplaintView:
    """The case after an action, with the actor's moves, without its timeline."""
    photos = await ComplaintPhoto.filter(complaint_id=row.id).order_by("-stage", "position")
    additions = await ComplaintAddition.filter(complaint_id=row.id).order_by("position")
    return owner_view(desk, row, photos, roles=actor.roles, additions=additions)


def _check(row: Complaint, actor: Actor, step: Step, expected_revision: int | None, change: Change) -> None:
    found = COMPLAINT.find(step.move)
    may = not set(found.by).isdisjoint(actor.roles)
    if may and expected_revision is not None and row.revision != expected_revision:
        raise Conflict("problem.complaint.moved_on")
    COMPLAINT.check(step.move, row.state, actor.roles, step.given, times_done(row, step.move))
    if set(found.by) & actor.roles == {Role.HANDLER} and not _handles(actor, row):
        raise Forbidden("problem.complaint.not_your_case")
    if actor.kind == "staff" and not acts_on(actor, found.by, row.unit, row.assignee_id):
        raise Forbidden("problem.complaint.not_your_case")
    limited = COMPLAINT.limits.get(row.state) is not None
    if actor.kind == "clock" and limited and (row.due_at is None or row.due_at > change.now):
        raise Conflict("problem.complaint.not_due")


def _handles(actor: Actor, row: Complaint) -> bool:
    """Whether the case is this handler's: theirs or a colleague's they stand in for, or their unit's."""
    return actor.is_for(row.assignee_id) or actor.holds(Role.HANDLER, row.unit)


async def _already_done(row: Complaint, actor: Actor, step: Step) -> bool:
    if row.state != COMPLAINT.find(step.move).leads_to(row.state) or actor.id is None:
        return False
    entry = await AuditEntry.filter(case_id=row.id, action=ACTION + step.move).order_by("-position").first()
    if entry is None or entry.actor_kind != actor.kind or entry.actor_id != actor.id:
        return False
    facts = msgspec.json.decode(entry.detail, type=dict[str, object])
    same = facts.get("content") == msgspec.to_builtins(dict(step.content))
    return same and facts.get("revision") == row.revision


async def _add_photos(change: Change, row: Complaint, photos: tuple[UUID, ...]) -> None:
    if not photos:
        return
    earlier = await ComplaintPhoto.filter(complaint_id=row.id, stage="after").count()
    media = [AddedMedium(file_id) for file_id in photos]
    await ComplaintPhoto.bulk_create(media_rows(change.ids, row.id, "after", media, earlier + 1))
