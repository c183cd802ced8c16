"""Opening a paper: who may, its PDF, the same bytes each time, and the trace of who looked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from casework.actors import Actor
from casework.documents.desk import VOID_MARK, DocumentDesk
from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import DocumentTemplate, IssuedDocument
from casework.documents.papers import Paper
from casework.documents.pictures import pictures_of
from casework.permissions import Operation, require
from kit.clock import local
from kit.db import Change
from kit.problems import Gone, NotFound, Problem

_log = structlog.get_logger("documents")


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper in a list. `number` is None for papers without; `void_reason` is empty unless it was declared void."""

    id: UUID
    paper: str
    about_kind: str
    about_id: UUID
    number: str | None
    serial: int | None
    seal: str | None
    issued_at: datetime
    voided_at: datetime | None
    void_reason: str
    replaces_id: UUID | None
    delivery: str | None
    delivered_at: datetime | None


async def documents_of(about_kind: str, *about_ids: UUID) -> tuple[DocumentView, ...]:
    """The papers about these, the newest first; void ones too."""
    found = IssuedDocument.filter(about_kind=about_kind, about_id__in=about_ids)
    return tuple(view_of(row) for row in await found.order_by("-issued_at", "-id"))


class OpenedPaper(msgspec.Struct, frozen=True):
    """A paper and its PDF."""

    view: DocumentView
    content: bytes


async def paper_for(desk: DocumentDesk, actor: Actor, document_id: UUID) -> DocumentView:
    """The paper, if the actor may see what it is about. Raises NotFound."""
    row = await IssuedDocument.get_or_none(id=document_id)
    sees = desk.sight.get(row.about_kind) if row is not None else None
    if row is None or sees is None or not await sees(actor, row.about_id):
        raise NotFound("problem.document.not_found")
    return view_of(row)


async def open_paper(desk: DocumentDesk, actor: Actor, document_id: UUID, door: str) -> OpenedPaper:
    """The paper with its PDF for whoever may see it; that it was opened stands on its chain before it is given out. A void
    one bears its mark. `door`: "console", "h5", "api" or "bot". Raises NotFound, and as `pdf`.
    """
    view = await paper_for(desk, actor, document_id)
    content = await pdf(desk, document_id)
    await _note_opening(desk, actor, document_id, {"door": door})
    return OpenedPaper(view, content)


async def open_original(desk: DocumentDesk, actor: Actor, document_id: UUID, door: str) -> OpenedPaper:
    """A void paper as it was given out, without the mark: for whoever examines what happened. Raises Forbidden, and as
    `open_paper`.
    """
    require(actor, Operation.SEE_VOID_ORIGINALS)
    view = await paper_for(desk, actor, document_id)
    content = await pdf(desk, document_id, is_marked=False)
    await _note_opening(desk, actor, document_id, {"door": door, "is_original": True})
    return OpenedPaper(view, content)


async def open_paper_of(
    desk: DocumentDesk, actor: Actor, about_kind: str, about_id: UUID, document_id: UUID, door: str
) -> OpenedPaper:
    """The same for a reader who may see the matter in another way, such as with the code of a paper: the caller has looked."""
    row = await IssuedDocument.get_or_none(id=document_id, about_kind=about_kind, about_id=about_id)
    if row is None:
        raise NotFound("problem.document.not_found")
    content = await pdf(desk, document_id)
    await _note_opening(desk, actor, document_id, {"door": door})
    return OpenedPaper(view_of(row), content)


