"""The code on a paper that was handed over: it opens this one notice or penalty case, until it is revoked.

The code is derived from the row's id with a key of the ring, so that it can be printed; kept is only its keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyAccess, PenaltyCase, RectificationNotice
from kit.db import Change
from kit.references import parse_reference

ABOUT_NOTICE, ABOUT_CASE = "rectification", "penalty"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""No 0/O, 1/I, U/V: the code is read from paper and typed on a phone."""
_LENGTH = 16
_READ_AS = str.maketrans({"U": "V"})


async def give_code(change: Change, desk: PenaltyDesk, about_id: UUID, about_kind: str = ABOUT_NOTICE) -> str:
    """A new code for the notice or case, in its written form: groups of four. Earlier ones end; lock its row first."""
    await PenaltyAccess.filter(about_kind=about_kind, about_id=about_id, revoked_at=None).update(
        revoked_at=change.now
    )
    id = change.ids.new()
    code = _code_of(desk, id)
    await PenaltyAccess(
        id=id,
        about_kind=about_kind,
        about_id=about_id,
        secret_hash=_hash(desk, code),
        created_at=change.now,
    ).save(force_create=True)
    return _written(code)


async def current_code(desk: PenaltyDesk, about_id: UUID, about_kind: str = ABOUT_NOTICE) -> str:
    """The code in force, for the officers who print its paper; "" where there is none."""
    row = await PenaltyAccess.get_or_none(about_kind=about_kind, about_id=about_id, revoked_at=None)
    return _written(_code_of(desk, row.id)) if row is not None else ""


async def access_by_code(desk: PenaltyDesk, reference: str, code: str) -> UUID | None:
    """The id of the access that a reference and a code open; None whatever is wrong. Slowing guesses down is the door's part."""
    parsed, typed = parse_reference(reference), _normalised(code)
    if parsed is None or len(typed) != _LENGTH:
        return None
    row = await PenaltyAccess.get_or_none(secret_hash=_hash(desk, typed), revoked_at=None)
    if row is None:
        return None
    named = {"id": row.about_id, "reference": str(parsed)}
    fits = (PenaltyCase if row.about_kind == ABOUT_CASE else RectificationNotice).filter(**named)
    return row.id if await fits.exists() else None


async def is_in_force(access_id: UUID) -> bool:
    """Whether the access still opens what it is about."""
    return await PenaltyAccess.filter(id=access_id, revoked_at=None).exists()


async def case_behind(access_id: UUID) -> UUID | None:
    """The penalty case an access opens; None once it is revoked."""
    row = await PenaltyAccess.get_or_none(id=access_id, about_kind=ABOUT_CASE, revoked_at=None)
    return row.about_id if row is not None else None


async def notice_behind(access_id: UUID) -> UUID | None:
    """The notice an access opens; None once it is revoked."""
    row = await PenaltyAccess.get_or_none(id=access_id, about_kind=ABOUT_NOTICE, revoked_at=None)
    return row.about_id if row is not None else None


def _code_of(desk: PenaltyDesk, id: UUID) -> str:
    number = int.from_bytes(
        hmac.digest(desk.keys.derive("sessions", "penalty/1", 32), id.bytes, hashlib.sha256)
    )
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def _written(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


def _normalised(typed: str) -> str:
    letters = "".join(char for char in typed[:80].upper() if char.isascii() and char.isalnum())
    return letters.translate(_READ_AS)


def _hash(desk: PenaltyDesk, code: str) -> str:
    return hmac.digest(
        desk.keys.derive("sessions", "penalty-hash/1", 32), code.encode(), hashlib.sha256
    ).hex()
