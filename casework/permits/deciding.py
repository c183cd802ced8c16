"""What is decided about an application: the decision, its paper, the permit, and the fact that is published, at once.

Whoever decides too late says why; the words are published. Nobody decides on an application of their own, and, where the
bureau wants four eyes, nobody who looked at the place (`casework.permits.decision_rules`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.wording import digest, optional
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.permits import co_signing, delivering, facts, in_force
from casework.permits.barring import require_not_barred
from casework.permits.clocks import is_past
from casework.permits.decision_rules import (
    Grant,
    Scope,
    keep_late_reason,
    keep_reasons,
    require_co_signed,
    require_fit,
    require_free,
    require_ready,
    said,
    scope_of,
)
from casework.permits.desk import PermitDesk
from casework.permits.events import (
    ApplicationDenied,
    ApplicationGranted,
    ApplicationRegistered,
    RefundApproved,
    RefundPaidOut,
)
from casework.permits.granting import keep_sign, make_permit, require_not_renewed, require_still_in_force
from casework.permits.identity import require_known
from casework.permits.lifecycle import State
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import PermitStep, require_not_own, take, take_within
from casework.permits.moving import locked as locked_application
from casework.permits.papers import issue_about, of_permit, particulars
from casework.permits.permit_moving import restore_by
from casework.permits.weighing import heard_lines, hearing_line, require_heard
from casework.permits.wording import warning
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

GROUND_AT_MOST = 4_000
AMOUNT_MOST_FEN = 2_000_000_000
PAPERS = {"new": Paper.GRANT, "change": Paper.CHANGE, "renew": Paper.RENEWAL, "cancel": Paper.CANCELLATION}
"""The paper of a grant, by act."""
Fill = Callable[[Change, PermitApplication], Awaitable[None]]


async def grant(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    wish: Grant | None = None,
    *,
    expected_revision: int | None = None,
) -> None:
    """Grant it: the decision's paper, the permit with its code, what it replaces. A doubled decision is one.

    Raises NotFound, Forbidden, Conflict (not looked at, a co-signer, a clash), Invalid naming the field.
    """
    wish = wish if wish is not None else Grant()
    granted: list[Scope] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        await _require_ready(desk, change, actor, row)
        await require_not_barred(desk, row)
        kind = desk.section.kind(row.kind)
        require_known(kind, row, "decision")
        survey = await require_fit(kind, row) if row.act != "cancel" else None
        await keep_late_reason(change, row, wish.late_reason)
        terms = await require_co_signed(desk, change, actor, row, wish.co_signer_reason)
        await require_still_in_force(row)
        if row.act != "cancel":
            scope = scope_of(kind, row, survey, wish, change.now, terms)
            await require_free(desk, change, actor, row, scope, wish.clash_reason)
            granted.append(scope)
        keep_reasons(desk, row, wish)
        _decided(change, actor, row)

    async def follow(change: Change, row: PermitApplication) -> None:
        scope = granted.pop() if granted else None
        if scope is None:
            await _strike_off(desk, change, actor, row)
        else:
            await _permit(desk, change, actor, row, scope)
        await _end(desk, change, row, "granted")

    reasons = said(
        desk,
        {"clash_reason": wish.clash_reason, "co_signer_reason": wish.co_signer_reason}
        | {"late_reason": wish.late_reason},
    )
    step = PermitStep("grant", ApplicationGranted, content=reasons, fill=fill, follow=follow)
    await _decide(desk, actor, application_id, step, expected_revision)


async def deny(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    ground: str,
    late_reason: str = "",
    has_false_materials: bool = False,
    expected_revision: int | None = None,
) -> None:
    """Deny it, with reasons; the paper says what can be done against it (行政许可法 38). A filing is never denied.

    `has_false_materials`: what was handed in is false; the paper warns the applicant (78).
    """
    why = optional(ground, field="ground", at_most=GROUND_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        await _require_ready(desk, change, actor, row)
        await require_not_renewed(desk, row, change.now)
        await keep_late_reason(change, row, late_reason)
        row.ground, row.has_false_materials = why, has_false_materials
        _decided(change, actor, row)

    async def follow(change: Change, row: PermitApplication) -> None:
        reasons = (why or "", *warning(desk, row))
        data = msgspec.structs.replace(particulars(desk, row), reasons=reasons, **await _heard(desk, row))
        await issue_about(desk, change, actor, row, Paper.DENIAL, data)
        await _end(desk, change, row, "denied")

    content = {
        "ground_digest": digest(desk.sealer, why),
        "has_false_materials": has_false_materials,
        **said(desk, {"late_reason": late_reason}),
    }
    told = {"reason": why or ""}
    step = PermitStep("deny", ApplicationDenied, {"ground": why}, content, told, fill, follow)
    await _decide(desk, actor, application_id, step, expected_revision)


async def register(
    desk: PermitDesk, actor: Actor, application_id: UUID, *, expected_revision: int | None = None
) -> None:
    """Put a filing into the register, with its receipt; by the clock where nobody said anything in time."""

    async def work(change: Change) -> PermitApplication | None:
        row = await locked_application(change, actor, application_id)
        is_done = await register_within(desk, change, actor, row, expected_revision)
        return row if is_done else None

    require_not_own(await desk.db.change(work))


async def register_within(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    expected_revision: int | None = None,
) -> bool:
    """The same on a locked row; False where it is the actor's own (`casework.permits.moving.take_within`)."""

    async def fill(change: Change, row: PermitApplication) -> None:
        # What is promised of a filing is the time in which it is answered.
        row.promise_started_at, row.promise_due_at = row.received_at or row.submitted_at, row.due_at
        if is_past(row, change.now):
            row.late_reason = desk.documents.catalogue.text("permit_paper.registered_by_silence")
            row.late_reason_at = change.now
        _decided(change, actor, row)

    async def follow(change: Change, row: PermitApplication) -> None:
        kind = desk.section.kind(row.kind)
        data = msgspec.structs.replace(particulars(desk, row), terms=kind.terms if kind is not None else ())
        document = await issue_about(desk, change, actor, row, Paper.FILING, data)
        await keep_sign(desk, change, actor, row, None)
        await facts.keep(desk, change, row, "registered")
        await delivering.hand_over_online(desk, change, row, document)

    step = PermitStep("register", ApplicationRegistered, fill=fill, follow=follow)
    return await take_within(desk, change, actor, row, step, expected_revision)


