"""Leaving a message for a person: insert-only, so that many citizens share one fsync."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec
from tortoise.models import Model

from casework.actors import Actor
from casework.complaints.filing import Source
from casework.complaints.wording import digest, required
from casework.inquiries.alarm import alert_rows
from casework.inquiries.assembly import inquiry_view
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.events import InquirySubmitted
from casework.inquiries.lifecycle import State
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.inquiries.views import InquiryView
from kit.clock import local
from kit.db import Change, Intake, Repeat
from kit.problems import Busy, Conflict, Forbidden
from kit.references import make_reference

KIND = "LY"
TEXT_AT_MOST = 2_000


class Topic(StrEnum):
    """What an inquiry is about, where that changes who has to answer it and by when."""

    CORRECTION = "correction"
    DELETION = "deletion"


class NewInquiry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a person to read. `topic` is set for a request about one's own data."""

    account_id: UUID
    text: str
    source: Source
    topic: Topic | None = None


@dataclass(frozen=True)
class NewInquiryRows:
    """Unsaved rows, in the order in which they are to be inserted, and what they will look like."""

    inquiry_id: UUID
    reference: str
    rows: tuple[Model, ...]
    view: InquiryView


async def new_inquiry_rows(desk: InquiryDesk, actor: Actor, new: NewInquiry) -> NewInquiryRows:
    """Build the rows of an inquiry, writing nothing. Raises Invalid naming the field that cannot be used."""
    if actor.kind != "citizen" or new.account_id != actor.id:
        raise Forbidden()
    text = required(new.text, field="text", at_most=TEXT_AT_MOST)
    db, at = desk.db, desk.db.clock.now()
    id, on = db.ids.new(), local(at).date()
    reference = make_reference(desk.bureau_code, KIND, on, await db.next_serial(KIND, on))
    topic = new.topic.value if new.topic is not None else None
    due = desk.deadline(State.SUBMITTED, at, topic)
    due_at = due.at if due is not None else None
    inquiry = Inquiry(
        id=id,
        reference=reference,
        account_id=new.account_id,
        source=new.source.value,
        topic=topic,
        state=State.SUBMITTED.value,
        state_since_at=at,
        revision=1,
        submitted_at=at,
        due_at=due_at,
        updated_at=at,
    )
    message = InquiryMessage(
        id=db.ids.new(),
        inquiry_id=id,
        position=1,
        author_kind="citizen",
        author_id=new.account_id,
        text=text,
        at=at,
    )
    facts: dict[str, object] = {
        "to": State.SUBMITTED.value,
        "revision": 1,
        "content": {
            "source": new.source.value,
            "text_digest": digest(desk.sealer, text),
            **({"topic": topic} if topic is not None else {}),
        },
        "due_at": due_at,
    }
    if due is not None and due.assumed_years:
        facts["assumed_years"] = sorted(due.assumed_years)
    entry = db.first_audit_row(id, actor, "inquiry.submit", facts)
    event = InquirySubmitted(
        inquiry_id=id,
        reference=reference,
        account_id=new.account_id,
        at=at,
        source=new.source.value,
        answer_by_at=due_at,
    )
    alert = alert_rows(desk, actor, inquiry_id=id, number=1, source=new.source.value, text=text)
    rows = (inquiry, message, entry, db.event_row(event, id), *(alert or ()))
    return NewInquiryRows(id, reference, rows, inquiry_view(inquiry, [message], at))


async def submit(desk: InquiryDesk, actor: Actor, new: NewInquiry) -> InquiryView:
    """Leave a message in a transaction of its own. Not repeatable by itself: guard it with a key."""
    prepared = await new_inquiry_rows(desk, actor, new)

    async def work(_: Change) -> None:
        for row in prepared.rows:
            await row.save(force_create=True)

    await desk.db.change(work)
    return prepared.view


async def submit_once(
    desk: InquiryDesk, actor: Actor, new: NewInquiry, *, key: str, body: bytes
) -> InquiryView:
    """Leave a message at most once per `key`, sharing one fsync with whoever writes at the same moment.

    `key` is a form's act, made unique by the caller's own prefix and holder; `body` is what the act said. The same
    key with another body is a Conflict (409).
    """
    prepared = await new_inquiry_rows(desk, actor, new)
    guard = f"inquiry:{hashlib.sha256(key.encode()).hexdigest()}"
    said = hashlib.sha256(body).digest()
    outcome = await desk.db.write(Intake((guard,), said, prepared.rows, prepared.inquiry_id.bytes))
    if not isinstance(outcome, Repeat):
        return prepared.view
    if not outcome.same_body:
        raise Conflict("problem.idempotency_conflict")
    row = await Inquiry.get_or_none(id=UUID(bytes=outcome.result))
    if row is None:
        raise Busy()
    messages = await InquiryMessage.filter(inquiry_id=row.id).order_by("position")
    return inquiry_view(row, messages, desk.db.clock.now())
