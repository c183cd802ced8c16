"""Whether it is known who applies, in words, with the form for the clerk who saw a document."""

from __future__ import annotations

from collections.abc import Mapping

from casework.permissions import Operation
from casework.permits.seen_documents import DOCUMENTS
from casework.permits.views import ApplicationView
from web.console.door import ConsoleDoor
from web.console.permit_acts import ask
from web.console.permit_screens import IdentityPanel, PermitAsk
from web.console.permit_words import application_address
from web.console.screens import Note, Option, Tone
from web.console.visitor import Visitor


def seen_asks(door: ConsoleDoor, wrong: Mapping[str, str]) -> tuple[PermitAsk, ...]:
    """Which document was seen, and its number, which is not sent back: it is a person's."""
    options = tuple(
        Option(value=one, words=door.words.text(f"permit_identity.document.{one}")) for one in DOCUMENTS
    )
    return (
        ask(door, "document", "choice", wrong=wrong.get("document", ""), options=options),
        ask(door, "document_number", "short", wrong=wrong.get("document_number", "")),
    )


def identity_panel(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, wrong: Mapping[str, str]
) -> IdentityPanel | None:
    """What is known, and the form where it is not; nothing of what was made nobody's."""
    if view.is_erased:
        return None
    text, now = door.words.text, door.clock.now()
    at = door.words.moment(view.identity_at, now) if view.identity_at is not None else ""
    if view.identity:
        document = text(f"permit_identity.document.{view.identity_document or 'unsaid'}")
        number = f" {view.identity_number}" if view.identity_number else ""
        words = text(f"permit_identity.known.{view.identity}", at=at, document=f"{document}{number}")
        return IdentityPanel(note=Note(words=words, tone="good"))
    tone: Tone = "plain" if view.identity_by == "never" else "soon"
    note = Note(words=text(f"permit_identity.unknown.{view.identity_by}"), tone=tone)
    if view.is_own or view.ended_at is not None or not _may_look(visitor):
        return IdentityPanel(note=note)
    action = f"{application_address(view.line.reference)}/identity"
    return IdentityPanel(note=note, action=action, asks=seen_asks(door, wrong))


def _may_look(visitor: Visitor) -> bool:
    """A clerk at the window; officers who were not sent there are told so when they try."""
    return visitor.may(Operation.TAKE_IN_PERMITS) or visitor.may(Operation.SURVEY_PERMITS)
