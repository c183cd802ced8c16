"""One's own case in Debian's Chromium at a phone's size: a lost network, the back button, and no scripts at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import expect

from app.models import MODEL_MODULES
from casework.actors import citizen
from casework.complaints import actions
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.models import Complaint
from casework.complaints.receipts import ReceiptKind, Submitted, submit_once
from casework.people.models import Account
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from tests.casework_setting import DISPATCHER, HANDLER
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, citizens_on
from tests.e2e.test_h5_filing_browser import DESK, PHONE, browsing
from tests.e2e.waiting import comes_to, follow
from web.h5.models import FormDraft

pytestmark = pytest.mark.browser


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with citizens_on(database, tmp_path) as running:
        yield running
    await database.close()


async def answered(setting: CitizenSetting) -> Submitted:
    owner: UUID = setting.door.db.ids.new()

    async def work(change: Change) -> None:
        await Account(id=owner, created_at=change.now).save(force_create=True)

    await setting.door.db.change(work)
    new = NewComplaint(account_id=owner, source=Source.H5, story="路口有人占道摆摊", category="vending")
    case = await submit_once(
        setting.desk, setting.door.keys, citizen(owner), new, key="a", body=b"", kind=ReceiptKind.RECEIPT
    )
    await actions.accept(setting.desk, DISPATCHER, case.view.id)
    await actions.assign(setting.desk, DISPATCHER, case.view.id)
    await actions.answer(setting.desk, HANDLER, case.view.id, text="已经劝离。")
    return case


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_a_lost_network_and_the_back_button_cost_no_word(
    setting: CitizenSetting, size: dict[str, int]
) -> None:
    case = await answered(setting)
    async with browsing(setting, size=size, large=size is PHONE) as (context, page):
        await page.goto("/h5/receipt")
        await page.get_by_label("编号").fill(case.view.reference)
        await page.get_by_label("查询码").fill(case.secret)
        await page.get_by_role("button", name="查看").click()
        await follow(page.get_by_role("link", name="不满意，要求重新办理"))
        await page.locator("#reason").fill("第二天又摆回来了")
        # Away and back again: the words lie on this phone.
        await page.get_by_role("link", name="先不做，返回").click()
        await follow(page.get_by_role("link", name="不满意，要求重新办理"))
        await expect(page.locator("#reason")).to_have_value("第二天又摆回来了")
        await expect(page.get_by_text("上次没有提交的内容已经放回来了")).to_be_visible()
        await context.set_offline(True)
        await page.locator("#reason").fill("第二天又摆回来了，三个摊子")
        await page.locator("main button").click()
        await expect(page.get_by_text("现在没有网络")).to_be_visible()
        await context.set_offline(False)
        await expect(page.get_by_text("网络恢复了")).to_be_visible()
        await page.locator("main button").click()
        await expect(page.get_by_text("已经转去重新办理")).to_be_visible()
        await comes_to(page, "localStorage.length", 0)
    assert (await Complaint.get(id=case.view.id)).dispute_reason == "第二天又摆回来了，三个摊子"


async def test_a_refused_form_leads_to_what_is_wrong_and_the_back_button_to_a_page(
    setting: CitizenSetting,
) -> None:
    case = await answered(setting)
    async with browsing(setting) as (_, page):
        await page.goto("/h5/receipt")
        await page.get_by_label("编号").fill(case.view.reference)
        await page.get_by_label("查询码").fill(case.secret)
        await page.get_by_role("button", name="查看").click()
        await follow(page.get_by_role("link", name="不满意，要求重新办理"))
        await page.locator("main button").click()
        await expect(page.locator("#reason-wrong")).to_contain_text("请写明")
        await expect(page.locator("#reason")).to_be_focused()
        await page.locator("#reason").fill("第二天又摆回来了")
        await page.locator("main button").click()
        await expect(page.get_by_text("已经转去重新办理")).to_be_visible()
        await page.go_back()
        await expect(page.locator("main h1")).to_be_visible()
    assert (await Complaint.get(id=case.view.id)).revision == case.view.revision + 4


async def test_words_about_our_own_people_do_not_stay_on_the_phone(setting: CitizenSetting) -> None:
    case = await answered(setting)
    async with browsing(setting) as (_, page):
        await page.goto("/h5/receipt")
        await page.get_by_label("编号").fill(case.view.reference)
        await page.get_by_label("查询码").fill(case.secret)
        await page.get_by_role("button", name="查看").click()
        await follow(page.get_by_role("link", name="不满意，要求重新办理"))
        await page.locator("#reason").fill("你们城管队员收保护费，不给就掀摊子")
        await page.locator("main button").click()
        await expect(page.get_by_role("alert").first).to_contain_text("12388")
        await comes_to(page, "localStorage.length", 0)
        await page.locator("#reason").fill("你们城管队员收保护费，不给就掀摊子，还打人")
        assert await page.evaluate("localStorage.length") == 0
    assert await FormDraft.all().count() == 0


async def test_rating_needs_no_script_and_three_taps(setting: CitizenSetting) -> None:
    case = await answered(setting)
    async with browsing(setting, java_script_enabled=False) as (_, page):
        await page.goto("/h5/receipt")
        await page.get_by_label("编号").fill(case.view.reference)
        await page.get_by_label("查询码").fill(case.secret.lower())
        await page.get_by_role("button", name="查看").click()
        await page.locator("#score").get_by_label("基本满意").check(force=True)
        await page.get_by_role("button", name="提交评价").click()
        await expect(page.get_by_text("这件投诉已经办结")).to_be_visible()
    assert (await Complaint.get(id=case.view.id)).rating == 2
