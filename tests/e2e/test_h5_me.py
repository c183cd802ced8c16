"""Me: who I am here, my wishes, my logins, and what becomes of my data when I ask."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from bot.notice_choices import choices_of
from casework.actors import citizen
from casework.complaints.filing import NewComplaint, Source, submit
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.people.models import Account, WechatIdentity
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile, Upload, UploadPiece
from kit.files.store import FileMissing
from kit.http.models import HttpSession
from kit.http.sessions import POLICIES
from tests.e2e.citizen_setting import CitizenSetting, citizens_on, known_from_chat
from web.h5 import drafts
from web.h5.models import FormDraft

MEI, GANG = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is deleted on each engine is tested with it; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def account(setting: CitizenSetting, openid: str = MEI) -> UUID:
    return await known_from_chat(setting, openid)


async def filed(setting: CitizenSetting, owner: UUID) -> str:
    new = NewComplaint(account_id=owner, source=Source.H5, story="路口有人摆摊", phone="13800001234")
    return (await submit(setting.desk, citizen(owner), new)).reference


async def test_i_see_who_i_am_and_choose_whether_notices_come(setting: CitizenSetting) -> None:
    owner = await account(setting)
    reference = await filed(setting, owner)
    async with setting.phone(MEI) as phone:
        page = await phone.get("/h5/me")
        assert reference in page.text
        assert MEI not in page.text
        off = await phone.submit("/h5/me", "/h5/me/notices")
        assert "不再发进展消息" in off.text
        assert set((await choices_of(owner)).values()) == {"none"}
        on = await phone.submit("/h5/me", "/h5/me/notices")
        assert "已经重新接收进展消息" in on.text
        assert set((await choices_of(owner)).values()) == {"now"}
    assert await AuditEntry.filter(case_id=owner, action="account.choose_notices").count() == 2


async def test_a_login_elsewhere_is_ended_and_nobody_elses(setting: CitizenSetting) -> None:
    await account(setting)
    async with setting.phone(MEI) as here, setting.phone(MEI) as lost, setting.phone(GANG) as other:
        for phone in (here, lost, other):
            await phone.get("/h5/me")
        page = await here.get("/h5/logins")
        (action,) = re.findall(r'action="(/h5/logins/[0-9a-f-]{36}/end)"', page.text)
        assert "已经让它退出" in (await here.submit("/h5/logins", action)).text
        assert (await lost.get("/h5/me", follow=False)).status == 303
        theirs = await HttpSession.all().order_by("-id").first()
        assert theirs is not None
        token = re.search(r'name="csrf_token" value="([^"]+)"', (await here.get("/h5/logins")).text)
        assert token
        for wanted in (str(theirs.id), "nonsense"):
            page = await here.post(f"/h5/logins/{wanted}/end", {"csrf_token": token[1]})
            assert page.status == 404
        await lost.get("/h5/me")
        assert "都已经退出" in (await here.submit("/h5/logins", "/h5/logins/end")).text
        assert (await lost.get("/h5/me", follow=False)).status == 303
        assert (await here.get("/h5/me", follow=False)).status == 200
        assert (await other.get("/h5/me", follow=False)).status == 200


async def test_a_correction_is_asked_for_with_a_limit_and_a_basis(setting: CitizenSetting) -> None:
    owner = await account(setting)
    reference = await filed(setting, owner)
    theirs = await filed(setting, await account(setting, GANG))
    form = "/h5/data/correct"
    async with setting.phone(MEI) as phone:
        page = await phone.get(form)
        assert "2026年12月14日 18:00 前办好并答复您" in page.text
        assert "依据：承诺第六条" in page.text
        assert theirs not in page.text
        empty = await phone.submit(form, form, case=reference, text=" ")
        assert (empty.status, "请写明哪里不对" in empty.text) == (422, True)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        asked = [
            await phone.post(form, fields | {"case": reference, "text": "电话应该是 13900001234"})
            for _ in range(2)
        ]
        assert "已经收到您的更正请求" in asked[0].text
        assert asked[0].path == asked[1].path
        forged = await phone.submit(form, form, case=theirs, text="别人的电话")
        assert theirs not in forged.text
    inquiry = await Inquiry.all().order_by("id").first()
    assert inquiry is not None
    message = await InquiryMessage.get(inquiry_id=inquiry.id)
    assert (inquiry.topic, await Inquiry.all().count()) == ("correction", 2)
    assert message.text == f"关于 {reference}：\n电话应该是 13900001234"


async def test_a_request_typed_before_the_session_ended_comes_back(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    await account(setting)
    form = "/h5/data/correct"
    async with setting.phone(MEI) as phone:
        page = await phone.get(form)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        clock.advance(POLICIES["citizen"].idle)
        back = await phone.post(form, fields | {"text": "地点写错了"})
        assert (back.path, "地点写错了" in back.text) == (form, True)
        assert "已经收到" in (await phone.submit(form, form, text="地点写错了")).text
    assert await FormDraft.all().count() == 0


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_who_has_nothing_on_record_is_deleted_at_once(setting: CitizenSetting) -> None:
    owner = await account(setting)
    door = setting.door
    photo = await door.uploads.whole(
        JPEG, holder=f"account:{owner}", account_id=owner, kind="complaint_photo"
    )
    # One that lost its network half-way, from the form of this browser.
    begun = await door.uploads.begin(
        holder="visit:0", account_id=owner, kind="complaint_photo", bytes_total=1000
    )
    await door.uploads.append(begun.id, "visit:0", 0, pieces(JPEG))
    (piece,) = await UploadPiece.all()
    await drafts.save(door, f"account:{owner}", "file", {"story": "没写完"})
    form = "/h5/data/delete"
    async with setting.phone(MEI) as phone:
        unsure = await phone.submit(form, form)
        assert (unsure.status, "请先勾选" in unsure.text) == (422, True)
        done = await phone.submit(form, form, sure="1")
        assert "已经删除" in done.text
        assert phone.cookie("cg_citizen") == ""
    assert await WechatIdentity.all().count() == 0
    assert await HttpSession.all().count() == 0
    assert await FormDraft.all().count() == 0
    assert not await StoredFile.filter(id=photo.id).exists()
    assert (await Upload.all().count(), await UploadPiece.all().count()) == (0, 0)
    with pytest.raises(FileMissing):
        await door.files.read_original(piece.id, bytes(piece.wrapped_key))
    assert [row.id for row in await Account.all()] == [owner]
    assert await AuditEntry.filter(case_id=owner, action="account.forget").count() == 1


async def test_who_has_a_case_asks_the_bureau_to_delete(setting: CitizenSetting) -> None:
    await filed(setting, await account(setting))
    form = "/h5/data/delete"
    async with setting.phone(MEI) as phone:
        assert "逐项核对" in (await phone.get(form)).text
        done = await phone.submit(form, form, sure="1")
        assert "已经收到您的删除请求" in done.text
    assert (await Inquiry.get()).topic == "deletion"
    assert await WechatIdentity.all().count() == 1
