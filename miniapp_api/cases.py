"""Complaints and inquiries as the API shows them: the views of casework, said in the catalogue's words."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.complaints.lifecycle import State
from casework.complaints.limits import deadline
from casework.complaints.views import ComplaintLine, ComplaintView, TimelineEntry
from casework.inquiries.lifecycle import State as InquiryState
from casework.inquiries.views import InquiryLine, InquiryView
from kit.calendar.explain import explain
from miniapp_api.door import ApiDoor
from miniapp_api.moments import Moment

OPENING_CHARACTERS = 80
Move = Literal["rate", "dispute", "remind", "withdraw"]
MOVES: tuple[Move, ...] = ("rate", "dispute", "remind", "withdraw")


class Notice(msgspec.Struct, frozen=True):
    """What comes before everything else: numbers to telephone (danger), or where else to turn.

    "misconduct" is about the bureau's own people, "elsewhere" another body's matter as far as the words tell.
    """

    kind: Literal["danger", "misconduct", "elsewhere"]
    text: str


class CaseFile(msgspec.Struct, frozen=True):
    """A photo, voice message or film of a case. `stage`: before and added are the citizen's, after is the unit's."""

    file_id: UUID
    stage: Literal["before", "added", "after"]
    medium: Literal["photo", "voice", "video"]


class Addition(msgspec.Struct, frozen=True):
    """Words sent after filing."""

    text: str
    at: Moment


class Happening(msgspec.Struct, frozen=True):
    """One line of a case's history. `note` is what was said with it, empty where nothing was."""

    at: Moment
    action: str
    sentence: str
    note: str


class Due(msgspec.Struct, frozen=True):
    """When the bureau's next step is due (in `answered`: until when one can object), and how that was reckoned."""

    at: Moment
    reckoning: tuple[str, ...]


class Particular(msgspec.Struct, frozen=True):
    """A question about what the complaint is about, in the words it was asked in, and what was answered."""

    question: str
    answer: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One's own complaint. `moves` are what can be done with it now; `revision` goes back with a move.

    `question` is what the bureau waits to be told before it goes on; `parts` are the references of the cases this one
    was split into, `whole` the one it was split from. `remind_from` is when the owner may next remind of it, null where
    they may not; `said_same`: they said that it is the same as one nearby.
    """

    reference: str
    state: State
    state_name: str
    state_since_at: Moment
    revision: int
    category: str | None
    category_name: str
    story: str
    particulars: tuple[Particular, ...]
    place_text: str
    submitted_at: Moment
    due: Due | None
    unit_name: str
    answer: str | None
    answered_at: Moment | None
    refusal_reason: str | None
    responsible_body: str | None
    rating: int | None
    rating_comment: str | None
    dispute_reason: str | None
    closed_at: Moment | None
    files: tuple[CaseFile, ...]
    additions: tuple[Addition, ...]
    may_add: bool
    timeline: tuple[Happening, ...]
    moves: tuple[Move, ...]
    question: str
    parts: tuple[str, ...]
    whole: str
    remind_from: Moment | None
    said_same: bool


class FiledCase(msgspec.Struct, frozen=True):
    """A complaint just filed. `notice` is to be shown before anything else."""

    complaint: Case
    notice: Notice | None


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint in a list. `opening` is how its story begins."""

    reference: str
    state: State
    state_name: str
    category_name: str
    opening: str
    place_text: str
    submitted_at: Moment
    due_at: Moment | None


class CasePage(msgspec.Struct, frozen=True):
    """Newest first. `after` leads to the next page, null at the end."""

    rows: tuple[CaseLine, ...]
    after: str | None


class Message(msgspec.Struct, frozen=True):
    """One side's words."""

    author: Literal["citizen", "staff"]
    text: str
    at: Moment


class InquiryCase(msgspec.Struct, frozen=True, kw_only=True):
    """One's own message to a person with everything said since. `topic` is set for a request about one's data."""

    reference: str
    topic: Literal["correction", "deletion"] | None
    state: InquiryState
    state_name: str
    revision: int
    submitted_at: Moment
    due_at: Moment | None
    closed_at: Moment | None
    messages: tuple[Message, ...]
    moves: tuple[Literal["write_more", "withdraw", "close"], ...]


