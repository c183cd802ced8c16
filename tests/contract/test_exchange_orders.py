"""Orders of other platforms on both engines, over real HTTP: signed, once each, with their deadline; hostile ones refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sanic import Sanic

from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint, ComplaintAddition
from casework.exchange.models import ExchangeOrder, ExchangeStep
from casework.exchange.orders import accept_orders
from casework.exchange.profile import ExchangeSection
from casework.exchange.referring import refer_out
from casework.misconduct import Misconduct
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from miniapp_api.exchange.admitting import BODY_AT_MOST
from miniapp_api.exchange.blueprint import exchange_blueprint
from miniapp_api.exchange.door import build_exchange
from tests import read_once
from tests.casework_setting import DISPATCHER, desk_on, filed
from tests.e2e.door_setting import listening
from tests.exchange_setting import CITY, HOTLINE, OLDER, ORDERS, SECRET, secrets_of, section, signed

_serial = iter(range(1_000))
ORDER = {
    "number": "12345-26-0001",
    "story": "菜场门口每天有人摆摊，走不过去",
    "place": "湖滨路菜场",
    "category": "流动摊贩",
    "urgency": "特急",
    "latitude": 30.25,
    "longitude": 120.16,
    "reporter": {"name": "李梅", "phone": "138 0000 1234"},
}


@dataclass(frozen=True)
class Door:
    """The door on a real server, and a platform's session."""

    url: str
    desk: Desk
    platforms: ExchangeSection
    session: aiohttp.ClientSession

    async def send(
        self, method: str, target: str, content: Any = None, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        """A request that is signed as it should be, unless `more` says otherwise."""
        body = more.pop("body", b"" if content is None else json.dumps(content).encode())
        now = self.desk.db.clock.now() + more.pop("skew", timedelta())
        headers = more.pop("headers", None) or signed(now, method, target, body, **more)
        async with self.session.request(method, self.url + target, data=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def order(self, **changes: Any) -> tuple[int, dict[str, Any]]:
        return await self.send("POST", ORDERS, {**ORDER, **changes})


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    keys, catalogue, desk = KeyRing.random(), read_once.catalogue(), desk_on(database)
    app = Sanic(f"exchange_{next(_serial)}", configure_logging=False)
    install_shell(app, ProblemAnswers(catalogue), "http://127.0.0.1")
    app.blueprint(exchange_blueprint())
    app.ctx.exchange = build_exchange(
        desk=desk,
        section=section(),
        secrets=secrets_of,
        misconduct=Misconduct(catalogue),
        limit=RateLimit(None, keys, database.clock, enabled=False),
    )
    async with listening(app) as url, aiohttp.ClientSession() as session:
        yield Door(url, desk, section(), session)


async def test_an_order_becomes_one_complaint_with_its_number_its_deadline_and_a_sealed_reporter(
    door: Door,
) -> None:
    due_at = door.desk.db.clock.now() + timedelta(hours=2)
    status, first = await door.order(due_at=due_at.isoformat())
    assert status == 201
    assert await door.order(due_at=due_at.isoformat()) == (201, first)
    row, order = await Complaint.get(), await ExchangeOrder.get()
    assert (row.reference, order.complaint_id, order.peer) == (first["reference"], row.id, HOTLINE)
    assert (row.source, row.category, row.urgency, row.account_id) == (
        "exchange",
        "vending",
        "emergency",
        None,
    )
    # Theirs is earlier than ours: it governs, from the first moment on and after it is accepted.
    assert row.due_at == order.external_due_at == due_at
    await actions.accept(door.desk, DISPATCHER, row.id)
    assert (await Complaint.get()).due_at == due_at
    assert "13800001234" not in str(row.__dict__)
    assert "李梅" not in str(row.__dict__)
    assert row.phone_sealed is not None
    assert json.loads(row.place_original or "")["datum"] == "gcj02"
    status, shown = await door.send("GET", f"{ORDERS}/{ORDER['number']}")
    assert (status, shown["state"], shown["status"]) == (200, "accepted", "20")
    assert "story" not in shown


async def test_the_same_number_with_another_body_is_refused_and_changes_nothing(door: Door) -> None:
    await door.order()
    status, problem = await door.order(story="另一件事情")
    assert (status, problem["type"]) == (409, "/problems/exchange.number_taken")
    assert await Complaint.all().count() == 1
    # Another platform has numbers of its own.
    assert (await door.send("POST", ORDERS, ORDER, peer=CITY))[0] == 201
    assert (await door.send("GET", f"{ORDERS}/{ORDER['number']}x", peer=CITY))[0] == 404


async def test_the_same_order_in_parallel_is_filed_once(door: Door) -> None:
    answers = await asyncio.gather(*(door.order() for _ in range(6)))
    assert {status for status, _ in answers} == {201}
    assert len({answer["reference"] for _, answer in answers}) == 1
    assert await Complaint.all().count() == await ExchangeOrder.all().count() == 1


async def test_unknown_categories_are_taken_without_one_and_wait_for_a_person(door: Door) -> None:
    assert (await door.send("POST", ORDERS, {**ORDER, "category": "没见过"}, peer=CITY))[0] == 201
    other = {**ORDER, "number": "2", "category": "0401"}
    assert (await door.send("POST", ORDERS, other, peer=CITY))[0] == 201
    assert (await door.order(number="3"))[0] == 201
    # Of the platform whose orders need no dispatcher the one whose category is known; the hotline's wait.
    assert await accept_orders(door.desk, door.platforms) == 1
    states = {order.external_number: order.complaint_id for order in await ExchangeOrder.all()}
    assert (await Complaint.get(id=states["2"])).state == "accepted"
    assert (await Complaint.get(id=states["3"])).state == "submitted"
    row = await Complaint.get(id=states[str(ORDER["number"])])
    assert (row.category, row.state) == (None, "submitted")
    assert (await ExchangeOrder.get(complaint_id=row.id)).their_category == "没见过"


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OLDER},
        {"peer": "nobody"},
        {"skew": timedelta(seconds=-301)},
        {"skew": timedelta(seconds=301)},
        {"headers": {"content-type": "application/json"}},
    ],
    ids=["forged", "stranger", "stale", "ahead", "unsigned"],
)
async def test_whoever_does_not_sign_as_a_platform_is_refused_and_changes_nothing(
    door: Door, wrong: dict[str, Any]
) -> None:
    status, problem = await door.send("POST", ORDERS, ORDER, **wrong)
    assert status == 403
    assert problem["title"]
    assert await Complaint.all().count() == 0


