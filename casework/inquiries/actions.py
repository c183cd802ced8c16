"""What people (and the clock) do with an inquiry. Leaving one is in `filing.py`.

Each move is one transaction that checks, changes, audits and tells. A doubled tap (the same actor, move and
content, and nothing else since) changes nothing and gives the same view. `revision` is the one the actor was
looking at: if the inquiry has moved on since, the move is refused with `problem.inquiry.moved_on`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.wording import digest, optional
from casework.dangers.alerts import put_in
from casework.inquiries.alarm import alert_rows
from casework.inquiries.assembly import inquiry_view
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.events import InquiryAnswered, InquiryClosed, InquiryContinued, InquiryEvent
from casework.inquiries.filing import TEXT_AT_MOST
from casework.inquiries.lifecycle import INQUIRY, State
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.inquiries.views import InquiryView
from casework.people.merging import members
from kit.audit.models import AuditEntry
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

ACTION = "inquiry."
ANSWER_AT_MOST = 600
"""Characters. A customer-service message holds 2,048 bytes, and the whole answer is to arrive."""
MESSAGES_AT_MOST = 100


@dataclass(frozen=True)
class _Step:
    """`given` is what the lifecycle looks at, `content` the facts for the chain, `words` what is said."""

    move: str
    given: Mapping[str, object]
    content: Mapping[str, object]
    tell: Callable[[Inquiry], InquiryEvent]
    words: str | None = None


async def write_more(
    desk: InquiryDesk, actor: Actor, inquiry_id: UUID, text: str, *, revision: int | None = None
) -> InquiryView:
    """The citizen adds words; an answered inquiry waits for an answer again."""
    words = optional(text, field="text", at_most=TEXT_AT_MOST)
    step = _Step(
        move="write_more",
        given={"text": words},
        content={"text_digest": digest(desk.sealer, words)},
        tell=lambda row: InquiryContinued(**_common(row), answer_by_at=row.due_at),
        words=words,
    )
    return await _take(desk, actor, inquiry_id, step, revision)


async def answer(
    desk: InquiryDesk, actor: Actor, inquiry_id: UUID, *, answer: str, revision: int | None = None
) -> InquiryView:
    """A person answers. The citizen is told word for word."""
    words = optional(answer, field="answer", at_most=ANSWER_AT_MOST)
    step = _Step(
        move="answer",
        given={"answer": words},
        content={"answer": words},
        tell=lambda row: InquiryAnswered(**_common(row), answer=words or "", close_by_at=row.due_at),
        words=words,
    )
    return await _take(desk, actor, inquiry_id, step, revision)


async def close(
    desk: InquiryDesk, actor: Actor, inquiry_id: UUID, *, revision: int | None = None
) -> InquiryView:
    """Close an answered inquiry. The clock may do so only after the citizen's time to write more has passed."""
    return await _take(desk, actor, inquiry_id, _closing("close", actor), revision)


async def withdraw(
    desk: InquiryDesk, actor: Actor, inquiry_id: UUID, *, revision: int | None = None
) -> InquiryView:
    """The citizen needs no answer any more."""
    return await _take(desk, actor, inquiry_id, _closing("withdraw", actor), revision)


async def close_answered_past_limit(desk: InquiryDesk, now: datetime, limit: int = 100) -> int:
    """The clock closes answered inquiries whose time to write more has passed. Returns how many.

    Each in a transaction of its own, oldest first; safe to run in several workers and to repeat.
    """
    due = Inquiry.filter(state=State.ANSWERED.value, due_at__lte=now).order_by("due_at", "id")
    ids = [row.id for row in await due.only("id")]
    return await close_each(ids, lambda id: close(desk, clock(), id), at_most=limit)


def _closing(move: str, actor: Actor) -> _Step:
    return _Step(
        move=move, given={}, content={}, tell=lambda row: InquiryClosed(**_common(row), by=actor.kind)
    )


