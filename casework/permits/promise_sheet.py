"""The published rows of the promise as a file (CSV) and back, and the rows of a month from the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from casework.permits.kinds import PermitsSection
from casework.permits.promise import OTHER, UNDECIDED, FactLike, PromiseRow, Published, RatingRow, published
from casework.permits.published_models import PermitFact
from kit.catalogue import Catalogue
from kit.problems import Invalid
from kit.sheets import BOM

MONTHS_KEPT = 24
_NUMBERS = frozenset(
    {"survey_minutes", "survey_limit", "survey_kept", "decision_minutes", "decision_limit", "decision_kept"}
    | {"paused_minutes", "law_kept"}
)
_SAID = ("act", "source", "outcome")
"""Columns whose codes have words in the catalogue, `promise.<column>.<code>`."""


async def months_shown() -> list[int]:
    """The months of which there is something, the latest first (202611)."""
    rows = (
        await PermitFact.all()
        .distinct()
        .order_by("-month")
        .limit(MONTHS_KEPT)
        .values_list("month", flat=True)
    )
    return [int(str(month)) for month in rows]


async def published_in(month: int, section: PermitsSection, still_open: Iterable[FactLike] = ()) -> Published:
    """What is published of a month, with names of kinds and organs in place of codes; `still_open` besides the facts."""
    names = {kind.code: kind.name for kind in section.kinds}
    organs = {organ.code: organ.name for kind in section.kinds for organ in kind.co_signers}
    rows = await PermitFact.filter(month=month).values_list(*FactLike._fields)
    facts = [*(FactLike(*row) for row in rows), *still_open]
    return published(
        fact._replace(
            kind=names.get(fact.kind, fact.kind),
            late_organ=organs.get(fact.late_organ or "", fact.late_organ),
        )
        for fact in facts
    )


def written(shown: Published, catalogue: Catalogue) -> str:
    """The file: a byte order mark, a head, a line for each case and after them one for each rating."""
    text = catalogue.text
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([text("promise.rows.row"), *(text(f"promise.rows.{name}") for name in _COLUMNS)])
    for row in shown.cases:
        cells = (_cell(name, value, catalogue) for name, value in zip(PromiseRow._fields, row, strict=True))
        sheet.writerow([text("promise.rows.is_case"), *cells, ""])
    blank = [""] * (len(PromiseRow._fields) - 1)
    for rated in shown.ratings:
        kind = _cell("kind", rated.kind, catalogue)
        sheet.writerow([text("promise.rows.is_rating"), kind, *blank, rated.rating])
    return BOM + out.getvalue()


def read(content: str, catalogue: Catalogue) -> Published:
    """The rows of a published file. Raises Invalid naming the line."""
    text = catalogue.text
    sheet = csv.reader(io.StringIO(content.removeprefix(BOM)))
    head = [text("promise.rows.row"), *(text(f"promise.rows.{name}") for name in _COLUMNS)]
    if next(sheet, None) != head:
        raise Invalid("problem.figures.not_a_sheet", field="file")
    cases, ratings = [], []
    for line in sheet:
        try:
            what, *cells, rating = line
            if what == text("promise.rows.is_rating"):
                ratings.append(RatingRow(_code("kind", cells[0], catalogue), int(rating)))
                continue
            values = [_value(n, c, catalogue) for n, c in zip(PromiseRow._fields, cells, strict=True)]
            cases.append(PromiseRow(*values))  # type: ignore[arg-type]
        except (ValueError, IndexError):
            raise Invalid("problem.figures.sheet_line", field="file", line=sheet.line_num) from None
    return Published(tuple(cases), tuple(ratings))


_COLUMNS = (*PromiseRow._fields, "rating")


def _cell(name: str, value: str | int | None, catalogue: Catalogue) -> str | int:
    if value is None:
        return ""
    if value == OTHER:
        return catalogue.text("figures.other")
    if name in _SAID and catalogue.has(key := f"promise.{name}.{value}"):
        return catalogue.text(key)
    # A reason that a spreadsheet would reckon with is words here too.
    return f" {value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value


def _value(name: str, cell: str, catalogue: Catalogue) -> str | int | None:
    if name not in _NUMBERS:
        return _code(name, cell, catalogue)
    return int(cell) if cell else None


def _code(name: str, cell: str, catalogue: Catalogue) -> str:
    """What stands in the file; names stay names, since the figures only tell them apart, but for outcomes that are counted."""
    if name == "outcome":
        return next((one for one in UNDECIDED if cell == catalogue.text(f"promise.outcome.{one}")), cell)
    return OTHER if cell == catalogue.text("figures.other") else cell
