"""A disk that runs low, seen from the doors: photos are refused in one sentence, words are taken as ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from app.models import MODEL_MODULES
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.conftest import AUDIT_KEY
from tests.disk_setting import Disk
from tests.e2e.citizen_setting import citizens_on
from tests.e2e.console_setting import console_on
from tests.e2e.filing_setting import FILLED, PLACE, STORY, opened, photo
from tests.e2e.test_api_hostile_uploads import PIECE, TUS, begun, sent
from tests.e2e.test_console_pages import filed as filed_at
from tests.e2e.test_console_pages import state_of
from tests.e2e.test_h5_cases import JPEG, MEI, account, filed, hidden, send
from tests.e2e.test_h5_filing_browser import browsing, fits, pictures
from tests.e2e.test_h5_filing_sending import script
from tests.e2e.upload_setting import ADDRESS, uploads_on

NO_ROOM = "系统的存储空间快用完了，照片、录音和视频暂时收不下。文字照常受理：请先不带它们提交，以后再补充。"
WITHOUT = "照片暂时收不下（存储空间快用完了）。投诉照样能交：直接再点“提交”，照片以后在“补充材料”里传。"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the rows do on each engine is tested with them; here it is about answers."""
    return sqlite_url


@pytest.fixture
def disk(clock: FixedClock, tmp_path: Path) -> Disk:
    return Disk(clock, tmp_path / "files")


async def test_the_filing_page_says_that_the_complaint_can_go_without_photos_and_takes_them_later(
    database: Database, disk: Disk, tmp_path: Path
) -> None:
    async with citizens_on(database, tmp_path, room=disk.room) as setting, setting.phone() as phone:
        form = await opened(phone)
        disk.runs_low()
        refused = await form.send(FILLED, [photo("red"), photo("blue")])
        assert refused.status == 507
        assert refused.text.count(WITHOUT) >= 1
        assert STORY in refused.text
        told = await script(phone)
        status, said = await told.ask("POST", "/h5/uploads", upload_length="900", upload_kind="photo")
        assert (status, said["title"]) == (507, NO_ROOM)
        filed = await form.send(FILLED, follow=True)
        assert "投诉已收到" in filed.text
    assert await Complaint.all().count() == 1
    assert not await StoredFile.exists()


@pytest.fixture
async def in_browser(sqlite_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    yield database
    await database.close()


@pytest.mark.browser
async def test_a_photo_that_is_refused_does_not_hold_the_complaint_up(
    in_browser: Database, disk: Disk, tmp_path: Path
) -> None:
    disk.runs_low()
    async with citizens_on(in_browser, tmp_path, room=disk.room) as setting, browsing(setting) as (_, page):
        await page.goto("/h5/file")
        await page.locator("label.choice").first.tap()
        await page.fill("#place", PLACE)
        await page.set_input_files("#photos", pictures(2))
        await expect(page.locator("#pictures [data-state=failed]")).to_have_count(2)
        await expect(page.locator("#photos-said")).to_have_text(NO_ROOM)
        await fits(page)
        await page.locator("#filing .bar button").tap()
        await page.wait_for_url("**/h5/filed/**")
    assert await Complaint.all().count() == 1


async def test_material_is_added_without_its_photos_and_with_them_later(
    database: Database, disk: Disk, tmp_path: Path
) -> None:
    async with citizens_on(database, tmp_path, room=disk.room) as setting:
        case = await filed(setting, await account(setting))
        action = f"/h5/cases/{case.reference}/add"
        async with setting.phone(MEI) as phone:
            fields = hidden(await phone.get(action), action) | {"text": "又多了两个摊子"}
            disk.runs_low()
            refused = await send(phone, action, fields, JPEG)
            assert refused.status == 507
            assert NO_ROOM in refused.text
            assert "又多了两个摊子" in refused.text
            disk.has_room()
            assert "已经补充" in (await send(phone, action, fields, JPEG)).text
    assert await ComplaintPhoto.filter(complaint_id=case.id).count() == 1


async def test_a_clerk_keeps_the_typed_answer_and_gives_it_without_the_photos(
    database: Database, disk: Disk, tmp_path: Path
) -> None:
    async with console_on(database, tmp_path, room=disk.room) as console:
        await console.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await console.hire("banli", "王强", (Role.HANDLER, "street"))
        case = await filed_at(console)
        async with console.client() as clerk:
            await clerk.log_in("diaodu")
            await clerk.act(case.reference, "accept", category="vending")
            await clerk.act(case.reference, "assign", assignee="street")
        async with console.client() as clerk:
            await clerk.log_in("banli")
            page = await clerk.get(f"/console/cases/{case.reference}")
            form = aiohttp.FormData()
            form.add_field("csrf_token", page.hidden("csrf_token"))
            form.add_field("expected_revision", page.hidden("expected_revision", "answer"))
            form.add_field("answer", "已经清理完毕")
            form.add_field("after_photos", photo(), filename="1.jpg", content_type="image/jpeg")
            disk.runs_low()
            refused = await clerk.post(f"/console/cases/{case.reference}/answer", form)
            assert refused.status == 507
            assert NO_ROOM in refused.text
            assert "已经清理完毕</textarea>" in refused.text
            await clerk.act(case.reference, "answer", answer="已经清理完毕")
        assert await state_of(console, case) == "answered"


@pytest.mark.parametrize("way", ["form", "raw", "chunked"])
async def test_the_api_answers_507_with_a_time_and_takes_the_same_file_later(
    database: Database, disk: Disk, tmp_path: Path, way: str
) -> None:
    async with uploads_on(database, tmp_path, disk.room) as setting, setting.client(1) as client:
        disk.runs_low()
        status, said = await sent(client, way, photo())
        assert (status, said["type"], said["title"]) == (507, "/problems/file.no_room", NO_ROOM)
        disk.has_room()
        assert (await sent(client, way, photo()))[0] == 201


async def test_pieces_are_refused_at_their_announcement_and_under_way_and_go_on_later(
    database: Database, disk: Disk, tmp_path: Path
) -> None:
    content = photo()
    async with uploads_on(database, tmp_path, disk.room) as setting, setting.client(1) as client:
        address = await begun(client, len(content))
        disk.runs_low()
        async with client.post(ADDRESS, headers=TUS | {"upload-length": "900"}) as answer:
            assert (answer.status, answer.headers["retry-after"]) == (507, "60")
        for status in (507, 204):
            async with client.patch(address, data=content, headers=PIECE | {"upload-offset": "0"}) as answer:
                assert answer.status == status
                assert answer.headers["tus-resumable"] == "1.0.0"
            disk.has_room()
