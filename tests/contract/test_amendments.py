"""Amendments: what is in force, what is refused, what is remembered."""

import json
from typing import Any
from uuid import UUID

import pytest

from app.profile import PROFILE_REFUSED, whole_profile
from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor
from casework.complaints.profile import ComplaintsSection
from casework.roles import Role
from content import amendments
from content.amending import PROFILE, TEXT, NoSuchPath, amended_texts, fitting, put, value_at
from content.amendments import Checks, Unfit, chain_of
from content.profile_store import current_profile, load_profile
from kit.audit.models import AuditEntry
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.problems import Conflict, Invalid
from kit.profile import read_profile

ADMIN = Actor(kind="staff", id=UUID(int=9), roles=frozenset({Role.ADMINISTRATOR}), name="管理员")
SHIPPED = Catalogue({"a.hello": "{name}，您好", "a.bye": "再见", "bot.words.cancel": "取消|算了"})
CHECKS = Checks(whole_profile, PROFILE_REFUSED, SHIPPED)
STREET = {"code": "street", "name": "街面大队", "areas": ["城北"]}


@pytest.fixture
async def shipped(database: Database) -> dict[str, Any]:
    document = dict(read_profile(SHIPPED_PROFILE))

    async def work(change: Change) -> None:
        await load_profile(change, document)

    await database.change(work)
    return document


async def amend(database: Database, values: dict[str, Any], **more: Any) -> None:
    async def work(change: Change) -> None:
        await amendments.amend_profile(change, ADMIN, values, "局长办公会", checks=CHECKS, **more)

    await database.change(work)


async def reword(database: Database, key: str, wording: str | None, **more: Any) -> None:
    async def work(change: Change) -> None:
        await amendments.amend_text(change, ADMIN, key, wording, "更易懂", checks=CHECKS, **more)

    await database.change(work)


async def in_force_document() -> dict[str, Any]:
    whole, left_out = fitting(
        await current_profile() or {}, await amendments.in_force(PROFILE), whole_profile, PROFILE_REFUSED
    )
    assert left_out == ()
    return whole


async def test_a_value_is_amended_restored_and_remembered(
    database: Database, shipped: dict[str, Any]
) -> None:
    before = await amendments.version()
    await amend(database, {"bureau.phone": "0000-7654321", "units.street": STREET})
    whole = await in_force_document()
    assert value_at(whole, "bureau.phone") == "0000-7654321"
    assert value_at(whole, "units.street.areas") == ["城北"]
    assert value_at(whole, "bureau.name") == shipped["bureau"]["name"]
    assert await amendments.version() > before
    await amend(database, {}, restored=["bureau.phone"])
    assert value_at(await in_force_document(), "bureau.phone") == shipped["bureau"]["phone"]
    rows = await amendments.history(kind=PROFILE, path="bureau.phone")
    assert [(row.number, row.value) for row in rows] == [(3, None), (1, '"0000-7654321"')]
    assert {(row.made_by_id, row.reason) for row in rows} == {(ADMIN.id, "局长办公会")}
    entries = await AuditEntry.filter(case_id=chain_of(PROFILE, "bureau.phone")).order_by("position")
    assert [entry.action for entry in entries] == ["settings.amend", "settings.restore"]
    assert json.loads(entries[0].detail)["number"] == 1


async def test_a_unit_is_added_and_taken_away_again(database: Database, shipped: dict[str, Any]) -> None:
    await amend(database, {"units.night": {"code": "night", "name": "夜间中队", "areas": []}})
    assert value_at(await in_force_document(), "units.night.name") == "夜间中队"
    await amend(database, {"complaints.categories.litter.unit": "night"})
    with pytest.raises(Unfit) as refused:
        await amend(database, {}, restored=["units.night"])
    assert "night" in str(refused.value.params["sentences"])
    await amend(database, {}, restored=["complaints.categories.litter.unit", "units.night"])
    with pytest.raises(NoSuchPath):
        value_at(await in_force_document(), "units.night")
    theirs = [one["code"] for one in shipped["complaints"]["categories"] if one["unit"] == "greenery"]
    moved = {f"complaints.categories.{code}.unit": "street" for code in theirs}
    await amend(database, {"units.greenery": None, **moved})
    assert whole_profile(await in_force_document()).section(ComplaintsSection)


