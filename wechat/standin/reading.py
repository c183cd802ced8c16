"""Reads the JSON of a request as the platform does."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from wechat.standin.refusals import Refusal

_ESCAPED = re.compile(rb"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def read_json(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body, or 47001.

    The platform does not resolve \\u escapes: the citizen sees backslash, u and four digits. Here they
    become exactly that text.
    """
    raw = _ESCAPED.sub(
        lambda found: b"\\" + found[0] if found[1][:1] == b"u" and len(found[1]) == 5 else found[0], body
    )
    try:
        raw.decode("utf-8")
        document = msgspec.json.decode(raw)
    except (UnicodeDecodeError, msgspec.DecodeError):
        raise Refusal(47001, "data format error") from None
    if not isinstance(document, dict):
        raise Refusal(47001, "data format error")
    return document


def text_of(document: Mapping[str, Any], *path: str) -> str:
    """The string at a path of keys, or the empty string."""
    found: object = document
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def whole_number(document: Mapping[str, Any], name: str, lowest: int, highest: int) -> int:
    """The whole number called `name`, or 47003 naming it."""
    value = document.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise Refusal(47003, f"argument invalid! {name} invalid")
    return value
