"""Reading single values out of parsed fields. Whatever is not of the expected shape is a ParseError."""

import re
from typing import Final

from wechat.parse import Field, Fields, ParseError

BLANKS: Final = " \t\n"
_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,64}")
_WHOLE = re.compile(r"[0-9]{1,20}")
_SIGNED = re.compile(r"-?[0-9]{1,10}")
_DECIMAL = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,20})?")


def text(fields: Fields, name: str) -> str:
    """Text as it was sent; "" when absent."""
    value: Field = fields.get(name, "")
    if isinstance(value, str):
        return value
    raise ParseError(f"{name} is not text")


def key(fields: Fields, name: str) -> str:
    """Text that names something, without the blanks pretty-printing leaves around it."""
    return text(fields, name).strip(BLANKS)


def lower_name(fields: Fields, name: str) -> str:
    """A required name in lower case: the platform spells its own in several ways."""
    value = key(fields, name).lower()
    if not _IDENTIFIER.fullmatch(value):
        raise ParseError(f"{name} is missing or not a name")
    return value


def identifier(fields: Fields, name: str) -> str:
    """A required identifier, such as an openid."""
    value = key(fields, name)
    if not _IDENTIFIER.fullmatch(value):
        raise ParseError(f"{name} is missing or not an identifier")
    return value


def whole(fields: Fields, name: str) -> int | None:
    """A whole number from 0 on; None when absent."""
    if name not in fields:
        return None
    value = key(fields, name)
    if not _WHOLE.fullmatch(value):
        raise ParseError(f"{name} is not a whole number")
    return int(value)


def error_code(fields: Fields, name: str) -> int:
    """A code of the platform's, which may be negative; 0 when absent or empty."""
    value = key(fields, name)
    if not value:
        return 0
    if not _SIGNED.fullmatch(value):
        raise ParseError(f"{name} is not a code")
    return int(value)


def coordinate(fields: Fields, name: str, at_most: int) -> float | None:
    """Degrees within plus or minus `at_most`; None when absent."""
    if name not in fields:
        return None
    value = key(fields, name)
    if not _DECIMAL.fullmatch(value) or abs(degrees := float(value)) > at_most:
        raise ParseError(f"{name} is not a coordinate")
    return degrees


def nested(fields: Fields, name: str) -> Fields:
    """The elements of an element; none when it is absent or empty."""
    value = fields.get(name, "")
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and not value.strip(BLANKS):
        return {}
    raise ParseError(f"{name} is not one element with elements")


def entries(parent: Fields, name: str) -> list[Fields]:
    """The elements called `name`: one is an element, several are a list, none is an empty list."""
    found = parent.get(name, [])
    if isinstance(found, str) and not found.strip(BLANKS):
        return []
    every: list[Fields] = []
    for entry in found if isinstance(found, list) else [found]:
        if not isinstance(entry, dict):
            raise ParseError(f"an entry of {name} is text")
        every.append(entry)
    return every


def texts(parent: Fields, name: str) -> tuple[str, ...]:
    """The text of every element called `name`, which may occur once, several times or not at all."""
    found = parent.get(name, [])
    every: list[str] = []
    for entry in found if isinstance(found, list) else [found]:
        if not isinstance(entry, str):
            raise ParseError(f"an entry of {name} is not text")
        if entry := entry.strip(BLANKS):
            every.append(entry)
    return tuple(every)
