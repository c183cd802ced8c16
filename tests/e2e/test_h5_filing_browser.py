"""Filing in Debian's Chromium at a phone's size: five taps, large print, no scripts, no network, thirty photos."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, FilePayload, Page, async_playwright, expect

from app.models import MODEL_MODULES
from casework.complaints.models import Complaint, ComplaintPhoto
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import IN_WECHAT, CitizenSetting, citizens_on
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.filing_setting import PLACE, STORY, filed_next_door, photo
from tests.e2e.waiting import comes_to
from web.h5.models import FormDraft

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
HERE = {"latitude": 30.301, "longitude": 120.102, "accuracy": 20}
VOICE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
TOLD_ON = "城管队员收保护费"


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with citizens_on(database, tmp_path) as running:
        yield running
    await database.close()


@asynccontextmanager
async def browsing(
    setting: CitizenSetting,
    *,
    size: dict[str, int] = PHONE,
    large: bool = False,
    permits: tuple[str, ...] = (),
    **options: Any,
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """A stranger's browser. Whatever it complains about fails the test, but for a lost network."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*CHROMIUM_ARGUMENTS, *VOICE]
        )
        context = await browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            base_url=setting.url,
            locale="zh-CN",
            has_touch=True,
            geolocation=HERE,  # type: ignore[arg-type]
            permissions=list(permits),
            **options,
        )
        if large:
            await context.add_cookies([{"name": "cg_print", "value": "large", "url": f"{setting.url}/h5"}])
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error"
                and "status of 4" not in message.text
                and "status of 507" not in message.text
                and "net::ERR_" not in message.text
                else None
            ),
        )
        yield context, page
        await browser.close()
    assert complaints == []


