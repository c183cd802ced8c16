"""What may be tried again is told from what is broken."""

from __future__ import annotations

import errno
import sqlite3

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from kit.catalogue import Catalogue
from kit.http.problem_pages import ProblemAnswers
from kit.passing import passes


def caused(by: BaseException) -> Exception:
    error = RuntimeError("while writing")
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Quota exceeded"),
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.DiskFullError("could not extend file"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.ConnectionDoesNotExistError("connection was closed"),
        OperationalError(sqlite3.OperationalError("database or disk is full")),
        OperationalError(sqlite3.OperationalError("disk I/O error")),
        caused(OSError(errno.ENOSPC, "No space left on device")),
    ],
)
def test_a_full_disk_and_an_absent_database_pass(error: Exception) -> None:
    assert passes(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        FileNotFoundError(errno.ENOENT, "no such file"),
        asyncpg.UndefinedTableError("no such table"),
        IntegrityError("twice"),
        OperationalError(sqlite3.OperationalError("no such column: x")),
        OperationalError("in words"),
    ],
)
def test_a_mistake_of_ours_does_not_pass(error: Exception) -> None:
    assert not passes(error)


class Asked:
    """As much of a request as an answer about a problem looks at."""

    path, method, headers = "/api/v1/cases", "POST", {"accept": "application/json"}
    ctx = type("Ctx", (), {"request_id": "r-1"})()
    route = None


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [(OSError(errno.ENOSPC, "full"), 503, "5"), (ValueError("wrong"), 500, None)],
)
def test_whoever_meets_a_full_disk_is_told_to_try_again(error, status, retry_after) -> None:
    texts = {"problem.unavailable": "later", "problem.internal": "broken"}
    answer = ProblemAnswers(Catalogue(texts)).answer(Asked(), error)  # type: ignore[arg-type]
    assert answer.status == status
    assert answer.headers.get("retry-after") == retry_after
