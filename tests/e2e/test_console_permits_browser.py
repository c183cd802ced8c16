"""Permits at the console in Debian's Chromium: from the form to the clean place at a desk, a deposit paid back on a phone."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.documents import close_documents
from app.models import MODEL_MODULES
from casework.permits import checking, surveying
from casework.permits.desk import PermitDesk
from casework.permits.models import Permit
from casework.permits.paper_sight import sees_papers_of_application, sees_papers_of_permit
from casework.permits.submitting import submit
from casework.permits.survey_models import PermitSurvey
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN
from tests.conftest import AUDIT_KEY
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.console_setting import PASSWORD, ConsoleSetting, console_on
from tests.permit_life_setting import FITS, SECOND, applied, granted, life_desk_on, row_of
from tests.permit_setting import SURVEYOR, UNIT, drafted

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclasses.dataclass(frozen=True)
class Stage:
    console: ConsoleSetting
    desk: PermitDesk


@pytest.fixture
async def stage(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Stage]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    desk = await life_desk_on(database)
    sight = {"permit_application": sees_papers_of_application, "permit": sees_papers_of_permit}
    documents = dataclasses.replace(desk.documents, sight=sight)
    desk = dataclasses.replace(desk, documents=documents)
    async with console_on(database, tmp_path, permits=desk, documents=documents) as setting:
        await setting.hire("head", "周华", (Role.HEAD, UNIT))
        yield Stage(setting, desk)
    await close_documents(documents)
    await database.close()


@asynccontextmanager
async def browsing(stage: Stage, size: dict[str, int]) -> AsyncIterator[Page]:
    """A page of the head's, after the login. What the browser complains about fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(viewport=size, base_url=stage.console.url, locale="zh-CN")  # type: ignore[arg-type]
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await log_in(page)
        yield page
        await browser.close()
    assert complaints == []


async def log_in(page: Page) -> None:
    await page.goto("/console/login")
    await page.fill("#login", "head")
    await page.fill("#password", PASSWORD)
    await page.click("button.primary")
    await expect(page.locator("header.masthead nav")).to_be_visible()


async def act(page: Page, move: str, **fields: str) -> None:
    """Fill in the form of a move and send it; the page it leads to is whole then."""
    form = page.locator(f"#act-{move}")
    if await form.get_attribute("open") is None:
        await form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f'[name="{name}"]')
        if await field.first.get_attribute("type") == "radio":
            await form.locator(f'[name="{name}"][value="{value}"]').check()
        elif await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    async with page.expect_navigation():
        await form.locator("button:not([formaction])").last.click()
    await expect(page.locator("main .notice").first).to_be_visible()


async def looked_at(stage: Stage, about: UUID, purpose: str) -> None:
    """What two officers do on their phones."""
    visit = await PermitSurvey.get(about_id=about, purpose=purpose)
    if purpose == "application":
        await surveying.record(stage.desk, SURVEYOR, visit.id, FITS)
        await surveying.confirm(stage.desk, SECOND, visit.id)
    else:
        clean = checking.CheckFindings(findings="干净", is_in_order=True)
        await checking.record_check(stage.desk, SURVEYOR, visit.id, clean)
        await checking.confirm_check(stage.desk, SECOND, visit.id)


async def test_a_stall_goes_from_the_form_to_the_clean_place(stage: Stage, clock: FixedClock) -> None:
    id = await applied(stage.desk)
    reference = (await row_of(id)).reference
    officers = {"officer": str(SURVEYOR.id), "second_officer": str(SECOND.id)}
    async with browsing(stage, DESK) as page:
        await page.goto(f"/console/permits/{reference}")
        await act(page, "accept")
        await act(
            page,
            "pause",
            kind="appraisal",
            reason="要鉴定地下管线",
            basis="行政许可法第四十五条",
            expected_days="3",
        )
        await expect(page.locator("#clocks")).to_contain_text("要鉴定地下管线")
        await expect(page.locator("#act-pause")).to_have_count(0)
        await act(page, "resume")
        await act(page, "schedule_survey", **officers)
        await looked_at(stage, id, "application")
        await page.reload()
        await act(page, "grant", terms="收摊后清理干净")
        # Nobody asked for it online, so it is not offered.
        ways = page.locator("#act-deliver select[name=delivery] option, #act-deliver [name=delivery][value]")
        assert {await one.get_attribute("value") for one in await ways.all()} >= {"window", "post"}
        await expect(page.locator("#act-deliver [value=online]")).to_have_count(0)
        await act(page, "deliver", delivery="window", recipient="李经理")
        papers = page.locator("section.papers")
        for name in (
            "受理通知书",
            "办理期限扣除时间告知书",
            "现场踏勘记录",
            "准予行政许可决定书",
            "送达回证",
        ):
            await expect(papers).to_contain_text(name)
        permit = await Permit.get(application_id=id)
        # Only a stall that has stood leaves a place to clean.
        clock.set(permit.valid_from_at + timedelta(hours=1))
        await log_in(page)
        await page.goto(f"/console/held-permits/{permit.id}")
        await act(page, "cancel", cause="dissolved", ground="公司已经注销", basis="行政许可法第七十条")
        await act(page, "plan_check", purpose="restoration", **officers)
        await looked_at(stage, permit.id, "restoration")
        await page.reload()
        await expect(page.locator(".case-head")).to_contain_text("已清理")
    assert (await Permit.get(id=permit.id)).state == "restored"


async def test_what_was_sent_is_not_offered_again_as_unsent(stage: Stage) -> None:
    permit = await granted(stage.desk)
    async with browsing(stage, DESK) as page:
        await page.goto(f"/console/held-permits/{permit.id}")
        basis = "行政许可法第六十九条"
        await act(
            page, "tell_holder", ending="revoke.fraud", ground="图是假的", basis=basis, told_how="handed"
        )
        await expect(page.locator("main .notice").first).to_contain_text("已告知持证人")
        assert not await page.locator("#act-tell_holder .draft").is_visible()
        assert await page.locator("#act-tell_holder [name=ground]").input_value() == ""
        await page.reload()
        assert not await page.locator("#act-tell_holder .draft").is_visible()


async def test_a_deposit_is_approved_paid_back_and_a_paper_made_void_on_a_phone(stage: Stage) -> None:
    sent = await submit(stage.desk, CITIZEN, await drafted(stage.desk, kind="deposit"), source="h5")
    async with browsing(stage, PHONE) as page:
        await page.goto(f"/console/permits/{sent.reference}")
        await act(page, "accept")
        await act(page, "approve", amount="1200.50")
        await (
            page.locator("section.papers .line")
            .filter(has_text="保证金退还决定书")
            .get_by_role("link", name="作废")
            .click()
        )
        await page.fill('[name="reason"]', "账户印错")
        await page.get_by_role("button", name="作废").click()
        await expect(page.locator("main .notice")).to_contain_text("已作废，并已通知申请人")
        await page.goto(f"/console/permits/{sent.reference}")
        await expect(page.locator("section.papers")).to_contain_text("已作废：账户印错（由")
        await act(page, "pay_out", amount="1200.50")
        await expect(page.locator(".case-head")).to_contain_text("已退款")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
