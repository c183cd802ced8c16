"""What chat, pages and console show of an inquiry. Words for states and moves come from the catalogue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.inquiries.lifecycle import State


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One side's words. `author_kind` is "citizen" or "staff"; `author_name` is empty where the owner reads it."""

    author_kind: str
    text: str
    at: datetime
    author_name: str = ""


class InquiryView(msgspec.Struct, frozen=True, kw_only=True):
    """An inquiry with everything said, oldest first. `moves` are the names of what the viewer may do now.

    `due_at` is when the bureau has to have answered (in `answered`: until when the citizen can write more).
    `revision` goes back with a move, so that it meets the inquiry its sender saw. `topic` is "correction" or
    "deletion" for a request about one's own data.
    """

    id: UUID
    reference: str
    source: str
    state: State
    state_since_at: datetime
    revision: int
    submitted_at: datetime
    due_at: datetime | None
    overdue: bool
    closed_at: datetime | None = None
    topic: str | None = None
    messages: tuple[MessageView, ...] = ()
    moves: tuple[str, ...] = ()

    @property
    def state_key(self) -> str:
        """What citizens read for the state: a catalogue key. Staff read another word for it."""
        return f"inquiry.state.{self.state}"

    @property
    def staff_state_key(self) -> str:
        return f"inquiry.state_staff.{self.state}"

    @property
    def answer(self) -> str:
        """The bureau's latest words, or an empty text."""
        return next((one.text for one in reversed(self.messages) if one.author_kind == "staff"), "")


class InquiryLine(msgspec.Struct, frozen=True, kw_only=True):
    """An inquiry as one line of a list. `opening` is how its first message begins."""

    id: UUID
    reference: str
    source: str
    state: State
    opening: str
    submitted_at: datetime
    updated_at: datetime
    due_at: datetime | None
    overdue: bool
    topic: str | None = None

    @property
    def state_key(self) -> str:
        """What citizens read for the state: a catalogue key. Staff read another word for it."""
        return f"inquiry.state.{self.state}"

    @property
    def staff_state_key(self) -> str:
        return f"inquiry.state_staff.{self.state}"


class InquiryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines; `after` leads to the next ones, None at the end."""

    rows: tuple[InquiryLine, ...]
    after: str | None