async def _take(
    desk: InquiryDesk, actor: Actor, inquiry_id: UUID, step: _Step, revision: int | None
) -> InquiryView:
    async def work(change: Change) -> InquiryView:
        row = await change.lock(Inquiry, inquiry_id)
        if row is None or not await _may_see(actor, row):
            raise NotFound("problem.inquiry.not_found")
        if not await _already_done(row, actor, step):
            await _check(change, row, actor, step, revision)
            await _move(change, desk, row, actor, step)
        messages = await InquiryMessage.filter(inquiry_id=row.id).order_by("position")
        return inquiry_view(row, messages, change.now, roles=actor.roles)

    return await desk.db.change(work)


async def _may_see(actor: Actor, row: Inquiry) -> bool:
    if actor.kind != "citizen" or actor.id == row.account_id:
        return True
    return actor.id is not None and row.account_id in await members(actor.id)


async def _check(change: Change, row: Inquiry, actor: Actor, step: _Step, revision: int | None) -> None:
    may = not set(INQUIRY.find(step.move).by).isdisjoint(actor.roles)
    if may and revision is not None and row.revision != revision:
        raise Conflict("problem.inquiry.moved_on")
    INQUIRY.check(step.move, row.state, actor.roles, step.given)
    if actor.kind == "clock" and (row.due_at is None or row.due_at > change.now):
        raise Conflict("problem.inquiry.not_due")
    if step.words is not None and await _said(row) >= MESSAGES_AT_MOST:
        raise Invalid("problem.inquiry.too_many", field="text", at_most=MESSAGES_AT_MOST)


async def _move(change: Change, desk: InquiryDesk, row: Inquiry, actor: Actor, step: _Step) -> None:
    before, after = State(row.state), State(INQUIRY.find(step.move).leads_to(row.state))
    row.state, row.revision, row.updated_at = after.value, row.revision + 1, change.now
    facts: dict[str, object] = {
        "from": before.value,
        "to": after.value,
        "revision": row.revision,
        "content": dict(step.content),
    }
    if after is not before:
        row.state_since_at = change.now
        due = desk.deadline(after, change.now, row.topic)
        row.due_at = due.at if due is not None else None
        if due is not None and due.assumed_years:
            facts["assumed_years"] = sorted(due.assumed_years)
    facts["due_at"] = row.due_at
    if step.move == "answer":
        row.answered_by_id = actor.id
    if after in INQUIRY.final:
        row.closed_at = change.now
    await row.save()
    if step.words is not None:
        message = InquiryMessage(
            id=change.ids.new(),
            inquiry_id=row.id,
            position=await _said(row) + 1,
            author_kind=actor.kind,
            author_id=actor.id,
            text=step.words,
            at=change.now,
        )
        await message.save(force_create=True)
        if actor.kind == "citizen":
            await _alarm(change, desk, actor, row, message)
    await change.audit(row.id, actor, ACTION + step.move, facts)
    change.emit(step.tell(row), row.id)


async def _alarm(
    change: Change, desk: InquiryDesk, actor: Actor, row: Inquiry, message: InquiryMessage
) -> None:
    alert = alert_rows(
        desk, actor, inquiry_id=row.id, number=message.position, source=row.source, text=message.text
    )
    if alert is not None:
        await put_in(change, alert, actor)


async def _said(row: Inquiry) -> int:
    return await InquiryMessage.filter(inquiry_id=row.id).count()


async def _already_done(row: Inquiry, actor: Actor, step: _Step) -> bool:
    if row.state != INQUIRY.find(step.move).leads_to(row.state) or actor.id is None:
        return False
    # The clock's alarms stand in the same chain and are nobody's act.
    own = AuditEntry.filter(case_id=row.id, action__startswith=ACTION)
    entry = await own.order_by("-position").first()
    if entry is None or entry.action != ACTION + step.move:
        return False
    if entry.actor_kind != actor.kind or entry.actor_id != actor.id:
        return False
    facts = msgspec.json.decode(entry.detail, type=dict[str, object])
    return bool(facts.get("content") == msgspec.to_builtins(dict(step.content)))


class _Common(TypedDict):
    """The fields of `InquiryEvent`."""

    inquiry_id: UUID
    reference: str
    account_id: UUID | None
    at: datetime


def _common(row: Inquiry) -> _Common:
    return _Common(inquiry_id=row.id, reference=row.reference, account_id=row.account_id, at=row.updated_at)
