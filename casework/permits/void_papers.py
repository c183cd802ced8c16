"""A paper that should not have been issued as it was: declared void, with or without one in its place.

The act that it told of stands: a grant whose paper has a misprint is a grant. So a paper that decides something is only
void together with the one that takes its place; whoever wants the act itself gone withdraws or revokes it.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import optional
from casework.documents import issuing
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.permissions import Operation, require
from casework.permits.delivering import ONLINE, RECIPIENT_AT_MOST, Delivery, issue_receipt
from casework.permits.desk import PermitDesk
from casework.permits.events import PaperVoided
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import locked, note, require_not_own, told
from casework.permits.own_application import is_own
from casework.permits.papers import ABOUT_APPLICATION, ABOUT_PERMIT, forms_of
from casework.permits.sight import acts_here
from casework.roles import Role
from kit.db import Change
from kit.problems import Forbidden, Gone, Invalid, NotFound

NOT_FOUND = "problem.document.not_found"
DECIDING = frozenset(
    {
        Paper.REFUSAL,
        Paper.GRANT,
        Paper.DENIAL,
        Paper.FILING,
        Paper.REFUND,
        Paper.CHANGE,
        Paper.RENEWAL,
        Paper.WITHDRAWAL,
        Paper.REVOCATION,
        Paper.CANCELLATION,
    }
)
"""Papers without which nobody could prove what was decided."""


async def void_paper(
    desk: PermitDesk, actor: Actor, document_id: UUID, reason: str, *, is_replaced: bool, recipient: str = ""
) -> UUID | None:
    """Declare a paper about an application or a permit void, tell the applicant, and have one issued in its place where
    wanted; that one's id. `recipient` is who signs for that one at the window; "" where nobody is there. Raises NotFound, Forbidden, Conflict (it is void already), Gone, Invalid naming the field.
    """
    require(actor, Operation.VOID_PAPERS)
    name = optional(recipient, field="recipient", at_most=RECIPIENT_AT_MOST)
    issued: list[UUID] = []

    async def work(change: Change) -> PermitApplication | None:
        found = await IssuedDocument.get_or_none(id=document_id)
        if found is None:
            raise NotFound(NOT_FOUND)
        row, permit = await _about(change, actor, found)
        if await is_own(desk, actor, row):
            await note(change, actor, row, "own_refused", {"tried": "void_paper"})
            return None
        if not acts_here(actor, (Role.HEAD,), row):
            raise Forbidden("problem.permit.not_your_unit")
        if not is_replaced and Paper(found.kind) in DECIDING:
            raise Invalid("problem.document.must_be_replaced", field="replace")
        void = await issuing.void(change, actor, document_id, reason)
        successor = None
        if is_replaced:
            successor = await _issued_anew(desk, change, actor, row, void)
            issued.append(successor.id)
            await _renumber(change, void, successor, permit)
            await _hand_over(desk, change, actor, row, successor, name)
        await _say(desk, change, actor, row, void, successor)
        return row

    require_not_own(await desk.db.change(work))
    return issued[-1] if issued else None


async def _about(
    change: Change, actor: Actor, paper: IssuedDocument
) -> tuple[PermitApplication, Permit | None]:
    """The application, locked, and the permit: the one it is about, or that came of the application. Raises NotFound."""
    permit = None
    if paper.about_kind == ABOUT_PERMIT:
        permit = await Permit.get_or_none(id=paper.about_id)
    elif paper.about_kind == ABOUT_APPLICATION:
        permit = await Permit.get_or_none(application_id=paper.about_id)
    application_id = permit.application_id if permit is not None else paper.about_id
    row = await locked(change, actor, application_id)
    return row, await change.lock(Permit, permit.id) if permit is not None else None


async def _issued_anew(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, void: IssuedDocument
) -> IssuedDocument:
    """The one in its place."""
    if not void.data_sealed:
        raise Gone("problem.document.erased")
    return await issuing.issue_in_place_of(change, desk.documents, actor, void, forms_of(desk, row.kind))


async def _hand_over(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    paper: IssuedDocument,
    recipient: str | None,
) -> None:
    """In the applicant's hands at once where they have their papers online, or stand at the window; what decides something
    with a receipt.
    """
    if row.delivery != ONLINE and recipient is None:
        return
    delivery: Delivery = ONLINE if row.delivery == ONLINE else "window"
    await issuing.record_delivery(change, actor, paper.id, delivery)
    if paper.kind in DECIDING:
        await issue_receipt(desk, change, actor, row, [paper], delivery, recipient or "")


async def _renumber(
    change: Change, void: IssuedDocument, successor: IssuedDocument, permit: Permit | None
) -> None:
    """A permit bears the number of the paper that granted it. Codes that were printed with the old one go on to lead to it."""
    if permit is None or successor.number is None or permit.number != void.number:
        return
    permit.number, permit.updated_at = successor.number, change.now
    await permit.save(update_fields=["number", "updated_at"])


async def _say(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    void: IssuedDocument,
    successor: IssuedDocument | None,
) -> None:
    replaced_by = (successor.number or "") if successor is not None else ""
    content = {"paper": void.kind, "number": void.number, "replaced_by": replaced_by}
    await note(change, actor, row, "void_paper", content)
    more = {
        "paper": void.kind,
        "paper_name": desk.documents.catalogue.text(f"document.name.{void.kind}"),
        "number": void.number or "",
        "reason": void.void_reason or "",
        "replaced_by": replaced_by,
    }
    change.emit(told(desk, PaperVoided, row, change, more), row.id)
