"""Fits values into the fields of subscribe and template messages, whose kind is in their name (`thing2`).

The platform refuses a whole message for one field that is too long or holds a wrong character (47003), so
texts are shortened and cleaned here. Exact values (numbers, times, amounts, plates) are never changed: one
that does not fit is a `FieldError`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from kit.clock import local

_ELLIPSIS: Final = "…"
_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"
_NOT_HAN = re.compile(rf"[^{_HAN}]")
_NOT_NAME = re.compile(rf"[^{_HAN}·A-Za-z]")
_NOT_LETTER = re.compile(r"[^A-Za-z]")
_NOT_VISIBLE_ASCII = re.compile(r"[^\x21-\x7e]")
_EXACT: Final[Mapping[str, re.Pattern[str]]] = {
    "number": re.compile(r"(?=.{1,32}\Z)-?[0-9]+(?:\.[0-9]+)?"),
    "amount": re.compile(r"[¥$€£]?[0-9]{1,10}(?:\.[0-9]{1,2})?元?"),
    "phone_number": re.compile(r"[0-9+\-]{1,17}"),
    "car_number": re.compile(rf"[{_HAN}A-Z0-9]{{3,8}}"),
    "time": re.compile(r"[0-9年月日:~/.\- ]{3,48}"),
    "date": re.compile(r"[0-9年月日:~/.\- ]{3,48}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
}


class FieldError(ValueError):
    """A value no field of this kind can hold; names the field, never the value."""


def fit_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """All fields of one message, each as its kind allows. FieldError names the first that cannot be."""
    return {name: fit(name, value) for name, value in fields.items()}


def fit(name: str, value: str) -> str:
    """`value` as the field `name` can show it."""
    kind = name.rstrip("0123456789")
    exact = _EXACT.get(kind)
    if exact is not None:
        fitted = value.strip()
        if not exact.fullmatch(fitted):
            raise FieldError(f"{name} cannot hold such a value")
        return fitted
    fitted = _SHORTENED.get(kind, _thing)(value)
    if not fitted:
        raise FieldError(f"{name} is empty, or nothing of it fits")
    return fitted


def shown_time(at: datetime) -> str:
    """A moment as a `time` or `date` field shows it, on the clock in Shanghai."""
    return f"{local(at):%Y年%m月%d日 %H:%M}"


def _thing(value: str) -> str:
    """One line of at most 20 characters; what lies outside the basic plane counts twice to be safe."""
    words = " ".join(value.split())
    line = "".join(character for character in words if character.isprintable()).strip()
    if _units(line) <= 20:
        return line
    while _units(line) > 19:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


_SHORTENED: Final[Mapping[str, Callable[[str], str]]] = {
    "character_string": lambda value: _NOT_VISIBLE_ASCII.sub("", value)[:32],
    "letter": lambda value: _NOT_LETTER.sub("", value)[:32],
    "phrase": lambda value: _NOT_HAN.sub("", value)[:5],
    "name": lambda value: _NOT_NAME.sub("", value)[:10],
}
