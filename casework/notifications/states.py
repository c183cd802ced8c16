"""The states of a delivery, and the way that is no way out of the house."""

from __future__ import annotations

from typing import Final

QUEUED: Final = "queued"
BUNDLED: Final = "bundled"
"""Waits to be told in one message with others; ends as that message ends."""
SENDING: Final = "sending"
SENT: Final = "sent"
UNCERTAIN: Final = "uncertain"
"""Nobody can tell whether it was shown."""
FAILED: Final = "failed"
EXPIRED: Final = "expired"

FINAL_STATES: Final = (SENT, UNCERTAIN, FAILED, EXPIRED)
STATES: Final = (QUEUED, BUNDLED, SENDING, *FINAL_STATES)

CONSOLE: Final = "console"
"""The channel of what nothing but the console shows."""
