"""Turns rows of inquiries into views."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from casework.inquiries.lifecycle import INQUIRY, State
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.inquiries.views import InquiryLine, InquiryView, MessageView
from casework.roles import Role

OPENING_CHARACTERS = 60
OWNER = frozenset({Role.CITIZEN})
_NO_NAMES: Mapping[UUID, str] = {}


def inquiry_view(
    row: Inquiry,
    messages: Iterable[InquiryMessage],
    now: datetime,
    roles: Collection[Role] = OWNER,
    names: Mapping[UUID, str] = _NO_NAMES,
) -> InquiryView:
    """The inquiry with the moves of `roles`; `names` (by staff id) only where staff read it."""
    return InquiryView(
        id=row.id,
        reference=row.reference,
        source=row.source,
        state=State(row.state),
        state_since_at=row.state_since_at,
        revision=row.revision,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        overdue=is_overdue(row, now),
        closed_at=row.closed_at,
        topic=row.topic,
        messages=tuple(
            MessageView(
                author_kind=one.author_kind,
                text=one.text,
                at=one.at,
                author_name=names.get(one.author_id, "") if one.author_id is not None else "",
            )
            for one in messages
        ),
        moves=tuple(move.name for move in INQUIRY.allowed(row.state, roles)),
    )


def inquiry_line(row: Inquiry, first_words: str, now: datetime) -> InquiryLine:
    """The inquiry in a list."""
    opening = " ".join(first_words[: OPENING_CHARACTERS * 2].split())
    return InquiryLine(
        id=row.id,
        reference=row.reference,
        source=row.source,
        state=State(row.state),
        opening=opening[:OPENING_CHARACTERS] + ("…" if len(opening) > OPENING_CHARACTERS else ""),
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        due_at=row.due_at,
        overdue=is_overdue(row, now),
        topic=row.topic,
    )


def is_overdue(row: Inquiry, now: datetime) -> bool:
    """Whether the bureau's own limit has passed. In `answered` it is the citizen's time that runs."""
    return row.due_at is not None and row.due_at < now and row.state == State.SUBMITTED.value
