"""Earlier records of the same party and ground: they are shown, and a person judges what they mean."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

import msgspec

from casework.actors import Actor
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.desk import PenaltyDesk
from casework.penalties.lifecycle import State
from casework.penalties.models import PenaltyCase, RectificationNotice
from casework.permissions import Operation, require
from kit.numbers import folded_number, is_identity_number, is_uscc
from kit.problems import Invalid
from kit.sealing import FieldSealer

PartyKind = Literal["organisation", "person"]
SHOWN = 20


class EarlierRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier notice or penalty case. `ground_name` is what it was about, `state` how it went on."""

    reference: str
    ground_name: str
    issued_at: datetime
    state: str
    is_first_violation: bool
    kind: Literal["rectification", "penalty_case"] = "rectification"


def party_kind(text: str) -> PartyKind:
    """Raises Invalid for anything else."""
    if text not in ("organisation", "person"):
        raise Invalid("problem.penalty.party_kind", field="party_kind")
    return cast("PartyKind", text)


def party_number(kind: PartyKind, typed: str) -> str:
    """The number in its one written form. Raises Invalid for one that is not right."""
    number = folded_number(typed)
    if kind == "organisation" and not is_uscc(number):
        raise Invalid("problem.penalty.uscc", field="party_number")
    if kind == "person" and not is_identity_number(number):
        raise Invalid("problem.penalty.identity_number", field="party_number")
    return number


def party_index(sealer: FieldSealer, number: str) -> str:
    """The keyed index of a party, the same however its number is written."""
    return sealer.blind_index(folded_number(number), purpose="penalty_party").hex()


async def earlier_records(
    desk: PenaltyDesk, actor: Actor, kind: str, number: str, ground_code: str
) -> tuple[EarlierRecord, ...]:
    """What the bureau has issued to this party on this ground, notices and penalty cases, the newest first, in whichever unit.

    What was withdrawn does not count.

    Raises Forbidden, Invalid.
    """
    require(actor, Operation.KEEP_PENALTIES)
    index = party_index(desk.sealer, party_number(party_kind(kind), number))
    if desk.section.ground(ground_code) is None:
        raise Invalid("problem.penalty.ground", field="ground")
    return await records_of(desk, index, ground_code)


async def records_of(desk: PenaltyDesk, index: str, ground_code: str) -> tuple[EarlierRecord, ...]:
    """The same by index. A penalty that was revoked or a notice of one taken back is no record either."""
    same = {"party_index": index, "ground_code": ground_code}
    notices = RectificationNotice.filter(**same).exclude(state=State.WITHDRAWN)
    cases = PenaltyCase.filter(**same).exclude(state__in=[CaseState.WITHDRAWN.value, CaseState.REVOKED.value])
    found = [
        EarlierRecord(
            reference=row.reference,
            ground_name=desk.ground_name(row.ground_code),
            issued_at=row.issued_at,
            state=row.state,
            is_first_violation=row.is_first_violation,
        )
        for row in await notices.order_by("-issued_at", "-id").limit(SHOWN)
    ]
    found += [
        EarlierRecord(
            reference=row.reference,
            ground_name=desk.ground_name(row.ground_code),
            issued_at=row.issued_at,
            state=row.state,
            is_first_violation=False,
            kind="penalty_case",
        )
        for row in await cases.order_by("-issued_at", "-id").limit(SHOWN)
    ]
    return tuple(sorted(found, key=lambda one: one.issued_at, reverse=True)[:SHOWN])


def seen_mark(records: tuple[EarlierRecord, ...]) -> str:
    """What a form carries along to say which records its sender was shown."""
    return ",".join(f"{one.reference}:{one.state}" for one in records) or "none"
