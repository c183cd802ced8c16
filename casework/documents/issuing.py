"""Issuing a paper: its number, its data and the version of its template, in the caller's transaction.

Nothing is drawn here: a paper is its row, and the PDF is made from the row when it is first opened (`opening.pdf`).
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents import numbers, templates
from casework.documents.desk import DocumentDesk
from casework.documents.models import IssuedDocument
from casework.documents.papers import UNNUMBERED, Paper, PaperForms, Particulars
from casework.documents.sheets import Sheet
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

TABLE, COLUMN = "issued_document", "data_sealed"
Delivery = Literal["online", "window", "post"]


class IssueRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A paper to issue. `forms` are the kind's (`PermitKind.papers`); `about_kind` and `about_id` what it is about
    ("permit_application", "permit", "sign", "penalty"). A kind of paper that is numbered always gets a number.
    """

    paper: Paper
    about_kind: str
    about_id: UUID
    forms: PaperForms
    data: Particulars


async def issue(change: Change, desk: DocumentDesk, actor: Actor, request: IssueRequest) -> IssuedDocument:
    """Issue it within `change`. The number is the next of its series in the local year; should the transaction fail,
    the number is given to the next paper. Other papers of the series wait for this transaction to end, so issue late in it.
    """
    forms, paper = request.forms, request.paper
    issued_on = local(change.now).date()
    template = await templates.freeze(change, desk, forms.templates.get(paper, paper), paper)
    given = None
    if paper not in UNNUMBERED:
        mark = forms.marks.get(paper) or desk.catalogue.text(f"document.mark.{paper}")
        form = numbers.Numbering(form=forms.numbering, short=desk.issuer.short, mark=mark)
        given = await numbers.take(change, form, issued_on.year)
    data = request.data
    if not data.remedies:
        data = msgspec.structs.replace(data, remedies=forms.remedies)
    sheet = Sheet(
        paper=paper,
        number=given.text if given else None,
        issued_on=issued_on,
        issuer=desk.issuer,
        seal=desk.seal.mark,
        data=data,
    )
    id = change.ids.new()
    document = IssuedDocument(
        id=id,
        kind=paper.value,
        about_kind=request.about_kind,
        about_id=request.about_id,
        series=given.series if given else None,
        year=given.year if given else None,
        serial=given.serial if given else None,
        number=sheet.number,
        template=template.template,
        template_version=template.version,
        data_sealed=desk.sealer.seal(sheet.encoded(), table=TABLE, column=COLUMN, row_id=id),
        seal=sheet.seal,
        issued_at=change.now,
        issued_by_id=actor.id if actor.kind == "staff" else None,
        updated_at=change.now,
    )
    await document.save(force_create=True)
    await change.audit(id, actor, "document.issue", {"paper": paper.value, "number": sheet.number})
    return document


async def void(change: Change, actor: Actor, document_id: UUID, reason: str) -> None:
    """Declare a paper void. Its number stays its own. Raises NotFound, Conflict (it is void already), Invalid."""
    if not reason.strip():
        raise Invalid("problem.document.void_reason", field="reason")
    document = await change.lock(IssuedDocument, document_id)
    if document is None:
        raise NotFound("problem.document.not_found")
    if document.voided_at is not None:
        raise Conflict("problem.document.void_already")
    document.voided_at = document.updated_at = change.now
    document.void_reason = reason.strip()
    await document.save(update_fields=["voided_at", "void_reason", "updated_at"])
    await change.audit(document_id, actor, "document.void", {"reason": document.void_reason})


async def record_delivery(change: Change, actor: Actor, document_id: UUID, delivery: Delivery) -> None:
    """Note that a paper reached its addressee; a second time changes nothing. Raises NotFound, Conflict (void)."""
    document = await change.lock(IssuedDocument, document_id)
    if document is None:
        raise NotFound("problem.document.not_found")
    if document.voided_at is not None:
        raise Conflict("problem.document.is_void")
    if document.delivered_at is not None:
        return
    document.delivery, document.delivered_at, document.updated_at = delivery, change.now, change.now
    await document.save(update_fields=["delivery", "delivered_at", "updated_at"])
    await change.audit(document_id, actor, "document.deliver", {"delivery": delivery})
