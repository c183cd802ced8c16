"""`chengguan serve`: warm up once, fork, serve."""

from __future__ import annotations

import asyncio
import contextlib
import resource

import structlog

from app.core import Settled, read_settled, redis_url
from app.database import open_database
from app.forking import ForkingServer, bind, share_one_heap
from app.knowledge import KnowledgeState, build_knowledge, local_figures
from app.profile import calendar_of
from app.split_doors import Side
from app.stopping import StopNotice
from app.web import build_app
from content.interpretations import follow_up
from content.interpretations.gists import shipped_gists
from kit.http.patience import PatientProtocol
from kit.logs import configure_logging
from kit.secrets import KeyRing
from kit.settings import Settings
from web import rendering

CONSOLE_PROCESSES = 1
"""For the console's own port: a bureau's staff, and apart from whatever the citizens' side is busy with."""


def serve(settings: Settings) -> int:
    """Run the web processes until stopped. Returns the exit code."""
    share_one_heap()
    configure_logging()
    log = structlog.get_logger("serve")
    # Whatever may be refused comes before the embedded Valkey is started: it would be left running.
    keys = KeyRing.open(settings.key_dir, create=False)
    sock = bind(settings.host, settings.port)
    console = None
    if settings.console_port is not None:
        console = bind(settings.host, settings.console_port, variable="CONSOLE_PORT")
    _take_all_descriptors()
    knowledge, settled = asyncio.run(_warm(settings, keys))
    redis_at = redis_url(settings)
    stopping = StopNotice()
    app = build_app(settings, redis_at, knowledge, stopping, settled)
    # What each process would make for itself at its start, or with its first question.
    app.settle()
    for tables in (rendering.warm, follow_up.words, shipped_gists):
        tables()

    def child(slot: int) -> None:
        ours, other = sock, console
        if console is not None and slot >= settings.web_processes:
            ours, other = console, sock
            app.ctx.side = Side.CONSOLE
        if other is not None:
            other.close()
        app.run(
            sock=ours,
            single_process=True,
            protocol=PatientProtocol,
            motd=False,
            access_log=False,
            debug=False,
            register_sys_signals=True,
        )

    def let_go() -> None:
        # Whoever connects once the children have stopped listening hears so at once, instead of waiting in a queue.
        for one in (sock, console):
            if one is not None:
                one.close()

    processes = settings.web_processes + (CONSOLE_PROCESSES if console is not None else 0)
    log.info("serving", host=settings.host, port=settings.port, processes=processes)
    return ForkingServer(
        processes,
        child,
        log.warning,
        announce=stopping.set,
        notice_s=settings.stop_notice_s,
        let_go=let_go,
    ).run()


def _take_all_descriptors() -> None:
    """As many connections as the system allows: the usual first limit of 1024 is less than a process can serve."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _warm(settings: Settings, keys: KeyRing) -> tuple[KnowledgeState, Settled]:
    """What every child shares: profile checked, knowledge read and indexed. Connections end here."""
    async with open_database(settings, keys) as db:
        settled = await read_settled()
        calendar_of(settled.profile, settings.data_dir)
        figures = local_figures(settled.profile)
        return await build_knowledge(db.clock, figures, rescoring=settings.rescoring), settled
