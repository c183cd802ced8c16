"""What can be applied for: the list in plain words, and one kind with all there is to know before one begins."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.permits import drafts
from casework.permits.clocks import DECIDE, DELIVER, PROMISE, SURVEY, promised
from casework.permits.kinds import PermitKind
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.permit_screens import KindPage, KindRow, KindsPage
from web.h5.permit_words import (
    PERMITS,
    basis_lines,
    fee_fact,
    fee_words,
    limit_words,
    promise_words,
    wanted,
    window_facts,
)
from web.h5.screens import Fact, Link
from web.h5.visitor import Visitor

_TYPES = {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf"}


async def show_permits(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/permits?kind=…: for anybody. A kind that is not there leads to the list, which says so."""
    code = str(request.args.get("kind", ""))
    kind = door.permits.desk.section.kind(code)
    frame = frame_for(request, door, visitor, PERMITS)
    if kind is not None:
        return shown(door, "permit_kind.html", frame, _kind(door, kind))
    begun = await drafts.drafts_of(door.permits.desk, visitor.actor) if visitor is not None else ()
    page = KindsPage(
        kinds=tuple(
            KindRow(
                href=f"{PERMITS}?kind={one.code}",
                plain=one.plain,
                name=one.name,
                promise=promise_words(door, one),
                fee=fee_words(door, one.fee),
            )
            for one in door.permits.desk.section.kinds
        ),
        window=window_facts(door),
        drafts=tuple(
            Link(
                href=f"{PERMITS}/drafts/{one.id}",
                words=door.words.text(
                    "h5_permits.draft_line", kind=one.kind_name, at=door.words.moment(one.updated_at)
                ),
            )
            for one in begun
        ),
        lost=door.words.text("h5_permits.no_such_kind") if code else "",
    )
    return shown(door, "permits.html", frame, page)


async def show_sample(request: Request, door: H5Door, _: Visitor | None, name: str) -> HTTPResponse:
    """GET /h5/permits/samples/<name>: a sample that one of the kinds names; no other file is ever looked at."""
    known = {paper.sample for kind in door.permits.desk.section.kinds for paper in kind.materials}
    media_type = _TYPES.get(name.rpartition(".")[2])
    if name not in known or media_type is None:
        raise NotFound()
    try:
        content = (door.permits.samples / name).read_bytes()
    except OSError:
        raise NotFound() from None
    headers = {"content-disposition": "inline", "cache-control": "public, max-age=3600"}
    return HTTPResponse(content, content_type=media_type, headers=headers)


def _kind(door: H5Door, kind: PermitKind) -> KindPage:
    text, section = door.words.text, door.permits.desk.section
    facts = []
    for name in (SURVEY, PROMISE, DECIDE, DELIVER):
        if kind.flow == "filing" and name in (DECIDE, DELIVER):
            continue
        limit = promised(section, kind.code, name)
        if limit is not None:
            said = text(f"h5_permits.time.{name}", span=limit_words(door, limit))
            facts.append(Fact(name=text(f"h5_permits.time_name.{name}"), words=f"{said}\n{limit.basis}"))
    if kind.flow == "filing":
        facts.append(Fact(name=text("h5_permits.time_name.promise"), words=promise_words(door, kind)))
    facts.append(fee_fact(door, kind.fee))
    if kind.term is not None:
        facts.append(
            Fact(
                name=text("h5_permits.term.name"),
                words=text("h5_permits.term.words", days=kind.term.days_most),
            )
        )
    return KindPage(
        name=kind.name,
        plain=kind.plain,
        summary=kind.summary,
        facts=tuple(facts),
        papers=tuple(wanted(door, kind, one) for one in kind.materials),
        organs=tuple(Fact(name=one.name, words=limit_words(door, one.limit)) for one in kind.co_signers),
        basis=basis_lines(door, kind.basis),
        begin=f"{PERMITS}/check/{kind.code}",
        window=window_facts(door),
    )
