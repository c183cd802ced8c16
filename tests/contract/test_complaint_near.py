"""Cases that may be about the same matter, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from casework.areas.places import Places
from casework.complaints import actions, near
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.complaints.sight import Sight
from kit.clock import FixedClock
from kit.db import Database
from tests.casework_setting import CITIZEN, DISPATCHER, desk_on, filed

HERE, NEXT_DOOR, ELSEWHERE = (
    Position(30.2500, 120.1500, "wgs84"),
    Position(30.2503, 120.1501, "wgs84"),
    Position(30.2900, 120.2000, "wgs84"),
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return replace(desk_on(database), places=Places())


async def near_of(desk: Desk, id: object, sight: Sight | None = None) -> list[str]:
    return [one.reference for one in await near.near_cases(desk, await Complaint.get(id=id), sight)]


async def test_the_same_matter_next_door_is_suggested_and_another_one_is_not(
    desk: Desk, clock: FixedClock
) -> None:
    first = await filed(desk, story="路口有小贩摆摊占道，挡路", position=HERE)
    far = await filed(desk, story="路口有小贩摆摊占道，挡路", position=ELSEWHERE)
    other = await filed(desk, story="广场舞太吵睡不着", position=NEXT_DOOR)
    clock.advance(timedelta(days=2, minutes=5))
    second = await filed(desk, story="小贩又在路口摆摊占道", position=NEXT_DOOR)
    assert await near_of(desk, second.id) == [first.reference]
    assert far.reference not in await near_of(desk, first.id)
    assert other.reference not in await near_of(desk, second.id)
    (found,) = await near.near_cases(desk, await Complaint.get(id=second.id))
    assert found.distance_m is not None
    assert 20 < found.distance_m < 50
    assert (found.days, found.same_category) == (2, True)
    (back,) = await near.near_cases(desk, await Complaint.get(id=first.id))
    assert back.days == 2  # the same from either side
    # Who may not see the other case is not told of it.
    blind = Sight(units=frozenset(), new=False, own_ids=frozenset())
    assert await near_of(desk, second.id, blind) == []


async def test_a_named_place_does_where_nobody_gave_coordinates(desk: Desk) -> None:
    first = await filed(desk, story="小贩摆摊占道", place_text="湖滨路菜场东门")
    await actions.accept(desk, DISPATCHER, first.id)
    second = await filed(desk, story="菜场门口小贩占道", place_text="湖滨路菜场东门口")
    assert await near_of(desk, second.id) == [first.reference]


async def test_old_and_withdrawn_cases_are_not_brought_up(desk: Desk, clock: FixedClock) -> None:
    gone = await filed(desk, story="小贩摆摊占道", position=HERE)
    await actions.withdraw(desk, CITIZEN, gone.id)
    await filed(desk, story="小贩摆摊占道", position=HERE)
    clock.advance(timedelta(days=40))
    new = await filed(desk, story="小贩摆摊占道", position=HERE)
    assert await near_of(desk, new.id) == []
