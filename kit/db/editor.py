"""Tortoise's SQLite schema editor, with the indexes of a rebuilt table kept.

SQLite changes a column by building the table anew and dropping the old one, and
the old one's indexes go with it. Those whose columns still exist are made again.
"""

from __future__ import annotations

from typing import Any

from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor


class KeepingSqliteEditor(SqliteSchemaEditor):
    """Used for every migration on SQLite."""

    async def _remake_table(
        self, model: Any, create_field: Any = None, delete_field: Any = None, alter_fields: Any = None
    ) -> None:
        table = model._meta.db_table
        listed = await self.client.execute_query_dict(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
            [table],
        )
        kept = [(index["name"], index["sql"], await self._columns(index["name"])) for index in listed]
        await super()._remake_table(model, create_field, delete_field, alter_fields)
        info = await self.client.execute_query_dict(f'PRAGMA table_info("{table}")')
        columns = {column["name"] for column in info}
        present = {
            row["name"]
            for row in await self.client.execute_query_dict(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [table]
            )
        }
        for name, sql, wanted in kept:
            if name not in present and wanted <= columns:
                await self.client.execute_query(sql)

    async def _columns(self, index: str) -> set[str]:
        return {row["name"] for row in await self.client.execute_query_dict(f'PRAGMA index_info("{index}")')}
