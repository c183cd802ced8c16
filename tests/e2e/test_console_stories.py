"""A clerk's, an officer's and a head's day in a real browser, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from app.models import MODEL_MODULES
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import ConsoleSetting, console_on
from tests.e2e.test_console_browser import DESK, PHONE, browsing
from tests.e2e.waiting import comes_to, follow

pytestmark = pytest.mark.browser
DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('console.draft'))"


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        await setting.hire("lingdao", "周华", (Role.HEAD, None))
        yield setting
    await database.close()


async def given(console: ConsoleSetting, story: str = "路口小贩占道经营") -> ComplaintView:
    """A case that has been given to the officer by name."""
    desk = console.door.desk
    case = await submit(desk, CITIZEN, words(story=story, place_text="湖滨路东门", phone="13812345678"))
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street", assignee_id=console.people["banli"].id)
    return case


def shot() -> dict[str, object]:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    return {"name": "shot.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


async def fits(page: Page, size: dict[str, int]) -> None:
    """Nothing sticks out, and on a phone everything can be hit."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if size is PHONE:
        small = await page.evaluate(
            """[...document.querySelectorAll(".button, .input, .tab, .preset, summary, .ways a, .agree, .facts .linkish")]
            .filter(e => e.offsetParent && !e.closest(".picker.ready > .input") && !e.matches(".picker.ready > .input")
              && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML)"""
        )
        assert small == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_clerk_takes_a_case_in_gives_it_out_and_goes_on_to_the_next(
    console: ConsoleSetting, size: dict[str, int]
) -> None:
    for number in range(3):
        await submit(console.door.desk, CITIZEN, words(story=f"第 {number} 件：路口小贩"))
    async with browsing(console, size) as page:
        await fits(page, size)
        await follow(page.locator(".story").first)
        await fits(page, size)
        first = await page.locator("h1 .code").inner_text()
        await page.locator("#act-accept button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("已受理")
        await page.select_option("#assign-assignee", label="王强")
        await page.locator("#act-assign button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("已派单")
        await page.fill("#note-note", "早上六点半最堵")
        await page.locator("#act-note button:not([type=button])").click()
        await expect(page.locator(".internal .said-words")).to_have_text("早上六点半最堵")
        await page.locator("#act-update summary").click()
        await page.fill("#update-update", "明天早上到现场")
        # What goes to the citizen needs a second thought: the browser holds the form until the box is ticked.
        await page.locator("#act-update button.primary").click()
        assert await page.locator("#update-told").evaluate("box => box.validity.valueMissing")
        await page.check("#update-told")
        await page.locator("#act-update button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("通报")
        await fits(page, size)
        await page.locator("a.next").click()
        await expect(page.locator("h1 .code")).not_to_have_text(first)


async def test_an_officer_sees_the_own_tasks_takes_photos_and_answers_on_the_phone(
    console: ConsoleSetting,
) -> None:
    case = await given(console)
    await submit(console.door.desk, CITIZEN, words(story="还没有受理的另一件"))
    async with browsing(console, PHONE, "banli") as page:
        await expect(page.locator(".case-row")).to_have_count(1)
        await expect(page.locator(".tab[aria-current]")).to_contain_text("我的任务")
        await fits(page, PHONE)
        await follow(page.locator(".story"))
        await expect(page.locator(".facts-sheet")).to_be_in_viewport()
        await fits(page, PHONE)
        await page.fill("#answer-answer", "已劝离，每天早上有人值守。")
        # Two shots, one after the other; a second thought about the first.
        for _ in range(2):
            await page.set_input_files("[data-camera]", [shot()])  # type: ignore[list-item]
        await expect(page.locator(".picked li")).to_have_count(2)
        await page.locator(".picked button").first.click()
        await expect(page.locator(".picked li")).to_have_count(1)
        await page.locator("#act-answer button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("已答复")
    assert await StoredFile.all().count() == 1
    assert case.reference


async def test_a_lost_network_loses_neither_text_nor_photo(console: ConsoleSetting) -> None:
    case = await given(console)
    async with browsing(console, PHONE, "banli", noise=("htmx:", "ERR_INTERNET_DISCONNECTED")) as page:
        await page.goto(f"/console/cases/{case.reference}")
        await page.fill("#answer-answer", "已劝离")
        await page.set_input_files("[data-camera]", [shot()])  # type: ignore[list-item]
        await page.route("**/answer", lambda route: route.abort("internetdisconnected"))
        await page.locator("#act-answer button.primary").click()
        await expect(page.locator("#act-answer .lost")).to_be_visible()
        await expect(page.locator("#answer-answer")).to_have_value("已劝离")
        await expect(page.locator(".picked li")).to_have_count(1)
        await page.unroute("**/answer")
        # The phone went into the pocket, the page out of its memory.
        await page.goto("/console/cases?tab=mine")
        await page.goto(f"/console/cases/{case.reference}")
        await expect(page.locator("#answer-answer")).to_have_value("已劝离")
        await expect(page.locator(".picked li")).to_have_count(1)
        await page.context.set_offline(True)
        await page.locator("#act-answer button.primary").click()
        await expect(page.locator("#act-answer .lost")).to_be_visible()
        # Nobody taps again: it goes as soon as there is a network.
        await page.context.set_offline(False)
        await expect(page.locator(".notice").first).to_contain_text("已答复")
        await page.goto(f"/console/cases/{case.reference}")
        await expect(page.locator(".picked li")).to_have_count(0)
    assert await StoredFile.all().count() == 1


async def test_what_was_typed_is_there_again_after_the_page_was_left_and_gone_once_it_was_sent(
    console: ConsoleSetting,
) -> None:
    case = await given(console)
    address = f"/console/cases/{case.reference}"
    async with browsing(console, PHONE, "banli") as page:
        await page.goto(address)
        await page.fill("#answer-answer", "写到一半")
        await comes_to(page, f"{DRAFTS}.length", 1)
        await page.goto("/console/cases")
        await page.goto(address)
        await expect(page.locator("#answer-answer")).to_have_value("写到一半")
        await expect(page.locator("#act-answer .draft")).to_be_visible()
        await page.locator("#act-answer button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("已答复")
        # Forgotten once the page has settled.
        await comes_to(page, f"{DRAFTS}.length", 0)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_head_finds_what_is_overdue_and_shows_a_case_to_the_public(
    console: ConsoleSetting, clock: FixedClock, size: dict[str, int]
) -> None:
    await given(console, "早市占道")
    clock.advance(timedelta(days=9))
    await submit(console.door.desk, CITIZEN, words(story="刚刚收到的"))
    async with browsing(console, size, "lingdao") as page:
        await page.get_by_role("link", name="已超期").click()
        await expect(page.locator(".case-row")).to_have_count(1)
        await expect(page.locator(".case-row .due.late")).to_contain_text("超期")
        await follow(page.locator(".story"))
        await page.locator("#act-release summary").click()
        await page.fill("#release-description", "湖滨路一带流动摊贩较多，已安排值守")
        await page.locator("#act-release button.primary").click()
        await expect(page.locator(".public .reply")).to_contain_text("已安排值守")
        await fits(page, size)


async def test_the_time_left_counts_on_in_the_browser_in_the_servers_words(console: ConsoleSetting) -> None:
    await given(console)
    async with browsing(console, DESK) as page:
        due = page.locator(".case-row .due")
        said = await due.inner_text()
        box = await due.bounding_box()
        # The limit comes sixty hours nearer; nothing else on the page moves for it.
        await due.evaluate(
            "(due) => { due.dataset.due = new Date(Date.parse(due.dataset.due) - 216000000).toISOString(); }"
        )
        await page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
        assert await due.inner_text() != said
        assert await due.bounding_box() == box
        await due.evaluate("(due) => { due.dataset.due = '2020-01-01T00:00:00+08:00'; }")
        await page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
        await expect(due).to_contain_text("超期")
        await expect(page.locator(".due.late .glyph")).to_have_text("!")


async def test_the_keyboard_is_explained_and_reaches_the_forms(console: ConsoleSetting) -> None:
    case = await given(console)
    async with browsing(console, DESK, "banli") as page:
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.keyboard.press("j")
        await expect(page.locator(".case-row.at")).to_have_count(0)
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_hidden()
        await page.goto(f"/console/cases/{case.reference}")
        await page.keyboard.press("2")
        await expect(page.locator("#ask-question")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.keyboard.press("n")
        await expect(page.locator("#note-note")).to_be_focused()
