"""What people were told and agreed to: one row per giving, taken back by a date, never deleted.

Nothing here is a condition of service: a door that lacks a consent does without what the consent is for. A consent
is kept under the account it was given with and holds for the whole person. Each one has an audit chain of its own,
under its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec
from tortoise.models import Model

from casework.actors import Actor, citizen
from casework.complaints.models import Complaint
from casework.people import merging, phones
from casework.people.models import PersonalConsent
from casework.people.phone import normalised_phone
from casework.people.staff import NAME_AT_MOST
from casework.people.views import ConsentView
from casework.roles import Role
from kit.db import Change, Database
from kit.problems import Invalid, NotFound
from kit.sealing import FieldSealer

_TABLE, _COLUMN = "personal_consent", "details"

Door = Literal["chat", "h5", "miniapp", "window"]


class Purpose(StrEnum):
    """What a consent is for; each is given and taken back apart. The first is told, not asked.

    PHONE is a number the platform vouches for, which joins accounts; CONTACT_PHONE one that was typed for a case.
    """

    COLLECTION_NOTICE = "collection_notice"
    LOCATION = "location"
    PHONE = "phone"
    CONTACT_PHONE = "contact_phone"
    PUBLIC_DISPLAY = "public_display"
    GUARDIAN = "guardian"


class Guardian(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for a child. Personal data: sealed in the row, shown to the person alone."""

    name: str
    phone: str

    def __repr__(self) -> str:
        return "Guardian()"


class ConsentStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What a person agrees to now: (purpose, version); and since when not any more, by purpose."""

    given: frozenset[tuple[str, str]]
    taken_back: Mapping[str, datetime]

    def holds(self, purpose: str) -> bool:
        """Whether the purpose is agreed to, in whatever wording."""
        return any(purpose == one for one, _ in self.given)

    def holds_once_told(self, purpose: str, told_at: datetime | None) -> bool:
        """Whether it is agreed to by who was shown its wording at that moment and went on."""
        if self.holds(purpose):
            return True
        ended = self.taken_back.get(purpose)
        return told_at is not None and (ended is None or ended < told_at)


def guardian(name: str, phone: str) -> Guardian:
    """A guardian as typed, in its one written form. Raises Invalid."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_AT_MOST or not name.isprintable():
        raise Invalid("problem.people.name", field="guardian_name", at_most=NAME_AT_MOST)
    number = normalised_phone(phone)
    if number is None:
        raise Invalid("problem.people.phone", field="guardian_phone")
    return Guardian(name=name, phone=number)


def consent_rows(
    db: Database,
    sealer: FieldSealer,
    account_id: UUID,
    purpose: Purpose,
    version: str,
    door: Door,
    details: Guardian | None = None,
) -> tuple[Model, ...]:
    """The unsaved rows of one giving, for an `Intake`. `version` is that of the wording that was shown."""
    if (details is not None) != (purpose is Purpose.GUARDIAN):
        raise ValueError("a guardian's consent names the guardian, and no other does")
    id = db.ids.new()
    row = PersonalConsent(
        id=id,
        account_id=account_id,
        purpose=purpose.value,
        text_version=version,
        door=door,
        given_at=db.clock.now(),
        details_sealed=details
        and sealer.seal(msgspec.json.encode(details).decode(), table=_TABLE, column=_COLUMN, row_id=id),
    )
    facts: dict[str, object] = {
        "account": str(account_id),
        "purpose": purpose,
        "version": version,
        "door": door,
    }
    return row, db.first_audit_row(id, citizen(account_id), "consent.give", facts)


async def give(
    db: Database,
    sealer: FieldSealer,
    account_id: UUID,
    purpose: Purpose,
    version: str,
    door: Door,
    details: Guardian | None = None,
) -> None:
    """Note a consent. The same wording agreed to twice is noted once; a guardian named anew replaces the old."""

    async def work(change: Change) -> None:
        tree = (await merging.lock_trees(change, (account_id,)))[account_id]
        held = await _held(tree.member_ids, purpose)
        if purpose is Purpose.GUARDIAN:
            await _end(change, citizen(account_id), held)
        elif any(row.text_version == version for row in held):
            return
        for row in consent_rows(db, sealer, account_id, purpose, version, door, details):
            await row.save(force_create=True)

    await db.change(work)


