"""What of the demo the stand-in must be told once it is up: apart from filling, which imports half the program."""

from __future__ import annotations

from app.core import open_core, redis_url
from app.platform import Platform
from casework.actors import system
from casework.scene_codes.actions import note_platform_url
from casework.scene_codes.queries import page as codes
from kit.settings import Settings


async def introduce(settings: Settings) -> int:
    """Once the stand-in is up: have it draw the codes on the demo's signs, which it forgets when it stops."""
    async with open_core(settings, redis_url(settings)) as core:
        platform = Platform(core)
        try:
            for row in (await codes()).rows:
                address = await platform.scene_address(row.code, None)
                if address:
                    await note_platform_url(core.db, system(), row.id, address)
        finally:
            await platform.close()
    return 0
