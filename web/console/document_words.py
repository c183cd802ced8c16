"""Papers in a clerk's words: the list of one matter's, a line of the book of numbers, the tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from casework.documents.desk import DocumentDesk
from casework.documents.opening import DocumentView, documents_of
from casework.documents.register import successors
from casework.penalties.case_papers import ABOUT as ABOUT_PENALTY
from casework.permissions import Operation
from casework.permits.papers import ABOUT_APPLICATION, ABOUT_PERMIT
from kit.problems import NotFound
from web.console.document_screens import PaperLine, PapersPanel
from web.console.door import ConsoleDoor
from web.console.frame import PAPERS
from web.console.screens import Link
from web.console.visitor import Visitor

ISSUED, OPENED = f"{PAPERS}/issued", "/console/documents"
VOIDABLE = frozenset({ABOUT_APPLICATION, ABOUT_PERMIT, ABOUT_PENALTY})
"""What papers are about that can be declared void here."""


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
    found = await documents_of(about_kind, *about_ids)
    return PapersPanel(rows=paper_lines(door, visitor, found, await successors(found), door.clock.now()))


def paper_lines(
    door: ConsoleDoor,
    visitor: Visitor,
    papers: Sequence[DocumentView],
    after: Mapping[UUID, str],
    now: datetime,
) -> tuple[PaperLine, ...]:
    """Papers of a list; `after` has the numbers of those issued in the place of void ones."""
    return tuple(paper_line(door, visitor, one, after.get(one.id, ""), now) for one in papers)


def paper_line(
    door: ConsoleDoor, visitor: Visitor, paper: DocumentView, successor: str, now: datetime
) -> PaperLine:
    """One paper; without the way to its PDF for whoever may not see whose it is."""
    text = door.words.text
    delivery = paper.delivery
    is_void, at = paper.voided_at is not None, f"{OPENED}/{paper.id}"
    void = text("console_documents.list.void", reason=paper.void_reason) if is_void else ""
    if successor:
        void = text("console_documents.list.void_replaced", reason=paper.void_reason, number=successor)
    may_void = not is_void and paper.about_kind in VOIDABLE and visitor.may(Operation.VOID_PAPERS)
    return PaperLine(
        name=text(f"document.name.{paper.paper}"),
        number=paper.number or text("console_documents.list.unnumbered"),
        at=door.words.moment(paper.issued_at, now),
        href=at if visitor.may(Operation.SEE_APPLICANT) else "",
        seal=text(f"console_documents.list.{'sealed' if paper.seal else 'unsealed'}"),
        void=void,
        delivered=text(f"console_documents.list.delivered.{delivery}") if delivery else "",
        void_href=f"{at}/void" if may_void else "",
        original_href=f"{at}/original" if is_void and visitor.may(Operation.SEE_VOID_ORIGINALS) else "",
    )


def paper_id(text: str) -> UUID:
    """The id in an address. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("problem.document.not_found") from None


def paper_tabs(door: ConsoleDoor, here: str) -> tuple[Link, ...]:
    """Templates, and the book of numbers."""
    places = {"templates": PAPERS, "issued": ISSUED}
    return tuple(
        Link(href=href, words=door.words.text(f"console_documents.tab.{name}"), here=name == here)
        for name, href in places.items()
    )
