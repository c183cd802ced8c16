"""Two phones side by side: a citizen in danger, and the member of staff who is called."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.e2e.people import (
    NARROW,
    NONE_OF_THESE,
    REPLIES,
    Console,
    page_of,
    picture,
    reference_in,
    reply_after,
    the_push,
)
from tests.e2e.system import System

pytestmark = pytest.mark.browser

DANGER = "煤气漏了"


class PhoneInFrame:
    """One of the two phones, seen through the page around it."""

    def __init__(self, page: Page, side: str) -> None:
        self.frame: FrameLocator = page.frame_locator(f'[data-testid="two-{side}"]')
        self.replies = self.frame.locator(REPLIES)
        self.pushes = self.frame.get_by_test_id("phone-push")
        expect(self.replies).to_have_count(1)

    def part(self, name: str) -> Locator:
        return self.frame.get_by_test_id(name)

    @property
    def browser(self) -> FrameLocator:
        """The page in the built-in browser."""
        return self.frame.frame_locator('[data-testid="phone-browser-frame"]')

    def reply_to(self, *steps: Locator) -> str:
        """Tap one after the other; what the account answers to the last."""
        before = self.replies.count()
        for step in steps:
            step.click()
        return reply_after(self.replies, before)

    def say(self, words: str) -> str:
        self.part("phone-input").fill(words)
        return self.reply_to(self.part("phone-send"))

    def scan(self, content: str) -> str:
        self.part("phone-scan-content").fill(content)
        return self.reply_to(self.part("phone-scan-go"))

    def is_pushed(self, *words: str) -> Locator:
        return the_push(self.pushes, *words)

    def close_page(self) -> None:
        self.part("phone-browser-close").click()
        expect(self.part("phone-browser")).to_be_hidden()


def two_phones(page: Page, system: System) -> tuple[PhoneInFrame, PhoneInFrame]:
    """Both new, so that no other test has spoken with them."""
    number = secrets.token_hex(6)
    page.goto(f"{system.standin_url}/phone?two&citizen=oTwo_citizen_{number}&staff=oTwo_staff_{number}")
    return PhoneInFrame(page, "citizen"), PhoneInFrame(page, "staff")


def bind(page: Page, staff: PhoneInFrame, system: System) -> None:
    """The duty officer logs in on the phone, asks for a code, and scans it."""
    page.get_by_test_id("two-open-console").click()
    staff.browser.locator("#login").fill("zhiban")
    staff.browser.locator("#password").fill(system.password)
    staff.browser.get_by_role("button", name="登录").click()
    staff.browser.locator('a[href="/console/me"]').first.click()
    staff.browser.locator('form[action="/console/me/wechat"] button').click()
    code = staff.browser.get_by_test_id("binding-code").inner_text().strip()
    assert re.fullmatch(r"bind_\S{24}", code)
    staff.close_page()
    page.get_by_test_id("two-scan-binding").click()
    assert "吴斌" in staff.scan(code)
    assert "绑定好了" in staff.say("1")


def test_danger_told_on_one_phone_rings_on_the_other(browser: Any, shared_system: System) -> None:
    system = shared_system
    with page_of(browser) as page:
        citizen, staff = two_phones(page, system)
        bind(page, staff, system)

        # The citizen says it with one tap; the numbers come before anything else.
        told = citizen.reply_to(page.get_by_test_id("two-say-danger"))
        assert "119" in told
        assert "110" in told
        staff.is_pushed(DANGER)
        picture(page, "two-phones")
        with page_of(browser) as desk:
            Console(desk, system).log_in("zhiban", system.password)
            desk.goto(f"{system.url}/console/dangers")
            expect(desk.locator(".alert", has_text=DANGER).first).to_be_visible()
            picture(desk, "console-dangers")

        # The duty officer takes it in the console, on the phone; the citizen learns that somebody did.
        page.get_by_test_id("two-open-console").click()
        staff.browser.locator('a[href="/console/dangers"]').first.click()
        alert = staff.browser.locator(".alert", has_text=DANGER).first
        alert.get_by_role("button", name=re.compile("^我来处")).click()
        expect(staff.browser.locator(".alert", has_text=DANGER).first).to_contain_text("吴斌")
        citizen.is_pushed("已经接手")


def test_a_complaint_is_told_by_voice_photo_film_and_place_and_seen_beside_the_chat(
    browser: Any, shared_system: System
) -> None:
    system = shared_system
    with page_of(browser) as page:
        citizen, _ = two_phones(page, system)
        assert "具体情况" in citizen.say("我想投诉占道经营")
        heard = citizen.reply_to(citizen.part("phone-mic"), citizen.part("phone-voice-sample").first)
        assert "照片" in heard
        expect(citizen.part("phone-heard")).to_contain_text("轮椅过不去")
        citizen.part("phone-mic").click()
        assert "收到照片（共 1 张）" in citizen.reply_to(
            citizen.part("phone-plus"), citizen.part("phone-photo-sample").first
        )
        filmed = citizen.reply_to(citizen.part("phone-plus"), citizen.part("phone-film-sample").first)
        assert "视频收到了" in filmed
        placed = citizen.reply_to(citizen.part("phone-plus"), citizen.part("phone-location-sample").first)
        # Whoever filed there before may not be done yet.
        assert "手机号" in (citizen.say(NONE_OF_THESE) if NONE_OF_THESE in placed else placed)
        assert "轮椅过不去" in citizen.say("跳过")

        # Delivered three times, filed once, shown once.
        citizen.part("phone-more").click()
        citizen.part("phone-see-wire").click()
        citizen.frame.locator("label", has=citizen.part("switch-copies")).click()
        citizen.frame.locator("#wire .side-close").click()
        expect(citizen.part("trouble")).to_contain_text("连送三次")
        reference = reference_in(citizen.say("1"))
        page.wait_for_timeout(3_000)
        expect(citizen.replies.filter(has_text="投诉已收到")).to_have_count(1)
        citizen.part("trouble-clear").click()
        expect(citizen.part("trouble")).to_be_hidden()
        assert citizen.say("我的案件").count(reference) == 1

        # The citizen says yes to one more notice; the account thanks for it or keeps it in silence.
        citizen.part("phone-plus").click()
        citizen.part("phone-tool-subscribe").click()
        citizen.part("phone-consent-allow").first.click()

        # A page beside the chat, known by the platform's OAuth: the citizen's own cases.
        citizen.say("个人信息")
        citizen.frame.locator('a[href*="/h5/me"]').last.click()
        expect(citizen.browser.locator("body")).to_contain_text(reference)
        picture(page, "two-phones-page")
        citizen.close_page()

        # What the staff does arrives.
        with page_of(browser) as desk:
            console = Console(desk, system)
            console.log_in("diaodu", system.password)
            console.open(reference)
            console.act("accept", category={"label": "占道经营"})
        citizen.is_pushed(reference, "已受理")


def test_each_phone_has_a_jar_of_its_own(browser: Any, shared_system: System) -> None:
    with page_of(browser) as page:
        citizen, staff = two_phones(page, shared_system)
        for phone in (staff, citizen):
            phone.say("个人信息")
            phone.frame.locator('a[href*="/h5/me"]').last.click()
            expect(phone.browser.locator("h1").first).to_be_visible()
        # One name, one host, one path, and yet two cookies: each phone keeps its own.
        kept = [one["value"] for one in page.context.cookies() if one["name"] == "standin_phone"]
        assert sorted(value.split("_")[1] for value in kept) == ["citizen", "staff"]


def test_on_a_small_screen_the_two_phones_are_tabs(browser: Any, shared_system: System) -> None:
    with page_of(browser, NARROW) as page:
        citizen, staff = two_phones(page, shared_system)
        expect(page.get_by_test_id("two-citizen")).to_be_visible()
        expect(page.get_by_test_id("two-staff")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        # The greeting arrived on the phone that is not looked at.
        expect(page.locator("#tab-staff .unread")).to_be_visible()
        page.get_by_test_id("two-tab-staff").click()
        expect(page.get_by_test_id("two-staff")).to_be_visible()
        expect(page.locator("#tab-staff .unread")).to_be_hidden()
        assert staff.say("帮助")
        page.get_by_test_id("two-tab-staff").focus()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_test_id("two-citizen")).to_be_visible()
        assert citizen.say("帮助")
