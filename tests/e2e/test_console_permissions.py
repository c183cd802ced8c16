"""Every role at every door of the console, over HTTP: who may gets in, nobody else does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sanic import Sanic

from app.models import MODEL_MODULES
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.notes import note_internally
from casework.complaints.views import ComplaintView
from casework.permissions import PERMISSIONS, Operation
from casework.roles import STAFF_ROLES, Role
from casework.work_orders.actions import verify
from casework.work_orders.queries import in_hand, order_by_reference
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from web.console.forms import FORMS

BY_MOVE = {"several", "take_several"}
"""Who may is said by the lifecycle's table, as for a single case."""
BY_NAME_ALONE = {Role.VOLUNTEER}
OPEN_TO_ANYBODY = {"login", "log_in", "log_out", "give_code", "first_login"}
UNKNOWN = {
    "reference": "QS-TS-261123-9999-X",
    "code": "abcdefgh",
    "file_id": str(UUID(int=5)),
    "move": "accept",
}


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        for role in sorted(STAFF_ROLES):
            await setting.hire(role.value.replace("_", "-"), role.value, (role, None))
        yield setting
    await database.close()


def operation_of(handler: Any) -> Operation | None:
    found = getattr(handler, "operation", None)
    return found if isinstance(found, Operation) else None


def console_routes(console: ConsoleSetting) -> list[tuple[str, str, str, Operation | None]]:
    """Method, address with made-up names in it, name, and what one must be allowed to do."""
    (app,) = (
        one for one in Sanic._app_registry.values() if getattr(one.ctx, "console", None) is console.door
    )
    found = []
    for route in app.router.routes:
        if not route.path.startswith("console"):
            continue
        address = re.sub(
            r"<(\w+)(?::[^>]+)?>", lambda match: UNKNOWN.get(match[1], str(UUID(int=6))), "/" + route.path
        )
        (method,) = route.methods
        found.append((method, address, route.name.rpartition(".")[2], operation_of(route.handler)))
    return found


async def knock(clerk: Clerk, token: str, method: str, address: str) -> Page:
    if method == "GET":
        return await clerk.get(address, follow=False)
    return await clerk.post(address, {"csrf_token": token}, follow=False)


async def test_every_role_gets_through_the_doors_of_its_operations_and_no_others(
    console: ConsoleSetting,
) -> None:
    routes = console_routes(console)
    nameless = {name for _, _, name, operation in routes if operation is None}
    assert nameless <= OPEN_TO_ANYBODY, nameless
    wrong = []
    for role in sorted(STAFF_ROLES):
        async with console.client() as clerk:
            home = await clerk.log_in(role.value.replace("_", "-"))
            assert home.status == 200, role
            token = home.hidden("csrf_token")
            for method, address, name, operation in routes:
                own = method == "POST" and operation is Operation.KEEP_OWN_ACCOUNT
                if operation is None or own or name in BY_MOVE:
                    continue
                page = await knock(clerk, token, method, address)
                may = role in PERMISSIONS[operation]
                if (page.status == 403) is may or page.status >= 500:
                    wrong.append((role.value, method, name, page.status))
    assert wrong == []


