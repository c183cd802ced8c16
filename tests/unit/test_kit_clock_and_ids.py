from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from kit.clock import FixedClock, SystemClock, local
from kit.ids import Ids, made_at

NOON = datetime(2026, 11, 22, 4, 0, 0, 123456, tzinfo=UTC)


def test_system_clock_gives_aware_utc():
    assert SystemClock().now().tzinfo is UTC


def test_fixed_clock_moves_only_when_told():
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(minutes=5)) == NOON + timedelta(minutes=5)


def test_local_shows_shanghai_and_refuses_naive():
    assert local(NOON).hour == 12
    with pytest.raises(ValueError, match="without a zone"):
        local(datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_id_is_a_uuid_version_7_that_knows_when_it_was_made():
    key = Ids(FixedClock(NOON)).new()
    assert key.version == 7
    assert key.variant == RFC_4122
    assert made_at(key) == NOON.replace(microsecond=123000)


def test_ids_increase_while_the_clock_stands_still_or_runs_backwards():
    clock = FixedClock(NOON)
    ids = Ids(clock)
    made = [ids.new() for _ in range(1000)]
    clock.advance(timedelta(hours=-2))
    made += [ids.new() for _ in range(1000)]
    clock.advance(timedelta(hours=3))
    made.append(ids.new())
    assert made == sorted(set(made))


def test_a_full_counter_borrows_the_next_millisecond():
    # The counter's start is masked to 41 bits, so it is driven to its end by hand here.
    ids = Ids(FixedClock(NOON))
    first = ids.new()
    ids._counter = (1 << 42) - 1
    second = ids.new()
    assert second > first
    assert made_at(second) - made_at(first) == timedelta(milliseconds=1)


def test_ids_made_by_several_threads_are_all_different():
    ids = Ids(FixedClock(NOON))
    made: list[object] = []

    def work() -> None:
        made.extend([ids.new() for _ in range(500)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000


def test_a_forked_child_counts_on_from_elsewhere():
    # The same random tail in both processes: only a new start of the counter keeps the keys apart.
    ids = Ids(FixedClock(NOON), lambda size: os.urandom(size) if size == 6 else bytes(size))
    ids.new()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(ids.new().bytes for _ in range(100)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 1600)
    os.close(reading)
    os.close(writing)
    ours = {ids.new().bytes for _ in range(100)}
    assert ours.isdisjoint(theirs[i : i + 16] for i in range(0, 1600, 16))


def test_only_a_version_7_id_tells_its_time():
    with pytest.raises(ValueError, match="not a UUIDv7"):
        made_at(UUID(int=0))
