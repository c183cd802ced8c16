"""What the door tells the people who run it. Strangers can knock as often as they like: each alarm speaks once a
minute, and never of what was said.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from bot.line import Line, LineDown

QUIET_S = 60.0
CLOCK_OFF_FROM_S = 60
"""A message is signed when it is sent; one that seems this old, or young, tells on our clock."""

_CLOCK_OFF = b"bot:alarm:clock_off"
_log = structlog.get_logger("bot")


class DoorAlarms:
    """One per process and door. With Redis all processes together speak once a minute of the clock."""

    def __init__(self, line: Line | None, seconds: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._seconds = seconds
        self._quiet_until: dict[str, float] = {}

    def refused(self, kind: str, reason: str) -> None:
        """A request was turned away; `reason` quotes nothing of it."""
        if self._may_speak(f"refused.{kind}"):
            _log.warning("wechat.refused", kind=kind, reason=reason)

    async def clock_off(self, skew_s: int) -> None:
        """Our clock is `skew_s` seconds ahead of the platform's; past 300 s every message is refused."""
        if self._may_speak("clock_off") and await self._is_first():
            _log.error("wechat.clock_off", seconds=skew_s)

    def _may_speak(self, name: str) -> bool:
        now = self._seconds()
        if now < self._quiet_until.get(name, now):
            return False
        self._quiet_until[name] = now + QUIET_S
        return True

    async def _is_first(self) -> bool:
        if self._line is None:
            return True
        try:
            answer = await self._line.call(
                b"SET", _CLOCK_OFF, b"1", b"NX", b"PX", b"%d" % int(QUIET_S * 1000)
            )
        except LineDown:
            return True
        return answer is not None
