"""The API on a real server and a real database, with callers whose every answer is held against the document."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import jsonschema_rs
import msgspec
from sanic import Sanic

from bot.notice_side import NoticeSide
from bot.profile import MessageTemplate, WechatSection
from casework.actors import Actor, citizen
from casework.misconduct import Misconduct
from casework.notifications.rules import SHIPPED
from casework.notifications.topics import topics_of
from casework.people.models import Account
from casework.people.profile import ConsentsSection
from casework.people.unified_login import UnifiedLogin
from casework.permits.desk import PermitDesk
from casework.permits.paper_sight import sees_papers_of_application, sees_papers_of_permit
from content.bureau_profile import BureauSection, Window
from content.interpretations.answering import Answerer
from content.interpretations.hearing import Door, Vote
from content.interpretations.views import Answer, Citation, EntryView
from kit.db import Change, Database
from kit.files.store import LocalFileStore
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.shell import install_shell
from kit.http.slow_down import LoginSlowDown
from kit.secrets import KeyRing
from kit.signing_keys import SigningKeys
from miniapp_api.blueprint import api_blueprint
from miniapp_api.door import CITIZEN, ApiDoor, build_api
from miniapp_api.open311.blueprint import open311_blueprint
from miniapp_api.open311.door import build_open311
from miniapp_api.permit_side import PermitSide
from tests import read_once
from tests.casework_setting import desk_on, inquiry_desk_on
from tests.penalty_setting import penalties_on
from tests.permit_setting import permit_desk_on

LARGEST_BODY = 512 * 1024
CATALOGUE = read_once.catalogue()
CONSENTS = read_once.profile().section(ConsentsSection)
BUREAU = BureauSection(
    name="清水市城市管理执法局",
    short_name="清水城管",
    reference_code="QS",
    phone="0000-1234567",
    duty_phone="0000-7654321",
    address="湖滨路",
    hours="工作日",
    window=Window(name="窗口", address="文渊路", phone="0000-1234567"),
)
TEMPLATES = WechatSection(
    templates=(
        MessageTemplate(id="mini-1", kind="one_time", fields={"thing1": "title"}, app="miniprogram"),
        MessageTemplate(id="mini-2", kind="one_time", fields={"thing1": "title"}, app="miniprogram"),
        MessageTemplate(id="of-the-account", kind="long_term", fields={"thing1": "title"}),
    )
)
ENTRIES = (
    EntryView(
        slug="dog-on-leash",
        question="遛狗要牵绳吗？",
        phrasings=("狗不拴绳", "养犬牵引绳"),
        answer="要牵绳。",
        citations=(Citation("动物防疫法", 30, date(2021, 5, 1), "《动物防疫法》第三十条"),),
        category="养犬",
        valid_from_on=date(2021, 5, 1),
        topic="dog-walking",
        link="complaint:noise",
    ),
    EntryView(
        slug="dog-fine",
        question="遛狗不牵绳罚多少钱？",
        phrasings=("狗没拴绳子处罚标准",),
        answer="个人处五十元以上罚款。",
        more="经劝阻仍不改的，从重。",
        citations=(Citation("动物防疫法", 30, date(2021, 5, 1), "《动物防疫法》第三十条"),),
        category="养犬",
        sensitive=True,
        valid_from_on=date(2021, 5, 1),
        topic="dog-walking",
    ),
)
GISTS = {("动物防疫法", 30): "携带犬只出户应当牵引"}


class Heard:
    """What the doors passed on, for tests to look at."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.votes: list[Vote] = []

    def asked(self, words: str, answer: Answer, door: Door) -> None:
        if answer.band != "answer":
            self.questions.append(words)

    async def voted(self, vote: Vote) -> bool:
        known = {(one.person, one.slug) for one in self.votes}
        self.votes.append(vote)
        return (vote.person, vote.slug) not in known


