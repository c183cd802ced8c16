"""Which values the platform takes in each kind of template field."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from wechat.standin.refusals import Refusal

MOST_CHARACTERS_ELSEWHERE = 20

_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff·]"
_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
_PART_OF_DAY = r"(?:\d{4}年\d{1,2}月|\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2})"
_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_MOMENT = rf"(?:(?:{_DAY}|{_PART_OF_DAY})(?: ?{_HOUR})?|{_HOUR})"
_DATED = rf"(?:{_DAY}|{_PART_OF_DAY})(?: ?{_HOUR})?"


def _full(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)  # full-width digits are no digits here
    return lambda value: compiled.fullmatch(value) is not None


def _moments(pattern: str) -> Callable[[str], bool]:
    matches = _full(rf"{pattern}(?:~{pattern})?")
    return lambda value: matches(value) and all(_day_exists(day) for day in re.findall(_DAY, value))


def _day_exists(text: str) -> bool:
    year, month, day = (int(number) for number in re.findall(r"\d+", text))
    try:
        datetime(year, month, day)  # noqa: DTZ001 - only asks whether the calendar has such a day
    except ValueError:
        return False
    return True


def _name(value: str) -> bool:
    if re.search(_HAN, value):
        return re.fullmatch(rf"(?:{_HAN}|[A-Za-z .])+", value) is not None and len(value) <= 10
    return re.fullmatch(r"[A-Za-z .,'-]{1,20}", value) is not None


def _symbol(value: str) -> bool:
    return 1 <= len(value) <= 5 and not re.search(rf"[A-Za-z0-9\s]|{_HAN}", value)


def _one_line(most: int) -> Callable[[str], bool]:
    return lambda value: 1 <= len(value) <= most and value.isprintable()


FIELD_KINDS: Mapping[str, Callable[[str], bool]] = {
    "thing": _one_line(20),
    "number": lambda value: len(value) <= 32 and re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", value) is not None,
    "letter": _full(r"[A-Za-z]{1,32}"),
    "symbol": _symbol,
    "character_string": _full(r"[\x21-\x7e]{1,32}"),
    "time": _moments(_MOMENT),
    "date": _moments(_DATED),
    "amount": _full(r"[¥$€£]?\d{1,10}(?:\.\d{1,2})?元?"),
    "phone_number": _full(r"[\d+\-() ]{1,17}"),
    "car_number": _full(rf"(?:{_HAN}|[A-Z0-9])[A-Z0-9]{{1,6}}(?:{_HAN}|[A-Z0-9])"),
    "name": _name,
    "phrase": _full(rf"{_HAN}{{1,5}}"),
    "enum": _one_line(20),
    "const": _one_line(20),
}


def kind_of(field: str) -> str | None:
    """`thing1` is a thing; a name with no known prefix has no kind of its own."""
    kind = field.rstrip("0123456789")
    return kind if kind in FIELD_KINDS else None


def checked_fields(wanted: tuple[str, ...], given: object) -> dict[str, str]:
    """The values of a send in the template's order, or 47003 naming the first field that is wrong."""
    if not isinstance(given, dict):
        raise Refusal(47003, "argument invalid! data is not an object")
    for name in given:
        if name not in wanted:
            raise Refusal(47003, f"argument invalid! data.{name} is not in the template")
    return {name: _checked(name, given.get(name)) for name in wanted}


def _checked(name: str, holder: object) -> str:
    value = holder.get("value") if isinstance(holder, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise Refusal(47003, f"argument invalid! data.{name}.value is empty")
    kind = kind_of(name)
    fits = FIELD_KINDS[kind] if kind else _one_line(MOST_CHARACTERS_ELSEWHERE)
    if not fits(value):
        raise Refusal(47003, f"argument invalid! data.{name}.value invalid")
    return value
