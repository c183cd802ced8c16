"""The bureau's people in the console: taking on, grants, deputies, handing over, leaving, reading the audit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from app.models import MODEL_MODULES
from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.models import Complaint
from casework.complaints.notes import note_internally
from casework.people.models import Staff
from casework.people.staff import leave
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Database
from kit.ids import Ids
from tests.casework_setting import filed
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        await setting.hire("daiban", "赵静", (Role.HANDLER, "night"))
        await setting.hire("guanli", "何芳", (Role.ADMINISTRATOR, None))
        await setting.hire("shenji", "钱正", (Role.AUDITOR, None))
        yield setting
    await database.close()


async def send(clerk: Clerk, path: str, stands_on: str = "/console/people", **fields: str) -> Page:
    page = await clerk.get(stands_on)
    return await clerk.post(path, {"csrf_token": page.hidden("csrf_token"), **fields})


def given_password(page: Page) -> str:
    found = re.search(r'data-testid="given-password">([a-z0-9-]+)<', page.text)
    assert found, page.text
    return found.group(1)


def actor(console: ConsoleSetting, login: str) -> Actor:
    return console.people[login].actor()


async def with_case(console: ConsoleSetting, assignee: str = "banli") -> str:
    desk = console.door.desk
    case = await filed(desk)
    await actions.accept(desk, actor(console, "diaodu"), case.id, category="vending")
    await actions.assign(
        desk, actor(console, "diaodu"), case.id, unit="street", assignee_id=console.people[assignee].id
    )
    return case.reference


async def test_an_administrator_takes_somebody_on_who_then_chooses_a_password(
    console: ConsoleSetting,
) -> None:
    async with console.client() as chief, console.client() as newcomer:
        await chief.log_in("guanli")
        form = {"login": "xinren", "name": "新来的", "role": "handler", "unit": "street"}
        made = await send(chief, "/console/people", **form)
        password = given_password(made)
        again = await send(chief, "/console/people", **form)
        assert (again.status, "已经有人使用" in again.text) == (409, True)
        assert 'value="新来的"' in again.text, "what was typed is not lost"
        assert password not in (await chief.get("/console/people/xinren")).text
        again = await chief.get("/console/people/xinren/grant")
        assert again.path == "/console/people/xinren", "an address where only a form goes leads to the person"
        assert "选“全局”就能看到" in (await chief.get("/console/people")).text
        page = await newcomer.log_in("xinren", password)
        assert page.path == "/console/me/password"
    for field, value, words in (
        ("login", "9x", "账号由小写字母开头"),
        ("name", " ", "请填写姓名"),
        ("role", "citizen", "没有这个岗位"),
        ("unit", "moon", "承办单位"),
    ):
        async with console.client() as chief:
            await chief.log_in("guanli")
            refused = await send(chief, "/console/people", **(form | {"login": "other"} | {field: value}))
            assert (refused.status, words in refused.text) == (422, True), field
    assert not await Staff.filter(login="other").exists()


async def test_grants_with_dates_are_given_and_taken(console: ConsoleSetting, clock: FixedClock) -> None:
    today = local(clock.now()).date()
    here = "/console/people/banli"
    async with console.client() as chief, console.client() as banli:
        await chief.log_in("guanli")
        await banli.log_in("banli")
        done = await send(
            chief,
            f"{here}/grant",
            role="dispatcher",
            unit="",
            from_on=str(today),
            until_on=str(today + timedelta(days=5)),
        )
        assert "岗位已授予" in done.text
        assert f"{today} 至 {today + timedelta(days=5)}" in done.text
        assert (await banli.get("/console/codes")).status == 200, "it holds at once"
        wrong = await send(chief, f"{here}/grant", role="dispatcher", unit="", until_on="2020-01-01")
        assert (wrong.status, "起止日期不对" in wrong.text) == (422, True)
        crooked = await send(chief, f"{here}/grant", role="head", unit="", from_on="next week")
        assert crooked.status == 422
        taken = await send(chief, f"{here}/revoke", role="dispatcher", unit="")
        assert "岗位已撤销" in taken.text
        assert (await banli.get("/console/codes")).path == "/console/login"


async def test_nobody_serves_themselves_and_the_last_administrator_stays(console: ConsoleSetting) -> None:
    here = "/console/people/guanli"
    async with console.client() as chief:
        await chief.log_in("guanli")
        page = await chief.get(here)
        assert f'action="{here}/grant"' not in page.text, "no forms for oneself"
        for act, fields in (
            ("grant", {"role": "auditor", "unit": ""}),
            ("leave", {}),
            ("password", {}),
            ("second-factor", {}),
            ("sessions", {}),
        ):
            refused = await send(chief, f"{here}/{act}", **fields)
            assert (refused.status, "另一位管理员" in refused.text) == (403, True), act
        last = await send(chief, f"{here}/revoke", role="administrator", unit="")
        assert (last.status, "最后一位管理员" in last.text) == (409, True)
        assert (await send(chief, f"{here}/nothing")).status == 404
        assert (await chief.get("/console/people/nobody")).status == 404


async def test_a_deputy_is_arranged_acts_and_ends(console: ConsoleSetting, clock: FixedClock) -> None:
    reference = await with_case(console)
    today = local(clock.now()).date()
    async with console.client() as chief, console.client() as deputy, console.client() as banli:
        await chief.log_in("guanli")
        await deputy.log_in("daiban")
        assert (await deputy.get(f"/console/cases/{reference}")).status == 404
        form = {
            "principal": "banli",
            "deputy": "daiban",
            "from_on": str(today),
            "until_on": str(today + timedelta(days=2)),
        }
        done = await send(chief, "/console/deputies", "/console/deputies", **form)
        assert "赵静代理王强" in done.text
        again = await send(chief, "/console/deputies", "/console/deputies", **form)
        assert (again.status, "已经有人代理" in again.text) == (409, True)
        assert f'value="{form["until_on"]}"' in again.text
        turned = {"principal": "diaodu", "deputy": "diaodu", "until_on": ""}
        for change, status in ((turned, 422), ({"until_on": "2020-01-01"}, 422), ({"principal": "x"}, 422)):
            refused = await send(chief, "/console/deputies", "/console/deputies", **(form | change))
            assert refused.status == status
        answered = await deputy.act(reference, "answer", answer="已清理，摊位已撤走。")
        assert answered.status == 200
        assert "已答复" in answered.text
        entry = await AuditEntry.get(action="complaint.answer")
        assert str(console.people["banli"].id) in entry.detail
        await banli.log_in("banli")
        own = await banli.get("/console/me")
        assert "赵静代理王强" in own.text
        found = re.search(r'action="(/console/deputies/[^"]+/end-own)"', own.text)
        assert found
        ended = await banli.post(found.group(1), {"csrf_token": own.hidden("csrf_token")})
        assert "提前结束" in ended.text
        assert (await deputy.get(f"/console/cases/{reference}")).status == 404
        mine = await deputy.get("/console/me")
        foreign = found.group(1).rsplit("/", 1)[0].replace("end-own", "")
        wrong = await deputy.post(f"{foreign}x/end-own", {"csrf_token": mine.hidden("csrf_token")})
        assert wrong.status == 404


async def test_who_leaves_hands_over_first(console: ConsoleSetting) -> None:
    reference = await with_case(console)
    here = "/console/people/banli"
    async with console.client() as chief, console.client() as banli, console.client() as heir:
        await chief.log_in("guanli")
        await banli.log_in("banli")
        page = await chief.get(here)
        assert "1 件" in page.text
        undecided = await send(chief, f"{here}/leave", here)
        assert (undecided.status, "还有 1 件" in undecided.text) == (409, True)
        wrong = await send(chief, f"{here}/leave", here, successor="diaodu")
        assert (wrong.status, "不能接手" in wrong.text) == (422, True)
        assert (await banli.get("/console/cases")).path == "/console/cases"
        done = await send(chief, f"{here}/leave", here, successor="daiban")
        assert "已办理离岗" in done.text
        twice = await send(chief, f"{here}/leave", successor="daiban")
        assert twice.status == 409
        assert (await banli.get("/console/cases")).path == "/console/login"
        await heir.log_in("daiban")
        case = await heir.get(f"/console/cases/{reference}")
        assert case.status == 200
        assert "把案件移交给赵静" in case.text
        assert "王强" in (await chief.get("/console/people?gone=1")).text
        assert "王强" not in (await chief.get("/console/people")).text


async def test_a_dispatcher_hands_over_the_work_of_somebody_who_is_ill(console: ConsoleSetting) -> None:
    await with_case(console)
    work = "/console/people/banli/work"
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        assert (await clerk.get("/console/people")).status == 403
        refused = await send(clerk, work, work, successor="guanli")
        assert (refused.status, "不能接手" in refused.text) == (422, True)
        done = await send(clerk, work, work, successor="-")
        assert "已移交 1 件" in done.text
    row = await Complaint.all().first()
    assert row is not None
    assert (row.assignee_id, row.unit) == (None, "street")


async def test_the_auditor_reads_chains_and_sees_a_forged_entry(console: ConsoleSetting) -> None:
    reference = await with_case(console)
    db = console.door.db
    case = await Complaint.get(reference=reference)
    await note_internally(console.door.desk, actor(console, "diaodu"), case.id, "早上最堵", act="one")
    await leave(db, actor(console, "guanli"), console.people["daiban"].id)
    async with console.client() as auditor:
        await auditor.log_in("shenji")
        page = await auditor.get(f"/console/audit?find={reference.lower()}")
        assert page.status == 200
        assert all(words in page.text for words in ("逐条核对无误", "派单", "李敏", "王强"))
        assert all(words in page.text for words in ("写了内部记录", "第几条", "文字指纹", "微信公众号"))
        assert not any(stored in page.text for stored in ("content.", "text_digest", "wechat"))
        own = await auditor.get("/console/audit?find=shenji")
        assert (">密码<" in own.text, ">password<" in own.text) == (True, False), (
            "the way in is said in words"
        )
        person = await auditor.get("/console/audit?find=DAIBAN")
        assert all(words in person.text for words in ("离岗", "何芳", "新增账号"))
        assert (await auditor.get("/console/audit")).status == 200
        for nothing in ("QS-TS-261123-0099-X", "nobody", "' OR 1=1", "x" * 5000, "%00"):
            missing = await auditor.get(f"/console/audit?find={nothing}")
            assert missing.status == 404, nothing
        assert (await auditor.get("/console/audit?find=banli&before=99999999999999")).status == 200

        async def forge(change) -> None:
            await AuditEntry.filter(action="complaint.assign").update(detail='{"to":"closed"}')

        await db.change(forge)
        page = await auditor.get(f"/console/audit?find={reference}")
        assert (page.status, "可能被改动过" in page.text) == (200, True)
        # Pages turned and forged entries looked at again: each chain was read once.
        read = await AuditEntry.filter(
            case_id=console.people["shenji"].id, action="staff.read_trail"
        ).order_by("position")
        assert [msgspec.json.decode(one.detail)["of"] for one in read] == [
            reference,
            "shenji",
            "daiban",
            "banli",
        ]
        for path in ("/console/people/banli/grant", "/console/people"):
            token = (await auditor.get("/console/me")).hidden("csrf_token")
            assert (await auditor.post(path, {"csrf_token": token, "role": "head"})).status == 403
    async with console.client() as chief:
        await chief.log_in("guanli")
        assert (await chief.get("/console/audit?find=guanli")).status == 403, (
            "who keeps people is not who audits"
        )


async def test_a_long_chain_is_read_page_by_page(console: ConsoleSetting) -> None:
    person = console.people["banli"]

    async def work(change) -> None:
        for _ in range(60):
            await change.audit(person.id, actor(console, "guanli"), "staff.rename", {"name": "王强"})

    await console.door.db.change(work)
    async with console.client() as auditor:
        await auditor.log_in("shenji")
        page = await auditor.get("/console/audit?find=banli")
        assert "共 61 条" in page.text
        older = re.search(r'href="(/console/audit\?[^"]*before=\d+)"', page.text)
        assert older
        rest = await auditor.get(older.group(1).replace("&amp;", "&"))
        assert rest.text.count('class="entry"') == 11
