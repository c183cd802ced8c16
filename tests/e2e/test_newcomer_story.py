"""The main job, as a newcomer sees it: from the demo phone through the console and back to the phone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.people import NARROW, Console, Phone, page_of, picture, reference_in
from tests.e2e.system import System

pytestmark = pytest.mark.browser

STORY = "每天早上六点就有人在人行道上摆摊，轮椅过不去"
ANSWER = "今天下午三点到现场，摊主已经搬进市场里经营，人行道已清理。我们每天早晚各巡查一次。"


def test_a_complaint_goes_from_the_phone_through_the_console_and_back(
    browser: Any, shared_system: System, record_property: Callable[[str, object], None]
) -> None:
    system = shared_system
    with page_of(browser) as citizen_page, page_of(browser) as staff_page:
        phone, console = Phone(citizen_page, system), Console(staff_page, system)

        # The citizen files it: a sentence, a photo, a place.
        begun = time.monotonic()
        assert "具体情况" in phone.phrase("我想投诉占道经营")
        assert "照片" in phone.say(STORY)
        assert "收到照片（共 1 张）" in phone.send_photo()
        assert "手机号" in phone.send_place()
        summary = phone.say("跳过")
        assert f"占道经营：{STORY}" in summary
        assert "1 张" in summary
        reply = phone.say("1")
        took_s = time.monotonic() - begun
        reference = reference_in(reply)
        record_property("filed_in_s", round(took_s, 1))
        print(f"filed in {took_s:.1f} s and {phone.taps} taps")
        assert phone.taps <= 8
        assert took_s < 30, "a person needs longer than this test, and has a minute"
        assert "投诉已收到" in reply

        # The dispatcher takes it in and hands it out.
        staff_page.goto(f"{system.url}/console/")
        picture(staff_page, "console-login")
        console.log_in("diaodu", system.password)
        expect(staff_page.locator(f'tr[data-reference="{reference}"]')).to_be_visible()
        picture(staff_page, "console-queue")
        console.open(reference)
        expect(staff_page.locator(".photos img").first).to_be_visible(timeout=15_000)
        picture(staff_page, "console-case")
        console.act("accept", category={"label": "占道经营"})
        phone.is_pushed(reference, "已受理", "占道经营")
        console.act("assign", assignee={"label": "王强"})
        phone.is_pushed(reference, "街面秩序中队")
        console.log_out()

        # The handler answers.
        console.log_in("banli", system.password)
        console.open(reference)
        console.act("answer", answer=ANSWER)
        picture(staff_page, "console-answered")
        phone.is_pushed(reference, ANSWER[:10])

        # The citizen rates, and sees how far everything is.
        picture(citizen_page, "phone")
        assert "谢谢您的评价" in phone.say("满意")
        mine = phone.press(1)
        assert reference in mine
        assert "已办结" in mine
        progress = phone.say(reference)
        assert ANSWER[:10] in progress
        assert "满意" in progress
        staff_page.reload()
        expect(staff_page.locator("main")).to_contain_text("已办结")

        # Nobody else learns anything, whatever number they send.
        with page_of(browser) as other_page:
            other = Phone(other_page, system)
            told = other.say(reference)
            assert told.startswith(f"没有查到编号为 {reference} 的案件")
            assert "占道" not in told
            assert "还没有投诉记录" in other.press(1)


def test_a_question_is_answered_with_its_article_and_the_words_it_was_found_by(
    browser: Any, shared_system: System
) -> None:
    with page_of(browser) as page:
        phone = Phone(page, shared_system)
        answer = phone.phrase("门口能摆摊吗")
        assert "依据：《" in answer
        assert "条" in answer.partition("依据：")[2]
        assert "按这些词找到：" in answer
        assert "摆摊" in answer.partition("按这些词找到：")[2]
        picture(page, "phone-question")
        lost = phone.say("量子纠缠的退相干时间")
        assert "人工" in lost


def test_on_a_small_phone_everything_can_be_reached_by_thumb(browser: Any, shared_system: System) -> None:
    with page_of(browser, NARROW) as page:
        phone = Phone(page, shared_system)
        assert "具体情况" in phone.tap_through(page.locator("#hints button").first)
        assert "照片" in phone.say("跳过")
        assert "收到照片" in phone.send_photo()
        assert "手机号" in phone.send_place()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        for testid in ("phone-input", "phone-plus", "phone-menu-0"):
            box = page.get_by_test_id(testid).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= NARROW[1], testid
            assert box["height"] >= 24, testid


def test_the_console_fits_a_small_screen(browser: Any, shared_system: System) -> None:
    with page_of(browser, NARROW) as page:
        console = Console(page, shared_system)
        console.log_in("diaodu", shared_system.password)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        page.locator(".case-row a.story").first.click()
        expect(page.locator("#act-accept, #act-assign, .timeline").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