async def test_a_signature_is_good_once_for_one_body_at_one_address_and_given_once(door: Door) -> None:
    body, now = json.dumps(ORDER).encode(), door.desk.db.clock.now()
    headers = signed(now, "POST", ORDERS, body)
    assert (await door.send("POST", ORDERS, body=body + b" ", headers=headers))[0] == 403
    assert (await door.send("POST", ORDERS + "?x=1", body=body, headers=headers))[0] == 403
    twice = [*headers.items(), ("x-exchange-nonce", headers["x-exchange-nonce"])]
    async with door.session.post(door.url + ORDERS, data=body, headers=twice) as response:
        assert response.status == 403
    assert (await door.send("POST", ORDERS, body=body, headers=headers))[0] == 201
    status, problem = await door.send("POST", ORDERS, body=body, headers=headers)
    assert (status, problem["type"]) == (403, "/problems/exchange.replayed")
    assert await Complaint.all().count() == 1


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({"story": ""}, 422, "story"),
        ({"storry": "x"}, 422, "storry"),
        ({"number": "a/b"}, 422, "number"),
        ({"number": "a\n"}, 422, "number"),
        ({"latitude": None}, 422, "latitude"),
        ({"latitude": 91.0}, 422, "latitude"),
        ({"due_at": "9999-12-31T23:59:59-14:00"}, 422, "due_at"),
        ({"due_at": "2026-11-23T10:00:00"}, 422, "due_at"),
        ({"reporter": {"phone": "不详"}}, 422, "phone"),
        ({"story": "城管队长收红包，一直没人管"}, 422, "story"),
        ({"story": "长" * 12_001}, 422, "story"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
async def test_what_cannot_be_used_is_refused_by_name_and_changes_nothing(
    door: Door, changes: dict[str, Any], expected: int, field: str
) -> None:
    status, problem = await door.order(**changes)
    assert (status, problem.get("field")) == (expected, field)
    assert await Complaint.all().count() == await ExchangeOrder.all().count() == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"x" * (BODY_AT_MOST + 1), 413), (b"{" * 5000, 422), (b"\xff\xfe", 422), (b"[]", 422)],
    ids=["large", "deep", "bytes", "list"],
)
async def test_bodies_that_are_none_are_refused_with_a_sentence(
    door: Door, body: bytes, expected: int
) -> None:
    status, problem = await door.send("POST", ORDERS, body=body)
    assert (status, bool(problem["title"])) == (expected, True)


