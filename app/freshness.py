"""What a process keeps in memory and reads anew when a newer one is in force."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

POLL_S = 1.0


async def keep_fresh(
    name: str, renewed: Callable[[], Awaitable[bool]], said: Callable[[], Mapping[str, object]]
) -> None:
    """Ask for ever whether there is something newer, and log what is in force then (`said`).

    What cannot be read now is read a moment later: what was read before goes on being used.
    """
    log = structlog.get_logger("freshness")
    while True:
        try:
            if await renewed():
                log.info("renewed", what=name, **said())
        except Exception as exc:  # noqa: BLE001 - outermost loop: what was read before goes on being used
            log.warning("refresh_failed", what=name, error=type(exc).__name__)
        await asyncio.sleep(POLL_S)
