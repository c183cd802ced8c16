"""How a message fared on its way to the webhook."""

from datetime import datetime
from typing import Literal

import msgspec

AttemptOutcome = Literal["waiting", "reply", "silent", "invalid", "refused", "timed_out", "unreachable"]
DeliveryOutcome = Literal["waiting", "reply", "silent", "failed"]


class Attempt(msgspec.Struct):
    """One try. `seconds` is how long the webhook took; `detail` says why a try went wrong."""

    number: int
    started_at: datetime
    seconds: float | None = None
    outcome: AttemptOutcome = "waiting"
    detail: str = ""


class Delivery(msgspec.Struct):
    """A message on its way, with all its tries. `msg_id` is text: it is too large for a page's numbers.

    `to_desk`: people serve this citizen, so the message went to them and not to the webhook. `is_plain`: it went
    unencrypted.
    """

    id: int
    openid: str
    kind: str
    summary: str
    msg_id: str | None
    at: datetime
    sent: str
    address: str
    encrypted_bytes: int = 0
    attempts: list[Attempt] = []
    outcome: DeliveryOutcome = "waiting"
    reply: str = ""
    replies_agree: bool = True
    app: str = "official"
    to_desk: bool = False
    is_plain: bool = False

    def copy(self) -> "Delivery":
        attempts = [msgspec.structs.replace(attempt) for attempt in self.attempts]
        return msgspec.structs.replace(self, attempts=attempts)
