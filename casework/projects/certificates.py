"""Officers' law-enforcement certificates: entered, revoked, never deleted. Each has an audit chain of its own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tortoise.exceptions import IntegrityError

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.people.models import Staff
from casework.permissions import Operation, require
from casework.projects.desk import ProjectDesk
from casework.projects.models import OfficerCertificate
from kit.clock import local
from kit.db import Change
from kit.numbers import folded_number
from kit.problems import Conflict, Forbidden, Invalid, NotFound


async def add_certificate(
    desk: ProjectDesk, actor: Actor, staff_id: UUID, number: str, valid_from_on: date, valid_until_on: date
) -> UUID:
    """Enter one. Nobody enters their own. Raises Invalid, Conflict for a number that is there already, Forbidden."""
    require(actor, Operation.KEEP_CERTIFICATES)
    number = folded_number(required(number, field="number", at_most=40))
    if not number:
        raise Invalid("problem.certificate.number", field="number")
    if valid_until_on < valid_from_on:
        raise Invalid("problem.certificate.ends_before", field="valid_until_on")
    if staff_id == actor.id:
        raise Forbidden("problem.certificate.own")

    async def work(change: Change) -> UUID:
        if not await Staff.filter(id=staff_id, left_at=None).exists():
            raise Invalid("problem.certificate.staff", field="staff_id")
        row = OfficerCertificate(
            id=change.ids.new(),
            staff_id=staff_id,
            number=number,
            valid_from_on=valid_from_on,
            valid_until_on=valid_until_on,
            made_by_id=actor.id,
            made_at=change.now,
        )
        if await OfficerCertificate.filter(number=number).exists():
            raise Conflict("problem.certificate.there_already")
        try:
            await row.save(force_create=True)
        except IntegrityError:
            # Somebody else entered it between the question and the answer.
            raise Conflict("problem.certificate.there_already") from None
        facts = {
            "staff": str(staff_id),
            "number": number,
            "from": valid_from_on.isoformat(),
            "until": valid_until_on.isoformat(),
        }
        await change.audit(row.id, actor, "officer_certificate.add", facts)
        return row.id

    return await desk.db.change(work)


async def revoke_certificate(desk: ProjectDesk, actor: Actor, certificate_id: UUID, reason: str) -> None:
    """From now on it is good for nothing. One revoked before stays as it is."""
    require(actor, Operation.KEEP_CERTIFICATES)
    reason = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def work(change: Change) -> None:
        row = await change.lock(OfficerCertificate, certificate_id)
        if row is None:
            raise NotFound("problem.certificate.not_found")
        if row.revoked_at is None:
            row.revoked_at = change.now
            await row.save(update_fields=["revoked_at"])
            await change.audit(row.id, actor, "officer_certificate.revoke", {"reason": reason})

    await desk.db.change(work)


async def held_certificate(change: Change, staff_id: UUID | None) -> OfficerCertificate | None:
    """Of somebody's certificates the one to be shown: one in force, else the latest."""
    rows = await OfficerCertificate.filter(staff_id=staff_id).order_by("-valid_until_on", "-id")
    on = local(change.now).date()
    return next((one for one in rows if fault(one, on) is None), rows[0] if rows else None)


def fault(row: OfficerCertificate | None, on: date) -> str | None:
    """Why a certificate does not serve on a day, as a catalogue key; None where it does."""
    if row is None:
        return "problem.visit.no_certificate"
    if row.revoked_at is not None:
        return "problem.visit.certificate_revoked"
    if not row.valid_from_on <= on <= row.valid_until_on:
        return "problem.visit.certificate_expired"
    return None