async def register_past_limit(desk: PermitDesk, limit: int = 50) -> int:
    """Register the filings that nobody answered in time: silence takes them in (行政许可法 32). Returns how many."""
    due = PermitApplication.filter(
        state=State.SUBMITTED.value, flow="filing", due_at__lte=desk.db.clock.now(), ended_at=None
    )

    async def one(id: UUID) -> None:
        await register(desk, clock(), id)

    return await close_each(
        [row.id for row in await due.order_by("due_at", "id").only("id")], one, at_most=limit
    )


async def approve(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    amount_fen: int,
    late_reason: str = "",
    expected_revision: int | None = None,
) -> None:
    """So much of a deposit is to be paid back."""
    if not 0 < amount_fen <= AMOUNT_MOST_FEN:
        raise Invalid("problem.permit.amount", field="amount")

    async def fill(change: Change, row: PermitApplication) -> None:
        await _require_ready(desk, change, actor, row)
        kind = desk.section.kind(row.kind)
        require_known(kind, row, "decision")
        await require_fit(kind, row)
        await keep_late_reason(change, row, late_reason)
        row.amount_fen = amount_fen
        _decided(change, actor, row)

    async def follow(change: Change, row: PermitApplication) -> None:
        await _refund_paper(desk, change, actor, row)
        await co_signing.close_within(change, row)
        await facts.keep(desk, change, row, "approved")
        await delivering.hand_over(desk, change, clock(), row, delivering.ONLINE)

    content = {"amount_fen": amount_fen, **said(desk, {"late_reason": late_reason})}
    step = PermitStep("approve", RefundApproved, content=content, fill=fill, follow=follow)
    await take(desk, actor, application_id, step, expected_revision)


