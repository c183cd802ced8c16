import pytest

from wechat.errors import NO_ANSWER, Remedy, WeChatError, from_code
from wechat.token_state import (
    CALLS_A_MINUTE,
    TokenState,
    called,
    check_call,
    check_refresh,
    failed,
    may_force,
    obtained,
    refused,
    replaced,
    unavailable,
)

NOW = 1_777_881_600.0


def test_a_token_is_fresh_until_five_minutes_before_it_expires() -> None:
    state = obtained(TokenState(), "t", 7200, NOW)
    assert state.is_fresh(NOW + 6_899)
    assert not state.is_fresh(NOW + 6_900)
    assert state.is_alive(NOW + 7_199)
    assert not state.is_alive(NOW + 7_200)
    assert not TokenState().is_alive(NOW)


def test_a_fifth_call_within_a_minute_is_refused_and_says_when_it_may_be() -> None:
    state = TokenState()
    for second in range(CALLS_A_MINUTE):
        check_call(state, NOW + second)
        state = called(state, NOW + second, forced=False)
    with pytest.raises(WeChatError) as caught:
        check_call(state, NOW + 10)
    assert caught.value.retryable
    assert caught.value.retry_after_s == 50
    check_call(state, NOW + 60)


def test_the_breaker_stays_open_longer_each_time_a_new_token_does_not_last() -> None:
    state, now, pauses = obtained(TokenState(), "t0", 7200, NOW), NOW, []
    for round_ in range(12):
        state = refused(state, obtained(state, f"t{round_ + 1}", 7200, now), now)
        with pytest.raises(WeChatError):
            check_refresh(state, now)
        pauses.append(state.refresh_not_before - now)
        now = state.refresh_not_before
        check_refresh(state, now)
    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses[-1] == 3_600


def test_a_token_that_served_for_an_hour_starts_a_new_count() -> None:
    state = refused(obtained(TokenState(), "a", 7200, NOW), obtained(TokenState(), "b", 7200, NOW), NOW)
    later = NOW + 3_600
    assert refused(state, state, later).refresh_not_before == later + 30


def test_a_token_the_platform_itself_had_ended_is_no_strike_against_the_next() -> None:
    state = refused(obtained(TokenState(), "a", 7200, NOW), obtained(TokenState(), "b", 7200, NOW), NOW)
    assert state.strikes == 1
    state = replaced(obtained(state, "c", 7200, NOW + 60), NOW + 60)
    assert (state.strikes, state.refresh_not_before) == (0, NOW + 75)
    with pytest.raises(WeChatError):
        check_refresh(state, NOW + 74)


def test_tokens_are_forced_at_most_fifteen_times_a_day_and_thirty_seconds_apart() -> None:
    state = called(TokenState(), NOW, forced=True)
    assert not may_force(state, NOW + 29)
    assert may_force(state, NOW + 30)
    for minute in range(1, 15):
        state = called(state, NOW + 60 * minute, forced=True)
    assert not may_force(state, NOW + 7_200)
    assert may_force(state, NOW + 86_400)


def test_a_failing_token_endpoint_is_left_alone_for_a_while_and_the_reason_is_kept() -> None:
    state = failed(TokenState(), 40164, NOW)
    with pytest.raises(WeChatError) as caught:
        check_call(state, NOW + 14)
    assert caught.value.reason_key == "wechat_error.address_not_allowed.reason"
    assert caught.value.retryable
    check_call(state, NOW + 15)
    assert obtained(state, "t", 7200, NOW + 15).failures == 0
    for _ in range(9):
        state = failed(state, None, NOW)
    assert state.call_not_before == NOW + 300


def test_a_failed_token_call_never_makes_the_waiting_message_final_or_uncertain() -> None:
    for error in (from_code(40125, "invalid appsecret"), WeChatError(NO_ANSWER, uncertain=True)):
        seen = unavailable(error)
        assert seen.retryable
        assert not seen.uncertain
        assert seen.meaning.remedy is Remedy.RETRY
        assert seen.meaning.name != NO_ANSWER.name, "the call itself was never made"


def test_a_token_shows_in_no_representation() -> None:
    assert "secret-token" not in repr(obtained(TokenState(), "secret-token", 7200, NOW))


@pytest.mark.parametrize("back_s", [60, 600, 3_600, 86_400])
def test_a_clock_that_was_set_back_holds_nobody_up_longer_than_the_pause_itself(back_s: int) -> None:
    state = TokenState()
    for second in range(CALLS_A_MINUTE):
        state = called(state, NOW + second, forced=True)
    state = failed(state, -1, NOW)
    state = replaced(state, NOW)
    check_call(state, NOW - back_s)
    check_refresh(state, NOW - back_s)
    assert may_force(state, NOW - back_s)
    opened = refused(TokenState(), obtained(TokenState(), "b", 7200, NOW), NOW)
    check_refresh(opened, NOW - back_s)
    assert called(state, NOW - back_s, forced=False).calls == (NOW - back_s,)