async def test_nobody_without_a_session_gets_through_any_door(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        for method, address, name, operation in console_routes(console):
            if operation is None:
                continue
            page = await knock(clerk, "x", method, address)
            assert page.status in (303, 401, 403), name
            assert "/console/login" in str(page.headers.get("location", "")) or page.status != 303


async def test_the_navigation_leads_nowhere_that_is_closed(console: ConsoleSetting) -> None:
    for role in sorted(STAFF_ROLES):
        async with console.client() as clerk:
            home = await clerk.log_in(role.value.replace("_", "-"))
            nav = home.text.partition('<nav class="places"')[2].partition("</nav>")[0]
            for href in re.findall(r'href="([^"]+)"', nav):
                assert (await clerk.get(href)).status == 200, (role, href)


async def test_a_move_is_refused_to_every_role_that_its_lifecycle_does_not_name(
    console: ConsoleSetting,
) -> None:
    case = await submit(console.door.desk, CITIZEN, words())
    moves = [one for one in COMPLAINT.moves if set(one.by) & STAFF_ROLES and one.name in FORMS]
    assert len(moves) >= 18
    for role in sorted(STAFF_ROLES):
        async with console.client() as clerk:
            home = await clerk.log_in(role.value.replace("_", "-"))
            fields = {
                "csrf_token": home.hidden("csrf_token"),
                "expected_revision": str(case.revision),
                "category": "vending",
                "reason": "理由",
                "responsible_body": "交警",
                "assignee": "street",
                "ground": "退回",
                "answer": "答复",
            }
            for move in moves:
                if role in move.by:
                    continue
                page = await clerk.post(f"/console/cases/{case.reference}/{move.name}", fields, follow=False)
                # Whoever it was not given to, or who did not file it, is not told that it exists.
                assert page.status == (404 if role in BY_NAME_ALONE else 403), (role, move.name)


# ---- the contractor and the auditor


async def given_to(console: ConsoleSetting, login: str) -> ComplaintView:
    desk = console.door.desk
    case = await submit(
        desk, CITIZEN, words(story="路口有人摆摊，请打 13812345678 找我", phone="13912345678")
    )
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street", assignee_id=console.people[login].id)
    return case


REPORTERS = ("13812345678", "13912345678", "139****5678", "赵铁柱", "摆摊三年", "QS-TS-")


async def test_a_contractor_works_through_an_order_and_no_byte_is_the_reporters(
    console: ConsoleSetting,
) -> None:
    desk, orders = console.door.desk, console.door.orders
    story = "张桂兰在路口摆摊三年了，请打 13812345678 找我"
    case = await submit(desk, CITIZEN, words(story=story, phone="13912345678", person_name="赵铁柱"))
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street")
    async with console.client() as officer:
        await officer.log_in("handler")
        form = await officer.get(f"/console/orders/new/{case.reference}")
        given = {
            "csrf_token": form.hidden("csrf_token"),
            "act": form.hidden("act"),
            "contractor": str(console.people["contractor"].id),
            "order_words": "清走摊位，找 13812345678",
            "order_place": "文渊路口",
            "working_hours": "7",
        }
        refused = await officer.post(f"/console/orders/new/{case.reference}", given)
        assert refused.status == 422
        assert "电话、证件号" in refused.text
        issued = await officer.post(
            f"/console/orders/new/{case.reference}", given | {"order_words": "清走摊位，打扫路面"}
        )
        assert "已派出" in issued.text
        assert case.reference in issued.text
        (reference,) = await in_hand(console.people["contractor"].id)
    async with console.client() as clerk:
        seen = [await clerk.log_in("contractor")]
        assert reference in seen[0].text
        page = await clerk.get(f"/console/orders/{reference}")
        token, here = page.hidden("csrf_token"), f"/console/orders/{reference}"
        sent = {"csrf_token": token, "expected_revision": "1"}
        seen += [page, await clerk.post(f"{here}/accept", sent), await clerk.post(f"{here}/accept", sent)]
        seen.append(await clerk.post(f"{here}/report", sent | {"expected_revision": "2", "report": " "}))
        assert seen[-1].status == 422
        report = {"expected_revision": "2", "report": "摊位已清走"}
        seen.append(await clerk.post(f"{here}/report", sent | report))
        assert "待验收" in seen[-1].text
        seen += [await clerk.get("/console/orders?tab=done"), await clerk.get("/console/notices")]
        for door in (
            f"/cases/{case.reference}",
            "/cases",
            f"/orders/new/{case.reference}",
            "/map",
            "/several",
        ):
            page = await clerk.get(f"/console{door}")
            assert page.status == 403, door
            seen.append(page)
        assert (await clerk.post(f"{here}/verify", sent | {"expected_revision": "3"})).status in (403, 404)
        for page in seen:
            for hidden in REPORTERS:
                assert hidden not in page.text, (page.path, hidden)
    view = await order_by_reference(orders, HANDLER, reference)
    assert view is not None
    await verify(orders, HANDLER, view.line.id)
    async with console.client() as officer:
        await officer.log_in("handler")
        answering = await officer.get(f"/console/cases/{case.reference}")
        assert f"工单 {reference} 的处理情况" in answering.text
        assert "摊位已清走" in answering.text


async def test_an_auditor_reads_everything_and_changes_nothing(console: ConsoleSetting) -> None:
    case = await given_to(console, "handler")
    await note_internally(console.door.desk, DISPATCHER, case.id, "内部的话", act="1")
    async with console.client() as clerk:
        await clerk.log_in("auditor")
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert "内部的话" in page.text
        assert "139****5678" in page.text
        assert page.text.count("<form") == page.text.count('method="dialog"') + page.text.count(
            "/console/logout"
        )
