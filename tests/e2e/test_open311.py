"""Open311 over HTTP: what an independent client reads, what stays private, what is refused and how."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from georeport import GeoReport
from sanic import Sanic

from casework.complaints import actions, releasing
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.dangers.models import DangerAlert
from casework.people.models import Account
from kit.db import Database
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from miniapp_api.open311.blueprint import open311_blueprint
from miniapp_api.open311.door import build_open311
from miniapp_api.open311.operations import OPERATIONS
from tests import read_once
from tests.casework_setting import DISPATCHER, desk_on, filed
from tests.e2e.door_setting import listening

_serial = iter(range(1_000))
REPORT = {
    "service_code": "vending",
    "description": "菜场门口每天有人摆摊，走不过去",
    "lat": "30.123456",
    "long": "120.654321",
}


@dataclass(frozen=True)
class Door311:
    """The door on a real server, and a client's session."""

    url: str
    desk: Desk
    session: aiohttp.ClientSession

    async def post(self, form: str = "json", **fields: str) -> tuple[int, Any]:
        async with self.session.post(f"{self.url}/requests.{form}", data={**REPORT, **fields}) as response:
            body = await response.read()
            return response.status, ET.fromstring(body) if form == "xml" else await response.json()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.url}{path}") as response:
            return response.status, await response.json(content_type=None)


