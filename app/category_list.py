"""Reads a city's own list of categories and makes the profile's categories of it: all of it, or faults by line.

The file is the whole list. A line means a category that there is when it has its code, else its standard code, else its
name; what the file has no column for stays as it was. A new category begins as the one that stood for its standard code
before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.category_columns import CellFault, Column, column_of
from app.category_known import Known, Made, Reading, check, check_together
from app.refusals import CommandRefused
from kit.sheets import safe_text
from kit.table_files import Cell, Line, Unusable, opener

CATEGORIES_AT_MOST = 2_000
FAULTS_SHOWN = 30
_KEPT_WHEN_BLANK = frozenset({"name", "kind", "group", "unit", "attested", "urgency"})
_LIMITS = ("ordinary", "urgent", "emergency")


@dataclass(frozen=True)
class Defaults:
    """What a new category gets that the file says nothing about; codes, "" for nothing."""

    unit: str = ""
    group: str = ""


@dataclass(frozen=True)
class NewList:
    """What the file comes to. `unused` are headings that mean nothing here."""

    categories: list[Made]
    majors: list[Made]
    unused: tuple[str, ...]


def read_list(path: Path, document: Mapping[str, Any], defaults: Defaults) -> NewList:
    """The list in a file, over the profile that is in force.

    Raises CommandRefused with a sentence for each fault, TableError for a file that is no table.
    """
    lines = opener(path)()
    head = next(lines, None)
    if head is None:
        raise CommandRefused(f"文件 {path.name} 里没有内容。")
    columns, unused = _columns(head)
    reading = Reading()
    known = Known(document)
    for count, line in enumerate(lines, start=1):
        if count > CATEGORIES_AT_MOST:
            raise CommandRefused(f"文件 {path.name} 超过 {CATEGORIES_AT_MOST} 行。")
        _take(line, columns, known, defaults, reading)
    if not reading.made and not reading.faults:
        raise CommandRefused(f"文件 {path.name} 里只有表头，没有分类。")
    check_together(reading)
    if reading.faults:
        more = len(reading.faults) - FAULTS_SHOWN
        told = [f"第 {line} 行：{words}。" for line, words in sorted(reading.faults)]
        shown = told[:FAULTS_SHOWN] + ([f"还有 {more} 处。"] if more > 0 else [])
        raise CommandRefused("\n".join([f"文件 {path.name} 有错，一个也没有导入：", *shown]))
    categories = [made for _, made in reading.made]
    return NewList(_without_claimed(categories), _majors(categories, reading.majors, known), unused)


def _columns(head: Line) -> tuple[dict[int, Column], tuple[str, ...]]:
    found: dict[int, Column] = {}
    unused = []
    for place, cell in enumerate(head.cells):
        heading = cell if isinstance(cell, str) else ""
        column = column_of(heading) if heading else None
        if column is None:
            unused += [heading] if heading else []
        elif column in found.values():
            raise CommandRefused(f"表头里“{column.headings[0]}”这一列有两个。")
        else:
            found[place] = column
    if "name" not in {one.name for one in found.values()} and "code" not in {
        one.name for one in found.values()
    }:
        raise CommandRefused("表头里没有“代码”，也没有“名称”（或“小类”）：第一行要写各列的名字。")
    return found, tuple(unused)


def _take(
    line: Line, columns: Mapping[int, Column], known: Known, defaults: Defaults, reading: Reading
) -> None:
    values = _values(line, columns, reading)
    if values is None:
        return
    existing, base = known.base(values)
    made: Made = {
        **base,
        **{name: value for name, value in values.items() if name not in (*_LIMITS, "major_name")},
    }
    if not made.get("code"):
        made["code"] = _code_for(made) or (existing or {}).get("code", "")
    if existing is not None:
        made["code"] = existing["code"]
    made.setdefault("unit", defaults.unit)
    made.setdefault("group", defaults.group)
    _limits(made, values)
    _major(made, values, known, reading)
    _same_questions(made, base)
    number, held = line.number, len(reading.faults)
    check(made, number, known, reading)
    if len(reading.faults) == held:
        made["unit"], made["group"] = known.units[made["unit"]], known.groups[made["group"]]
        reading.made.append((number, {name: one for name, one in made.items() if _says(name, one)}))


def _says(name: str, value: Any) -> bool:
    """Whether a value says more than its absence would."""
    usual = {"kind": "event", "urgency": "ordinary", "attested": "unsure"}
    return value not in (None, "", [], {}, False) and value != usual.get(name)


def _values(line: Line, columns: Mapping[int, Column], reading: Reading) -> Made | None:
    """What the cells say, by name; None where one of them cannot be used."""
    values: Made = {}
    held = len(reading.faults)
    for place, column in columns.items():
        cell = _unguarded(line.cells[place] if place < len(line.cells) else "")
        if not isinstance(cell, str):
            what = "是公式，请粘贴成数值" if cell is Unusable.FORMULA else "不是文字"
            reading.fault(line.number, f"“{column.headings[0]}”{what}")
        elif cell or column.name not in _KEPT_WHEN_BLANK:
            try:
                values[column.name] = column.read(cell)
            except CellFault as fault:
                reading.fault(line.number, f"“{column.headings[0]}”{fault}")
    return values if len(reading.faults) == held else None


def _unguarded(cell: Cell) -> Cell:
    """Without the apostrophe that an export puts before what a spreadsheet would take for a formula."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and safe_text(cell[1:]) == cell else cell


