"""Room kept free on the disk: when it is looked up, when files are refused, and what a real disk says."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.clock import FixedClock
from kit.files.room import NoRoom, Room, free_bytes_at
from kit.passing import passes

RESERVE = 500


class Disk:
    def __init__(self, free: int) -> None:
        self.free = free
        self.looks = 0

    def __call__(self) -> int:
        self.looks += 1
        return self.free


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


async def has_room(room: Room) -> bool:
    try:
        await room.check()
    except NoRoom:
        return False
    return True


async def test_files_are_refused_below_the_reserve_and_taken_again_without_anybodys_doing(
    clock: FixedClock,
) -> None:
    disk = Disk(RESERVE)
    room = Room(disk, clock, RESERVE)
    found = []
    for free in (RESERVE, RESERVE - 1, 0, RESERVE - 1, RESERVE):
        disk.free = free
        clock.advance(timedelta(seconds=1))
        found.append(await has_room(room))
    assert found == [True, False, False, False, True]


async def test_the_refusal_says_when_to_come_again(clock: FixedClock) -> None:
    with pytest.raises(NoRoom) as caught:
        await Room(Disk(0), clock, RESERVE).check()
    refusal = caught.value
    assert (refusal.status, refusal.key, refusal.retry_after_s) == (507, "problem.file.no_room", 60)


async def test_the_disk_is_looked_at_once_a_second_however_many_ask_and_when_the_clock_is_set_back(
    clock: FixedClock,
) -> None:
    disk = Disk(0)
    room = Room(disk, clock, RESERVE)
    assert not any(await asyncio.gather(*(has_room(room) for _ in range(20))))
    clock.advance(timedelta(milliseconds=999))
    assert not await has_room(room)
    assert disk.looks == 1
    for step in (timedelta(milliseconds=1), timedelta(hours=-2)):
        clock.advance(step)
        await has_room(room)
    assert disk.looks == 3


async def test_a_reserve_of_nothing_is_never_looked_for(clock: FixedClock) -> None:
    disk = Disk(0)
    assert await has_room(Room(disk, clock, 0))
    assert disk.looks == 0


async def test_a_disk_that_cannot_tell_is_answered_like_any_fault_that_passes(clock: FixedClock) -> None:
    def broken() -> int:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output") as caught:
        await Room(broken, clock, RESERVE).check()
    assert passes(caught.value)


def test_a_real_disk_is_asked_by_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    free = free_bytes_at(tmp_path / "not" / "made yet")
    assert 0 < free <= shutil.disk_usage(tmp_path).total
