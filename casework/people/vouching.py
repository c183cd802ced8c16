"""Who a person is, as the unified login vouches for it: the way there and back, and what is kept of it.

A way is a row that is bound to account and session, lives ten minutes and is used up by its first return, whatever comes of
it. Nonce and proof are derived from the state with a key of ours, so that nothing of them need be kept. An account is one
person: who is vouched for as somebody else later is refused, and takes the first away before.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from casework.actors import Actor
from casework.people import merging
from casework.people.models import Account, IdentityTry, VerifiedIdentity
from casework.people.own_numbers import number_index
from casework.people.unified_login import PERSON, Vouched
from kit.db import Change, Database
from kit.numbers import folded_number, is_identity_number, is_uscc
from kit.problems import Conflict, Invalid, NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing

LIVES = timedelta(minutes=10)
NAME_AT_MOST, LEVEL_AT_MOST = 100, 20
_TABLE = "verified_identity"


@dataclass(frozen=True, repr=False)
class WayOut:
    """What the browser is sent out with."""

    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True, repr=False)
class WayBack:
    """What it has to bring back, and where it wanted to go."""

    wanted: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who somebody was found to be, in clear, for their own eyes; when, and by which login."""

    kind: str
    name: str
    number: str
    person: str
    provider: str
    level: str
    verified_at: datetime

    def __repr__(self) -> str:
        return f"Identity({self.kind})"


async def set_out(db: Database, keys: KeyRing, account_id: UUID, session_id: UUID, wanted: str) -> WayOut:
    """Begin a way to the login; ways of this session that were not finished end."""
    state = secrets.token_hex(16)

    async def work(change: Change) -> None:
        await IdentityTry.filter(expires_at__lt=change.now - timedelta(days=1)).delete()
        await IdentityTry.filter(session_id=session_id, used_at=None).update(used_at=change.now)
        row = IdentityTry(
            id=change.ids.new(),
            state_hash=_derived(keys, "state", state),
            account_id=account_id,
            session_id=session_id,
            wanted=wanted[:200],
            begun_at=change.now,
            expires_at=change.now + LIVES,
        )
        await row.save(force_create=True)

    await db.change(work)
    proof = sha256(_derived(keys, "proof", state).encode()).digest()
    return WayOut(state, _derived(keys, "nonce", state), urlsafe_b64encode(proof).decode().rstrip("="))


async def come_back(db: Database, keys: KeyRing, account_id: UUID, session_id: UUID, state: str) -> WayBack:
    """Use the way up. Raises NotFound for a state that is unknown, used, over, or of another session."""

    async def work(change: Change) -> str:
        found = await IdentityTry.get_or_none(state_hash=_derived(keys, "state", state[:100]))
        row = await change.lock(IdentityTry, found.id) if found is not None else None
        if row is None or row.used_at is not None or row.expires_at <= change.now:
            raise NotFound("problem.identity.state")
        if (row.account_id, row.session_id) != (account_id, session_id):
            raise NotFound("problem.identity.state")
        row.used_at = change.now
        await row.save(update_fields=["used_at"])
        return row.wanted

    wanted = await db.change(work)
    return WayBack(wanted, _derived(keys, "nonce", state), _derived(keys, "proof", state))


def check(vouched: Vouched, nonce: str) -> None:
    """Raises Invalid for what was said to somebody else's question, or says nothing of use."""
    if not hmac.compare_digest(vouched.nonce.encode(), nonce.encode()):
        raise Invalid("problem.identity.nonce", field="code")
    is_right = is_identity_number if vouched.kind == PERSON else is_uscc
    if not vouched.name.strip() or len(vouched.name) > NAME_AT_MOST or not is_right(vouched.number):
        raise Invalid("problem.identity.unusable", field="code")


async def keep(
    change: Change, sealer: FieldSealer, actor: Actor, account_id: UUID, vouched: Vouched, provider: str
) -> str:
    """Within a change: keep it, checked, with the account; its number's index. The same again makes it newer.

    Raises Conflict where another person was vouched for on the accounts of this one.
    """
    index = number_index(sealer, vouched.number)
    tree = (await merging.lock_trees(change, (account_id,)))[account_id]
    standing = VerifiedIdentity.filter(account_id__in=sorted(tree.member_ids), ended_at=None)
    others = [one for one in await standing.filter(kind=vouched.kind) if one.number_index != index]
    if vouched.kind == PERSON and others:
        raise Conflict("problem.identity.another_person")
    await standing.filter(kind=vouched.kind, number_index=index).update(ended_at=change.now)
    id = change.ids.new()

    def sealed(column: str, value: str) -> bytes | None:
        return sealer.seal(value, table=_TABLE, column=column, row_id=id) if value else None

    row = VerifiedIdentity(
        id=id,
        account_id=account_id,
        kind=vouched.kind,
        name_sealed=sealed("name", vouched.name.strip()),
        number_sealed=sealed("number", folded_number(vouched.number)),
        number_index=index,
        person_sealed=sealed("person", vouched.person.strip()[:NAME_AT_MOST]),
        subject_index=sealer.blind_index(f"{provider}:{vouched.subject}", purpose="unified_login").hex(),
        provider=provider[:80],
        level=vouched.level[:LEVEL_AT_MOST],
        verified_at=change.now,
    )
    await row.save(force_create=True)
    await change.lock(Account, account_id)
    facts = {"kind": vouched.kind, "provider": row.provider, "level": row.level}
    await change.audit(account_id, actor, "account.verify_identity", facts)
    return index


async def identities_of(sealer: FieldSealer, account_id: UUID) -> tuple[Identity, ...]:
    """All that stand for the person behind an account, the newest first."""
    ids = sorted(await merging.members(account_id))
    rows = await VerifiedIdentity.filter(account_id__in=ids, ended_at=None).order_by("-verified_at", "-id")

    def opened(row: VerifiedIdentity, column: str, value: bytes | None) -> str:
        return sealer.open(bytes(value), table=_TABLE, column=column, row_id=row.id) if value else ""

    return tuple(
        Identity(
            kind=row.kind,
            name=opened(row, "name", row.name_sealed),
            number=opened(row, "number", row.number_sealed),
            person=opened(row, "person", row.person_sealed),
            provider=row.provider,
            level=row.level,
            verified_at=row.verified_at,
        )
        for row in rows
    )


async def vouched_since(account_id: UUID, index: str | None) -> datetime | None:
    """Since when the person behind an account is vouched for under a number's index; None where not."""
    if index is None:
        return None
    ids = sorted(await merging.members(account_id))
    row = await VerifiedIdentity.filter(account_id__in=ids, number_index=index, ended_at=None).first()
    return row.verified_at if row is not None else None


async def forget_identities(change: Change, actor: Actor, account_ids: frozenset[UUID], reason: str) -> bool:
    """Within a change: what is kept of these accounts goes; whether there was anything."""
    ids = sorted(account_ids)
    await IdentityTry.filter(account_id__in=ids).delete()
    rows = await VerifiedIdentity.filter(account_id__in=ids).order_by("account_id")
    if not rows:
        return False
    await VerifiedIdentity.filter(account_id__in=ids).delete()
    for id in sorted({row.account_id for row in rows}):
        await change.lock(Account, id)
        await change.audit(id, actor, "account.forget_identity", {"reason": reason})
    return True


def _derived(keys: KeyRing, purpose: str, state: str) -> str:
    return hmac.digest(
        keys.derive("sessions", f"unified-login/{purpose}/1", 32), state.encode(), "sha256"
    ).hex()
