"""The published list of keys and of permits that ended early: what somebody without a network checks against.

A list is a JWS in its flattened JSON form, signed by the key that was active; its number rises by one. It says when it
was made, and an offline check says which list it went by. A permit stands in it by the digest of its code, and until its
own time has been over for `ENDED_FOR`: it was revoked or replaced then too, and that says more than that it expired. One that will be replaced on a day ahead stands in it
with that day. One whose renewal is not decided goes on beyond its time for `KEPT_FOR` from the making of the list.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F, Q

from casework.permits.credentials import Ended, Ending, Verdict, judge, read_token
from casework.permits.ending_rules import EXPIRED, ended_as
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit
from casework.permits.published_models import PermitKeyList
from casework.permits.renewals import going_on
from kit.clock import local
from kit.db import Change, Database
from kit.jws import SUITES, PublicKey, encoded, flattened, key_id_of, read_flattened
from kit.signing_keys import HeldKeys, SigningKeys

FORM: Final = "chengguan-permit-keys/1"
ENDED_FOR: Final = timedelta(days=90)
"""So long beyond its own time a permit that ended early, or was replaced, stands in the lists."""
KEPT_FOR: Final = timedelta(days=2)
"""So long a list keeps a permit in force beyond its time; a new list comes at least once a day."""

_ENDINGS: Final[Mapping[str, Ending]] = {
    PermitState.WITHDRAWN: "withdrawn",
    PermitState.REVOKED: "revoked",
    PermitState.CANCELLED: "cancelled",
    PermitState.REPLACED: "replaced",
}


class ListedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as a JWK (RFC 7517), with where it stands."""

    kid: str
    alg: str
    kty: str
    crv: str = ""
    x: str = ""
    y: str = ""
    use: str = "sig"
    standing: str = "active"


class ListedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A permit that ended early: `digest` of its code, how and when (seconds since 1970)."""

    digest: str
    ending: Ending
    at: int
    by: str = ""


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """A list's content."""

    form: str
    number: int
    made_at: datetime
    bureau: str
    keys: tuple[ListedKey, ...]
    withdrawn_keys: tuple[str, ...] = ()
    ended: tuple[ListedEnd, ...] = ()
    renewing: tuple[str, ...] = ()
    """Digests of permits whose time is over, or nearly, and whose renewal is not decided."""


