"""The console in Debian's Chromium: at a desk, on an officer's phone, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from app.models import MODEL_MODULES
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.models import Complaint
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, words
from tests.conftest import AUDIT_KEY
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.console_setting import PASSWORD, ConsoleSetting, console_on
from tests.e2e.waiting import follow

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TRANSFER_AT_MOST = 60_000


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        yield setting
    await database.close()


@asynccontextmanager
async def browsing(
    console: ConsoleSetting,
    size: dict[str, int],
    login: str = "diaodu",
    noise: tuple[str, ...] = (),
    **options: Any,
) -> AsyncIterator[Page]:
    """A page after the login. Whatever the browser complains about fails the test, but what holds one of `noise`."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(viewport=size, base_url=console.url, locale="zh-CN", **options)  # type: ignore[arg-type]
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                # A refused form is an answer like any other to us; the browser notes its status as an error.
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        await page.goto("/console/")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.click("button.primary")
        await page.wait_for_selector("#cases")
        await page.wait_for_load_state()
        yield page
        await browser.close()
    assert [one for one in complaints if not any(word in one for word in noise)] == []


async def filed(console: ConsoleSetting, **more: object) -> ComplaintView:
    return await submit(console.door.desk, CITIZEN, words(**more))


async def test_a_clerk_goes_through_the_list_with_the_keyboard(console: ConsoleSetting) -> None:
    cases = [await filed(console, story=f"第 {number} 件：路口小贩") for number in range(3)]
    async with browsing(console, DESK) as page:
        for key in "jjk":
            await page.keyboard.press(key)
        await expect(page.locator(".case-row.at")).to_have_attribute("data-reference", cases[0].reference)
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text(cases[0].reference)
        await page.wait_for_load_state()  # the keys' script runs once the page is whole
        await page.keyboard.press("u")
        await expect(page.locator(".case-row")).to_have_count(3)
        await page.wait_for_load_state()
        await page.keyboard.press("/")
        await page.keyboard.type(cases[2].reference.lower())
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text(cases[2].reference)


async def test_filters_narrow_the_list_in_place_and_stand_in_the_address(console: ConsoleSetting) -> None:
    await filed(console)
    async with browsing(console, DESK) as page:
        await expect(page.get_by_role("link", name=re.compile("待派单"))).to_contain_text("1")
        await page.get_by_role("link", name="已超期").click()
        await expect(page.locator(".nothing")).to_be_visible()
        await expect(page).to_have_url(re.compile("tab=overdue"))
        await page.get_by_role("link", name="全部待办").click()
        await page.select_option("#state", "submitted")
        await expect(page).to_have_url(re.compile("state=submitted"))
        await expect(page.locator(".case-row")).to_have_count(1)
        await page.select_option("#unit", "street")
        await expect(page).to_have_url(re.compile("state=submitted&unit=street"))
        await expect(page.locator(".nothing")).to_be_visible()
        # What is looked at again and again is kept under a name of one's own.
        await page.fill(".keep input[name=name]", "街面新收")
        await page.click(".keep button")
        await expect(page.locator(".preset[aria-current]")).to_have_text("街面新收")
        # The address is all there is to it: whoever opens it sees the same list.
        await page.goto(page.url.replace("&unit=street", ""))
        await expect(page.locator("#unit")).to_have_value("")
        await expect(page.locator(".case-row")).to_have_count(1)


async def test_several_cases_are_chosen_with_the_keyboard_and_accepted_together(
    console: ConsoleSetting,
) -> None:
    cases = [await filed(console, story=f"第 {number} 件：路口小贩占道") for number in range(4)]
    async with browsing(console, DESK) as page:
        await expect(page.locator("#several button[value=accept]")).to_be_disabled()
        for key in ("j", "x", "j", "j", "Shift+X"):
            await page.keyboard.press(key)
        await expect(page.locator(".several-said")).to_have_text("已选 3 件")
        # A refresh of the list keeps what was chosen.
        async with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
            await page.evaluate("htmx.ajax('GET', '/console/cases', {target: '#cases', swap: 'outerHTML'})")
        await expect(page.locator("input[name=case]:checked")).to_have_count(3)
        await page.keyboard.press("a")
        await expect(page.locator("h1")).to_have_text("一次办几件：受理")
        await page.locator("input[name=case]").nth(1).uncheck()
        # Somebody else was quicker with one of them.
        await actions.accept(console.door.desk, DISPATCHER, cases[2].id, category="vending")
        await page.click("main button.primary")
        await expect(page.locator(".notice")).to_contain_text("办好 1 件，没有办成 1 件")
        await expect(page.locator(".line").first).to_contain_text(cases[2].reference)
        await page.reload()
        await expect(page.locator(".notice")).to_contain_text("办好 1 件，没有办成 1 件")
    states = {row.reference: row.state for row in await Complaint.all()}
    assert [states[one.reference] for one in cases] == ["accepted", "submitted", "accepted", "submitted"]


async def test_single_keys_can_be_switched_off_for_a_screen_reader(console: ConsoleSetting) -> None:
    await filed(console)
    async with browsing(console, DESK) as page:
        await page.keyboard.press("?")
        await page.uncheck("[data-keys-on]")
        await page.keyboard.press("Escape")
        for key in "jx":
            await page.keyboard.press(key)
        await expect(page.locator(".case-row.at, input[name=case]:checked")).to_have_count(0)


