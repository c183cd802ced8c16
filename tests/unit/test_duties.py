"""The loop of a worker: one duty's failure is its own, waking, resting, stopping."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

from app.duties import TRY_AGAIN_WITHIN_S, Duty, Roster, rest_s

Report = dict[str, object]


class Bench:
    """A roster that runs until `until` is true, and what it reported."""

    def __init__(self, *duties: Duty) -> None:
        self.reports: list[Report] = []
        self.counts: list[tuple[str, int]] = []
        self.roster = Roster(
            duties,
            log=lambda event, **fields: self.reports.append({"event": event, **fields}),
            counted=lambda name, count: self.counts.append((name, count)),
        )

    async def run(self, until: Callable[[], bool], within_s: float = 5.0) -> float:
        """Seconds until `until` was true."""
        stop, begun = asyncio.Event(), time.monotonic()
        task = asyncio.create_task(self.roster.run(stop))
        async with asyncio.timeout(within_s):
            while not until():
                await asyncio.sleep(0.002)
        took = time.monotonic() - begun
        stop.set()
        async with asyncio.timeout(within_s):
            await task
        return took


def counting(results: list[int] | None = None) -> tuple[list[float], Callable[[], Awaitable[int]]]:
    """A step that notes when it was called and says it did what `results` give, then nothing."""
    calls: list[float] = []
    left = list(results or [])

    async def step() -> int:
        calls.append(time.monotonic())
        return left.pop(0) if left else 0

    return calls, step


async def test_a_failing_duty_is_reported_and_tried_again_while_the_others_go_on() -> None:
    calls, good = counting()
    tries = 0

    async def bad() -> int:
        nonlocal tries
        tries += 1
        raise LookupError("gone")

    bench = Bench(Duty("bad", bad, 0.01), Duty("good", good, 0.01))
    await bench.run(lambda: tries >= 3 and len(calls) >= 10)
    first = bench.reports[0]
    # The logs tell of an exception where it came from, and leave out what it says.
    assert isinstance(first.pop("exc_info"), LookupError)
    assert first == {"event": "duty_failed", "duty": "bad", "error": "LookupError"}
    assert all(report["duty"] == "bad" for report in bench.reports)


async def test_a_duty_that_keeps_failing_is_tried_ever_more_rarely_and_recovers() -> None:
    calls, later = counting()
    failures = 4

    async def step() -> int:
        nonlocal failures
        await later()
        if failures:
            failures -= 1
            raise LookupError
        return 0

    bench = Bench(Duty("shaky", step, 0.01))
    await bench.run(lambda: len(calls) >= 8)
    gaps = [after - before for before, after in itertools.pairwise(calls)]
    assert gaps[3] > gaps[0]
    assert gaps[3] >= 0.15
    assert min(gaps[4:]) < 0.1
    assert len(bench.reports) == 4


def test_no_outage_is_so_long_that_a_duty_sleeps_through_its_end() -> None:
    assert [rest_s(0.5, failures) for failures in (0, 1, 2, 3)] == [0.5, 1.0, 2.0, 4.0]
    for pause_s in (0.3, 2.0, 10.0, 60.0, 86_400.0):
        longest = max(rest_s(pause_s, failures) for failures in range(500))
        assert longest == max(pause_s, TRY_AGAIN_WITHIN_S)


async def test_a_duty_that_did_something_goes_on_at_once_and_is_counted() -> None:
    calls, step = counting([3, 2, 1])
    bench = Bench(Duty("busy", step, 30.0))
    await bench.run(lambda: len(calls) == 4)
    assert bench.counts == [("busy", 3), ("busy", 2), ("busy", 1), ("busy", 0)]


async def test_work_done_wakes_the_duty_that_has_the_next_step() -> None:
    first_calls, first = counting()
    next_calls, following = counting()
    work = [0]

    async def feeding() -> int:
        await first()
        done, work[0] = work[0], 0
        return done

    bench = Bench(Duty("relay", feeding, 0.02, wakes=("push", "absent")), Duty("push", following, 30.0))

    def arrived() -> bool:
        if len(first_calls) == 2 and not work[0]:
            work[0] = 1
        return len(next_calls) >= 2

    assert await bench.run(arrived) < 2.0


async def test_a_wake_that_comes_during_a_step_is_not_lost() -> None:
    inside, leave, calls = asyncio.Event(), asyncio.Event(), 0

    async def step() -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            inside.set()
            await leave.wait()
        return 0

    bench = Bench(Duty("push", step, 30.0))

    async def wake() -> None:
        await inside.wait()
        # The step has looked already and will say that there was nothing.
        bench.roster.wake("push")
        leave.set()

    waking = asyncio.create_task(wake())
    await bench.run(lambda: calls == 2, within_s=2.0)
    await waking


async def test_stopping_ends_a_rest_at_once_and_lets_a_step_finish() -> None:
    finished = False
    begun = asyncio.Event()

    async def slow() -> int:
        nonlocal finished
        begun.set()
        await asyncio.sleep(0.1)
        finished = True
        return 0

    _, idle = counting()
    bench = Bench(Duty("slow", slow, 30.0), Duty("idle", idle, 30.0))
    await bench.run(begun.is_set, within_s=2.0)
    assert finished


async def test_waking_an_unknown_duty_is_ignored() -> None:
    _, step = counting()
    Bench(Duty("known", step, 1.0)).roster.wake("unknown")