class KeyListError(Exception):
    """The list cannot be believed. `why`: "malformed", "unknown_key" or "altered"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def digest_of(code: str) -> str:
    """What a permit is in the list by: nobody learns codes from it."""
    return encoded(hashlib.sha256(f"chengguan/permit-code/{code}".encode()).digest()[:16])


def keys_in(content: KeyList) -> Mapping[str, PublicKey]:
    """The keys of a list by id; one whose id is not its own is left out."""
    found: dict[str, PublicKey] = {}
    for listed in content.keys:
        suite = SUITES.get(listed.alg)
        public = suite.public_in(msgspec.to_builtins(listed)) if suite is not None else None
        if suite is not None and public is not None and key_id_of(suite, public) == listed.kid:
            found[listed.kid] = PublicKey(listed.kid, listed.alg, public)
    return found


def read_list(text: str | bytes, trusted: frozenset[str] | None = None) -> tuple[KeyList, str]:
    """A list and the id of the key that signed it. Raises KeyListError.

    `trusted`: key ids that may sign it. Without them the list vouches for itself, and the id has to be compared with
    the one that the bureau published elsewhere.
    """
    signed = read_flattened(text)
    if signed is None:
        raise KeyListError("malformed")
    try:
        content = msgspec.json.decode(signed.payload, type=KeyList)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise KeyListError("malformed") from None
    key = keys_in(content).get(signed.key_id)
    if content.form != FORM or key is None or (trusted is not None and key.id not in trusted):
        raise KeyListError("unknown_key")
    if not signed.is_by(key):
        raise KeyListError("altered")
    return content, key.id


def verify_offline(token: str, content: KeyList, now: datetime) -> Verdict:
    """What a token comes to by this list alone."""
    read = read_token(token, keys_in(content), frozenset(content.withdrawn_keys))
    if read.claims is None:
        return read
    digest = digest_of(read.claims.jti)
    found = next((one for one in content.ended if one.digest == digest), None)
    ended = (
        Ended(ending=found.ending, at=datetime.fromtimestamp(found.at, now.tzinfo), by=found.by)
        if found is not None
        else None
    )
    is_renewing = digest in content.renewing and now < content.made_at + KEPT_FOR
    return judge(read.claims, ended, now, is_renewing=is_renewing)


def jwks_of(held: HeldKeys) -> dict[str, list[dict[str, str]]]:
    """All good keys as a JWK set (RFC 7517)."""
    return {"keys": [key.jwk() for key in held.good.values()]}


async def publish_due(db: Database, keys: SigningKeys, bureau: str) -> int:
    """Make a list where none is of today, or where keys or ended permits are others than in the last one.

    Returns how many were made. Any number may call this at once: the number is unique. Raises KeyRingError where no key
    signs although lists were published: the file of keys was lost.
    """
    held, last = keys.held(), await latest_list()
    if not held.keys and last is None:
        return 0
    now, active = db.clock.now(), held.active
    ended, renewing = await ended_early(now), await _renewing(now)
    is_of_today = last is not None and local(last.made_at).date() >= local(now).date()
    if last is not None and is_of_today and _says(last, held, ended, renewing):
        return 0
    content = KeyList(
        form=FORM,
        number=1 if last is None else last.number + 1,
        made_at=now.replace(microsecond=0),
        bureau=bureau,
        keys=_listed(held),
        withdrawn_keys=_withdrawn(held),
        ended=ended,
        renewing=renewing,
    )
    text = flattened(active, msgspec.json.encode(content))

    async def keep(change: Change) -> None:
        await PermitKeyList.create(id=change.ids.new(), number=content.number, content=text, made_at=now)

    with contextlib.suppress(IntegrityError):
        await db.change(keep)
        return 1
    return 0


async def ended_early(now: datetime) -> tuple[ListedEnd, ...]:
    """Every permit that ended before its time, until that has been over for a while, and those whose successor is to begin."""
    ended = Permit.filter(ended_at__isnull=False, valid_until_at__gt=now - ENDED_FOR)
    # Most ended with their time. Whatever ended otherwise stands in it, even where a renewal had kept it beyond that.
    cleaned = Q(state=PermitState.RESTORED) & (Q(end_cause=None) | ~Q(end_cause=EXPIRED))
    early = ended.filter(Q(ended_at__lt=F("valid_until_at")) | Q(state__in=list(_ENDINGS)) | cleaned)
    rows = await early.order_by("valid_until_at", "id")
    planned = Permit.filter(ended_at=None, replaced_from_at__isnull=False, valid_until_at__gt=now)
    rows += await planned.order_by("valid_until_at", "id")
    heirs = [row.replaced_by_id for row in rows if row.replaced_by_id is not None]
    numbers = {one.id: one.number for one in await Permit.filter(id__in=heirs)} if heirs else {}
    found = ((row, ended_of(row, numbers.get(row.replaced_by_id or row.id, ""))) for row in rows)
    return tuple(
        ListedEnd(digest=digest_of(row.code), ending=end.ending, at=int(end.at.timestamp()), by=end.by)
        for row, end in found
        if end is not None
    )


def ended_of(row: Permit, by: str = "") -> Ended | None:
    """How a permit ended before its time, or will; None for one that did not. `by` is the number of what replaced it."""
    ending = _ENDINGS.get(ended_as(row))
    if ending is not None and row.ended_at is not None:
        return Ended(ending=ending, at=row.ended_at, by=by)
    planned_at = row.replaced_from_at if row.ended_at is None else None
    if planned_at is not None and planned_at < row.valid_until_at:
        return Ended(ending="replaced", at=planned_at, by=by)
    if row.ended_at is None or row.ended_at >= row.valid_until_at:
        return None
    return Ended(ending="ended_early", at=row.ended_at, by=by)


async def latest_list() -> PermitKeyList | None:
    """The last list that was published."""
    return await PermitKeyList.all().order_by("-number").first()


async def _renewing(now: datetime) -> tuple[str, ...]:
    return tuple(sorted(digest_of(one.code) for one in await going_on(now + KEPT_FOR)))


def _says(
    row: PermitKeyList, held: HeldKeys, ended: tuple[ListedEnd, ...], renewing: tuple[str, ...]
) -> bool:
    try:
        content, _ = read_list(row.content)
    except KeyListError:
        return False
    is_same = (content.keys, content.withdrawn_keys) == (_listed(held), _withdrawn(held))
    # One whose own time is over meanwhile may stay until tomorrow's list.
    is_same = is_same and content.renewing == renewing and set(ended) <= set(content.ended)
    # What was to replace one may have ended itself: then the old one stays, and the list must not say otherwise.
    return is_same and not any(one.ending == "replaced" for one in set(content.ended) - set(ended))


def _listed(held: HeldKeys) -> tuple[ListedKey, ...]:
    standing = {one.id: one.standing for one in held.keys}
    return tuple(
        msgspec.convert({**key.jwk(), "standing": standing[key.id]}, ListedKey) for key in held.good.values()
    )


def _withdrawn(held: HeldKeys) -> tuple[str, ...]:
    return tuple(one.id for one in held.keys if one.standing == "withdrawn")
