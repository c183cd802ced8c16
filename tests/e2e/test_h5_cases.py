"""One's own cases on the phone: what can be done, what is never lost, who gets in, all without scripts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from casework.actors import citizen
from casework.complaints import actions
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.notes import note_internally, update_citizen
from casework.complaints.views import ComplaintView
from casework.dangers.models import DangerAlert
from casework.inquiries import actions as talking
from casework.inquiries.filing import NewInquiry
from casework.inquiries.filing import submit as leave_message
from casework.inquiries.models import InquiryMessage
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.http.models import HttpSession
from kit.http.sessions import POLICIES
from tests.casework_setting import DISPATCHER, HANDLER
from tests.e2e.citizen_setting import Answered, CitizenSetting, Phone, citizens_on, known_from_chat
from web.h5.models import FormDraft

MEI, GANG = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the actions do on each engine is tested with them; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def account(setting: CitizenSetting, openid: str = MEI) -> UUID:
    return await known_from_chat(setting, openid)


async def filed(setting: CitizenSetting, owner: UUID, story: str = "路口有人占道摆摊") -> ComplaintView:
    new = NewComplaint(
        account_id=owner, source=Source.H5, story=story, place_text="文渊路口", category="vending"
    )
    return await submit(setting.desk, citizen(owner), new)


async def answered(setting: CitizenSetting, owner: UUID) -> ComplaintView:
    case = await filed(setting, owner)
    await actions.accept(setting.desk, DISPATCHER, case.id)
    await actions.assign(setting.desk, DISPATCHER, case.id)
    await actions.answer(setting.desk, HANDLER, case.id, text="已经劝离，并安排早晚巡查。")
    return case


def hidden(page: Answered, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert form, page.text
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


async def send(phone: Phone, address: str, fields: dict[str, str], *photos: bytes) -> Answered:
    """A form with photos, as a browser without scripts sends it."""
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    for number, content in enumerate(photos or (b"",)):
        name = f"{number}.jpg" if content else ""
        form.add_field("photos", content, filename=name, content_type="application/octet-stream")
    return await phone.post(address, form)  # type: ignore[arg-type]


# ---- reading


async def test_the_list_is_paged_by_key_and_says_what_comes_next(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    owner = await account(setting)
    for number in range(22):
        await filed(setting, owner, f"第{number}件")
        clock.advance(timedelta(minutes=1))
    async with setting.phone(MEI) as phone:
        page = await phone.get("/h5/cases")
        assert "第21件" in page.text
        assert "第1件" not in page.text
        assert "前告诉您是否受理" in page.text
        more = re.search(r'href="(/h5/cases\?after=[^"]+)"', page.text)
        assert more
        older = await phone.get(more[1])
        assert "第1件" in older.text
        assert "第21件" not in older.text
        assert "第21件" in (await phone.get("/h5/cases?after=made-up")).text
        clock.advance(timedelta(days=3))
        assert "已过承诺时间" in (await phone.get("/h5/cases")).text


async def test_a_promise_comes_with_its_arithmetic_and_what_it_rests_on(setting: CitizenSetting) -> None:
    owner = await account(setting)
    case = await filed(setting, owner)
    await actions.accept(setting.desk, DISPATCHER, case.id)
    async with setting.phone(MEI) as phone:
        page = (await phone.get(f"/h5/cases/{case.reference}")).text
        # Three working days of this category, not the bureau's five; each day is there to be counted.
        assert "第二天开始数 3 个工作日" in page
        assert "2026年11月26日（周四，工作日）：第 3 日" in page
        assert "依据：承诺第二条" in page
        assert "2026年11月26日 18:00 前答复您" in page


async def test_a_broken_promise_is_owned_up_to(setting: CitizenSetting, clock: FixedClock) -> None:
    case = await filed(setting, await account(setting))
    clock.advance(timedelta(days=4))
    async with setting.phone(MEI) as phone:
        page = (await phone.get(f"/h5/cases/{case.reference}")).text
        assert "现在已经过了，对不起" in page
        assert "0000-1234567" in page


async def test_time_to_object_ends_with_the_day_not_with_the_next_one(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    async with setting.phone(MEI) as phone:
        page = (await phone.get(f"/h5/cases/{case.reference}")).text
        assert "2026年12月3日 24:00 前可以评价，不满意可以要求重新办理一次" in page


async def test_news_from_the_officer_is_read_and_notes_among_staff_are_not(setting: CitizenSetting) -> None:
    case = await filed(setting, await account(setting))
    await actions.accept(setting.desk, DISPATCHER, case.id)
    await actions.assign(setting.desk, DISPATCHER, case.id)
    await update_citizen(setting.desk, HANDLER, case.id, "今晚八点去现场看。", act="one")
    await note_internally(setting.desk, HANDLER, case.id, "店主说过要打官司", act="two")
    async with setting.phone(MEI) as phone:
        page = (await phone.get(f"/h5/cases/{case.reference}")).text
        assert "今晚八点去现场看。" in page
        assert "打官司" not in page


# ---- rating, disputing


async def test_a_face_and_words_close_the_case_and_a_doubled_tap_rates_once(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/rate"
    async with setting.phone(MEI) as phone:
        page = await phone.get(f"/h5/cases/{case.reference}")
        fields = hidden(page, action) | {"score": "3", "comment": "来得很快"}
        both = await asyncio.gather(phone.post(action, fields), phone.post(action, fields))
        assert all("已经办结" in one.text for one in both)
    row = await Complaint.get(id=case.id)
    assert (row.state, row.rating, row.rating_comment) == ("closed", 3, "来得很快")
    assert await AuditEntry.filter(case_id=case.id, action="complaint.rate").count() == 1


async def test_without_a_face_nothing_happens_and_the_words_stay(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    async with setting.phone(MEI) as phone:
        page = f"/h5/cases/{case.reference}"
        again = await phone.submit(page, f"{page}/rate", comment="<b>还行</b>")
        assert again.status == 422
        assert "请从满意、基本满意、不满意里选择一项" in again.text
        assert "&lt;b&gt;还行&lt;/b&gt;" in again.text
    assert (await Complaint.get(id=case.id)).rating is None


async def test_who_is_not_satisfied_can_still_have_it_handled_again(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    page = f"/h5/cases/{case.reference}"
    async with setting.phone(MEI) as phone:
        rated = await phone.submit(page, f"{page}/rate", score="1")
        assert "还可以要求重新办理一次" in rated.text
        empty = await phone.submit(f"{page}/dispute", f"{page}/dispute", reason="  ")
        assert (empty.status, "请写明具体情况" in empty.text) == (422, True)
        done = await phone.submit(f"{page}/dispute", f"{page}/dispute", reason="第二天又摆回来了")
        assert "已经转去重新办理" in done.text
        assert "第二天又摆回来了" in done.text
        over = await phone.get(f"{page}/dispute")
        assert (over.status, "现在不能这样做了" in over.text) == (409, True)
    assert (await Complaint.get(id=case.id)).state == "reopened"


async def test_a_case_that_moved_on_says_so_and_gives_the_words_back(setting: CitizenSetting) -> None:
    owner = await account(setting)
    case = await answered(setting, owner)
    action = f"/h5/cases/{case.reference}/dispute"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action)
        await actions.close(setting.desk, DISPATCHER, case.id, ground="电话里说满意")
        late = await phone.post(action, fields | {"reason": "写了很久的理由"})
        assert late.status == 409
        assert "写了很久的理由" in late.text
    assert (await Complaint.get(id=case.id)).dispute_reason is None


async def test_withdrawing_is_asked_once_more_and_needs_a_form(setting: CitizenSetting) -> None:
    case = await filed(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/withdraw"
    async with setting.phone(MEI) as phone:
        assert "不能恢复" in (await phone.get(action)).text
        assert (await Complaint.get(id=case.id)).state == "submitted"
        assert "已经撤回" in (await phone.submit(action, action)).text
    assert (await Complaint.get(id=case.id)).state == "withdrawn"


# ---- adding


async def test_words_and_photos_are_added_and_a_photo_that_is_none_costs_nothing_else(
    setting: CitizenSetting,
) -> None:
    case = await filed(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/add"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action) | {"text": "又多了两个摊子"}
        wrong = await send(phone, action, fields, JPEG, b"MZ not a photo at all", JPEG)
        assert wrong.status == 415
        assert "又多了两个摊子" in wrong.text
        assert "已经收好 2 张照片" in wrong.text
        assert await ComplaintAddition.all().count() == 0
        kept = re.findall(r'name="photo_id" value="([^"]+)"', wrong.text)
        assert len(kept) == 2
        form = aiohttp.FormData()
        for name, value in (*fields.items(), *(("photo_id", one) for one in kept)):
            form.add_field(name, value)
        form.add_field("photos", b"", filename="", content_type="application/octet-stream")
        for _ in range(2):
            again = aiohttp.FormData()
            for name, value in (*fields.items(), *(("photo_id", one) for one in kept)):
                again.add_field(name, value)
            done = await phone.post(action, again)  # type: ignore[arg-type]
            assert "已经补充" in done.text
            assert "又多了两个摊子" in done.text
    assert await ComplaintAddition.all().count() == 1
    assert [str(one.file_id) for one in await ComplaintPhoto.all().order_by("position")] == kept


async def test_danger_in_what_is_added_shows_the_numbers_first_and_calls_the_duty_officer(
    setting: CitizenSetting,
) -> None:
    case = await filed(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/add"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action) | {"text": "摊子着火了"}
        page = await send(phone, action, fields)
        assert "tel:119" in page.text
        assert page.text.index("tel:119") < page.text.index("已经补充")
    assert await DangerAlert.all().count() == 1


async def test_what_tells_on_our_own_people_is_kept_nowhere_and_shown_the_right_place(
    setting: CitizenSetting,
) -> None:
    case = await answered(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/dispute"
    async with setting.phone(MEI) as phone:
        page = await phone.submit(action, action, reason="城管队员收红包才放过他们")
        assert page.status == 422
        assert "12388" in page.text
        # Nor as the draft of a form whose session is over.
        phone.http.cookie_jar.clear(lambda cookie: cookie.key == "cg_citizen")
        assert "12388" in (await phone.post(action, {"reason": "城管队员收红包才放过他们"})).text
    assert (await Complaint.get(id=case.id)).dispute_reason is None
    assert await FormDraft.all().count() == 0


# ---- a session that ended meanwhile


async def test_a_session_that_ended_costs_neither_words_nor_photos(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    case = await filed(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/add"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action) | {"text": "路灯杆也歪了"}
        clock.advance(POLICIES["citizen"].idle)
        # Through the sign-in and back to the form, as it was filled in.
        back = await send(phone, action, fields, JPEG)
        assert back.path == action
        assert "您填写的内容还在" in back.text
        assert "路灯杆也歪了" in back.text
        assert "已经收好 1 张照片" in back.text
        draft = await FormDraft.get()
        assert "路灯杆".encode() not in bytes(draft.content_sealed)
        kept = re.search(r'name="photo_id" value="([^"]+)"', back.text)
        assert kept
        done = await send(phone, action, hidden(back, action) | {"text": "路灯杆也歪了"})
        assert "已经补充" in done.text
    assert await ComplaintPhoto.all().count() == 1
    assert await FormDraft.all().count() == 0


async def test_a_page_older_than_the_login_is_shown_again_with_everything(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    action = f"/h5/cases/{case.reference}/dispute"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action) | {"reason": "地上还有油污"}
        phone.http.cookie_jar.clear(lambda cookie: cookie.key == "cg_citizen")
        await phone.get("/h5/me")
        again = await phone.post(action, fields)
        assert (again.status, again.path) == (200, action)
        assert "地上还有油污" in again.text
        assert (
            "已经转去重新办理"
            in (await phone.post(action, hidden(again, action) | {"reason": "地上还有油污"})).text
        )


async def test_another_site_plants_nothing(setting: CitizenSetting) -> None:
    case = await answered(setting, await account(setting))
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
            page = await phone.post(
                f"/h5/cases/{case.reference}/dispute", {"reason": "别人写的"}, follow=False, **headers
            )
            assert page.status == 403
    assert await FormDraft.all().count() == 0
    assert (await Complaint.get(id=case.id)).state == "answered"


# ---- whose is what


async def test_nobody_does_anything_to_somebody_elses_case(setting: CitizenSetting) -> None:
    theirs = await answered(setting, await account(setting, GANG))
    own = await filed(setting, await account(setting, MEI))
    talk = await leave_message(
        setting.door.inquiries,
        citizen(theirs_id := (await Complaint.get(id=theirs.id)).account_id),
        NewInquiry(account_id=theirs_id, text="别人的留言", source=Source.H5),
    )
    async with setting.phone(MEI) as phone:
        token = hidden(await phone.get(f"/h5/cases/{own.reference}/add"), f"/h5/cases/{own.reference}/add")
        for act in ("rate", "dispute", "add", "withdraw", "write_more", "close", "made-up"):
            for reference in (theirs.reference, talk.reference, "QS-TS-261123-9999-A"):
                address = f"/h5/cases/{reference}/{act}"
                assert (await phone.get(address)).status == 404
                page = await phone.post(address, token | {"score": "3", "reason": "x", "text": "x"})
                assert page.status == 404
                assert "别人的留言" not in page.text
    assert (await Complaint.get(id=theirs.id)).state == "answered"
    assert await InquiryMessage.all().count() == 1


async def test_somebody_elses_photo_is_not_taken_into_ones_own_case(setting: CitizenSetting) -> None:
    mine, theirs = await account(setting, MEI), await account(setting, GANG)
    case = await filed(setting, mine)
    photo = await setting.door.uploads.whole(
        JPEG, holder=f"account:{theirs}", account_id=theirs, kind="complaint_photo"
    )
    action = f"/h5/cases/{case.reference}/add"
    async with setting.phone(MEI) as phone:
        fields = hidden(await phone.get(action), action) | {"text": "看", "photo_id": str(photo.id)}
        page = await phone.post(action, fields)
        assert page.status == 422
    assert await ComplaintPhoto.all().count() == 0


# ---- messages to the bureau


async def test_a_message_is_gone_on_with_and_ended_on_its_page(setting: CitizenSetting) -> None:
    owner = await account(setting)
    talk = await leave_message(
        setting.door.inquiries,
        citizen(owner),
        NewInquiry(account_id=owner, text="门前能不能摆花", source=Source.H5),
    )
    page, more = f"/h5/cases/{talk.reference}", f"/h5/cases/{talk.reference}/write_more"
    async with setting.phone(MEI) as phone:
        assert "门前能不能摆花" in (await phone.get("/h5/cases?kind=talks")).text
        assert "前答复您" in (await phone.get(page)).text
        empty = await phone.submit(page, more, text="")
        assert empty.status == 422
        fields = hidden(await phone.get(page), more) | {"text": "是两盆"}
        await asyncio.gather(phone.post(more, fields), phone.post(more, fields))
        assert "是两盆" in (await phone.get(page)).text
        await talking.answer(setting.door.inquiries, HANDLER, talk.id, answer="可以，不占盲道就行。")
        stale = await phone.post(more, fields | {"text": "还有一把椅子"})
        assert (stale.status, "还有一把椅子" in stale.text) == (409, True)
        assert "可以，不占盲道就行。" in stale.text
        assert "这条留言会结束" in (await phone.get(f"{page}/close")).text
        assert "已经结束" in (await phone.submit(f"{page}/close", f"{page}/close")).text
    assert await InquiryMessage.filter(author_kind="citizen").count() == 2
    assert await HttpSession.all().count() == 1
