"""Which failures pass by themselves: a full disk, a database that is restarting, busy or out of reach."""

from __future__ import annotations

import errno
import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError

RETRY_AFTER_S = 5
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
_SERVER = (
    DBConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresIOError,
    asyncpg.LockNotAvailableError,
    ConnectionError,
    TimeoutError,
)
_SQLITE = ("disk is full", "disk I/O error", "database is locked", "readonly database", "unable to open")


def passes(error: BaseException | None) -> bool:
    """Whether the same request may succeed later, as far as the error and what led to it tell."""
    while error is not None:
        if isinstance(error, _SERVER):
            return True
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        if isinstance(error, sqlite3.OperationalError) and any(words in str(error) for words in _SQLITE):
            return True
        error = _behind(error)
    return False


def _behind(error: BaseException) -> BaseException | None:
    """Tortoise hands SQLite's error on as an argument, and does not name it as the cause."""
    first = error.args[0] if isinstance(error, OperationalError) and error.args else None
    return error.__cause__ or (first if isinstance(first, BaseException) else None)