async def pdf(desk: DocumentDesk, document_id: UUID, *, is_marked: bool = True) -> bytes:
    """The paper as PDF. The digest of its bytes is kept at first and compared ever after: a paper that would come out
    otherwise is not given out at all. One that is void is given out with a mark on each page, when what is below the mark
    has been compared; `is_marked` False gives it as it was. Raises NotFound, Gone (its time is over), Busy, Problem
    `problem.document.mismatch` (500).
    """
    row = await IssuedDocument.get_or_none(id=document_id)
    if row is None:
        raise NotFound("problem.document.not_found")
    if not row.data_sealed:
        raise Gone("problem.document.erased")
    template = await DocumentTemplate.get(template=row.template, version=row.template_version)
    sheet = desk.sealer.open(row.data_sealed, table=TABLE, column=COLUMN, row_id=row.id).encode()
    at = int(row.issued_at.timestamp())
    pictures = await pictures_of(desk.pictures, _named_in(sheet))
    made = await desk.typesetter.pdf(template.style, template.source, sheet, at, pictures)
    digest = hashlib.sha256(made).hexdigest()
    kept = row.sha256 or await _keep_digest(desk, row.id, digest)
    is_same = hmac.compare_digest(kept, digest)
    if is_same is not (row.mismatched_at is None):
        await _keep_mismatch(desk, row.id, is_same=is_same)
    if not is_same:
        _log.error("document_mismatch", document=str(row.id), kept=kept, made=digest)
        raise Problem("problem.document.mismatch", 500)
    if row.voided_at is not None and is_marked:
        marked = f"{desk.shipped[VOID_MARK]}\n{template.style}"
        return await desk.typesetter.pdf(marked, template.source, await _with_mark(row, sheet), at, pictures)
    return await desk.seal.stamp(row.id, made) if row.seal is not None else made


def _named_in(sheet: bytes) -> tuple[str, ...]:
    """The pictures that a paper shows, in its order."""
    photos = msgspec.json.decode(sheet)["data"].get("photos", ())
    return tuple(one["picture"] for one in photos if one.get("picture"))


async def _with_mark(row: IssuedDocument, sheet: bytes) -> bytes:
    """What the template is given, with what the mark says."""
    successor = await IssuedDocument.get_or_none(replaces_id=row.id)
    void = {
        "on": local(row.voided_at).date().isoformat() if row.voided_at is not None else "",
        "reason": row.void_reason or "",
        "replaced_by": (successor.number or "") if successor is not None else "",
    }
    return msgspec.json.encode(msgspec.json.decode(sheet) | {"void": void}, order="deterministic")


def file_name(paper: DocumentView) -> str:
    """The name a download is saved by, in ASCII: what kind of paper, from which day."""
    return f"{Paper(paper.paper).value}-{paper.issued_at:%Y%m%d}-{paper.id.hex[-6:]}.pdf"


def headers(paper: DocumentView) -> dict[str, str]:
    """What every door answers a PDF with: shown in place, kept by nobody on the way."""
    return {
        "content-disposition": f'inline; filename="{file_name(paper)}"',
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }


async def _note_opening(
    desk: DocumentDesk, actor: Actor, document_id: UUID, said: Mapping[str, object]
) -> None:
    async def work(change: Change) -> None:
        await change.lock(IssuedDocument, document_id)
        await change.audit(document_id, actor, "document.open", said)

    await desk.db.change(work)


async def _keep_mismatch(desk: DocumentDesk, document_id: UUID, *, is_same: bool) -> None:
    """Note that a paper comes out otherwise, or again as it did: whoever watches over the program is told as long as one does."""

    async def work(change: Change) -> None:
        at = None if is_same else change.now
        await IssuedDocument.filter(id=document_id).update(mismatched_at=at)

    await desk.db.change(work)


async def _keep_digest(desk: DocumentDesk, document_id: UUID, digest: str) -> str:
    """Keep the digest of the first PDF; another process may have been first, and its digest holds."""

    async def work(change: Change) -> str:
        row = await change.lock(IssuedDocument, document_id)
        if row is None:
            raise NotFound("problem.document.not_found")
        if row.sha256 is None:
            row.sha256 = digest
            await row.save(update_fields=["sha256"])
        return str(row.sha256)

    return await desk.db.change(work)


def view_of(row: IssuedDocument) -> DocumentView:
    """A row as it is shown in lists."""
    return DocumentView(
        id=row.id,
        paper=row.kind,
        about_kind=row.about_kind,
        about_id=row.about_id,
        number=row.number,
        serial=row.serial,
        seal=row.seal,
        issued_at=row.issued_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason or "",
        replaces_id=row.replaces_id,
        delivery=row.delivery,
        delivered_at=row.delivered_at,
    )
