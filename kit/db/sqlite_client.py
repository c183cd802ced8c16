"""Tortoise's SQLite client with a fair writer queue and a read-only twin.

SQLite lets one writer in at a time. Left to `busy_timeout` alone, processes
poll for the lock and some starve for seconds; Tortoise's deferred BEGIN makes
read-then-write transactions of two processes fail outright. Here a writer first
queues on an flock, which the kernel hands over in order, then takes BEGIN
IMMEDIATE, so whoever is inside owns the database. The flock dies with its
process: a killed writer blocks nobody.

Lock and BEGIN, and COMMIT and unlock, are each one job for the connection's
thread: one hop instead of two, and no moment at which a task could be cancelled
between them.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError, TransactionManagementError


class WriterLock:
    """An flock beside the database file. Used only from the connection's own thread."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._fd)


class FairTransaction(SqliteTransactionWrapper):
    """One transaction: flock, BEGIN IMMEDIATE, work, COMMIT or ROLLBACK, unlock."""

    def __init__(self, connection: FairSqliteClient) -> None:
        super().__init__(connection)
        self._writer_lock = connection.writer_lock

    async def begin(self) -> None:
        raw, lock = self._connection._conn, self._writer_lock

        def start() -> None:
            lock.acquire()
            try:
                raw.execute("BEGIN IMMEDIATE")
            except BaseException:
                lock.release()
                raise

        try:
            await self._connection._execute(start)
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc

    async def commit(self) -> None:
        try:
            await self._end("COMMIT")
        except sqlite3.OperationalError as exc:
            raise OperationalError(exc) from exc

    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    async def _end(self, statement: str) -> None:
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        raw, lock = self._connection._conn, self._writer_lock

        def finish() -> None:
            try:
                if raw.in_transaction:
                    raw.execute(statement)
            except BaseException:
                # A failed COMMIT (disk full) leaves the transaction open and
                # the next BEGIN impossible.
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raise
            finally:
                lock.release()

        self._finalized = True
        await self._connection._execute(finish)


class FairTransactionContext(SqliteTransactionContext):
    """Tortoise's context, with its lock released when BEGIN fails."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]


class FairSqliteClient(SqliteClient):
    """The writing connection of a process."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._writer_lock: WriterLock | None = None

    @property
    def writer_lock(self) -> WriterLock:
        if self._writer_lock is None:
            self._writer_lock = WriterLock(f"{self.filename}.writer-lock")
        return self._writer_lock

    def _in_transaction(self) -> FairTransactionContext:
        return FairTransactionContext(FairTransaction(self), self._lock)

    async def close(self) -> None:
        await super().close()
        if self._writer_lock is not None:
            self._writer_lock.close()
            self._writer_lock = None


client_class = FairSqliteClient
