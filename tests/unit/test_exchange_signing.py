"""Signatures and secrets between platforms: the documented form, both secrets of a change, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.exchange import signing
from casework.exchange.profile import Peer
from kit.secrets import KeyRingError
from kit.shared_secrets import SharedSecrets

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def headers(secret: bytes) -> list[tuple[str, str]]:
    made = signing.signed(
        secret,
        sender="12345",
        method="POST",
        target="/exchange/v1/orders",
        now=NOW,
        nonce="n" * 16,
        body=b"{}",
    )
    return list(made.items())


def test_the_signature_is_what_the_document_says() -> None:
    document = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    made = dict(headers(bytes.fromhex("00" * 32)))
    assert made[signing.SIGNATURE] in document


def test_every_part_of_a_message_is_signed() -> None:
    envelope = signing.parse(headers(b"a" * 32))
    assert envelope is not None
    right = ("POST", "/exchange/v1/orders", b"{}")
    assert signing.is_signed(envelope, (b"a" * 32,), *right)
    assert signing.is_signed(envelope, (b"b" * 32, b"a" * 32), *right)
    assert not signing.is_signed(envelope, (), *right)
    assert not signing.is_signed(envelope, (b"b" * 32,), *right)
    for wrong in (
        ("GET", right[1], right[2]),
        (right[0], "/exchange/v1/orders?", right[2]),
        (right[0], right[1], b"{} "),
    ):
        assert not signing.is_signed(envelope, (b"a" * 32,), *wrong)


@pytest.mark.parametrize("name", signing.HEADERS)
def test_each_header_is_there_once_and_in_its_form(name: str) -> None:
    good = headers(b"a" * 32)
    assert signing.parse(good) is not None
    assert signing.parse([one for one in good if one[0] != name]) is None
    assert signing.parse([*good, (name.upper(), dict(good)[name])]) is None
    assert signing.parse([(key, "१" if key == name else value) for key, value in good]) is None


def test_a_secret_is_changed_without_a_gap_and_shown_once(tmp_path: Path) -> None:
    secrets = SharedSecrets(tmp_path)
    assert secrets.of("12345") == ()
    first = bytes.fromhex(secrets.renew("12345"))
    second = bytes.fromhex(secrets.renew("12345"))
    assert secrets.of("12345") == (second, first)
    assert secrets.end_older("12345")
    assert not secrets.end_older("12345")
    assert secrets.of("12345") == (second,)
    path = tmp_path / "exchange" / "12345.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert second.hex() not in repr(secrets)
    path.chmod(0o644)
    with pytest.raises(KeyRingError):
        secrets.of("12345")
    for name in ("../audit", "", "A", "a/b"):
        with pytest.raises(KeyRingError):
            secrets.of(name)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/x",
        "https://",
        "ftp://example.com",
        "https://u:p@example.com/",
        "https://a b/",
        "x",
    ],
)
def test_messages_go_nowhere_but_to_encrypted_addresses(address: str) -> None:
    with pytest.raises(ValueError, match="callback"):
        Peer(code="12345", name="热线", kind="hotline", callback=address)
    assert Peer(code="12345", name="热线", kind="hotline", callback="https://example.gov.cn/hook?x=1")