async def pay_out(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    paid_on: date,
    amount_fen: int,
    recipient: str = "",
    expected_revision: int | None = None,
) -> None:
    """It was paid back on that day. The amount is said again: it is that which was approved.

    `recipient` is who signed at the window for the paper that says so; "" where it is in their hands already.
    """
    name = optional(recipient, field="recipient", at_most=delivering.RECIPIENT_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        if row.amount_fen != amount_fen:
            raise Invalid("problem.permit.amount", field="amount")
        approved_on = local(row.decided_at).date() if row.decided_at is not None else paid_on
        if not approved_on <= paid_on <= local(change.now).date():
            raise Invalid("problem.permit.paid_on", field="paid_on")
        row.paid_on = paid_on

    given = {"paid_on": paid_on, "amount": amount_fen}
    content = {"paid_on": paid_on.isoformat(), "amount_fen": amount_fen}

    async def follow(change: Change, row: PermitApplication) -> None:
        if name is not None:
            await delivering.hand_over(desk, change, actor, row, "window", name)

    step = PermitStep("pay_out", RefundPaidOut, given, content, fill=fill, follow=follow)
    await take(desk, actor, application_id, step, expected_revision)


async def _decide(
    desk: PermitDesk, actor: Actor, application_id: UUID, step: PermitStep, expected_revision: int | None
) -> None:
    """Take the step; a doubled tap on a decision that went out online at once changes nothing."""

    async def work(change: Change) -> PermitApplication | None:
        row = await locked_application(change, actor, application_id)
        if _went_out(row, actor, step, expected_revision):
            return row
        return row if await take_within(desk, change, actor, row, step, expected_revision) else None

    require_not_own(await desk.db.change(work))


def _went_out(row: PermitApplication, actor: Actor, step: PermitStep, expected_revision: int | None) -> bool:
    is_same = row.state == State.DELIVERED and row.decided_by_id == actor.id
    is_denial = row.ground is not None
    return is_same and is_denial == (step.move == "deny") and row.revision == (expected_revision or 0) + 2


async def _require_ready(desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication) -> None:
    await require_ready(desk, change, actor, row)
    await require_heard(desk, actor, row, change.now)


async def _heard(desk: PermitDesk, row: PermitApplication) -> dict[str, Any]:
    """What the decision says of those who were heard."""
    return {"heard": await heard_lines(desk, row), "hearing": await hearing_line(desk, row)}


def _decided(change: Change, actor: Actor, row: PermitApplication) -> None:
    row.decided_at, row.decided_by_id = change.now, actor.id


async def _permit(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, scope: Scope
) -> None:
    """The paper of the decision, and the permit of its number."""
    kind = desk.section.kind(row.kind)
    old = await Permit.get_or_none(id=row.concerns_id) if row.concerns_id is not None else None
    restore_at = restore_by(desk, row.kind, "", scope.until_at)
    data = msgspec.structs.replace(
        particulars(desk, row),
        place=scope.place_text,
        area_m2=scope.area_m2,
        from_at=scope.from_at,
        until_at=scope.until_at,
        terms=scope.terms,
        restore_by_at=restore_at,
        concerns=old.number if old is not None else "",
        **await _heard(desk, row),
    )
    document = await issue_about(desk, change, actor, row, PAPERS[row.act], data)
    if kind is None or kind.product != "none":
        await make_permit(desk, change, actor, row, scope, document.number or row.reference)


async def _strike_off(desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication) -> None:
    if row.concerns_id is None:
        raise Conflict("problem.permit.replaced_gone")
    await in_force.cancel_as_asked(desk, change, actor, row.concerns_id, row.reference)
    old = await Permit.get(id=row.concerns_id)
    data = msgspec.structs.replace(
        of_permit(particulars(desk, row), old),
        reasons=(old.end_reason or "",),
        restore_by_at=old.restore_by_at,
    )
    await issue_about(desk, change, actor, row, Paper.CANCELLATION, data)


async def _refund_paper(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication
) -> IssuedDocument:
    data = msgspec.structs.replace(particulars(desk, row), amount_fen=row.amount_fen)
    return await issue_about(desk, change, actor, row, Paper.REFUND, data)


async def _end(desk: PermitDesk, change: Change, row: PermitApplication, outcome: facts.Outcome) -> None:
    """What every decision on a permit ends with: nobody is asked any more, the fact, delivery where it goes online."""
    await co_signing.close_within(change, row)
    await facts.keep(desk, change, row, outcome)
    await delivering.deliver_online(desk, change, row)