@pytest.mark.parametrize(
    "values",
    [
        {"bureau.phone": "call us"},
        {"bureau.phone": 5},
        {"complaints.limits.answer": {"working_days": 5}},
        {"complaints.limits.answer": {"working_days": 5, "natural_days": 5, "basis": "x"}},
        {"complaints.categories.litter.unit": "nobody"},
        {"hours.periods": [{"from": "12:00", "to": "09:00"}]},
        {"texts.greeting": "{password}"},
        {"consents.location": None},
        {"units.street": None},
        {"bureau.colour": "red"},
    ],
)
async def test_what_would_break_the_profile_is_refused_and_nothing_is_kept(
    database: Database, shipped: dict[str, Any], values: dict[str, Any]
) -> None:
    with pytest.raises(Unfit):
        await amend(database, {"bureau.address": "新址"} | values)
    assert await amendments.history() == ()
    assert await in_force_document() == shipped


async def test_a_path_that_leads_nowhere_is_refused(database: Database, shipped: dict[str, Any]) -> None:
    for path in ("nothing.at.all", "bureau.name.deeper", "complaints.categories.none.unit"):
        with pytest.raises(Invalid):
            await amend(database, {path: "x"})


async def test_of_two_who_change_one_value_the_second_is_told(
    database: Database, shipped: dict[str, Any]
) -> None:
    await amend(database, {"bureau.phone": "0000-1111111"}, seen=0)
    with pytest.raises(Conflict):
        await amend(database, {"bureau.phone": "0000-2222222"}, seen=0)
    await amend(database, {"bureau.address": "新址"}, seen=0)
    await amend(database, {"bureau.phone": "0000-2222222"}, seen=1)


async def test_a_text_is_reworded_within_its_placeholders(database: Database) -> None:
    await reword(database, "a.hello", "欢迎，{name}！")
    in_force = await amendments.in_force(TEXT)
    assert amended_texts(SHIPPED, in_force).text("a.hello", name="梅") == "欢迎，梅！"
    for wording in ("{secret}", "{name", "{name.attr}", "{name!r}", " ", "x" * 3000):
        with pytest.raises(Invalid):
            await reword(database, "a.hello", wording)
    for key in ("a.none", "bot.words.cancel"):
        with pytest.raises(Invalid):
            await reword(database, key, "x")
    await reword(database, "a.hello", None)
    assert await amendments.in_force(TEXT) == ()
    with pytest.raises(Conflict):
        await reword(database, "a.hello", "再来", seen=1)


async def test_an_amendment_a_later_profile_has_no_place_for_does_not_stop_the_bureau(
    database: Database, shipped: dict[str, Any]
) -> None:
    await amend(database, {"complaints.categories.dogs.answer_working_days": 9, "bureau.address": "新址"})

    async def upgrade(change: Change) -> None:
        later = dict(shipped)
        put(later, "complaints.categories.dogs", None)
        await load_profile(change, later)

    await database.change(upgrade)
    whole, left_out = fitting(
        await current_profile() or {}, await amendments.in_force(PROFILE), whole_profile, PROFILE_REFUSED
    )
    assert [one.path for one in left_out] == ["complaints.categories.dogs.answer_working_days"]
    assert value_at(whole, "bureau.address") == "新址"
    await amend(database, {"bureau.phone": "0000-3333333"})


async def test_an_amended_text_that_lost_its_placeholder_is_left_out(database: Database) -> None:
    await reword(database, "a.hello", "欢迎，{name}！")
    later = Catalogue({"a.hello": "您好"})
    assert amended_texts(later, await amendments.in_force(TEXT)).text("a.hello") == "您好"


async def test_no_reason_no_amendment(database: Database, shipped: dict[str, Any]) -> None:
    async def work(change: Change) -> None:
        await amendments.amend_profile(change, ADMIN, {"bureau.address": "新址"}, "  ", checks=CHECKS)

    with pytest.raises(Invalid):
        await database.change(work)
    assert await amendments.history() == ()
