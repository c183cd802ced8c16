"""Tables that people bring along, line by line: CSV in the encodings that offices use, XLSX as spreadsheets write it.

Memory does not grow with the number of lines (of an XLSX file its shared texts are held, within `BYTES_AT_MOST`). A
cell is a text, a moment, or says what is the matter with it: a formula is never worked out.
"""

from __future__ import annotations

import codecs
import csv
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any, Final

LINES_AT_MOST: Final = 200_000
BYTES_AT_MOST: Final = 512 * 1024 * 1024
CELL_AT_MOST: Final = 200_000
CELLS_AT_MOST: Final = 200
_LOOK: Final = 1024 * 1024


class TableError(ValueError):
    """The file cannot be read as a table; the text is one Chinese sentence."""


class Unusable(Enum):
    """Why a cell says nothing: a formula, or a value that the spreadsheet itself marks as wrong (#REF!)."""

    FORMULA = "formula"
    BROKEN = "broken"


Cell = str | datetime | Unusable


@dataclass(frozen=True)
class Line:
    """`number` as a spreadsheet or an editor counts it, from 1; cells without white space round them."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        return all(cell == "" for cell in self.cells)


def opener(path: Path) -> Callable[[], Iterator[Line]]:
    """What reads the file from its beginning, as often as it is called. Blank lines are left out.

    Raises TableError for a file that is none of the known kinds; going through it may raise it too.
    """
    if not path.is_file():
        raise TableError(f"没有文件 {path}。")
    if path.stat().st_size > BYTES_AT_MOST:
        raise TableError(f"文件 {path.name} 太大了，最多 {BYTES_AT_MOST // 1024 // 1024} MB。")
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise TableError(f"文件 {path.name} 是空的。")
    if head.startswith(b"PK\x03\x04"):
        _check_zip(path)
        return lambda: _counted(path, _of_xlsx(path))
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")):
        raise TableError(f"文件 {path.name} 不是 CSV 也不是 XLSX；旧的 .xls 请用表格软件另存为 .xlsx。")
    encoding = _encoding_of(path)
    return lambda: _counted(path, _of_csv(path, encoding))


def _counted(path: Path, lines: Iterator[Line]) -> Iterator[Line]:
    for count, line in enumerate((one for one in lines if not one.is_blank), start=1):
        if count > LINES_AT_MOST:
            raise TableError(f"文件 {path.name} 超过 {LINES_AT_MOST} 行，请分成几个文件。")
        yield line


def _encoding_of(path: Path) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else GB 18030, which GBK and GB 2312 are part of."""
    with path.open("rb") as file:
        is_wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise TableError(f"文件 {path.name} 的编码认不出来，请另存为 UTF-8 的 CSV 或 XLSX。")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_LOOK):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _of_csv(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(_LOOK)
        file.seek(0)
        delimiter = max((",", "\t", ";", "，"), key=first.count)
        csv.field_size_limit(CELL_AT_MOST)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 1
        while True:
            try:
                cells = next(reader, None)
            except (csv.Error, UnicodeError):
                raise TableError(
                    f"文件 {path.name} 第 {number} 行读不下去：引号没有配对，或一格太长，或不是文字。"
                ) from None
            if cells is None:
                return
            yield Line(number, tuple(cell.replace("\0", "").strip() for cell in cells[:CELLS_AT_MOST]))
            number = reader.line_num + 1


def _check_zip(path: Path) -> None:
    """A small file may unfold to a huge one; its own list says so before anything is unfolded."""
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise TableError(f"文件 {path.name} 不是完好的 XLSX。") from None
    if whole > BYTES_AT_MOST:
        raise TableError(f"文件 {path.name} 展开后太大，请分成几个文件。")


def _of_xlsx(path: Path) -> Iterator[Line]:
    # Slow to import, and needed by one command.
    from openpyxl import load_workbook

    try:
        with path.open("rb") as file, warnings.catch_warnings():
            # Styles and validations of other programs that it leaves out.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=False)
            try:
                sheet = book.worksheets[0]
                # What a writer says about the size of its sheet is often wrong.
                sheet.reset_dimensions()
                for number, row in enumerate(sheet.iter_rows(), start=1):
                    yield Line(number, tuple(_cell(cell) for cell in row[:CELLS_AT_MOST]))
            finally:
                book.close()
    except TableError:
        raise
    except Exception as fault:  # noqa: BLE001 - a file of anybody's: its reader raises whatever it trips over
        raise TableError(f"文件 {path.name} 不是完好的 XLSX（{type(fault).__name__}）。") from None


def _cell(cell: Any) -> Cell:
    kind, value = cell.data_type, cell.value
    if kind == "f":
        return Unusable.FORMULA
    if kind == "e":
        return Unusable.BROKEN
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value
        case date():
            return datetime.combine(value, time())
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(value)[:CELL_AT_MOST].replace("\0", "").strip()
