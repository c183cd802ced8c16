"""Two platforms for the tests of the exchange: what they sign, and one that listens over real HTTP."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from casework.complaints.urgency import Urgency
from casework.exchange import signing
from casework.exchange.profile import ExchangeSection, Peer

SECRET, OLDER = b"s" * 32, b"o" * 32
HOTLINE, CITY = "12345", "shuzi"
ORDERS = "/exchange/v1/orders"


def section(callback: str = "http://127.0.0.1:9/hook?from=us", **more: Any) -> ExchangeSection:
    """The hotline, whose orders are looked at first, and the city management system, whose are accepted at once."""
    hotline = Peer(
        code=HOTLINE,
        name="12345热线",
        kind="hotline",
        callback=callback,
        categories={"流动摊贩": "vending", "A-07": "noise"},
        statuses={"accepted": "20", "answered": "40"},
        urgencies={"特急": Urgency.EMERGENCY},
        **more,
    )
    city = Peer(
        code=CITY,
        name="数字城管",
        kind="city_management",
        callback=callback,
        categories={"0401": "vending"},
        accepts=True,
    )
    return ExchangeSection(peers=(hotline, city))


def secrets_of(peer: str) -> tuple[bytes, ...]:
    """What both platforms share with us."""
    return (SECRET,) if peer in (HOTLINE, CITY) else ()


def signed(
    now: datetime, method: str, target: str, body: bytes = b"", *, peer: str = HOTLINE, secret: bytes = SECRET
) -> dict[str, str]:
    """The headers of a request of a platform's."""
    nonce = uuid4().hex
    made = signing.signed(secret, sender=peer, method=method, target=target, now=now, nonce=nonce, body=body)
    return {**made, "content-type": "application/json"}


@dataclass
class Listening:
    """A platform that keeps what it was told and answers as it is told to. `said` may be a status or a callable."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    said: Callable[[int], web.Response] = lambda number: web.json_response({"number": "HZ-1"})

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        envelope = signing.parse(request.headers.items())
        assert envelope is not None
        assert signing.is_signed(envelope, (SECRET,), request.method, request.raw_path, body)
        self.heard.append((headers, body))
        return self.said(len(self.heard))

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]

    @property
    def ids(self) -> list[str]:
        return [headers["x-delivery-id"] for headers, _ in self.heard]


@contextlib.asynccontextmanager
async def listening_peer() -> AsyncIterator[Listening]:
    """A platform on a free port of the loopback."""
    peer = Listening()
    app = web.Application()
    app.router.add_post("/hook", peer.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    peer.url = f"http://{host}:{port}/hook?from=%E6%88%91"
    try:
        yield peer
    finally:
        await runner.cleanup()
