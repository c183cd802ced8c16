"""The stand-in's token rules, without a network."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from kit.clock import FixedClock
from wechat.standin.refusals import Refusal
from wechat.standin.tokens import TokenDesk

APP, SECRET = "wx1", "s1"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
def desk(clock: FixedClock) -> TokenDesk:
    return TokenDesk(clock, Random(1), {APP: SECRET})


def code_of(desk: TokenDesk, token: str | None) -> int:
    try:
        desk.owner_of(token)
    except Refusal as refusal:
        return refusal.code
    return 0


def test_stable_token_stays_the_same_until_five_minutes_before_expiry(
    desk: TokenDesk, clock: FixedClock
) -> None:
    first, seconds = desk.stable(APP, SECRET, force=False)
    assert seconds == 7200
    clock.advance(timedelta(seconds=6899))
    assert desk.stable(APP, SECRET, force=False) == (first, 301)
    clock.advance(timedelta(seconds=1))
    second, seconds = desk.stable(APP, SECRET, force=False)
    assert (second != first, seconds) == (True, 7200)


def test_old_token_works_for_five_more_minutes(desk: TokenDesk, clock: FixedClock) -> None:
    first, _ = desk.stable(APP, SECRET, force=False)
    clock.advance(timedelta(seconds=100))
    second, _ = desk.stable(APP, SECRET, force=True)
    clock.advance(timedelta(seconds=299))
    assert (code_of(desk, first), code_of(desk, second)) == (0, 0)
    clock.advance(timedelta(seconds=1))
    assert (code_of(desk, first), code_of(desk, second)) == (42001, 0)


def test_forcing_within_thirty_seconds_gives_the_same_token(desk: TokenDesk, clock: FixedClock) -> None:
    first, _ = desk.stable(APP, SECRET, force=True)
    clock.advance(timedelta(seconds=29))
    assert desk.stable(APP, SECRET, force=True)[0] == first
    clock.advance(timedelta(seconds=1))
    assert desk.stable(APP, SECRET, force=True)[0] != first


def test_forcing_is_allowed_twenty_times_a_day(desk: TokenDesk, clock: FixedClock) -> None:
    for _ in range(20):
        desk.stable(APP, SECRET, force=True)
        clock.advance(timedelta(seconds=31))
    with pytest.raises(Refusal, match="45009"):
        desk.stable(APP, SECRET, force=True)
    clock.advance(timedelta(days=1))
    desk.stable(APP, SECRET, force=True)


def test_forcing_twice_ends_a_leaked_token_at_once(desk: TokenDesk, clock: FixedClock) -> None:
    leaked, _ = desk.stable(APP, SECRET, force=False)
    desk.stable(APP, SECRET, force=True)
    clock.advance(timedelta(seconds=31))
    desk.stable(APP, SECRET, force=True)
    assert code_of(desk, leaked) != 0


def test_plain_token_changes_at_every_call_and_leaves_the_stable_one_alone(desk: TokenDesk) -> None:
    stable, _ = desk.stable(APP, SECRET, force=False)
    assert desk.plain(APP, SECRET)[0] != desk.plain(APP, SECRET)[0]
    assert desk.stable(APP, SECRET, force=False)[0] == stable


@pytest.mark.parametrize(
    ("app_id", "secret", "code"),
    [("", "s1", 41002), ("wx2", "s1", 40013), ("wx1", "", 41004), ("wx1", "s2", 40125)],
)
def test_wrong_credentials_are_named(desk: TokenDesk, app_id: str, secret: str, code: int) -> None:
    with pytest.raises(Refusal, match=str(code)):
        desk.stable(app_id, secret, force=False)


def test_missing_and_unknown_tokens_are_told_apart(desk: TokenDesk) -> None:
    assert (code_of(desk, None), code_of(desk, "nonsense")) == (41001, 40001)
