"""Made-up codes are limited by address and in their places; those who do sign in never are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kit.clock import FixedClock
from kit.http.sign_in_limit import SignInLimit
from kit.problems import Busy, TooMany
from kit.secrets import KeyRing

AT = datetime(2026, 11, 23, 1, 30, 10, tzinfo=UTC)
HERE, THERE = "203.0.113.7", "203.0.113.8"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def limit(clock: FixedClock) -> SignInLimit:
    return SignInLimit(None, KeyRing.random(), clock, tries_a_minute=5, at_once=2)


async def junk(limit: SignInLimit, address: str = HERE) -> None:
    with pytest.raises(LookupError):
        async with limit.one_try(address):
            raise LookupError


async def test_made_up_codes_from_one_address_end_with_a_wait_that_ends_with_the_minute(
    limit: SignInLimit, clock: FixedClock
) -> None:
    for _ in range(5):
        await junk(limit)
    with pytest.raises(TooMany) as refused:
        async with limit.one_try(HERE):
            pass
    assert refused.value.retry_after_s == 50
    await junk(limit, THERE)
    clock.advance(timedelta(seconds=50))
    await junk(limit)


async def test_an_office_behind_one_address_that_signs_in_rightly_is_never_stopped(
    limit: SignInLimit,
) -> None:
    for _ in range(50):
        async with limit.one_try(HERE):
            pass


async def test_nobody_is_counted_where_limits_are_off(clock: FixedClock) -> None:
    limit = SignInLimit(None, KeyRing.random(), clock, tries_a_minute=None)
    for _ in range(200):
        await junk(limit)


async def test_slow_exchanges_hold_a_few_places_and_no_more(clock: FixedClock) -> None:
    limit = SignInLimit(None, KeyRing.random(), clock, at_once=2, wait_s=0.02)
    inside, most, done = 0, 0, asyncio.Event()

    async def slow(number: int) -> None:
        nonlocal inside, most
        async with limit.one_try(f"198.51.100.{number}"):
            inside += 1
            most = max(most, inside)
            await done.wait()
            inside -= 1

    waiting = [asyncio.create_task(slow(number)) for number in range(6)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
    await asyncio.sleep(0.03)
    done.set()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert most == 2
    assert sum(isinstance(one, Busy) for one in ended) == 4
