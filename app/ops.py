"""`/healthz`, `/readyz`, `/metrics`: is the process alive; can it do its work; how does the work go?"""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Callable

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.response import redirect

from app.core import Core
from kit.http.addresses import is_forwarded
from kit.metrics import CONTENT_TYPE
from kit.problems import Forbidden, Unauthenticated
from kit.redis import UNAVAILABLE
from kit.settings import is_loopback

PROBE_S = 2.0
QUIET_ROUTES = frozenset({"chengguan.ops.healthz", "chengguan.ops.readyz", "chengguan.ops.metrics"})


def ops_blueprint(front: Callable[[Request], str]) -> Blueprint:
    """Routes that no citizen sees. `front` says where the bare address leads."""
    blueprint = Blueprint("ops")

    @blueprint.get("/healthz")
    async def healthz(_: Request) -> HTTPResponse:
        """The process answers."""
        return json({"status": "ok", "pid": os.getpid()})

    @blueprint.get("/readyz")
    async def readyz(request: Request) -> HTTPResponse:
        """The database answers. Redis may be away: everything works without it, only slower.

        A service about to stop says so before it stops, so that whoever spreads the load looks elsewhere.
        """
        if request.app.ctx.stopping.is_set:
            return json({"status": "stopping"}, status=503)
        core: Core = request.app.ctx.core
        database, redis = await asyncio.gather(_database(core), _redis(core))
        ready = database == "ok"
        return json(
            {"status": "ok" if ready else "unavailable", "database": database, "redis": redis},
            status=200 if ready else 503,
        )

    @blueprint.get("/metrics")
    async def metrics(request: Request) -> HTTPResponse:
        """For whoever has the token; where none is set, for this machine."""
        _check_reader(request)
        ctx = request.app.ctx
        return HTTPResponse(ctx.board.page(await ctx.facts.read()), content_type=CONTENT_TYPE)

    @blueprint.get("/")
    async def bare(request: Request) -> HTTPResponse:
        """Citizens come by WeChat; who types the bare address is staff, where both share one address."""
        return redirect(front(request), status=303)

    return blueprint


def _check_reader(request: Request) -> None:
    core: Core = request.app.ctx.core
    token = core.settings.metrics_token
    if token is not None:
        given = (
            request.headers.get("authorization", "").removeprefix("Bearer ").encode(errors="surrogateescape")
        )
        if not hmac.compare_digest(given, token.encode()):
            raise Unauthenticated
    elif is_forwarded(request) or not is_loopback(request.ip or ""):
        raise Forbidden


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
