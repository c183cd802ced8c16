"""What the clock closes: cases whose time has passed, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from kit.problems import Problem


async def close_each(ids: Iterable[UUID], close: Callable[[UUID], Awaitable[object]]) -> int:
    """Close one after the other; how many. What somebody moved meanwhile is not the clock's any more."""
    closed = 0
    for id in ids:
        try:
            await close(id)
        except Problem as problem:
            if problem.status != 409:
                raise
            continue
        closed += 1
    return closed
