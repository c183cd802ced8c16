"""Very many rows, made ready in a temporary file before their transaction begins: what holds up other writers is then
the writing alone, and memory holds one portion.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from kit.db.change import Change

_CODES: Final[dict[type, int]] = {datetime: 0, date: 1, UUID: 2, Decimal: 3}
_READERS: Final[tuple[Callable[[str], Any], ...]] = (
    datetime.fromisoformat,
    date.fromisoformat,
    UUID,
    Decimal,
)
"""What msgpack has no kind for that both ways keep, and how each is read from its text."""
_LENGTH_BYTES: Final = 8


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
        values = [[_marked(stored(getattr(row, name), row)) for name, stored in fields] for row in rows]
        portion = msgspec.msgpack.encode((executor.insert_query, values))
        self._file.write(len(portion).to_bytes(_LENGTH_BYTES) + portion)
        self._portions += 1

    async def pour(self, change: Change) -> None:
        """Insert everything."""
        self._file.seek(0)
        for _ in range(self._portions):
            length = int.from_bytes(self._file.read(_LENGTH_BYTES))
            query, values = _PORTION.decode(self._file.read(length))
            await change.connection.execute_many(query, values)

    def close(self) -> None:
        self._file.close()


def _marked(value: Any) -> Any:
    """A value that comes back as it went in: PostgreSQL's driver takes no text for a moment or an id."""
    code = _CODES.get(type(value))
    return value if code is None else msgspec.msgpack.Ext(code, str(value).encode())


def _unmarked(code: int, content: memoryview) -> Any:
    return _READERS[code](str(content, "ascii"))


_PORTION: Final = msgspec.msgpack.Decoder(tuple[str, list[list[Any]]], ext_hook=_unmarked)