class LeftInquiry(msgspec.Struct, frozen=True):
    """A message just left. `notice` is to be shown before anything else."""

    inquiry: InquiryCase
    notice: Notice | None


class InquiryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a person in a list."""

    reference: str
    topic: Literal["correction", "deletion"] | None
    state: InquiryState
    state_name: str
    opening: str
    submitted_at: Moment
    due_at: Moment | None


class InquiryList(msgspec.Struct, frozen=True):
    """Newest first. `after` leads to the next page, null at the end."""

    rows: tuple[InquiryRow, ...]
    after: str | None


def case_of(door: ApiDoor, view: ComplaintView) -> Case:
    """The owner's view in the API's form."""
    may = {"rate" if one == "rate_unsatisfied" else one for one in view.moves}
    return Case(
        reference=view.reference,
        state=view.state,
        state_name=door.text(f"complaint.state.{view.state}"),
        state_since_at=view.state_since_at,
        revision=view.revision,
        category=view.category,
        category_name=view.category_name,
        story=view.story,
        particulars=tuple(Particular(one.question, one.answer) for one in view.particulars),
        place_text=view.place_text,
        submitted_at=view.submitted_at,
        due=_due(door, view),
        unit_name=view.unit_name,
        answer=view.answer,
        answered_at=view.answered_at,
        refusal_reason=view.refusal_reason,
        responsible_body=view.responsible_body,
        rating=view.rating,
        rating_comment=view.rating_comment,
        dispute_reason=view.dispute_reason,
        closed_at=view.closed_at,
        files=tuple(
            msgspec.convert(one, CaseFile, from_attributes=True, strict=False) for one in view.photos
        ),
        additions=tuple(Addition(one.text, one.at) for one in view.additions),
        may_add=view.may_add,
        timeline=tuple(_happening(door, one) for one in view.timeline),
        moves=tuple(one for one in MOVES if one in may),
        question=view.question,
        parts=view.hanging.parts,
        whole=view.hanging.whole,
        remind_from=view.remind_from,
        said_same=view.said_same,
    )


def line_of(door: ApiDoor, row: ComplaintLine) -> CaseLine:
    """One line of the owner's list."""
    return CaseLine(
        reference=row.reference,
        state=row.state,
        state_name=door.text(f"complaint.state.{row.state}"),
        category_name=row.category_name,
        opening=" ".join(row.story[: 2 * OPENING_CHARACTERS].split())[:OPENING_CHARACTERS],
        place_text=row.place_text,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
    )


def inquiry_of(door: ApiDoor, view: InquiryView) -> InquiryCase:
    """The owner's view in the API's form."""
    return msgspec.convert(
        {
            "reference": view.reference,
            "topic": view.topic,
            "state": view.state,
            "state_name": door.text(view.state_key),
            "revision": view.revision,
            "submitted_at": view.submitted_at,
            "due_at": view.due_at,
            "closed_at": view.closed_at,
            "messages": [
                {"author": one.author_kind, "text": one.text, "at": one.at} for one in view.messages
            ],
            "moves": view.moves,
        },
        InquiryCase,
    )


def inquiry_row_of(door: ApiDoor, row: InquiryLine) -> InquiryRow:
    """One line of the owner's list."""
    return msgspec.convert(
        {
            "reference": row.reference,
            "topic": row.topic,
            "state": row.state,
            "state_name": door.text(row.state_key),
            "opening": row.opening,
            "submitted_at": row.submitted_at,
            "due_at": row.due_at,
        },
        InquiryRow,
    )


def _due(door: ApiDoor, view: ComplaintView) -> Due | None:
    if view.due_at is None:
        return None
    lines: list[str] = []
    if view.limit_started_at is not None:
        desk = door.desk
        again = deadline(view.state, view.limit_started_at, view.category, desk.policy, desk.calendar)
        # A reckoning that no longer leads to the date that was promised explains nothing.
        if again is not None and again.at == view.due_at:
            lines = explain(again, door.catalogue)
    return Due(view.due_at, tuple(lines))


def _happening(door: ApiDoor, entry: TimelineEntry) -> Happening:
    return Happening(entry.at, entry.action, door.text(entry.key, **entry.params), entry.note)
