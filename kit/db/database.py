"""One process's database: connections, transactions, group commit, numbers."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
from tortoise import context as tortoise_context
from tortoise.apps import Apps
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException, TransactionManagementError
from tortoise.filters import FilterInfoDict

from kit.audit.chain import link
from kit.audit.models import AuditEntry
from kit.clock import Clock
from kit.db.batch import Batcher, Intake, Outcome, claim
from kit.db.change import AuditActor, Change, database_now
from kit.db.models import GuardKey
from kit.db.refusal import REFUSED, refusal
from kit.db.serials import BLOCK, Serials
from kit.events import Event
from kit.ids import Ids
from kit.outbox_models import OutboxEvent, event_row
from kit.problems import Busy, Conflict

T = TypeVar("T")

APP = "chengguan"
DATABASE_AWAY = (
    Busy,
    BaseORMException,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A session the server has ended, used before this end of the connection has noticed.
    asyncpg.InternalClientError,
    OSError,
)
"""What reading or writing raises while the database is busy, restarting or not to be reached."""
_OF_A_COLUMN = frozenset({"field", "source_field", "operator", "value_encoder"})
TRIES = 6
"""Runs of a transaction that PostgreSQL ended for a deadlock or a serialisation failure."""


@dataclass(frozen=True)
class Once:
    """What `Database.once` gives: the act's result, and whether it was done just now."""

    result: bytes
    fresh: bool


class Database:
    """Open with `await Database.open(...)`, close with `close()`: it waits for transactions in progress."""

    def __init__(self, context: TortoiseContext, clock: Clock, ids: Ids, audit_key: bytes) -> None:
        self.clock = clock
        self.ids = ids
        self._context = context
        self._audit_key = audit_key
        self._running: set[asyncio.Task[Any]] = set()
        self._closing = False
        # PostgreSQL joins the commits of its sessions by itself.
        self.batcher = Batcher(self.change, gathers=lambda: not self.is_postgres)
        self._serials = Serials(self.change)

    @classmethod
    async def open(
        cls,
        url: str,
        model_modules: Sequence[str],
        clock: Clock,
        ids: Ids,
        audit_key: bytes,
        *,
        pool_size: int = 8,
        process_wide: bool = False,
    ) -> Database:
        """Connect. `process_wide` makes this the database of every task of the process (one at a time)."""
        # Tortoise caches SQL per model, not per engine: what another engine left
        # there (in tests; a serving process knows one) would be sent to this one.
        EXECUTOR_CACHE.clear()
        context = TortoiseContext()
        db = cls(context, clock, ids, audit_key)
        apps = _apps(tuple(model_modules))
        with db.use():
            await context.init(
                # One module, since Tortoise wants one; all of them are known already.
                config=tortoise_config(url, (GuardKey.__module__,), pool_size=pool_size),
                use_tz=True,
                timezone="UTC",
                init_connections=False,
                _enable_global_fallback=process_wide,
            )
            context._apps = apps
            await context.connections._init_connections()
            _prepare_models(apps, db.reading.capabilities.dialect)
            for name in ("default", "write"):
                # Both engines connect lazily; a wrong address must show now.
                try:
                    await context.connections.get(name).execute_query("SELECT 1")
                except REFUSED as error:
                    raise refusal(error) from error
        return db

    @property
    def is_postgres(self) -> bool:
        return bool(self.reading.capabilities.dialect == "postgres")

    @property
    def changes_running(self) -> int:
        """Transactions that have begun or wait to begin."""
        return len(self._running)

    @property
    def audit_key(self) -> bytes:
        """The secret of the audit chains, for checking them."""
        return self._audit_key

    @property
    def reading(self) -> BaseDBAsyncClient:
        """The read-only connection, for hand-written queries."""
        return self._context.connections.get("default")

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Make this the database of Tortoise queries in the current task."""
        token = tortoise_context._current_context.set(self._context)
        try:
            yield
        finally:
            tortoise_context._current_context.reset(token)

    # ---- transactions

    async def change(self, work: Callable[[Change], Awaitable[T]], *, timeout_s: float = 10.0) -> T:
        """Run `work` in a transaction and commit: the only way to write.

        The transaction has a task of its own, so that a caller who is cancelled
        (a client hung up) or out of patience leaves no half-open transaction or
        lost pool connection behind. After `timeout_s` the caller gets `Busy`; a
        transaction that has not begun by then is given up, one that has begun runs
        to its end. `work` may be run again after a deadlock, so it must do nothing
        but read and write rows.
        """
        if self._closing:
            raise Busy("problem.stopping")
        given_up = asyncio.Event()
        task = asyncio.create_task(self._transact(work, given_up))
        self._running.add(task)
        task.add_done_callback(self._finished)
        done, _ = await asyncio.wait([task], timeout=timeout_s)
        if not done:
            given_up.set()
            raise Busy("problem.busy")
        return task.result()

    async def once(
        self,
        key: str,
        body_hash: bytes,
        work: Callable[[Change], Awaitable[bytes]],
        *,
        timeout_s: float = 10.0,
    ) -> Once:
        """Do something at most once per `key`, and give repeats the first result.

        Raises Conflict (409) when the key was used for another body.
        """

        async def guarded(change: Change) -> Once:
            # The insert waits for a concurrent twin, so what it says is decided.
            if not await claim(change, [(key, body_hash, b"")]):
                stored = await GuardKey.get(key=key)
                if bytes(stored.body_hash) != body_hash:
                    raise Conflict("problem.idempotency_conflict")
                return Once(bytes(stored.result), fresh=False)
            result = await work(change)
            await GuardKey.filter(key=key).update(result=result)
            return Once(result, fresh=True)

        return await self.change(guarded, timeout_s=timeout_s)

    async def write(self, intake: Intake) -> Outcome:
        """Write insert-only work together with that of concurrent callers: one fsync for all."""
        if self._closing:
            raise Busy("problem.stopping")
        return await self.batcher.write(intake)

    async def _transact(self, work: Callable[[Change], Awaitable[T]], given_up: asyncio.Event) -> T:
        tortoise_context._current_context.set(self._context)
        tries = 0
        while True:
            tries += 1
            try:
                return await self._transact_once(work, given_up)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if tries >= TRIES or given_up.is_set():
                    raise
                # Not all at the same moment: those who were in each other's way would be again.
                await asyncio.sleep(0.01 * 2**tries * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

    async def _transact_once(self, work: Callable[[Change], Awaitable[T]], given_up: asyncio.Event) -> T:
        connections = self._context.connections
        writer = connections.get("write")
        try:
            async with writer._in_transaction() as connection:
                if given_up.is_set():
                    raise Busy("problem.busy")
                token = connections.set("default", connection)
                try:
                    change = Change(connection, self.clock.now(), self.ids, self._audit_key)
                    result = await work(change)
                    await change.flush()
                finally:
                    connections.reset(token)
            return result
        except TransactionManagementError as exc:
            raise Busy("problem.busy") from exc

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that an abandoned failure is not reported as never retrieved

    async def close(self, timeout_s: float = 20.0) -> None:
        """Let transactions in progress end, then disconnect."""
        await self.batcher.drain()
        self._closing = True
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)
        with self.use():
            await self._context.connections.close_all()
        if tortoise_context._global_context is self._context:
            tortoise_context._global_context = None

    # ---- rows for an Intake

    def event_row(self, event: Event, case_id: UUID | None) -> OutboxEvent:
        """An unsaved outbox row, for work written through `write`."""
        return event_row(event, case_id, self.ids.new(), self.clock.now())

    def first_audit_row(
        self, case_id: UUID, actor: AuditActor, action: str, detail: dict[str, object]
    ) -> AuditEntry:
        """The unsaved first entry of a new case's chain."""
        return link(
            self._audit_key,
            None,
            id=self.ids.new(),
            case_id=case_id,
            at=self.clock.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            detail=detail,
        )

    # ---- numbers and time

    async def next_serial(self, name: str, on: date, *, block: int = BLOCK) -> int:
        """The next number under `name` on a day: unique, rising, with gaps. See `Serials`."""
        return await self._serials.next(f"{name}:", on.isoformat(), block)

    async def database_now(self) -> datetime:
        """The database's clock (UTC)."""
        return await database_now(self.reading)


