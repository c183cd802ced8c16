"""What the citizens' scripts add in a real browser: the phone's font setting, questions without leaving the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import looking
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.people import NARROW, page_of
from tests.e2e.system import System

pytestmark = pytest.mark.browser


def basic_font(browser_type: Any, pixels: int) -> Any:
    """A browser whose reader has set the basic font, as phones hand on their own setting."""
    setting = f"--blink-settings=defaultFontSize={pixels}"
    return browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGUMENTS, setting])


def text_px(page: Page) -> float:
    return float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))


def test_a_phone_set_to_large_text_gets_large_print_once_and_may_leave_it(
    browser_type: Any, shared_system: System
) -> None:
    browser = basic_font(browser_type, 22)
    with page_of(browser, NARROW) as page:
        page.goto(f"{shared_system.url}/h5/")
        expect(page.locator("html")).to_have_class("large")
        # Large print, but not the reader's own enlargement on top of it once more.
        assert 24 <= text_px(page) <= 25
        assert looking.overflow(page) <= 0
        page.goto(f"{shared_system.url}/h5/permits")
        expect(page.locator("html.large")).to_have_count(1)
        page.get_by_role("link", name="标准版").click()
        expect(page.locator("html.large")).to_have_count(0)
        page.goto(f"{shared_system.url}/h5/")
        expect(page.locator("html.large")).to_have_count(0)
    browser.close()


@pytest.mark.parametrize("pixels", [9, 40])
def test_tiny_and_huge_fonts_break_no_page(browser_type: Any, shared_system: System, pixels: int) -> None:
    browser = basic_font(browser_type, pixels)
    with page_of(browser, NARROW) as page:
        for path in ("/h5/", "/h5/ask?q=摆摊", "/h5/file", "/h5/permits"):
            page.goto(shared_system.url + path)
            assert looking.overflow(page) <= 0, path
    browser.close()


def test_questions_are_answered_on_the_page_and_a_lost_line_loses_nothing(
    browser: Any, shared_system: System
) -> None:
    context = browser.new_context(viewport={"width": NARROW[0], "height": NARROW[1]}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{shared_system.url}/h5/ask")
    line, turns = page.locator("#q"), page.locator("#turns > li")
    line.fill("在路边摆摊要先经过批准吗")
    line.press("Enter")
    expect(turns).to_have_count(1)
    expect(turns.first).to_contain_text("城市道路管理条例")
    expect(line).to_have_value("")
    context.set_offline(True)
    line.fill("半夜施工怎么举报")
    line.press("Enter")
    expect(page.locator("#lost")).to_be_visible()
    expect(line).to_have_value("半夜施工怎么举报")
    context.set_offline(False)
    line.press("Enter")
    expect(turns).to_have_count(2)
    expect(page.locator("#lost")).to_be_hidden()
    context.close()
