from base64 import b64encode
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from wechat.codec import Codec, CodecError, Refusal, SignedQuery, sign
from wechat.json_bodies import read_json
from wechat.parse import MAX_BODY_BYTES, parse_xml

TOKEN = "a-token-of-ours"
KEY_BYTES = bytes(range(32))
AES_KEY = b64encode(KEY_BYTES).decode()[:43]
APP_ID = "wx0123456789abcdef"
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
XML = "<xml><Content><![CDATA[门口占道经营]]></Content></xml>".encode()

codec = Codec(TOKEN, AES_KEY, APP_ID)


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def signed(encrypted: str, timestamp: str = STAMP, nonce: str = "314159") -> SignedQuery:
    return SignedQuery(
        timestamp=timestamp, nonce=nonce, msg_signature=sign(TOKEN, timestamp, nonce, encrypted)
    )


def raw(plain: bytes) -> str:
    """Encrypts bytes as they are, so that a test can break the padding, the length or the appid."""
    return b64encode(Cipher(AES(KEY_BYTES), CBC(KEY_BYTES[:16])).encryptor().update(plain)).decode()


def padded(plain: bytes) -> bytes:
    size = 32 - len(plain) % 32
    return plain + bytes([size]) * size


def refusal(query: SignedQuery, body: bytes, now: datetime = NOW, by: Codec = codec) -> CodecError:
    with pytest.raises(CodecError) as caught:
        by.open(query, body, now)
    return caught.value


def test_signature_is_the_platforms_documented_one() -> None:
    assert sign("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_a_safe_mode_message_is_decrypted() -> None:
    encrypted = codec.encrypt(XML)
    assert codec.open(signed(encrypted), envelope(encrypted), NOW) == XML


@pytest.mark.parametrize("size", [0, 1, *range(8, 45), 60_000])
def test_every_length_survives_padding(size: int) -> None:
    assert codec.decrypt(codec.encrypt(b"x" * size)) == b"x" * size


def test_a_reply_is_sealed_with_its_own_signature() -> None:
    reply = parse_xml(codec.seal(XML, "271828", 1_777_000_000))
    assert set(reply) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    encrypted = str(reply["Encrypt"])
    assert reply["MsgSignature"] == sign(TOKEN, "1777000000", "271828", encrypted)
    assert codec.decrypt(encrypted) == XML


def test_the_same_reply_is_never_encrypted_to_the_same_bytes() -> None:
    assert codec.encrypt(XML) != codec.encrypt(XML)


def test_an_envelope_of_compatible_mode_is_read_by_its_encrypt_element_alone() -> None:
    encrypted = codec.encrypt(XML)
    body = f"<xml><Content>forged</Content><Encrypt>{encrypted}</Encrypt></xml>".encode()
    assert codec.open(signed(encrypted), body, NOW) == XML


def test_a_forged_signature_is_forbidden() -> None:
    encrypted = codec.encrypt(XML)
    query = SignedQuery(timestamp=STAMP, nonce="314159", msg_signature="0" * 40)
    assert refusal(query, envelope(encrypted)).status == 403


@pytest.mark.parametrize("signature", ["", "0", "签" * 40, "\udcff"])
def test_a_signature_of_the_wrong_shape_is_forbidden(signature: str) -> None:
    encrypted = codec.encrypt(XML)
    query = SignedQuery(timestamp=STAMP, nonce="314159", msg_signature=signature)
    assert refusal(query, envelope(encrypted)).kind is Refusal.FORBIDDEN


def test_safe_mode_refuses_a_plain_body_however_well_signed() -> None:
    query = SignedQuery(timestamp=STAMP, nonce="1", signature=sign(TOKEN, STAMP, "1"))
    assert refusal(query, XML).status == 400


def test_a_signature_that_does_not_cover_encrypt_is_forbidden_in_safe_mode() -> None:
    encrypted = codec.encrypt(XML)
    plain_signature = sign(TOKEN, STAMP, "1")
    query = SignedQuery(timestamp=STAMP, nonce="1", signature=plain_signature, msg_signature=plain_signature)
    assert refusal(query, envelope(encrypted)).kind is Refusal.FORBIDDEN


@pytest.mark.parametrize(
    ("skew", "is_accepted"), [(300, True), (-300, True), (301, False), (-301, False), (86_400, False)]
)
def test_messages_older_or_newer_than_five_minutes_are_forbidden(skew: int, is_accepted: bool) -> None:
    encrypted = codec.encrypt(XML)
    now = NOW + timedelta(seconds=skew)
    if is_accepted:
        assert codec.open(signed(encrypted), envelope(encrypted), now) == XML
    else:
        assert refusal(signed(encrypted), envelope(encrypted), now).kind is Refusal.FORBIDDEN


@pytest.mark.parametrize("skew", [301, -3600])
def test_only_a_request_that_is_the_platforms_own_tells_how_far_our_clock_is_off(skew: int) -> None:
    encrypted, now = codec.encrypt(XML), NOW + timedelta(seconds=skew)
    assert refusal(signed(encrypted), envelope(encrypted), now).skew_s == skew
    forged = msgspec.structs.replace(signed(encrypted), msg_signature="0" * 40)
    assert refusal(forged, envelope(encrypted), now).skew_s is None
    with pytest.raises(CodecError) as caught:
        codec.check_url(sign(TOKEN, STAMP, "1"), STAMP, "1", "8527413690", now)
    assert caught.value.skew_s == skew


@pytest.mark.parametrize(
    "timestamp", ["", "x", "-1777881600", "1777881600.0", "１７７７８８１６００", "9" * 400]
)
def test_a_timestamp_that_is_no_number_is_forbidden(timestamp: str) -> None:
    encrypted = codec.encrypt(XML)
    assert refusal(signed(encrypted, timestamp), envelope(encrypted)).kind is Refusal.FORBIDDEN


@pytest.mark.parametrize("nonce", ["", "随机", "]]>", "n" * 129])
def test_a_nonce_the_platform_never_sends_is_forbidden(nonce: str) -> None:
    encrypted = codec.encrypt(XML)
    assert refusal(signed(encrypted, nonce=nonce), envelope(encrypted)).kind is Refusal.FORBIDDEN


def test_a_body_over_64_kb_is_too_large_before_anything_else_is_looked_at() -> None:
    assert refusal(SignedQuery(), b"x" * (MAX_BODY_BYTES + 1)).status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt><a>1</a></Encrypt></xml>",
        b"<xml><E><Encrypt>QUJD</Encrypt></E></xml>",
        b"<xml><Encrypt>QUJD</Encrypt><Encrypt>QUJD</Encrypt></xml>",
        b"<!DOCTYPE xml><xml><Encrypt>QUJD</Encrypt></xml>",
    ],
)
def test_an_envelope_without_exactly_one_encrypt_element_is_unreadable(body: bytes) -> None:
    assert refusal(signed("QUJD"), body).status == 400


