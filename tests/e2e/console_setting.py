"""The console behind a real Sanic server on a real database, without the rest of the system."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from PIL import Image
from sanic import Sanic

from app.documents import close_documents
from app.profile import PROFILE_REFUSED, whole_profile
from app.web import LARGEST_BODY
from casework.actors import system
from casework.complaints.profile import PromisedLimit
from casework.documents.desk import DocumentDesk
from casework.exchange.profile import ExchangeSection
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.profile import InquiriesSection, InquiryLimits
from casework.penalties.desk import PenaltyDesk
from casework.people.passwords import Passwords
from casework.people.staff import add_staff
from casework.people.staff_profile import StaffSection
from casework.people.views import StaffView
from casework.permits.desk import PermitDesk
from casework.projects.desk import ProjectDesk
from casework.roles import Role
from casework.sign_filings.desk import SignDesk
from content.amendments import Checks
from content.bureau_profile import BureauSection, Window
from kit.db import Database
from kit.files.models import FileState, StoredFile
from kit.files.room import Room
from kit.files.store import LocalFileStore, Variant
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from tests import read_once
from tests.casework_setting import RULE_BOOK, desk_on
from tests.documents_setting import documents_on
from tests.penalty_setting import penalties_on
from tests.permit_setting import permit_desk_on
from tests.sign_setting import signs_on
from web.console.blueprint import console_blueprint
from web.console.campaign_door import CampaignDoor
from web.console.door import ConsoleDoor, SceneAddress, build_console
from web.console.knowledge_door import KnowledgeDoor
from web.console.map_door import MapDoor
from web.console.problems import problem_page
from web.console.template_book import TemplateBook

PASSWORD = "right-password"
PAGE = {"accept": "text/html"}
BUREAU = BureauSection(
    name="清水市城市管理执法局",
    short_name="清水城管",
    reference_code="QS",
    phone="0000-1234567",
    duty_phone="0000-1234567",
    address="湖滨路",
    hours="工作日",
    window=Window(name="窗口", address="文渊路", phone="0000-1234567"),
)


PROMISES = InquiriesSection(
    limits=InquiryLimits(
        answer=PromisedLimit(working_days=1, basis="承诺第六条"),
        close=PromisedLimit(natural_days=7, basis="承诺第七条"),
    )
)


NO_SECOND_FACTOR = StaffSection(second_factor_roles=())
"""For tests that are about something else."""


async def no_platform(scene: str, lasts_s: int | None) -> str:
    """A platform that gives no QR codes."""
    return ""


@dataclass
class ConsoleSetting:
    """A running console: its address, its door, and people to log in as."""

    url: str
    door: ConsoleDoor
    people: dict[str, StaffView] = field(default_factory=dict)

    def client(self) -> Clerk:
        return Clerk(self)

    async def hire(self, login: str, name: str, *grants: tuple[Role, str | None]) -> StaffView:
        person = await add_staff(
            self.door.db,
            self.door.passwords,
            system(),
            login=login,
            name=name,
            password=PASSWORD,
            grants=grants,
        )
        self.people[login] = person
        return person

    async def ready_photo(self, file_id: UUID) -> None:
        """What the worker does with a photo."""
        picture = BytesIO()
        Image.new("RGB", (8, 6), "teal").save(picture, "JPEG")
        for variant in Variant:
            await self.door.files.put_derived(file_id, variant, picture.getvalue())

        async def work(change) -> None:
            found = await StoredFile.get_or_none(id=file_id)
            if found is None:
                found = StoredFile(
                    id=file_id,
                    kind="complaint_photo",
                    sniffed_type="image/jpeg",
                    bytes_size=1,
                    sha256="0" * 64,
                    wrapped_key=b"",
                    attempts=0,
                    created_at=change.now,
                    state=FileState.READY.value,
                )
                await found.save(force_create=True)
            else:
                found.state = FileState.READY.value
                await found.save()

        await self.door.db.change(work)


@dataclass(frozen=True)
class Page:
    """An answer, read."""

    status: int
    text: str
    headers: aiohttp.typedefs.LooseHeaders
    path: str

    def hidden(self, name: str, act: str = "") -> str:
        """The value of a hidden field, of one move's form if there are several."""
        text = self.text
        if act:
            text = text[text.index(f'id="act-{act}"') :]
        found = re.search(rf'name="{name}" value="([^"]*)"', text)
        assert found, f"no hidden field {name}"
        return found.group(1)


