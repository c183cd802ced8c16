"""A list of categories as a table that clerks edit: its columns, and each value as it stands in a cell.

Whatever is written into a cell reads back as the same value, so that an exported list can be changed and imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = Any
"""A value of `casework.complaints.scheme.Category` as JSON has it."""


class CellFault(ValueError):
    """The cell cannot be used; the text says why, in Chinese."""


@dataclass(frozen=True)
class Column:
    """One column. `headings` are the words it is known by, the one that is exported first."""

    name: str
    headings: tuple[str, ...]
    read: Callable[[str], Value]
    show: Callable[[Value], str]


_KINDS = {"event": "事件", "part": "部件"}
_ATTESTED = {"agreed": "多处一致", "single": "只见一处", "unsure": "未核实"}
_URGENCIES = {"ordinary": "一般", "urgent": "紧急", "emergency": "特急"}
_YES = {"是": True, "1": True, "y": True, "yes": True, "true": True, "√": True, "✓": True}
_NO = {"": False, "否": False, "0": False, "n": False, "no": False, "false": False, "×": False}
_LISTED = re.compile(r"[、，,;；\n]")
_LIMIT = re.compile(r"(\d{1,6})\s*个?\s*(工作日|工作小时|工作时|工作分钟|自然日|日历日|天|日)", re.ASCII)
_UNITS = {
    "工作日": "working_days",
    "工作小时": "working_hours",
    "工作时": "working_hours",
    "工作分钟": "working_minutes",
    "自然日": "natural_days",
    "日历日": "natural_days",
    "天": "natural_days",
    "日": "natural_days",
}
_SHOWN_UNITS = {
    "working_days": "个工作日",
    "working_hours": "个工作时",
    "working_minutes": "个工作分钟",
    "natural_days": "个自然日",
}
_GROUP = re.compile(r"[（(](选项|有才问|有就不问)[:：](.*?)[)）]", re.DOTALL)
_QUESTION_PARTS = {"选项": "choices", "有才问": "only_if_words", "有就不问": "unless_words"}
_SCHEME_CODE = re.compile(r"[0-9A-Za-z._-]{1,20}", re.ASCII)


def one_of(names: Mapping[str, str]) -> Callable[[str], str]:
    """Reads a value by its name in Chinese or by its own."""
    known = {**{words: value for value, words in names.items()}, **{value: value for value in names}}

    def read(cell: str) -> str:
        found = known.get(cell.strip().lower())
        if found is None:
            raise CellFault(f"“{cell[:20]}”不认识，可以写：{'、'.join(names.values())}")
        return found

    return read


def yes_or_no(cell: str) -> bool:
    """Reads 是, 否, or an empty cell."""
    found = {**_YES, **_NO}.get(cell.strip().lower())
    if found is None:
        raise CellFault(f"“{cell[:20]}”不认识，请写“是”或者“否”")
    return found


def listed(cell: str) -> list[str]:
    """Words between 、 or commas, each once."""
    return list(dict.fromkeys(one.strip() for one in _LISTED.split(cell) if one.strip()))


def scheme_code(width: int) -> Callable[[str], str | None]:
    """A code of the national scheme. Spreadsheets eat leading zeros; they are put back to `width` digits."""

    def read(cell: str) -> str | None:
        text = cell.strip().lstrip("'").removesuffix(".0")
        if not text:
            return None
        if not _SCHEME_CODE.fullmatch(text):
            raise CellFault(f"“{cell[:20]}”不像编码，只用数字和字母，最多 20 个")
        return text.zfill(width) if text.isdigit() else text

    return read


def scheme_codes(cell: str) -> list[str]:
    """Several of them."""
    read = scheme_code(4)
    return [code for one in listed(cell) if (code := read(one)) is not None]


def limit(cell: str) -> dict[str, int] | None:
    """A limit with its unit: 3个工作日, 4工作时, 30工作分钟, 15天."""
    text = "".join(cell.split())
    if not text:
        return None
    found = _LIMIT.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise CellFault(f"“{cell[:20]}”不是时限，请带上单位，如 3个工作日、4工作时、30工作分钟、15天")
    return {_UNITS[found[2]]: int(found[1])}


def limit_shown(value: Mapping[str, int] | None) -> str:
    """A limit in words."""
    return next(
        (f"{value[unit]}{words}" for unit, words in _SHOWN_UNITS.items() if value and value.get(unit)), ""
    )


def questions(cell: str) -> list[dict[str, Value]]:
    """A question a line: its words, then （选项：…|…）（有才问：…）（有就不问：…） as far as there are any."""
    return [
        _question(line, number)
        for number, line in enumerate(filter(None, map(str.strip, cell.splitlines())), 1)
    ]


def _question(line: str, number: int) -> dict[str, Value]:
    parts: dict[str, Value] = {
        _QUESTION_PARTS[found[1]]: _alternatives(found[2]) for found in _GROUP.finditer(line)
    }
    text = _GROUP.sub("", line).strip()
    if not text:
        raise CellFault(f"第 {number} 个追问没有写问什么")
    return {"code": f"q{number}", "text": text, **parts}


def _alternatives(words: str) -> list[str]:
    """Between | where there is one, so that a choice may have a comma of its own; else as in any other list."""
    return list(filter(None, map(str.strip, words.split("|")))) if "|" in words else listed(words)


def questions_shown(value: Any) -> str:
    """The questions, one a line."""
    lines = []
    for one in value or ():
        groups = [
            f"（{words}：{'|'.join(one[name])}）" for words, name in _QUESTION_PARTS.items() if one.get(name)
        ]
        lines.append(one["text"] + "".join(groups))
    return "\n".join(lines)


def _text(cell: str) -> str:
    return " ".join(cell.split())


def _shown(value: Value) -> str:
    return str(value or "")


def _joined(value: Any) -> str:
    return "、".join(value or ())


def _named(names: Mapping[str, str]) -> Callable[[Value], str]:
    return lambda value: names.get(value, _shown(value))


def _yes(value: Value) -> str:
    return "是" if value else ""


COLUMNS: tuple[Column, ...] = (
    Column("code", ("代码", "分类代码", "code"), _text, _shown),
    Column("name", ("名称", "小类名称", "小类", "分类名称", "name"), _text, _shown),
    Column("kind", ("类型", "部件事件", "部件/事件", "kind", "type"), one_of(_KINDS), _named(_KINDS)),
    Column("major", ("大类码", "大类代码", "major", "major_code"), scheme_code(2), _shown),
    Column("major_name", ("大类", "大类名称", "major_name"), _text, _shown),
    Column("standard_code", ("小类码", "小类代码", "标准小类码", "standard_code"), scheme_code(4), _shown),
    Column("other_codes", ("其他小类码", "other_codes"), scheme_codes, _joined),
    Column("attested", ("编码把握", "attested"), one_of(_ATTESTED), _named(_ATTESTED)),
    Column("group", ("市民选项", "分组", "group"), _text, _shown),
    Column("aliases", ("别名", "又名", "aliases"), listed, _joined),
    Column("keywords", ("关键词", "keywords"), listed, _joined),
    Column("unit", ("承办单位", "单位", "unit"), _text, _shown),
    Column("ordinary", ("一般时限", "处置时限", "时限", "limit", "limit_ordinary"), limit, limit_shown),
    Column("urgent", ("紧急时限", "limit_urgent"), limit, limit_shown),
    Column("emergency", ("特急时限", "limit_emergency"), limit, limit_shown),
    Column("urgency", ("紧急程度", "urgency"), one_of(_URGENCIES), _named(_URGENCIES)),
    Column("questions", ("追问", "questions"), questions, questions_shown),
    Column("verify", ("核查", "verify"), yes_or_no, _yes),
    Column("after_photos", ("完工照片", "after_photos"), yes_or_no, _yes),
    Column("permits", ("查许可", "permits"), yes_or_no, _yes),
)
"""In the order in which they are exported."""

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
"""By the name of the value."""

_BY_HEADING = {heading: column for column in COLUMNS for heading in column.headings}


def column_of(heading: str) -> Column | None:
    """The column that a heading names: case, white space and what stands in brackets do not matter."""
    plain = re.sub(r"[（(].*", "", "".join(heading.split())).lower().lstrip("\ufeff")
    return _BY_HEADING.get(plain)


def cells_of(category: Mapping[str, Value], majors: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """A category of the profile's document as the texts of its cells, by the names of the columns."""
    limits = category.get("limits") or {}
    days = category.get("answer_working_days")
    values = {
        **category,
        "kind": category.get("kind", "event"),
        "attested": category.get("attested", "unsure") if _has_codes(category) else "",
        "major_name": majors.get((category.get("kind", "event"), category.get("major") or ""), ""),
        "ordinary": {"working_days": days} if days else limits.get("ordinary"),
        "urgent": limits.get("urgent"),
        "emergency": limits.get("emergency"),
        "urgency": category.get("urgency") or ("urgent" if category.get("urgent") else "ordinary"),
    }
    return {column.name: column.show(values.get(column.name)) for column in COLUMNS}


def _has_codes(category: Mapping[str, Value]) -> bool:
    return bool(category.get("standard_code") or category.get("other_codes"))
