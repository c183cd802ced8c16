"""An owner's list and the history of a case on both engines: what each reader sees. Work queues: test_queues.py."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from casework.actors import Actor
from casework.complaints import actions, queries
from casework.complaints.desk import Desk
from casework.roles import Role
from kit.catalogue import Catalogue
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Forbidden
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, desk_on, filed, person

CATALOGUE = Path(__file__).resolve().parents[2] / "content/catalogue/zh_CN/complaint.yaml"


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def test_an_owner_sees_every_case_of_theirs_once_page_by_page(desk: Desk, clock: FixedClock) -> None:
    made = []
    for number in range(11):
        # Pairs share their moment, so that the key's second half has to decide.
        if number % 2 == 0:
            clock.advance(timedelta(minutes=1))
        made.append((await filed(desk)).reference)
    assert CITIZEN.id is not None
    page = await queries.mine(desk, CITIZEN.id, None, 5)
    older = await queries.mine(desk, CITIZEN.id, page.after, 50)
    assert [row.reference for row in page.rows + older.rows] == made[::-1]
    assert older.after is None


async def test_the_history_reads_well_for_the_owner_and_names_names_for_staff(desk: Desk) -> None:
    catalogue = Catalogue(_texts())
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id)
    await actions.hand_back(desk, HANDLER, case.id, ground="内部情况")
    await actions.assign(desk, DISPATCHER, case.id)
    await actions.answer(desk, HANDLER, case.id, text="已处理。")
    await actions.rate(desk, CITIZEN, case.id, score=1)
    await actions.dispute(desk, CITIZEN, case.id, reason="又来了")
    owner = await queries.for_owner(desk, CITIZEN.id or person(0), case.reference)
    assert owner is not None
    told = [catalogue.text(entry.key, **entry.params) for entry in owner.timeline]
    assert [entry.action for entry in owner.timeline] == [
        "submit",
        "accept",
        "assign",
        "assign",
        "answer",
        "rate_unsatisfied",
        "dispute",
    ]
    assert told[1] == "已受理，归为“占道摆摊”。我们会在 11月26日前答复您。"
    assert not any("内部情况" in text for text in told)
    assert all(entry.actor_name == "" for entry in owner.timeline)
    detail = await queries.detail_by_reference(desk, case.reference.lower(), DISPATCHER)
    assert detail is not None
    assert [entry.note for entry in detail.view.timeline][3] == "内部情况"
    assert all(catalogue.text(entry.key, **entry.params) for entry in detail.view.timeline)
    assert detail.suggested_by == ("摆摊", "占道")
    assert "assign" in detail.view.moves


async def test_details_are_for_staff(desk: Desk) -> None:
    case = await filed(desk)
    for nobody in (CITIZEN, Actor(kind="staff", id=person(17), roles=frozenset())):
        with pytest.raises(Forbidden):
            await queries.detail(desk, case.id, nobody)
    auditor = Actor(kind="staff", id=person(18), roles=frozenset({Role.AUDITOR}))
    detail = await queries.detail(desk, case.id, auditor)
    assert detail is not None
    assert detail.view.moves == ()
    assert await queries.detail(desk, person(99), auditor) is None


@pytest.mark.parametrize("reference", ["", "QS", "QS-TS-261123-0001-!", "' OR 1=1", "💥" * 100])
async def test_what_is_no_reference_finds_nothing(desk: Desk, reference: str) -> None:
    assert await queries.for_owner(desk, person(1), reference) is None


def _texts() -> dict[str, str]:
    folder_catalogue = Catalogue.load(CATALOGUE)
    return {f"complaint.{key}": text for key, text in folder_catalogue.under("complaint").items()}
