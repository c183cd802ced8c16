"""What is late and still open is read with as many queries for many applications as for one, on both engines."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from casework.permits import accepting
from casework.permits.facts import late_and_open
from kit.clock import FixedClock
from kit.db import Database
from tests.permit_life_setting import applied, form, life_desk_on
from tests.permit_setting import CLERK


async def test_many_late_applications_take_no_more_queries_than_one(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    desk, asked = await life_desk_on(database), []
    for number in range(4):
        id = await applied(desk, filled=form(desk, east=0.01 * number))
        await accepting.accept(desk, CLERK, id)
        if number in (0, 3):
            with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
                caplog.clear()
                late = await late_and_open(desk.calendar, clock.now() + timedelta(days=90))
            assert len(late) == number + 1
            asked.append(sum(one.name == "tortoise.db_client" for one in caplog.records))
    assert asked[0] == asked[1] > 0
