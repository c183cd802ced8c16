"""The way out of the house: what a channel is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from kit.db import Change


class DeliveryMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one recipient. `id` is the same for every try: fit for a platform's idempotence key.

    `last_reason` is what the `Retry` of the try before said, None for the first. `lost_s` is how many seconds ago
    the first try began that may have shown the message, None when none has; `repeats` is how many tries were made
    since then by the rule's own wish. `ways` names the ways to try and their order, none: the channel's own.
    `must`: also those are told who want no notices. `topic` is what a person's choice of notices is about.
    """

    id: UUID
    case_id: UUID | None
    recipient_kind: str
    recipient_id: UUID
    rule: str
    template: str
    params: Mapping[str, str]
    attempt: int
    expires_at: datetime
    last_reason: str | None = None
    lost_s: float | None = None
    ways: tuple[str, ...] = ()
    must: bool = False
    prefers_repeat: bool = False
    repeats: int = 0
    topic: str = ""


@dataclass(frozen=True)
class Tried:
    """One way that was tried or passed over, for the message's trail. `outcome` as in `trail.Step`."""

    way: str
    outcome: str
    reason: str = ""


Afterwards = Callable[[Change], Awaitable[None]]
"""What else is to be written with an outcome, in the same transaction and only if the outcome is."""


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    tried: tuple[Tried, ...] = field(default=(), compare=False)
    afterwards: tuple[Afterwards, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Sent(_Outcome):
    """The platform took it. `channel` says by which way, `platform_id` is the platform's own number.

    "console" as the channel: nothing but the console shows it, for this `reason`, as in `Final`.
    """

    channel: str
    platform_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Retry(_Outcome):
    """A later try may deliver it. `reason` as in `Final`.

    It was certainly not delivered; or it may have been, and the same message may be sent again the same way because
    the platform shows it once.
    """

    after_s: float
    reason: str
    may_be_shown: bool = False


@dataclass(frozen=True)
class Final(_Outcome):
    """It was not delivered and never will be.

    `reason` is a code under `delivery.reason`, or a whole catalogue key of the channel's own (80 characters).
    """

    reason: str


@dataclass(frozen=True)
class Uncertain(_Outcome):
    """Nobody can tell whether it was delivered. Silence is preferred to saying it twice."""

    reason: str


SendOutcome = Sent | Retry | Final | Uncertain


class Channel(Protocol):
    """Looks up where the recipient is reached and sends. Answers with an outcome; must not raise."""

    async def send(self, delivery: DeliveryMessage) -> SendOutcome: ...


Send = Callable[[], Coroutine[Any, Any, SendOutcome]]
"""Sends one message that was made ready. Answers with an outcome; must not raise."""


class PreparingChannel(Channel, Protocol):
    """A channel that reads and books what it needs for all messages of a claim at once."""

    async def prepare(self, change: Change, deliveries: Sequence[DeliveryMessage]) -> Mapping[UUID, Send]:
        """How to send each of them, by id. Runs in the transaction of the claim, perhaps twice: rows only."""
        ...
