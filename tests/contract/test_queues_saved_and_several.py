"""Queues somebody keeps, and one move for several cases, on both engines."""

from __future__ import annotations

from uuid import UUID

import pytest

from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.queues import saved
from casework.queues.several import Chosen, take_each
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.problems import Conflict, Invalid, NotFound, Problem
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, desk_on, filed, person

ME, COLLEAGUE = person(11), person(12)


async def names(staff_id: UUID) -> list[str]:
    return [one.name for one in await saved.saved_filters(staff_id)]


async def test_saved_queues_are_ones_own_in_ones_own_order(database: Database) -> None:
    for name in ("超期的", " 湖滨  街道 ", "夜里的"):
        await saved.save(database, ME, name, "tab=overdue")
    await saved.save(database, COLLEAGUE, "超期的", "tab=overdue&unit=night")
    assert await names(ME) == ["超期的", "湖滨 街道", "夜里的"]
    mine = await saved.saved_filters(ME)
    await saved.move_up(database, ME, mine[2].id)
    await saved.move_up(database, ME, mine[0].id)
    assert await names(ME) == ["超期的", "夜里的", "湖滨 街道"]
    await saved.move_up(database, ME, mine[2].id)
    assert await names(ME) == ["夜里的", "超期的", "湖滨 街道"]
    # The same name again is the same queue, looked at otherwise.
    await saved.save(database, ME, "夜里的", "tab=today")
    first = (await saved.saved_filters(ME))[0]
    assert (first.name, first.query) == ("夜里的", "tab=today")
    await saved.rename(database, ME, mine[0].id, "晚了的")
    assert await names(ME) == ["夜里的", "晚了的", "湖滨 街道"]
    for wrong, name in ((Conflict, "夜里的"), (Invalid, " "), (Invalid, "长" * 21)):
        with pytest.raises(wrong):
            await saved.rename(database, ME, mine[0].id, name)
    for act in (
        saved.move_up(database, COLLEAGUE, mine[0].id),
        saved.rename(database, COLLEAGUE, mine[0].id, "x"),
    ):
        with pytest.raises(NotFound):
            await act
    await saved.delete(database, COLLEAGUE, mine[0].id)
    assert len(await names(ME)) == 3
    for _ in range(2):
        await saved.delete(database, ME, mine[0].id)
    assert await names(ME) == ["夜里的", "湖滨 街道"]
    with pytest.raises(Invalid):
        await saved.save(database, ME, "长长的", "category=" + "x" * 500)
    for number in range(saved.AT_MOST - 2):
        await saved.save(database, ME, f"第 {number} 个", "")
    with pytest.raises(Conflict):
        await saved.save(database, ME, "太多", "")


async def test_one_case_that_cannot_be_taken_holds_up_no_other(database: Database) -> None:
    desk: Desk = desk_on(database)
    cases = [await filed(desk) for _ in range(4)]
    await actions.refuse(desk, DISPATCHER, cases[1].id, reason="不归我们", responsible_body="交警")
    await actions.withdraw(desk, CITIZEN, cases[2].id)
    chosen = [Chosen(id=one.id, reference=one.reference, revision=1) for one in cases]

    async def accept(one: Chosen) -> object:
        return await actions.accept(desk, DISPATCHER, one.id, expected_revision=one.revision)

    for _ in range(2):
        # Sent twice it says the same and does nothing more.
        outcomes = await take_each(chosen, accept)
        assert [one.done for one in outcomes] == [True, False, False, True]
        assert all(isinstance(one.problem, Problem) for one in outcomes if not one.done)
    states = {row.reference: row.state for row in await Complaint.all()}
    assert [states[one.reference] for one in cases] == [
        State.ACCEPTED, State.REFUSED, State.WITHDRAWN, State.ACCEPTED,
    ]  # fmt: skip
    assert await AuditEntry.filter(action="complaint.accept").count() == 2

    async def as_a_handler(one: Chosen) -> object:
        return await actions.accept(desk, HANDLER, one.id, expected_revision=one.revision)

    assert not any(one.done for one in await take_each(chosen, as_a_handler))
    assert len(await take_each(chosen * 40, as_a_handler)) == 100
