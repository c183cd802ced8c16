"""`chengguan serve`: warm up once, fork, serve."""

from __future__ import annotations

import asyncio

import structlog

from app.core import open_database, profile_in_force, redis_url
from app.forking import ForkingServer, bind
from app.knowledge import KnowledgeState, build_knowledge
from app.web import build_app
from kit.logs import configure_logging
from kit.secrets import KeyRing
from kit.settings import Settings


def serve(settings: Settings) -> int:
    """Run the web processes until stopped. Returns the exit code."""
    configure_logging()
    log = structlog.get_logger("serve")
    # Whatever may be refused comes before the embedded Valkey is started: it would be left running.
    keys = KeyRing.open(settings.key_dir, create=False)
    sock = bind(settings.host, settings.port)
    knowledge = asyncio.run(_warm(settings, keys))
    redis_at = redis_url(settings)
    app = build_app(settings, redis_at, knowledge)

    def child(slot: int) -> None:
        sock.setblocking(False)
        app.run(
            sock=sock,
            single_process=True,
            motd=False,
            access_log=False,
            debug=False,
            register_sys_signals=True,
        )

    log.info("serving", host=settings.host, port=settings.port, processes=settings.web_processes)
    return ForkingServer(settings.web_processes, child, log.warning).run()


async def _warm(settings: Settings, keys: KeyRing) -> KnowledgeState:
    """What every child shares: profile checked, knowledge read and indexed. Connections end here."""
    async with open_database(settings, keys) as db:
        await profile_in_force()
        return await build_knowledge(db.clock)
