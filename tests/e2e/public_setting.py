"""The public pages on a free port of the loopback."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
from sanic import Sanic

from casework.figures.desk import FiguresDesk
from casework.figures.profile import FiguresSection
from casework.permits.kinds import PermitsSection
from kit.db import Database
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from kit.signing_keys import SigningKeys
from tests import read_once
from tests.casework_setting import desk_on
from tests.e2e.console_setting import BUREAU
from web.public.blueprint import public_blueprint
from web.public.door import PublicDoor, build_public
from web.public.problems import problem_page


@dataclass(frozen=True)
class PublicSetting:
    """`http` asks as a browser does."""

    url: str
    http: aiohttp.ClientSession
    door: PublicDoor


@contextlib.asynccontextmanager
async def public_on(
    database: Database, folder: Path, permits: PermitsSection | None = None
) -> AsyncIterator[PublicSetting]:
    """The pages of a bureau whose permit keys are in `folder`."""
    catalogue, assets = read_once.catalogue(), read_once.assets()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"public-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False})
    install_shell(app, ProblemAnswers(catalogue, {"/public": problem_page}), url)
    assets.install(app)
    app.blueprint(public_blueprint())
    door = app.ctx.public = build_public(
        figures=FiguresDesk(desk=desk_on(database), section=FiguresSection()),
        bureau=BUREAU,
        catalogue=catalogue,
        assets=assets,
        permits=permits or PermitsSection(),
        keys=SigningKeys(folder),
        limits=RateLimit(None, KeyRing.random(), database.clock),
    )
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        async with aiohttp.ClientSession(url, headers={"accept": "text/html"}) as http:
            yield PublicSetting(url, http, door)
    finally:
        await server.close()
        listening.close()
        Sanic._app_registry.pop(app.name)
