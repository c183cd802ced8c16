"""The page of figures, tables to take along, a month published, acts by person: over real HTTP, on both databases."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.complaints import actions
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint
from casework.figures.building import build_changed
from casework.figures.keeping import FigureWalk
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, filed
from tests.e2e.console_setting import ConsoleSetting, console_on

FORMULA = '=HYPERLINK("http://example.invalid")'


@pytest.fixture
async def console(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        desk = setting.door.desk
        case = await filed(desk, phone="13800000000")
        await actions.accept(desk, DISPATCHER, case.id, category="vending")
        await actions.assign(desk, DISPATCHER, case.id, unit="street")
        clock.set(clock.now() + timedelta(hours=2))
        await actions.answer(desk, HANDLER, case.id, text="已清理。")
        await filed(desk, story="夜里太吵")
        await setting.hire("diaodu", "陈派单", (Role.DISPATCHER, None))
        await setting.hire("yeban", "夜班", (Role.HANDLER, "night"))
        await setting.hire("lingdao", "林负责", (Role.HEAD, None))
        await setting.hire("jiwei", "监察员", (Role.DISCIPLINE_INSPECTOR, None))
        await FigureWalk(desk).step()
        await build_changed(database)
        yield setting


async def test_figures_show_what_somebody_may_see(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/figures")
        assert page.status == 200
        assert "2026-11" in page.text
        assert "街面中队" in page.text
        assert "2 小时" in page.text
        assert "unsafe-eval" not in str(page.headers["content-security-policy"])
        narrowed = await clerk.get("/console/figures?from=2026-11&to=2026-11&unit=street")
        assert narrowed.status == 200
        refused = await clerk.get("/console/figures?from=2026-13&to=2020-01")
        assert (refused.status, "月份写法不对" in refused.text) == (400, True)
        assert (await clerk.get("/console/inspection")).status == 403
    async with console.client() as handler:
        await handler.log_in("yeban")
        page = await handler.get("/console/figures")
        assert "街面中队" not in page.text
        assert "导出 CSV" not in page.text


async def test_tables_carry_no_formula_and_nobodys_data_and_are_noted(console: ConsoleSetting) -> None:
    async def rename(change: Change) -> None:
        await Complaint.all().update(unit=FORMULA)

    await console.door.db.change(rename)
    await FigureWalk(console.door.desk).step()
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        form = await clerk.get("/console/figures")
        fields = {"csrf_token": form.hidden("csrf_token"), "from": "2026-01", "to": "2026-12"}
        sheet = await clerk.post("/console/figures/export/csv", fields)
        assert (sheet.status, len(sheet.text.splitlines())) == (200, 3)
        assert f"'{FORMULA}" in sheet.text.replace('""', '"')
        assert "13800000000" not in sheet.text
        assert "路口有人" not in sheet.text
        async with clerk.http.post("/console/figures/export/xlsx", data=fields) as answer:
            assert "chunked" in answer.headers["transfer-encoding"]
            book = zipfile.ZipFile(io.BytesIO(await answer.read()))
        content = book.read("xl/worksheets/sheet1.xml").decode()
        assert book.testzip() is None
        assert content.count("<row>") == 3
        assert "<f>" not in content
        assert f'<t xml:space="preserve">{FORMULA}' in content
        again = await clerk.post("/console/figures/publish", fields | {"month": "2026-10"})
        assert again.status == 403
    staff = console.people["diaodu"]
    noted = await AuditEntry.filter(case_id=staff.id, action="figures.export")
    assert [entry.actor_id for entry in noted] == [staff.id, staff.id]
    async with console.client() as handler:
        await handler.log_in("yeban")
        token = (await handler.get("/console/figures")).hidden("csrf_token")
        assert (await handler.post("/console/figures/export/csv", {"csrf_token": token})).status == 403


async def test_the_head_publishes_a_month_that_is_over(console: ConsoleSetting, clock: FixedClock) -> None:
    async with console.client() as head:
        await head.log_in("lingdao")
        token = (await head.get("/console/figures")).hidden("csrf_token")
        early = await head.post("/console/figures/publish", {"csrf_token": token, "month": "2026-11"})
        assert (early.status, "还没有过完" in early.text) == (409, True)
        clock.set(clock.now() + timedelta(days=9))
        await head.log_in("lingdao")
        token = (await head.get("/console/figures")).hidden("csrf_token")
        done = await head.post("/console/figures/publish", {"csrf_token": token, "month": "2026-11"})
        assert "第 1 版" in done.text
        again = await head.post("/console/figures/publish", {"csrf_token": token, "month": "2026-11"})
        assert (again.status, "请写明原因" in again.text) == (409, True)


async def test_the_inspector_sees_acts_by_person_and_their_entries(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    desk, staff = console.door.desk, console.people["diaodu"]
    case = (await Complaint.all().order_by("id"))[0]
    await actions.reveal_phone(desk, staff.actor(), case.id)
    for story in ("工资拖欠", "工资又没发"):
        new = NewComplaint(account_id=CITIZEN.id, story=story, source=Source.WECHAT)
        refused = await submit(desk, CITIZEN, new)
        await actions.refuse(
            desk, staff.actor(), refused.id, reason="不属本局职责", responsible_body="人社局"
        )
    clock.set(clock.now() + timedelta(days=1))
    back = await submit(desk, CITIZEN, new)
    await actions.accept(desk, staff.actor(), back.id, category="noise")
    async with console.client() as inspector:
        await inspector.log_in("jiwei")
        page = await inspector.get("/console/inspection")
        assert page.status == 200
        row = page.text[page.text.index("陈派单") :]
        row = row[: row.index("</tr>")]
        assert row.count(">1</a>") == 1
        assert row.count(">2</a>") == 1
        assert "66.7%" in row
        acts = await inspector.get("/console/inspection?person=diaodu&kind=refused")
        assert "不属本局职责" in acts.text
        assert f"/console/audit?find={refused.reference}" in acts.text
        assert (await inspector.get("/console/inspection?person=diaodu&kind=nothing")).status == 404
        assert (await inspector.get("/console/inspection?from=2020-01")).status == 400
        assert (await inspector.get("/console/figures")).status == 403
