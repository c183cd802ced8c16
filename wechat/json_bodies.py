"""Reads the JSON a mini-program may be pushed instead of XML, into the same shape as `wechat.parse`.

JSON readers disagree about doubled keys, large numbers, NaN and half surrogates. All four are settled here:
doubled keys and whatever is no number or text are refused, numbers stay the text they were sent as.
"""

import json
import re
from typing import Any, Final, NoReturn

from wechat.parse import MAX_BODY_BYTES, MAX_DEPTH, MAX_ELEMENTS, Field, Fields, ParseError, holds_forbidden

MAX_NUMBER_CHARS: Final = 32
# Matches from any quote on, closed or not, so that nothing is scanned twice.
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[{}\[\]]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")


def read_json(body: bytes) -> Fields:
    """The members of the one object: text, nested objects, or lists of either. Numbers are their own text."""
    if len(body) > MAX_BODY_BYTES:
        raise ParseError("the body is larger than 64 kB")
    _check_depth(body)
    try:
        read = _DECODER.decode(body.decode("utf-8").strip(" \t\r\n"))
    except UnicodeDecodeError:
        raise ParseError("the body is not UTF-8") from None
    except json.JSONDecodeError:
        raise ParseError("the body is not JSON") from None
    if not isinstance(read, dict):
        raise ParseError("the body is not one object")
    fields: Fields = {name: _field(value) for name, value in read.items()}
    return fields


def _check_depth(body: bytes) -> None:
    """Refuses too deep and too many containers before a recursive reader sees them.

    What looks like a bracket outside of strings to a JSON reader is one here; a broken body may be counted
    differently, but then it is refused either way.
    """
    depth = 0
    brackets = _BRACKETS.findall(_STRINGS.sub(b"", body))
    if len(brackets) > 2 * MAX_ELEMENTS:
        raise ParseError("the body holds too many elements")
    for bracket in brackets:
        depth += 1 if bracket in b"{[" else -1
        # The root is not counted; a list in an object is two brackets where XML has one element.
        if depth > 2 * MAX_DEPTH:
            raise ParseError("elements are nested too deeply")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ParseError("an element occurs twice")
    if len(members) > MAX_ELEMENTS:
        raise ParseError("the body holds too many elements")
    for name in members:
        if not _NAME.fullmatch(name):
            raise ParseError("an element has a name that messages do not use")
    return members


def _number(literal: str) -> str:
    if len(literal) > MAX_NUMBER_CHARS:
        raise ParseError("a number is too long")
    return literal


def _no_number(_: str) -> NoReturn:
    raise ParseError("the body holds a number that is none")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_number, parse_float=_number, parse_constant=_no_number
)


def _field(value: Any) -> Field:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {name: _field(one) for name, one in value.items()}
    if isinstance(value, list):
        if len(value) > MAX_ELEMENTS:
            raise ParseError("the body holds too many elements")
        return [_field(one) for one in value]
    # null, true and false: the platform uses none of them, and they are text to nobody.
    raise ParseError("the body holds a value that is neither text nor number")


def _text(value: str) -> str:
    try:
        if holds_forbidden(value.encode()):
            raise ParseError("the body holds a control character")
    except UnicodeEncodeError:
        raise ParseError("the body holds half a character") from None
    return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
