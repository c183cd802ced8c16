"""Linked accounts are found by their index, also where the statistics say that nearly nobody is linked."""

from __future__ import annotations

import pytest

from casework.people.merging import LINKED
from casework.people.models import Account
from casework.people.reaching import PEOPLE
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.db.raw import Statement
from kit.ids import Ids
from tests.casework_setting import person
from tests.conftest import AUDIT_KEY, MODEL_MODULES


@pytest.mark.parametrize(
    ("statement", "values"),
    [(LINKED, (person(1),)), (PEOPLE, ([person(1), person(2)], ["wx1"]))],
    ids=["one person", "many"],
)
async def test_the_index_of_linked_accounts_is_used_whatever_was_counted(
    sqlite_url: str, clock: FixedClock, statement: Statement, values: tuple[object, ...]
) -> None:
    ids = Ids(clock)
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, ids, AUDIT_KEY, process_wide=True)

    async def fill(change: Change) -> None:
        await Account.bulk_create([Account(id=ids.new(), created_at=change.now) for _ in range(2000)])
        await change.connection.execute_script("ANALYZE")

    await db.change(fill)
    # What was counted is read when a connection is opened.
    await db.close()
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, ids, AUDIT_KEY, process_wide=True)
    plan = await statement.plan(db.reading, *values)
    await db.close()
    assert "account_merged" in plan
    assert "SCAN account" not in plan
