"""From the wizard to a verified e-permit, in Debian's Chromium at a phone's size; the staff's part through their actions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from app.models import MODEL_MODULES
from app.permit_profile import SAMPLES
from app.shipped import SHIPPED_PROFILE
from casework.permits import accepting, surveying
from casework.permits.deciding import grant
from casework.permits.decision_rules import Grant
from casework.permits.kinds import PermitsSection
from casework.permits.models import PermitApplication
from kit.clock import FixedClock, local
from kit.db import Database
from kit.ids import Ids
from kit.signing_keys import SigningKeys
from tests import read_once
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, citizens_on, pages_of
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.public_setting import public_on
from tests.e2e.test_h5_filing_browser import fits
from tests.permit_life_setting import FITS, SECOND, SURVEYOR, VISIT, life_desk_on
from tests.permit_setting import APPROVER, CLERK

pytestmark = pytest.mark.browser
OPENID = "o_permit_browser1"


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    desk = await life_desk_on(database, read_once.profile().section(PermitsSection))
    SigningKeys(tmp_path / "keys").add(clock.now(), use=True)
    side = pages_of(desk, tmp_path)
    async with citizens_on(database, tmp_path, in_any_browser=True, permits=side) as running:
        yield running
    await database.close()


async def filled_in(page: Page, begins: str, ends: str) -> None:
    """The whole form, step by step, as somebody taps through it."""

    async def choose(*names: str) -> None:
        for name in names:
            await page.locator("#fields label.choice", has_text=name).first.tap()

    async def on() -> None:
        await fits(page)
        await page.locator("#permit .buttons .primary").tap()

    await choose("单位")
    await page.fill("#f\\.organisation_name", "清河商贸有限公司")
    await page.fill("#f\\.uscc", "91350100M000100Y43")
    await page.fill("#f\\.phone", "13800001234")
    for question in ("by_agent", "is_joint"):
        await page.locator(f"[id='f.{question}'] label", has_text="否").tap()
    await on()
    await page.fill("#f\\.event_name", "国货促销周")
    await choose("商品促销")
    for question in ("sells_food", "has_sound"):
        await page.locator(f"[id='f.{question}'] label", has_text="否").tap()
    await page.fill("#f\\.stall_count", "4")
    await page.fill("#f\\.area", "40")
    await on()
    await choose("道路红线外的空地")
    await page.fill("#f\\.place", "湖滨路 18 号门前")
    await page.fill("#f\\.when", begins)
    await page.fill("#f\\.when\\.until", ends)
    await on()
    await page.set_input_files("#files-layout", SHIPPED_PROFILE / SAMPLES / "stall_layout.png")
    await expect(page.locator("[data-files-of=layout] li")).to_have_count(1)
    await on()
    await expect(page.locator("h1")).to_have_text("看一遍再提交")


async def test_a_stall_is_applied_for_granted_shown_and_verified(
    setting: CitizenSetting, clock: FixedClock, tmp_path: Path
) -> None:
    begins = local(clock.now()) + timedelta(days=2)
    ends = begins + timedelta(days=1)
    await setting.standin.post("/_standin/citizens", {"openid": OPENID, "name": "梅"})
    complaints: list[str] = []
    async with async_playwright() as playwright, public_on(setting.door.db, tmp_path / "keys") as public:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": 390, "height": 844}, base_url=setting.url, locale="zh-CN", has_touch=True
        )
        context.set_default_timeout(10_000)
        await context.add_cookies([{"name": "standin_phone", "value": OPENID, "url": setting.standin.base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/h5/permits?kind=stall")
        await page.get_by_text("开始：先看需不需要办").tap()
        for answer in ("道路、人行道", "宣传、促销", "7 天以内"):
            await page.locator("label.choice", has_text=answer).tap()
            await page.locator("main form .primary").tap()
        await page.get_by_text("用微信登录").tap()
        await page.get_by_text("接着填申请").tap()
        await filled_in(page, f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}")
        await fits(page)
        await page.get_by_role("button", name="提交申请").tap()
        await expect(page.locator(".notice.good")).to_contain_text("申请交上来了")
        own = page.url.partition("?")[0]
        row = await PermitApplication.get()
        # What the bureau does, through its own actions.
        desk = setting.door.permits.desk
        await accepting.accept(desk, CLERK, row.id)
        visit = await surveying.schedule(desk, APPROVER, row.id, VISIT)
        await page.goto(own)
        await expect(page.locator("main")).to_contain_text("承诺作出决定")
        await expect(page.locator("main")).to_contain_text("勘查甲、勘查乙")
        await surveying.record(desk, SURVEYOR, visit, FITS)
        await surveying.confirm(desk, SECOND, visit)
        await grant(desk, APPROVER, row.id, Grant())
        await page.reload()
        await expect(page.locator("main")).to_contain_text("准予行政许可决定书")
        await fits(page)
        await page.locator("label.choice", has_text="非常满意").first.tap()
        await page.get_by_role("button", name="提交评价").tap()
        await expect(page.locator("main")).to_contain_text("您的评价：非常满意")
        await page.get_by_text("打开电子许可证").tap()
        await expect(page.locator(".qr svg")).to_be_visible()
        await fits(page)
        verify = await page.get_by_text("看看扫出来是什么").get_attribute("href")
        await page.get_by_text("出示", exact=True).tap()
        await expect(page.locator(".showing .qr svg")).to_be_visible()
        await fits(page)
        clock.advance(timedelta(days=2, minutes=1))
        # No more of it, while it runs: nothing is to be filled in, and no papers are asked for.
        await page.goto(f"{setting.url}/h5/me/permits")
        await page.locator("a[href*='e-permits']").first.tap()
        await expect(page.locator(".e-permit .badge")).to_have_text("有效")
        await page.get_by_role("button", name="不用了，想注销").tap()
        await expect(page.get_by_role("button", name="提交申请")).to_be_visible()
        await expect(page.locator(".heading .sub")).to_contain_text("（注销）")
        assert verify is not None
        await page.goto(f"{public.url}{urlsplit(verify).path}")
        await expect(page.locator("#verdict")).to_have_text("有效")
        await browser.close()
    assert complaints == []


async def test_the_arrow_keys_run_through_the_choices_faster_than_they_are_kept(
    setting: CitizenSetting,
) -> None:
    await setting.standin.post("/_standin/citizens", {"openid": OPENID, "name": "梅"})
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(base_url=setting.url, locale="zh-CN")
        context.set_default_timeout(10_000)
        await context.add_cookies([{"name": "standin_phone", "value": OPENID, "url": setting.standin.base}])
        page = await context.new_page()
        await page.goto("/h5/enter?next=/h5/permits")
        await page.goto("/h5/permits/check/stall?q.ground=public&q.purpose=promotion&q.days=few")
        await page.get_by_text("接着填申请").click()
        await page.goto(f"{page.url.partition('?')[0]}?step=where")

        async def slow(route: Route) -> None:
            await asyncio.sleep(0.3)
            await route.continue_()

        await page.route("**/h5/permits/drafts/*", slow)
        chosen = page.locator("input[name='f.surface']:checked")
        await page.locator("input[name='f.surface']").first.focus()
        await page.keyboard.press("ArrowDown")
        # The kept answer to the first key asks for one field more, and comes when the second key was pressed.
        await page.keyboard.press("ArrowDown")
        await expect(chosen).to_have_value("setback")
        await expect(page.locator("#permit [data-state]")).to_have_text("已保存，关掉页面也不会丢。")
        await page.wait_for_timeout(700)
        await expect(chosen).to_have_value("setback")
        await expect(page.locator("#f\\.clear_width")).to_have_count(0)
        assert await page.evaluate("document.activeElement.value") == "setback"
        await browser.close()
