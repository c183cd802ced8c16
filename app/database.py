"""The database alone, for commands and for whatever is built on it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from tortoise.exceptions import OperationalError

from app.models import MODEL_MODULES
from kit.clock import SystemClock
from kit.db import Database
from kit.db.models import KeyFingerprint
from kit.ids import Ids
from kit.secrets import KeyRing
from kit.settings import Settings


class NotReady(Exception):
    """Something must be done first; the sentence says what."""


@contextlib.asynccontextmanager
async def open_database(settings: Settings, keys: KeyRing) -> AsyncIterator[Database]:
    """The database alone, for commands."""
    clock = SystemClock()
    db = await Database.open(
        settings.database_url, MODEL_MODULES, clock, Ids(clock), keys.secret("audit"), process_wide=True
    )
    try:
        await _check_tables()
        yield db
    finally:
        await db.close()


async def _check_tables() -> None:
    try:
        await KeyFingerprint.exists()
    except OperationalError as exc:
        # The engines' words for a table that is not there.
        if "no such table" in str(exc) or "does not exist" in str(exc):
            raise NotReady("数据库里还没有建表，请先执行 chengguan migrate。") from None
        raise
