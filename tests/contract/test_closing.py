"""What the clock closes by itself: what fails holds up nothing behind it, and does not go unheard."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from tortoise.exceptions import IntegrityError

from app.permits import pass_time
from casework.closing import close_each, each_in_turn
from casework.permits import deciding
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Busy, Conflict, Invalid
from tests.permit_life_setting import applied, life_desk_on, row_of
from tests.permit_setting import applied as applied_for

ROWS = [uuid5(UUID(int=0), str(number)) for number in range(6)]


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_what_fails_is_told_when_the_others_are_closed() -> None:
    closed: list[UUID] = []

    async def close(id: UUID) -> None:
        if id == ROWS[0]:
            raise IntegrityError
        if id == ROWS[1]:
            raise Conflict("problem.permit.is_paused")
        if id == ROWS[2]:
            raise Invalid("problem.permit.amount", field="amount")
        closed.append(id)

    with pytest.raises(ExceptionGroup) as told:
        await close_each(ROWS, close, at_most=2)
    assert [type(one) for one in told.value.exceptions] == [IntegrityError, Invalid]
    assert closed == ROWS[3:5]


async def test_without_a_database_nothing_more_is_tried() -> None:
    tried: list[UUID] = []

    async def close(id: UUID) -> None:
        tried.append(id)
        raise Busy

    with pytest.raises(Busy):
        await close_each(ROWS, close, at_most=2)
    assert tried == ROWS[:1]


async def test_what_was_moved_meanwhile_is_no_fault() -> None:
    async def close(id: UUID) -> None:
        if id != ROWS[5]:
            raise Conflict("problem.permit.is_paused")

    assert await close_each(ROWS, close, at_most=1) == 1


async def test_a_part_that_fails_does_not_hold_up_the_others() -> None:
    done: list[str] = []

    async def fails() -> int:
        raise LookupError

    async def works() -> int:
        done.append("works")
        return 3

    with pytest.raises(ExceptionGroup):
        await each_in_turn(fails, works)
    assert done == ["works"]
    assert await each_in_turn(works, works) == 6


async def test_a_filing_that_cannot_be_read_does_not_keep_later_ones_out_of_the_register(
    desk: PermitDesk, clock: FixedClock
) -> None:
    broken = await applied_for(desk, kind="sign")
    clock.advance(timedelta(minutes=1))
    later, stall = await applied_for(desk, kind="sign"), await applied(desk)

    async def spoil(change: Change) -> None:
        await PermitApplication.filter(id=broken).update(holder_sealed=b"spoilt")

    await desk.db.change(spoil)
    clock.advance(timedelta(days=20))
    with pytest.raises(ExceptionGroup):
        await deciding.register_past_limit(desk, 1)
    assert (await row_of(later)).state == "registered"
    with pytest.raises(ExceptionGroup):
        await pass_time(desk)
    assert (await row_of(stall)).state == "accepted"
    assert (await row_of(broken)).state == "submitted"
