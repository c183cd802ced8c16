"""Logins slow down with failures: the rule itself, and the count a process keeps without Redis."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.clock import FixedClock
from kit.http.addresses import bucket
from kit.http.slow_down import LoginSlowDown, Slope
from kit.problems import TooMany
from kit.secrets import KeyRing

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def slow_down(clock: FixedClock) -> LoginSlowDown:
    return LoginSlowDown(None, KeyRing.random(), clock, by_login=Slope(free=3), by_address=Slope(free=6))


def test_the_wait_doubles_up_to_its_longest() -> None:
    slope = Slope(free=5, first_s=2, longest_s=300)
    assert [slope.wait_s(n) for n in (1, 4, 5, 6, 7, 12, 13, 1000)] == [0, 0, 2, 4, 8, 256, 300, 300]


async def _refused(slow_down: LoginSlowDown, login: str, address: str) -> int:
    with pytest.raises(TooMany) as caught:
        await slow_down.attempt(login, address)
    assert caught.value.status == 429
    assert caught.value.params["seconds"] == caught.value.retry_after_s
    return caught.value.retry_after_s or 0


async def test_guessing_one_login_from_many_addresses_slows_down(
    slow_down: LoginSlowDown, clock: FixedClock
) -> None:
    for number in range(3):
        await slow_down.attempt("zhang", f"203.0.113.{number}")
    assert await _refused(slow_down, "zhang", "203.0.113.99") == 2
    assert await _refused(slow_down, " ZHANG ", "203.0.113.98") == 2
    await slow_down.attempt("li", "203.0.113.99")
    clock.advance(timedelta(seconds=2))
    await slow_down.attempt("zhang", "203.0.113.99")
    assert await _refused(slow_down, "zhang", "203.0.113.99") == 4


async def test_guessing_many_logins_from_one_address_slows_down(slow_down: LoginSlowDown) -> None:
    for number in range(6):
        await slow_down.attempt(f"staff{number}", "203.0.113.7")
    assert await _refused(slow_down, "staff9", "203.0.113.7") == 2
    await slow_down.attempt("staff9", "203.0.113.8")


async def test_a_success_forgives_the_login_but_not_the_address(slow_down: LoginSlowDown) -> None:
    for _ in range(2):
        await slow_down.attempt("zhang", "203.0.113.7")
    await slow_down.attempt("zhang", "203.0.113.7")
    await slow_down.succeeded("zhang", "203.0.113.7")
    for number in range(4):
        await slow_down.attempt(f"other{number}", "203.0.113.7")
    assert await _refused(slow_down, "zhang", "203.0.113.7") == 2


async def test_an_office_that_logs_in_rightly_is_never_slowed(slow_down: LoginSlowDown) -> None:
    for number in range(50):
        await slow_down.attempt(f"staff{number}", "203.0.113.7")
        await slow_down.succeeded(f"staff{number}", "203.0.113.7")


async def test_failures_are_forgotten_after_an_hour(slow_down: LoginSlowDown, clock: FixedClock) -> None:
    for _ in range(3):
        await slow_down.attempt("zhang", "203.0.113.7")
    clock.advance(timedelta(hours=1, seconds=1))
    for _ in range(3):
        await slow_down.attempt("zhang", "203.0.113.7")


def test_an_ipv6_household_counts_as_one() -> None:
    assert bucket("2001:db8:1:2:aaaa::1") == bucket("2001:db8:1:2:bbbb::2")
    assert bucket("2001:db8:1:2::1") != bucket("2001:db8:1:3::1")
    assert bucket("203.0.113.7") == "203.0.113.7"
    assert bucket("local") == "local"


async def test_strangers_who_guess_do_not_shut_out_a_browser_that_has_logged_in_before(
    slow_down: LoginSlowDown,
) -> None:
    for number in range(3):
        await slow_down.attempt("zhang", f"203.0.113.{number}")
    for number in range(6):
        await slow_down.attempt(f"staff{number}", "203.0.113.99")
    await _refused(slow_down, "zhang", "203.0.113.99")
    await slow_down.attempt("zhang", "203.0.113.99", "own-browser")
    await slow_down.succeeded("zhang", "203.0.113.99", "own-browser")
    await _refused(slow_down, "zhang", "203.0.113.99")


async def test_a_known_browser_guesses_no_faster_than_anybody(slow_down: LoginSlowDown) -> None:
    for _ in range(5):
        await slow_down.attempt("zhang", "203.0.113.7", "own-browser")
    with pytest.raises(TooMany):
        await slow_down.attempt("zhang", "203.0.113.8", "own-browser")
    await slow_down.attempt("zhang", "203.0.113.8", "another-browser")


async def test_from_one_address_guessing_at_one_login_slows_down_first(clock: FixedClock) -> None:
    usual = LoginSlowDown(None, KeyRing.random(), clock)
    for _ in range(5):
        await usual.attempt("zhang", "203.0.113.7")
    assert await _refused(usual, "zhang", "203.0.113.7") == 2
    await usual.attempt("zhang", "198.51.100.1")
