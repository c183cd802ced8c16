"""What all processes know together about the access token, and when they may ask for another one."""

from math import ceil
from typing import Final

import msgspec

from wechat.errors import MEANINGS, NO_ANSWER, TOKEN_PAUSED, UNREACHABLE, Meaning, Remedy, WeChatError

RENEW_BEFORE_EXPIRY_S: Final = 300
CALLS_A_MINUTE: Final = 4  # the goal is five at most; one is left for a keeper that lost its memory
FORCED_A_DAY: Final = 15  # the platform allows twenty
SETTLED_S: Final = 600  # a token in use for so long was good; its refusal starts a new count
REFRESH_PAUSE_S: Final = 30  # the platform's own gap between two forced tokens
LONGEST_REFRESH_PAUSE_S: Final = 3_600
REPLACED_PAUSE_S: Final = 15
FAILURE_PAUSE_S: Final = 15
LONGEST_FAILURE_PAUSE_S: Final = 300
CLOCKS_DIFFER_S: Final = (
    5  # between machines that are kept in time; a mark further ahead is of a clock set back
)
_MINUTE: Final = 60
_DAY: Final = 86_400


class TokenState(msgspec.Struct, frozen=True):
    """Times are epoch seconds, by clocks that may be set back: a mark counts only while its pause can last.

    `strikes` counts refreshes in a row whose token was refused soon again; `failures` counts failed calls
    of the token endpoint in a row, `failure_code` is the last one's errcode.
    """

    token: str = ""
    expires_at: float = 0
    obtained_at: float = 0
    strikes: int = 0
    refresh_not_before: float = 0
    failures: int = 0
    failure_code: int | None = None
    call_not_before: float = 0
    calls: tuple[float, ...] = ()
    forced: tuple[float, ...] = ()

    def is_alive(self, now: float) -> bool:
        return bool(self.token) and now < self.expires_at

    def is_fresh(self, now: float) -> bool:
        return bool(self.token) and now < self.expires_at - RENEW_BEFORE_EXPIRY_S

    def __repr__(self) -> str:
        return f"TokenState(strikes={self.strikes}, failures={self.failures})"  # the token reaches no log


def check_call(state: TokenState, now: float) -> None:
    """Raises when the token endpoint must be left alone for now."""
    if left_s := calls_left_alone_s(state, now):
        raise _paused(_failure(state.failure_code), state.failure_code, left_s)
    recent = _within(state.calls, now, _MINUTE)
    if len(recent) >= CALLS_A_MINUTE:
        raise _paused(TOKEN_PAUSED, None, min(recent) + _MINUTE - now)


def check_refresh(state: TokenState, now: float) -> None:
    """Raises while the breaker is open: the last tokens were refused, another one would be too."""
    if left_s := breaker_left_s(state, now):
        raise _paused(TOKEN_PAUSED, None, left_s)


def may_force(state: TokenState, now: float) -> bool:
    # The platform counts by its own clock: what ours says is to come was forced today too.
    return forced_today(state, now) < FORCED_A_DAY and not _within(state.forced, now, REFRESH_PAUSE_S)


def called(state: TokenState, now: float, *, forced: bool) -> TokenState:
    """The state with one more call on the books."""
    return msgspec.structs.replace(
        state,
        calls=(*_within(state.calls, now, _MINUTE), now),
        forced=(*(at for at in state.forced if at > now - _DAY), now) if forced else state.forced,
    )


def obtained(state: TokenState, token: str, lifetime_s: float, now: float) -> TokenState:
    return msgspec.structs.replace(
        state,
        token=token,
        expires_at=now + lifetime_s,
        obtained_at=state.obtained_at if token == state.token else now,
        failures=0,
        failure_code=None,
        call_not_before=0,
    )


def refused(before: TokenState, after: TokenState, now: float) -> TokenState:
    """`after` a refresh, with the breaker open: longer each time the token `before` had not lasted either."""
    is_young = now < max(before.obtained_at, before.refresh_not_before) + SETTLED_S
    strikes = before.strikes + 1 if is_young else 0
    return msgspec.structs.replace(after, strikes=strikes, refresh_not_before=now + _refresh_pause(strikes))


def replaced(after: TokenState, now: float) -> TokenState:
    """`after` a refresh for which the platform, unforced, gave another token: it had ended the old one itself.

    That is no strike against the new one. The short pause only keeps a token that ends again and again cheap.
    """
    return msgspec.structs.replace(after, strikes=0, refresh_not_before=now + REPLACED_PAUSE_S)


def failed(state: TokenState, code: int | None, now: float) -> TokenState:
    failures = state.failures + 1
    not_before = now + _failure_pause(failures)
    return msgspec.structs.replace(state, failures=failures, failure_code=code, call_not_before=not_before)


def unavailable(error: WeChatError) -> WeChatError:
    """A failed token call as seen by whoever wanted to call something else: nothing was done, later it may be.

    A wrong secret or a missing allow-list entry is for a clerk to mend; the messages waiting for it are not
    lost by it. A lost answer of the token endpoint is no lost answer of the call: that was never made.
    """
    meaning = UNREACHABLE if error.meaning == NO_ANSWER else error.meaning
    meaning = msgspec.structs.replace(meaning, remedy=Remedy.RETRY)
    return WeChatError(meaning, code=error.code, message=error.message, rid=error.rid)


def breaker_left_s(state: TokenState, now: float) -> float:
    """Seconds for which no other token is asked for, because the last ones were refused; 0 while it is closed."""
    pause = _refresh_pause(state.strikes) + CLOCKS_DIFFER_S
    return state.refresh_not_before - now if now < state.refresh_not_before <= now + pause else 0.0


def calls_left_alone_s(state: TokenState, now: float) -> float:
    """Seconds for which the token endpoint itself is left alone, because it failed; 0 otherwise."""
    pause = _failure_pause(state.failures) + CLOCKS_DIFFER_S
    return state.call_not_before - now if now < state.call_not_before <= now + pause else 0.0


def forced_today(state: TokenState, now: float) -> int:
    """Forced changes of the token within a day; the platform allows twenty."""
    return sum(at > now - _DAY for at in state.forced)


def _refresh_pause(strikes: int) -> float:
    return float(min(REFRESH_PAUSE_S * 2 ** min(strikes, 10), LONGEST_REFRESH_PAUSE_S))


def _failure_pause(failures: int) -> float:
    return float(min(FAILURE_PAUSE_S * 2 ** min(max(failures - 1, 0), 10), LONGEST_FAILURE_PAUSE_S))


def _within(marks: tuple[float, ...], now: float, seconds: float) -> list[float]:
    return [at for at in marks if now - seconds < at <= now + CLOCKS_DIFFER_S]


def _failure(code: int | None) -> Meaning:
    known = UNREACHABLE if code is None else MEANINGS.get(code, TOKEN_PAUSED)
    return msgspec.structs.replace(known, remedy=Remedy.RETRY)


def _paused(meaning: Meaning, code: int | None, seconds: float) -> WeChatError:
    return WeChatError(meaning, code=code, retry_after_s=max(1, ceil(seconds)))
