"""Schema changes: under a lock, after a backup, one transaction a step, compared afterwards.

Tortoise's own `migrate` takes no lock (four at once: three tracebacks), records a
step outside the transaction that made it (a kill in between cannot be run
again), and on SQLite rebuilds tables with foreign keys on (children of a
rebuilt table are deleted by ON DELETE CASCADE). Its graph, state and editors are
used here; the loop around them is ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import context as tortoise_context
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from kit.db.backup import ADVISORY_LOCK, back_up
from kit.db.database import sqlite_path, tortoise_config
from kit.db.editor import KeepingSqliteEditor
from kit.db.refusal import REFUSED, refusal
from kit.db.schema import differences
from kit.db.schema_state import state_after


class MigrationError(Exception):
    """The schema could not be brought up to date; the sentence says why. Nothing half-done remains."""


@dataclass
class MigrationReport:
    """What a run did."""

    applied: list[str] = field(default_factory=list)
    backup: Path | None = None
    seconds: float = 0.0


async def migrate(
    url: str,
    model_modules: Sequence[str],
    *,
    backup_folder: Path | None,
    migrations: str = "migrations",
    only: Collection[str] | None = None,
    lock_timeout_s: float = 120.0,
    report: Callable[[str], None] = lambda _: None,
) -> MigrationReport:
    """Apply what is missing. Any number may start at once; one works, the others then find nothing to do.

    Without `backup_folder` nothing is copied first: the caller has done so. `only` names the steps to go no further
    than, for a database that is to look as it once did; it is then not compared with the models of today.
    """
    started = time.monotonic()
    result = MigrationReport()
    config = tortoise_config(url, model_modules, pool_size=2)
    for app in config["apps"].values():
        app["migrations"] = migrations
    if url.startswith("sqlite://"):
        sqlite_path(url).absolute().parent.mkdir(parents=True, exist_ok=True)
        # The read-only twin cannot create the file; here both are the writer.
        config["connections"]["default"] = config["connections"]["write"]
    else:
        config["connections"]["default"]["credentials"].pop("server_settings")
    async with _lock(url, config, lock_timeout_s):
        context = TortoiseContext()
        # Tortoise asks for the current context while it sets up this one.
        token = tortoise_context._current_context.set(context)
        try:
            await context.init(config=config, use_tz=True, timezone="UTC")
            await _apply(context, config, url, backup_folder, only, result, report)
        finally:
            await context.connections.close_all()
            tortoise_context._current_context.reset(token)
    result.seconds = time.monotonic() - started
    return result


async def _apply(
    context: TortoiseContext,
    config: dict[str, Any],
    url: str,
    backup_folder: Path | None,
    only: Collection[str] | None,
    result: MigrationReport,
    report: Callable[[str], None],
) -> None:
    writer = context.connections.get("write")
    executor = MigrationExecutor(writer, config["apps"])
    await MigrationRecorder(writer).ensure_schema(executor._schema_editor(atomic=False))
    plan = [
        step
        for step in await executor.plan()
        if not step.backward and (only is None or step.migration.name in only)
    ]
    applied = await _applied(writer)
    unknown = applied - set(executor.loader.graph.nodes)
    if unknown:
        names = "、".join(sorted(key.name for key in unknown))
        raise MigrationError(f"数据库的结构比程序新（{names}），请使用不低于该版本的程序。")
    if plan and applied and backup_folder is not None:
        result.backup = await back_up(writer, url, backup_folder, label=plan[0].migration.name)
        report(f"backup {result.backup}")
    if plan:  # The state costs a second to find out, and most starts have nothing to apply.
        state = await state_after(executor, applied)
        for step in plan:
            await _apply_step(writer, executor, step, state)
            result.applied.append(step.migration.name)
            report(f"applied {step.migration.name}")
    wrong = await differences(writer) if only is None else []
    if wrong:
        raise MigrationError("数据库结构与程序不一致：" + "；".join(wrong[:5]))


async def _apply_step(
    writer: BaseDBAsyncClient, executor: MigrationExecutor, step: PlanStep, state: State
) -> None:
    """One migration and the record of it, in one transaction on both engines. `state` is brought on with it."""
    sqlite = writer.capabilities.dialect == "sqlite"
    if sqlite:
        # Rebuilding a table drops the old one: with foreign keys on, its children
        # would be deleted. The pragma has no effect inside a transaction.
        await writer.execute_query("PRAGMA foreign_keys=OFF")
    try:
        async with writer._in_transaction() as connection:
            key = MigrationKey(app_label=step.migration.app_label, name=step.migration.name)
            if sqlite:
                editor: BaseSchemaEditor = KeepingSqliteEditor(connection, atomic=True)
            else:
                editor = executor._schema_editor(atomic=True)
                editor.client = connection
            await step.migration.apply(state, dry_run=False, schema_editor=editor)
            if sqlite:
                broken = await connection.execute_query_dict("PRAGMA foreign_key_check")
                if broken:
                    raise MigrationError(f"迁移 {key.name} 会留下 {len(broken)} 条失去上级的记录，已撤销。")
            await MigrationRecorder(connection).record_applied(key.app_label, key.name)
    finally:
        if sqlite:
            await writer.execute_query("PRAGMA foreign_keys=ON")


async def _applied(connection: BaseDBAsyncClient) -> set[MigrationKey]:
    # Not the recorder's own method: it takes any error for "nothing applied yet".
    rows = await connection.execute_query_dict('SELECT "app", "name" FROM "tortoise_migrations"')
    return {MigrationKey(app_label=row["app"], name=row["name"]) for row in rows}


@contextlib.asynccontextmanager
async def _lock(url: str, config: dict[str, Any], timeout_s: float) -> AsyncIterator[None]:
    if url.startswith("sqlite://"):
        path = f"{sqlite_path(url)}.migrate-lock"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + timeout_s
            while True:
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise MigrationError("另一个迁移进程一直没有结束，请稍后再试。") from None
                    await asyncio.sleep(0.1)
            yield
        finally:
            os.close(fd)
        return
    where = config["connections"]["write"]["credentials"]
    try:
        connection = await asyncpg.connect(
            host=where["host"],
            port=where["port"],
            user=where["user"],
            password=where["password"],
            database=where["database"],
        )
    except REFUSED as error:
        raise refusal(error) from error
    try:
        await connection.execute(f"SET lock_timeout = '{int(timeout_s * 1000)}ms'")
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        except asyncpg.LockNotAvailableError:
            raise MigrationError("另一个迁移进程一直没有结束，请稍后再试。") from None
        yield
    finally:
        await connection.close()


def stamp(now: datetime) -> str:
    """A sortable name part for files, UTC."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
