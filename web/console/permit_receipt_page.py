"""The receipt of an application entered at the window, to be printed: its number, and how to look after it."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.permits.papers import said_basis
from casework.permits.receipts import receipt_for
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS, frame_for, shown
from web.console.permit_pages import find
from web.console.permit_words import application_address, permits_of
from web.console.permit_work_screens import ReceiptPage
from web.console.visitor import Visitor


async def show_permit_receipt(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """GET /console/permits/{reference}/receipt: only where it was entered at the window."""
    view, desk, text = await find(door, visitor, reference), permits_of(door), door.words.text
    secret = await receipt_for(desk, visitor.actor, view.line.id)
    kind = desk.section.kind(view.line.kind)
    basis = tuple(said_basis(desk, one) for one in kind.basis) if kind is not None else ()
    page = ReceiptPage(
        reference=view.line.reference,
        kind=view.line.kind_name,
        holder=view.line.holder,
        at=f"{local(view.line.submitted_at):%Y-%m-%d %H:%M}",
        secret=secret,
        where=f"{door.public_url}/h5/me/permits/claim",
        lines=tuple(text(f"console_permits.receipt.line_{one}") for one in ("accept", "ask", "keep")),
        basis="、".join(basis),
        fee=text("console_permits.fee", yuan=f"{view.fee_fen / 100:g}"),
        back=application_address(view.line.reference),
    )
    return shown(door, "permit_receipt.html", await frame_for(door, visitor, PERMITS), page)
