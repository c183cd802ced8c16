"""What must hold for any body whatever. AssertionError when it does not."""

from __future__ import annotations

import contextlib
import gc
import json
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TypeVar
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec

from tests.fuzz.bodies import VALID_XML, json_mutant, json_near_miss, xml_mutant, xml_near_miss
from wechat.codec import Codec, CodecError, SignedQuery, sign
from wechat.json_bodies import read_json
from wechat.messages import to_inbound
from wechat.parse import MAX_BODY_BYTES, Field, Fields, ParseError, parse_xml

LONGEST_S = 0.05
NOW = datetime(2026, 5, 4, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
TOKEN, APP_ID = "a-token", "wx0123456789abcdef"
SAFE = Codec(TOKEN, b64encode(b"k" * 32).decode()[:43], APP_ID)
PLAIN = Codec(TOKEN, None, APP_ID)

Result = TypeVar("Result")
seen: Counter[str] = Counter()
"""How many cases were accepted and refused, by kind: a fuzzer that is always refused finds nothing."""


def timed(kind: str, read: Callable[[], Result], refusal: type[Exception]) -> Result | None:
    """What `read` gives, None when it refuses.

    Its CPU time is measured, so that a busy machine does not lie, and without collecting garbage: what there is
    to collect is the fuzzer's.
    """
    result: Result | None = None
    gc.disable()
    begun = time.process_time()
    with contextlib.suppress(refusal):
        result = read()
    used = time.process_time() - begun
    gc.enable()
    assert used <= LONGEST_S, f"{kind} took {used:.3f} s"
    seen[f"{kind} {'refused' if result is None else 'accepted'}"] += 1
    return result


def check_xml(body: bytes) -> None:
    """Ours is the reading of a general parser, and the same again when written and read once more."""
    fields = timed("xml", lambda: parse_xml(body), ParseError)
    if fields is None:
        return
    assert _trimmed(fields) == (_trimmed(read_by_expat(body)) or {}), "two readings of one body"
    _check_written(_written(fields), parse_xml, fields)
    _check_message(fields)


def check_json(body: bytes) -> None:
    """The same for JSON, beside another reader of it."""
    fields = timed("json", lambda: read_json(body), ParseError)
    if fields is None:
        return
    other = _read_by_msgspec(body)
    assert other is None or _same(fields, other), "two readings of one body"
    _check_written(json.dumps(fields).encode(), read_json, fields)
    _check_message(fields)


def _read_by_msgspec(body: bytes) -> object:
    """None for a number no float can hold: for us it is a text, whatever its size."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        if "out of range" in str(error):
            return None
        raise


def _check_written(body: bytes, read: Callable[[bytes], Fields], fields: Fields) -> None:
    """Escapes may make a large body larger than any that is read."""
    if len(body) <= MAX_BODY_BYTES:
        assert read(body) == fields, "another reading when written again"


def _check_message(fields: Fields) -> None:
    inbound = timed("message", lambda: to_inbound(fields), ParseError)
    if inbound is None:
        return
    assert inbound.dedupe_key.encode()
    # As late answers keep it.
    assert to_inbound(msgspec.json.decode(msgspec.json.encode(inbound.fields))) == inbound


def check_codec(random: Random) -> None:
    """Whatever is done to a request of the platform, it is refused or is the message that was sent."""
    xml = random.choice(VALID_XML)
    encrypted = SAFE.encrypt(xml)
    kind = random.randrange(6)  # 5: nothing is done
    if kind == 0:  # somebody who knows the token but not the key
        sealed = bytearray(random.randbytes(random.choice((0, 16, 31, 32, 64, 96, 320))))
        encrypted = b64encode(bytes(sealed)).decode()
    elif (
        kind == 1
    ):  # damaged and signed again by somebody who knows the token: the cipher alone proves nothing
        at = random.randrange(len(encrypted))
        encrypted = encrypted[:at] + random.choice("Aa0+/=-_ \n]中") + encrypted[at + random.randrange(2) :]
    timestamp = STAMP if kind != 2 else random.choice((STAMP, "", "-1", "1e9", "9" * 12, "9" * 13, "１", "0"))
    nonce = random.choice(("1", "271828", "", "]", "中", "n" * 129)) if kind == 2 else "271828"
    signature = sign(TOKEN, timestamp, nonce, encrypted)
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
    if kind == 3:  # changed on its way
        at = random.randrange(len(body))
        body = body[:at] + bytes([body[at] ^ 1 << random.randrange(8)]) + body[at + 1 :]
    elif kind == 4:
        body = xml_mutant(random)
        signature = sign(TOKEN, STAMP, nonce)
    query = SignedQuery(
        timestamp, nonce, sign(TOKEN, timestamp, nonce), signature, random.choice(("", "42", encrypted))
    )
    opened = timed("safe", lambda: SAFE.open(query, body, NOW), CodecError)
    assert opened is None or opened == xml or kind == 1, "another message than was sent"
    timed("plain", lambda: PLAIN.open(query, body, NOW), CodecError)
    for codec in (SAFE, PLAIN):
        timed(
            "echo",
            lambda codec=codec: codec.check_url(
                query.signature, timestamp, nonce, query.echostr, NOW, random.choice((None, signature))
            ),
            CodecError,
        )


def check_query(random: Random) -> None:
    """Any query string is read, each parameter once, or refused."""
    pieces = (
        "timestamp",
        "nonce",
        "=",
        "&",
        "%",
        "%41",
        "%ff",
        "+",
        "1",
        "signature",
        "msg_signature",
        "echostr",
        "中",
        "\ud800",
        "&&",
    )
    text = "".join(random.choice(pieces) for _ in range(random.randrange(14)))
    query = timed("query", lambda: SignedQuery.parse(text), CodecError)
    if query is not None:
        names = [pair.partition("=")[0] for pair in text.split("&")]
        assert all(names.count(name) == 1 for name in names), "a doubled parameter was read"


def check(random: Random) -> None:
    """One case."""
    kind = random.random()
    if kind < 0.30:
        check_xml(xml_near_miss(random))
    elif kind < 0.58:
        check_xml(xml_mutant(random))
    elif kind < 0.68:
        check_json(json_near_miss(random))
    elif kind < 0.80:
        check_json(json_mutant(random))
    elif kind < 0.97:
        check_codec(random)
    else:
        check_query(random)


def read_by_expat(body: bytes) -> Field:
    """What a general parser makes of the same body, in our shape."""
    stack: list[tuple[dict[str, Field], list[str]]] = [({}, [])]
    parser = expat.ParserCreate("utf-8")

    def end(name: str) -> None:
        children, text = stack.pop()
        parent = stack[-1][0]
        value: Field = children or "".join(text)
        known = parent.get(name)
        if known is None:
            parent[name] = value
        else:
            parent[name] = [*known, value] if isinstance(known, list) else [known, value]

    parser.StartElementHandler = lambda name, attributes: stack.append(({}, []))
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: stack[-1][1].append(text)
    parser.Parse(body, True)
    return stack[0][0]["xml"]


def _trimmed(value: Field) -> Field:
    """Without the blanks around a text: they are layout beside CDATA, and a general parser cannot tell."""
    if isinstance(value, dict):
        return {name: _trimmed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_trimmed(one) for one in value]
    return value.strip(" \t\n")


def _written(fields: Fields) -> bytes:
    """The same fields as XML of another spelling: entities where there was CDATA."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: Fields) -> str:
    return "".join(
        f"<{name}>{_elements(one) if isinstance(one, dict) else escape(str(one), {chr(13): '&#13;'})}</{name}>"
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    )


def _same(ours: Field, theirs: object) -> bool:
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and list(ours) == list(theirs)
            and all(_same(value, theirs[name]) for name, value in ours.items())
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(theirs, str):
        return ours == theirs.replace("\r\n", "\n").replace("\r", "\n")
    return isinstance(theirs, int | float) and float(ours) == float(theirs)