def _code_for(made: Made) -> str:
    """The code of a category that has only one in the national scheme: e0102, p0118."""
    standard = made.get("standard_code") or ""
    return f"{made.get('kind', 'event')[0]}{standard.lower()}" if standard.isalnum() else ""


def _limits(made: Made, values: Made) -> None:
    """Working days of the ordinary limit stand by themselves, all else under `limits`."""
    if not any(name in values for name in _LIMITS):
        return
    limits = dict(made.pop("limits", None) or {})
    if "ordinary" in values:
        made.pop("answer_working_days", None)
        limits.pop("ordinary", None)
        ordinary = values["ordinary"] or {}
        if "working_days" in ordinary:
            made["answer_working_days"] = ordinary["working_days"]
        elif ordinary:
            limits["ordinary"] = ordinary
    limits |= {name: values[name] for name in _LIMITS[1:] if name in values}
    made["limits"] = {name: value for name, value in limits.items() if value}


def _major(made: Made, values: Made, known: Known, reading: Reading) -> None:
    kind, code = made.get("kind", "event"), made.get("major")
    standard = made.get("standard_code") or ""
    if code is None and "major" not in values and (kind, standard[:2]) in known.majors:
        made["major"] = code = standard[:2]
    name = values.get("major_name") or known.majors.get((kind, code or ""))
    if code and name:
        reading.majors.setdefault((kind, code), name)


def _same_questions(made: Made, base: Made) -> None:
    """A question that was asked before keeps its code."""
    codes = {one["text"]: one["code"] for one in base.get("questions") or ()}
    taken = set(codes.values())
    for one in made.get("questions") or ():
        if one["text"] in codes:
            one["code"] = codes[one["text"]]
        elif one["code"] in taken:
            one["code"] = f"{one['code']}_new"


def _without_claimed(categories: list[Made]) -> list[Made]:
    """A standard code that has a category of its own now is no other one's any more."""
    claimed = {
        (one.get("kind", "event"), one["standard_code"]) for one in categories if one.get("standard_code")
    }
    result = []
    for one in categories:
        kind = one.get("kind", "event")
        left = [code for code in one.get("other_codes") or () if (kind, code) not in claimed]
        result.append(
            {
                **{k: v for k, v in one.items() if k != "other_codes"},
                **({"other_codes": left} if left else {}),
            }
        )
    return result


def _majors(categories: list[Made], named: Mapping[tuple[str, str], str], known: Known) -> list[Made]:
    """The main classes that were there, under their names of today, and the new ones."""
    names = {**known.majors, **named}
    order = sorted(names, key=lambda one: (one[0] == "event", one[1]))
    return [{"kind": kind, "code": code, "name": names[kind, code]} for kind, code in order]