HEAD = b"r" * 16 + len(XML).to_bytes(4, "big") + XML


@pytest.mark.parametrize(
    "encrypted",
    [
        "not base64!",
        "QUJD",
        "QUJD\nQUJD",
        raw(padded(HEAD + b"wx_another_account")),
        raw(padded(HEAD)),
        raw(padded(HEAD + APP_ID.encode() + b"x")),
        raw(padded(b"r" * 16 + (9_999).to_bytes(4, "big") + XML + APP_ID.encode())),
        raw(padded(b"r" * 16 + b"\xff\xff\xff\xff" + XML + APP_ID.encode())),
        raw(padded(b"short")),
        raw(padded(HEAD + APP_ID.encode())[:-1] + b"\x00"),
        raw(padded(HEAD + APP_ID.encode())[:-1] + b"\x21"),
        raw(padded(HEAD + APP_ID.encode())[:-1] + b"\xff"),
        raw(b"\x20" * 31 + b"\x02"),
        raw(b"\x20" * 32),
        raw(b"\x00" * 16),
    ],
)
def test_everything_wrong_after_the_signature_is_one_and_the_same_refusal(encrypted: str) -> None:
    found = refusal(signed(encrypted), envelope(encrypted))
    assert (found.status, found.reason) == (400, "the message cannot be read")


def test_another_key_gives_the_same_refusal_as_broken_padding() -> None:
    encrypted = Codec(TOKEN, b64encode(b"k" * 32).decode()[:43], APP_ID).encrypt(XML)
    assert refusal(signed(encrypted), envelope(encrypted)).reason == "the message cannot be read"


