"""A paper of a penalty case that should not have been issued as it was: void, with another in its place.

What it told of stands, and with it every limit that began when it was received. Whoever wants the act itself gone withdraws the
notice, revokes the decision or takes the demand back. So one is only void together with the one that takes its place,
except a copy of which another is in force (as when a new code was printed).
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.documents import issuing
from casework.documents.models import IssuedDocument
from casework.penalties.access import ABOUT_CASE, current_code
from casework.penalties.case_events import PenaltyPaperVoided
from casework.penalties.case_moving import OWN, locked, note, told
from casework.penalties.case_papers import ABOUT
from casework.penalties.case_sight import is_own
from casework.penalties.desk import PenaltyDesk
from casework.permissions import Operation, require
from casework.roles import Role
from kit.db import Change
from kit.problems import Forbidden, Gone, Invalid, NotFound

NOT_FOUND = "problem.document.not_found"


async def has_copy(paper: IssuedDocument) -> bool:
    """Whether another paper of the kind about the same case is in force."""
    others = IssuedDocument.filter(
        about_kind=ABOUT, about_id=paper.about_id, kind=paper.kind, voided_at=None
    ).exclude(id=paper.id)
    return await others.exists()


async def void_case_paper(
    desk: PenaltyDesk, actor: Actor, document_id: UUID, reason: str, *, is_replaced: bool
) -> UUID | None:
    """Declare it void, tell its party and officer, and have one issued in its place where wanted; that one's id.

    Raises NotFound, Forbidden, Conflict (it is void already), Gone, Invalid naming the field.
    """
    require(actor, Operation.VOID_PAPERS)
    issued: list[UUID] = []

    async def work(change: Change) -> bool:
        paper = await IssuedDocument.get_or_none(id=document_id, about_kind=ABOUT)
        if paper is None:
            raise NotFound(NOT_FOUND)
        row = await locked(change, actor, paper.about_id)
        if await is_own(actor, row.party_index, row.account_id):
            await note(change, actor, row, "own_refused", {"tried": "void_paper"})
            return False
        if not acts_on(actor, frozenset({Role.HEAD}), row.unit, None):
            raise Forbidden("problem.penalty_case.not_your_unit")
        if not is_replaced and not await has_copy(paper):
            raise Invalid("problem.document.must_be_replaced", field="replace")
        void = await issuing.void(change, actor, document_id, reason)
        successor = None
        if is_replaced:
            if not void.data_sealed:
                raise Gone("problem.document.erased")
            code = await current_code(desk, row.id, ABOUT_CASE)
            successor = await issuing.issue_in_place_of(
                change, desk.documents, actor, void, desk.section, code=code
            )
            issued.append(successor.id)
            if void.delivery == "online":
                await issuing.record_delivery(change, actor, successor.id, "online")
        replaced_by = (successor.number or "") if successor is not None else ""
        content = {"paper": void.kind, "number": void.number, "replaced_by": replaced_by}
        await note(change, actor, row, "void_paper", content)
        more: dict[str, object] = {
            "what": desk.documents.catalogue.text(f"document.name.{void.kind}"),
            "number": void.number or "",
            "reason": void.void_reason or "",
            "outcome": replaced_by or desk.documents.catalogue.text("penalty_case.not_replaced"),
        }
        if void.delivered_at is None:
            more["account_id"] = None  # They have never had it.
        change.emit(told(PenaltyPaperVoided, row, change, more), row.id)
        return True

    if not await desk.db.change(work):
        raise Forbidden(OWN)
    return issued[-1] if issued else None
