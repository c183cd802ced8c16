"""Tables for spreadsheets: what goes in comes out as text, nothing is a formula, and no table is ever whole in memory."""

from __future__ import annotations

import asyncio
import csv
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Sequence
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from kit.sheets import BOM, Cell, csv_pieces, safe_text, xlsx_pieces

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NO_XML = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
printable = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=NO_XML + "\r"), max_size=20)
formulas = st.builds(
    "{}{}".format, st.sampled_from(("=", "+", "-", "@", "\uff1d", "\uff20", "\t")), printable
)
tables = st.lists(st.lists(printable | formulas | st.integers() | st.none(), max_size=4), max_size=6)


async def in_parts(rows: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    for first in range(0, len(rows), 2):
        yield rows[first : first + 2]


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@given(tables)
def test_a_workbook_says_what_was_put_in_and_calculates_nothing(rows: list[list[Cell]]) -> None:
    whole = asyncio.run(joined(xlsx_pieces(in_parts(rows), "a/b:[c]")))
    book = zipfile.ZipFile(io.BytesIO(whole))
    assert book.testzip() is None
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    found = [[_value(cell) for cell in row] for row in sheet.iter(f"{MAIN}row")]
    assert found == [[None if cell == "" else cell for cell in row] for row in rows]
    assert not list(sheet.iter(f"{MAIN}f"))


@given(tables)
def test_a_csv_says_what_was_put_in_with_an_apostrophe_before_formulas(rows: list[list[Cell]]) -> None:
    whole = asyncio.run(joined(csv_pieces(in_parts(rows)))).decode()
    assert whole.startswith(BOM)
    found = list(csv.reader(io.StringIO(whole.removeprefix(BOM), newline="")))
    assert found == [
        ["" if cell is None else safe_text(cell) if isinstance(cell, str) else str(cell) for cell in row]
        for row in rows
    ]
    assert not any(
        cell.startswith(("=", "+", "@", "\uff1d", "\uff0b", "\uff20", "\t")) for row in found for cell in row
    )


def test_characters_that_no_workbook_may_hold_are_left_out() -> None:
    whole = asyncio.run(joined(xlsx_pieces(in_parts([["a\x00b\x1f\ufffe&<>"]]), "x")))
    sheet = zipfile.ZipFile(io.BytesIO(whole)).read("xl/worksheets/sheet1.xml")
    assert [_value(cell) for cell in ElementTree.fromstring(sheet).iter(f"{MAIN}c")] == ["ab&<>"]


def test_a_long_table_is_sent_while_it_is_read() -> None:
    async def rows() -> AsyncIterator[list[list[Cell]]]:
        for number in range(40):
            yield [[f"case {number} {other}", number, "x" * 60] for other in range(250)]

    async def peak(pieces: AsyncIterator[bytes]) -> int:
        tracemalloc.start()
        try:
            sent = sum([len(piece) async for piece in pieces])
            assert sent > 20_000
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert asyncio.run(peak(csv_pieces(rows()))) < 1_500_000
    assert asyncio.run(peak(xlsx_pieces(rows(), "x"))) < 1_500_000


def _value(cell: ElementTree.Element) -> Cell:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = cell.find(f"{MAIN}v")
    return int(number.text or "") if number is not None else None
