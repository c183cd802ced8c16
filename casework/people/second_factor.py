"""One-time codes from a phone (TOTP, RFC 6238) beside the password, and recovery codes for a lost phone.

The secret is sealed. It is in force once its owner has given a code made from it. A code counts in its own half
minute and the ones beside it, and only once: the time step of the last one taken is kept, and that step and earlier
ones are refused. Ten recovery codes are shown once; only their keyed hashes stay. Each works once.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import pyotp

from casework.actors import Actor
from casework.people.models import Staff, StaffRecoveryCode
from casework.people.staff_grants import STAFF
from casework.people.staff_rows import locked_here, require_keeper
from kit.db import Change, Database
from kit.http.sessions import end_all_for
from kit.problems import Conflict, Forbidden, Invalid
from kit.sealing import FieldSealer
from kit.secrets import KeyRing

STEP_S = 30
RECOVERY_CODES = 10
_CODE = re.compile(r"\d{6}", re.ASCII)
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_RECOVERY = re.compile(f"[{_SIGNS}]{{10}}", re.ASCII)


class Passed(StrEnum):
    """By what somebody passed."""

    CODE = "code"
    RECOVERY = "recovery"


@dataclass(frozen=True)
class NewSecret:
    """What an authenticator application takes: typed, or as an address in a QR code. Shown, and kept nowhere else."""

    secret: str
    address: str

    def __repr__(self) -> str:
        return "NewSecret(...)"


async def begin(db: Database, keys: KeyRing, actor: Actor, *, issuer: str) -> NewSecret:
    """A new secret for oneself, not in force before `confirm`. Raises Conflict where one is in force."""
    staff_id = _oneself(actor)
    sealer, secret = FieldSealer(keys), pyotp.random_base32()

    async def work(change: Change) -> str:
        row = await locked_here(change, staff_id)
        _refuse_in_force(row)
        row.totp_sealed = _sealed(sealer, row.id, secret)
        row.totp_last_step = None
        await row.save(update_fields=["totp_sealed", "totp_last_step"])
        return row.login

    return _new_secret(secret, await db.change(work), issuer)


async def pending(keys: KeyRing, staff_id: UUID, *, issuer: str) -> NewSecret | None:
    """The secret that was begun and not yet confirmed, to be shown again after a mistyped code."""
    row = await Staff.get_or_none(id=staff_id, left_at=None)
    if row is None or row.totp_sealed is None or row.totp_confirmed_at is not None:
        return None
    return _new_secret(_opened(FieldSealer(keys), row), row.login, issuer)


async def confirm(db: Database, keys: KeyRing, actor: Actor, code: str) -> tuple[str, ...]:
    """Put the secret begun into force with a code made from it. Returns the recovery codes, for this once.

    All sessions end; the door begins another. Raises Invalid for a wrong code (field `code`), Conflict where
    nothing was begun or it is in force already.
    """
    staff_id, sealer = _oneself(actor), FieldSealer(keys)
    codes = _new_codes()

    async def work(change: Change) -> None:
        row = await locked_here(change, staff_id)
        _refuse_in_force(row)
        if row.totp_sealed is None:
            raise Conflict("problem.people.factor_not_begun")
        step = _step_of(code, _opened(sealer, row), change.now, None)
        if step is None:
            raise Invalid("problem.people.factor_code", field="code")
        row.totp_confirmed_at, row.totp_last_step = change.now, step
        await row.save(update_fields=["totp_confirmed_at", "totp_last_step"])
        await _replace_codes(change, keys, row.id, codes)
        await end_all_for(change, STAFF, row.id)
        await change.audit(row.id, actor, "staff.second_factor_on", {})

    await db.change(work)
    return codes


async def check(db: Database, keys: KeyRing, staff_id: UUID, code: str) -> Passed | None:
    """Whether a code or recovery code of this person is right; it is used up by this. None if it is not."""
    sealer = FieldSealer(keys)

    async def work(change: Change) -> Passed | None:
        row = await change.lock(Staff, staff_id)
        if row is None or row.left_at is not None or row.totp_confirmed_at is None:
            return None
        return await _use(change, keys, sealer, row, code)

    return await db.change(work)


async def new_recovery_codes(db: Database, keys: KeyRing, actor: Actor, code: str) -> tuple[str, ...]:
    """Another ten, against a code; those before end. Raises Invalid for a wrong code (field `code`)."""
    codes = _new_codes()

    async def work(change: Change) -> None:
        row = await _proven(change, keys, actor, code)
        await _replace_codes(change, keys, row.id, codes)
        await change.audit(row.id, actor, "staff.recovery_codes", {})

    await db.change(work)
    return codes


async def end(db: Database, keys: KeyRing, actor: Actor, code: str) -> None:
    """Do without, or make room for another phone, against a code. All sessions end; the door begins another.

    Raises Invalid for a wrong code (field `code`).
    """

    async def work(change: Change) -> None:
        row = await _proven(change, keys, actor, code)
        await forget(row)
        await end_all_for(change, STAFF, row.id)
        await change.audit(row.id, actor, "staff.second_factor_off", {})

    await db.change(work)


async def reset(db: Database, actor: Actor, staff_id: UUID) -> bool:
    """Take the codes of somebody who lost phone and recovery codes; whether there were any. Ends their sessions.

    For an administrator who knows the person to be who they say they are, or the command line. Never for oneself.
    """
    require_keeper(actor, staff_id)

    async def work(change: Change) -> bool:
        row = await locked_here(change, staff_id)
        if row.totp_sealed is None:
            return False
        await forget(row)
        await end_all_for(change, STAFF, row.id)
        await change.audit(row.id, actor, "staff.reset_second_factor", {})
        return True

    return await db.change(work)


async def codes_left(staff_id: UUID) -> int:
    """How many recovery codes are unused."""
    return await StaffRecoveryCode.filter(staff_id=staff_id, used_at=None).count()


async def forget(row: Staff) -> None:
    """Delete secret and recovery codes of a locked row."""
    row.totp_sealed = row.totp_confirmed_at = row.totp_last_step = None
    await row.save(update_fields=["totp_sealed", "totp_confirmed_at", "totp_last_step"])
    await StaffRecoveryCode.filter(staff_id=row.id).delete()


async def _proven(change: Change, keys: KeyRing, actor: Actor, code: str) -> Staff:
    row = await locked_here(change, _oneself(actor))
    if row.totp_confirmed_at is None:
        raise Conflict("problem.people.factor_not_begun")
    if await _use(change, keys, FieldSealer(keys), row, code) is None:
        raise Invalid("problem.people.factor_code", field="code")
    return row


async def _use(change: Change, keys: KeyRing, sealer: FieldSealer, row: Staff, code: str) -> Passed | None:
    plain = re.sub(r"[\s-]", "", code[:40]).lower()
    step = _step_of(plain, _opened(sealer, row), change.now, row.totp_last_step)
    if step is not None:
        row.totp_last_step = step
        await row.save(update_fields=["totp_last_step"])
        return Passed.CODE
    if not _RECOVERY.fullmatch(plain):
        return None
    unused = StaffRecoveryCode.filter(staff_id=row.id, code_hash=_hash(keys, row.id, plain), used_at=None)
    if not await unused.update(used_at=change.now):
        return None
    # The person themselves is who used it, though nobody is logged in yet.
    by = Actor(kind="staff", id=row.id, roles=frozenset())
    await change.audit(row.id, by, "staff.use_recovery_code", {"left": await codes_left(row.id)})
    return Passed.RECOVERY


def _step_of(code: str, secret: str, now: datetime, last: int | None) -> int | None:
    """The time step a code belongs to, if it is near and later than the last one taken."""
    plain = re.sub(r"\s", "", code[:40])
    if not _CODE.fullmatch(plain):
        return None
    maker, present = pyotp.HOTP(secret), int(now.timestamp()) // STEP_S
    right = None
    for step in (present - 1, present, present + 1):
        # All three are tried, so that the time taken says nothing.
        if hmac.compare_digest(maker.at(step), plain) and (last is None or step > last):
            right = step
    return right


async def _replace_codes(change: Change, keys: KeyRing, staff_id: UUID, codes: tuple[str, ...]) -> None:
    await StaffRecoveryCode.filter(staff_id=staff_id).delete()
    await StaffRecoveryCode.bulk_create(
        [
            StaffRecoveryCode(
                id=change.ids.new(),
                staff_id=staff_id,
                code_hash=_hash(keys, staff_id, code.replace("-", "")),
                created_at=change.now,
            )
            for code in codes
        ]
    )


def _new_codes() -> tuple[str, ...]:
    def half() -> Iterator[str]:
        return (secrets.choice(_SIGNS) for _ in range(5))

    return tuple(f"{''.join(half())}-{''.join(half())}" for _ in range(RECOVERY_CODES))


def _hash(keys: KeyRing, staff_id: UUID, code: str) -> str:
    key = keys.derive("sessions", "staff-recovery/1", 32)
    return hmac.digest(key, staff_id.bytes + code.encode(), "sha256").hex()


def _new_secret(secret: str, login: str, issuer: str) -> NewSecret:
    return NewSecret(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer))


def _oneself(actor: Actor) -> UUID:
    if actor.kind != "staff" or actor.id is None:
        raise Forbidden()
    return actor.id


def _refuse_in_force(row: Staff) -> None:
    if row.totp_confirmed_at is not None:
        raise Conflict("problem.people.factor_in_force")


def _sealed(sealer: FieldSealer, staff_id: UUID, secret: str) -> bytes:
    return sealer.seal(secret, table="staff", column="totp", row_id=staff_id)


def _opened(sealer: FieldSealer, row: Staff) -> str:
    return sealer.open(bytes(row.totp_sealed or b""), table="staff", column="totp", row_id=row.id)
