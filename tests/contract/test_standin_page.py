"""The demo phone's page in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright, expect

from tests.standin_setting import ACCOUNT, CITIZEN, LONG_TERM, Account, Outside, config
from wechat.standin.server import build_app

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
# Buttons and fields lower than 44 px, except links within a sentence.
TOO_SMALL = """() => [...document.querySelectorAll('button, input:not([type=checkbox]):not([type=file]), textarea')]
  .filter((one) => one.checkVisibility() && !one.matches('.choice') && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 90))"""
# Words whose colour stands out less than 4.5 : 1 from the nearest painted colour behind them.
TOO_PALE = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.backgroundImage !== 'none' && one.tagName !== 'BODY') return null;
      const [r, g, b, a = 1] = parts(style.backgroundColor);
      if (a > 0.75) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const element of document.querySelectorAll('body *')) {
    const words = [...element.childNodes].filter((one) => one.nodeType === 3 && one.data.trim());
    if (!words.length || !element.checkVisibility()) continue;
    const ground = behind(element);
    if (!ground) continue;
    const [high, low] = [light(parts(getComputedStyle(element).color)), light(ground)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) pale.push(contrast.toFixed(2) + ' ' + words[0].data.trim().slice(0, 20));
  }
  return pale;
}"""
PROGRESS = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "占道经营"},
    "phrase3": {"value": "已受理"},
    "time4": {"value": "2026-11-23 09:30"},
}


@dataclass
class WebAccount(Account):
    """With pages of its own at `origin`."""

    origin: str = ""


async def h5_page(request: web.Request) -> web.Response:
    """A page that tells who is looking, by the cookie of the built-in browser."""
    name, who = request.match_info["page"], request.cookies.get("standin_phone")
    body = f"<!doctype html><title>x</title><p>{name} {who}</p><a href=/h5/two>two</a>"
    return web.Response(text=body, content_type="text/html")


async def subscribe_page(request: web.Request) -> web.Response:
    """A page with the platform's own button for messages, as ours have it."""
    body = (
        f'<!doctype html><title>x</title><script src="{request.query["platform"]}/open/js/jweixin-1.6.0.js"></script>'
        f'<wx-open-subscribe template="{LONG_TERM}"><script type="text/wxtag-template"><button>yes, tell me'
        "</button></script></wx-open-subscribe><p></p><script>"
        'wx.config({signature: "s", openTagList: ["wx-open-subscribe"]});'
        'document.querySelector("wx-open-subscribe").addEventListener("success", (event) => {'
        'document.querySelector("p").textContent = event.detail.subscribeDetails; });</script>'
    )
    return web.Response(text=body, content_type="text/html")


def transfer_xml(openid: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{openid}]]></ToUserName><FromUserName><![CDATA[{ACCOUNT}]]></FromUserName>"
        "<CreateTime>1</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>"
    ).encode()


@pytest.fixture
def account() -> WebAccount:
    return WebAccount()


@pytest.fixture
async def standin(account: WebAccount) -> AsyncIterator[Outside]:
    app = account.app()
    app.router.add_get("/h5/subscribe", subscribe_page)
    app.router.add_get("/h5/{page}", h5_page)
    async with TestServer(app) as webhook:
        account.origin = str(webhook.make_url("")).rstrip("/")
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


async def test_markup_in_an_answer_is_shown_as_text(page: Page, account: WebAccount) -> None:
    hostile = '<img src=x onerror=alert(1)><b>粗</b> <a href="javascript:alert(1)">点我</a>'
    account.answer = lambda _: hostile
    await write(page, "您好")
    last = page.get_by_test_id("phone-bubble").last
    await expect(last).to_have_text("<img src=x onerror=alert(1)><b>粗</b> 点我")
    assert await last.locator("img, b, a").count() == 0


async def test_links_open_pages_and_choices_answer_with_their_id(page: Page, account: WebAccount) -> None:
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


async def test_samples_and_menu_are_sent_with_one_tap(page: Page, account: WebAccount) -> None:
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


async def test_voice_is_sent_and_what_was_heard_stands_below_it(page: Page, account: WebAccount) -> None:
    await page.get_by_test_id("phone-mic").click()
    await page.get_by_test_id("phone-voice-sample").first.click()
    await expect(page.get_by_test_id("phone-heard")).to_contain_text("轮椅过不去")
    await page.get_by_test_id("phone-mic").click()
    await expect(page.get_by_test_id("phone-input")).to_be_visible()
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(3)  # answered, and so delivered
    assert account.received[-1]["MsgType"] == "voice"


