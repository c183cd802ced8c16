"""The citizens' pages and the mini-program's API on a real server and a real database, with the stand-in as WeChat."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from sanic import Sanic

from app.permit_profile import SAMPLES
from app.shipped import SHIPPED_PROFILE
from bot.export import BotHoldings
from bot.forgetting import forget_accounts
from bot.notice_side import NoticeSide
from bot.profile import MessageTemplate, WechatSection
from bot.singleflight import Names
from casework.complaints.desk import Desk
from casework.misconduct import Misconduct
from casework.notifications.rules import SHIPPED
from casework.notifications.topics import topics_of
from casework.people import identities
from casework.people.profile import ConsentsSection
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitsSection
from content.interpretations.answering import Answerer
from kit.db import Database, Fresh, Intake
from kit.files.room import Room
from kit.files.store import LocalFileStore
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from kit.signing_keys import SigningKeys
from miniapp_api.blueprint import api_blueprint
from miniapp_api.door import build_api
from miniapp_api.permit_side import PermitSide as ApiPermitSide
from miniapp_api.wechat_side import WeChatMiniSide
from tests import read_once
from tests.casework_setting import desk_on, inquiry_desk_on
from tests.e2e.api_setting import Heard
from tests.e2e.console_setting import BUREAU
from tests.penalty_setting import penalties_on
from tests.permit_setting import permit_desk_on
from tests.sign_setting import signs_on
from tests.standin_setting import APP_ID, LONG_TERM, ONE_TIME, SECRET, Outside, running
from web.h5.blueprint import h5_blueprint
from web.h5.door import H5Door, build_h5
from web.h5.permit_door import PermitSide
from web.h5.problems import problem_page
from web.h5.wechat_side import WeChatSide
from wechat.calls import Calls
from wechat.client import WeChatClient
from wechat.exchange import new_session
from wechat.jssdk import TicketKeeper
from wechat.miniprogram import mini_program_client
from wechat.oauth import OAuthClient
from wechat.tokens import TokenKeeper

MINI_ID, MINI_SECRET = "wxabcdef0123456789", "a-secret-of-the-mini-program"
IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50"
PAGE = {"accept": "text/html", "user-agent": IN_WECHAT}
CONSENTS = read_once.profile().section(ConsentsSection)
TEMPLATES = WechatSection(
    templates=(
        MessageTemplate(id=LONG_TERM, kind="long_term", fields={"thing1": "title"}),
        MessageTemplate(id=ONE_TIME, kind="one_time", fields={"thing1": "title"}),
    )
)
TOPICS = topics_of(SHIPPED)


@dataclass(frozen=True)
class Answered:
    """An answer, read. `path` is where the browser ended up, `leads_to` where it was sent."""

    status: int
    text: str
    headers: Mapping[str, str]
    path: str
    leads_to: str


class Phone:
    """A phone's browser without scripts: cookies and forms, in WeChat unless it says otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, address: str, *, follow: bool = True, **headers: str) -> Answered:
        return await self._ask("GET", address, None, follow, headers)

    async def post(
        self,
        address: str,
        fields: Mapping[str, str] | Sequence[tuple[str, str]],
        *,
        follow: bool = True,
        **headers: str,
    ) -> Answered:
        return await self._ask("POST", address, fields, follow, headers)

    async def upload(
        self, address: str, fields: Mapping[str, str], field: str, name: str, content: bytes
    ) -> Answered:
        """A form with a file."""
        form = aiohttp.FormData()
        for one, value in fields.items():
            form.add_field(one, value)
        form.add_field(field, content, filename=name, content_type="application/octet-stream")
        return await self._ask("POST", address, form, True, {})

    async def submit(self, page: str, action: str, **fields: str) -> Answered:
        """Open a page, fill the form that goes to `action`, send it."""
        text = (await self.get(page)).text
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
        assert form, f"{page} has no form for {action}"
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        return await self.post(action, hidden | fields)

    def cookie(self, name: str) -> str:
        return next((one.value for one in self.http.cookie_jar if one.key == name), "")

    async def _ask(
        self, method: str, address: str, fields: object, follow: bool, headers: Mapping[str, str]
    ) -> Answered:
        address = address if address.startswith("http") else self.url + address
        async with self.http.request(
            method,
            address,
            data=fields,
            headers=PAGE | {k.replace("_", "-"): v for k, v in headers.items()},
            allow_redirects=follow,
        ) as answer:
            text = await answer.text(errors="replace")
            place = urlsplit(str(answer.url))
            path = place.path + (f"?{place.query}" if place.query else "")
            return Answered(answer.status, text, answer.headers, path, answer.headers.get("location", ""))


