"""Tickets of the JS-SDK, and whether a page signed with one as the platform asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha1
from hmac import compare_digest
from random import Random

from kit.clock import Clock

TICKET_LIVES = timedelta(hours=2)
RENEWED_BEFORE_EXPIRY = timedelta(minutes=5)
TICKET_CHARACTERS = 86
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAMES = ("noncestr", "timestamp", "url", "signature")


class TicketDesk:
    """One ticket a kind, the same until five minutes before its two hours end; it stays good to the end."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._held: dict[str, list[tuple[str, datetime]]] = {}

    def ticket(self, kind: str) -> tuple[str, int]:
        """The newest ticket and its remaining seconds."""
        now = self._clock.now()
        held = [one for one in self._held.get(kind, []) if now < one[1]]
        if not held or now >= held[-1][1] - RENEWED_BEFORE_EXPIRY:
            value = "".join(self._random.choices(ALPHABET, k=TICKET_CHARACTERS))
            held.append((value, now + TICKET_LIVES))
        self._held[kind] = held
        return held[-1][0], int((held[-1][1] - now).total_seconds())

    def expire_all(self) -> None:
        self._held.clear()

    def fault_of(self, signed: Mapping[str, str]) -> str:
        """Why wx.config would fail with these values; empty when it would not."""
        missing = [name for name in NAMES if not signed.get(name)]
        if missing:
            return f"missing: {', '.join(missing)}"
        if "#" in signed["url"]:
            return "url: sign the address without its fragment"
        now = self._clock.now()
        good = [value for value, until_at in self._held.get("jsapi", []) if now < until_at]
        if not good:
            return "ticket: none is valid now; fetch one first"
        matches = [
            compare_digest(_signature(one, signed).encode(), signed["signature"].encode()) for one in good
        ]
        return "" if any(matches) else "signature: invalid signature"


def _signature(ticket: str, signed: Mapping[str, str]) -> str:
    line = (
        f"jsapi_ticket={ticket}&noncestr={signed['noncestr']}"
        f"&timestamp={signed['timestamp']}&url={signed['url']}"
    )
    return sha1(line.encode(), usedforsecurity=False).hexdigest()
