"""Hand-written SQL for both engines: one text, values as each engine takes and gives them.

For paths where rows as objects would cost more than the work itself. A statement is written with `$1`, `$2`, …; a
list of ids is one value, used as `IN (@1)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from tortoise.backends.base.client import BaseDBAsyncClient

_HOLE = re.compile(r"\$(\d+)")
_IDS = re.compile(r"IN \(@(\d+)\)")
_LOCKS = {"/*held*/": " FOR UPDATE SKIP LOCKED", "/*locked*/": " FOR UPDATE"}


class Statement:
    """One statement in both dialects.

    `UNLIKELY(…)` tells SQLite that few rows will do, whatever its statistics say of a column that is mostly empty;
    PostgreSQL knows how many are.

    PostgreSQL locks rows at `/*locked*/`, and at `/*held*/` those that nobody else has locked. SQLite has one writer.
    """

    def __init__(self, text: str) -> None:
        postgres = _IDS.sub(r"= ANY($\1)", text)
        sqlite = _HOLE.sub(r"?\1", _IDS.sub(r"IN (SELECT value FROM json_each($\1))", text))
        postgres = postgres.replace("UNLIKELY(", "(")
        for mark, lock in _LOCKS.items():
            postgres, sqlite = postgres.replace(mark, lock), sqlite.replace(mark, "")
        self._postgres, self._sqlite = postgres, sqlite

    async def rows(self, connection: BaseDBAsyncClient, *values: Any) -> list[dict[str, Any]]:
        """What the statement gives: rows it reads, or those it returns of what it wrote."""
        if _is_postgres(connection):
            return await connection.execute_query_dict(self._postgres, list(values))
        return await connection.execute_query_dict(self._sqlite, [_stored(value) for value in values])

    async def plan(self, connection: BaseDBAsyncClient, *values: Any) -> str:
        """How the engine goes about it, in its own words: for tests and for whoever asks why it is slow."""
        if _is_postgres(connection):
            rows = await connection.execute_query_dict("EXPLAIN " + self._postgres, list(values))
        else:
            stored = [_stored(value) for value in values]
            rows = await connection.execute_query_dict("EXPLAIN QUERY PLAN " + self._sqlite, stored)
        return "\n".join(str(list(row.values())[-1]) for row in rows)

    async def many(self, connection: BaseDBAsyncClient, rows: Iterable[Sequence[Any]]) -> None:
        """Run it once for each of these rows of values."""
        if _is_postgres(connection):
            await connection.execute_many(self._postgres, [list(row) for row in rows])
        else:
            await connection.execute_many(self._sqlite, [[_stored(value) for value in row] for row in rows])


def as_uuid(value: Any) -> UUID:
    """A key as an engine gives it."""
    return value if isinstance(value, UUID) else UUID(value)


def moment(value: Any) -> datetime:
    """A datetime, aware, as an engine gives it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _is_postgres(connection: BaseDBAsyncClient) -> bool:
    return bool(connection.capabilities.dialect == "postgres")


def _stored(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return msgspec.json.encode([_stored(one) for one in value]).decode()
    return value
