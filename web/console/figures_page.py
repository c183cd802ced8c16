"""How well the bureau does: figures by month, unit, category, area and source, and tables to take along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sanic import HTTPResponse, Request

from casework.complaints.sight import Sight
from casework.figures.blocks import DIMENSIONS
from casework.figures.publishing import Names, names_of, published_months
from casework.figures.reckoning import Line, Report
from casework.figures.standing import SELF_FOUND
from casework.figures.wording import day_minutes, how, month_text, months_before, percent, span
from casework.permissions import Operation
from kit.clock import local
from kit.problems import Problem
from web.console.door import ConsoleDoor
from web.console.figures_filters import FIGURES, WITHOUT, FigureFilters
from web.console.figures_screens import Choice, FigureLine, FiguresPage, FigureTable, Number, Published
from web.console.frame import frame_for, shown
from web.console.screens import Fact, Note, Option
from web.console.visitor import Visitor

COLUMNS = ("counted", "in_time", "answer_median", "answer_p90", "close_median", "close_p90", "satisfied",
           "handed_back")  # fmt: skip
BESIDE = ("refused", "withdrawn", "merged", "split", "imported")


async def show_figures(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/figures?from=2026-01&to=2026-10&unit=…"""
    today, notes, status = local(door.clock.now()).date(), [], 200
    try:
        filters = FigureFilters.of(lambda name: str(request.args.get(name, "")), today)
    except Problem as problem:
        filters, status = FigureFilters.of(lambda name: "", today), 400
        notes.append(Note(words=door.words.text(problem.key, **problem.params), tone="soon"))
    done = str(request.args.get("done", ""))
    if done == "published":
        notes.append(Note(words=door.words.text("console_figures.published_now")))
    return await figures_page(door, visitor, filters, notes, status)


async def figures_page(
    door: ConsoleDoor,
    visitor: Visitor,
    filters: FigureFilters,
    notes: Iterable[Note] = (),
    status: int = 200,
    typed: Mapping[str, str] = {},
) -> HTTPResponse:
    """The page, with what was typed into a form that was refused."""
    text, now = door.words.text, door.clock.now()
    names = await names_of(door.figures)
    seen = await door.figure_reader.read(filters.asked(visitor.sight))
    whole = seen.report.whole
    month = months_before(local(now).year * 100 + local(now).month, 1)
    page = FiguresPage(
        first=month_text(filters.first),
        last=month_text(filters.last),
        choices=tuple(_choice(door, name, filters, names, visitor.sight) for name in DIMENSIONS),
        fields=filters.fields(),
        whole=tuple(
            Fact(name=text(f"console_figures.col.{name}"), words=cell.words)
            for name, cell in zip(COLUMNS, _cells(door, whole), strict=True)
        ),
        beside=text("console_figures.beside", **{name: whole.counts[name] for name in BESIDE}),
        how=how(door.words.catalogue),
        as_of=text("console_figures.as_of", at=door.words.moment(seen.as_of, now)),
        tables=tuple(_tables(door, seen.report, filters, names)),
        may_export=visitor.may(Operation.EXPORT_FIGURES),
        may_publish=visitor.may(Operation.PUBLISH_FIGURES),
        month=month_text(month),
        published=await _published(door),
        notes=tuple(notes),
        typed_month=typed.get("month", ""),
        typed_reason=typed.get("reason", ""),
    )
    return shown(door, "figures.html", await frame_for(door, visitor, FIGURES), page, status)


def _tables(door: ConsoleDoor, report: Report, filters: FigureFilters, names: Names) -> Iterable[FigureTable]:
    columns = tuple((name, door.words.text(f"console_figures.col.{name}")) for name in COLUMNS)
    for name in ("month", *DIMENSIONS):
        lines = [line for line in report.by[name] if name == "month" or any(line.counts.values())]
        if name in filters.codes and len(lines) <= 1:
            continue
        rows = tuple(
            FigureLine(
                name=name_of(door, name, line.code, names),
                href=_narrowed(filters, name, line.code),
                cells=_cells(door, line),
            )
            for line in lines
        )
        title = door.words.text(f"console_figures.by.{name}")
        yield FigureTable(name=name, title=title, rows=rows, columns=columns)


def _narrowed(filters: FigureFilters, name: str, code: str) -> str:
    if name == "month":
        month = month_text(int(code))
        return filters.address(**{"from": month, "to": month})
    return filters.address(**{name: code or WITHOUT})


def name_of(door: ConsoleDoor, dimension: str, code: str, names: Names) -> str:
    """A code in words."""
    catalogue = door.words.catalogue
    if dimension == "month":
        return month_text(int(code))
    if not code:
        return catalogue.text("figures.none")
    if dimension == "source":
        key = f"complaint.source.{code}"
        return catalogue.text(key) if catalogue.has(key) else code
    return names[dimension].get(code, code)


def _cells(door: ConsoleDoor, line: Line) -> tuple[Number, ...]:
    day, catalogue = day_minutes(door.desk.calendar), door.words.catalogue

    def share(part: float | None) -> Number:
        return Number(words=percent(part), value="" if part is None else f"{part * 100:.1f}")

    def length(minutes: int | None) -> Number:
        return Number(
            words=span(minutes, day, catalogue), value="" if minutes is None else f"{minutes / 60:.1f}"
        )

    counted = line.counts["counted"]
    return (
        Number(words=f"{counted:,}", value=str(counted)),
        share(line.in_time),
        length(line.answer_median),
        length(line.answer_p90),
        length(line.close_median),
        length(line.close_p90),
        share(line.satisfied),
        share(line.handed_back),
    )


def _choice(door: ConsoleDoor, name: str, filters: FigureFilters, names: Names, sight: Sight) -> Choice:
    text, catalogue = door.words.text, door.words.catalogue
    if name == "source":
        codes = [key.rpartition(".")[2] for key in catalogue.under("complaint.source")]
        codes.sort(key=SELF_FOUND.__contains__)
    else:
        codes = list(names[name])
    if name == "unit" and sight.units is not None:
        codes = [code for code in codes if code in sight.units]
    chosen = filters.codes.get(name, "")
    options = [Option(value=code, words=name_of(door, name, code, names)) for code in codes]
    if name != "source" or chosen == WITHOUT:
        options.append(Option(value=WITHOUT, words=text("figures.none")))
    if chosen and chosen not in {one.value for one in options}:
        options.append(Option(value=chosen, words=chosen))
    return Choice(
        name=name,
        label=text(f"console_figures.filter.{name}"),
        plain=text(f"console_figures.every.{name}"),
        options=tuple(options),
        chosen=chosen,
    )


async def _published(door: ConsoleDoor) -> tuple[Published, ...]:
    now = door.clock.now()
    return tuple(
        Published(
            month=month_text(row.month),
            href=f"{door.figures.public_url}/public/figures?month={month_text(row.month)}",
            words=door.words.text(
                "console_figures.edition",
                edition=row.edition,
                at=door.words.moment(row.published_at, now),
                digest=row.rows_digest[:16],
            ),
        )
        for row in (await published_months())[:12]
    )
