"""Numbers of references: unique, rising, with gaps, in blocks that a process takes for itself.

A block costs one transaction, its numbers none, and nobody waits for it: the next one is taken while half of this one
is left. A restart skips the rest of its blocks: these are not the gapless numbers of documents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.db.change import Change

BLOCK = 20
_TAKE = (
    "INSERT INTO serial_block (name, next) VALUES ({0}, {1}) "
    "ON CONFLICT (name) DO UPDATE SET next = serial_block.next + {2} RETURNING next"
)


class Serials:
    """One process's blocks, taken through `change`."""

    def __init__(self, change: Callable[[Callable[[Change], Awaitable[int]]], Awaitable[int]]) -> None:
        self._change = change
        self._lock = asyncio.Lock()
        self._blocks: dict[str, tuple[int, int]] = {}
        self._ahead: dict[str, asyncio.Task[int]] = {}

    async def next(self, name: str, on: str, block: int = BLOCK) -> int:
        """The next number under `name` on a day; `block` is how many are taken where none is left."""
        full_name = name + on
        async with self._lock:
            upcoming, end = self._blocks.get(full_name, (0, 0))
            if upcoming >= end:
                upcoming, end = await self._next_block(full_name, block)
                # Blocks of days gone by are of no more use.
                self._blocks = {k: v for k, v in self._blocks.items() if not k.startswith(name)}
                self._ahead = {k: v for k, v in self._ahead.items() if not k.startswith(name)}
            self._blocks[full_name] = (upcoming + 1, end)
            if end - upcoming == BLOCK // 2:
                self._take_ahead(full_name)
            return upcoming

    def _take_ahead(self, full_name: str) -> None:
        task = self._ahead[full_name] = asyncio.create_task(self._take(full_name, BLOCK))
        # Looked at, so that a failure that nobody waits for is not reported; whoever needs the block takes one then.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _next_block(self, full_name: str, block: int) -> tuple[int, int]:
        """(first, end) of the block taken ahead, else of one taken now."""
        ahead = self._ahead.pop(full_name, None)
        if ahead is not None:
            await asyncio.wait([ahead])
            if not ahead.cancelled() and ahead.exception() is None:
                return ahead.result(), ahead.result() + BLOCK
        first = await self._take(full_name, block)
        return first, first + block

    async def _take(self, full_name: str, block: int) -> int:
        """The first of a block of numbers."""

        async def work(change: Change) -> int:
            holes = ("$1", "$2", "$3") if change.is_postgres else ("?", "?", "?")
            taken = await change.connection.execute_query_dict(
                _TAKE.format(*holes), [full_name, block + 1, block]
            )
            return int(taken[0]["next"]) - block

        return await self._change(work)
