"""`/healthz` and `/readyz`: is the process alive; can it do its work?"""

from __future__ import annotations

import asyncio
import os

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.response import redirect

from app.core import Core
from kit.redis import UNAVAILABLE

PROBE_S = 2.0


def ops_blueprint() -> Blueprint:
    """Routes that no citizen sees."""
    blueprint = Blueprint("ops")

    @blueprint.get("/healthz")
    async def healthz(_: Request) -> HTTPResponse:
        """The process answers."""
        return json({"status": "ok", "pid": os.getpid()})

    @blueprint.get("/readyz")
    async def readyz(request: Request) -> HTTPResponse:
        """The database answers. Redis may be away: everything works without it, only slower."""
        core: Core = request.app.ctx.core
        database, redis = await asyncio.gather(_database(core), _redis(core))
        ready = database == "ok"
        return json(
            {"status": "ok" if ready else "unavailable", "database": database, "redis": redis},
            status=200 if ready else 503,
        )

    @blueprint.get("/")
    async def front(_: Request) -> HTTPResponse:
        """Citizens come by WeChat; who types the bare address is staff."""
        return redirect("/console/", status=303)

    return blueprint


async def _database(core: Core) -> str:
    try:
        await asyncio.wait_for(core.db.reading.execute_query("SELECT 1"), PROBE_S)
    except Exception as exc:  # noqa: BLE001 - whatever it is, the answer is that it does not work
        return type(exc).__name__
    return "ok"


async def _redis(core: Core) -> str:
    try:
        await asyncio.wait_for(core.redis.ping(), PROBE_S)
    except UNAVAILABLE as exc:
        return type(exc).__name__
    return "ok"
