"""Lists and histories on both engines: filters, paging by key, what each reader sees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from casework.actors import Actor
from casework.complaints import actions, queries
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.queries import QueueFilter
from casework.roles import Role
from kit.catalogue import Catalogue
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Forbidden, Invalid
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, desk_on, filed, person

CATALOGUE = Path(__file__).resolve().parents[2] / "content/catalogue/zh_CN/complaint.yaml"


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def references(desk: Desk, wanted: QueueFilter, limit: int = 30) -> list[str]:
    """All pages of a queue, one after another."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = await queries.queue(desk, wanted, after, limit)
        found += [row.reference for row in page.rows]
        after = page.after
        if after is None:
            return found


async def test_pages_show_every_case_once_in_order_also_with_equal_keys(
    desk: Desk, clock: FixedClock
) -> None:
    made = []
    for number in range(11):
        # Pairs share their moment, so that the key's second half has to decide.
        if number % 2 == 0:
            clock.advance(timedelta(minutes=1))
        made.append((await filed(desk)).reference)
    assert await references(desk, QueueFilter(order="newest"), limit=3) == made[::-1]
    assert await references(desk, QueueFilter(), limit=4) == made
    assert CITIZEN.id is not None
    page = await queries.mine(desk, CITIZEN.id, None, 5)
    older = await queries.mine(desk, CITIZEN.id, page.after, 50)
    assert [row.reference for row in page.rows + older.rows] == made[::-1]
    assert older.after is None


async def test_filters_narrow_the_queue(desk: Desk, clock: FixedClock) -> None:
    street = await filed(desk)
    noise = await filed(desk, story="广场舞太吵")
    waiting = await filed(desk)
    for case in (street, noise):
        await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, noise.id)
    assert await references(desk, QueueFilter(unit="night")) == [noise.reference]
    assert await references(desk, QueueFilter(units=frozenset({"street"}))) == [street.reference]
    assert await references(desk, QueueFilter(category="noise")) == [noise.reference]
    assert await references(desk, QueueFilter(states=frozenset({State.SUBMITTED}))) == [waiting.reference]
    assert await references(desk, QueueFilter(states=frozenset())) == []
    assert await references(desk, QueueFilter(assignee_id=person(12))) == []
    assert len(await references(desk, QueueFilter(unassigned=True))) == 3
    assert await references(desk, QueueFilter(text=street.reference.lower().replace("-", " "))) == [
        street.reference
    ]
    assert await references(desk, QueueFilter(text="0002")) == [noise.reference]
    assert await references(desk, QueueFilter(text="%_'; --")) == []
    assert await references(desk, QueueFilter(text="%")) == []
    assert await references(desk, QueueFilter(text="\x00\ud800摊", unit="\x00")) == []


async def test_overdue_means_late_on_our_side_only(desk: Desk, clock: FixedClock) -> None:
    late = await filed(desk)
    answered = await filed(desk)
    await actions.accept(desk, DISPATCHER, answered.id)
    await actions.assign(desk, DISPATCHER, answered.id)
    await actions.answer(desk, HANDLER, answered.id, text="已处理。")
    clock.advance(timedelta(days=40))
    assert await references(desk, QueueFilter(overdue=True)) == [late.reference]
    page = await queries.queue(desk, QueueFilter())
    assert {row.reference: row.overdue for row in page.rows} == {
        late.reference: True,
        answered.reference: False,
    }


@pytest.mark.parametrize("token", ["", "~", "x~y", "2026-11-23~" + "0" * 32, "2026-11-23T00:00:00+00:00~7"])
async def test_a_made_up_page_is_refused_in_a_sentence(desk: Desk, token: str) -> None:
    with pytest.raises(Invalid) as refused:
        await queries.queue(desk, QueueFilter(), after=token)
    assert refused.value.key == "problem.complaint.page"


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
    assert detail.view.moves == ("assign",)


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
