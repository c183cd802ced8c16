"""What becomes of a permit once it is granted: it ends by the clock, or is taken back, undone, struck off.

While a renewal that was asked for in time is not decided, a permit does not end (行政许可法 50).
"""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.wording import digest
from casework.documents.papers import Paper
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import ASKED, EXPIRED, EndingWish, checked
from casework.permits.events import (
    PermitCancelled,
    PermitEvent,
    PermitExpired,
    PermitNotRestored,
    PermitRevoked,
    PermitWithdrawn,
)
from casework.permits.holder_heard import HEARD_FIRST, require_heard
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import note
from casework.permits.papers import issue_about_permit, of_permit, particulars
from casework.permits.permit_moving import (
    PermitMove,
    locked_permit,
    move_permit_within,
    restore_by,
    take_permit,
    told_of_permit,
)
from casework.permits.replacing import keep_predecessor, locked_in_force
from kit.db import Change
from kit.db.raw import Statement, as_uuid

TOGETHER = 50
_ENDED = Statement(
    "SELECT p.id FROM permit p WHERE p.ended_at IS NULL AND p.valid_until_at <= $1 "
    "AND (p.replaced_from_at IS NULL OR p.replaced_from_at >= p.valid_until_at) AND NOT EXISTS ("
    "SELECT 1 FROM permit_application a WHERE a.concerns_id = p.id AND a.act = 'renew' AND a.decided_at IS NULL "
    "AND a.ended_at IS NULL AND a.submitted_at < p.valid_until_at) ORDER BY p.valid_until_at, p.id"
)


async def expire_past_end(desk: PermitDesk, at_most: int = TOGETHER) -> int:
    """End some of those whose time is over, each in a transaction of its own; how many."""
    now = desk.db.clock.now()
    until = now if desk.db.is_postgres else now.astimezone(UTC).isoformat(" ")
    rows = await _ENDED.rows(desk.db.reading, until)

    async def one(id: UUID) -> None:
        await desk.db.change(lambda change: _expire(desk, change, id))

    return await close_each([as_uuid(row["id"]) for row in rows], one, at_most=at_most)


async def withdraw(
    desk: PermitDesk, actor: Actor, permit_id: UUID, wish: EndingWish, *, expected_revision: int | None = None
) -> None:
    """Take it back for the public good (行政许可法 8). Raises NotFound, Forbidden, Conflict, Invalid."""
    step = _ending("withdraw", PermitWithdrawn, Paper.WITHDRAWAL, desk, actor, wish)
    await take_permit(desk, actor, permit_id, step, expected_revision)


async def revoke(
    desk: PermitDesk, actor: Actor, permit_id: UUID, wish: EndingWish, *, expected_revision: int | None = None
) -> None:
    """Undo it for what was wrong from the start (行政许可法 69). Raises as `withdraw`."""
    step = _ending("revoke", PermitRevoked, Paper.REVOCATION, desk, actor, wish)
    await take_permit(desk, actor, permit_id, step, expected_revision)


async def cancel(
    desk: PermitDesk, actor: Actor, permit_id: UUID, wish: EndingWish, *, expected_revision: int | None = None
) -> None:
    """Strike it off (行政许可法 70). Raises as `withdraw`."""
    step = _ending("cancel", PermitCancelled, Paper.CANCELLATION, desk, actor, wish)
    await take_permit(desk, actor, permit_id, step, expected_revision)


async def cancel_as_asked(
    desk: PermitDesk, change: Change, actor: Actor, permit_id: UUID, reference: str
) -> None:
    """Strike it off because its holder asked, within the decision; the paper is that of the decision."""
    row, permit = await locked_in_force(change, permit_id)
    content = {"asked_in": reference}

    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        permit.end_reason = desk.documents.catalogue.text("permit_paper.cancelled_as_asked")
        permit.end_cause = ASKED

    step = PermitMove("cancel", PermitCancelled, content=content, fill=fill)
    await move_permit_within(desk, change, actor, row, permit, step)


async def alarm_not_restored(desk: PermitDesk, at_most: int = TOGETHER) -> int:
    """Say of places that were not cleaned up in time, once each; how many."""
    now = desk.db.clock.now()
    missed = Permit.filter(restored_at=None, restore_missed_at=None, restore_by_at__lte=now)
    ids = [one.id for one in await missed.order_by("restore_by_at", "id").only("id")]

    async def one(id: UUID) -> None:
        await desk.db.change(lambda change: _alarm_not_restored(change, id))

    return await close_each(ids, one, at_most=at_most)


async def _alarm_not_restored(change: Change, id: UUID) -> None:
    row, permit = await locked_permit(change, clock(), id)
    if permit.restored_at is not None or permit.restore_missed_at is not None:
        return
    permit.restore_missed_at = change.now
    await permit.save(update_fields=["restore_missed_at"])
    await note(change, clock(), row, "permit_not_restored", {"permit": permit.number})
    change.emit(told_of_permit(PermitNotRestored, permit, change), permit.id)


async def _expire(desk: PermitDesk, change: Change, id: UUID) -> None:
    row, permit = await locked_permit(change, clock(), id)
    if permit.ended_at is not None or permit.valid_until_at > change.now:
        return
    if permit.replaced_from_at is not None and permit.replaced_from_at < permit.valid_until_at:
        return
    renewals = await PermitApplication.filter(
        concerns_id=permit.id, act="renew", submitted_at__lt=permit.valid_until_at
    )
    if any(one.decided_at is None and one.ended_at is None for one in renewals):
        # Sent in while this one was looked for.
        return
    ends = [at for one in renewals if (at := one.decided_at or one.ended_at) is not None]
    over_at = max([permit.valid_until_at, *ends])

    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        permit.end_cause = EXPIRED
        # So long the renewal kept it in force: the place is cleaned up after that.
        permit.ended_at = min(change.now, over_at)
        permit.restore_by_at = restore_by(desk, permit.kind, PermitState.EXPIRED, permit.ended_at)

    step = PermitMove("expire", PermitExpired, fill=fill)
    await move_permit_within(desk, change, clock(), row, permit, step)


def _ending(
    move: str, tell: type[PermitEvent], paper: Paper, desk: PermitDesk, actor: Actor, wish: EndingWish
) -> PermitMove:
    said, heard = checked(move, wish), list[str]()

    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        permit.end_reason, permit.end_basis = said.ground, said.basis
        permit.end_cause, permit.compensation = said.cause, said.compensation
        if move in HEARD_FIRST:
            heard.extend(await require_heard(desk, change, actor, permit, move, wish))
        await keep_predecessor(change, actor, permit)

    async def follow(change: Change, row: PermitApplication, permit: Permit) -> None:
        text = desk.documents.catalogue.text
        data = msgspec.structs.replace(
            of_permit(particulars(desk, row), permit),
            reasons=(text(f"permit_end_cause.{said.cause}"), said.ground, *heard),
            basis=(said.basis,),
            compensation=said.compensation or "",
            restore_by_at=permit.restore_by_at,
        )
        await issue_about_permit(desk, change, actor, permit, paper, data)

    # The words may say anything about anybody: they stand in the row and on the paper, the chain attests them.
    content = {
        "cause": said.cause,
        "ground_digest": digest(desk.sealer, said.ground),
        "basis_digest": digest(desk.sealer, said.basis),
        "compensation_digest": digest(desk.sealer, said.compensation),
    }
    given = {"ground": said.ground, "basis": said.basis, "cause": said.cause}
    return PermitMove(move, tell, given, content, fill, follow)
