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
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from web.console.forms import FORMS

BY_MOVE = {"several", "take_several"}
"""Who may is said by the lifecycle's table, as for a single case."""
BY_NAME_ALONE = {Role.CONTRACTOR, Role.VOLUNTEER}
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


def console_routes() -> list[tuple[str, str, str, Operation | None]]:
    """Method, address with made-up names in it, name, and what one must be allowed to do."""
    (app,) = (one for one in Sanic._app_registry.values() if one.name.startswith("console-"))
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
    routes = console_routes()
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
        for method, address, name, operation in console_routes():
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


async def test_a_contractor_sees_only_what_was_given_to_them_and_nothing_of_the_citizen(
    console: ConsoleSetting,
) -> None:
    other = await submit(console.door.desk, CITIZEN, words())
    case = await given_to(console, "contractor")
    async with console.client() as clerk:
        home = await clerk.log_in("contractor")
        assert case.reference in home.text
        everything = await clerk.get("/console/cases?state=all")
        assert other.reference not in everything.text
        assert (await clerk.get(f"/console/cases/{other.reference}")).status == 404
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert "路口有人摆摊" in page.text
        for hidden in ("13812345678", "13912345678", "139****5678", "5678", "联系人", "通知市民的情况"):
            assert hidden not in page.text, hidden
            assert hidden not in everything.text, hidden
        assert 'id="act-answer"' not in page.text
        assert 'id="act-update"' not in page.text
        note = {
            "csrf_token": page.hidden("csrf_token"),
            "act": page.hidden("act", "note"),
            "note": "已清运，请王强核实",
        }
        done = await clerk.post(f"/console/cases/{case.reference}/note", note)
        assert "已清运，请王强核实" in done.text
        refused = await clerk.post(f"/console/cases/{case.reference}/phone", note)
        assert refused.status == 403
        desk = console.door.desk
        await actions.answer(desk, HANDLER, case.id, text="已经清运")
        await actions.dispute(desk, CITIZEN, case.id, reason="还在，打 13712345678")
        disputed = await clerk.get(f"/console/cases/{case.reference}")
        assert "还在" in disputed.text
        assert "13712345678" not in disputed.text


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
