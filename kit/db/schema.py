"""Does the database look as the models say? Compared by content, never by names of indexes.

The models' own schema is built in a scratch place (an SQLite in memory, a
PostgreSQL schema in a transaction that is rolled back) and its catalogue is
compared with the real one: tables, columns with type and NULL, primary keys,
unique sets, indexes, foreign keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections
from tortoise.utils import get_schema_sql

Table = dict[str, Any]
Catalogue = dict[str, Table]

IGNORED = {"tortoise_migrations", "sqlite_sequence"}


async def differences(connection: BaseDBAsyncClient) -> list[str]:
    """What differs between the models and the database, a sentence each; empty when they agree."""
    wanted_sql = _create_sql()
    if connection.capabilities.dialect == "sqlite":
        scratch = sqlite3.connect(":memory:")
        try:
            scratch.executescript(wanted_sql)

            def ask(sql: str) -> list[dict[str, Any]]:
                cursor = scratch.execute(sql)
                names = [column[0] for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

            wanted = _sqlite_catalogue(ask)
        finally:
            scratch.close()
        found = await _sqlite_catalogue_of(connection)
    else:
        async with connection.acquire_connection() as raw:
            found = await _postgres_catalogue(raw, await raw.fetchval("SELECT current_schema()"))
            transaction = raw.transaction()
            await transaction.start()
            try:
                await raw.execute("CREATE SCHEMA chengguan_scratch")
                await raw.execute("SET LOCAL search_path = chengguan_scratch")
                await raw.execute(wanted_sql)
                wanted = await _postgres_catalogue(raw, "chengguan_scratch")
            finally:
                await transaction.rollback()
    return _compare(wanted, found)


def _create_sql() -> str:
    # The generator lists the models bound to this very connection, so it must be
    # the models' own, not the one that migrates.
    return get_schema_sql(get_connections().get("default"), safe=False)


def _compare(wanted: Catalogue, found: Catalogue) -> list[str]:
    wrong = [f"缺少表 {table}" for table in sorted(wanted.keys() - found.keys())]
    wrong += [f"多出表 {table}" for table in sorted(found.keys() - wanted.keys())]
    for table in sorted(wanted.keys() & found.keys()):
        for part, label in (
            ("columns", "列"),
            ("keys", "主键与唯一约束"),
            ("indexes", "索引"),
            ("foreign", "外键"),
        ):
            missing = wanted[table][part] - found[table][part]
            extra = found[table][part] - wanted[table][part]
            wrong += [f"表 {table} 缺少{label} {one}" for one in sorted(missing, key=str)]
            wrong += [f"表 {table} 多出{label} {one}" for one in sorted(extra, key=str)]
    return wrong


# ---- SQLite


def _sqlite_statements(table: str) -> tuple[str, str, str]:
    quoted = table.replace('"', '""')
    return (
        f'PRAGMA table_info("{quoted}")',
        f'PRAGMA index_list("{quoted}")',
        f'PRAGMA foreign_key_list("{quoted}")',
    )


def _sqlite_table(
    columns: Sequence[dict[str, Any]],
    indexes: Sequence[tuple[dict[str, Any], Sequence[dict[str, Any]]]],
    foreign: Sequence[dict[str, Any]],
) -> Table:
    keys = {tuple(sorted(c["name"] for c in members)) for index, members in indexes if index["unique"]}
    primary = tuple(sorted(c["name"] for c in columns if c["pk"]))
    return {
        "columns": {(c["name"], c["type"].upper().split("(")[0], bool(c["notnull"])) for c in columns},
        "keys": keys | {("primary", *primary)},
        "indexes": {tuple(c["name"] for c in members) for index, members in indexes if not index["unique"]},
        "foreign": {(f["from"], f["table"], f["to"], f["on_delete"]) for f in foreign},
    }


_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def _sqlite_catalogue(ask: Callable[[str], list[dict[str, Any]]]) -> Catalogue:
    result: Catalogue = {}
    for row in ask(_SQLITE_TABLES):
        if row["name"] in IGNORED:
            continue
        columns, indexes, foreign = _sqlite_statements(row["name"])
        listed = ask(indexes)
        members = [(index, ask(f'PRAGMA index_info("{index["name"]}")')) for index in listed]
        result[row["name"]] = _sqlite_table(ask(columns), members, ask(foreign))
    return result


async def _sqlite_catalogue_of(connection: BaseDBAsyncClient) -> Catalogue:
    result: Catalogue = {}
    for row in await connection.execute_query_dict(_SQLITE_TABLES):
        if row["name"] in IGNORED:
            continue
        columns, indexes, foreign = _sqlite_statements(row["name"])
        listed = await connection.execute_query_dict(indexes)
        members = [
            (index, await connection.execute_query_dict(f'PRAGMA index_info("{index["name"]}")'))
            for index in listed
        ]
        result[row["name"]] = _sqlite_table(
            await connection.execute_query_dict(columns),
            members,
            await connection.execute_query_dict(foreign),
        )
    return result


# ---- PostgreSQL

_COLUMNS = """
SELECT table_name, column_name, udt_name, is_nullable = 'NO' AS required
FROM information_schema.columns WHERE table_schema = $1
"""
_INDEXES = """
SELECT t.relname AS table_name, i.indisunique AS is_unique, i.indisprimary AS is_primary,
       ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(attnum, n)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum ORDER BY k.n)::text[] AS columns
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname = $1
"""
_FOREIGN = """
SELECT t.relname AS table_name, o.relname AS other, c.confdeltype::text AS on_delete,
       ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY(c.conkey))::text[] AS columns
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE c.contype = 'f' AND s.nspname = $1
"""


async def _postgres_catalogue(raw: Any, schema: str) -> Catalogue:
    result: Catalogue = {}
    for row in await raw.fetch(_COLUMNS, schema):
        if row["table_name"] in IGNORED:
            continue
        table = result.setdefault(
            row["table_name"], {"columns": set(), "keys": set(), "indexes": set(), "foreign": set()}
        )
        table["columns"].add((row["column_name"], row["udt_name"], row["required"]))
    for row in await raw.fetch(_INDEXES, schema):
        if row["table_name"] not in result:
            continue
        table, columns = result[row["table_name"]], tuple(row["columns"])
        if row["is_primary"]:
            table["keys"].add(("primary", *sorted(columns)))
        elif row["is_unique"]:
            table["keys"].add(tuple(sorted(columns)))
        else:
            table["indexes"].add(columns)
    for row in await raw.fetch(_FOREIGN, schema):
        if row["table_name"] in result:
            result[row["table_name"]]["foreign"].add((tuple(row["columns"]), row["other"], row["on_delete"]))
    return result
