"""Staff who apply themselves are recognised by their own numbers, and do nothing for the bureau about it; on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from casework.actors import Actor
from casework.people import own_numbers
from casework.people.models import Account, Staff, StaffBinding, VerifiedIdentity
from casework.people.own_numbers import keep_numbers, known_numbers, number_index
from casework.permits import accepting, checking, deciding, pauses, surveying
from casework.permits.desk import PermitDesk
from casework.permits.detail import view_by_id
from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit, PermitApplication, PermitPause
from casework.permits.rating import rate, release_comment
from casework.permits.reminding import remind_before_end
from casework.permits.revealing import reveal_applicant
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Forbidden, Invalid
from tests.casework_setting import CITIZEN, EVERYWHERE, NEIGHBOUR, person
from tests.permit_life_setting import (
    OTHER_APPROVER,
    SECTION,
    SURVEYOR,
    VISIT,
    applied,
    form,
    granted,
    life_desk_on,
)
from tests.permit_setting import APPROVER, CLERK, audited

KEEPER = Actor(
    kind="staff", id=person(48), roles=frozenset({Role.ADMINISTRATOR}), name="管理员", units=EVERYWHERE
)
PHONE, IDENTITY = "13800001234", "11010519491231002X"


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def _tried(id: object) -> list[str]:
    entries = await AuditEntry.filter(case_id=id, action="permit_application.own_refused")
    return [audited([one])[0] for one in entries]


async def test_staff_are_recognised_by_their_own_telephone(desk: PermitDesk, clock: FixedClock) -> None:
    assert APPROVER.id is not None
    id = await applied(desk)
    await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id, phone="138 0000 1234")
    assert (await known_numbers(APPROVER.id)).phone
    row = await Staff.get(id=APPROVER.id)
    assert row.phone_index is not None
    assert PHONE not in row.phone_index
    with pytest.raises(Forbidden, match="own_application"):
        await reveal_applicant(desk, APPROVER, id)
    with pytest.raises(Forbidden, match="own_application"):
        await accepting.refuse(desk, APPROVER, id, ground="不收")
    assert len(await _tried(id)) == 2
    await accepting.accept(desk, CLERK, id)
    await own_numbers.forget_numbers(desk.db, KEEPER, APPROVER.id)
    assert (await reveal_applicant(desk, APPROVER, id)).phone == PHONE


async def test_staff_are_recognised_by_their_own_identity_number(desk: PermitDesk) -> None:
    assert APPROVER.id is not None
    id = await applied(desk)
    index = number_index(desk.sealer, IDENTITY.lower())
    await desk.db.change(lambda _: PermitApplication.filter(id=id).update(holder_index=index))
    await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id, identity=IDENTITY)
    with pytest.raises(Forbidden, match="own_application"):
        await reveal_applicant(desk, APPROVER, id)


async def test_staff_are_recognised_by_the_identity_vouched_for_on_their_wechat(desk: PermitDesk) -> None:
    assert APPROVER.id is not None
    id, index = await applied(desk), number_index(desk.sealer, IDENTITY)

    async def rows(change: Change) -> None:
        await PermitApplication.filter(id=id).update(holder_index=index)
        await Account(id=NEIGHBOUR.id, created_at=change.now).save(force_create=True)
        bound = StaffBinding(
            id=person(70), staff_id=APPROVER.id, account_id=NEIGHBOUR.id, bound_at=change.now
        )
        await bound.save(force_create=True)
        vouched = VerifiedIdentity(
            id=person(71), account_id=NEIGHBOUR.id, kind="person", number_index=index, subject_index="s",
            provider="p", level="high", verified_at=change.now,
        )  # fmt: skip
        await vouched.save(force_create=True)

    await desk.db.change(rows)
    with pytest.raises(Forbidden, match="own_application"):
        await reveal_applicant(desk, APPROVER, id)


async def test_staff_are_recognised_among_those_who_apply_together_and_as_agent(database: Database) -> None:
    assert APPROVER.id is not None
    assert CLERK.id is not None
    more: list[dict[str, Any]] = [
        {"code": "also", "name": "共同申请人", "type": "long_text", "role": "co_applicants", "step": "who", "required": False},
        {"code": "agent", "name": "代理人", "type": "person", "role": "agent", "step": "who", "required": False},
        {"code": "agent_number", "name": "代理人身份证号码", "type": "identity_number", "step": "who", "required": False},
        {"code": "agent_phone", "name": "代理人电话", "type": "phone", "step": "who", "required": False},
    ]  # fmt: skip
    kind = msgspec.to_builtins(SECTION.kinds[0])
    kind["fields"] = [*kind["fields"], *more]
    desk = await life_desk_on(database, msgspec.convert({"kinds": [kind]}, PermitsSection))
    await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id, phone="139 0000 5678", identity=IDENTITY)
    await keep_numbers(desk.db, desk.sealer, KEEPER, VISIT.officer_id, phone="13900005678", identity=IDENTITY)
    parts: tuple[dict[str, str | list[str]], ...] = (
        {"also": ["李四 110105196001011239", f"张三 {IDENTITY.lower()}"]},
        {"agent": "张三", "agent_number": IDENTITY},
        {"agent": "张三", "agent_phone": "13900005678"},
    )
    for part in parts:
        wanted = form(desk)
        id = await applied(desk, filled=msgspec.structs.replace(wanted, values={**wanted.values, **part}))
        assert (await view_by_id(desk, APPROVER, id)).is_own, part
        await accepting.accept(desk, CLERK, id)
        with pytest.raises(Forbidden, match="own_application"):
            await deciding.deny(desk, APPROVER, id, ground="不行")
        assert await _tried(id) == ["own_refused"]
        assert not (await view_by_id(desk, CLERK, id)).is_own
        with pytest.raises(Invalid, match="officer_applied"):
            await surveying.schedule(desk, OTHER_APPROVER, id, VISIT)


async def test_own_numbers_are_kept_by_another_and_checked(desk: PermitDesk) -> None:
    assert APPROVER.id is not None
    assert KEEPER.id is not None
    with pytest.raises(Invalid, match="identity_number"):
        await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id, identity="110105194912310021")
    with pytest.raises(Invalid, match="phone"):
        await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id, phone="12")
    with pytest.raises(Invalid, match="empty"):
        await keep_numbers(desk.db, desk.sealer, KEEPER, APPROVER.id)
    for nobody in (APPROVER, Actor(kind="staff", id=APPROVER.id, roles=KEEPER.roles, units=EVERYWHERE)):
        with pytest.raises(Forbidden):
            await keep_numbers(desk.db, desk.sealer, nobody, APPROVER.id, phone=PHONE)


async def test_nobody_releases_a_comment_on_or_plans_a_check_of_their_own(
    desk: PermitDesk, clock: FixedClock
) -> None:
    assert APPROVER.id is not None
    assert SURVEYOR.id is not None
    permit = await granted(desk)
    id = permit.application_id
    await rate(desk, CITIZEN, id, 5, "很快")
    for one in (APPROVER, SURVEYOR):
        assert one.id is not None
        await keep_numbers(desk.db, desk.sealer, KEEPER, one.id, phone=PHONE)
    with pytest.raises(Forbidden, match="own_application"):
        await release_comment(desk, APPROVER, id)
    with pytest.raises(Forbidden, match="own_application"):
        await checking.plan_check(desk, SURVEYOR, permit.id, "check", VISIT)
    assert len(await _tried(id)) == 2
    assert (await PermitApplication.get(id=id)).rating_released_at is None


async def test_a_short_permit_is_not_said_to_end_on_the_day_it_begins(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    begins = clock.now()
    ends = begins + timedelta(days=2)
    await desk.db.change(
        lambda _: Permit.filter(id=permit.id).update(
            valid_from_at=begins, granted_at=begins, valid_until_at=ends
        )
    )
    assert await remind_before_end(desk.db, desk.section) == 0
    clock.advance(timedelta(hours=23))
    assert await remind_before_end(desk.db, desk.section) == 0
    clock.advance(timedelta(hours=1, seconds=1))
    assert await remind_before_end(desk.db, desk.section) == 1


async def test_a_pause_that_is_over_is_found_behind_ever_so_many_that_last(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    many = pauses.LOOKED_AT_TOGETHER + 1

    async def rows(change: Change) -> None:
        await PermitPause.bulk_create(
            [
                PermitPause(
                    id=change.ids.new(), application_id=change.ids.new(), kind="test", reason="x", basis="x",
                    expected_days=180, started_at=change.now,
                )
                for _ in range(many)
            ]
        )  # fmt: skip

    await desk.db.change(rows)
    await pauses.pause(
        desk, APPROVER, id, kind="test", reason="检测", basis="行政许可法第四十五条", expected_days=1
    )
    clock.advance(timedelta(days=7))
    assert await pauses.resume_past_expected(desk, clock.now(), limit=1) == 1
    assert (await PermitPause.get(application_id=id)).ended_at is not None
