"""The demo phone's page in a real browser."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright, expect

from tests.standin_setting import CITIZEN, LONG_TERM, Account, Outside, config
from wechat.standin.server import build_app

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
PROGRESS = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "占道经营"},
    "phrase3": {"value": "已受理"},
    "time4": {"value": "2026-11-23 09:30"},
}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def standin(account: Account) -> AsyncIterator[Outside]:
    async with TestServer(account.app()) as webhook:
        app = build_app(config(str(webhook.make_url("/wechat"))))
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            yield Outside(server, http)


@pytest.fixture
async def page(standin: Outside) -> AsyncIterator[Page]:
    """The phone opened at desktop size; anything the browser complains about fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        opened = await browser.new_page(viewport={"width": 1280, "height": 800})
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await opened.goto(f"{standin.base}/phone?openid={CITIZEN}")
        await expect(opened.get_by_test_id("phone-bubble")).to_have_count(1)
        yield opened
        await browser.close()
    assert complaints == []


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("phone-input").fill(text)
    await page.get_by_test_id("phone-send").click()


async def test_written_words_and_their_answer_stand_in_the_chat(page: Page) -> None:
    await write(page, "门口能摆摊吗")
    bubbles = page.get_by_test_id("phone-bubble")
    await expect(bubbles).to_have_count(3)
    await expect(bubbles.nth(1)).to_have_attribute("data-from", "citizen")
    await expect(bubbles.nth(2)).to_have_text("you said 门口能摆摊吗")
    await expect(page.get_by_test_id("wire-delivery").first).to_contain_text("门口能摆摊吗")


async def test_markup_in_an_answer_is_shown_as_text(page: Page, account: Account) -> None:
    hostile = '<img src=x onerror=alert(1)><b>粗</b> <a href="javascript:alert(1)">点我</a>'
    account.answer = lambda _: hostile
    await write(page, "您好")
    last = page.get_by_test_id("phone-bubble").last
    await expect(last).to_have_text("<img src=x onerror=alert(1)><b>粗</b> 点我")
    assert await last.locator("img, b, a").count() == 0


async def test_links_open_pages_and_choices_answer_with_their_id(page: Page, account: Account) -> None:
    account.answer = lambda fields: (
        '<a href="https://x.invalid/h5?a=1&b=2">办理指南</a> '
        '<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=r3">满意</a>'
    )
    await write(page, "您好")
    last = page.get_by_test_id("phone-bubble").last
    await expect(last.get_by_role("link")).to_have_attribute("href", "https://x.invalid/h5?a=1&b=2")
    await last.get_by_test_id("phone-choice").click()
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(5)
    assert (account.received[-1]["Content"], account.received[-1]["bizmsgmenuid"]) == ("满意", "r3")


async def test_samples_and_menu_are_sent_with_one_tap(page: Page, account: Account) -> None:
    await page.get_by_test_id("phone-plus").click()
    await page.get_by_test_id("phone-photo-sample").first.click()
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(3)
    await page.get_by_test_id("phone-plus").click()
    await page.get_by_test_id("phone-location-sample").nth(1).click()
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(5)
    await page.get_by_test_id("phone-menu-0").click()
    await page.get_by_test_id("phone-menu-0-0").click()
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(6)
    kinds = [fields.get("Event") or fields["MsgType"] for fields in account.received]
    assert kinds == ["subscribe", "image", "location", "CLICK"]


async def test_pushes_appear_as_they_arrive(page: Page, standin: Outside) -> None:
    await write(page, "您好")
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(3)
    await standin.say("您的投诉已受理")
    await expect(page.get_by_test_id("phone-push")).to_have_text("您的投诉已受理")
    await standin.meet(consents={LONG_TERM: 1})
    await standin.api(
        "message/subscribe/bizsend", {"touser": CITIZEN, "template_id": LONG_TERM, "data": PROGRESS}
    )
    await expect(page.get_by_test_id("phone-push").last).to_contain_text("QS-TS-261122-0051-K")
    await standin.api(
        "message/custom/send",
        {
            "touser": CITIZEN,
            "msgtype": "msgmenu",
            "msgmenu": {"head_content": "满意吗", "list": [{"id": "r3", "content": "满意"}]},
        },
    )
    await page.get_by_test_id("phone-choice").click()
    await expect(page.get_by_test_id("phone-bubble").last).to_have_text("you said 满意")


async def test_small_screen_is_all_phone_and_scrolls_nowhere_sideways(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_test_id("phone-plus").click()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    box = await page.get_by_test_id("phone").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}


async def test_every_button_has_a_name(page: Page) -> None:
    await page.get_by_test_id("phone-plus").click()
    nameless = await page.evaluate(
        """[...document.querySelectorAll('button, input, textarea')].filter((one) =>
           !(one.textContent.trim() || one.getAttribute('aria-label') || (one.labels && one.labels.length)))
           .length"""
    )
    assert nameless == 0
