"""How a value of the profile is shown and typed: from the value to the fields of a form, and back.

A widget knows the shape of a value, not its limits: those are the profile's own, checked as a whole before anything
is saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kit.problems import Invalid
from web.console.screens import Ask, Option, OptionGroup
from web.console.words import Words

UNITS_OF_TIME = ("working_days", "working_minutes", "natural_days")
LINE_AT_MOST, LONG_AT_MOST = 300, 4_000
_PERIOD = re.compile(r"(\d{2}:\d{2})\s*[-—–~至到]\s*(\d{2}:\d{2})", re.ASCII)
Typed = Mapping[str, str]


class Widget(Protocol):
    """One kind of value."""

    def typed(self, value: Any) -> dict[str, str]:
        """The fields of the form as this value fills them in."""
        ...

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        """The form. `choices` are the options by field name."""
        ...

    def read(self, typed: Typed, current: Any) -> Any:
        """The value typed; what the form does not show stays as in `current`. Raises Invalid naming the field."""
        ...

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        """The value in a line or two."""
        ...


@dataclass(frozen=True)
class Sentence:
    """A line, or with `is_long` a paragraph."""

    is_long: bool = False

    def typed(self, value: Any) -> dict[str, str]:
        return {"value": str(value or "")}

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        return (ask_for(words, "value", typed, is_long=self.is_long),)

    def read(self, typed: Typed, current: Any) -> Any:
        return typed.get("value", "").strip()

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Periods:
    """Office hours: one stretch a line, `08:30-12:00`."""

    def typed(self, value: Any) -> dict[str, str]:
        return {"periods": "\n".join(f"{one['from']}-{one['to']}" for one in value or ())}

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        return (ask_for(words, "periods", typed, is_long=True, helped=True),)

    def read(self, typed: Typed, current: Any) -> Any:
        found = []
        for line in _lines(typed.get("periods", "")):
            period = _PERIOD.fullmatch(line)
            if period is None:
                raise Invalid("problem.settings.period", field="periods", line=line[:20])
            found.append({"from": period[1], "to": period[2]})
        return found

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        return "、".join(f"{one['from']}—{one['to']}" for one in value or ())


@dataclass(frozen=True)
class TimeLimit:
    """A promised limit: a figure, its unit, and the document it was promised in."""

    def typed(self, value: Any) -> dict[str, str]:
        given = value or {}
        unit = next((one for one in UNITS_OF_TIME if given.get(one) is not None), UNITS_OF_TIME[0])
        return {"figure": str(given.get(unit, "")), "unit_of_time": unit, "basis": given.get("basis", "")}

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        options = tuple(
            Option(value=one, words=words.text(f"console_settings.unit_of_time.{one}"))
            for one in UNITS_OF_TIME
        )
        return (
            ask_for(words, "figure", typed),
            choice_of(words, "unit_of_time", typed, options),
            ask_for(words, "basis", typed, helped=True),
        )

    def read(self, typed: Typed, current: Any) -> Any:
        unit = typed.get("unit_of_time", "")
        if unit not in UNITS_OF_TIME:
            raise Invalid("problem.settings.choose", field="unit_of_time")
        return {unit: _figure(typed, "figure"), "basis": typed.get("basis", "").strip()}

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        if not value:
            return ""
        given = self.typed(value)
        figure = words.text(f"console_settings.shown_limit.{given['unit_of_time']}", figure=given["figure"])
        return f"{figure} · {given['basis']}"


@dataclass(frozen=True)
class Team:
    """A unit: its name and areas. Its code is part of every case and never changes."""

    def typed(self, value: Any) -> dict[str, str]:
        given = value or {}
        return {"name": given.get("name", ""), "areas": "\n".join(given.get("areas") or ())}

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        return (
            ask_for(words, "name", typed),
            ask_for(words, "areas", typed, is_long=True, helped=True, optional=True),
        )

    def read(self, typed: Typed, current: Any) -> Any:
        return {**current, "name": typed.get("name", "").strip(), "areas": _lines(typed.get("areas", ""))}

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        return " · ".join((value.get("name", ""), *filter(None, ("、".join(value.get("areas") or ()),))))


@dataclass(frozen=True)
class Agreement:
    """A wording people read before they agree; other words are another version."""

    fields: tuple[str, ...] = ("title", "text", "revoking")

    def typed(self, value: Any) -> dict[str, str]:
        given = value or {}
        typed = {name: given.get(name, "") for name in ("version", *self.fields)}
        if "items" in given:
            typed["items"] = "\n".join(f"{one['what']}|{one['why']}|{one['kept']}" for one in given["items"])
        return typed

    def asks(self, words: Words, typed: Typed, choices: Mapping[str, tuple[Option, ...]]) -> tuple[Ask, ...]:
        texts = tuple(
            ask_for(words, name, typed, is_long=name != "title", helped=name == "items")
            for name in self.fields
        )
        return (ask_for(words, "version", typed, helped=True), *texts)

    def read(self, typed: Typed, current: Any) -> Any:
        value = {**current, **{name: typed.get(name, "").strip() for name in ("version", *self.fields)}}
        if "items" in self.fields:
            value["items"] = [_collected(line) for line in _lines(typed.get("items", ""))]
        return value

    def shown(self, words: Words, value: Any, choices: Mapping[str, tuple[Option, ...]]) -> str:
        said = value.get("text") or value.get("short") or ""
        return words.text("console_settings.shown_wording", version=value.get("version", ""), text=said)


def _collected(line: str) -> dict[str, str]:
    parts = [part.strip() for part in re.split(r"[|｜]", line)]
    if len(parts) != 3:
        raise Invalid("problem.settings.collected", field="items", line=line[:20])
    return dict(zip(("what", "why", "kept"), parts, strict=True))


def _figure(typed: Typed, name: str) -> int:
    sent = typed.get(name, "").strip()
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 6):
        raise Invalid("problem.settings.figure", field=name)
    return int(sent)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def listed(text: str) -> list[str]:
    """Words between commas of whatever kind, or one a line."""
    return [one.strip() for one in re.split(r"[、，,;；\n]", text) if one.strip()]


def ask_for(
    words: Words,
    name: str,
    typed: Typed,
    *,
    is_long: bool = False,
    helped: bool = False,
    optional: bool = False,
) -> Ask:
    """A field for words, labelled by its name."""
    return Ask(
        name=name,
        kind="long" if is_long else "short",
        label=words.text(f"console_settings.field.{name}"),
        optional=optional,
        help=words.text(f"console_settings.help.{name}") if helped else "",
        typed=typed.get(name, ""),
        at_most=LONG_AT_MOST if is_long else LINE_AT_MOST,
    )


def choice_of(words: Words, name: str, typed: Typed, options: tuple[Option, ...]) -> Ask:
    """A field to choose from, labelled by its name."""
    return Ask(
        name=name,
        kind="choice",
        label=words.text(f"console_settings.field.{name}"),
        typed=typed.get(name, ""),
        groups=(OptionGroup(name="", options=options),),
    )
