"""E-permits: signed so that another implementation agrees, and no bit of them can be another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import segno
from joserfc import jws as independent
from joserfc.jwk import KeySet

from casework.permits.credentials import (
    CODE_ALPHABET,
    Ended,
    claims_of,
    code_in,
    code_shown,
    new_code,
    qr_svg,
    read_token,
    token_of,
    verify,
    verify_url,
)
from casework.permits.key_lists import digest_of, jwks_of, read_list
from kit import jws
from kit.jws import PrivateKey, PublicKey, compact, encoded, read_compact
from kit.secrets import KeyRingError
from kit.signing_keys import SigningKeys
from tests.permit_rows import permit_row

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    made = SigningKeys(tmp_path)
    made.add(NOW, use=True)
    return made


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by a name of 2025 that few phones know (ADR 0060)
def test_another_implementation_verifies_a_token_with_the_published_keys(keys: SigningKeys) -> None:
    permit = permit_row(NOW)
    token = token_of(keys.held().active, permit)
    published = KeySet.import_key_set(jwks_of(keys.held()))  # type: ignore[arg-type]
    found = independent.deserialize_compact(token, published, algorithms=["EdDSA"])
    assert msgspec.json.decode(found.payload)["n"] == permit.number
    with pytest.raises(Exception, match="signature"):
        independent.deserialize_compact(token[:-4] + "AAAA", published, algorithms=["EdDSA"])


def test_no_bit_of_a_token_can_be_another_one(keys: SigningKeys) -> None:
    token, good = token_of(keys.held().active, permit_row(NOW)), keys.held().good
    for place in range(len(token)):
        for bit in range(7):
            other = token[:place] + chr(ord(token[place]) ^ (1 << bit)) + token[place + 1 :]
            assert read_token(other, good).outcome == "fake", (place, bit)
    for other in ("", "..", "a.b.c", token + ".", token + "A", "Ä" + token, token * 20):
        assert read_token(other, good).outcome == "fake"


def test_a_token_is_no_better_for_what_it_says_of_itself(keys: SigningKeys) -> None:
    held = keys.held().active
    token, good = token_of(held, permit_row(NOW)), keys.held().good
    _, body, tail = token.split(".")
    for header in ({"alg": "none", "kid": held.id}, {"alg": "HS256", "kid": held.id},
                   {"alg": "EdDSA", "kid": held.id, "crit": ["exp"]}, {"alg": "EdDSA"}):  # fmt: skip
        forged = f"{encoded(msgspec.json.encode(header))}.{body}.{tail}"
        assert read_token(forged, good).outcome == "fake"
    # Signed by the right key, and still no permit.
    assert read_token(compact(held, b'{"jti":"x"}'), good).fault == "malformed"
    assert read_token(compact(held, b"\xff\xfe"), good).fault == "malformed"


def test_a_key_that_is_not_ours_and_one_that_was_withdrawn_are_told_apart(keys: SigningKeys) -> None:
    token, first = token_of(keys.held().active, permit_row(NOW)), keys.held().active.id
    second = keys.add(NOW, use=False)
    assert [one.standing for one in keys.held().keys] == ["active", "next"]
    keys.use(second, NOW)
    assert read_token(token, keys.held().good).outcome == "valid", "what the old key signed stays good"
    assert not keys.held().keys[0].private, "an old key signs nothing any more"
    with pytest.raises(KeyRingError):
        keys.withdraw(second, NOW)
    keys.withdraw(first, NOW)
    assert read_token(token, keys.held().good).fault == "unknown_key"
    assert read_token(token, keys.held().good, frozenset({first})).fault == "withdrawn_key"
    assert SigningKeys(keys._path.parent.parent).held() == keys.held()


def test_a_key_file_that_is_damaged_or_open_to_all_is_refused(keys: SigningKeys) -> None:
    path = keys._path
    path.chmod(0o644)
    with pytest.raises(KeyRingError, match="权限过宽"):
        SigningKeys(path.parent.parent).held()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"id": "', b'"id": "x'))
    with pytest.raises(KeyRingError, match="损坏"):
        SigningKeys(path.parent.parent).held()


def test_the_end_of_a_permit_goes_before_its_time(keys: SigningKeys) -> None:
    permit = permit_row(NOW)
    token, good = token_of(keys.held().active, permit), keys.held().good
    late, early = NOW + timedelta(days=4), NOW - timedelta(days=1)
    revoked = {permit.code: Ended(ending="revoked", at=NOW)}
    assert [verify(token, good, {}, at).outcome for at in (early, NOW, permit.valid_until_at, late)] == [
        "not_yet", "valid", "expired", "expired",
    ]  # fmt: skip
    assert verify(token, good, revoked, late).outcome == "revoked"
    replaced = {permit.code: Ended(ending="replaced", at=NOW, by="2")}
    assert verify(token, good, replaced, NOW).outcome == "replaced"
    # What another takes the place of before it ever begins never holds.
    begins = {permit.code: Ended(ending="replaced", at=permit.valid_from_at, by="2")}
    assert verify(token, good, begins, early).outcome == "replaced"


def test_a_token_holds_nothing_of_the_holder_but_the_public_name(keys: SigningKeys) -> None:
    permit = permit_row(NOW, holder_kind="person", holder_shown="王*", place_text="长" * 300)
    claims = msgspec.to_builtins(claims_of(permit))
    assert set(claims) == {"jti", "n", "k", "h", "p", "nbf", "exp", "iat", "a"}
    assert (claims["h"], len(claims["p"])) == ("王*", 60)


def test_the_code_can_be_scanned_from_a_phone_and_from_paper(keys: SigningKeys) -> None:
    url = verify_url("https://chengguan.example.gov.cn", token_of(keys.held().active, permit_row(NOW)))
    code = segno.make(url, error="m", micro=False, boost_error=False)
    # 0.33 mm a module is what phones read from paper: 40 mm is enough, and 320 px on a screen.
    assert code.version <= 20
    assert 40 / code.symbol_size(border=4)[0] > 0.33
    assert 'class="segno"' not in qr_svg(url)


def test_a_typed_code_forgives_what_is_easily_misread() -> None:
    code = new_code()
    assert code_in(f" {code_shown(code).lower()} ") == code
    assert code_in("oil0-1111-2222") == "011011112222"
    assert code_in("清城管许准字〔2026〕第001号") is None
    assert set(code) <= set(CODE_ALPHABET)
    assert digest_of(code) != digest_of(new_code())


class _Reversing:
    """Another suite, good for nothing but to show that callers know none."""

    alg = "X-REV"

    def new_private(self) -> bytes:
        return b"secret"

    def public_of(self, private: bytes) -> bytes:
        return private[::-1]

    def sign(self, private: bytes, message: bytes) -> bytes:
        return private[::-1] + message[-8:]

    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        return signature == public + message[-8:]

    def jwk(self, public: bytes) -> dict[str, str]:
        return {"kty": "X", "x": encoded(public)}

    def public_in(self, jwk: Mapping[str, str]) -> bytes | None:
        return jws.decoded(jwk["x"]) if jwk.get("kty") == "X" else None


def test_another_suite_is_put_beside_without_touching_who_signs_and_verifies(
    keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = _Reversing()
    monkeypatch.setitem(jws.SUITES, suite.alg, suite)  # type: ignore[arg-type]
    private = PrivateKey("x", suite.alg, suite.new_private())
    token = token_of(private, permit_row(NOW))
    public = PublicKey("x", suite.alg, suite.public_of(private.private))
    assert read_token(token, {"x": public}).outcome == "valid"
    assert read_token(token, {"x": PublicKey("x", "EdDSA", b"0" * 32)}).fault == "altered"
    signed = read_compact(token)
    assert signed is not None
    assert signed.alg == suite.alg


def test_a_list_is_believed_for_its_signature_alone(keys: SigningKeys) -> None:
    for text in (b"", b"{}", b'{"payload":"e30","protected":"e30","signature":"AA"}', b"\xff"):
        with pytest.raises(Exception, match="malformed"):
            read_list(text)
