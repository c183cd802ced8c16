"""Tables as files for spreadsheets, piece by piece: no table is ever whole in memory.

Text stays text. In CSV a cell that a spreadsheet would take for a formula gets an apostrophe; in XLSX every text is typed
as one. The CSV begins with a byte order mark: by it Excel knows UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

Cell = str | int | float | date | None
Rows = AsyncIterable[Iterable[Sequence[Cell]]]
"""Some rows at a time, as they come."""

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""How formulas begin, in half and in full width: spreadsheets of East Asia take both."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PIECE = 64 * 1024

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{XLSX_TYPE}.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def safe_text(words: str) -> str:
    """Words that no spreadsheet takes for a formula when it reads a CSV."""
    return f"'{words}" if words.startswith(_FORMULA) else words


async def csv_pieces(rows: Rows) -> AsyncIterator[bytes]:
    """The table as CSV (RFC 4180)."""
    out = io.StringIO()
    out.write(BOM)
    sheet = csv.writer(out, lineterminator="\r\n")
    async for some in rows:
        for row in some:
            sheet.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
        if out.tell() >= _PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


class _Outlet:
    """What a ZIP file writes to: keeps what is to be sent, cannot go back."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, some: bytes) -> int:
        self._waiting += some
        return len(some)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        some = bytes(self._waiting)
        self._waiting.clear()
        return some

    def __len__(self) -> int:
        return len(self._waiting)


async def xlsx_pieces(rows: Rows, title: str) -> AsyncIterator[bytes]:
    """The table as a workbook of one sheet called `title` (ECMA-376), its first row kept in sight."""
    out = _Outlet()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:  # type: ignore[call-overload]
        for name, content in _PARTS.items():
            book.writestr(_entry(name), _HEAD + content)
        book.writestr(_entry("xl/workbook.xml"), _HEAD + _workbook(title))
        with book.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write((_HEAD + _BEGIN).encode())
            async for some in rows:
                sheet.write("".join(map(_row, some)).encode())
                if len(out) >= _PIECE:
                    yield out.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


_BEGIN = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _workbook(title: str) -> str:
    name = escape(re.sub(r"[\[\]:*?/\\]", " ", title)[:31], {'"': "&quot;"})
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _row(row: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, row))}</row>"


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, int | float):
        return f"<c><v>{cell}</v></c>"
    words = escape(_NO_XML.sub("", str(cell)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'
