"""Issuing a notice: the earlier records were shown, a person has judged them, and the paper is made in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.complaints.wording import optional, required
from casework.documents.issuing import record_delivery
from casework.documents.papers import Paper
from casework.penalties.access import give_code
from casework.penalties.delivery_consents import consent_of
from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import (
    EarlierRecord,
    party_index,
    party_kind,
    party_number,
    records_of,
    seen_mark,
)
from casework.penalties.events import RectificationIssued
from casework.penalties.kinds import Ground, written_basis
from casework.penalties.lifecycle import OFFICERS, RECTIFICATION
from casework.penalties.models import RectificationNotice
from casework.penalties.moving import note, start_limit, told
from casework.penalties.own_notices import is_party, note_on_staff, require_not_own
from casework.penalties.papers import issue_paper, sealed
from casework.penalties.photos import FOUND, put_officers
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid
from kit.references import make_reference

KIND = "ZG"
"""The letters of a notice's reference."""
Delivery = Literal["online", "window", "post"]
PARTY_AT_MOST, FACTS_AT_MOST, DEMAND_AT_MOST, JUDGEMENT_AT_MOST, PLACE_AT_MOST = 120, 2_000, 500, 1_000, 300


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a clerk wrote. `seen` is the mark of the earlier records the form showed (`earlier.seen_mark`), `judgement` what the
    clerk makes of them: needed where it may be let go as a first violation. `photos` show what was found. `act` makes a doubled form one notice.
    """

    party_kind: str
    party: str
    party_number: str
    ground: str
    facts: str
    demand: str
    place_text: str = ""
    second_officer_id: UUID | None = None
    is_first_violation: bool = False
    judgement: str = ""
    seen: str = ""
    delivery: str = "window"
    photos: tuple[UUID, ...] = ()
    act: UUID | None = None


async def issue_notice(desk: PenaltyDesk, actor: Actor, new: NewNotice) -> str:
    """Issue it; its reference. Raises Forbidden, Invalid (`field` says where), Conflict (the earlier records have changed)."""
    require(actor, Operation.KEEP_PENALTIES)
    if new.act is not None:
        before = await RectificationNotice.get_or_none(id=new.act)
        if before is not None:
            return before.reference
    kind = party_kind(new.party_kind)
    number = party_number(kind, new.party_number)
    name = required(new.party, field="party", at_most=PARTY_AT_MOST)
    ground = desk.section.ground(new.ground)
    if ground is None:
        raise Invalid("problem.penalty.ground", field="ground")
    facts = required(new.facts, field="facts", at_most=FACTS_AT_MOST)
    demand = required(new.demand, field="demand", at_most=DEMAND_AT_MOST)
    place = optional(new.place_text, field="place_text", at_most=PLACE_AT_MOST)
    judgement = _judgement(new, ground)
    if new.delivery not in ("online", "window", "post"):
        raise Invalid("problem.penalty.delivery", field="delivery")
    second_id = await _second_officer(actor, new.second_officer_id)
    index = party_index(desk.sealer, number)
    on = local(desk.db.clock.now()).date()
    reference = make_reference(desk.bureau_code, KIND, on, await desk.db.next_serial(KIND, on))

    async def work(change: Change) -> bool:
        for one in (actor, Actor(kind="staff", id=second_id, roles=frozenset())):
            if await is_party(desk.sealer, one, number, index):
                await note_on_staff(change, actor, "issue")
                return False
        records = await records_of(desk, index, ground.code)
        if new.seen != seen_mark(records):
            raise Conflict("problem.penalty.look_again")
        consent = await consent_of(index) if new.delivery == "online" else None
        if new.delivery == "online" and consent is None:
            # 行政处罚法 61: only where the party has agreed and signed.
            raise Invalid("problem.penalty.no_consent", field="delivery")
        id = new.act or change.ids.new()
        row = RectificationNotice(
            id=id,
            reference=reference,
            account_id=consent.account_id if consent is not None else None,
            party_kind=kind,
            party_sealed=sealed(desk, id, "party_sealed", name),
            party_number_sealed=sealed(desk, id, "party_number_sealed", number),
            party_index=index,
            ground_code=ground.code,
            facts=facts,
            basis="；".join(written_basis(ground.basis))[:300],
            demand=demand,
            is_first_violation=new.is_first_violation,
            earlier=_kept(records),
            judgement=judgement,
            judged_by_id=actor.id if judgement is not None else None,
            unit=_unit_of(actor),
            officer_id=actor.id,
            second_officer_id=second_id,
            state=RECTIFICATION.initial,
            state_since_at=change.now,
            revision=1,
            limit_started_at=change.now,
            delivery=new.delivery,
            delivered_at=change.now if consent is not None else None,
            place_text=place,
            issued_at=change.now,
            updated_at=change.now,
        )
        start_limit(desk, row, change.now)
        await row.save(force_create=True)
        await put_officers(change, row.id, FOUND, new.photos)
        content = {
            "ground": ground.code,
            "earlier": len(records),
            "first_violation": new.is_first_violation,
            "delivery": new.delivery,
            "photos": len(new.photos),
        }
        await note(change, actor, row, "issue", content)
        change.emit(told(desk, RectificationIssued, row, change), row.id)
        code = await give_code(change, desk, row.id)
        paper = await issue_paper(desk, change, actor, row, Paper.RECTIFICATION, code=code)
        if consent is not None:
            await record_delivery(change, actor, paper.id, "online")
        return True

    require_not_own(await desk.db.change(work))
    return reference


def _judgement(new: NewNotice, ground: Ground) -> str | None:
    if new.is_first_violation and ground.first_violation is None:
        raise Invalid("problem.penalty.not_on_list", field="is_first_violation")
    words = optional(new.judgement, field="judgement", at_most=JUDGEMENT_AT_MOST)
    if new.is_first_violation and words is None:
        raise Invalid("problem.penalty.judgement", field="judgement")
    return words


async def _second_officer(actor: Actor, id: UUID | None) -> UUID:
    if id is None or id == actor.id or not await Staff.filter(id=id, left_at=None).exists():
        raise Invalid("problem.penalty.second_officer", field="second_officer")
    return id


def _unit_of(actor: Actor) -> str | None:
    """The unit in which the officer acts; None for one who acts in every unit."""
    units = sorted({one.unit for one in held_by(actor) if one.role in OFFICERS} - {EVERY_UNIT})
    return units[0] if units else None


def _kept(records: tuple[EarlierRecord, ...]) -> str:
    return msgspec.json.encode(records).decode()


def earlier_of(row: RectificationNotice) -> tuple[EarlierRecord, ...]:
    """What the person who judged was shown."""
    return msgspec.json.decode(row.earlier, type=tuple[EarlierRecord, ...]) if row.earlier else ()


def due_of(desk: PenaltyDesk, ground: Ground, now: datetime) -> datetime:
    """Until when a party would have, were it delivered now."""
    return desk.calendar.due(
        desk.section.rectify_limit(ground.code).limit("penalties.limits.rectify"), now
    ).at
