"""What commands that speak to the platform share: the client, and its refusals as sentences."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from app.database import open_database
from app.environment import read_settings
from app.profile import profile_in_force
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from bot.profile import WechatSection
from kit.catalogue import Catalogue
from kit.clock import Clock
from kit.db import Database
from kit.logs import configure_logging
from kit.problems import Problem
from kit.profile import Profile
from kit.secrets import KeyRing
from kit.settings import Settings
from wechat.client import WeChatClient, account_client
from wechat.errors import WeChatError
from wechat.exchange import new_session

T = TypeVar("T")


class Desk:
    """What a command works with."""

    def __init__(self, settings: Settings, db: Database, profile: Profile, catalogue: Catalogue) -> None:
        self.settings = settings
        self.db = db
        self.profile = profile
        self.catalogue = catalogue

    @property
    def section(self) -> WechatSection:
        return self.profile.section(WechatSection)

    def client(self) -> contextlib.AbstractAsyncContextManager[WeChatClient]:
        """The platform; nothing is asked before the first call."""
        return open_client(self.settings, self.db.clock)


@contextlib.asynccontextmanager
async def open_client(settings: Settings, clock: Clock) -> AsyncIterator[WeChatClient]:
    """The official account's client. The stable token is the same for all, so no Redis is started for it."""
    async with new_session() as session:
        yield account_client(
            session,
            None,
            settings.wechat_app_id,
            settings.wechat_app_secret,
            settings.wechat_api_base,
            clock,
        )


def with_desk(work: Callable[[Desk], Awaitable[T]], *, for_wechat: bool = True) -> T:
    """Run a command's work on database and profile. Refusals become sentences (exit code 2)."""
    settings = read_settings(for_wechat=for_wechat)
    keys = KeyRing.open(settings.key_dir, create=False)
    # What the platform refuses is said in sentences; log lines beside them would only be in the way.
    configure_logging(level=logging.CRITICAL)
    catalogue = Catalogue.load(CATALOGUE_FOLDER)

    async def run() -> T:
        async with open_database(settings, keys) as db:
            return await work(Desk(settings, db, await profile_in_force(), catalogue))

    try:
        return asyncio.run(run())
    except Problem as exc:
        raise CommandRefused(catalogue.text(exc.key, **exc.params)) from exc
    except WeChatError as exc:
        raise CommandRefused(refusal(catalogue, exc)) from exc


def refusal(catalogue: Catalogue, error: WeChatError) -> str:
    """What the platform refused and what to do, with what its support asks for."""
    marks = [f"错误码 {error.code}"] if error.code is not None else []
    marks += [f"请求编号 {error.rid}"] if error.rid else []
    told = f"（{'，'.join(marks)}）" if marks else ""
    return f"{catalogue.text(error.reason_key)}{catalogue.text(error.remedy_key)}{told}"
