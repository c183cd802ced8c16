"""Filing once, and the secrets that show a case to whoever holds them.

Somebody who files outside WeChat has no identity we could recognise again: the reference together with a receipt
secret stands in for it. Open311 needs one id that shows a single request and cannot be guessed. Both secrets are
derived from the case's id with a key of the ring, so that a repeated filing is answered with the same secret although
only its hash is stored. ADR 0024.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tortoise.models import Model

from casework.actors import Actor
from casework.complaints.assembly import owner_view
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, new_complaint_rows
from casework.complaints.models import Complaint, ComplaintPhoto, ComplaintReceipt
from casework.complaints.views import ComplaintView
from kit.db import Change, Database, Intake, Repeat
from kit.http.sessions import end_all_for
from kit.problems import Busy, Conflict, NotFound
from kit.references import parse_reference
from kit.secrets import KeyRing

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""No 0/O, 1/I, U/V: the secret is read from paper and typed on a phone."""

_RECEIPT_LENGTH, _OPEN311_LENGTH = 16, 26
_READ_AS = str.maketrans({"U": "V"})


class ReceiptKind(StrEnum):
    """What a secret is good for."""

    RECEIPT = "receipt"
    OPEN311 = "open311"


@dataclass(frozen=True)
class Submitted:
    """A case just filed, or the one the same act filed before. `secret` is empty where no kind was asked for."""

    view: ComplaintView
    account_id: UUID | None
    secret: str
    is_repeat: bool

    def __repr__(self) -> str:
        return f"Submitted({self.view.reference}, is_repeat={self.is_repeat})"


async def submit_once(
    desk: Desk,
    keys: KeyRing,
    actor: Actor,
    new: NewComplaint,
    *,
    key: str,
    body: bytes,
    kind: ReceiptKind | None = None,
    beside: tuple[Model, ...] = (),
) -> Submitted:
    """File a complaint at most once per `key`, sharing one fsync with whoever files at the same moment.

    `key` is an Idempotency-Key or a form's act, made unique by the caller's own prefix and holder; `body` is what
    the act said. `beside` are further unsaved rows of the same act, such as the account of somebody unknown.
    Raises Conflict (409) for the same key with another body, Invalid as `new_complaint_rows` does.
    """
    prepared = await new_complaint_rows(desk, actor, new)
    rows = [*beside, *prepared.rows]
    if kind is not None:
        rows.append(_row(desk.db, keys, prepared.complaint_id, kind))
    guard = f"complaint:{hashlib.sha256(key.encode()).hexdigest()}"
    digest = hashlib.sha256(body).digest()
    outcome = await desk.db.write(Intake((guard,), digest, tuple(rows), prepared.complaint_id.bytes))
    if not isinstance(outcome, Repeat):
        secret = secret_of(keys, prepared.complaint_id, kind) if kind is not None else ""
        return Submitted(prepared.view, new.account_id, secret, is_repeat=False)
    if not outcome.same_body:
        raise Conflict("problem.idempotency_conflict")
    return await _filed_before(desk, keys, UUID(bytes=outcome.result), kind)


async def _filed_before(desk: Desk, keys: KeyRing, complaint_id: UUID, kind: ReceiptKind | None) -> Submitted:
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None:
        raise Busy()
    photos = await ComplaintPhoto.filter(complaint_id=row.id).order_by("-stage", "position")
    secret = secret_of(keys, row.id, kind) if kind is not None else ""
    return Submitted(owner_view(desk, row, photos), row.account_id, secret, is_repeat=True)


def secret_of(keys: KeyRing, complaint_id: UUID, kind: ReceiptKind) -> str:
    """The secret in its written form: groups of four for people, one word for Open311."""
    key = keys.derive("sessions", f"{kind.value}/1", 32)
    number = int.from_bytes(hmac.digest(key, complaint_id.bytes, "sha256"))
    letters = []
    for _ in range(_RECEIPT_LENGTH if kind is ReceiptKind.RECEIPT else _OPEN311_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    written = "".join(letters)
    if kind is ReceiptKind.OPEN311:
        return written.lower()
    return "-".join(written[at : at + 4] for at in range(0, len(written), 4))


async def case_by_receipt(db: Database, keys: KeyRing, reference: str, secret: str) -> UUID | None:
    """The case whose reference and receipt secret these are; None for anything else, whatever is wrong.

    Typed as people type: letters of either case, spaces and dashes anywhere. Slowing guesses down is the door's part.
    """
    parsed = parse_reference(reference)
    found = await _by_secret(keys, secret, ReceiptKind.RECEIPT)
    if parsed is None or found is None:
        return None
    row = await Complaint.get_or_none(id=found)
    return row.id if row is not None and row.reference == str(parsed) else None


async def case_by_open311_id(keys: KeyRing, id: str) -> UUID | None:
    """The case behind an id that Open311 gave out; None for an unknown or revoked one."""
    return await _by_secret(keys, id, ReceiptKind.OPEN311)


async def revoke_receipts(change: Change, actor: Actor, complaint_id: UUID) -> None:
    """End every secret of a case, for one whose receipt fell into other hands. Lock the case first."""
    ended = await ComplaintReceipt.filter(complaint_id=complaint_id, revoked_at=None).update(
        revoked_at=change.now
    )
    if not ended:
        raise NotFound("problem.complaint.no_receipt")
    await end_all_for(change, "receipt", complaint_id)
    await change.audit(complaint_id, actor, "complaint.revoke_receipts", {"ended": ended})


async def _by_secret(keys: KeyRing, typed: str, kind: ReceiptKind) -> UUID | None:
    normal = _normalised(typed)
    if len(normal) != (_RECEIPT_LENGTH if kind is ReceiptKind.RECEIPT else _OPEN311_LENGTH):
        return None
    row = await ComplaintReceipt.get_or_none(
        secret_hash=_hash(keys, normal, kind), kind=kind.value, revoked_at=None
    )
    return row.complaint_id if row is not None else None


def _normalised(typed: str) -> str:
    letters = "".join(char for char in typed[:80].upper() if char.isascii() and char.isalnum())
    return letters.translate(_READ_AS)


def _row(db: Database, keys: KeyRing, complaint_id: UUID, kind: ReceiptKind) -> ComplaintReceipt:
    secret = _normalised(secret_of(keys, complaint_id, kind))
    return ComplaintReceipt(
        id=db.ids.new(),
        complaint_id=complaint_id,
        kind=kind.value,
        secret_hash=_hash(keys, secret, kind),
        created_at=db.clock.now(),
    )


def _hash(keys: KeyRing, secret: str, kind: ReceiptKind) -> str:
    key = keys.derive("sessions", f"{kind.value}-hash/1", 32)
    return hmac.digest(key, secret.encode(), "sha256").hex()
