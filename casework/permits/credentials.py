"""The e-permit: what a permit says, signed, short enough for a QR code; and what a check of it comes to.

A token is a compact JWS. Its claims (RFC 7519 names where there are some):

    jti  the permit's unguessable code          n  the number of its decision
    k    what it permits, in plain words        h  the holder as the public may read it
    p    the place, shortened                   a  the area in m², where there is one
    nbf, exp, iat  in force from, until; granted: seconds since 1970 (exp is the first second it is not in force)

The key's id stands in the header (`kid`). Nothing else about the holder is in it.
"""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol
from urllib.parse import quote

import msgspec
import segno

from kit.jws import PrivateKey, PublicKey, compact, read_compact

VERIFY_PATH: Final = "/public/verify"
PLACE_AT_MOST: Final = 60
HOLDER_AT_MOST: Final = 40
CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12
"""Of 32 letters each: 60 bits, in three groups of four to be typed."""
_MISREAD: Final = str.maketrans("OIL", "011", "- ")

Outcome = Literal["valid", "fake", "not_yet", "expired", "revoked", "replaced", "unrecorded"]
Fault = Literal["", "malformed", "altered", "unknown_key", "withdrawn_key"]
Ending = Literal["withdrawn", "revoked", "cancelled", "ended_early", "replaced"]


class PermitLike(Protocol):
    """What of a permit is in its token (`casework.permits.models.Permit`)."""

    code: str
    number: str
    kind_name: str
    holder_shown: str
    place_text: str
    area_m2: float | None
    valid_from_at: datetime
    valid_until_at: datetime
    granted_at: datetime


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a token says."""

    jti: str
    n: str
    k: str
    h: str
    p: str
    nbf: int
    exp: int
    iat: int
    a: float | None = None

    @property
    def valid_from_at(self) -> datetime:
        return datetime.fromtimestamp(self.nbf, UTC)

    @property
    def valid_until_at(self) -> datetime:
        return datetime.fromtimestamp(self.exp, UTC)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a permit ended before its time. `by` is the number of the one that replaced it; that may lie ahead: until then the
    old one holds.
    """

    ending: Ending
    at: datetime
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check came to. `claims` are what the paper has to say, None for a fake; `fault` is why it is one.

    `is_renewing`: valid beyond its time, because its renewal is not decided. A valid one with `ended` is replaced then.
    """

    outcome: Outcome
    claims: Claims | None = None
    fault: Fault = ""
    ended: Ended | None = None
    is_renewing: bool = False


def new_code() -> str:
    """The unguessable code of a new permit, such as `K7P49QXM2TRA`."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def code_in(text: str) -> str | None:
    """The code somebody typed, with letters that are easily misread put right; None for what is no code."""
    code = text.strip().upper().translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def code_shown(code: str) -> str:
    """The code as it is printed, in groups."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def claims_of(permit: PermitLike) -> Claims:
    """What the permit's token says."""
    return Claims(
        jti=permit.code,
        n=permit.number,
        k=permit.kind_name,
        h=_short(permit.holder_shown, HOLDER_AT_MOST),
        p=_short(permit.place_text, PLACE_AT_MOST),
        nbf=int(permit.valid_from_at.timestamp()),
        exp=int(permit.valid_until_at.timestamp()),
        iat=int(permit.granted_at.timestamp()),
        a=round(permit.area_m2, 2) if permit.area_m2 is not None else None,
    )


def token_of(key: PrivateKey, permit: PermitLike) -> str:
    """The permit's token, the same for the same permit and key."""
    return compact(key, msgspec.json.encode(claims_of(permit)))


def read_token(token: str, keys: Mapping[str, PublicKey], withdrawn: frozenset[str] = frozenset()) -> Verdict:
    """Whether one of our keys signed this: `fake` with its fault, else `valid` as far as the token alone can say."""
    signed = read_compact(token)
    if signed is None:
        return Verdict(outcome="fake", fault="malformed")
    key = keys.get(signed.key_id)
    if key is None:
        return Verdict(outcome="fake", fault="withdrawn_key" if signed.key_id in withdrawn else "unknown_key")
    if not signed.is_by(key):
        return Verdict(outcome="fake", fault="altered")
    try:
        claims = msgspec.json.decode(signed.payload, type=Claims)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Signed by our key, and no permit: a key list, say.
        return Verdict(outcome="fake", fault="malformed")
    return Verdict(outcome="valid", claims=claims)


def judge(claims: Claims, ended: Ended | None, now: datetime, *, is_renewing: bool = False) -> Verdict:
    """What holds now of a permit that is genuine. Its end goes before its time: a revoked one stays revoked, and what another
    takes the place of before it begins never holds. `is_renewing`: a renewal that was asked for in time is not decided, so
    that it goes on.
    """
    if ended is not None and ended.ending != "replaced":
        return Verdict(outcome="revoked", claims=claims, ended=ended)
    if ended is not None and ended.at <= max(now, claims.valid_from_at):
        return Verdict(outcome="replaced", claims=claims, ended=ended)
    if now < claims.valid_from_at:
        return Verdict(outcome="not_yet", claims=claims)
    if now >= claims.valid_until_at:
        outcome: Outcome = "valid" if is_renewing else "expired"
        return Verdict(outcome=outcome, claims=claims, is_renewing=is_renewing)
    return Verdict(outcome="valid", claims=claims, ended=ended)


def verify(
    token: str,
    keys: Mapping[str, PublicKey],
    revocations: Mapping[str, Ended],
    now: datetime,
    withdrawn: frozenset[str] = frozenset(),
) -> Verdict:
    """The whole check against a list of ended permits (by code). The signature first."""
    read = read_token(token, keys, withdrawn)
    return read if read.claims is None else judge(read.claims, revocations.get(read.claims.jti), now)


def verify_url(public_url: str, token: str) -> str:
    """What stands in the QR code."""
    return f"{public_url.rstrip('/')}{VERIFY_PATH}/{quote(token)}"


def qr_svg(url: str) -> str:
    """The QR code as an SVG without size of its own, with its quiet zone. Level M: 15 % may be dirty.

    Takes some 30 ms of CPU: on an event loop use `drawn`.
    """
    code, out = segno.make(url, error="m", micro=False, boost_error=False), io.BytesIO()
    code.save(
        out, kind="svg", xmldecl=False, border=4, omitsize=True, nl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


async def drawn(url: str) -> str:
    """The same beside the event loop."""
    return await asyncio.to_thread(qr_svg, url)


def _short(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1] + "…"
