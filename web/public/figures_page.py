"""The bureau's own figures by month, and the anonymised rows from which anybody can reckon them again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.figures.anonymous import GROUPS, OTHER, PublicFigures, PublicLine
from casework.figures.models import PublishedMonth
from casework.figures.publishing import figures_in, published_months, published_rows
from casework.figures.wording import day_minutes, how, month_in, month_text, percent, span
from kit.clock import local
from kit.http.conditional import conditional
from kit.problems import NotFound
from kit.sheets import CSV_TYPE
from web.public.door import PublicDoor, door_of
from web.public.frame import CACHED, shown
from web.public.screens import Fact, FiguresPage, Row, Table

FIGURES = "/public/figures"
COLUMNS = ("counted", "in_time", "answer_median", "answer_p90", "close_median", "close_p90", "satisfied",
           "handed_back")  # fmt: skip
MONTHS_SHOWN = 24


async def show_figures(request: Request) -> HTTPResponse:
    """GET /public/figures?month=2026-10: without a month the latest that was published."""
    door = door_of(request)
    text = door.catalogue.text
    months = await published_months()
    wanted = month_in(str(request.args.get("month", ""))) if "month" in request.args else None
    if "month" in request.args and wanted is None:
        raise NotFound("problem.figures.not_published")
    row = next((one for one in months if wanted in (None, one.month)), None)
    if row is None and wanted is not None:
        raise NotFound("problem.figures.not_published")
    if row is None:
        return shown(request, door, "figures.html", FiguresPage(title=text("public.figures.title")))
    return shown(request, door, "figures.html", _page(request, door, row, months[:MONTHS_SHOWN]))


async def give_rows(request: Request, file: str) -> HTTPResponse:
    """GET /public/figures/2026-10.csv: the rows as they were published."""
    name, _, ending = file.partition(".")
    month = month_in(name) if ending == "csv" else None
    row = await published_rows(month) if month is not None else None
    if row is None:
        raise NotFound("problem.figures.not_published")
    response = HTTPResponse(
        row.rows,
        content_type=CSV_TYPE,
        headers={"content-disposition": f'attachment; filename="figures_{name}.csv"'},
    )
    return conditional(
        request, response, f'W/"{row.rows_digest}"', cache_control=CACHED, vary="accept-encoding"
    )


def _page(
    request: Request, door: PublicDoor, row: PublishedMonth, months: Sequence[PublishedMonth]
) -> FiguresPage:
    text, found = door.catalogue.text, figures_in(row)
    month = month_text(row.month)
    columns = tuple(text(f"public.figures.col.{name}") for name in COLUMNS)
    is_large = str(request.args.get("print", "")) == "large"
    edition = text("public.figures.edition", edition=row.edition, reason=row.reason) if row.reason else ""
    return FiguresPage(
        title=text("public.figures.title"),
        month=text("public.figures.month", year=row.month // 100, month=row.month % 100),
        published=text("public.figures.published", at=f"{local(row.published_at):%Y-%m-%d}"),
        edition=edition,
        whole=tuple(
            Fact(name=name, words=words)
            for name, words in zip(columns, _cells(door, found.whole), strict=True)
        ),
        columns=columns,
        how=how(door.catalogue),
        beside=text("public.figures.beside", filed=found.whole.filed, counted=found.whole.counted),
        tables=(_by_month(door, months, row.month, is_large), *_groups(door, found)),
        file=f"{FIGURES}/{month}.csv",
        digest=row.rows_digest,
    )


def _by_month(door: PublicDoor, months: Sequence[PublishedMonth], here: int, is_large: bool) -> Table:
    rows = []
    for one in months:
        line, month = figures_in(one).whole, month_text(one.month)
        query = urlencode({"month": month} | ({"print": "large"} if is_large else {}))
        href = f"{FIGURES}?{query}" if one.month != here else ""
        rows.append(Row(name=month, cells=_named_cells(door, line), bar=_bar(line), href=href))
    return Table(name="month", title=door.catalogue.text("public.figures.by.month"), rows=tuple(rows))


def _groups(door: PublicDoor, found: PublicFigures) -> list[Table]:
    text = door.catalogue.text
    named = {"": text("figures.none"), OTHER: text("figures.other")}
    return [
        Table(
            name=name,
            title=text(f"public.figures.by.{name}"),
            rows=tuple(
                Row(name=named.get(line.code, line.code), cells=_named_cells(door, line), bar=_bar(line))
                for line in found.by[name]
            ),
        )
        for name in GROUPS
    ]


def _named_cells(door: PublicDoor, line: PublicLine) -> tuple[tuple[str, str], ...]:
    short = (door.catalogue.text(f"public.figures.short.{name}") for name in COLUMNS)
    return tuple(zip(short, _cells(door, line), strict=True))


def _cells(door: PublicDoor, line: PublicLine) -> tuple[str, ...]:
    day = day_minutes(door.figures.desk.calendar)
    lengths = (line.answer_median, line.answer_p90, line.close_median, line.close_p90)
    return (
        f"{line.counted:,}",
        percent(_share(line.in_time, line.judged)),
        *(span(one, day, door.catalogue) for one in lengths),
        percent(_share(line.satisfied, line.rated)),
        percent(_share(line.handed_back, line.counted)),
    )


def _bar(line: PublicLine) -> str:
    share = _share(line.in_time, line.judged)
    return "" if share is None else f"{share * 100:.1f}"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
