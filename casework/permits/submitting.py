"""Submitting a draft: the application, its sealed fields, its materials, the first audit entry and the event, at once.

The application takes the draft's key, so that a doubled submit finds the one application whatever happened in between.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permits.clocks import set_limit
from casework.permits.concerned import CANCEL, begins_from, concerned_permit
from casework.permits.correcting import correct, corrected_by
from casework.permits.delivering import Delivery
from casework.permits.desk import PermitDesk
from casework.permits.drafts import filled_of, locked_draft
from casework.permits.events import ApplicationSubmitted
from casework.permits.forms import Filled, clean, faults, material_faults, visible_materials
from casework.permits.identity import know, know_seen
from casework.permits.kinds import PermitKind
from casework.permits.lifecycle import FLOWS
from casework.permits.materials import attached_to, hand_over
from casework.permits.models import Permit, PermitApplication, PermitDraft
from casework.permits.moving import note, told
from casework.permits.seen_documents import Seen
from casework.permits.sight import may_see
from casework.permits.written import write_form
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Gone, NotFound
from kit.references import make_reference, parse_reference

KIND, FILING_KIND = "XK", "BA"
Source = Literal["h5", "miniprogram", "window", "exchange"]
WINDOW: Source = "window"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""No 0/O, 1/I, U/V: the secret is read from paper and typed on a phone."""
_SECRET_LENGTH = 16


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """`receipt_secret` opens the application together with its reference, for whoever has no account; else None."""

    application_id: UUID
    reference: str
    receipt_secret: str | None = None
    is_repeat: bool = False

    def __repr__(self) -> str:
        return f"Submitted({self.reference}, is_repeat={self.is_repeat})"


async def submit(
    desk: PermitDesk,
    actor: Actor,
    draft_id: UUID,
    *,
    source: Source,
    delivery: Delivery | None = None,
    expected_revision: int | None = None,
    seen: Seen | None = None,
) -> Submitted:
    """Submit what was previewed; a draft that corrects an application is sent as its correction.

    `delivery` is how the applicant wants the decision: "online" only where they agreed to that. `seen` is what the clerk at
    the window saw of who applies.

    Raises NotFound for another's draft, Conflict where it was changed since the preview, Gone for a kind no longer
    offered, Invalid for the first thing that is wrong: then nothing has changed and the draft is still there.
    """
    before = await _submitted_before(desk, actor, draft_id)
    if before is not None:
        return before
    draft = await PermitDraft.get_or_none(id=draft_id)
    if draft is not None and draft.application_id is not None:
        row = await correct(desk, actor, draft.application_id, draft_id, expected_revision=expected_revision)
        return Submitted(application_id=row.id, reference=row.reference)
    kind = desk.section.kind(draft.kind) if draft is not None else None
    reference = await new_reference(desk, kind) if kind is not None else ""

    async def work(change: Change) -> Submitted:
        locked = await locked_draft(desk, change, actor, draft_id)
        if kind is None:
            raise Gone("problem.permit.kind_gone")
        if expected_revision is not None and locked.revision != expected_revision:
            raise Conflict("problem.permit.draft_changed")
        return await insert_within(desk, change, actor, locked, kind, reference, source, delivery, seen)

    try:
        return await desk.db.change(work)
    except NotFound:
        # Between the two looks the very same submit went through.
        before = await _submitted_before(desk, actor, draft_id)
        if before is None:
            raise
        return before


def definition_of(kind: PermitKind) -> str:
    """16 characters that change when anything in the kind's definition does."""
    return hashlib.sha256(msgspec.json.encode(kind, order="deterministic")).hexdigest()[:16]


def receipt_secret(desk: PermitDesk, application_id: UUID) -> str:
    """The secret that opens an application with its reference: derived from its key, so that nothing need be kept."""
    number = int.from_bytes(desk.sealer.blind_index(application_id.hex, purpose="permit_receipt"))
    letters = []
    for _ in range(_SECRET_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, _SECRET_LENGTH, 4))


async def application_by_receipt(desk: PermitDesk, reference: str, secret: str) -> UUID | None:
    """The application entered at the window whose reference and secret these are, typed as people type; None for
    anything else, whatever is wrong. Slowing guesses down is the door's part.
    """
    parsed = parse_reference(reference)
    row = await PermitApplication.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is None or row.account_id is not None or row.anonymised_at is not None:
        return None
    typed = "".join(one for one in secret[:80].upper() if one.isascii() and one.isalnum()).replace("U", "V")
    right = receipt_secret(desk, row.id).replace("-", "")
    return row.id if hmac.compare_digest(typed.encode(), right.encode()) else None


