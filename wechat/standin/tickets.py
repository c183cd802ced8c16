"""Tickets of the JS-SDK, and whether a page signed with one as the platform asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha1
from hmac import compare_digest
from random import Random

from kit.clock import Clock

TICKET_LIVES = timedelta(hours=2)
TICKET_CHARACTERS = 86
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAMES = ("noncestr", "timestamp", "url", "signature")


class TicketDesk:
    """One ticket a kind, the same for two hours."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._held: dict[str, tuple[str, datetime]] = {}

    def ticket(self, kind: str) -> tuple[str, int]:
        """The ticket and its remaining seconds."""
        now = self._clock.now()
        value, until_at = self._held.get(kind, ("", now))
        if now >= until_at:
            value, until_at = "".join(self._random.choices(ALPHABET, k=TICKET_CHARACTERS)), now + TICKET_LIVES
            self._held[kind] = value, until_at
        return value, int((until_at - now).total_seconds())

    def expire_all(self) -> None:
        self._held.clear()

    def fault_of(self, signed: Mapping[str, str]) -> str:
        """Why wx.config would fail with these values; empty when it would not."""
        missing = [name for name in NAMES if not signed.get(name)]
        if missing:
            return f"missing: {', '.join(missing)}"
        if "#" in signed["url"]:
            return "url: sign the address without its fragment"
        held = self._held.get("jsapi")
        if held is None or self._clock.now() >= held[1]:
            return "ticket: none is valid now; fetch one first"
        line = "&".join(
            f"{name}={value}"
            for name, value in (
                ("jsapi_ticket", held[0]),
                ("noncestr", signed["noncestr"]),
                ("timestamp", signed["timestamp"]),
                ("url", signed["url"]),
            )
        )
        expected = sha1(line.encode(), usedforsecurity=False).hexdigest()
        return (
            ""
            if compare_digest(expected.encode(), signed["signature"].encode())
            else "signature: invalid signature"
        )
