"""One web process as it ships, except that every answer takes a while and leaves a line behind when it begins."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from datetime import datetime
from pathlib import Path

from sanic import Sanic

from app.core import redis_url
from app.database import open_database
from app.environment import read_settings
from app.forking import bind
from app.knowledge import KnowledgeState, build_knowledge
from app.web import build_app
from bot.replying import Reply
from bot.singleflight import Entry
from bot.turns import Message
from kit.secrets import KeyRing
from kit.settings import Settings
from wechat.messages import Inbound


class Slow:
    """Works for `takes_s` on every message."""

    def __init__(self, takes_s: float, record: Path) -> None:
        self._takes_s = takes_s
        self._record = record

    def may_be_kept(self, inbound: Inbound) -> bool:
        return True

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Reply:
        with self._record.open("a") as record:
            record.write(f"{inbound.msg_id}\n")
        await asyncio.sleep(self._takes_s)
        return Reply(f"办好了 {inbound.msg_id}")


async def _warm(settings: Settings) -> KnowledgeState:
    async with open_database(settings, KeyRing.open(settings.key_dir, create=False)) as db:
        return await build_knowledge(db.clock)


def main(takes_s: float, record: Path) -> None:
    """Serve until stopped."""
    settings = read_settings()
    sock = bind(settings.host, settings.port)
    app = build_app(settings, redis_url(settings), asyncio.run(_warm(settings)))

    @app.before_server_start
    async def slow_down(app: Sanic) -> None:
        app.ctx.bot = dataclasses.replace(app.ctx.bot, conversation=Slow(takes_s, record))

    sock.setblocking(False)
    app.run(sock=sock, single_process=True, motd=False, access_log=False, debug=False)


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
