"""Filing at the console: for callers, at the window, on the round; closed on the spot; never twice and never too fast."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from casework.complaints.media import files_of_cases
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.receipts import case_by_receipt
from casework.dangers.models import DangerAlert
from casework.roles import Role
from kit.db import Database
from kit.files.models import StoredFile
from tests.e2e.console_setting import PASSWORD, Clerk, ConsoleSetting, Page, console_on

NEW = "/console/cases/new"
STORY = "湖滨路菜场门口有人占道摆摊，轮椅过不去"


@pytest.fixture
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("chuangkou", "孙窗", (Role.WINDOW_CLERK, None))
        await setting.hire("wangge", "赵网", (Role.GRID_OFFICER, "street"))
        await setting.hire("xiaoqu", "钱区", (Role.VOLUNTEER, None))
        yield setting


def picture(colour: str = "teal") -> bytes:
    made = BytesIO()
    Image.new("RGB", (12, 9), colour).save(made, "JPEG")
    return made.getvalue()


async def sent(clerk: Clerk, form: Page, photos: dict[str, bytes] | None = None, **fields: str) -> Page:
    """The form filled in and sent."""
    filled = aiohttp.FormData()
    given = {"csrf_token": form.hidden("csrf_token"), "act": act_of(form), **fields}
    for name, value in given.items():
        filled.add_field(name, value)
    for name, content in (photos or {}).items():
        filled.add_field(name, BytesIO(content), filename="p.jpg", content_type="image/jpeg")
    return await clerk.post(NEW, filled)


def act_of(page: Page) -> str:
    found = re.search(r'name="act" value="([0-9a-f]{32})"', page.text)
    assert found
    return found[1]


def codes(page: Page) -> list[str]:
    """The reference, and the secret where there is one."""
    return re.findall(r'taken-code">([^<]+)<', page.text)


async def test_a_window_clerk_files_for_a_caller_once_and_the_caller_can_follow_it(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("chuangkou")
        form = await clerk.get(NEW)
        fields = {
            "source": "phone",
            "story": STORY,
            "category": "vending",
            "place": "湖滨路菜场",
            "latitude": "30.5",
            "longitude": "114.3",
            "person_name": "周阿姨",
            "phone": "13912345678",
            "urgency": "urgent",
        }
        done = await sent(clerk, form, {"photos": picture()}, **fields)
        assert done.status == 200
        reference, secret = codes(done)
        again = await sent(clerk, form, {"photos": picture()}, **fields)
        assert codes(again) == [reference, secret]
        (row,) = await Complaint.all()
        assert (row.source, row.category, row.urgency) == ("phone", "vending", "urgent")
        assert (row.latitude, row.filed_by_id) == (30.5, console.people["chuangkou"].id)
        assert b"13912345678" not in bytes(row.phone_sealed or b"")
        assert await case_by_receipt(console.door.db, console.door.keys, reference, secret) == row.id
        assert await ComplaintPhoto.all().count() == 1 == await StoredFile.all().count()
        case = await clerk.get(f"/console/cases/{reference}")
        assert "电话" in case.text
        assert "13912345678" not in case.text
        assert secret not in case.text
        other = await sent(clerk, form, **{**fields, "story": "另一件事，路灯不亮"})
        assert other.status == 409
        assert "路灯不亮" in other.text
        assert act_of(other) != act_of(form)


async def test_more_photos_than_fit_are_heard_out_and_no_word_is_lost(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        await clerk.log_in("chuangkou")
        form = await clerk.get(NEW)
        large = picture() + b"\0" * (17 * 1024 * 1024)
        refused = await sent(clerk, form, {"photos": large, "after_photos": large}, story=STORY)
        assert refused.status == 422
        assert STORY in refused.text
        assert "合计超过 30 兆" in refused.text
        assert await Complaint.all().count() == 0 == await StoredFile.all().count()


async def test_danger_questions_and_cases_nearby_are_said_while_the_caller_talks(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("chuangkou")
        form = await clerk.get(NEW)
        first = await sent(clerk, form, story=STORY, category="vending", place="湖滨路菜场")
        token = form.hidden("csrf_token")
        told = {"csrf_token": token, "story": STORY, "category": "vending", "place": "湖滨路菜场"}
        hints = await clerk.post(f"{NEW}/hints", told)
        assert codes(first)[0] in hints.text
        burning = await clerk.post(f"{NEW}/hints", {"csrf_token": token, "story": "楼下小店着火了"})
        assert "119" in burning.text
        assert await DangerAlert.all().count() == 0
        alarmed = await sent(clerk, await clerk.get(NEW), story="楼下小店着火了", place="文渊路")
        assert "已呼叫值班员" in alarmed.text
        assert await DangerAlert.all().count() == 1
        same = await sent(
            clerk, await clerk.get(NEW), story=STORY, place="湖滨路菜场", same_as=codes(first)[0]
        )
        joined = await Complaint.get(reference=codes(same)[0])
        assert joined.said_same_as_id == (await Complaint.get(reference=codes(first)[0])).id


async def test_a_patrol_files_and_closes_in_one_form_and_a_volunteer_sees_nobody_elses(
    console: ConsoleSetting,
) -> None:
    async with console.client() as patrol, console.client() as neighbour:
        home = await patrol.log_in("wangge")
        assert home.path == NEW
        fields = {"story": STORY, "category": "vending", "source": "phone", "closes": "1"}
        lacking = await sent(patrol, home, {"photos": picture()}, **fields)
        assert lacking.status == 422
        assert "怎么处理的" in lacking.text
        assert STORY in lacking.text
        assert await Complaint.all().count() == 0
        photos = {"photos": picture(), "after_photos": picture("navy")}
        done = await sent(patrol, lacking, photos, answer="已劝离，通道已让出。", **fields)
        (reference,) = codes(done)
        row = await Complaint.get(reference=reference)
        assert (row.state, row.source, row.answer) == ("closed", "patrol", "已劝离，通道已让出。")
        stages = await ComplaintPhoto.filter(complaint_id=row.id).values_list("stage", flat=True)
        assert sorted(stages) == ["after", "before"]
        assert codes(await sent(patrol, lacking, photos, answer="已劝离，通道已让出。", **fields)) == [
            reference
        ]
        assert await files_of_cases([one.id for one in await StoredFile.all()]) == {
            one.id for one in await StoredFile.all()
        }

        form = await neighbour.log_in("xiaoqu")
        own = await sent(neighbour, form, story="楼道里堆了纸箱", phone="13912345678", person_name="老周")
        mine = await Complaint.get(reference=codes(own)[0])
        assert mine.source == "volunteer"
        assert (await neighbour.get(f"/console/cases/{reference}")).status == 404
        page = await neighbour.get(f"/console/cases/{mine.reference}")
        assert page.status == 200
        assert "5678" not in page.text
        listed = unescape((await neighbour.get("/console/cases")).text)
        assert mine.reference in listed
        assert reference not in listed
        # A unit's case is its patrol's to see; one without a unit only for who filed it.
        assert (await patrol.get(f"/console/cases/{mine.reference}")).status == 404


async def test_what_cannot_be_taken_comes_back_with_everything_and_too_many_wait(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("xiaoqu")
        form = await clerk.get(NEW)
        wrong = await sent(
            clerk, form, {"photos": b"no picture"}, story=STORY, phone="12", latitude="nan", longitude="x"
        )
        assert wrong.status == 422
        assert STORY in wrong.text
        assert act_of(wrong) == act_of(form)
        limited = None
        for number in range(50):
            page = await sent(clerk, await clerk.get(NEW), story=f"{STORY} {number}")
            if page.status != 200:
                limited = page
                break
        assert limited is not None
        assert limited.status == 429
        assert f"{STORY} {number}" in limited.text
        assert await Complaint.all().count() == number >= 10


async def test_a_session_that_ended_while_a_caller_talked_costs_no_word_and_files_nothing_twice(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("chuangkou")
        form = await clerk.get(NEW)
        clerk.http.cookie_jar.clear()
        login = await sent(clerk, form, story=STORY, place="湖滨路", source="phone", phone="13912345678")
        assert login.status == 401
        names = re.findall(r'name="((?:kept|csrf_token|next)[^"]*)"', login.text)
        fields = {name: unescape(login.hidden(name)) for name in names}
        back = await clerk.post("/console/login", {**fields, "login": "chuangkou", "password": PASSWORD})
        assert back.status == 200
        assert STORY in back.text
        assert "13912345678" in back.text
        assert act_of(back) == act_of(form)
        assert await Complaint.all().count() == 0
        done = await sent(clerk, back, story=STORY, place="湖滨路", source="phone", phone="13912345678")
        assert (await Complaint.get()).reference == codes(done)[0]