async def served(
    database: Database, *, api_keys: tuple[str, ...] = (), limits: bool = False
) -> AsyncIterator[Door311]:
    keys, catalogue = KeyRing.random(), read_once.catalogue()
    desk = desk_on(database)
    app = Sanic(f"open311_{next(_serial)}", configure_logging=False)
    install_shell(app, ProblemAnswers(catalogue), "http://127.0.0.1")
    app.blueprint(open311_blueprint())
    app.ctx.open311 = build_open311(
        desk=desk,
        keys=keys,
        catalogue=catalogue,
        limit=RateLimit(None, keys, database.clock, enabled=limits),
        api_keys=api_keys,
        agency="清水市城市管理执法局",
        contact="0000-8212345",
        duty_phone="0000-8212319",
        public_url="http://127.0.0.1",
    )
    async with listening(app) as url, aiohttp.ClientSession() as session:
        yield Door311(f"{url}/open311/v2", desk, session)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What rows do on each engine is tested with them; here it is about the door."""
    return sqlite_url


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door311]:
    async for one in served(database):
        yield one


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_an_independent_client_reads_services_their_questions_and_what_was_filed(
    door: Door311, form: str
) -> None:
    status, posted = await door.post()
    assert status == 201
    id = posted[0]["service_request_id"]
    case = await Complaint.get()
    await releasing.release(
        door.desk, DISPATCHER, case.id, description="占道摊点，已派人处理", place_text="湖滨路"
    )
    other = await filed(door.desk)
    await releasing.release(
        door.desk, DISPATCHER, other.id, description="另一处占道摊点", place_text="文渊路"
    )
    client = GeoReport(door.url, jurisdiction="qs", output_format=form)

    def read() -> tuple[Any, Any, Any, Any]:
        return (
            client.get_service_list(),
            client.get_service_definition("vending"),
            client.get_service_request(id),
            client.get_service_requests(status="open"),
        )

    services, definition, mine, all_ = await asyncio.to_thread(read)
    assert {one["service_code"] for one in services} == {"vending", "noise"}
    assert definition["service_code"] == "vending"
    assert mine["service_request_id"] == id
    assert (mine["status"], mine["service_name"], float(mine["lat"])) == ("open", "占道摆摊", 30.125)
    assert "description" not in mine
    assert "address" not in mine
    assert {one["address"] for one in all_} == {"湖滨路", "文渊路"}


async def test_the_private_id_leads_to_one_request_and_no_list_knows_it(door: Door311) -> None:
    _, posted = await door.post(address_string="湖滨路 12 号三单元", first_name="李梅", phone="13800001234")
    id = posted[0]["service_request_id"]
    assert len(id) == 26
    assert await door.get("/requests.json") == (200, [])
    assert await door.get(f"/requests.json?service_request_id={id}") == (200, [])
    status, (mine,) = await door.get(f"/requests/{id}.json")
    assert status == 200
    assert "湖滨路" not in str(mine)
    case = await Complaint.get()
    assert case.reference not in str(mine)
    assert (case.source, case.place_text) == ("open311", "湖滨路 12 号三单元")
    assert "13800001234" not in str(case.__dict__)
    assert case.phone_sealed is None
    assert (await door.get(f"/requests/{case.reference.replace('-', '')}.json"))[0] == 404
    assert await door.get(f"/tokens/{id}.json") == (200, [{"service_request_id": id, "token": id}])


async def test_a_clerks_release_shows_up_and_goes_away_again(door: Door311) -> None:
    case = await filed(door.desk)
    view = await releasing.release(door.desk, DISPATCHER, case.id, description="占道摊点，已派人处理")
    status, (shown,) = await door.get(f"/requests/{view.public_id}.json")
    assert (status, shown["description"]) == (200, "占道摊点，已派人处理")
    await actions.refuse(door.desk, DISPATCHER, case.id, reason="不归我局", responsible_body="交警")
    assert await door.get("/requests.json?status=open") == (200, [])
    _, (closed,) = await door.get("/requests.json?status=closed,open&service_code=vending,")
    assert closed["status_notes"] == "不予受理"
    await releasing.withdraw_release(door.desk, DISPATCHER, case.id)
    assert (await door.get(f"/requests/{view.public_id}.json"))[0] == 404


async def test_the_same_report_sent_twice_is_one_request(door: Door311) -> None:
    answers = await asyncio.gather(*(door.post() for _ in range(5)))
    assert len({body[0]["service_request_id"] for _, body in answers}) == 1
    assert await Complaint.all().count() == 1
    headers = {"idempotency-key": "one-act"}
    for story, status in (("另一件事", 201), ("另一件事", 201), ("说法变了", 409)):
        fields = {**REPORT, "description": story}
        async with door.session.post(f"{door.url}/requests.json", data=fields, headers=headers) as response:
            assert response.status == status
    assert await Complaint.all().count() == 2


async def test_danger_is_answered_with_numbers_and_calls_the_duty_officer(door: Door311) -> None:
    status, body = await door.post(description="饭店后厨着火了，快来人")
    assert status == 201
    assert body[0]["service_notice"].startswith("有人身危险请先打电话")
    assert await DangerAlert.all().count() == 1


async def test_what_is_told_of_our_own_people_is_refused_and_kept_nowhere(door: Door311) -> None:
    status, body = await door.post(description="你们城管队员收红包，放任摆摊")
    assert (status, "12388" in body[0]["description"]) == (400, True)
    assert await Complaint.all().count() == 0
    assert await Account.all().count() == 0


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "nothing"}, 404),
        ({"jurisdiction_id": "elsewhere"}, 404),
        ({"description": " \u200b"}, 400),
        ({"description": "长" * 12_001}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "北纬三十度"}, 400),
        ({"lat": "91"}, 400),
        ({"lat": "nan"}, 400),
        ({"long": ""}, 400),
        ({"address_id": "7"}, 400),
        ({"address_string": "路" * 301}, 400),
        ({"attribute[since]": "yesterday"}, 400),
    ],
)
async def test_what_cannot_be_used_is_refused_in_both_forms_and_files_nothing(
    door: Door311, changed: dict[str, str], status: int
) -> None:
    given, body = await door.post(**changed)
    assert (given, body[0]["code"]) == (status, status)
    assert body[0]["description"].endswith("。")
    given, tree = await door.post("xml", **changed)
    assert (given, tree.findtext("error/code")) == (status, str(status))
    assert await Complaint.all().count() == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("status=half", 400),
        ("start_date=yesterday", 400),
        ("start_date=2026-01-01T00:00:00", 400),
        ("start_date=0001-01-01T00:00:00%2B08:00&end_date=9999-11-01T00:00:00Z", 200),
        ("end_date=2026-01-01T00:00:00Z&start_date=2026-02-01T00:00:00Z", 200),
        ("status=open&status=closed", 400),
        ("jurisdiction_id=elsewhere", 404),
        ("start_date=2026-01-01T00:00:00%2B08:00&end_date=2026-03-01T00:00:00Z", 200),
        ("something_else=1", 200),
        ("status=&start_date=&end_date=&service_code=", 200),
        ("service_request_id=" + "0" * 41, 200),
        ("service_request_id=" + "0" * 401, 400),
        ("service_code=" + "x" * 401, 400),
    ],
)
async def test_filters_are_checked(door: Door311, query: str, status: int) -> None:
    assert (await door.get(f"/requests.json?{query}"))[0] == status


def test_every_route_stands_in_the_document_and_the_other_way_round() -> None:
    app = Sanic("open311_routes", configure_logging=False)
    try:
        app.blueprint(open311_blueprint())
        app.finalize()
        routed = {f"{method} /{route.path}" for route in app.router.routes for method in route.methods}
    finally:
        Sanic.unregister_app(app)
    # A part of a path with its format is a pattern to the router.
    plain = {re.sub(r"<(\w+):.*?\\.(\w+)\)>", r"{\1}.\2", one) for one in routed}
    documented = {f"{one.method} {one.path}" for one in OPERATIONS}
    assert {re.sub(r"\{\w+\}", "{}", one) for one in plain} == {
        re.sub(r"\{\w+\}", "{}", one) for one in documented
    }


async def test_a_body_that_is_no_form_is_refused(door: Door311) -> None:
    async with door.session.post(f"{door.url}/requests.json", json=REPORT) as response:
        assert response.status == 415
    unknown = aiohttp.FormData([*REPORT.items(), ("tags", "a"), ("tags", "b"), ("email", "a@b.c")])
    async with door.session.post(f"{door.url}/requests.json", data=unknown) as response:
        assert response.status == 201
    twice = aiohttp.FormData([*REPORT.items(), ("description", "再说一遍")])
    async with door.session.post(f"{door.url}/requests.json", data=twice) as response:
        assert response.status == 400


async def test_text_that_xml_cannot_hold_breaks_no_answer(door: Door311) -> None:
    case = await filed(door.desk)
    await releasing.release(door.desk, DISPATCHER, case.id, description="占道\ufffe<b>摊点</b>&已处理")
    async with door.session.get(f"{door.url}/requests.xml") as response:
        assert response.headers["content-type"] == "text/xml; charset=utf-8"
        tree = ET.fromstring(await response.read())
    assert tree.findtext("request/description") == "占道<b>摊点</b>&已处理"


async def test_where_keys_were_given_out_only_their_holders_post_and_anybody_reads(
    database: Database,
) -> None:
    async for door in served(database, api_keys=("a-key-of-ours",)):
        assert (await door.post())[0] == 403
        assert (await door.post(api_key="another"))[0] == 403
        assert (await door.post(api_key="a-key-of-ours"))[0] == 201
        assert (await door.get("/services.json"))[0] == 200


async def test_one_address_posts_only_so_often(database: Database) -> None:
    async for door in served(database, limits=True):
        statuses = [(await door.post(description=f"第{number}件"))[0] for number in range(8)]
        assert statuses[:6] == [201] * 6
        assert statuses[-1] == 429
        assert await Complaint.all().count() == 6
