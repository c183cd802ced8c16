"""What a list of categories is checked against while it is read: what there is already, and what earlier lines said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.category_columns import BY_NAME
from casework.complaints.scheme import KINDS, Category

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_LONGEST = {"name": 60, "aliases": 60, "keywords": 30}
Made = dict[str, Any]
"""A category, a main class or a question as the profile's document has it."""


@dataclass
class Reading:
    """What is found on the way through the file."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    made: list[tuple[int, Made]] = field(default_factory=list)
    majors: dict[tuple[str, str], str] = field(default_factory=dict)

    def fault(self, line: int, words: str) -> None:
        self.faults.append((line, words))


class Known:
    """What the profile has already, by everything it can be found by."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        section = document["complaints"]
        categories: list[Made] = list(section["categories"])
        self.by_code = {one["code"]: one for one in categories}
        self.by_name = {one["name"]: one for one in reversed(categories)}
        self.by_standard = {
            (one.get("kind", "event"), one["standard_code"]): one
            for one in categories
            if one.get("standard_code")
        }
        self.stood_for = {
            (one.get("kind", "event"), code): one
            for one in categories
            for code in one.get("other_codes") or ()
        }
        self.groups = _by_either(section["groups"])
        self.units = _by_either(document.get("units", ()))
        self.majors = {(one["kind"], one["code"]): one["name"] for one in section.get("majors", ())}

    def base(self, values: Made) -> tuple[Made | None, Made]:
        """The category a line means, if there is one, and what a new one begins with."""
        kind, standard = values.get("kind", "event"), values.get("standard_code")
        if values.get("code"):
            found = self.by_code.get(values["code"])
        else:
            found = self.by_standard.get((kind, standard)) if standard else None
            found = found or self.by_name.get(values.get("name", ""))
        if found is not None:
            return found, found
        like = self.stood_for.get((kind, standard)) if standard else None
        kept = (
            "group",
            "unit",
            "limits",
            "answer_working_days",
            "urgency",
            "questions",
            "major",
            "kind",
            *_FLAGS,
        )
        return None, {name: like[name] for name in kept if like is not None and name in like}


_FLAGS = ("verify", "after_photos", "permits")


def _by_either(items: Any) -> dict[str, str]:
    """Codes by code and by name."""
    return {**{one["name"]: one["code"] for one in items}, **{one["code"]: one["code"] for one in items}}


def check(made: Made, line: int, known: Known, reading: Reading) -> None:
    if not made.get("name"):
        return reading.fault(line, "没有名称")
    if not made.get("code"):
        return reading.fault(
            line, f"“{made['name']}”没有代码，也没有小类码（加一列“代码”，用小写字母，如 snow_ice）"
        )
    if not _CODE.fullmatch(made["code"]):
        return reading.fault(
            line, f"代码“{made['code'][:30]}”不对，用小写字母开头，只含小写字母、数字和下划线"
        )
    for name, column in (("unit", known.units), ("group", known.groups)):
        heading = BY_NAME[name].headings[0]
        if not made.get(name):
            reading.fault(line, f"“{made['name']}”没有{heading}（可以用 --{name} 给新分类统一指定）")
        elif made[name] not in column:
            names = "、".join(dict.fromkeys(one for one, code in column.items() if one != code))
            reading.fault(line, f"没有叫“{made[name]}”的{heading}，可用的有：{names}")
    for name, at_most in _LONGEST.items():
        told = made.get(name) or []
        for one in [told] if isinstance(told, str) else told:
            if len(one) > at_most:
                reading.fault(line, f"“{one[:15]}…”太长，{BY_NAME[name].headings[0]}最多 {at_most} 个字")
    if made.get("major") and (made.get("kind", "event"), made["major"]) not in reading.majors:
        kind = KINDS[made.get("kind", "event")]
        reading.fault(line, f"没有写明{kind}大类 {made['major']} 叫什么（加一列“大类”）")
    try:
        msgspec.convert({**made, "unit": "u", "group": "g"}, Category)
    except msgspec.ValidationError as refused:
        reading.fault(line, f"“{made['name']}”不合要求（{refused}）")
    return None


def check_together(reading: Reading) -> None:
    """What two lines contradict each other about."""
    codes: dict[str, int] = {}
    names: dict[str, int] = {}
    standard: dict[tuple[str, str], int] = {}
    for line, made in reading.made:
        first = codes.setdefault(made["code"], line)
        if first != line:
            reading.fault(line, f"代码 {made['code']} 和第 {first} 行重复")
        elif (again := names.setdefault(made["name"], line)) != line:
            reading.fault(line, f"名称“{made['name']}”和第 {again} 行重复")
        code = made.get("standard_code")
        if code and (other := standard.setdefault((made.get("kind", "event"), code), line)) != line:
            reading.fault(line, f"小类码 {code} 和第 {other} 行重复")