async def test_more_from_the_citizen_and_reminders_count_once_under_their_number(door: Door) -> None:
    await door.order()
    address = f"{ORDERS}/{ORDER['number']}"
    more = {"id": "s-1", "text": "今天又来了"}
    assert (await door.send("POST", f"{address}/supplements", more))[0] == 201
    assert await door.send("POST", f"{address}/supplements", more) == (200, {"id": "s-1", "is_new": False})
    assert (await door.send("POST", f"{address}/supplements", {**more, "text": "别的"}))[0] == 409
    assert [one.text for one in await ComplaintAddition.all()] == ["今天又来了"]
    for id in ("r-1", "r-1", "r-2"):
        assert (await door.send("POST", f"{address}/reminders", {"id": id}))[0] in (200, 201)
    # Twice on one day whoever has the case is reminded once.
    assert (await Complaint.get()).times_reminded == 1
    assert await ExchangeStep.all().count() == 3
    assert (await door.send("POST", f"{address}/steps", {"id": "x", "status": "y"}))[0] == 409


async def test_the_example_of_the_document_does_what_it_says(door: Door) -> None:
    document = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    example = document.partition("```python\n")[2].partition("```")[0]
    stamp = str(int(door.desk.db.clock.now().timestamp()))
    for here, there in (
        ("http://127.0.0.1:8000", door.url),
        ("交换来的密钥", SECRET.hex()),
        ("time.time()", stamp),
        ("print(", "answered = ("),
    ):
        assert here in example
        example = example.replace(here, there)
    found: dict[str, Any] = {}
    await asyncio.to_thread(exec, example, found)
    status, answer = found["answered"]
    assert (status, answer["number"]) == (201, "12345-26-0001")
    assert (await Complaint.get()).category == "vending"


async def test_a_case_referred_out_shows_how_it_goes_on_with_the_others(door: Door) -> None:
    case = await filed(door.desk)
    peer = door.platforms.peers[0]
    first = await refer_out(door.desk, DISPATCHER, case.id, peer, reason="归交警管")
    assert await refer_out(door.desk, DISPATCHER, case.id, peer, reason="归交警管") == first
    address, step = f"{ORDERS}/{case.reference}/steps", {"id": "1", "status": "办理中", "text": "已派交警"}
    assert (await door.send("POST", address, step, secret=SECRET))[0] == 201
    assert (await door.send("POST", address, step))[0] == 200
    assert (await door.send("POST", address, step, peer=CITY))[0] == 404
    order = await ExchangeOrder.get()
    assert (order.direction, order.their_status) == ("outbound", "办理中")
    assert (await Complaint.get()).state == "submitted"
    told = [entry.action for entry in await AuditEntry.filter(case_id=case.id).order_by("position")]
    assert told == ["complaint.submit", "exchange.refer_out", "exchange.step"]