@dataclass
class CitizenSetting:
    """A running system: its address, its doors, the stand-in."""

    url: str
    door: H5Door
    standin: Outside
    heard: Heard

    @property
    def desk(self) -> Desk:
        return self.door.desk

    @contextlib.asynccontextmanager
    async def phone(self, openid: str = "") -> AsyncIterator[Phone]:
        """A phone; with an openid, one whose built-in browser the stand-in knows."""
        phone = Phone(self.url)
        try:
            if openid:
                await self.standin.post("/_standin/citizens", {"openid": openid, "name": "梅"})
                phone.http.cookie_jar.update_cookies({"standin_phone": openid})
            yield phone
        finally:
            await phone.http.close()

    async def mini_code(self, openid: str, **known: str) -> str:
        """What `wx.login` gives."""
        await self.standin.post("/_standin/citizens", {"openid": openid} | known)
        code: str = (await self.standin.post("/_standin/login_code", {"openid": openid}))["code"]
        return code

    async def phone_code(self, openid: str, number: str) -> str:
        """What the platform's phone button gives."""
        asked = {"openid": openid, "phone_number": number}
        code: str = (await self.standin.post("/_standin/phone_code", asked))["code"]
        return code

    async def api(
        self, method: str, path: str, content: object = None, token: str = "", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        async with self.standin.http.request(
            method, f"{self.url}/api/v1{path}", json=content, headers=bearer | headers
        ) as answer:
            body: dict[str, Any] = await answer.json(content_type=None) if answer.status != 204 else {}
            return answer.status, body

    async def sign_in(self, openid: str, **known: str) -> str:
        """A token of the mini-program."""
        status, body = await self.api("POST", "/session", {"code": await self.mini_code(openid, **known)})
        assert status == 201, body
        return str(body["token"])


def permit_side_on(database: Database, folder: Path) -> PermitSide:
    """The shipped kinds of permits; keys for e-permits are in `folder`, where somebody made some."""
    section = read_once.profile().section(PermitsSection)
    return pages_of(permit_desk_on(database, section=section), folder)


def pages_of(desk: PermitDesk, folder: Path) -> PermitSide:
    """What the pages need, on this desk."""
    samples = SHIPPED_PROFILE / SAMPLES
    return PermitSide(desk=desk, keys=SigningKeys(folder / "keys"), samples=samples, signs=signs_on(desk))


@contextlib.asynccontextmanager
async def citizens_on(
    database: Database,
    folder: Path,
    *,
    in_any_browser: bool = False,
    answerer: Answerer | None = None,
    heard: Heard | None = None,
    room: Room | None = None,
    permits: PermitSide | None = None,
) -> AsyncIterator[CitizenSetting]:
    """Both doors on this database, served on a free port of the loopback."""
    keys, catalogue, assets = KeyRing.random(), read_once.catalogue(), read_once.assets()
    heard = heard or Heard()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"citizens-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False, "OAS": False})
    install_shell(app, ProblemAnswers(catalogue, {"/h5": problem_page}), url)
    assets.install(app)
    app.blueprint(h5_blueprint())
    app.blueprint(api_blueprint())
    desk, clock = desk_on(database), database.clock
    async with (
        running(miniapp_app_id=MINI_ID, miniapp_app_secret=MINI_SECRET) as standin,
        new_session() as session,
    ):
        base = standin.base
        tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
        tickets = TicketKeeper(None, Calls(session, tokens, base), APP_ID, clock)
        sign_in = OAuthClient(session, APP_ID, SECRET, base)
        side = WeChatSide(
            sign_in, WeChatClient(session, tokens, base), tickets, clock, app_id=APP_ID, base=base
        )
        mini = WeChatMiniSide(mini_program_client(session, None, MINI_ID, MINI_SECRET, base, clock))

        async def web_side() -> WeChatSide:
            return side

        async def mini_side() -> WeChatMiniSide:
            return mini

        door = build_h5(
            desk=desk,
            inquiries=inquiry_desk_on(database),
            keys=keys,
            catalogue=catalogue,
            assets=assets,
            files=LocalFileStore(folder / "files", keys, room),
            bureau=BUREAU,
            consents=CONSENTS,
            app_id=APP_ID,
            public_url=url,
            platform=web_side,
            notices=NoticeSide(database, TEMPLATES, TOPICS, APP_ID),
            also_held=BotHoldings(desk.sealer, Names.of_keys(keys)),
            forget_also=forget_accounts,
            permits=permits or permit_side_on(database, folder),
            penalties=penalties_on(database, keys),
            in_any_browser=in_any_browser,
            answering=answerer,
            hearing=heard,
            gists={("城市道路管理条例", 31): "占用道路须经批准"},
        )
        app.ctx.h5 = door
        app.ctx.api = build_api(
            desk=desk,
            inquiries=door.inquiries,
            answerer=answerer or Answerer([]),
            misconduct=Misconduct(catalogue),
            catalogue=catalogue,
            bureau=BUREAU,
            consents=CONSENTS,
            keys=keys,
            files=door.files,
            app_id=MINI_ID,
            platform=mini_side,
            notices=NoticeSide(database, TEMPLATES, TOPICS, APP_ID, "miniprogram"),
            also_held=door.also_held,
            forget_also=forget_accounts,
            permits=ApiPermitSide(door.permits.desk, door.permits.keys, url, door.receipt_tries),
            penalties=door.penalties,
        )
        server = await app.create_server(sock=listening, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.start_serving()
        try:
            yield CitizenSetting(url, door, standin, heard)
        finally:
            await server.close()
            listening.close()
            Sanic._app_registry.pop(app.name)


async def known_from_chat(setting: CitizenSetting, openid: str) -> UUID:
    """Somebody who wrote in the chat."""
    rows = identities.new_account_rows(setting.door.db, setting.door.sealer, APP_ID, openid)
    key = identities.identity_key(setting.door.sealer, APP_ID, openid)
    assert isinstance(await setting.door.db.write(Intake((key,), b"h", rows, b"")), Fresh)
    return rows[0].id
