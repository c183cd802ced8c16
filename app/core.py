"""What every process is built from: settings, keys, time, the database, Redis, the profile, the words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from app.database import open_database
from app.freshness import keep_fresh
from app.key_check import check_keys
from app.profile import PROFILE_REFUSED, complaint_policy, profile_in_force, whole_profile
from app.renewal import Version
from app.shipped import shipped_catalogue
from app.suggesting import Suggesting
from casework.areas.places import Places, load_places
from casework.complaints.suggestion import WordSuggester
from content.amending import TEXT, amended_texts
from content.amendments import Checks, in_force, version
from kit.catalogue import Catalogue
from kit.clock import Clock
from kit.db import Database
from kit.files.room import MEBIBYTE, Room, free_bytes_at
from kit.files.store import LocalFileStore
from kit.ids import Ids
from kit.profile import Profile
from kit.redis import Redis, connect
from kit.secrets import KeyRing
from kit.settings import Settings
from kit.valkey import ensure_valkey


@dataclass(frozen=True)
class Settled:
    """What the bureau has settled, as of a version: read before the fork, so that all processes share it."""

    version: Version
    profile: Profile
    catalogue: Catalogue


@dataclass(frozen=True)
class Core:
    """The collaborators all doors and duties share. One per process."""

    settings: Settings
    keys: KeyRing
    clock: Clock
    ids: Ids
    db: Database
    redis: Redis
    profile: Profile
    catalogue: Catalogue
    checks: Checks
    """What an amendment made in the console must stand up to."""
    version: Version
    """Of profile and texts, see `app.renewal`."""
    places: Places
    """The bureau's areas, kept fresh."""
    suggester: WordSuggester
    """Suggests categories by the model in force, kept fresh."""


def redis_url(settings: Settings) -> str:
    """The Redis in use: the one given, else the embedded Valkey, started or adopted."""
    return settings.redis_url or ensure_valkey(settings.data_dir).url


async def read_settled() -> Settled:
    """Profile and texts in force."""
    # Read first: what is amended while the rest is read is taken over a moment later.
    seen = await version()
    texts = amended_texts(shipped_catalogue(), await in_force(TEXT))
    return Settled(seen, await profile_in_force(), texts)


@contextlib.asynccontextmanager
async def open_core(settings: Settings, redis_at: str, settled: Settled | None = None) -> AsyncIterator[Core]:
    """Everything, opened in the process and event loop that will use it. `settled` is used if nothing moved since."""
    keys = KeyRing.open(settings.key_dir, create=False)
    async with open_database(settings, keys) as db:
        await check_keys(keys)
        if settled is None or settled.version != await version():
            settled = await read_settled()
        redis, places = connect(redis_at), await load_places()
        suggesting = Suggesting(WordSuggester(complaint_policy(settled.profile)))
        refreshing = [
            asyncio.create_task(keep_fresh("areas", places.renewed, places.said)),
            asyncio.create_task(keep_fresh("category_model", suggesting.renewed, suggesting.said)),
        ]
        try:
            yield Core(
                settings=settings,
                keys=keys,
                clock=db.clock,
                ids=db.ids,
                db=db,
                redis=redis,
                profile=settled.profile,
                catalogue=settled.catalogue,
                checks=Checks(whole_profile, PROFILE_REFUSED, shipped_catalogue()),
                version=settled.version,
                places=places,
                suggester=suggesting.suggester,
            )
        finally:
            for task in refreshing:
                task.cancel()
            await redis.aclose()


def file_store(core: Core) -> LocalFileStore:
    """What people send, kept below DATA_DIR; refused while that disk has less than the reserve."""
    folder, reserve = core.settings.data_dir / "files", core.settings.disk_reserve_mb * MEBIBYTE
    return LocalFileStore(folder, core.keys, Room(partial(free_bytes_at, folder), core.clock, reserve))
