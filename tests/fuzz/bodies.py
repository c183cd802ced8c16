"""Bodies nobody should send: built from a grammar of near misses, or from valid ones by mutation."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.wechat_samples import BODIES
from wechat.parse import parse_xml

VALID_XML = tuple(body.encode() for body in BODIES.values())
VALID_JSON = tuple(json.dumps(parse_xml(body), ensure_ascii=False).encode() for body in VALID_XML)

_NAMES = (
    "A",
    "B",
    "C",
    "List",
    "item",
    "MsgType",
    "Content",
    "Event",
    "xml",
    "a.b-c",
    "_",
    "Encrypt",
    "MsgId",
    "x" * 64,
)
_ODD_NAMES = ("x" * 65, "1a", "中", "a:b", "-a", "")
_TEXTS = (
    "", "x", " ", "\n", "\r\n", "\r", "\t", "中", "\U0001f6d2", "]", "]]", ">", "&amp;", "&lt;", "&gt;", "&quot;", "&#65;",
    "&#x41;", "&#13;", "&#10;", "\x85", "\u2028", "\u3000", "%00", '"', "'", "\x7f",
    "1777881600", "-1", "1e9", "text", "event", "qrscene_",
)  # fmt: skip
_SECTIONS = (
    "<![CDATA[]]>", "<![CDATA[x]]>", "<![CDATA[ ]]>", "<![CDATA[<b>&amp;]]>", "<![CDATA[]]]]><![CDATA[>]]>", "<![CDATA[\r\n]]>",
)  # fmt: skip
_ODD_TEXTS = (
    "]]>", "&#0;", "&#xD800;", "&#x110000;", "&nbsp;", "&", "&#;", "<", "</", "\x00", "\x0b", "\ufffe", "<![CDATA[",
    "<!-- c -->", "<?p i?>", "<!DOCTYPE x>", "</A>", "<A>", "&#xFFFF;", "&amp",
)  # fmt: skip
_ODD_HEADS = (
    "\ufeff",
    '<?xml version="1.0"?>',
    "<!DOCTYPE xml>",
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    "x",
    "<!-- -->",
)
_TOKENS = (
    b"<", b">", b"</", b"/>", b"<![CDATA[", b"]]>", b"]", b"&", b";", b"&#", b"=", b'"', b"\x00", b"\r", b"\n", b" ",
    b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"<List>", b"</List>", b"<xml>", b"</xml>", b"<!--", b"-->",
    b"{", b"}", b"[", b"]", b":", b",", b"\\", b"\\u0000", b"\\ud800", b"null", b"true", b"NaN", b"1e999", b"-0", b"1.50",
)  # fmt: skip
_LEAVES = (
    "0", "-0", "1", "12345678901234567890", "1.50", "1e5", "1E400", '""', '"x"', '"中"', '"\\u4e2d"', '"\\ud83d\\ude00"', '"\\n"',
    '"\\r\\n"', '"a\\"b"', '"[{"', '"}]"', '"\\\\"', '"' + "x" * 300 + '"', '"\u2028"', '"\\/"', '"event"', '"text"',
)  # fmt: skip
_ODD_LEAVES = (
    "01", "+1", ".5", "5.", "NaN", "Infinity", "null", "true", '"\\ud83d"', '"\\u0000"', '"\n"', '"\\x"', "'x'", '"\\"',
    "/* c */", "9" * 33, "\ufeff1", "", '"\\uffff"',
)  # fmt: skip


def xml_near_miss(random: Random) -> bytes:
    """A document that is of the platform's dialect, or nearly."""
    inner = "".join(_element(random, 0) for _ in range(random.randrange(9)))
    head = random.choice(_ODD_HEADS if _rarely(random) else ("", "", " ", "\n"))
    root = random.choice(_NAMES) if _rarely(random) else "xml"
    tail = random.choice(_ODD_TEXTS if _rarely(random) else ("", "", " ", "\n"))
    return f"{head}<{root}>{inner}</{root}>{tail}".encode()


def _rarely(random: Random) -> bool:
    return random.random() < 0.02