async def _submitted_before(desk: PermitDesk, actor: Actor, draft_id: UUID) -> Submitted | None:
    row = await PermitApplication.get_or_none(id=draft_id)
    if row is not None and await may_see(actor, row):
        return submitted_as(desk, row, is_repeat=True)
    if row is not None or await PermitDraft.exists(id=draft_id):
        return None
    corrected = await corrected_by(actor, draft_id, desk.db.clock.now())
    if corrected is None:
        return None
    return Submitted(application_id=corrected.id, reference=corrected.reference, is_repeat=True)


def submitted_as(desk: PermitDesk, row: PermitApplication, *, is_repeat: bool = False) -> Submitted:
    """What is answered to whoever submitted it."""
    return Submitted(
        application_id=row.id,
        reference=row.reference,
        receipt_secret=receipt_secret(desk, row.id) if row.account_id is None else None,
        is_repeat=is_repeat,
    )


async def new_reference(desk: PermitDesk, kind: PermitKind) -> str:
    """Drawn before the transaction: a gap where it fails is nobody's harm."""
    letters, on = FILING_KIND if kind.flow == "filing" else KIND, local(desk.db.clock.now()).date()
    return make_reference(desk.bureau_code, letters, on, await desk.db.next_serial(letters, on))


async def insert_within(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    draft: PermitDraft,
    kind: PermitKind,
    reference: str,
    source: Source,
    delivery: Delivery | None,
    seen: Seen | None = None,
) -> Submitted:
    """Within a change: the application in place of its locked draft. Raises as `submit` does."""
    filled = clean(kind, filled_of(desk, draft))
    await check_all(kind, filled, draft, change.now)
    concerned = await concerned_permit(change, actor, draft.act, kind.code, draft.concerns_id)
    row = PermitApplication(
        id=draft.id,
        reference=reference,
        kind=kind.code,
        definition=definition_of(kind),
        flow=kind.flow,
        act=draft.act,
        concerns_id=concerned,
        account_id=draft.account_id or await _held_by(actor, concerned),
        source=source,
        filed_by_id=actor.id if actor.kind == "staff" else None,
        state=FLOWS[kind.flow].initial,
        state_since_at=change.now,
        revision=1,
        unit=kind.unit,
        submitted_at=change.now,
        received_at=change.now,
        limit_started_at=change.now,
        fee_fen=kind.fee.fen,
        fee_basis=kind.fee.basis,
        fee_note=kind.fee.note,
        delivery=delivery,
        updated_at=change.now,
    )
    write_form(desk, row, kind, filled)
    if seen is not None and source == WINDOW:
        know_seen(desk, change, actor, row, seen)
    await know(change, row)
    await set_limit(desk, row, None, change.now)
    await row.save(force_create=True)
    asked = {one.code for one in visible_materials(kind, filled)}
    files = await hand_over(change, draft.id, row.id, asked)
    await draft.delete()
    content = {"source": source, "act": row.act, "files": files, "definition": row.definition}
    await note(change, actor, row, "submit", {"to": row.state, **content})
    change.emit(told(desk, ApplicationSubmitted, row, change, {"source": source}), row.id)
    return submitted_as(desk, row)


async def _held_by(actor: Actor, permit_id: UUID | None) -> UUID | None:
    """Whose the permit is that a clerk changes, renews or ends for its holder: it stays in their account."""
    if actor.kind != "staff" or permit_id is None:
        return None
    permit = await Permit.get_or_none(id=permit_id)
    return permit.account_id if permit is not None else None


async def check_all(kind: PermitKind, filled: Filled, draft: PermitDraft, now: datetime) -> None:
    """Raises the first thing that is wrong with the form or that is missing of the materials."""
    since = await begins_from(draft.act, draft.concerns_id, now)
    for fault in faults(kind, filled, now=since).values():
        raise fault
    if draft.act == CANCEL:
        return  # who wants no more of it needs no papers for it
    attached: dict[str, int] = {}
    for one in await attached_to(draft_id=draft.id):
        if one.state in ("received", "ready"):
            attached[one.material] = attached.get(one.material, 0) + 1
    for fault in material_faults(kind, filled, attached).values():
        raise fault
