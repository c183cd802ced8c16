"""One call of an endpoint, already read, and what an endpoint may answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from wechat.standin.inbound import InboundMessage
from wechat.standin.platform import Platform
from wechat.standin.refusals import Refusal

OK: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}

_ESCAPED = re.compile(rb"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


@dataclass(frozen=True)
class Upload:
    """The file of a multipart body."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Binary:
    """An answer that is a file."""

    content: bytes
    content_type: str
    filename: str


@dataclass(frozen=True)
class Call:
    """`document` is the JSON object of the body ({} without one); `app_id` owns the access token.

    `push` sends an event to the account's webhook after the answer.
    """

    platform: Platform
    path: str
    query: Mapping[str, str]
    document: Mapping[str, Any]
    app_id: str
    push: Callable[[InboundMessage], None]
    upload: Upload | None = None


Answer = Mapping[str, object] | Binary
Handler = Callable[[Call], Answer]
BodyKind = Literal["none", "json", "file"]


@dataclass(frozen=True)
class Endpoint:
    """A row of the endpoint table."""

    method: str
    path: str
    handler: Handler
    body: BodyKind = "json"
    needs_token: bool = True


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
