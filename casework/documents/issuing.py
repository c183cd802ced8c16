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
REASON_AT_MOST = 200
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
    number = await _number(change, desk, paper, forms)
    data = request.data
    if not data.remedies:
        data = msgspec.structs.replace(data, remedies=forms.remedies)
    sheet = Sheet(
        paper=paper,
        number=number.text if number is not None else None,
        issued_on=local(change.now).date(),
        issuer=desk.issuer,
        seal=desk.seal.mark,
        data=data,
    )
    row = IssuedDocument(kind=paper.value, about_kind=request.about_kind, about_id=request.about_id)
    return await _keep(change, desk, actor, row, number, forms, sheet.encoded())


async def issue_in_place_of(
    change: Change,
    desk: DocumentDesk,
    actor: Actor,
    void: IssuedDocument,
    forms: PaperForms,
    *,
    code: str = "",
) -> IssuedDocument:
    """Issue a paper anew that was declared void: what it says about the matter as it stood there, with a number and a day
    of its own, the template and the bureau of today, and the number that it stands for. `code` takes the place of one that is printed on it.
    """
    paper = Paper(void.kind)
    sheet = msgspec.json.decode(
        desk.sealer.open(void.data_sealed, table=TABLE, column=COLUMN, row_id=void.id)
    )
    number = await _number(change, desk, paper, forms)
    sheet |= {
        "number": number.text if number is not None else None,
        "issued_on": local(change.now).date().isoformat(),
        "issuer": msgspec.to_builtins(desk.issuer),
        "seal": desk.seal.mark,
        "replaces": void.number or "",
    }
    if code and sheet["data"].get("code"):
        sheet["data"]["code"] = code
    row = IssuedDocument(
        kind=void.kind, about_kind=void.about_kind, about_id=void.about_id, replaces_id=void.id
    )
    encoded = msgspec.json.encode(sheet, order="deterministic").decode()
    return await _keep(change, desk, actor, row, number, forms, encoded)


async def _number(
    change: Change, desk: DocumentDesk, paper: Paper, forms: PaperForms
) -> numbers.Number | None:
    """The paper's number; None for papers without."""
    if paper in UNNUMBERED:
        return None
    mark = forms.marks.get(paper) or desk.catalogue.text(f"document.mark.{paper}")
    form = numbers.Numbering(form=forms.numbering, short=desk.issuer.short, mark=mark)
    return await numbers.take(change, form, local(change.now).year)


async def _keep(
    change: Change,
    desk: DocumentDesk,
    actor: Actor,
    row: IssuedDocument,
    number: numbers.Number | None,
    forms: PaperForms,
    sheet: str,
) -> IssuedDocument:
    """Save the row of a paper that says `sheet`."""
    paper = Paper(row.kind)
    template = await templates.freeze(change, desk, forms.templates.get(paper, paper), paper)
    row.id = change.ids.new()
    row.series, row.year, row.serial, row.number = None, None, None, None
    if number is not None:
        row.series, row.year, row.serial = number.series, number.year, number.serial
        row.number = number.text
    row.template, row.template_version = template.template, template.version
    row.data_sealed = desk.sealer.seal(sheet, table=TABLE, column=COLUMN, row_id=row.id)
    row.seal = desk.seal.mark
    row.issued_at = row.updated_at = change.now
    row.issued_by_id = actor.id if actor.kind == "staff" else None
    await row.save(force_create=True)
    said: dict[str, object] = {"paper": row.kind, "number": row.number}
    if row.replaces_id is not None:
        said["replaces"] = row.replaces_id
    await change.audit(row.id, actor, "document.issue", said)
    return row


async def void(change: Change, actor: Actor, document_id: UUID, reason: str) -> IssuedDocument:
    """Declare a paper void. Its number stays its own. Raises NotFound, Conflict (it is void already), Invalid."""
    if not reason.strip():
        raise Invalid("problem.document.void_reason", field="reason")
    if len(reason) > REASON_AT_MOST:
        raise Invalid("problem.document.void_reason_long", field="reason", at_most=REASON_AT_MOST)
    document = await change.lock(IssuedDocument, document_id)
    if document is None:
        raise NotFound("problem.document.not_found")
    if document.voided_at is not None:
        raise Conflict("problem.document.void_already")
    document.voided_at = document.updated_at = change.now
    document.void_reason = reason.strip()
    await document.save(update_fields=["voided_at", "void_reason", "updated_at"])
    await change.audit(document_id, actor, "document.void", {"reason": document.void_reason})
    return document


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
