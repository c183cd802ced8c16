"""Windows, counts and consents of the stand-in's citizens."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.clock import FixedClock
from wechat.standin.citizens import MOST_CITIZENS, Citizen, Citizens
from wechat.standin.refusals import Refusal


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
def citizens(clock: FixedClock) -> Citizens:
    return Citizens(clock)


@pytest.fixture
def mei(citizens: Citizens) -> Citizen:
    return citizens.meet("oMei_000", "梅")


def sends_until_refused(citizens: Citizens, citizen: Citizen) -> tuple[int, int]:
    for count in range(100):
        try:
            citizens.spend_customer_message(citizen)
        except Refusal as refusal:
            return count, refusal.code
    raise AssertionError("never refused")


def test_nobody_is_written_to_before_writing_first(citizens: Citizens, mei: Citizen) -> None:
    assert sends_until_refused(citizens, mei) == (0, 45015)


def test_message_allows_five_sends(citizens: Citizens, mei: Citizen) -> None:
    citizens.wrote(mei)
    assert sends_until_refused(citizens, mei) == (5, 45047)
    citizens.wrote(mei)
    assert sends_until_refused(citizens, mei) == (5, 45047)


def test_window_closes_after_forty_eight_hours(citizens: Citizens, mei: Citizen, clock: FixedClock) -> None:
    citizens.wrote(mei)
    clock.advance(timedelta(hours=48, seconds=-1))
    citizens.spend_customer_message(mei)
    clock.advance(timedelta(seconds=1))
    assert sends_until_refused(citizens, mei) == (0, 45015)


def test_menu_click_allows_three_sends_within_a_minute(
    citizens: Citizens, mei: Citizen, clock: FixedClock
) -> None:
    citizens.touched(mei)
    assert sends_until_refused(citizens, mei) == (3, 45047)
    citizens.touched(mei)
    clock.advance(timedelta(minutes=1))
    assert sends_until_refused(citizens, mei) == (0, 45015)


def test_click_and_message_add_up(citizens: Citizens, mei: Citizen) -> None:
    citizens.wrote(mei)
    citizens.touched(mei)
    assert sends_until_refused(citizens, mei) == (8, 45047)


def test_unknown_and_unfollowing_citizens_are_told_apart(citizens: Citizens, mei: Citizen) -> None:
    with pytest.raises(Refusal, match="40003"):
        citizens.follower("oNobody")
    with pytest.raises(Refusal, match="40003"):
        citizens.follower(None)
    mei.followed = False
    with pytest.raises(Refusal, match="43004"):
        citizens.follower(mei.openid)


def test_one_time_consents_are_counted_and_used_up(citizens: Citizens, mei: Citizen) -> None:
    for _ in range(2):
        citizens.consented(mei, "t1", long_term=False, accepted=True)
    citizens.consented(mei, "t1", long_term=False, accepted=False)
    citizens.spend_consent(mei, "t1")
    citizens.spend_consent(mei, "t1")
    with pytest.raises(Refusal, match="43101"):
        citizens.spend_consent(mei, "t1")


def test_long_term_consent_lasts_until_it_is_refused(citizens: Citizens, mei: Citizen) -> None:
    citizens.consented(mei, "t2", long_term=True, accepted=True)
    for _ in range(10):
        citizens.spend_consent(mei, "t2")
    citizens.consented(mei, "t2", long_term=True, accepted=False)
    with pytest.raises(Refusal, match="43101"):
        citizens.spend_consent(mei, "t2")


def test_typing_needs_a_recent_message_and_is_not_repeated(
    citizens: Citizens, mei: Citizen, clock: FixedClock
) -> None:
    with pytest.raises(Refusal, match="45080"):
        citizens.start_typing(mei)
    citizens.wrote(mei)
    citizens.start_typing(mei)
    with pytest.raises(Refusal, match="45081"):
        citizens.start_typing(mei)
    clock.advance(timedelta(seconds=15))
    citizens.start_typing(mei)


def test_longest_unseen_citizen_is_forgotten_first(citizens: Citizens) -> None:
    for number in range(MOST_CITIZENS + 1):
        citizens.meet(f"oMany_{number}", "")
    with pytest.raises(Refusal, match="40003"):
        citizens.find("oMany_0")
    assert citizens.find("oMany_1")
