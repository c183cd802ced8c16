"""How a category of complaints is shown and typed: whose it is, how fast it is answered and by which limit, what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casework.complaints.urgency import Urgency
from kit.problems import Invalid
from web.console.screens import Ask, Option
from web.console.settings_widgets import Typed, ask_for, choice_of, listed
from web.console.words import Words

Choices = Mapping[str, tuple[Option, ...]]
FLAGS = ("verify", "after_photos", "permits")
_UNITS = ("working_days", "working_hours", "working_minutes", "natural_days")
_LIMIT = re.compile(
    r"(?P<figure>\d{1,6})个?(?:(?P<working_days>工作日)|(?P<working_hours>工作小时|工作时)"
    r"|(?P<working_minutes>工作分钟)|(?P<natural_days>自然日|日历日|天|日))",
    re.ASCII,
)
_PART = re.compile(
    r"[（(](?:(?P<choices>选项)|(?P<only_if_words>有才问)|(?P<unless_words>有就不问))[:：](?P<words>.*?)[)）]"
)
_TOKEN = re.compile(r"\((choices|only_if_words|unless_words):(.*?)\)")
_PARTS = ("choices", "only_if_words", "unless_words")


@dataclass(frozen=True)
class CaseKind:
    """A category. What is left as it was is not amended."""

    def typed(self, value: Any) -> dict[str, str]:
        """Limits and questions by the names of their units and parts; `asks` puts them into words."""
        given = value or {}
        limits = _limits_of(given)
        return {
            "name": given.get("name", ""),
            "group": given.get("group", ""),
            "unit": given.get("unit", ""),
            **{f"limit_{one}": _token(limits.get(one)) for one in Urgency},
            "urgency": _urgency_of(given),
            **{flag: "yes" if given.get(flag) else "no" for flag in FLAGS},
            "aliases": "、".join(given.get("aliases") or ()),
            "keywords": "、".join(given.get("keywords") or ()),
            "questions": "\n".join(map(_question_token, given.get("questions") or ())),
        }

    def asks(self, words: Words, typed: Typed, choices: Choices) -> tuple[Ask, ...]:
        text = words.text
        worded = dict(typed)
        for one in Urgency:
            worded[f"limit_{one}"] = _limit_in_words(words, typed.get(f"limit_{one}", ""))
        worded["questions"] = _questions_in_words(words, typed.get("questions", ""))
        urgencies = tuple(Option(value=one, words=text(f"complaint.urgency.{one}")) for one in Urgency)
        yes_no = tuple(Option(value=one, words=text(f"console_settings.{one}")) for one in ("yes", "no"))
        return (
            ask_for(words, "name", worded),
            choice_of(words, "group", worded, choices["group"]),
            choice_of(words, "unit", worded, choices["unit"]),
            *(
                ask_for(words, f"limit_{one}", worded, helped=one is Urgency.ORDINARY, optional=True)
                for one in Urgency
            ),
            choice_of(words, "urgency", worded, urgencies),
            *(choice_of(words, flag, worded, yes_no) for flag in FLAGS),
            ask_for(words, "aliases", worded, is_long=True, helped=True, optional=True),
            ask_for(words, "keywords", worded, is_long=True, helped=True, optional=True),
            ask_for(words, "questions", worded, is_long=True, helped=True, optional=True),
        )

    def read(self, typed: Typed, current: Any) -> Any:
        before = self.typed(current)
        value = {**current, "name": typed.get("name", "").strip(), "unit": typed.get("unit", "")}
        if typed.get("group"):
            value["group"] = typed["group"]
        for name in ("aliases", "keywords"):
            value[name] = listed(typed.get(name, ""))
        limits = {one: _read_limit(typed, f"limit_{one}") for one in Urgency}
        if limits != {one: _limits_of(current).get(one) for one in Urgency}:
            value |= _limits_value(limits)
        if typed.get("urgency") and typed["urgency"] != before["urgency"]:
            value |= {"urgency": typed["urgency"], "urgent": False}
        for flag in FLAGS:
            if typed.get(flag) and typed[flag] != before[flag]:
                value[flag] = typed[flag] == "yes"
        questions = _read_questions(typed.get("questions", ""), current.get("questions") or ())
        if questions != [dict(one) for one in current.get("questions") or ()]:
            value["questions"] = questions
        return value

    def shown(self, words: Words, value: Any, choices: Choices) -> str:
        """Whose it is, and for each urgency the limit that holds, be it one of a lesser urgency or the bureau's own."""
        unit = value.get("unit")
        parts = [next((one.words for one in choices["unit"] if one.value == unit), unit)]
        limits, holds = _limits_of(value), None
        for one in Urgency:
            holds = limits.get(one) or holds
            if one is Urgency.ORDINARY or limits.get(one):
                limit = (
                    _limit_in_words(words, _token(holds))
                    if holds
                    else words.text("console_settings.general_limit")
                )
                parts.append(words.text(f"console_settings.holds.{one}", limit=limit))
        urgency = _urgency_of(value)
        if urgency != Urgency.ORDINARY:
            name = words.text(f"complaint.urgency.{urgency}")
            parts.append(words.text("console_settings.usual_urgency", urgency=name))
        return " · ".join(str(one) for one in parts)