def _element(random: Random, depth: int) -> str:
    name, kind = random.choice(_ODD_NAMES if _rarely(random) else _NAMES), random.random()
    if kind < 0.05:
        return random.choice((" ", "\n", "\t", "x", *_ODD_TEXTS) if _rarely(random) else (" ", "\n", "\t"))
    if kind < 0.10:
        return f"<{name}{random.choice(('', ' ', chr(10)))}/>"
    if _rarely(random):
        return f"<{name} {random.choice(_NAMES)}='1'>x</{name}>"
    if kind < 0.40 and depth < random.choice((4, 4, 4, 7)):
        children = "".join(_element(random, depth + 1) for _ in range(random.randrange(4)))
        return f"<{name}>{children}</{name}>"
    ending = random.choice(_NAMES) if _rarely(random) else name
    return f"<{name}>{_content(random)}</{ending}{random.choice(('', '', '', '', ' '))}>"


def _content(random: Random) -> str:
    pieces = (
        random.choice(_ODD_TEXTS if _rarely(random) else _TEXTS)
        for _ in range(random.choice((0, 1, 1, 2, 3)))
    )
    content, kind = "".join(pieces), random.random()
    if kind < 0.2:
        return content
    blank = random.choice(("", "", " ", "\n  "))
    if kind < 0.6:
        return f"{blank}<![CDATA[{content}]]>{blank}"
    return content if kind < 0.9 else f"{blank}{content}{random.choice(_SECTIONS)}{content}{blank}"


def json_near_miss(random: Random) -> bytes:
    """A document that is nearly the JSON of a push."""
    return _value(random, 0, is_root=True).encode("utf-8", "surrogatepass")


def _value(random: Random, depth: int, *, is_root: bool = False) -> str:
    kind = random.random()
    blank = random.choice(("", "", " ", "\n"))
    if depth > 12 or (not is_root and kind < 0.6):
        return random.choice(_ODD_LEAVES if random.random() < 0.04 else _LEAVES)
    if kind < (0.95 if is_root else 0.8):
        members = (
            f'"{random.choice(_ODD_NAMES if _rarely(random) else _NAMES)}"{blank}:{_value(random, depth + 1)}'
            for _ in range(random.randrange(6))
        )
        comma = "," if random.random() < 0.98 else ",,"
        return f"{blank}{{{comma.join(members)}}}{blank}"
    return f"[{','.join(_value(random, depth + 1) for _ in range(random.randrange(4)))}]"


def xml_mutant(random: Random) -> bytes:
    """A valid message with a few things wrong."""
    return _mutated(random, random.choice(VALID_XML), VALID_XML)


def json_mutant(random: Random) -> bytes:
    """The same for JSON."""
    return _mutated(random, random.choice(VALID_JSON), VALID_JSON)


def _mutated(random: Random, body: bytes, others: tuple[bytes, ...]) -> bytes:
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        body = random.choice(_MUTATIONS)(random, body, others)
    return body


def _flip(random: Random, body: bytes, _: Any) -> bytes:
    if not body:
        return body
    at = random.randrange(len(body))
    return body[:at] + bytes([body[at] ^ 1 << random.randrange(8)]) + body[at + 1 :]


def _insert(random: Random, body: bytes, _: Any) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(_TOKENS) + body[at:]


def _cut(random: Random, body: bytes, _: Any) -> bytes:
    start, end = sorted((random.randrange(len(body) + 1), random.randrange(len(body) + 1)))
    return body[:start] + body[min(end, start + 40) :]


def _double(random: Random, body: bytes, _: Any) -> bytes:
    """A stretch twice: now and then a whole element."""
    start = body.find(b"<", random.randrange(len(body) + 1))
    end = body.find(b">", body.find(b"</", start) + 1) + 1
    if start < 0 or end <= start:
        start, end = sorted((random.randrange(len(body) + 1), random.randrange(len(body) + 1)))
    return body[:end] + body[start:end] + body[end:]


def _splice(random: Random, body: bytes, others: tuple[bytes, ...]) -> bytes:
    other = random.choice(others)
    return body[: random.randrange(len(body) + 1)] + other[random.randrange(len(other)) :]


def _repeat(random: Random, body: bytes, _: Any) -> bytes:
    """Up to a message of the largest size."""
    at, token = random.randrange(len(body) + 1), random.choice(_TOKENS)
    times = random.choice((2, 8, 60, 250)) if random.random() < 0.99 else 65_536 // len(token)
    return body[:at] + token * times + body[at:]


def _swap_case(random: Random, body: bytes, _: Any) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + body[at : at + 12].swapcase() + body[at + 12 :]


_MUTATIONS: tuple[Callable[[Random, bytes, tuple[bytes, ...]], bytes], ...] = (
    _flip, _insert, _insert, _cut, _double, _double, _splice, _repeat, _swap_case,
)  # fmt: skip