@dataclass(frozen=True)
class Said:
    """An answer. `body` is read JSON, or the bytes of anything else."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def type(self) -> str:
        """What kind of problem, without the prefix all have."""
        return str(self.body["type"]).removeprefix("/problems/")


@dataclass
class ApiSetting:
    """A running API: its address, its door, and what it says about itself."""

    url: str
    door: ApiDoor
    http: aiohttp.ClientSession
    heard: Heard
    document: dict[str, Any] = field(default_factory=dict)
    _validators: dict[str, jsonschema_rs.Validator] = field(default_factory=dict)

    async def anonymous(self) -> Caller:
        return Caller(self, "", UUID(int=0))

    async def citizen(self) -> Caller:
        """Somebody with an account and a token in force."""
        db = self.door.db
        account_id = db.ids.new()

        async def work(change: Change) -> None:
            await Account(id=account_id, created_at=change.now).save(force_create=True)

        await db.change(work)
        new = await self.door.sessions.create(CITIZEN, account_id)
        return Caller(self, new.token, account_id)

    def check(self, method: str, path: str, said: Said) -> None:
        """Hold an answer against the document. Nothing undocumented may be said."""
        shape = self._path_of(path)
        if shape is None:
            assert (said.status, said.type) == (404, "not_found"), (path, said)
            return
        operation = self.document["paths"][shape].get(method.lower())
        if operation is None:
            assert said.status == 405, (method, path, said)
            return
        documented = operation["responses"].get(str(said.status))
        assert documented is not None, (method, path, said)
        for name, header in documented["headers"].items():
            assert name in said.headers or not header["required"], (method, path, name)
        content = documented.get("content", {})
        if said.status in (204, 304) or method == "HEAD":
            assert method == "HEAD" or not content
            assert not said.body
            return
        media = said.headers["content-type"].partition(";")[0]
        assert media in content, (method, path, said.status, media)
        if "json" in media:
            self._validator(shape, method, said.status, content[media]["schema"]).validate(said.body)

    def _path_of(self, path: str) -> str | None:
        plain = path.partition("?")[0]
        for shape in sorted(self.document["paths"], key=lambda one: one.count("{")):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", shape), plain):
                return str(shape)
        return None

    def _validator(self, shape: str, method: str, status: int, schema: Any) -> jsonschema_rs.Validator:
        name = f"{method} {shape} {status}"
        if name not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[name]


@dataclass
class Caller:
    """Somebody with a token, or without."""

    setting: ApiSetting
    token: str
    account_id: UUID

    @property
    def actor(self) -> Actor:
        return citizen(self.account_id)

    async def get(self, path: str, **headers: str) -> Said:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, content: object = None, **headers: str) -> Said:
        return await self.ask("POST", path, {} if content is None else content, **headers)

    async def ask(self, method: str, path: str, content: object = None, **headers: str) -> Said:
        """`path` is below /api/v1 unless it says otherwise; `content` is bytes to be sent as they are, or JSON."""
        address = path if path.startswith(("/api/", "/open311/")) else f"/api/v1{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("authorization", f"Bearer {self.token}")
        body = content
        if content is not None and not isinstance(content, bytes):
            sent.setdefault("content-type", "application/json")
            body = msgspec.json.encode(content)
        async with self.setting.http.request(
            method, self.setting.url + address, data=body, headers=sent, allow_redirects=False
        ) as answer:
            raw = await answer.read()
            is_json = "json" in answer.headers.get("content-type", "")
            said = Said(answer.status, msgspec.json.decode(raw) if is_json and raw else raw, answer.headers)
        self.setting.check(method, address, said)
        return said


@contextlib.asynccontextmanager
async def api_on(
    database: Database,
    folder: Path,
    *,
    is_paced: bool = False,
    permits: PermitDesk | None = None,
    login: UnifiedLogin | None = None,
) -> AsyncIterator[ApiSetting]:
    """The API on this database, on a free port of the loopback. There is no mini-program behind it."""
    keys = KeyRing.random()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"api-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False, "OAS": False, "REQUEST_MAX_SIZE": LARGEST_BODY})
    install_shell(app, ProblemAnswers(CATALOGUE, {}), url)
    app.blueprint(api_blueprint())
    app.blueprint(open311_blueprint())
    desk, heard = desk_on(database), Heard()
    signing = SigningKeys(folder / "keys")
    signing.add(database.clock.now(), use=True)
    tries = LoginSlowDown(None, keys, database.clock)
    door = build_api(
        desk=desk,
        inquiries=inquiry_desk_on(database),
        answerer=Answerer(ENTRIES),
        misconduct=Misconduct(CATALOGUE),
        catalogue=CATALOGUE,
        bureau=BUREAU,
        consents=CONSENTS,
        keys=keys,
        files=LocalFileStore(folder / "files", keys),
        app_id=None,
        platform=None,
        notices=NoticeSide(database, TEMPLATES, topics_of(SHIPPED), "", "miniprogram"),
        also_held=_nothing_else,
        forget_also=_nothing_to_forget,
        permits=PermitSide(permits or permits_on(database), signing, url, tries, login),
        penalties=penalties_on(database, keys),
        pace=RateLimit(None, keys, database.clock, enabled=is_paced),
        hearing=heard,
        gists=GISTS,
    )
    app.ctx.api = door
    app.ctx.open311 = build_open311(
        desk=desk,
        keys=keys,
        catalogue=CATALOGUE,
        limit=RateLimit(None, keys, database.clock, enabled=is_paced),
        api_keys=(),
        agency=BUREAU.name,
        contact=BUREAU.phone,
        duty_phone=BUREAU.duty_phone,
        public_url=url,
    )
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    async with aiohttp.ClientSession() as http:
        setting = ApiSetting(url, door, http, heard, msgspec.json.decode(door.document))
        try:
            yield setting
        finally:
            await server.close()
            listening.close()
            Sanic._app_registry.pop(app.name)


def permits_on(database: Database) -> PermitDesk:
    """The permit desk of tests, whose papers are opened by those who may see what they are about."""
    desk = permit_desk_on(database)
    sight = {"permit_application": sees_papers_of_application, "permit": sees_papers_of_permit}
    return replace(desk, documents=replace(desk.documents, sight=sight))


async def _nothing_else(_: frozenset[UUID]) -> Mapping[str, object]:
    return {}


async def _nothing_to_forget(_: Change, __: list[UUID]) -> None:
    return None
