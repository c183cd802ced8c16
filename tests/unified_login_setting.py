"""A unified government login to try against, over real HTTP: it says who it is told to say, and takes a code once."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer

CLIENT, SECRET = "chengguan", "a-secret-of-the-login"
MEI = {
    "sub": "u-1",
    "name": "李梅",
    "type": "person",
    "identity_number": "11010519491231002X",
    "level": "high",
}
SHOP = {
    "sub": "o-1", "name": "清河商贸有限公司", "type": "organisation", "uscc": "91350100M000100Y43",
    "legal_representative": "李梅", "level": "high",
}  # fmt: skip


@dataclass
class LoginStandIn:
    """What it does next: `says` who everybody is, `is_away` answers nothing of use, `nonce` is said in place of the right one."""

    base: str = ""
    says: dict[str, Any] = field(default_factory=lambda: dict(MEI))
    is_away: bool = False
    nonce: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        code = secrets.token_hex(8)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def token(self, request: web.Request) -> web.Response:
        if self.is_away:
            return web.Response(status=502)
        given = await request.post()
        asked = self.codes.pop(str(given.get("code", "")), None)
        proof = sha256(str(given.get("code_verifier", "")).encode()).digest()
        is_right = (
            asked is not None
            and (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
            and asked["redirect_uri"] == given.get("redirect_uri")
            and urlsafe_b64encode(proof).decode().rstrip("=") == asked["code_challenge"]
        )
        if asked is None or not is_right:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = secrets.token_hex(8)
        self.tokens[token] = asked["nonce"]
        return web.json_response({"access_token": token})

    async def userinfo(self, request: web.Request) -> web.Response:
        nonce = self.tokens.pop(request.headers.get("authorization", "").removeprefix("Bearer "), "")
        return web.json_response({**self.says, "nonce": self.nonce or nonce})


@asynccontextmanager
async def unified_login() -> AsyncIterator[LoginStandIn]:
    """One, running on a free port of the loopback."""
    standin, app = LoginStandIn(), web.Application()
    app.router.add_get("/authorize", standin.authorize)
    app.router.add_post("/token", standin.token)
    app.router.add_get("/userinfo", standin.userinfo)
    async with TestServer(app) as server:
        standin.base = str(server.make_url("/")).rstrip("/")
        yield standin
