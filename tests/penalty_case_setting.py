"""Penalty cases for tests: their people, one that was just issued, and one taken as far as a test wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor, citizen
from casework.penalties import case_deciding as deciding
from casework.penalties import case_serving as serving
from casework.penalties.access import access_by_code
from casework.penalties.case_issuing import NewCase, issue_case
from casework.penalties.case_money import Instalment
from casework.penalties.case_queries import case_view
from casework.penalties.case_requests import NewRequest, send_request
from casework.penalties.case_serving import Delivery
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PenaltyCase
from casework.people.models import Account, Staff
from casework.roles import Role
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.problems import Problem
from kit.secrets import KeyRing
from tests.casework_setting import person
from tests.penalty_setting import penalties_on

NUMBER = "91350100M000100Y43"
STREET, EVERYWHERE = frozenset({"street"}), frozenset({"*"})


def staff(number: int, role: Role, units: frozenset[str] = STREET) -> Actor:
    return Actor(kind="staff", id=person(number), roles=frozenset({role}), name=f"执法{number}", units=units)


OFFICER, SECOND, HEAD = staff(61, Role.HANDLER), staff(62, Role.HANDLER), staff(63, Role.HEAD, EVERYWHERE)
REVIEWER, HOST = staff(64, Role.LEGAL_REVIEWER, EVERYWHERE), staff(65, Role.LEGAL_REVIEWER, EVERYWHERE)
ELSEWHERE = staff(66, Role.HANDLER, frozenset({"park"}))
PARTY, STRANGER = citizen(person(67)), citizen(person(68))
NOBODY = Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))


async def desk_with_people(database: Database) -> PenaltyDesk:
    """The desk with the shipped limits, and everybody above."""
    return await with_people(penalties_on(database, KeyRing.random()))


async def with_people(desk: PenaltyDesk) -> PenaltyDesk:
    """A desk, with everybody above in its database."""

    async def people(change: Change) -> None:
        for number in range(61, 67):
            await Staff(
                id=person(number),
                login=f"officer{number}",
                name=f"执法{number}",
                password_hash="x",
                password_changed_at=change.now,
                created_at=change.now,
            ).save(force_create=True)
        for actor in (PARTY, STRANGER):
            assert actor.id is not None
            await Account(id=actor.id, created_at=change.now, updated_at=change.now).save(force_create=True)

    await desk.db.change(people)
    return replace(desk, public_url="https://cg.example.gov.cn")


def new_case(desk: PenaltyDesk, **other: object) -> NewCase:
    """What an officer writes: a fine of 60,000 yuan, so that a hearing may be asked for."""
    new = NewCase(
        party_kind="organisation",
        party="清水市好滋味餐饮有限公司",
        party_number=NUMBER,
        address="清水市学府路 21 号",
        ground="waste_spill",
        facts="沿学府路遗撒渣土约 300 米。",
        evidence="现场照片 6 张。",
        intended="责令清扫，并处罚款陆万元。",
        amount="60000",
        filed_on=local(desk.db.clock.now()).date(),
        second_officer_id=SECOND.id,
    )
    return msgspec.structs.replace(new, **other)


async def issued(desk: PenaltyDesk, **other: object) -> PenaltyCase:
    """A case that was just issued."""
    reference = await issue_case(desk, OFFICER, new_case(desk, **other))
    return await PenaltyCase.get(reference=reference)


async def told(desk: PenaltyDesk, **other: object) -> PenaltyCase:
    """One whose notice was handed over today."""
    row = await issued(desk, **other)
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("window"))
    return await again(row)


async def proposed(desk: PenaltyDesk, clock: FixedClock, fine: str = "40000") -> PenaltyCase:
    """One whose party let its time pass, and whose decision is drafted."""
    row = await told(desk)
    clock.advance(timedelta(days=8))
    await deciding.propose(desk, OFFICER, row.id, deciding.Proposal(words="罚款肆万元。", fine=fine))
    return await again(row)


async def served(desk: PenaltyDesk, clock: FixedClock, fine: str = "40000") -> PenaltyCase:
    """One whose decision was handed over today."""
    row = await proposed(desk, clock, fine)
    await deciding.decide(desk, HEAD, row.id)
    await serving.serve_decision(desk, OFFICER, row.id, Delivery("window"))
    return await again(row)


async def again(row: PenaltyCase) -> PenaltyCase:
    return await PenaltyCase.get(id=row.id)


async def asks(
    desk: PenaltyDesk, row: PenaltyCase, kind: str, words: str = "我们有话说。", **more: object
) -> PartyRequest:
    """What the party sends with the code of its paper."""
    new = NewRequest(kind=kind, words=words, **more)  # type: ignore[arg-type]
    await send_request(desk, NOBODY, row.id, new, access_id=await access_of(desk, row))
    return await PartyRequest.filter(case_id=row.id).order_by("-sent_at", "-id").first()  # type: ignore[return-value]


async def access_of(desk: PenaltyDesk, row: PenaltyCase) -> UUID:
    code = (await case_view(desk, OFFICER, row.reference)).code
    found = await access_by_code(desk, row.reference, code)
    assert found is not None
    return found


async def refusal(work: object) -> str:
    """The key of the problem that comes of it."""
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]
    return caught.value.key.rpartition(".")[2]


def parts(*some: tuple[date, int]) -> tuple[Instalment, ...]:
    """A plan, in yuan."""
    return tuple(Instalment(on, yuan * 100) for on, yuan in some)


def at(month: int, day: int, hour: int = 10, year: int = 2026) -> datetime:
    """A moment on the wall in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=UTC) - timedelta(hours=8)
