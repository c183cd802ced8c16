"""What is done with figures: tables taken along, a month published."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.sight import Sight
from casework.figures.exporting import AT_MOST, ExportedCase, begin_export, exported
from casework.figures.publishing import Names, names_of, publish
from casework.figures.reckoning import Asked
from casework.figures.wording import month_in, month_text
from kit.clock import local
from kit.problems import NotFound, Problem
from kit.sheets import CSV_TYPE, XLSX_TYPE, Cell, csv_pieces, xlsx_pieces
from web.console.door import ConsoleDoor
from web.console.figures_filters import FIGURES, FigureFilters
from web.console.figures_page import figures_page, name_of
from web.console.screens import Note
from web.console.submission import value_of
from web.console.visitor import Visitor

FORMS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


async def export_figures(
    request: Request, door: ConsoleDoor, visitor: Visitor, form: str
) -> HTTPResponse | None:
    """POST /console/figures/export/<form>: the cases behind the figures, as a table, while they are read."""
    if form not in FORMS:
        raise NotFound
    today = local(door.clock.now()).date()
    filters = FigureFilters.of(lambda name: value_of(request, name), today)
    asked = filters.asked(visitor.sight)
    sight = await begin_export(door.db, visitor.actor, asked, form)
    names = await names_of(door.figures)
    title = f"{month_text(filters.first)}_{month_text(filters.last)}"
    response = await request.respond(
        content_type=FORMS[form],
        headers={"content-disposition": f'attachment; filename="cases_{title}.{form}"'},
    )
    rows = _table(door, asked, sight, names)
    async for piece in csv_pieces(rows) if form == "csv" else xlsx_pieces(rows, title):
        await response.send(piece)
    await response.eof()
    return None


async def _table(
    door: ConsoleDoor, asked: Asked, sight: Sight, names: Names
) -> AsyncIterator[list[list[Cell]]]:
    text = door.words.text
    yield [[text(f"console_figures.export.{name}") for name in ExportedCase._fields]]
    async for cases in exported(asked, sight, AT_MOST):
        yield [_row(door, case, names) for case in cases]


def _row(door: ConsoleDoor, case: ExportedCase, names: Names) -> list[Cell]:
    text = door.words.text
    said: dict[str, Cell] = {
        "state": text(f"console.state.{case.state}"),
        "standing": text(f"figures.standing.{case.standing}"),
        "submitted_on": case.submitted_on.isoformat(),
    }
    said |= {name: name_of(door, name, getattr(case, name) or "", names) for name in ("source", *names)}
    return [said.get(name, value) for name, value in zip(ExportedCase._fields, case, strict=True)]


async def publish_month(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/figures/publish: a month that is over, or once more with a reason."""
    typed = {name: value_of(request, name)[:400] for name in ("month", "reason")}
    try:
        month = month_in(typed["month"])
        if month is None:
            raise Problem("problem.figures.months", 400)
        await publish(door.figures, door.words.catalogue, visitor.actor, month, typed["reason"] or None)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        filters = FigureFilters.of(lambda name: "", local(door.clock.now()).date())
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        return await figures_page(door, visitor, filters, [note], problem.status, typed)
    return redirect(f"{FIGURES}?done=published", status=303)
