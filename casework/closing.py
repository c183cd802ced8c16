"""What the clock closes: cases whose time has passed, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog
from tortoise.exceptions import DoesNotExist, IntegrityError

from kit.db import DATABASE_AWAY
from kit.problems import Problem

_log = structlog.get_logger("closing")


async def close_each(ids: Iterable[UUID], close: Callable[[UUID], Awaitable[object]], *, at_most: int) -> int:
    """Close one after the other, `at_most` of them; how many. What somebody moved meanwhile is not the clock's any more.

    `ids` are all that are due: what fails is passed over and does not count, so that it hides nothing behind it. Raises
    an ExceptionGroup of what failed once the others are done, and what says that the database is away at once.
    """
    closed = 0
    faults: list[Exception] = []
    for id in ids:
        if closed >= at_most:
            break
        try:
            await close(id)
        except Exception as exc:  # one bad case must not hold up the others
            if is_away(exc):
                raise
            if isinstance(exc, Problem) and exc.status == 409:
                _log.info("moved_meanwhile", row=str(id), why=type(exc).__name__)
                continue
            _log.error("not_closed", row=str(id), error=type(exc).__name__, exc_info=exc)
            faults.append(exc)
        else:
            closed += 1
    if faults:
        raise ExceptionGroup(f"{len(faults)} of what is due could not be closed", faults)
    return closed


def is_away(fault: Exception) -> bool:
    """Whether it is the database that fails, and not what one row holds."""
    return isinstance(fault, DATABASE_AWAY) and not isinstance(fault, IntegrityError | DoesNotExist)


async def each_in_turn(*parts: Callable[[], Awaitable[int]]) -> int:
    """Do all parts of a duty, also those behind one that fails; the sum. Raises an ExceptionGroup of what failed at the end."""
    done = 0
    faults: list[Exception] = []
    for part in parts:
        try:
            done += await part()
        except Exception as exc:  # told to the duty when the others are done
            if is_away(exc):
                raise
            faults.append(exc)
    if faults:
        raise ExceptionGroup(f"{len(faults)} parts failed", faults)
    return done
