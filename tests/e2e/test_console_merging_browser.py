"""Two people who tell of the same matter, in a real browser: found, merged, answered together, and taken apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from app.models import MODEL_MODULES
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, NEIGHBOUR, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import ConsoleSetting, console_on
from tests.e2e.test_console_browser import DESK, PHONE, browsing

pytestmark = pytest.mark.browser


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        yield setting
    await database.close()


async def two_of_one_matter(console: ConsoleSetting) -> tuple[ComplaintView, ComplaintView]:
    """The first in an officer's hands, the second just accepted."""
    desk = console.door.desk
    first = await submit(desk, CITIZEN, words(story="小贩摆摊占道，挡着门", place_text="湖滨路菜场东门"))
    await actions.accept(desk, DISPATCHER, first.id, category="vending")
    await actions.assign(desk, DISPATCHER, first.id, unit="street", assignee_id=console.people["banli"].id)
    second = await submit(
        desk,
        NEIGHBOUR,
        words(account_id=NEIGHBOUR.id, story="菜场门口小贩占道", place_text="湖滨路菜场东门口"),
    )
    await actions.accept(desk, DISPATCHER, second.id, category="vending")
    return first, second


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_clerk_merges_what_is_the_same_and_takes_it_apart_again(
    console: ConsoleSetting, size: dict[str, int]
) -> None:
    first, second = await two_of_one_matter(console)
    async with browsing(console, size) as page:
        await page.goto(f"/console/cases/{second.reference}")
        kin = page.locator(".kin-sheet")
        await expect(kin.locator(".code")).to_have_text(first.reference)
        # Why it may be the same stands beside it; a person decides.
        await expect(kin.locator(".field-help")).to_contain_text("同一分类")
        await kin.locator("form button").click()
        await expect(page.locator(".notice").first).to_contain_text("已并案")
        await expect(kin.locator("h3").first).to_contain_text("并入")
        await expect(kin.locator(".code").first).to_have_text(first.reference)
        if not await page.locator("#unmerge-reason").is_visible():
            await page.locator("#act-unmerge summary").click()
        await page.fill("#unmerge-reason", "不是同一个门口")
        for box in await page.locator("#act-unmerge input[type=checkbox]").all():
            await box.check()
        await page.locator("#act-unmerge button.primary, #act-unmerge button.grave").click()
        await expect(page.locator(".notice").first).to_contain_text("单独办理")
        assert (await Complaint.get(id=second.id)).state == State.ACCEPTED
        await kin.locator("form button").click()
        await expect(page.locator(".notice").first).to_contain_text("已并案")
    async with browsing(console, size, "banli") as page:
        await page.goto(f"/console/cases/{first.reference}")
        await page.fill("#answer-answer", "摊贩已劝离，每天早上有人值守。")
        await page.locator("#act-answer button.primary").click()
        await expect(page.locator(".notice").first).to_contain_text("已答复")
    rows = [await Complaint.get(id=one.id) for one in (first, second)]
    assert [(row.state, row.answer) for row in rows] == [
        (State.ANSWERED, "摊贩已劝离，每天早上有人值守。")
    ] * 2
