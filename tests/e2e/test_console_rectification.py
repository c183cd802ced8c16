"""Issuing and re-checking a notice at the console with photos: a form that comes back still has them."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import async_playwright

from casework.penalties.models import RectificationNotice, RectificationPhoto
from casework.roles import Role
from kit.db import Database
from kit.files.models import StoredFile
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.console_setting import PASSWORD, Clerk, ConsoleSetting, Page, console_on

NEW = "/console/penalties/new"
WHO = {"party_kind": "organisation", "party_number": "91350100M000100Y43", "ground": "shop_outside"}
WHAT = {"party": "好滋味餐饮", "facts": "店门外摆放三张桌子。", "demand": "收回店内。", "delivery": "window"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("first", "唐勇", (Role.HANDLER, "street"))
        await setting.hire("second", "罗燕", (Role.HANDLER, "street"))
        yield setting


def a_photo() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "JPEG")
    return drawn.getvalue()


async def sent(clerk: Clerk, path: str, fields: dict[str, str], photo: bytes | None) -> Page:
    page = await clerk.get("/console/penalties")
    fields = {"csrf_token": page.hidden("csrf_token"), **fields}
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    if photo is not None:
        form.add_field("photos", photo, filename="a.jpg", content_type="image/jpeg")
    return await clerk.post(path, form)


async def test_photos_stay_with_a_form_that_comes_back_and_go_with_the_notice(
    setting: ConsoleSetting,
) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("first")
        looked = await sent(clerk, NEW, WHO | {"step": "look"}, None)
        fields = {**WHO, **WHAT, "seen": looked.hidden("seen"), "key": looked.hidden("key")}
        no_photo = await sent(clerk, NEW, {**fields, "step": "issue"}, b"not a photo")
        assert no_photo.status == 422
        assert "照片没有收下" in no_photo.text
        assert "店门外摆放三张桌子" in no_photo.text
        alone = await sent(clerk, NEW, {**fields, "step": "issue"}, a_photo())
        assert alone.status == 422
        assert "已经收下 1 张照片" in alone.text
        fields |= {"kept_photos": alone.hidden("kept_photos")}
        fields |= {"second_officer": str(setting.people["second"].id), "step": "issue"}
        done = await sent(clerk, NEW, fields, a_photo())
        notice = await RectificationNotice.all().first()
        assert notice is not None
        assert (done.status, "检查时拍的" in done.text) == (200, True)
        held = RectificationPhoto.filter(notice_id=notice.id, stage="found")
        assert await held.count() == 2
        own = f"/console/penalties/{notice.reference}"
        revision = re.search(r'name="expected_revision" value="(\d+)"', done.text)
        assert revision is not None
        wordless = await sent(
            clerk, f"{own}/confirm", {"words": "", "expected_revision": revision[1]}, a_photo()
        )
        assert wordless.status == 422
        kept = {"kept_photos": wordless.hidden("kept_photos"), "expected_revision": revision[1]}
        ended = await sent(clerk, f"{own}/confirm", {"words": "已经收回。", **kept}, None)
        assert (ended.status, "复查时拍的" in ended.text) == (200, True)
        stages = await RectificationPhoto.filter(notice_id=notice.id).values_list("stage", flat=True)
        assert sorted(stages) == ["found", "found", "recheck"]
        assert {one.kind for one in await StoredFile.all()} == {"rectification_photo"}


async def test_another_ground_brings_its_own_demand_and_keeps_what_was_typed(setting: ConsoleSetting) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("first")
        first = demanded(await sent(clerk, NEW, WHO | {"step": "look"}, None))
        other = WHO | {"ground": "littering_area", "step": "look"}
        second = demanded(await sent(clerk, NEW, other | {"demand": first}, None))
        assert first != second
        assert "清扫责任区" in second
        assert demanded(await sent(clerk, NEW, other | {"demand": "三天内清完。"}, None)) == "三天内清完。"


def demanded(page: Page) -> str:
    found = re.search(r'<textarea[^>]*name="demand"[^>]*>([^<]*)<', page.text)
    assert found is not None
    return found[1].strip()


@pytest.mark.browser
async def test_on_a_phone_what_issues_the_notice_stands_below_all_that_it_says(
    setting: ConsoleSetting,
) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(viewport={"width": 390, "height": 844}, base_url=setting.url)
        page = await context.new_page()
        await page.goto("/console/login")
        await page.fill("#login", "first")
        await page.fill("#password", PASSWORD)
        await page.click("button.primary")
        await page.goto(NEW)
        for name, value in WHO.items():
            field = page.locator(f'[name="{name}"]')
            is_list = await field.first.evaluate("one => one.tagName") == "SELECT"
            await (field.select_option(value) if is_list else field.fill(value))
        async with page.expect_navigation():
            await page.click("button[value=look]")
        button = await page.locator("button[value=issue]").bounding_box()
        last = await page.locator('[name="judgement"]').bounding_box()
        assert button is not None
        assert last is not None
        assert button["y"] > last["y"] + last["height"]
        await browser.close()
