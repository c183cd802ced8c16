"""Indexes over some of a table's rows, the same on both engines.

Tortoise's own partial index compares columns with values only; most of what keeps an index small is whether a
column has a value at all. A query uses such an index when it says the same condition in the same words.
"""

from __future__ import annotations

from typing import Any

from tortoise.indexes import Index


class IndexWhere(Index):
    """An index of `fields` over the rows for which the condition `where` (SQL that both engines read) holds."""

    def __init__(self, *, fields: tuple[str, ...] | list[str], where: str, name: str | None = None) -> None:
        super().__init__(fields=fields, name=name)
        self.where = where
        self.extra = f" WHERE {where}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"where": self.where}