async def revoke(db: Database, actor: Actor, account_id: UUID, purpose: Purpose) -> bool:
    """Take a consent back for the whole person; whether there was anything to take back.

    Guardian: the guardian's name and number are deleted. Phone: the number is deleted from the accounts and from
    every complaint of the person. Contact phone: from the complaints. Location and public display: nothing more is used or shown from now on. What was
    filed stays filed and is handled. The person may, an administrator and the command line.
    """

    async def work(change: Change) -> bool:
        tree = (await merging.lock_trees(change, (account_id,)))[account_id]
        if not _may(actor, tree.member_ids):
            raise NotFound("problem.people.no_such_account")
        held = await _held(tree.member_ids, purpose)
        await _end(change, actor, held)
        removed = False
        if purpose is Purpose.PHONE:
            removed = await phones.forget(change, actor, tree.member_ids, "revoked")
        if purpose is Purpose.PUBLIC_DISPLAY:
            # Called here and not by an event: what was agreed to must not be on show a minute longer.
            from casework.complaints.releasing import withdraw_all_of

            removed = await withdraw_all_of(change, actor, tree.member_ids) > 0
        if purpose in (Purpose.PHONE, Purpose.CONTACT_PHONE):
            removed = await _forget_in_cases(change, actor, tree.member_ids) or removed
        return bool(held) or removed

    return await db.change(work)


async def in_force(account_id: UUID) -> tuple[ConsentView, ...]:
    """What the person has agreed to, oldest first."""
    return tuple(_view(row) for row in await _held(await merging.members(account_id)))


async def standing(account_id: UUID) -> ConsentStanding:
    """What the person agrees to, and what not any more."""
    rows = await PersonalConsent.filter(account_id__in=list(await merging.members(account_id)))
    given = frozenset((row.purpose, row.text_version) for row in rows if row.revoked_at is None)
    held = {purpose for purpose, _ in given}
    taken_back: dict[str, datetime] = {}
    for row in rows:
        if row.purpose not in held and row.revoked_at is not None:
            taken_back[row.purpose] = max(row.revoked_at, taken_back.get(row.purpose, row.revoked_at))
    return ConsentStanding(given=given, taken_back=taken_back)


async def agreed(account_id: UUID, purpose: Purpose, version: str | None = None) -> bool:
    """Whether the person agrees to this, in this wording if one is named."""
    held = await _held(await merging.members(account_id), purpose)
    return any(version is None or row.text_version == version for row in held)


async def guardian_of(sealer: FieldSealer, account_id: UUID) -> Guardian | None:
    """The guardian in force, in clear: for the person's own page and export."""
    held = await _held(await merging.members(account_id), Purpose.GUARDIAN)
    if not held or held[-1].details_sealed is None:
        return None
    row = held[-1]
    opened = sealer.open(bytes(row.details_sealed or b""), table=_TABLE, column=_COLUMN, row_id=row.id)
    return msgspec.json.decode(opened, type=Guardian)


def _may(actor: Actor, member_ids: frozenset[UUID]) -> bool:
    if actor.kind == "citizen":
        return actor.id in member_ids
    return actor.kind == "system" or Role.ADMINISTRATOR in actor.roles


async def _held(member_ids: frozenset[UUID], purpose: Purpose | None = None) -> list[PersonalConsent]:
    query = PersonalConsent.filter(account_id__in=list(member_ids), revoked_at=None)
    if purpose is not None:
        query = query.filter(purpose=purpose.value)
    return await query.order_by("given_at", "id")


async def _end(change: Change, actor: Actor, rows: list[PersonalConsent]) -> None:
    for row in sorted(rows, key=lambda row: row.id):
        held = await change.lock(PersonalConsent, row.id)
        if held is None or held.revoked_at is not None:
            continue
        held.revoked_at, held.details_sealed = change.now, None
        await held.save(update_fields=["revoked_at", "details_sealed"])
        await change.audit(row.id, actor, "consent.revoke", {"purpose": row.purpose})


async def _forget_in_cases(change: Change, actor: Actor, member_ids: frozenset[UUID]) -> bool:
    found = await Complaint.filter(account_id__in=list(member_ids), phone_sealed__isnull=False).order_by("id")
    for row in found:
        held = await change.lock(Complaint, row.id)
        if held is None or held.phone_sealed is None:
            continue
        held.phone_sealed, held.phone_index = None, None
        await held.save(update_fields=["phone_sealed", "phone_index"])
        await change.audit(held.id, actor, "account.forget_phone", {})
    return bool(found)


def _view(row: PersonalConsent) -> ConsentView:
    return ConsentView(
        id=row.id,
        account_id=row.account_id,
        purpose=row.purpose,
        version=row.text_version,
        door=row.door,
        given_at=row.given_at,
        revoked_at=row.revoked_at,
    )
