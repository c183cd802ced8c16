from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from xml.parsers import expat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wechat.codec import Codec, CodecError, SignedQuery, sign
from wechat.messages import to_inbound
from wechat.parse import Field, Fields, ParseError, parse_xml

NOW = datetime(2026, 5, 4, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
TOKEN, APP_ID = "t", "wx1"
codec = Codec(TOKEN, b64encode(b"k" * 32).decode()[:43], APP_ID)

_PIECES = st.sampled_from(
    [
        "<xml>", "</xml>", "<A>", "</A>", "<B>", "</B>", "<List>", "</List>", "<A/>", "<A />", "</A >",
        "<![CDATA[", "]]>", "]]", ">", "<", "&amp;", "&#65;", "&#x0;", "&", "x", " ", "\n", "\r\n", "中", "\x00",
        "<!--", "-->", "<?a?>", "<!DOCTYPE a>", '<A b="1">', "<A>1</A>", "<B><![CDATA[2]]></B>", "<C>]</C>",
    ]
)  # fmt: skip
_SHARDS = st.lists(_PIECES, max_size=30).map("".join)
_DOCUMENTS = st.one_of(_SHARDS, _SHARDS.map(lambda inner: f"<xml>{inner}</xml>"))


def read_by_expat(body: bytes) -> Field:
    """What a general parser makes of the same body, in our shape."""
    stack: list[tuple[dict[str, Field], list[str]]] = [({}, [])]
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append(({}, []))

    def end(name: str) -> None:
        children, text = stack.pop()
        parent = stack[-1][0]
        value: Field = children or "".join(text)
        known = parent.get(name)
        if known is None:
            parent[name] = value
        else:
            parent[name] = [*known, value] if isinstance(known, list) else [known, value]

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: stack[-1][1].append(text)
    parser.Parse(body, True)
    return stack[0][0]["xml"]


def trimmed(value: Field) -> Field:
    if isinstance(value, dict):
        return {name: trimmed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [trimmed(one) for one in value]
    return value.strip()


@given(st.one_of(st.binary(max_size=300), _DOCUMENTS.map(str.encode)))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    with suppress(ParseError):
        to_inbound(parse_xml(body))


@given(_DOCUMENTS)
@example("<xml><A> <![CDATA[x]]> </A></xml>")
@example("<xml><A>1</A><C>]</C><B><List>1</List><List/></B></xml>")
def test_whatever_is_accepted_means_the_same_to_a_general_parser(document: str) -> None:
    body = document.encode()
    try:
        fields = parse_xml(body)
    except ParseError:
        return
    assert trimmed(fields) == (trimmed(read_by_expat(body)) or {})


_XML_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))


@given(_XML_TEXT, _XML_TEXT)
def test_any_text_survives_cdata_and_entities(one: str, two: str) -> None:
    wrapped = one.replace("]]>", "]]]]><![CDATA[>")
    escaped = two.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    expected: Fields = {"A": one, "B": two}
    assert parse_xml(f"<xml><A><![CDATA[{wrapped}]]></A><B>{escaped}</B></xml>".encode()) == expected


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.binary(max_size=200))
def test_any_query_and_body_are_opened_or_refused_and_nothing_else(
    timestamp: str, nonce: str, signature: str, body: bytes
) -> None:
    query = SignedQuery(timestamp=timestamp, nonce=nonce, signature=signature, msg_signature=signature)
    for one in (codec, Codec(TOKEN, None, APP_ID)):
        with pytest.raises(CodecError):
            one.open(query, body, NOW)
        with pytest.raises(CodecError):
            one.check_url(signature, timestamp, nonce, signature, NOW, signature or None)


@given(st.text(max_size=80))
def test_any_query_string_is_read_or_refused(query_string: str) -> None:
    with suppress(CodecError):
        SignedQuery.parse(query_string)


@given(st.binary(max_size=400))
def test_any_message_survives_encryption(xml: bytes) -> None:
    assert codec.decrypt(codec.encrypt(xml)) == xml


@given(st.binary(max_size=200))
def test_any_signed_rubbish_is_one_refusal(sealed: bytes) -> None:
    encrypted = b64encode(sealed).decode()
    query = SignedQuery(timestamp=STAMP, nonce="1", msg_signature=sign(TOKEN, STAMP, "1", encrypted))
    with pytest.raises(CodecError) as caught:
        codec.open(query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode(), NOW)
    assert caught.value.status == 400


@given(st.data())
def test_a_flipped_bit_anywhere_is_never_opened_as_another_message(data: st.DataObject) -> None:
    encrypted = codec.encrypt(b"<xml><Content>a</Content></xml>")
    body = bytearray(f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode())
    query = SignedQuery(timestamp=STAMP, nonce="1", msg_signature=sign(TOKEN, STAMP, "1", encrypted))
    position = data.draw(st.integers(0, len(body) - 1))
    body[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CodecError):
        codec.open(query, bytes(body), NOW)
