"""Very many rows, made ready in a temporary file before their transaction begins: what holds up other writers is then
the writing alone, and memory holds one portion.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from kit.db.change import Change


class Spool:
    """Put unsaved rows in, pour them out within a change, as often as the change is run. Close it."""

    def __init__(self, connection: BaseDBAsyncClient) -> None:
        """`connection` is one of the database that the rows are for."""
        self._connection = connection
        self._file = tempfile.TemporaryFile(prefix="chengguan-")  # noqa: SIM115 - closed by `close`
        self._portions = 0

    def put(self, rows: Sequence[Model]) -> None:
        """Rows of one model, in the form in which they are stored."""
        if not rows:
            return
        executor = self._connection.executor_class(model=type(rows[0]), db=self._connection)
        fields = [(name, rows[0]._meta.fields_map[name].to_db_value) for name in executor.regular_columns]
        values = [[stored(getattr(row, name), row) for name, stored in fields] for row in rows]
        pickle.dump((executor.insert_query, values), self._file)
        self._portions += 1

    async def pour(self, change: Change) -> None:
        """Insert everything."""
        self._file.seek(0)
        for _ in range(self._portions):
            # Our own file, which nobody else can open: it has no name.
            portion: tuple[str, list[list[Any]]] = pickle.load(self._file)  # noqa: S301
            await change.connection.execute_many(*portion)

    def close(self) -> None:
        self._file.close()