class Clerk:
    """A browser without scripts: cookies and forms."""

    def __init__(self, setting: ConsoleSetting) -> None:
        self._setting = setting
        self.http = aiohttp.ClientSession(setting.url, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Clerk:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        async with self.http.get(path, headers=PAGE | headers, allow_redirects=follow) as answer:
            return await _read(answer)

    async def post(self, path: str, fields: object, *, follow: bool = True, **headers: str) -> Page:
        async with self.http.post(
            path, data=fields, headers=PAGE | headers, allow_redirects=follow
        ) as answer:
            return await _read(answer)

    async def log_in(self, login: str, password: str = PASSWORD, **more: str) -> Page:
        form = await self.get("/console/login")
        if form.path != "/console/login":
            return form
        fields = {"login": login, "password": password, "csrf_token": form.hidden("csrf_token"), **more}
        return await self.post("/console/login", fields)

    async def act(self, reference: str, move: str, **fields: str) -> Page:
        """Open the case, fill the form of a move, send it."""
        page = await self.get(f"/console/cases/{reference}")
        sent = {
            "csrf_token": page.hidden("csrf_token"),
            "expected_revision": page.hidden("expected_revision", move),
            **fields,
        }
        return await self.post(f"/console/cases/{reference}/{move}", sent)


async def _read(answer: aiohttp.ClientResponse) -> Page:
    return Page(
        answer.status, await answer.text(errors="replace"), answer.headers, urlsplit(str(answer.url)).path
    )


@contextlib.asynccontextmanager
async def console_on(
    database: Database,
    folder: Path,
    scene_address: SceneAddress = no_platform,
    staff_rules: StaffSection = NO_SECOND_FACTOR,
    campaigns: CampaignDoor | None = None,
    templates: TemplateBook | None = None,
    room: Room | None = None,
    exchange: ExchangeSection | None = None,
    map: MapDoor | None = None,
    knowledge: KnowledgeDoor | None = None,
    documents: DocumentDesk | None = None,
    permits: PermitDesk | None = None,
    projects: ProjectDesk | None = None,
    penalties: PenaltyDesk | None = None,
    signs: SignDesk | None = None,
) -> AsyncIterator[ConsoleSetting]:
    """A console on this database, served on a free port of the loopback."""
    keys, catalogue, assets = KeyRing.random(), read_once.catalogue(), read_once.assets()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"console-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False, "REQUEST_MAX_SIZE": LARGEST_BODY})
    install_shell(app, ProblemAnswers(catalogue, {"/console": problem_page}), url)
    assets.install(app)
    app.blueprint(console_blueprint())
    desk, papers = desk_on(database), documents or documents_on(database)
    door = build_console(
        desk=desk,
        inquiries=InquiryDesk(
            db=database, calendar=desk.calendar, policy=PROMISES, sealer=desk.sealer, bureau_code="QS"
        ),
        scene_address=scene_address,
        keys=keys,
        catalogue=catalogue,
        assets=assets,
        files=LocalFileStore(folder / "files", keys, room),
        redis=None,
        bureau=BUREAU,
        public_url=url,
        amending=Checks(whole_profile, PROFILE_REFUSED, catalogue),
        rules=RULE_BOOK,
        templates=templates,
        staff_rules=staff_rules,
        campaigns=campaigns,
        exchange=exchange,
        map=map,
        knowledge=knowledge,
        documents=papers,
        permits=permits or replace(permit_desk_on(database), documents=papers),
        projects=projects,
        penalties=penalties or penalties_on(database, keys),
        signs=signs or signs_on(permit_desk_on(database)),
        passwords=Passwords(memory_kib=64, passes=1),
    )
    app.ctx.console = door
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        yield ConsoleSetting(url, door)
    finally:
        await server.close()
        await close_documents(papers)
        listening.close()
        Sanic._app_registry.pop(app.name)
