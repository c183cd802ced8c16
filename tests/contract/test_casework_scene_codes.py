"""Codes on signs on both engines: who makes them, what stands behind them, that each act is on record."""

from __future__ import annotations

import pytest

from casework.actors import Actor, system
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.scene_codes import actions, queries
from casework.scene_codes.actions import NewSceneCode, new_code
from casework.scene_codes.kinds import PREFIXES, SceneKind
from casework.scene_codes.models import SceneCode
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.problems import Forbidden, Invalid, NotFound
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, HEAD, desk_on, filed, person

SIGN = NewSceneCode(
    kind=SceneKind.STREET_CHIEF,
    title="湖滨路街长公示牌",
    place_text="湖滨路 3 号门前",
    position=Position(30.25, 120.15, "gcj02"),
    unit="street",
    contact="街长王某",
)


async def test_a_code_leads_to_what_it_was_made_for(database: Database) -> None:
    made = await actions.add(database, DISPATCHER, SIGN)
    found = await queries.by_code(made.code)
    assert found == made
    assert (found.kind, found.title, found.unit) == (SceneKind.STREET_CHIEF, "湖滨路街长公示牌", "street")
    assert found.position is not None
    assert found.position.datum == "wgs84"
    assert found.position.latitude != 30.25
    assert not found.is_retired


async def test_a_retired_code_still_says_what_it_was(database: Database) -> None:
    made = await actions.add(database, HEAD, SIGN)
    retired = await actions.retire(database, HEAD, made.id)
    again = await actions.retire(database, HEAD, made.id)
    assert retired.is_retired
    assert again == retired
    assert await queries.by_code(made.code) == retired
    assert await AuditEntry.filter(case_id=made.id).count() == 2


async def test_the_platforms_address_is_noted_once(database: Database) -> None:
    made = await actions.add(database, system(), SIGN)
    for _ in range(2):
        noted = await actions.note_platform_url(database, system(), made.id, "http://weixin.qq.com/q/abc")
    assert noted.platform_url == "http://weixin.qq.com/q/abc"
    written = await AuditEntry.filter(case_id=made.id).order_by("position").values_list("action", flat=True)
    assert written == ["scene_code.add", "scene_code.note_platform_url"]


@pytest.mark.parametrize("actor", [CITIZEN, HANDLER], ids=["citizen", "handler"])
async def test_only_keepers_make_and_retire_codes(database: Database, actor: Actor) -> None:
    made = await actions.add(database, DISPATCHER, SIGN)
    with pytest.raises(Forbidden):
        await actions.add(database, actor, SIGN)
    with pytest.raises(Forbidden):
        await actions.retire(database, actor, made.id)
    assert await SceneCode.all().count() == 1


async def test_what_cannot_be_used_is_named_and_nothing_is_written(database: Database) -> None:
    for new, field in (
        (NewSceneCode(kind=SceneKind.SIGN, title=" "), "title"),
        (NewSceneCode(kind=SceneKind.SIGN, title="长" * 101), "title"),
        (NewSceneCode(kind=SceneKind.ARTICLE, title="怎么摆摊"), "target"),
        (NewSceneCode(kind=SceneKind.SIGN, title="牌", position=Position(95.0, 0.0, "wgs84")), "latitude"),
    ):
        with pytest.raises(Invalid) as refused:
            await actions.add(database, DISPATCHER, new)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        await actions.retire(database, DISPATCHER, person(99))
    assert await SceneCode.all().count() == 0


@pytest.mark.parametrize("code", ["", "st_nothing", "x" * 200, "街", "a\x00b", "bind_abc"])
async def test_what_we_never_made_stands_for_nothing(database: Database, code: str) -> None:
    assert await queries.by_code(code) is None


async def test_pages_show_every_code_of_a_kind_once(database: Database) -> None:
    for number in range(5):
        kind = SceneKind.PROJECT if number % 2 else SceneKind.SIGN
        await actions.add(database, DISPATCHER, NewSceneCode(kind=kind, title=str(number)))
    first = await queries.page(limit=3)
    second = await queries.page(after=first.after, limit=3)
    assert [one.title for one in (*first.rows, *second.rows)] == ["4", "3", "2", "1", "0"]
    assert [one.title for one in (await queries.page(SceneKind.PROJECT)).rows] == ["3", "1"]
    with pytest.raises(Invalid):
        await queries.page(after="x")


def test_codes_name_their_kind_and_cannot_be_guessed() -> None:
    assert set(PREFIXES) == set(SceneKind)
    for kind, prefix in PREFIXES.items():
        codes = {new_code(kind) for _ in range(200)}
        assert len(codes) == 200
        assert all(code.startswith(prefix) and len(code) == len(prefix) + 16 for code in codes)
        # The platform takes scenes of 64 of these characters.
        assert all(code.isascii() and code.replace("_", "").isalnum() for code in codes)


async def test_a_complaint_from_a_sign_lies_where_the_sign_hangs_unless_somebody_says_elsewhere(
    database: Database,
) -> None:
    desk, made = desk_on(database), await actions.add(database, DISPATCHER, SIGN)
    here = await filed(desk, scene_code=made.code, place_text=made.place_text)
    there = await filed(desk, scene_code=made.code, place_text="对面小区里")
    own = Position(30.5, 120.5, "wgs84")
    with_own = await filed(desk, scene_code=made.code, place_text=made.place_text, position=own)
    assert made.position is not None
    rows = {row.id: row for row in await Complaint.all()}
    assert (rows[here.id].latitude, rows[here.id].longitude) == (
        made.position.latitude,
        made.position.longitude,
    )
    assert rows[there.id].latitude is None
    assert rows[with_own.id].latitude == 30.5
    assert {row.scene_code for row in rows.values()} == {made.code}