async def test_a_case_is_accepted_and_the_telephone_shown_without_leaving_the_page(
    console: ConsoleSetting,
) -> None:
    case = await filed(console, phone="13812345678")
    async with browsing(console, DESK) as page:
        await follow(page.locator(".story"))
        await page.click("#phone button")
        await expect(page.locator("#phone a[href^='tel:']")).to_have_text("13812345678")
        await page.click("#act-accept button.primary")
        await expect(page.locator(".notice")).to_contain_text(f"已受理 {case.reference}")
        # A reload or a bookmark does not say it again.
        await expect(page).not_to_have_url(re.compile("done"))
        await expect(page.locator("#act-assign")).to_be_visible()


async def test_an_officer_answers_with_a_photo_on_the_phone(console: ConsoleSetting, tmp_path: Path) -> None:
    case = await filed(console, story="路口小贩占道经营，" * 60, place_text="湖滨路东门")
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        await clerk.act(case.reference, "accept", category="vending")
        await clerk.act(case.reference, "assign", assignee=f"street/{console.people['banli'].id}")
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    async with browsing(console, PHONE, "banli") as page:
        await follow(page.locator(".story"))
        await page.click(".to-acts")
        await expect(page.locator("#answer-answer")).to_be_in_viewport()
        await page.fill("#answer-answer", "已劝离，每天早上有人值守。")
        await page.set_input_files(
            "#answer-after_photos",
            [{"name": "after.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}],
        )
        await page.click("#act-answer button.primary")
        await expect(page.locator(".notice")).to_contain_text("已答复")
        await expect(page.locator(".waiting")).to_be_visible()
        (stored,) = await StoredFile.all()
        await console.ready_photo(stored.id)
        await page.reload()
        # Not wait_for_function: when it has to wait, it needs the eval that our pages forbid.
        photo = page.locator(".photos img")
        await expect(photo).to_have_js_property("complete", True)
        assert await photo.evaluate("image => image.naturalWidth") > 0


async def test_too_many_bytes_of_photos_are_refused_before_they_are_sent(
    console: ConsoleSetting, tmp_path: Path
) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        await clerk.act(case.reference, "accept", category="vending")
        await clerk.act(case.reference, "assign", assignee="street")
    async with browsing(console, DESK, "banli") as page:
        await follow(page.locator(".story"))
        large = tmp_path / "large.jpg"
        with large.open("wb") as file:
            file.truncate(31 * 1024 * 1024)
        await page.set_input_files("#answer-after_photos", large)
        await expect(page.locator("#answer-after_photos:invalid")).to_have_count(1)
        said = await page.locator("#answer-after_photos").evaluate("input => input.validationMessage")
        assert "合计超过 30 兆" in said


async def test_everything_works_without_javascript(console: ConsoleSetting) -> None:
    case = await filed(console, phone="13812345678")
    async with browsing(console, DESK, java_script_enabled=False) as page:
        await page.select_option("#unit", "street")
        await page.get_by_role("button", name="筛选").click()
        await expect(page.locator(".nothing")).to_be_visible()
        await page.goto(f"/console/cases/{case.reference}")
        await page.click("#phone button")
        await expect(page.locator("#phone a[href^='tel:']")).to_have_text("13812345678")
        await page.locator("#act-refuse summary").click()
        await page.fill("#refuse-reason", "这条路由交警管理")
        await page.fill("#refuse-responsible_body", "交警支队")
        await page.click("#act-refuse button.grave")
        await expect(page.locator(".notice")).to_contain_text("不予受理")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_nothing_sticks_out_and_everything_can_be_hit(
    console: ConsoleSetting, size: dict[str, int]
) -> None:
    case = await filed(console, story="很长的一句话" * 60, place_text="湖滨路" * 40, phone="13812345678")
    pages = (
        "/console/cases",
        "/console/cases?find=9999",
        f"/console/cases/{case.reference}",
        "/console/deliveries",
        "/console/nowhere",
    )
    async with browsing(console, size) as page:
        for address in pages:
            await page.goto(address)
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], address
            nameless = await page.evaluate(
                """[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
                .filter(e => !(e.labels && e.labels.length) && !e.textContent.trim() && !e.getAttribute("aria-label"))
                .map(e => e.outerHTML)"""
            )
            assert nameless == []
            if size is PHONE:
                small = await page.evaluate(
                    """[...document.querySelectorAll(".button, .input, .tab, .tick, summary, .places a")]
                    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
                    .map(e => e.outerHTML)"""
                )
                assert small == [], address


async def test_a_full_list_is_light_on_the_wire(console: ConsoleSetting) -> None:
    for number in range(30):
        await filed(
            console, story=f"第 {number} 件：路口小贩占道经营，老人小孩走不过去" * 3, place_text="湖滨路东门"
        )
    async with browsing(console, DESK) as page:
        wire = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        received: list[float] = []
        wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        await page.goto("/console/cases", wait_until="networkidle")
        assert await page.locator(".case-row").count() == 30
        assert len(received) >= 4
        assert sum(received) <= TRANSFER_AT_MOST, sum(received)


async def test_the_session_that_ended_meanwhile_leads_to_the_login(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    case = await filed(console)
    async with browsing(console, DESK) as page:
        await page.goto(f"/console/cases/{case.reference}")
        await page.locator("#act-refuse summary").click()
        await page.fill("#refuse-reason", "写了很久的理由")
        await page.fill("#refuse-responsible_body", "交警支队")
        clock.advance(timedelta(hours=3))
        await page.click("#act-refuse button.grave")
        await expect(page.locator(".notice")).to_contain_text("文字已保留")
        await page.fill("#login", "diaodu")
        await page.fill("#password", PASSWORD)
        await page.click("button.primary")
        await expect(page.locator("#refuse-reason")).to_have_value("写了很久的理由")
        await page.click("#act-refuse button.grave")
        await expect(page.locator(".notice")).to_contain_text("不予受理")