async def test_holding_the_bar_records_and_the_words_are_asked_for(page: Page, account: WebAccount) -> None:
    await page.context.grant_permissions(["microphone"])
    await page.get_by_test_id("phone-mic").click()
    await page.get_by_test_id("phone-hold").focus()
    await page.keyboard.down("Space")
    await expect(page.get_by_test_id("phone-hold")).to_have_text("松开 结束")
    await page.wait_for_timeout(800)
    await page.keyboard.up("Space")
    await page.get_by_test_id("phone-recording-words").fill("又来摆摊了")
    await page.get_by_test_id("phone-recording-send").click()
    await expect(page.get_by_test_id("phone-heard")).to_have_text("又来摆摊了")
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(3)
    assert account.received[-1]["Recognition"] == "又来摆摊了"


async def test_page_of_the_service_opens_beside_the_chat_and_goes_back(
    page: Page, account: WebAccount
) -> None:
    origin = account.origin
    account.answer = lambda _: f'<a href="{origin}/h5/one">我的案件</a>'
    await write(page, "您好")
    await page.get_by_role("link", name="我的案件").click()
    pane = page.get_by_test_id("phone-browser")
    inside = page.frame_locator('[data-testid="phone-browser-frame"]')
    await expect(inside.locator("p")).to_have_text(f"one {CITIZEN}")
    await expect(pane.locator("#browser-title")).to_have_text("我的案件")
    await inside.get_by_role("link").click()
    await expect(inside.locator("p")).to_have_text(f"two {CITIZEN}")
    await page.get_by_test_id("phone-browser-back").click()
    await expect(inside.locator("p")).to_have_text(f"one {CITIZEN}")
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_test_id("phone-browser-close")).to_be_visible()
    assert (await pane.bounding_box() or {})["width"] == 390
    await page.get_by_test_id("phone-browser-close").click()
    await expect(pane).to_be_hidden()
    await expect(page.get_by_test_id("phone-input")).to_be_visible()


async def test_a_pages_button_for_messages_asks_on_the_phone_and_leaves_as_the_platforms_event(
    page: Page, account: WebAccount, standin: Outside
) -> None:
    account.answer = lambda _: f'<a href="{account.origin}/h5/subscribe?platform={standin.base}">页</a>'
    await write(page, "您好")
    await page.get_by_role("link", name="页").click()
    inside = page.frame_locator('[data-testid="phone-browser-frame"]')
    for answer, said in (("allow", "accept"), ("refuse", "reject")):
        await inside.get_by_role("button", name="yes, tell me").click()
        await page.get_by_test_id(f"phone-ask-{answer}").click()
        await expect(inside.locator("p")).to_contain_text(said)
        async with asyncio.timeout(5):
            while account.received[-1].get("Event") != "subscribe_msg_popup_event":
                await asyncio.sleep(0.01)
        event = account.received.pop()["SubscribeMsgPopupEvent"]["List"]
        assert (event["TemplateId"], event["SubscribeStatusString"]) == (LONG_TERM, said)


async def test_trouble_that_is_on_is_seen_and_cleared_with_one_click(page: Page, standin: Outside) -> None:
    switches = page.locator(".switches label")
    assert await switches.count() == 5
    for switch in await switches.all():
        await switch.click()
    await expect(page.get_by_test_id("trouble")).to_contain_text("签名故意弄错")
    assert standin.platform.switches.bad_signature
    await page.get_by_test_id("trouble-clear").click()
    await expect(page.get_by_test_id("trouble")).to_be_hidden()
    left = standin.platform.switches
    assert (left.copies, left.bad_signature, left.reorder, left.delay_ms, left.mix) == (
        1,
        False,
        False,
        0,
        False,
    )


async def test_person_at_the_desk_answers_and_ends_the_session(page: Page, account: WebAccount) -> None:
    account.answer = lambda fields: (
        account.sealed(transfer_xml(CITIZEN)) if fields.get("Content") == "人工" else None
    )
    await write(page, "人工")
    await expect(page.get_by_test_id("phone-notice")).to_have_text("已为您转接人工客服")
    await page.get_by_test_id("side-tab-desk").click()
    await page.get_by_test_id("desk-answer").fill("您好，请讲")
    await page.get_by_test_id("desk-send").click()
    await expect(page.get_by_test_id("phone-bubble").last).to_have_text("您好，请讲")
    await page.get_by_test_id("desk-close").click()
    await expect(page.get_by_test_id("desk-session")).to_have_count(0)


async def test_everything_can_be_reached_and_left_by_keyboard(page: Page, account: WebAccount) -> None:
    await page.get_by_test_id("phone-more").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(12):  # round and round, never out of the sheet
        await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("phone-more")).to_be_focused()
    await page.get_by_test_id("phone-menu-0").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("phone-bubble")).to_have_count(2)
    assert account.received[-1]["Event"] == "CLICK"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
async def test_words_can_be_read_and_buttons_be_hit(page: Page, size: tuple[int, int]) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await write(page, "门口能摆摊吗 https://x.invalid/")
    await page.get_by_test_id("phone-plus").click()
    await page.get_by_test_id("phone-tool-scan").click()
    await page.get_by_test_id("phone-scan-sample").first.wait_for()
    small = await page.evaluate(TOO_SMALL)
    assert small == []
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(TOO_PALE) == []
