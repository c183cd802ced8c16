"""Blocks of numbers are taken ahead, and a failure ahead of time costs nobody a number."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kit.db.serials import BLOCK, Serials
from kit.problems import Busy


class Counter:
    """A table of one row. `refusing`: the database is busy."""

    is_postgres = False

    def __init__(self) -> None:
        self.taken, self.blocks, self.refusing = 0, 0, False
        self.connection = self

    async def execute_query_dict(self, _: str, values: list[int]) -> list[dict[str, int]]:
        self.blocks += 1
        self.taken += values[-1]
        return [{"next": self.taken + 1}]

    async def change(self, work: Callable[[object], Awaitable[int]]) -> int:
        await asyncio.sleep(0)
        if self.refusing:
            raise Busy()
        return await work(self)


async def test_the_next_block_is_there_before_it_is_needed() -> None:
    counter = Counter()
    serials = Serials(counter.change)
    first = [await serials.next("TS:", "2026-11-23") for _ in range(BLOCK)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert (first, counter.blocks) == (list(range(1, BLOCK + 1)), 2)
    # The database is away now, and nobody notices.
    counter.refusing = True
    assert await serials.next("TS:", "2026-11-23") == BLOCK + 1


async def test_a_block_that_could_not_be_taken_ahead_is_taken_when_it_is_needed() -> None:
    counter = Counter()
    serials = Serials(counter.change)
    await serials.next("TS:", "2026-11-23")
    counter.refusing = True
    for _ in range(BLOCK - 1):
        await serials.next("TS:", "2026-11-23")
        await asyncio.sleep(0)
    with pytest.raises(Busy):
        await serials.next("TS:", "2026-11-23")
    counter.refusing = False
    assert await serials.next("TS:", "2026-11-23") == BLOCK + 1