def _limits_of(value: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """The category's own limits by urgency, each in its one unit."""
    given = value.get("limits") or {}
    found = {
        one: {unit: figure for unit, figure in given[one].items() if figure}
        for one in Urgency
        if given.get(one)
    }
    if value.get("answer_working_days"):
        found[Urgency.ORDINARY] = {"working_days": value["answer_working_days"]}
    return {str(one): limit for one, limit in found.items()}


def _limits_value(limits: Mapping[Urgency, dict[str, int] | None]) -> dict[str, Any]:
    """As the profile has them: working days of the ordinary limit by themselves."""
    ordinary = limits[Urgency.ORDINARY] or {}
    days = ordinary.get("working_days")
    kept = {str(one): limit for one, limit in limits.items() if limit}
    if days is not None:
        del kept["ordinary"]
    return {"answer_working_days": days, "limits": kept or None}


def _urgency_of(value: Mapping[str, Any]) -> str:
    return str(value.get("urgency") or ("urgent" if value.get("urgent") else "ordinary"))


def _token(limit: Mapping[str, int] | None) -> str:
    return next((f"{limit[unit]} {unit}" for unit in _UNITS if limit and limit.get(unit)), "")


def _limit_in_words(words: Words, typed: str) -> str:
    """What the profile says, in words; what somebody typed stays as it is."""
    figure, _, unit = typed.partition(" ")
    return words.text(f"console_settings.shown_limit.{unit}", figure=figure) if unit in _UNITS else typed


def _read_limit(typed: Typed, name: str) -> dict[str, int] | None:
    sent = "".join(typed.get(name, "").split())
    if not sent:
        return None
    found = _LIMIT.fullmatch(sent)
    if found is None:
        raise Invalid("problem.settings.limit", field=name, line=sent[:20])
    unit = next(one for one in _UNITS if found[one])
    return {unit: int(found["figure"])}


def _question_token(question: Mapping[str, Any]) -> str:
    parts = "".join(f"({part}:{'|'.join(question[part])})" for part in _PARTS if question.get(part))
    return f"{question.get('text', '')}{parts}"


def _questions_in_words(words: Words, typed: str) -> str:
    def worded(found: re.Match[str]) -> str:
        return words.text(f"console_settings.part.{found[1]}", words=found[2])

    return _TOKEN.sub(worded, typed)


def _read_questions(text: str, before: Any) -> list[dict[str, Any]]:
    """A question a line. One that was asked in the same words before keeps its code."""
    codes = {one["text"]: one["code"] for one in before}
    result: list[dict[str, Any]] = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        asked = _PART.sub("", line).strip()
        if not asked or "（" in asked:
            raise Invalid("problem.settings.question", field="questions", line=line[:20])
        parts = {
            part: _alternatives(found["words"])
            for found in _PART.finditer(line)
            for part in _PARTS
            if found[part]
        }
        code = codes.get(asked) or _free(f"q{number}", {*codes.values(), *(one["code"] for one in result)})
        result.append({"code": code, "text": asked, **parts})
    return result


def _alternatives(words: str) -> list[str]:
    return [one.strip() for one in words.split("|") if one.strip()] if "|" in words else listed(words)


def _free(code: str, taken: set[str]) -> str:
    while code in taken:
        code += "x"
    return code
