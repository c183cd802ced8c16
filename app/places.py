"""The bureau's areas in a process: read at its start, read anew when an import is newer."""

from __future__ import annotations

import asyncio

import structlog

from casework.areas.places import Places

POLL_S = 1.0


async def keep_fresh(places: Places) -> None:
    """Look at the version for ever; what cannot be read now is read a moment later."""
    log = structlog.get_logger("areas")
    while True:
        await asyncio.sleep(POLL_S)
        try:
            if await places.renewed():
                log.info("areas_renewed", version=places.atlas.version, areas=len(places.atlas.named))
        except Exception as exc:  # noqa: BLE001 - outermost loop: the areas read before go on answering
            log.warning("areas_refresh_failed", error=type(exc).__name__)