@cache
def _apps(model_modules: tuple[str, ...]) -> Apps:
    """What Tortoise knows of the models, whichever the engine: a forked process need not look through them again."""
    config, names = tortoise_config("sqlite://:memory:", model_modules), ConnectionHandler()
    names._init_config(config["connections"])
    apps = Apps(config["apps"], names, validate_connections=False)
    _share_lookups(apps)
    return apps


def _share_lookups(apps: Apps) -> None:
    """Let columns of one name be asked for by the same descriptions: Tortoise makes dozens for each column of each table."""
    known: dict[tuple[object, ...], tuple[str, FilterInfoDict]] = {}
    for model in apps.get_models_iterable():
        lookups = model._meta._filters
        shared = [
            known.setdefault((name, *how.values()), (name, how))
            if how.keys() <= _OF_A_COLUMN
            else (name, how)
            for name, how in lookups.items()
        ]
        lookups.clear()
        lookups.update(shared)


@lru_cache(maxsize=1)
def _prepare_models(apps: Apps, dialect: str) -> None:
    """Have Tortoise derive from the models what this engine needs, unless that is what was derived last.

    It keeps it in the models themselves, so that a forked process finds there what its parent has derived.
    """
    apps._build_initial_querysets()


def sqlite_path(url: str) -> Path:
    """The file a `sqlite://` URL names: `sqlite://var/x.db` is relative, `sqlite:///srv/x.db` absolute."""
    return Path(unquote(url.removeprefix("sqlite://")))


def tortoise_config(url: str, model_modules: Sequence[str], *, pool_size: int = 8) -> dict[str, Any]:
    """Connections 'default' (read-only) and 'write', and one app with all models."""
    apps = {APP: {"models": list(model_modules), "default_connection": "default", "migrations": "migrations"}}
    if url.startswith("sqlite://"):
        common = {
            "file_path": str(sqlite_path(url)),
            "journal_mode": "WAL",
            "busy_timeout": 5000,
            "foreign_keys": "ON",
            "journal_size_limit": 64 * 1024 * 1024,
            "temp_store": "MEMORY",
        }
        return {
            "connections": {
                "default": {
                    "engine": "tortoise.backends.sqlite",
                    "credentials": {**common, "query_only": "ON"},
                },
                "write": {"engine": "kit.db.sqlite_client", "credentials": {**common, "synchronous": "FULL"}},
            },
            "apps": apps,
        }
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    host = unquote(query.get("host", "")) or parts.hostname or "localhost"
    common = {
        "host": host,
        "port": parts.port or int(query.get("port", 5432)),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/") or "postgres",
        "minsize": 1,
        "maxsize": pool_size,
        "command_timeout": 20,
    }
    settings = {"lock_timeout": "8s", "statement_timeout": "18s", "timezone": "UTC"}
    return {
        "connections": {
            "default": {
                "engine": "kit.db.postgres_reader",
                "credentials": {
                    **common,
                    "server_settings": {**settings, "default_transaction_read_only": "on"},
                },
            },
            "write": {
                "engine": "kit.db.postgres_client",
                "credentials": {
                    **common,
                    "server_settings": {**settings, "idle_in_transaction_session_timeout": "30s"},
                },
            },
        },
        "apps": apps,
    }
