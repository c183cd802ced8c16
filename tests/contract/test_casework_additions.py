"""What a citizen sends beside and after the story, on both engines, and what a person with two accounts may do."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from casework.actors import citizen
from casework.complaints import actions, queries
from casework.complaints.desk import Desk
from casework.complaints.media import AddedMedium
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.people.merging import unlink
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests import read_once
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NEIGHBOUR,
    desk_on,
    filed,
    linked,
    person,
)

CATALOGUE = read_once.catalogue()
VOICE, FILM, PHOTO = (
    AddedMedium(person(51), "voice"),
    AddedMedium(person(52), "video"),
    AddedMedium(person(53)),
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def test_voice_and_films_stand_beside_the_photos_of_a_complaint(desk: Desk) -> None:
    case = await filed(desk, photos=(person(41),), media=(VOICE, FILM), scene_code="st_abc")
    assert [(one.file_id, one.stage, one.medium) for one in case.photos] == [
        (person(41), "before", "photo"),
        (person(51), "before", "voice"),
        (person(52), "before", "video"),
    ]
    detail = await queries.detail(desk, case.id, DISPATCHER)
    assert detail is not None
    assert detail.scene_code == "st_abc"
    assert [one.medium for one in detail.view.photos] == ["photo", "voice", "video"]


async def test_what_is_added_later_is_shown_in_its_place_and_moves_nothing(desk: Desk) -> None:
    case = await filed(desk, photos=(person(41),))
    view = await actions.add_material(
        desk, CITIZEN, case.id, text="今天又来了三辆车", media=(PHOTO, VOICE), act="m1"
    )
    assert (view.state, view.revision, view.due_at) == (case.state, case.revision, case.due_at)
    assert [one.text for one in view.additions] == ["今天又来了三辆车"]
    assert [(one.stage, one.medium) for one in view.photos] == [
        ("before", "photo"),
        ("added", "photo"),
        ("added", "voice"),
    ]
    owner = await queries.for_owner(desk, person(1), case.reference)
    detail = await queries.detail(desk, case.id, DISPATCHER)
    assert owner is not None
    assert detail is not None
    assert owner.may_add
    assert not detail.view.may_add
    for entry in (owner.timeline[-1], detail.view.timeline[-1]):
        assert (entry.action, entry.note) == ("add_material", "今天又来了三辆车")
        assert "照片、语音或视频，共 2 份" in CATALOGUE.text(entry.key, **entry.params)


async def test_a_clerk_looking_at_the_case_is_not_turned_away_for_an_addition(desk: Desk) -> None:
    case = await filed(desk)
    await actions.add_material(desk, CITIZEN, case.id, text="补充一句", act="m1")
    view = await actions.accept(desk, DISPATCHER, case.id, expected_revision=case.revision)
    again = await actions.accept(desk, DISPATCHER, case.id, expected_revision=case.revision)
    assert view.revision == again.revision == 2


async def test_one_message_adds_once(desk: Desk) -> None:
    case = await filed(desk)
    views = await asyncio.gather(
        *(
            actions.add_material(desk, CITIZEN, case.id, text="补充一句", media=(PHOTO,), act="m1")
            for _ in range(4)
        )
    )
    assert {len(view.additions) for view in views} == {1}
    assert await ComplaintPhoto.all().count() == 1
    assert await OutboxEvent.filter(name="complaint.added_to").count() == 1
    await actions.add_material(desk, CITIZEN, case.id, text="再补充一句", act="m2")
    positions = await ComplaintAddition.all().order_by("position").values_list("position", flat=True)
    assert positions == [1, 2]


async def test_added_words_are_on_the_case_and_not_in_the_chain(desk: Desk) -> None:
    case = await filed(desk)
    await actions.add_material(desk, CITIZEN, case.id, text="我住三栋二单元", act="m1")
    (entry,) = await AuditEntry.filter(case_id=case.id, action="complaint.add_material")
    assert "三栋" not in entry.detail
    assert msgspec.json.decode(entry.detail)["content"]["text_digest"]
    event = await OutboxEvent.get(name="complaint.added_to")
    assert "三栋" not in event.payload


async def test_nothing_is_added_to_other_peoples_cases_nor_to_what_is_over(desk: Desk) -> None:
    case = await filed(desk)
    for actor, complaint_id in ((NEIGHBOUR, case.id), (CITIZEN, person(99))):
        with pytest.raises(NotFound) as refused:
            await actions.add_material(desk, actor, complaint_id, text="让我看看", act="m1")
        assert refused.value.key == "problem.complaint.not_found"
    with pytest.raises(Forbidden):
        await actions.add_material(desk, HANDLER, case.id, text="代补", act="m2")
    closed = await actions.withdraw(desk, CITIZEN, case.id)
    assert not closed.may_add
    with pytest.raises(Conflict) as over:
        await actions.add_material(desk, CITIZEN, case.id, text="还有", act="m3")
    assert over.value.key == "problem.complaint.over"
    assert await ComplaintAddition.all().count() == 0


async def test_too_much_or_nothing_is_refused_by_name(desk: Desk) -> None:
    case = await filed(desk)
    many = tuple(AddedMedium(person(100 + number)) for number in range(16))
    for wrong, field in (
        ({"text": " "}, "text"),
        ({"text": "长" * 2_001}, "text"),
        ({"media": many}, "media"),
        ({"media": (AddedMedium(person(7), "hologram"),)}, "media"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Invalid) as refused:
            await actions.add_material(desk, CITIZEN, case.id, act="m1", **wrong)  # type: ignore[arg-type]
        assert refused.value.field == field
    with pytest.raises(Invalid):
        await filed(desk, media=many)
    for number in range(4):
        await actions.add_material(desk, CITIZEN, case.id, media=many[:9], act=f"n{number}")
    with pytest.raises(Invalid) as full:
        await actions.add_material(desk, CITIZEN, case.id, media=many[:9], act="n9")
    assert full.value.params["at_most"] == 40
    # What was refused may be sent again under the same name.
    await actions.add_material(desk, CITIZEN, case.id, media=many[:4], act="n9")
    assert await ComplaintPhoto.all().count() == 40


async def test_a_person_with_two_accounts_sees_and_moves_the_cases_of_both(desk: Desk) -> None:
    case = await filed(desk)
    own = await actions.add_material(desk, CITIZEN, case.id, text="一", act="m1")
    assert own.additions
    other = citizen(person(3))
    assert await queries.for_owner(desk, person(3), case.reference) is None
    await linked(desk.db, person(1), person(3))
    assert await queries.for_owner(desk, person(3), case.reference) is not None
    assert [row.reference for row in (await queries.mine(desk, person(3))).rows] == [case.reference]
    assert len((await actions.add_material(desk, other, case.id, text="二", act="m2")).additions) == 2
    assert (await actions.withdraw(desk, other, case.id)).state == "withdrawn"
    assert (await Complaint.get(id=case.id)).account_id == person(1)


async def test_after_unlinking_each_account_has_its_own_again(desk: Desk) -> None:
    case = await filed(desk)
    await linked(desk.db, person(1), person(3))
    await unlink(desk.db, citizen(person(3)), person(3))
    assert await queries.for_owner(desk, person(3), case.reference) is None
    assert (await queries.mine(desk, person(3))).rows == ()
    with pytest.raises(NotFound):
        await actions.withdraw(desk, citizen(person(3)), case.id)
    assert await queries.for_owner(desk, person(1), case.reference) is not None
