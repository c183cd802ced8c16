"""How fast may be sent what is not urgent: so many a second, evenly."""

from __future__ import annotations

from typing import Final

CHUNK_S: Final = 0.05
"""So long is saved up for: the sends of this time begin together and are written together."""


class Pace:
    """A bucket that fills with `per_s` permissions a second and holds `at_most`; None: no limit.

    Moments are those of the event loop, in seconds.
    """

    def __init__(self, per_s: float | None, at_most: int) -> None:
        self._per_s = per_s
        self._at_most = float(at_most)
        self._left = float(at_most)
        self._chunk = min(self._at_most, max(1.0, (per_s or 0.0) * CHUNK_S))
        self._looked_at: float | None = None

    def of(self, wanted: int, now: float) -> int:
        """How many of those wanted may begin now."""
        if self._per_s is None:
            return wanted
        if self._looked_at is not None:
            self._left = min(self._at_most, self._left + (now - self._looked_at) * self._per_s)
        self._looked_at = now
        return min(wanted, int(self._left)) if self._left >= self._chunk else 0

    def spend(self, begun: int) -> None:
        """So many have begun."""
        self._left -= begun

    def wait_s(self) -> float:
        """Seconds after the last look until some may begin again."""
        if self._per_s is None:
            return 0.0
        return max(0.0, self._chunk - self._left) / self._per_s
