"""The promise in public: how many surveys within the hour and decisions within the day, and the rows to reckon it again."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from sanic import HTTPResponse, Request

from casework.figures.sheet import digest_of
from casework.figures.wording import day_minutes, month_in, month_text, percent, span
from casework.permits.facts import late_and_open, month_of
from casework.permits.promise import (
    OTHER,
    UNDECIDED,
    FactLike,
    PromiseFigures,
    PromiseLine,
    PromiseRow,
    Published,
    figures_of,
)
from casework.permits.promise_sheet import months_shown, published_in, written
from kit.clock import local
from kit.http.conditional import conditional
from kit.problems import NotFound
from kit.sheets import CSV_TYPE
from web.public.door import PublicDoor, door_of
from web.public.frame import CACHED, shown
from web.public.promise_screens import Miss, PromisePage
from web.public.screens import Fact, Link, Row, Table

PROMISE = "/public/promise"
COLUMNS = (
    "cases",
    "still_open",
    "withdrawn",
    "surveys",
    "survey_median",
    "decisions",
    "decision_median",
    "satisfied",
)
HOW = ("rows", "survey", "decision", "pauses", "late", "satisfied", "few")
MISSES_SHOWN, MONTHS_COMPARED = 100, 12


async def show_promise(request: Request) -> HTTPResponse:
    """GET /public/promise?month=2026-11: without a month the latest of which there is something."""
    door = door_of(request)
    now = await _now(door)
    months = await _months(now)
    wanted = month_in(str(request.args.get("month", "")))
    if "month" in request.args and wanted not in months:
        raise NotFound("problem.figures.not_published")
    if not months:
        return shown(request, door, "promise.html", PromisePage(title=door.catalogue.text("promise.title")))
    return shown(request, door, "promise.html", await _page(request, door, wanted or months[0], months, now))


async def give_promise_rows(request: Request, file: str) -> HTTPResponse:
    """GET /public/promise/2026-11.csv or .json: the rows from which the page of that month is reckoned."""
    door = door_of(request)
    name, _, ending = file.partition(".")
    month, now = month_in(name), await _now(door)
    if month is None or ending not in ("csv", "json") or month not in await _months(now):
        raise NotFound("problem.figures.not_published")
    rows = await _rows(door, month, now)
    if ending == "csv":
        body, kind = written(rows, door.catalogue).encode(), CSV_TYPE
    else:
        said = {
            "month": name,
            "cases": [row._asdict() for row in rows.cases],
            "ratings": [row._asdict() for row in rows.ratings],
        }
        body, kind = msgspec.json.encode(said), "application/json; charset=utf-8"
    disposition = f'attachment; filename="promise_{name}.{ending}"'
    response = HTTPResponse(body, content_type=kind, headers={"content-disposition": disposition})
    return conditional(request, response, cache_control=CACHED, vary="accept-encoding")


class _Now(NamedTuple):
    """The month that runs, and what of it is late and still open."""

    month: int
    still_open: tuple[FactLike, ...]


async def _now(door: PublicDoor) -> _Now:
    now = door.clock.now()
    return _Now(month_of(now), await late_and_open(door.figures.desk.calendar, now))


async def _months(now: _Now) -> list[int]:
    months = await months_shown()
    return [now.month, *months] if now.still_open and now.month not in months else months


async def _rows(door: PublicDoor, month: int, now: _Now) -> Published:
    return await published_in(month, door.permits, now.still_open if month == now.month else ())


async def _page(request: Request, door: PublicDoor, month: int, months: list[int], now: _Now) -> PromisePage:
    text = door.catalogue.text
    rows = await _rows(door, month, now)
    found, name = figures_of(rows), month_text(month)
    columns = tuple(text(f"promise.col.{column}") for column in COLUMNS)
    cells = _cells(door, found.whole)
    is_large = str(request.args.get("print", "")) == "large"
    return PromisePage(
        title=text("promise.title"),
        month=text("public.figures.month", year=month // 100, month=month % 100),
        live=text("promise.live", at=f"{local(door.clock.now()):%Y-%m-%d %H:%M}"),
        months=tuple(_link(door, one, here=one == month, is_large=is_large) for one in months),
        whole=tuple(Fact(name=word, words=cell) for word, cell in zip(columns, cells, strict=True)),
        tables=(_by_kind(door, found), await _by_month(door, months[:MONTHS_COMPARED], now)),
        misses=tuple(_miss(door, row) for row in found.misses[:MISSES_SHOWN]),
        no_miss=text("promise.no_miss") if not found.misses else "",
        organs=tuple(
            Fact(name=organ, words=text("promise.times", count=count))
            for organ, count in found.organs.items()
        ),
        ratings=tuple(
            Fact(name=text(f"promise.score.{score}"), words=text("promise.times", count=count))
            for score, count in found.ratings.items()
        )
        if found.whole.rated
        else (),
        csv=f"{PROMISE}/{name}.csv",
        json=f"{PROMISE}/{name}.json",
        digest=digest_of(written(rows, door.catalogue)),
        how=tuple(text(f"promise.how.{one}") for one in HOW),
    )


def _link(door: PublicDoor, month: int, *, here: bool, is_large: bool) -> Link:
    query = urlencode({"month": month_text(month)} | ({"print": "large"} if is_large else {}))
    words = door.catalogue.text("public.figures.month", year=month // 100, month=month % 100)
    return Link(href=f"{PROMISE}?{query}", words=words, here=here)


def _by_kind(door: PublicDoor, found: PromiseFigures) -> Table:
    rows = tuple(_row(door, _kind(door, line.kind), line) for line in found.kinds)
    return Table(name="kind", title=door.catalogue.text("promise.by_kind"), rows=rows)


async def _by_month(door: PublicDoor, months: list[int], now: _Now) -> Table:
    """Each month reckoned from its own published rows, as its page is."""
    text = door.catalogue.text
    rows = []
    for month in months:
        line = figures_of(await _rows(door, month, now)).whole
        name = text("public.figures.month", year=month // 100, month=month % 100)
        rows.append(_row(door, name, line))
    return Table(name="month", title=text("public.figures.by.month"), rows=tuple(rows))


def _row(door: PublicDoor, name: str, line: PromiseLine) -> Row:
    short = tuple(door.catalogue.text(f"promise.col.{column}") for column in COLUMNS)
    bar = f"{line.decisions_kept / line.promised * 100:.1f}" if line.promised else ""
    return Row(name=name, cells=tuple(zip(short, _cells(door, line), strict=True)), bar=bar)


def _cells(door: PublicDoor, line: PromiseLine) -> tuple[str, ...]:
    day = day_minutes(door.figures.desk.calendar)
    return (
        f"{line.cases:,}",
        f"{line.still_open:,}",
        f"{line.withdrawn:,}",
        _kept(door, line.surveys_kept, line.surveyed),
        span(line.survey_median, day, door.catalogue),
        _kept(door, line.decisions_kept, line.promised),
        span(line.decision_median, day, door.catalogue),
        percent(line.satisfied / line.rated if line.rated else None),
    )


def _kept(door: PublicDoor, kept: int, whole: int) -> str:
    share = percent(kept / whole if whole else None)
    return door.catalogue.text("promise.kept", kept=kept, whole=whole, share=share) if whole else share


def _miss(door: PublicDoor, row: PromiseRow) -> Miss:
    text, day = door.catalogue.text, day_minutes(door.figures.desk.calendar)
    late = []
    for what, kept, took, limit in (
        ("survey", row.survey_kept, row.survey_minutes, row.survey_limit),
        ("decision", row.decision_kept, row.decision_minutes, row.decision_limit),
    ):
        if kept == 0:
            said = {"took": span(took, day, door.catalogue), "limit": span(limit, day, door.catalogue)}
            how = row.outcome if row.outcome in UNDECIDED else "never"
            late.append(
                text(f"promise.late.{what}" if took is not None else f"promise.late.{what}_{how}", **said)
            )
    law: list[str] = []
    if row.law_kept == 0:
        (law if late else late).append(text(f"promise.late.{'law_missed' if late else 'law_alone'}"))
    if row.extension_reason:
        law.append(text("promise.late.extended", reason=row.extension_reason))
    return Miss(
        law=text("promise.late.join").join(law),
        what=_kind(door, row.kind),
        late=text("promise.late.join").join(late),
        organ=text("promise.late.organ", organ=row.late_organ) if row.late_organ else "",
        reason=text("promise.late.reason", reason=row.late_reason or text("promise.late.no_reason")),
    )


def _kind(door: PublicDoor, kind: str) -> str:
    return door.catalogue.text("figures.other") if kind == OTHER else kind
