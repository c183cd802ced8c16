"""Who plays the platform for the client: the stand-in, or a small server with recorded bodies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from kit.clock import Clock
from tests.every_call import (
    APP_ID,
    CITIZEN,
    LONG_TERM,
    MINI_ID,
    MINI_SECRET,
    ONE_TIME,
    PNG,
    SECRET,
    World,
    article,
)
from wechat.calls import Calls
from wechat.client import WeChatClient
from wechat.endpoints import BY_PATH
from wechat.exchange import CALL_TIMEOUT
from wechat.jssdk import TicketKeeper
from wechat.miniprogram import MiniProgramClient
from wechat.oauth import OAuthClient, OAuthUser
from wechat.standin.config import StandinConfig
from wechat.standin.dispatch import PLATFORM
from wechat.standin.oauth import Grant
from wechat.standin.platform import Platform
from wechat.standin.server import build_app
from wechat.tokens import TokenKeeper

RECORDED = Path(__file__).parent / "contract" / "recorded"


def new_world(
    base: str, session: aiohttp.ClientSession, clock: Clock, timeout: aiohttp.ClientTimeout = CALL_TIMEOUT
) -> World:
    """Clients of their own keepers, at whoever listens on `base`."""

    def keeper() -> TokenKeeper:
        return TokenKeeper(None, session, APP_ID, SECRET, base, clock, timeout)

    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    mini_tokens = TokenKeeper(None, session, MINI_ID, MINI_SECRET, base, clock)
    return World(
        official=WeChatClient(session, tokens, base, timeout),
        mini=MiniProgramClient(session, mini_tokens, MINI_ID, MINI_SECRET, base, timeout),
        oauth=OAuthClient(session, APP_ID, SECRET, base, timeout),
        bare=Calls(session, None, base, timeout),
        new_keeper=keeper,
        new_ticket_keeper=lambda: TicketKeeper(None, Calls(session, tokens, base, timeout), APP_ID, clock),
        keepers=(tokens, mini_tokens),
    )


# ---- recorded bodies


def recorded(name: str = "") -> dict[str, Any]:
    """The recorded answers by path."""
    found: dict[str, Any] = {}
    for file in sorted(RECORDED.glob("*.json")):
        if (file.stem == "refusals") == (name == "refusals"):
            found |= json.loads(file.read_text(encoding="utf-8"))
    return found


@asynccontextmanager
async def recorded_platform(answers: Mapping[str, Any]) -> AsyncIterator[str]:
    """A server that answers each path with its recorded body; its base address.

    It refuses what the platform would not read: the wrong method, no token, escaped characters.
    """

    async def answer(request: web.Request) -> web.Response:
        row = BY_PATH[request.path]
        wrong = _wrong(row.method != request.method, row.needs_token and "access_token" not in request.query)
        if request.content_type == "application/json" and b"\\u" in await request.read():
            wrong = (47001, "data format error")
        if wrong is not None:
            return web.json_response({"errcode": wrong[0], "errmsg": wrong[1]})
        return recorded_answer(answers[request.path])

    app = web.Application()
    for path in answers:
        app.router.add_route("*", path, answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def _wrong(is_method_wrong: bool, is_token_missing: bool) -> tuple[int, str] | None:
    if is_method_wrong:
        return 43002, "the other method"
    return (41001, "access_token missing") if is_token_missing else None


def recorded_answer(kept: Mapping[str, Any]) -> web.Response:
    if kept.get("picture"):
        return web.Response(body=PNG, headers={"Content-Type": kept["type"]})
    text = kept["raw"] if "raw" in kept else json.dumps(kept["body"], ensure_ascii=False)
    mark = b"\xef\xbb\xbf" if kept.get("bom") else b""
    return web.Response(body=mark + text.encode(), headers={"Content-Type": kept["type"]})


RECORDED_NAMES = {
    "kf_account": "desk1@gh_recorded",
    "served": CITIZEN,
    "media": "recorded-media",
    "cover": "recorded-material-0001",
    "spare_material": "recorded-material-0002",
    "draft": "recorded-draft-0001",
    "spare_draft": "recorded-draft-0002",
    "draft_to_publish": "recorded-draft-0003",
    "publish_id": "2247483700",
    "article_id": "recorded-article-0001",
    "mass": "34182",
    "tag": 134,
    "spare_tag": 135,
    "web_code": "recorded-code-1",
    "login_code": "recorded-code-2",
    "phone_code": "recorded-code-3",
}


# ---- the stand-in


@asynccontextmanager
async def standin_platform(clock: Clock) -> AsyncIterator[tuple[str, Platform]]:
    """The running stand-in with a citizen who wrote and consented; its base address and its inside."""
    port = unused_port()
    config = StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token="token",
        aes_key=None,
        webhook_url="http://127.0.0.1:9/wechat",
        miniapp_app_id=MINI_ID,
        miniapp_app_secret=MINI_SECRET,
        port=port,
        clock=clock,
        seed=1,
    )
    app = build_app(config)
    async with TestServer(app, port=port) as server:
        platform = app[PLATFORM]
        for openid in (CITIZEN, "oServed-00123456789abcdefghi"):
            citizen = platform.citizens.meet(openid, "小明", followed=True)
            platform.citizens.wrote(citizen)
            for template, is_long in ((ONE_TIME, False), (LONG_TERM, True)):
                for _ in range(4):
                    platform.citizens.consented(citizen, template, long_term=is_long, accepted=True)
        yield str(server.make_url("")).rstrip("/"), platform


async def prepare(world: World, platform: Platform) -> None:
    """Put at the stand-in what the calls ask for."""
    official, names = world.official, world.names
    desk = next(iter(platform.kf.accounts))
    served = "oServed-00123456789abcdefghi"
    cover = await official.add_material("image", PNG, "cover.png", "image/png")
    spare = await official.add_material("image", PNG, "spare.png", "image/png")
    names |= {"cover": cover.media_id, "spare_material": spare.media_id}
    names["media"] = await official.media_upload("image", PNG, "a.png", "image/png")
    for name in ("draft", "spare_draft", "draft_to_publish", "draft_published"):
        names[name] = await official.add_draft(article(world))
    names["publish_id"] = await official.publish(names["draft_published"])
    names["article_id"] = (await official.publication(names["publish_id"])).article_id
    await official.create_menu({"button": [{"type": "click", "name": "我要投诉", "key": "complain"}]})
    names["mass"] = str((await official.mass_send_text("通知", client_msg_id="mass-0")).msg_id)
    names["tag"] = (await official.create_tag("志愿者")).id
    names["spare_tag"] = (await official.create_tag("备用")).id
    await official.kf_session_create(desk, served)
    names |= {"kf_account": desk, "served": served}
    grant = Grant(CITIZEN, "snsapi_userinfo")
    world.user = OAuthUser(CITIZEN, access_token=platform.oauth.tokens_for(grant)[0])
    names["web_code"] = platform.oauth.codes.issue(grant)
    names["login_code"] = platform.miniapp.logins.issue(CITIZEN)
    names["phone_code"] = platform.miniapp.phones.issue(CITIZEN)
    world.mini_citizen = (await world.mini.code2session(platform.miniapp.logins.issue(CITIZEN))).openid
