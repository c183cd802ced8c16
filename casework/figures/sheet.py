"""Published rows as a file (CSV) and back. Words of its head and of standings come from the catalogue."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from cryptography.hazmat.primitives import hashes

from casework.figures.anonymous import OTHER, PUBLIC_STANDINGS, PublicRow
from kit.catalogue import Catalogue
from kit.problems import Invalid
from kit.sheets import BOM

_COLUMNS = PublicRow._fields


def written(rows: Iterable[PublicRow], catalogue: Catalogue) -> str:
    """The file: a byte order mark by which spreadsheets know UTF-8, a head, a line for each row, in their order."""
    text = catalogue.text
    said = {one.value: text(f"figures.standing.{one.value}") for one in PUBLIC_STANDINGS}
    none, other = text("figures.none"), text("figures.other")
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([text(f"figures.rows.{name}") for name in _COLUMNS])
    for row in rows:
        named = [{"": none, OTHER: other}.get(name, name) for name in row[:3]]
        sheet.writerow([*named, said[row.standing], *("" if one is None else one for one in row[4:])])
    return BOM + out.getvalue()


def read(content: str, catalogue: Catalogue) -> list[PublicRow]:
    """The rows of a published file, with names in place of codes. Raises Invalid naming the line."""
    text = catalogue.text
    standings = {text(f"figures.standing.{one.value}"): one.value for one in PUBLIC_STANDINGS}
    unnamed = {text("figures.other"): OTHER, text("figures.none"): ""}
    sheet = csv.reader(io.StringIO(content.removeprefix(BOM)))
    if next(sheet, None) != [text(f"figures.rows.{name}") for name in _COLUMNS]:
        raise Invalid("problem.figures.not_a_sheet", field="file")
    rows = []
    for line in sheet:
        try:
            unit, category, area, standing, *numbers = line
            in_time, answer, close, rating, handed_back = (int(one) if one else None for one in numbers)
            unit, category, area = (unnamed.get(one, one) for one in (unit, category, area))
            known = standings[standing]
            rows.append(
                PublicRow(unit, category, area, known, in_time, answer, close, rating, handed_back or 0)
            )
        except (ValueError, KeyError):
            raise Invalid("problem.figures.sheet_line", field="file", line=sheet.line_num) from None
    return rows


def digest_of(content: str) -> str:
    """SM3 of the file's bytes, in hexadecimal."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content.encode())
    return digest.finalize().hex()