def pictures(count: int) -> list[FilePayload]:
    content = photo("orange", 300)
    return [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": content} for n in range(count)]


async def fits(page: Page) -> None:
    """Nothing is wider than the window, and everything to tap is large enough."""
    large = await page.locator("html.large").count() > 0
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "too wide"
    small = await page.evaluate(
        """(least) => [...document.querySelectorAll('main a, main button, main summary, main label.choice, main label.agree, main label.picker, main .input')]
            .map(e => [e, e.getBoundingClientRect()]).filter(([e, r]) => r.width && r.height && r.height < least - 0.5)
            .map(([e, r]) => e.outerHTML.slice(0, 90) + ' ' + r.height)""",
        60 if large else 44,
    )
    assert small == []


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
async def test_a_citizen_files_with_five_taps(setting: CitizenSetting, large: bool) -> None:
    first = await filed_next_door(setting)
    async with browsing(setting, large=large, permits=("geolocation",)) as (_, page):
        await page.goto("/h5/file")
        await fits(page)
        await page.locator("label.choice").first.tap()
        await page.set_input_files("#photos", pictures(2))
        await expect(page.locator("#pictures [data-state=done]")).to_have_count(2)
        await page.locator("#locate").tap()
        await expect(page.locator("#located")).to_be_visible()
        # A sixth, for whoever means what a neighbour has told of already.
        await page.locator("#near label.choice", has_text="占道摆摊").tap()
        await fits(page)
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到")
        await fits(page)
        assert re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", await page.locator("#receipt").inner_text())
        # Back leads to a new form, not to the one that was sent.
        await page.goto("/h5/file")
        assert await page.input_value("#story") == ""
    case = await Complaint.get(source="h5")
    assert (case.story, case.latitude) == ("小摊、占道", HERE["latitude"])
    assert case.said_same_as_id == first.id
    assert await ComplaintPhoto.all().count() == 2


async def test_filing_works_without_scripts(setting: CitizenSetting) -> None:
    async with browsing(setting, java_script_enabled=False) as (_, page):
        await page.goto("/h5/file")
        await page.fill("#story", STORY)
        await page.set_input_files("#photos", pictures(2))
        await page.locator(".bar button").tap()
        await expect(page.locator("#faults")).to_contain_text("请写明在哪里")
        assert await page.input_value("#story") == STORY
        await fits(page)
        await page.fill("#place", PLACE)
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到")
        await fits(page)
    assert await ComplaintPhoto.all().count() == 2


async def test_without_a_network_nothing_is_lost_and_it_is_sent_when_it_comes_back(
    setting: CitizenSetting,
) -> None:
    async with browsing(setting) as (context, page):
        await page.goto("/h5/file")
        await page.fill("#story", STORY)
        await context.set_offline(True)
        await page.fill("#place", PLACE)
        await page.set_input_files("#photos", pictures(1))
        await page.locator(".bar button").tap()
        await expect(page.locator("#state")).to_contain_text("照片还在发")
        await context.set_offline(False)
        await expect(page.locator("h1")).to_have_text("投诉已收到", timeout=15_000)
    case = await Complaint.get()
    assert (case.story, case.place_text) == (STORY, PLACE)
    assert await ComplaintPhoto.all().count() == 1


async def test_a_form_sent_into_the_void_is_sent_again_and_filed_once(setting: CitizenSetting) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.fill("#story", STORY)
        await page.fill("#place", PLACE)
        lost: list[int] = []

        async def lose_the_first_answer(route: Any) -> None:
            answer = await route.fetch()
            if lost:
                await route.fulfill(response=answer)
            else:
                lost.append(answer.status)
                await route.abort()

        await page.route("**/h5/file", lose_the_first_answer)
        await page.locator(".bar button").dblclick()
        await expect(page.locator("h1")).to_have_text("投诉已收到", timeout=15_000)
    assert lost == [200]
    assert await Complaint.all().count() == 1


async def test_a_phone_that_dies_finds_its_words_and_photos_again(setting: CitizenSetting) -> None:
    async with browsing(setting) as (context, page):
        await page.goto("/h5/file")
        await page.locator("label.choice").nth(1).tap()
        await page.fill("#story", STORY)
        await page.set_input_files("#photos", pictures(1))
        await expect(page.locator("#pictures [data-state=done]")).to_have_count(1)
        await comes_to(page, "(localStorage.getItem('cg-file') || '').includes('photo')")
        await page.close()
        page = await context.new_page()
        await page.goto("/h5/file")
        await expect(page.locator("#story")).to_have_value(STORY)
        await expect(page.locator("#pictures [data-state=done]")).to_have_count(1)
        await fits(page)
        await expect(page.locator("label.choice input").nth(1)).to_be_checked()
        await page.fill("#place", PLACE)
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到")
    assert await ComplaintPhoto.all().count() == 1


async def test_of_thirty_photos_nine_are_taken_and_the_rest_refused_in_a_sentence(
    setting: CitizenSetting,
) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.fill("#story", STORY)
        await page.fill("#place", PLACE)
        await page.set_input_files("#photos", pictures(30))
        await expect(page.locator("#photos-said")).to_contain_text("21 张没有加")
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到", timeout=20_000)
    assert await StoredFile.all().count() == 9


async def test_a_refused_location_leads_to_the_field_for_words(setting: CitizenSetting) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.locator("#locate").tap()
        await expect(page.locator("#locate-said")).to_contain_text("写地点")
        await expect(page.locator("#place")).to_be_focused()


WEIXIN = """window.wx = {config: k => { window.key = k; }, error: () => {}, ready: f => setTimeout(f, 10),
  getLocation: o => o.success({latitude: 30.5, longitude: '120.5'})};"""


async def test_in_wechat_the_place_comes_from_wechat(setting: CitizenSetting) -> None:
    async with browsing(setting, user_agent=IN_WECHAT) as (_, page):
        await page.route(
            "https://res.wx.qq.com/**",
            lambda route: route.fulfill(body=WEIXIN, content_type="text/javascript"),
        )
        await page.goto("/h5/file?guest=1")
        await page.fill("#story", STORY)
        await page.locator("#locate").tap()
        await expect(page.locator("#located")).to_be_visible()
        assert await page.evaluate("window.key.signature.length") == 40
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到")
    assert (await Complaint.get()).latitude == 30.5


async def test_where_wechat_does_not_help_the_browser_does(setting: CitizenSetting) -> None:
    async with browsing(setting, user_agent=IN_WECHAT, permits=("geolocation",)) as (_, page):
        await page.route("https://res.wx.qq.com/**", lambda route: route.abort())
        await page.goto("/h5/file?guest=1")
        await page.locator("#locate").tap()
        await expect(page.locator("#located")).to_be_visible()
        assert await page.input_value("[name=latitude]") == "30.301000"


async def test_a_voice_is_a_story(setting: CitizenSetting) -> None:
    async with browsing(setting, permits=("microphone",)) as (_, page):
        await page.goto("/h5/file")
        await page.locator("#speak").tap()
        await expect(page.locator("#speak")).to_contain_text("说完了")
        await page.wait_for_timeout(700)
        await page.locator("#speak").tap()
        await expect(page.locator("#voices [data-state=done]")).to_have_count(1)
        await page.fill("#place", PLACE)
        await page.locator(".bar button").tap()
        await expect(page.locator("h1")).to_have_text("投诉已收到")
    assert (await ComplaintPhoto.get()).medium == "voice"


async def test_danger_shows_its_numbers_and_misconduct_its_place_while_typing(
    setting: CitizenSetting,
) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.fill("#story", "楼下小店着火了")
        await expect(page.locator("#danger")).to_be_visible()
        await page.fill("#story", TOLD_ON)
        await expect(page.locator("#misconduct")).to_contain_text("12388")
        assert await page.evaluate("localStorage.getItem('cg-file')") is None
        assert await FormDraft.all().count() == 0
        await page.fill("#place", PLACE)
        await page.locator(".bar button").tap()
        await expect(page.locator("#misconduct")).to_be_in_viewport()
    assert await Complaint.all().count() == 0


async def test_the_numbers_stay_while_somebody_in_danger_goes_on_typing(setting: CitizenSetting) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.fill("#story", "樓下漏氣了")
        await expect(page.locator("#danger")).to_be_visible()
        await page.locator("#story").press_sequentially("很大")
        assert await page.locator("#danger").is_visible()
        await page.fill("#story", STORY)
        await expect(page.locator("#danger")).to_be_hidden()


async def test_what_is_wrong_is_said_where_it_is(setting: CitizenSetting) -> None:
    async with browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.locator(".bar button").tap()
        await expect(page.locator("#faults")).to_contain_text("请选一项")
        await expect(page.locator(".said-wrong")).to_have_count(2)
        await fits(page)
        place = page.locator("#place")
        await expect(place).to_have_attribute("aria-invalid", "true")
        await expect(place).to_have_accessible_description(re.compile("请写明在哪里.*例如"))
        await page.fill("#place", PLACE)
        await page.locator(".bar button").tap()
        await expect(page.locator(".said-wrong")).to_have_count(1)
        await expect(place).not_to_have_attribute("aria-invalid", "true")
        await expect(place).to_have_accessible_description(re.compile("^例如"))


@pytest.mark.parametrize("width", [320, 1280])
async def test_with_huge_and_tiny_fonts_the_page_stays_a_page(setting: CitizenSetting, width: int) -> None:
    async with browsing(setting, size={"width": width, "height": 700}, large=True) as (_, page):
        await page.goto("/h5/file")
        await page.evaluate("document.documentElement.style.setProperty('font-size', '32px')")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        name, choice = (
            await page.locator(".bureau").bounding_box(),
            await page.locator(".print").bounding_box(),
        )
        assert name is not None
        assert choice is not None
        assert name["x"] + name["width"] <= choice["x"] or name["y"] + name["height"] <= choice["y"]
        assert name["height"] <= 200, (
            "the bureau's name stands in words, not in a column of single characters"
        )