def test_plain_mode_checks_the_signature_and_takes_the_body_as_it_is() -> None:
    plain = Codec(TOKEN, None, APP_ID)
    query = SignedQuery(timestamp=STAMP, nonce="1", signature=sign(TOKEN, STAMP, "1"))
    assert not plain.is_safe_mode
    assert plain.open(query, XML, NOW) == XML
    assert plain.seal(XML, "1", 1) == XML
    assert refusal(SignedQuery(timestamp=STAMP, nonce="1", signature="0" * 40), XML, by=plain).status == 403


def test_plain_mode_refuses_a_body_that_holds_an_encrypted_message() -> None:
    plain = Codec(TOKEN, None, APP_ID)
    query = SignedQuery(timestamp=STAMP, nonce="1", signature=sign(TOKEN, STAMP, "1"))
    for body in (envelope(codec.encrypt(XML)), b"<xml><Content>x</Content><Encrypt/></xml>"):
        error = refusal(query, body, by=plain)
        assert (error.kind, "no AES key" in error.reason) == (Refusal.UNREADABLE, True)


def test_a_mini_programs_push_and_its_answer_are_json_in_the_same_envelope() -> None:
    inner = '{"MsgType": "text", "Content": "占道"}'.encode()
    encrypted = codec.encrypt(inner)
    outer = f'{{"ToUserName": "gh_1", "Encrypt": "{encrypted}"}}'.encode()
    assert codec.open(signed(encrypted), outer, NOW, read_json) == inner
    assert refusal(signed(encrypted), outer).kind is Refusal.UNREADABLE
    reply = read_json(codec.seal(inner, '27"1', 1_777_000_000, as_json=True))
    sealed = str(reply["Encrypt"])
    assert reply == {
        "Encrypt": sealed,
        "MsgSignature": sign(TOKEN, "1777000000", '27"1', sealed),
        "TimeStamp": "1777000000",
        "Nonce": '27"1',
    }
    assert codec.decrypt(sealed) == inner


def test_console_address_check_echoes_in_both_modes() -> None:
    signature = sign(TOKEN, STAMP, "1")
    for one in (codec, Codec(TOKEN, None, APP_ID)):
        assert one.check_url(signature, STAMP, "1", "8527413690", NOW) == "8527413690"


def test_console_address_check_decrypts_an_encrypted_echo() -> None:
    echo = codec.encrypt(b"8527413690")
    msg_signature = sign(TOKEN, STAMP, "1", echo)
    assert codec.check_url("", STAMP, "1", echo, NOW, msg_signature) == "8527413690"


@pytest.mark.parametrize("echo", ["", "<script>", "a b", "x" * 3_000])
def test_console_address_check_never_reflects_markup(echo: str) -> None:
    with pytest.raises(CodecError):
        codec.check_url(sign(TOKEN, STAMP, "1"), STAMP, "1", echo, NOW)


def test_console_address_check_refuses_stale_and_forged_requests() -> None:
    signature = sign(TOKEN, STAMP, "1")
    for given, now in ((signature, NOW + timedelta(minutes=6)), ("0" * 40, NOW)):
        with pytest.raises(CodecError) as caught:
            codec.check_url(given, STAMP, "1", "8527413690", now)
        assert caught.value.status == 403


def test_query_string_is_read_with_its_escapes() -> None:
    query = SignedQuery.parse(
        "signature=ab&timestamp=1&nonce=n%2D1&echostr=a%2Bb%3D&msg_signature=cd&openid=o"
    )
    assert query == SignedQuery(
        timestamp="1", nonce="n-1", signature="ab", msg_signature="cd", echostr="a+b="
    )
    assert SignedQuery.parse("") == SignedQuery()


@pytest.mark.parametrize(
    "query_string",
    [
        "nonce=1&nonce=1",
        "timestamp=1&nonce=2&timestamp=3",
        "nonce=1&%6Eonce=2",
        "a=1&a=2",
        "a=" + "x" * 3_000,
    ],
)
def test_a_doubled_or_endless_query_is_forbidden(query_string: str) -> None:
    with pytest.raises(CodecError) as caught:
        SignedQuery.parse(query_string)
    assert caught.value.status == 403


@pytest.mark.parametrize("key", ["short", "!" * 43, AES_KEY + "A", "密" * 43])
def test_a_key_that_is_no_encoding_aes_key_is_refused_at_start(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        Codec(TOKEN, key, APP_ID)
