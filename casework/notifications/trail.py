"""What was tried for one message, by which ways and with what result: for whoever asks why it did not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from casework.notifications.channel import Final, Retry, SendOutcome, Sent, Tried

AT_MOST = 12
SENT, PASSED, RETRY, FAILED, UNCERTAIN, LAPSED = "sent", "passed", "retry", "failed", "uncertain", "lapsed"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way that was tried.

    `at` is when its result was written down, by the database's clock. `way` is one of `rules.Way`, "console", or ""
    where none was come to. `outcome`: "sent"; "passed" (certainly not shown, another way or none follows); "retry"
    (tried again later); "failed"; "uncertain"; "lapsed" (whoever was sending did not say what came of it). `reason`
    is a code as in `Final`.
    """

    at: datetime
    way: str
    outcome: str
    reason: str = ""


_decode = msgspec.json.Decoder(tuple[Step, ...]).decode
_encode = msgspec.json.Encoder().encode


def read(trail: str | None) -> tuple[Step, ...]:
    """The steps of a `delivery.trail`, oldest first."""
    return _decode(trail) if trail else ()


def extended(trail: str | None, steps: Iterable[Step]) -> str:
    """The trail with these steps at its end; of more than `AT_MOST` the first and the latest are kept."""
    every = (*read(trail), *steps)
    if len(every) > AT_MOST:
        every = (every[0], *every[1 - AT_MOST :])
    return _encode(every).decode()


def steps_of(outcome: SendOutcome, at: datetime) -> tuple[Step, ...]:
    """What a channel told of its tries, or one step that says what came of them."""
    tried = outcome.tried or (_only(outcome),)
    return tuple(Step(at, one.way, one.outcome, one.reason) for one in tried)


def _only(outcome: SendOutcome) -> Tried:
    match outcome:
        case Sent(channel, _, reason):
            return Tried(channel, SENT, reason or "")
        case Retry(_, reason):
            return Tried("", RETRY, reason)
        case Final(reason):
            return Tried("", FAILED, reason)
        case _:
            return Tried("", UNCERTAIN, outcome.reason)
