"""Issuing the notice before a penalty (行政处罚法 44): what is intended is written down, and its paper made, in one transaction."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import msgspec

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.complaints.wording import optional, required
from casework.penalties.access import ABOUT_CASE, give_code
from casework.penalties.case_events import PenaltyIssued
from casework.penalties.case_lifecycle import OFFICERS, PENALTY
from casework.penalties.case_limits import set_limits
from casework.penalties.case_money import AMOUNT_AT_MOST_FEN, fen_of
from casework.penalties.case_moving import ACTION, OWN, note, told
from casework.penalties.case_papers import advance_notice, sealed
from casework.penalties.case_sight import is_own
from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import party_index, party_kind, party_number
from casework.penalties.kinds import written_basis
from casework.penalties.models import PenaltyCase
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.clock import local
from kit.db import Change
from kit.problems import Forbidden, Invalid
from kit.references import make_reference

KIND = "CF"
"""The letters of a penalty case's reference."""
PARTY_AT_MOST, ADDRESS_AT_MOST, PLACE_AT_MOST = 120, 200, 300
FACTS_AT_MOST, EVIDENCE_AT_MOST, INTENDED_AT_MOST, BASIS_AT_MOST = 2_000, 1_000, 1_000, 300
FILED_AT_MOST = timedelta(days=2 * 366)


class NewCase(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer wrote. `amount` is the intended fine in yuan, "" for none; `filed_on` the day the case was filed, from which
    the ninety days run (行政处罚法 60). `act` makes a doubled form one case.
    """

    party_kind: str
    party: str
    party_number: str
    address: str
    ground: str
    facts: str
    evidence: str
    intended: str
    basis: str = ""
    amount: str = ""
    allows_hearing: bool = False
    place_text: str = ""
    filed_on: date | None = None
    second_officer_id: UUID | None = None
    act: UUID | None = None


class _Checked(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    number: str
    index: str
    name: str
    address: str
    ground: str
    facts: str
    evidence: str
    intended: str
    basis: str
    amount_fen: int | None
    allows_hearing: bool
    place: str | None
    filed_on: date
    second_id: UUID


async def issue_case(desk: PenaltyDesk, actor: Actor, new: NewCase) -> str:
    """Issue it; its reference. Raises Forbidden (also for a case of one's own), Invalid (`field` says where)."""
    require(actor, Operation.KEEP_PENALTIES)
    if new.act is not None:
        before = await PenaltyCase.get_or_none(id=new.act, officer_id=actor.id)
        if before is not None:
            return before.reference
    checked = await _checked(desk, actor, new)
    on = local(desk.db.clock.now()).date()
    reference = make_reference(desk.bureau_code, KIND, on, await desk.db.next_serial(KIND, on))

    async def work(change: Change) -> bool:
        if await is_own(actor, checked.index):
            staff_id = await change.lock(Staff, actor.id) if actor.id is not None else None
            if staff_id is not None:
                await change.audit(staff_id.id, actor, ACTION + "own_refused", {"tried": "issue"})
            return False
        row = _row(desk, change, actor, new.act or change.ids.new(), reference, checked)
        set_limits(desk, row)
        await row.save(force_create=True)
        content = {
            "ground": checked.ground,
            "fine_fen": checked.amount_fen,
            "allows_hearing": checked.allows_hearing,
            "second_officer": str(checked.second_id),
        }
        await note(change, actor, row, "issue", content)
        change.emit(told(PenaltyIssued, row, change), row.id)
        code = await give_code(change, desk, row.id, ABOUT_CASE)
        await advance_notice(desk, change, actor, row, code)
        return True

    if not await desk.db.change(work):
        raise Forbidden(OWN)
    return reference


async def _checked(desk: PenaltyDesk, actor: Actor, new: NewCase) -> _Checked:
    kind = party_kind(new.party_kind)
    number = party_number(kind, new.party_number)
    ground = desk.section.ground(new.ground)
    if ground is None:
        raise Invalid("problem.penalty.ground", field="ground")
    amount = amount_fen(new.amount, field="amount") if new.amount.strip() else None
    today = local(desk.db.clock.now()).date()
    if new.filed_on is None or new.filed_on > today or today - new.filed_on > FILED_AT_MOST:
        raise Invalid("problem.penalty_case.filed_on", field="filed_on")
    large = amount is not None and amount >= desk.section.large_fine.begins_at_fen(kind)
    basis = optional(new.basis, field="basis", at_most=BASIS_AT_MOST)
    return _Checked(
        kind=kind,
        number=number,
        index=party_index(desk.sealer, number),
        name=required(new.party, field="party", at_most=PARTY_AT_MOST),
        address=required(new.address, field="address", at_most=ADDRESS_AT_MOST),
        ground=ground.code,
        facts=required(new.facts, field="facts", at_most=FACTS_AT_MOST),
        evidence=required(new.evidence, field="evidence", at_most=EVIDENCE_AT_MOST),
        intended=required(new.intended, field="intended", at_most=INTENDED_AT_MOST),
        basis=basis or "；".join(written_basis(ground.basis))[:BASIS_AT_MOST],
        amount_fen=amount,
        # A large fine always allows it; for licences, closures and the like the officer says so.
        allows_hearing=new.allows_hearing or large,
        place=optional(new.place_text, field="place_text", at_most=PLACE_AT_MOST),
        filed_on=new.filed_on,
        second_id=await _second_officer(actor, new.second_officer_id),
    )


def amount_fen(typed: str, *, field: str) -> int:
    """An amount above nothing. Raises Invalid."""
    found = fen_of(typed)
    if found is None or not 0 < found <= AMOUNT_AT_MOST_FEN:
        raise Invalid("problem.penalty_case.amount", field=field)
    return found


def _row(
    desk: PenaltyDesk, change: Change, actor: Actor, id: UUID, reference: str, checked: _Checked
) -> PenaltyCase:
    return PenaltyCase(
        id=id,
        reference=reference,
        party_kind=checked.kind,
        party_sealed=sealed(desk, id, "party_sealed", checked.name),
        party_number_sealed=sealed(desk, id, "party_number_sealed", checked.number),
        party_index=checked.index,
        address_sealed=sealed(desk, id, "address_sealed", checked.address),
        ground_code=checked.ground,
        facts=checked.facts,
        evidence=checked.evidence,
        basis=checked.basis,
        intended=checked.intended,
        amount_fen=checked.amount_fen,
        allows_hearing=checked.allows_hearing,
        place_text=checked.place,
        unit=unit_of(actor),
        officer_id=actor.id,
        second_officer_id=checked.second_id,
        state=PENALTY.initial,
        state_since_at=change.now,
        revision=1,
        filed_on=checked.filed_on,
        issued_at=change.now,
        updated_at=change.now,
        late_fen=0,
        paid_fen=0,
    )


async def _second_officer(actor: Actor, id: UUID | None) -> UUID:
    if id is None or id == actor.id or not await Staff.filter(id=id, left_at=None).exists():
        raise Invalid("problem.penalty.second_officer", field="second_officer")
    return id


def unit_of(actor: Actor) -> str | None:
    """The unit in which the officer acts; None for one who acts in every unit."""
    units = sorted({one.unit for one in held_by(actor) if one.role in OFFICERS} - {EVERY_UNIT})
    return units[0] if units else None
