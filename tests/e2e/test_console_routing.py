"""Routing in the console: rules in their order, changed with a reason and tried first; who is on duty; why here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from app.models import MODEL_MODULES
from app.shipped import SHIPPED_PROFILE
from casework.complaints import actions
from casework.roles import Role
from casework.routing.desk import RoutingDesk
from casework.routing.models import Posting
from casework.routing.profile import RoutingRule, RoutingSection, To, When
from casework.routing.router import RuleRouter
from content.amendments import document_in_force
from content.profile_store import load_profile
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.ids import Ids
from kit.profile import read_profile
from tests.casework_setting import filed
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on

RULE = {
    "name": "夜里的占道找街面",
    "categories": "street_vending",
    "hours": "18：00 至 次日8:00",
    "to": "unit",
    "unit": "street",
    "enabled": "1",
    "place": "1",
    "reason": "夜市投诉多",
}


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)

    async def work(change: Change) -> None:
        await load_profile(change, dict(read_profile(SHIPPED_PROFILE)))

    await database.change(work)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("guanli", "何芳", (Role.ADMINISTRATOR, None))
        await setting.hire("lingdao", "周华", (Role.HEAD, "street"))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        yield setting
    await database.close()


async def sent(clerk: Clerk, address: str, **fields: str) -> Page:
    """The form of a page, filled in and sent."""
    page = await clerk.get(address)
    given = {"csrf_token": page.hidden("csrf_token"), **fields}
    if 'name="seen"' in page.text:
        given["seen"] = page.hidden("seen")
    return await clerk.post(address, given)


def names(page: Page) -> list[str]:
    return re.findall(r'<p class="rule-name"><a [^>]*><strong>([^<]+)', page.text)


async def test_a_rule_is_tried_then_added_in_its_place_with_a_reason(console: ConsoleSetting) -> None:
    await filed(console.door.desk)
    async with Clerk(console) as clerk:
        await clerk.log_in("guanli")
        shipped = names(await clerk.get("/console/routing"))
        tried = await sent(clerk, "/console/routing/new", **RULE, act="try")
        assert "最近 1 件里" in tried.text
        assert names(await clerk.get("/console/routing")) == shipped
        added = await sent(clerk, "/console/routing/new", **RULE)
        assert added.path == "/console/routing/rules/own_1"
        listed = await clerk.get("/console/routing")
        assert names(listed) == [RULE["name"], *shipped]
        assert "18:00—次日 08:00" in listed.text
    routing = (await document_in_force(console.door.amending))["routing"]
    assert routing["rules"][-1]["when"] == {"categories": ["street_vending"], "hours": "18:00-08:00"}
    assert routing["order"][0] == "own_1"
    assert await AuditEntry.filter(action="settings.amend").count() == 2


async def test_a_wrong_rule_changes_nothing_and_keeps_what_was_typed(console: ConsoleSetting) -> None:
    async with Clerk(console) as clerk:
        await clerk.log_in("guanli")
        for wrong, sentence in (
            ({"hours": "晚上"}, "18:00-08:00"),
            ({"unit": ""}, "请选择单位"),
            ({"dates": "劳务节"}, "没有叫“劳务节”的节假日"),
            ({"categories": "street_vending", "groups": "noise"}, "永远用不上"),
            ({"reason": ""}, "请写明修改理由"),
            ({"place": "first"}, "1 以上的整数"),
        ):
            refused = await sent(clerk, "/console/routing/new", **(RULE | wrong))
            assert refused.status == 422, wrong
            assert sentence in refused.text
            assert RULE["name"] in refused.text
            assert re.search(r'value="street_vending" checked', refused.text)
        assert RULE["name"] not in (await clerk.get("/console/routing")).text


async def test_a_shipped_rule_is_switched_off_and_restored_and_an_own_one_removed(
    console: ConsoleSetting,
) -> None:
    async with Clerk(console) as clerk:
        await clerk.log_in("guanli")
        address = "/console/routing/rules/night_noise"
        fields = {"name": "夜间噪声", "to": "on_duty", "unit": "environment", "groups": "noise", "place": "2"}
        saved = await sent(clerk, address, **fields, hours="20:00-08:00", enabled="0", reason="试停")
        assert "已保存" in saved.text
        assert "已停用" in (await clerk.get("/console/routing")).text
        await sent(clerk, "/console/routing/new", **RULE)
        for one, done in ((address, "已恢复"), ("/console/routing/rules/own_1", "已删除")):
            page = await clerk.get(one)
            token, seen = page.hidden("csrf_token"), page.hidden("seen")
            undone = await clerk.post(
                f"{one}/restore", {"csrf_token": token, "seen": seen, "reason": "不用了"}
            )
            assert done in undone.text
        listed = await clerk.get("/console/routing")
        assert "已停用" not in listed.text
        assert RULE["name"] not in listed.text


async def test_rules_are_read_by_who_dispatches_and_changed_by_administrators_alone(
    console: ConsoleSetting,
) -> None:
    async with Clerk(console) as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/routing/rules/night_noise")
        assert 'name="reason"' not in page.text
        assert (await clerk.get("/console/routing/new")).status == 403
        assert (await clerk.get("/console/routing/rules/nothing")).status == 404
        assert 'action="/console/postings"' in (await clerk.get("/console/postings")).text
        assert 'name="staff"' not in (await clerk.get("/console/postings")).text
    async with Clerk(console) as clerk:
        await clerk.log_in("banli")
        assert (await clerk.get("/console/routing")).status == 403


async def test_a_made_up_case_and_a_real_one_are_explained_rule_by_rule(console: ConsoleSetting) -> None:
    case = await filed(console.door.desk)
    today = local(console.door.clock.now()).date()
    async with Clerk(console) as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(
            f"/console/routing/trial?category=living_noise&on={today}&at=22:30&urgency=ordinary"
        )
        assert "派给 噪声油烟执法中队" in page.text
        assert "那一刻没有人在岗" in page.text
        assert "试了 4 条规则都用不上" in page.text
        real = await clerk.get(f"/console/routing/trial?reference={case.reference}")
        assert "试了 4 条规则" in real.text
        for query, sentence in (
            ("reference=QS-TS-000000-0000-A", "没有找到这件案件"),
            ("category=nothing", "从列表里选择分类"),
            ("category=dogs&place=91,200", "位置"),
            ("category=dogs&place=某某街道", "没有叫“某某街道”"),
            ("category=dogs&on=2026-02-30&at=10:00", "时间不对"),
        ):
            refused = await clerk.get(f"/console/routing/trial?{query}")
            assert refused.status == 422, query
            assert sentence in refused.text


async def test_heads_fill_the_duty_list_of_their_unit_by_hand_and_from_a_file(
    console: ConsoleSetting,
) -> None:
    today = local(console.door.clock.now()).date()
    async with Clerk(console) as clerk:
        await clerk.log_in("lingdao")
        fields = {
            "post": "on_duty",
            "unit": "street",
            "staff": "banli",
            "begins_at": str(today),
            "begins_time": "18:00",
            "ends_at": str(today + timedelta(days=1)),
            "ends_time": "08:00",
            "note": "夜班",
        }
        done = await sent(clerk, "/console/postings", **fields)
        assert "已登记" in done.text
        assert "18:00—次日 08:00 · 夜班" in done.text
        again = await sent(clerk, "/console/postings", **fields)
        assert again.status == 409
        assert "值班表上" in again.text
        others = await sent(clerk, "/console/postings", **(fields | {"unit": "night"}))
        assert "不是您单位的岗位" in others.text
        (row,) = await Posting.all()
        address = f"/console/postings/{row.id}"
        changed = await sent(clerk, address, **(fields | {"ends_time": "06:00"}))
        assert "次日 06:00" in changed.text
        bad = await upload(clerk, f"街面中队,王强,{today},{today}\nstreet,谁,{today},{today}\n")
        assert bad.status == 422
        assert "第 2 行" in bad.text
        assert await Posting.all().count() == 1
        good = await upload(
            clerk,
            f"单位,人员,开始,结束\n街面中队,王强,{today + timedelta(days=2)},{today + timedelta(days=2)}\n",
        )
        assert "已导入 1 条" in good.text
        token = (await clerk.get(address)).hidden("csrf_token")
        for _ in range(2):
            gone = await clerk.post(f"{address}/revoke", {"csrf_token": token})
            assert "已收回" in gone.text
        assert (await clerk.get("/console/postings?week=nonsense&unit=nobody")).status == 200


async def upload(clerk: Clerk, text: str) -> Page:
    form = aiohttp.FormData()
    form.add_field("csrf_token", (await clerk.get("/console/postings")).hidden("csrf_token"))
    form.add_field("list", text.encode("gb18030"), filename="duty.csv", content_type="text/csv")
    return await clerk.post("/console/postings/import", form)


async def test_a_case_says_why_it_is_here_and_the_rules_officer_is_chosen_beforehand(
    console: ConsoleSetting,
) -> None:
    desk, banli = console.door.desk, console.people["banli"]
    router = RuleRouter(
        RoutingSection(
            rules=(
                RoutingRule(code="night", name="夜里", when=When(hours="22:00-05:00"), to=To(unit="night")),
                RoutingRule(code="wang", name="找王强", to=To(officer="banli", unit="street")),
            )
        ),
        desk.policy,
        desk.calendar,
    )
    case = await filed(desk)
    console.door = replace(console.door, desk=replace(desk, router=RoutingDesk(router)))
    await actions.accept(console.door.desk, console.people["diaodu"].actor(), case.id, category="vending")
    async with Clerk(console) as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert "为何派到这里" in page.text
        assert "由第 2 条规则“找王强”决定" in page.text
        assert "时段不符" in page.text
        assert f'<option value="street/{banli.id}" selected' in page.text
        assert "王强（规则建议）" in page.text
