"""Templates in versions: a paper stays with the one it was made with, whatever is shipped or edited later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents.desk import STYLE, DocumentDesk
from casework.documents.models import DocumentTemplate
from casework.documents.papers import UNNUMBERED, Paper, Particulars
from casework.documents.sheets import Sheet
from casework.permissions import Operation, require
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

SOURCE_AT_MOST, REASON_AT_MOST = 20_000, 200
SHIPPED = 0
"""The version by which one goes back to what is shipped."""


class TemplateView(msgspec.Struct, frozen=True, kw_only=True):
    """A template as it is in force. `version` is 0 where no paper was made with it and nobody saved it yet."""

    name: str
    version: int
    source: str
    style: str
    is_shipped: bool


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version that was kept; `made_by_id` is None where it came with a release."""

    version: int
    source: str
    is_shipped: bool
    reason: str
    made_by_id: UUID | None
    made_at: datetime


def names(desk: DocumentDesk) -> Mapping[str, Paper]:
    """Every template there is, with the paper it is for: the shipped ones, and those that the profile names."""
    return {**{one.value: one for one in Paper}, **desk.named}


async def in_force(desk: DocumentDesk, name: str) -> TemplateView:
    """What the next paper will be made with; the shipped template of the paper where the bureau's own is not written yet.
    Raises NotFound for a name that is not one of `names`.
    """
    paper = names(desk).get(name)
    if paper is None:
        raise NotFound("problem.document.no_template")
    newest = await _newest(name)
    if newest is not None and not (newest.is_shipped and name in desk.shipped):
        return TemplateView(
            name=name, version=newest.version, source=newest.source, style=newest.style, is_shipped=False
        )
    return TemplateView(
        name=name,
        version=newest.version if newest is not None else 0,
        source=desk.shipped.get(name) or desk.shipped[paper],
        style=desk.shipped[STYLE],
        is_shipped=True,
    )


async def versions(name: str) -> tuple[VersionView, ...]:
    """Every version kept, the newest first."""
    rows = await DocumentTemplate.filter(template=name).order_by("-version")
    return tuple(
        VersionView(
            version=row.version,
            source=row.source,
            is_shipped=row.is_shipped,
            reason=row.reason or "",
            made_by_id=row.made_by_id,
            made_at=row.made_at,
        )
        for row in rows
    )


async def freeze(change: Change, desk: DocumentDesk, wanted: str, paper: Paper) -> DocumentTemplate:
    """The version in force, kept as a row. A shipped template becomes a row when a paper is first made with it, and
    another one when a later release ships it changed; one that a clerk has saved holds until a clerk saves again.
    A name that the profile gives and nobody has written yet takes the shipped template of the paper.
    """
    name = wanted
    newest = await _newest(name)
    if newest is None and name not in desk.shipped:
        name = paper.value
        newest = await _newest(name)
    shipped = desk.shipped.get(name)
    if newest is not None and (
        not newest.is_shipped
        or shipped is None
        or (newest.source, newest.style) == (shipped, desk.shipped[STYLE])
    ):
        return newest
    fresh = DocumentTemplate(
        id=change.ids.new(),
        template=name,
        version=newest.version + 1 if newest is not None else 1,
        source=desk.shipped[name],
        style=desk.shipped[STYLE],
        is_shipped=True,
        made_at=change.now,
    )
    # Two papers at once: whoever is second finds the first one's row.
    await DocumentTemplate.bulk_create([fresh], ignore_conflicts=True)
    return await DocumentTemplate.get(template=name, version=fresh.version)


async def save(desk: DocumentDesk, actor: Actor, name: str, source: str, reason: str, *, seen: int) -> int:
    """Keep a new version and give its number; papers are made with it from now on. `seen` is the version its author began
    from. It is tried on the sample first. Raises Forbidden, TemplateFault, Invalid, Conflict, Busy.
    """
    require(actor, Operation.AMEND_PAPERS)
    source = source.replace("\r\n", "\n")
    _check(source, reason)
    await try_out(desk, name, source)
    return await _add(desk, actor, name, source, reason, seen=seen, is_shipped=False)


async def restore(
    desk: DocumentDesk, actor: Actor, name: str, version: int, reason: str, *, seen: int
) -> int:
    """Have an earlier version (or SHIPPED) in force again, as a new version. Raises as `save`, and NotFound."""
    require(actor, Operation.AMEND_PAPERS)
    paper = names(desk).get(name)
    source: str | None = None
    if version == SHIPPED and paper is not None:
        source = desk.shipped.get(name) or desk.shipped[paper]
    else:
        kept = await DocumentTemplate.get_or_none(template=name, version=version)
        source = kept.source if kept is not None else None
    if source is None:
        raise NotFound("problem.document.no_template")
    _check(source, reason)
    await try_out(desk, name, source)
    return await _add(desk, actor, name, source, reason, seen=seen, is_shipped=version == SHIPPED)


async def try_out(desk: DocumentDesk, name: str, source: str) -> tuple[bytes, ...]:
    """The paper's first pages as PNG, on the sample's particulars. Raises NotFound, TemplateFault, Busy."""
    paper = names(desk).get(name)
    if paper is None:
        raise NotFound("problem.document.no_template")
    now = desk.db.clock.now()
    sheet = Sheet(
        paper=paper,
        number=None if paper in UNNUMBERED else desk.catalogue.text("document.sample_number"),
        issued_on=local(now).date(),
        issuer=desk.issuer,
        seal=desk.seal.mark,
        data=desk.samples.get(paper) or Particulars(addressee="", item=""),
    )
    return await desk.previewer.pages(
        desk.shipped[STYLE], source, sheet.encoded().encode(), int(now.timestamp())
    )


async def _newest(name: str) -> DocumentTemplate | None:
    return await DocumentTemplate.filter(template=name).order_by("-version").first()


async def _add(
    desk: DocumentDesk, actor: Actor, name: str, source: str, reason: str, *, seen: int, is_shipped: bool
) -> int:
    async def work(change: Change) -> int:
        newest = await _newest(name)
        version = newest.version if newest is not None else 0
        if version != seen:
            raise Conflict("problem.document.template_moved_on")
        row = DocumentTemplate(
            id=change.ids.new(),
            template=name,
            version=version + 1,
            source=source,
            style=desk.shipped[STYLE],
            is_shipped=is_shipped,
            reason=reason.strip(),
            made_by_id=actor.id,
            made_at=change.now,
        )
        if not await _inserted(row):
            raise Conflict("problem.document.template_moved_on")
        detail = {"template": name, "version": row.version, "reason": row.reason}
        await change.audit(row.id, actor, "document.save_template", detail)
        return row.version

    return await desk.db.change(work)


async def _inserted(row: DocumentTemplate) -> bool:
    """Whether nobody else saved the same version this very moment."""
    await DocumentTemplate.bulk_create([row], ignore_conflicts=True)
    return await DocumentTemplate.filter(id=row.id).exists()


def _check(source: str, reason: str) -> None:
    if not source.strip():
        raise Invalid("problem.document.source_empty", field="source")
    if "foreground" in source:
        raise Invalid("problem.document.foreground", field="source")
    if len(source) > SOURCE_AT_MOST:
        raise Invalid("problem.document.source_long", field="source", at_most=SOURCE_AT_MOST)
    if not reason.strip():
        raise Invalid("problem.document.reason_empty", field="reason")
    if len(reason) > REASON_AT_MOST:
        raise Invalid("problem.document.reason_long", field="reason", at_most=REASON_AT_MOST)
