"""How often somebody may do something: over all processes with Redis, in each alone without it."""

from datetime import timedelta

import pytest

from kit.clock import FixedClock, SystemClock
from kit.http.rate_limit import RateLimit, by_address
from kit.problems import TooMany
from kit.redis import connect
from kit.secrets import KeyRing


async def test_a_share_is_counted_over_all_processes(valkey_url: str) -> None:
    redis, keys = connect(valkey_url, timeout_s=5.0), KeyRing.random()
    one, other = RateLimit(redis, keys, SystemClock()), RateLimit(redis, keys, SystemClock())
    for _ in range(3):
        await one.take("ask", "account:1", per_minute=6)
        await other.take("ask", "account:1", per_minute=6)
    with pytest.raises(TooMany) as refused:
        await other.take("ask", "account:1", per_minute=6)
    assert 8 <= (refused.value.retry_after_s or 0) <= 10
    await other.take("ask", "account:2", per_minute=6)
    await other.take("file", "account:1", per_minute=6)
    kept = [key async for key in redis.scan_iter("rate:ask:*")]
    assert kept
    assert all(b"account" not in key for key in kept)
    assert all([0 < await redis.pttl(key) <= 61_000 for key in kept])
    await redis.aclose()


async def test_without_redis_each_process_counts_and_the_share_refills(clock: FixedClock) -> None:
    limit = RateLimit(connect("redis://127.0.0.1:1"), KeyRing.random(), clock)
    for _ in range(4):
        await limit.take("ask", "session:1", per_minute=4)
    with pytest.raises(TooMany) as refused:
        await limit.take("ask", "session:1", per_minute=4)
    assert refused.value.retry_after_s == 15
    clock.advance(timedelta(seconds=15))
    await limit.take("ask", "session:1", per_minute=4)
    with pytest.raises(TooMany):
        await limit.take("ask", "session:1", per_minute=4)
    clock.advance(timedelta(seconds=60))
    for _ in range(4):
        await limit.take("ask", "session:1", per_minute=4)


async def test_a_burst_of_its_own_and_several_at_once(clock: FixedClock) -> None:
    limit = RateLimit(None, KeyRing.random(), clock)
    await limit.take("file", "a", per_minute=2, burst=10, acts=9)
    await limit.take("file", "a", per_minute=2, burst=10)
    with pytest.raises(TooMany):
        await limit.take("file", "a", per_minute=2, burst=10)


async def test_switched_off_it_refuses_nobody(clock: FixedClock) -> None:
    limit = RateLimit(None, KeyRing.random(), clock, enabled=False)
    for _ in range(50):
        await limit.take("ask", "a", per_minute=1)


def test_an_ipv6_household_is_one_subject() -> None:
    assert by_address("2001:db8::1") == by_address("2001:db8::ffff")
    assert by_address("192.0.2.1") != by_address("192.0.2.2")
