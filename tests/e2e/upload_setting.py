"""The upload routes of the API on a real server, a real database and a real file store, without the rest."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from sanic import Blueprint, Sanic

from casework.people.models import Account
from kit.db import Change, Database
from kit.files.room import Room
from kit.files.store import LocalFileStore
from kit.files.uploads import Uploads
from kit.http.addresses import ClientAddresses
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.sessions import Sessions
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from miniapp_api.serving import route_of, sanic_path
from miniapp_api.upload_table import UPLOADS
from tests import read_once

ADDRESS = "/api/v1/uploads"
LARGEST_BODY = 512 * 1024


@dataclass(frozen=True)
class Door:
    """As much of the API's door as uploads need."""

    db: Database
    uploads: Uploads
    sessions: Sessions
    pace: RateLimit
    addresses: ClientAddresses


@dataclass(frozen=True)
class UploadSetting:
    """Where it is served, what it works with."""

    url: str
    door: Door
    folder: Path

    async def token(self, account_id: UUID) -> str:
        """A session of the mini-program's."""

        async def work(change: Change) -> None:
            await Account(id=account_id, created_at=change.now).save(force_create=True)

        await self.door.db.change(work)
        return (await self.door.sessions.create("citizen", account_id)).token

    @contextlib.asynccontextmanager
    async def client(self, account: int) -> AsyncIterator[aiohttp.ClientSession]:
        """Somebody signed in; nobody for 0."""
        headers = {"authorization": f"Bearer {await self.token(UUID(int=account))}"} if account else {}
        async with aiohttp.ClientSession(self.url, headers=headers) as session:
            yield session

    @contextlib.asynccontextmanager
    async def wire(self) -> AsyncIterator[socket.socket]:
        """A bare connection."""
        place = urlsplit(self.url)
        with socket.create_connection((str(place.hostname), place.port or 80)) as wire:
            wire.setblocking(False)
            yield wire

    def kept(self) -> int:
        """How many sealed files there are, drafts of them included."""
        return len([path for path in (self.folder / "files" / "originals").rglob("*") if path.is_file()])


@contextlib.asynccontextmanager
async def uploads_on(
    database: Database, folder: Path, room: Room | None = None
) -> AsyncIterator[UploadSetting]:
    """Served on a free port of the loopback."""
    keys = KeyRing.random()
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"uploads-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False, "REQUEST_MAX_SIZE": LARGEST_BODY})
    install_shell(app, ProblemAnswers(read_once.catalogue()), url)
    api = Blueprint("api")
    for one in UPLOADS:
        api.add_route(
            route_of(one), sanic_path(one), methods=[one.method], name=one.name, stream=one.is_stream
        )
    app.blueprint(api)
    app.ctx.api = door = Door(
        db=database,
        uploads=Uploads(database, LocalFileStore(folder / "files", keys, room)),
        sessions=Sessions(database, keys),
        pace=RateLimit(None, keys, database.clock),
        addresses=ClientAddresses(()),
    )
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        yield UploadSetting(url, door, folder)
    finally:
        await server.close()
        listening.close()
        Sanic._app_registry.pop(app.name)
