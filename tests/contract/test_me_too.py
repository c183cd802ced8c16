"""What somebody about to file learns of cases nearby, and "me too", on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from casework.areas.places import Places
from casework.complaints import actions, handling, me_too, merging, queries
from casework.complaints.desk import Desk
from casework.complaints.filing import submit
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.place import Position, distance_m
from casework.complaints.views import ComplaintView
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, NEIGHBOUR, desk_on, filed, person, words

HERE, NEXT_DOOR = Position(30.2505, 120.1505, "wgs84"), Position(30.2507, 120.1506, "wgs84")
KEY = b"k" * 32
STREET = ("vending",)


@pytest.fixture
def desk(database: Database) -> Desk:
    return replace(desk_on(database), places=Places())


async def shown(desk: Desk, position: Position = NEXT_DOOR, **more: object) -> tuple[me_too.NearShown, ...]:
    at = desk.db.clock.now()
    return await me_too.near_shown(
        desk,
        KEY,
        position=position,
        at=at,
        **{"categories": STREET, **more},  # type: ignore[arg-type]
    )


async def test_before_filing_a_citizen_learns_kind_distance_and_state_and_nothing_else(desk: Desk) -> None:
    case = await filed(desk, story="小贩摆摊占道", position=HERE)
    (guessed,) = await shown(desk)
    assert guessed.state is State.SUBMITTED
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    (one,) = await shown(desk)
    assert (one.category_name, one.within_m, one.state) == ("占道摆摊", 100, State.ACCEPTED)
    assert set(one.__struct_fields__) == {"token", "category_name", "within_m", "state"}
    for secret in (case.reference, str(case.id), case.id.hex):
        assert secret not in str(one)
    assert await shown(desk, categories=("noise",)) == ()
    # One's own case is no news, and many that read the same are one line: nobody learns how many there are.
    assert await shown(desk, own={CITIZEN.id}) == ()
    other = await filed(desk, story="小贩占道摆摊", position=HERE, category="vending")
    await actions.accept(desk, DISPATCHER, other.id)
    assert len(await shown(desk)) == 1
    await actions.assign(desk, DISPATCHER, other.id)
    await handling.ask(desk, HANDLER, other.id, question="哪一边？")
    assert {one.state for one in await shown(desk)} == {State.ACCEPTED, State.ASSIGNED}


@pytest.mark.parametrize(
    "told",
    [
        {"story": "邻居张建国摆摊占道"},
        {"story": "车牌浙A12345的小贩摆摊"},
        {"story": "湖滨路12号3单元门口摆摊"},
        {"story": "摆摊", "place_text": "湖滨花园五单元门口"},
    ],
)
async def test_a_complaint_that_names_somebody_or_a_home_is_never_shown(
    desk: Desk, told: dict[str, str]
) -> None:
    await filed(desk, position=HERE, category="vending", **told)
    assert await shown(desk) == ()


async def test_what_was_added_later_may_name_somebody_too(desk: Desk) -> None:
    case = await filed(desk, story="小贩摆摊占道", position=HERE, category="vending")
    assert len(await shown(desk)) == 1
    await actions.add_material(desk, CITIZEN, case.id, text="是邻居张建国的摊子", act="a" * 16)
    assert await shown(desk) == ()


async def test_what_is_over_restricted_or_old_is_not_shown(desk: Desk, clock: FixedClock) -> None:
    gone = await filed(desk, story="小贩摆摊占道", position=HERE, category="vending")
    kept = await filed(desk, story="小贩摆摊占道", position=HERE, category="vending")
    await actions.withdraw(desk, CITIZEN, gone.id)
    assert len(await shown(desk)) == 1
    for restricted_at, lines in ((clock.now(), 0), (None, 1)):
        await _put(desk, kept.id, restricted_at=restricted_at)
        assert len(await shown(desk)) == lines
    clock.advance(timedelta(days=20))
    assert await shown(desk) == ()


async def test_asking_from_many_places_tells_the_square_and_no_more(desk: Desk) -> None:
    """Two cases in one square answer alike wherever one asks from."""
    one, other = Position(30.25010, 120.15010, "wgs84"), Position(30.25090, 120.15090, "wgs84")
    apart_m = distance_m((one.latitude, one.longitude), (other.latitude, other.longitude))
    assert apart_m > 100
    probes = [
        Position(30.2505 + north * 0.0004, 120.1505 + east * 0.0004, "wgs84")
        for north in range(-4, 5, 2)
        for east in range(-4, 5, 2)
    ]
    answers = []
    for place in (one, other):
        case = await filed(desk, story="小贩摆摊占道", position=place, category="vending")
        answers.append([[near.within_m for near in await shown(desk, probe)] for probe in probes])
        await actions.withdraw(desk, CITIZEN, case.id)
    assert answers[0] == answers[1]
    assert [100] in answers[0]
    assert [200] in answers[0]


async def test_me_too_is_a_case_of_ones_own_that_hears_the_answer_and_can_be_taken_back(
    desk: Desk, clock: FixedClock
) -> None:
    lead = await filed(desk, story="小贩摆摊占道", position=HERE, category="vending")
    (one,) = await shown(desk)
    meant = {"position": NEXT_DOOR, "categories": STREET, "at": clock.now()}
    assert await me_too.said_same(desk, KEY, one.token, **meant) == lead.id  # type: ignore[arg-type]
    for wrong in ("", "0" * 32, "é" * 32):
        assert await me_too.said_same(desk, KEY, wrong, **meant) is None  # type: ignore[arg-type]
    assert await me_too.said_same(desk, b"x" * 32, one.token, **meant) is None  # type: ignore[arg-type]
    mine = [await _me_too(desk, lead.id) for _ in range(2)]
    assert mine[0].said_same
    await actions.accept(desk, DISPATCHER, lead.id)
    for own in mine:
        await merging.merge(desk, DISPATCHER, own.id, lead_id=lead.id)
    await actions.withdraw(desk, NEIGHBOUR, mine[1].id)
    await actions.assign(desk, DISPATCHER, lead.id)
    await actions.answer(desk, HANDLER, lead.id, text="已劝离")
    told = await queries.for_owner(desk, person(2), mine[0].reference)
    assert told is not None
    assert (told.state, told.answer, "rate" in told.moves) == (State.ANSWERED, "已劝离", True)
    assert "湖滨" not in told.story
    gone = await queries.for_owner(desk, person(2), mine[1].reference)
    assert gone is not None
    assert (gone.state, gone.answer) == (State.WITHDRAWN, None)


async def test_who_said_me_too_to_a_merged_case_said_it_to_its_lead(desk: Desk, clock: FixedClock) -> None:
    merged = await filed(desk, story="小贩摆摊占道", position=HERE, category="vending")
    (one,) = await shown(desk)
    lead = await actions.accept(desk, DISPATCHER, (await filed(desk, category="vending")).id)
    await merging.merge(desk, DISPATCHER, merged.id, lead_id=lead.id)
    meant = {"position": NEXT_DOOR, "categories": STREET, "at": clock.now()}
    assert await me_too.said_same(desk, KEY, one.token, **meant) == lead.id  # type: ignore[arg-type]


def test_the_kinds_are_those_of_the_plain_words_and_danger_is_not_held_up(desk: Desk) -> None:
    assert me_too.kinds_about(desk, "路口有人摆摊") == STREET
    assert me_too.kinds_about(desk, "", group="street") == STREET
    assert me_too.kinds_about(desk, "", category="vending") == STREET
    assert me_too.kinds_about(desk, "你好") == ()
    assert me_too.kinds_about(desk, "摆摊的地方着火了", group="street") == ()


async def _put(desk: Desk, id: UUID, **columns: object) -> None:
    async def work(_: Change) -> None:
        await Complaint.filter(id=id).update(**columns)

    await desk.db.change(work)


async def _me_too(desk: Desk, lead_id: UUID) -> ComplaintView:
    new = words(account_id=NEIGHBOUR.id, story="我也看到了小贩摆摊", position=NEXT_DOOR, same_as_id=lead_id)
    return await submit(desk, NEIGHBOUR, new)
