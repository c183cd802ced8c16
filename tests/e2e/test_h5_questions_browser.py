"""Questions in a real browser: ask, pick what was meant, read the answer, go on asking, start the application."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import NARROW
from tests.e2e.system import System

pytestmark = pytest.mark.browser


def ask(page: Page, words: str) -> None:
    page.fill("#q", words)
    page.locator("#ask button").click()
    expect(page.locator(".turn").last.locator(".asked")).to_contain_text(words)


@pytest.mark.parametrize("with_scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_question_to_the_application_with_the_way_to_a_person_always_at_hand(
    shared_system: System, browser: Browser, with_scripts: bool
) -> None:
    context = browser.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, locale="zh-CN", java_script_enabled=with_scripts
    )
    with closing(context):
        page = context.new_page()
        page.goto(f"{shared_system.url}/h5/")
        page.fill("#q", "占道许可")
        page.get_by_role("button", name="搜索").click()
        expect(page.locator(".found mark").first).to_be_visible()
        page.get_by_role("link", name="直接问一问").click()
        # Asked too shortly for one answer: what was meant is tapped.
        wanted = (
            page.locator(".turn").last.locator(".picks a", has_text=re.compile("临时占道|占道许可")).first
        )
        question = wanted.inner_text()
        wanted.click()
        turn = page.locator(".turn").last
        expect(turn.locator(".asked")).to_have_text(re.compile(re.escape(question)))
        expect(turn.get_by_role("link", name="去办理")).to_be_visible()
        turn.locator(".basis summary").click()
        expect(turn.locator(".basis dd").first).to_be_visible()
        # What is asked next goes on with this.
        ask(page, "那罚多少")
        turn = page.locator(".turn").last
        expect(turn).to_contain_text(re.compile("您问的是|没有说到"))
        expect(page.locator(".turn")).to_have_count(3 if with_scripts else 1)
        ask(page, "申请临时占道要带什么材料")
        turn = page.locator(".turn").last
        turn.get_by_role("button", name="没用").click()
        turn = page.locator(".turn").last
        expect(turn.get_by_role("status")).to_contain_text("谢谢您告诉我们")
        expect(turn.locator(".picks a")).not_to_have_count(0)
        expect(turn.get_by_role("link", name="打电话")).to_have_attribute("href", re.compile("^tel:"))
        expect(turn.get_by_role("link", name="写给工作人员")).to_have_attribute("href", re.compile("about="))
        assert f"{shared_system.url}/h5/ask" in page.url
        turn.get_by_role("link", name="去办理").click()
        page.wait_for_url("**/h5/permits*")
        expect(page.locator("main h1")).to_be_visible()


def test_questions_of_a_category_are_fetched_when_it_is_unfolded(
    shared_system: System, browser: Browser
) -> None:
    with closing(browser.new_context(viewport={"width": NARROW[0], "height": NARROW[1]})) as context:
        page = context.new_page()
        page.goto(f"{shared_system.url}/h5/ask")
        expect(page.locator("#topics .picks a")).to_have_count(0)
        page.locator("#topics .topic", has_text="店招广告").click()
        expect(page.locator("#topics summary")).to_be_focused()
        first = page.locator("#topics .picks a").first
        question = first.inner_text()
        first.click()
        expect(page.locator(".turn .asked")).to_contain_text(question)
        expect(page.locator("#topics .picks a")).not_to_have_count(0)
