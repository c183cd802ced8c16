"""Papers that were issued: opening one, and the book of numbers."""

from __future__ import annotations

from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.documents import register
from casework.documents.opening import headers, open_original, open_paper
from casework.documents.register import SeriesView, successors
from web.console.document_screens import IssuedPage
from web.console.document_words import ISSUED, desk_of, paper_id, paper_lines, paper_tabs
from web.console.door import ConsoleDoor
from web.console.frame import PAPERS, frame_for, shown
from web.console.screens import Note, Option
from web.console.visitor import Visitor


async def show_paper(request: Request, door: ConsoleDoor, visitor: Visitor, document_id: str) -> HTTPResponse:
    """GET /console/documents/{id}: the PDF; that it was opened is audited first."""
    opened = await open_paper(desk_of(door), visitor.actor, paper_id(document_id), "console")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_original(
    request: Request, door: ConsoleDoor, visitor: Visitor, document_id: str
) -> HTTPResponse:
    """GET /console/documents/{id}/original: a void paper as it was before, for whoever examines it."""
    opened = await open_original(desk_of(door), visitor.actor, paper_id(document_id), "console")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_issued(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/papers/issued?year=&series=&before=: numbers from the newest down."""
    desk_of(door)
    years = await register.years()
    year = _number(request.args.get("year", "")) or 0
    year = year if year in years else next(iter(years), 0)
    series = await register.series_of(year) if year else ()
    asked = request.args.get("series", "")
    chosen = next((one for one in series if one.series == asked), next(iter(series), None))
    before = _number(request.args.get("before", ""))
    found = await register.numbers_of(chosen.series, year, before) if chosen is not None else ()
    now = door.clock.now()
    last = found[-1].serial if len(found) == register.ROWS else None
    page = IssuedPage(
        tabs=paper_tabs(door, "issued"),
        years=tuple(Option(value=str(one), words=str(one)) for one in years),
        year=str(year),
        series=tuple(Option(value=one.series, words=one.series) for one in series),
        chosen=chosen.series if chosen is not None else "",
        whole=_wholeness(door, chosen) if chosen is not None else None,
        rows=paper_lines(door, visitor, found, await successors(found), now),
        more=_address(year, chosen, last) if last is not None and last > 1 else "",
        first=_address(year, chosen) if before is not None else "",
    )
    return shown(door, "papers_issued.html", await frame_for(door, visitor, PAPERS), page)


def _wholeness(door: ConsoleDoor, series: SeriesView) -> Note:
    name = "broken" if series.gaps else "whole"
    words = door.words.text(
        f"console_documents.issued.{name}", last=series.last, void=series.void, gaps=series.gaps
    )
    return Note(words=words, tone="late" if series.gaps else "good")


def _address(year: int, series: SeriesView | None, before: int | None = None) -> str:
    asked = {"year": year, "series": series.series if series is not None else ""}
    return f"{ISSUED}?{urlencode(asked | ({'before': before} if before is not None else {}))}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
