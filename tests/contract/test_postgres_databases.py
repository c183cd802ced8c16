"""The databases that tests are given: empty again for the next test, and never one whose structure was changed."""

from __future__ import annotations

import asyncpg
import pytest

from tests.postgres_databases import Databases, run_apart

pytestmark = pytest.mark.postgres


async def run_sql(url: str, *statements: str) -> int:
    """Run them; how many guard keys there are then."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
        return int(await connection.fetchval("SELECT count(*) FROM guard_key"))
    finally:
        await connection.close()


KEPT = "INSERT INTO guard_key (key, body_hash, result, created_at) VALUES ('one', 'x', 'y', now())"


def test_rows_are_gone_and_the_database_is_kept_until_its_structure_is_changed(
    postgres_server: str, postgres_template: str
) -> None:
    databases = Databases(postgres_server, postgres_template)
    first = databases.take()
    assert run_apart(run_sql(first, KEPT)) == 1
    databases.give_back()
    assert databases.take() == first
    assert run_apart(run_sql(first)) == 0
    for change in ("ALTER TABLE guard_key ADD COLUMN more integer", "DELETE FROM tortoise_migrations"):
        before = databases.take()
        run_apart(run_sql(before, change))
        databases.give_back()
        after = databases.take()
        assert after != before
