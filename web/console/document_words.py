"""Papers in a clerk's words: the list of one matter's, a line of the book of numbers, the tabs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.documents.desk import DocumentDesk
from casework.documents.opening import DocumentView, documents_of
from casework.permissions import Operation
from kit.problems import NotFound
from web.console.document_screens import PaperLine, PapersPanel
from web.console.door import ConsoleDoor
from web.console.frame import PAPERS
from web.console.screens import Link
from web.console.visitor import Visitor

ISSUED, OPENED = f"{PAPERS}/issued", "/console/documents"


def desk_of(door: ConsoleDoor) -> DocumentDesk:
    """The desk of papers. Raises NotFound where none is set up."""
    if door.documents is None:
        raise NotFound()
    return door.documents


async def papers_panel(
    door: ConsoleDoor, visitor: Visitor, about_kind: str, *about_ids: UUID
) -> PapersPanel | None:
    """The papers of a matter, for its page (`_papers.html`); None for whoever may not open them."""
    if not visitor.may(Operation.SEE_APPLICANT):
        return None
    now = door.clock.now()
    return PapersPanel(
        rows=tuple(paper_line(door, visitor, one, now) for one in await documents_of(about_kind, *about_ids))
    )


def paper_line(door: ConsoleDoor, visitor: Visitor, paper: DocumentView, now: datetime) -> PaperLine:
    """One paper; without the way to its PDF for whoever may not see whose it is."""
    text = door.words.text
    delivery = paper.delivery
    return PaperLine(
        name=text(f"document.name.{paper.paper}"),
        number=paper.number or text("console_documents.list.unnumbered"),
        at=door.words.moment(paper.issued_at, now),
        href=f"{OPENED}/{paper.id}" if visitor.may(Operation.SEE_APPLICANT) else "",
        seal=text(f"console_documents.list.{'sealed' if paper.seal else 'unsealed'}"),
        void=text("console_documents.list.void", reason=paper.void_reason) if paper.voided_at else "",
        delivered=text(f"console_documents.list.delivered.{delivery}") if delivery else "",
    )


def paper_tabs(door: ConsoleDoor, here: str) -> tuple[Link, ...]:
    """Templates, and the book of numbers."""
    places = {"templates": PAPERS, "issued": ISSUED}
    return tuple(
        Link(href=href, words=door.words.text(f"console_documents.tab.{name}"), here=name == here)
        for name, href in places.items()
    )
