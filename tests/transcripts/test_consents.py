"""What is recorded as agreed to in chat: what was shown and then answered, and nothing after it was taken back."""

from __future__ import annotations

from typing import Any

from casework.actors import citizen
from casework.complaints.models import Complaint
from casework.people import consents, merging
from casework.people.consents import Purpose
from casework.people.models import Account, PersonalConsent
from kit.db import Change
from tests.transcripts.conftest import Office, kept_anywhere

STORY = "楼下烧烤店每天晚上油烟很大"
SHOWN = {
    "location": "您发送的位置，只用来确定问题发生的地点",
    "contact_phone": "只给办理人联系您核实",
    "collection_notice": "提交后，我们保存您说的情况",
}


async def given() -> list[str]:
    rows = await PersonalConsent.filter(revoked_at=None).order_by("purpose")
    return [row.purpose for row in rows]


async def place(office: Office, label: str = "文一路 88 号") -> str:
    spot = {"Location_X": "30.274085", "Location_Y": "120.155070", "Scale": "16", "Label": label}
    said = await office.send(MsgType="location", **spot)
    office.pass_time(seconds=3)
    return said


async def say(office: Office, *texts: str) -> str:
    said = ""
    for text in texts:
        said = await office.say(text)
        office.pass_time(seconds=3)
    return said


async def take_back(office: Office, purpose: Purpose) -> None:
    """On our page, beside any conversation."""
    account = await Account.all().first()
    assert account is not None
    await consents.revoke(office.db, citizen(account.id), account.id, purpose)
    office.pass_time(seconds=3)


async def test_words_alone_record_the_notice_that_the_summary_showed(office: Office) -> None:
    said = await say(office, "投诉", STORY, "跳过", "文一路 88 号", "跳过")
    assert SHOWN["collection_notice"] in said
    assert await given() == []
    await say(office, "1")
    assert await given() == ["collection_notice"]


async def test_each_wording_is_shown_before_what_is_agreed_to_is_taken(office: Office) -> None:
    assert SHOWN["location"] in await say(office, "投诉", STORY, "跳过")
    assert SHOWN["contact_phone"] in await place(office)
    said = await say(office, "13800138000")
    assert SHOWN["location"] not in said
    await say(office, "1")
    assert await given() == ["collection_notice", "contact_phone", "location"]
    versions = {row.text_version for row in await PersonalConsent.all()}
    assert versions == {"2026-11", "2026-11.2"}
    assert (await Complaint.all().first()).latitude is not None


async def test_what_came_unasked_has_its_wording_in_the_summary(office: Office) -> None:
    await place(office)
    said = await say(office, "1", STORY, "跳过", "跳过")
    assert SHOWN["location"] in said
    await say(office, "1")
    assert await given() == ["collection_notice", "location"]


async def test_cancelling_records_nothing(office: Office) -> None:
    await say(office, "投诉", STORY, "跳过")
    await place(office)
    await say(office, "13800138000", "取消")
    assert await PersonalConsent.all().count() == 0


async def filed_with_place(office: Office) -> None:
    await say(office, "投诉", STORY, "跳过")
    await place(office)
    await say(office, "跳过", "1")
    office.pass_time(minutes=11)


async def test_after_taking_back_the_place_its_words_are_kept_and_its_coordinates_are_not(
    office: Office,
) -> None:
    await filed_with_place(office)
    await say(office, "撤回同意", "1")
    assert await given() == ["collection_notice"]
    asked = await say(office, "投诉", STORY, "跳过")
    assert "只留地名、不留坐标" in asked
    assert SHOWN["location"] not in asked
    assert "没有地名" in await place(office, "")
    said = await place(office, "河坊街 5 号")
    said = await say(office, "跳过")
    assert "4 地点：河坊街 5 号" in said
    assert SHOWN["location"] not in said
    assert "投诉已收到" in await say(office, "1")
    filed = await Complaint.all().order_by("-submitted_at").first()
    assert (filed.place_text, filed.latitude, filed.longitude) == ("河坊街 5 号", None, None)
    assert await given() == ["collection_notice"]


async def test_a_place_sent_before_the_complaint_loses_its_coordinates_too(office: Office) -> None:
    await filed_with_place(office)
    await take_back(office, Purpose.LOCATION)
    await place(office, "河坊街 5 号")
    assert "4 地点：河坊街 5 号" in await say(office, "2", STORY, "跳过", "跳过")
    await say(office, "1")
    filed = await Complaint.all().order_by("-submitted_at").first()
    assert (filed.place_text, filed.latitude) == ("河坊街 5 号", None)


async def test_agreed_anew_on_the_page_the_place_is_taken_again(office: Office) -> None:
    await filed_with_place(office)
    await take_back(office, Purpose.LOCATION)
    account = await Account.all().first()
    await consents.give(office.db, office.desk.sealer, account.id, Purpose.LOCATION, "2026-11", "h5")
    await filed_with_place(office)
    filed = await Complaint.all().order_by("-submitted_at").first()
    assert filed.latitude is not None


async def test_what_was_taken_back_while_the_draft_lay_open_is_not_filed(office: Office) -> None:
    await filed_with_place(office)
    await say(office, "投诉", STORY, "跳过")
    await place(office, "")
    await say(office, "13800138000")
    await take_back(office, Purpose.LOCATION)
    said = await say(office, "1")
    assert "请改用文字写地点" in said
    assert "投诉已收到" in await say(office, "4", "河坊街 5 号", "1")
    filed = await Complaint.all().order_by("-submitted_at").first()
    assert (filed.latitude, filed.place_text) == (None, "河坊街 5 号")


async def number_filed(office: Office) -> None:
    await say(office, "投诉", STORY, "跳过", "文一路 88 号", "13800138000", "1")
    office.pass_time(minutes=11)


async def test_a_number_taken_back_leaves_the_open_draft_and_is_asked_for_again(office: Office) -> None:
    await number_filed(office)
    await say(office, "投诉", STORY, "跳过", "文一路 88 号", "13800138000")
    said = await say(office, "撤回同意", "1")
    assert "方便留个手机号吗" in said
    await say(office, "跳过", "1")
    assert await Complaint.all().count() == 2
    assert await Complaint.filter(phone_sealed__isnull=False).count() == 0
    assert await given() == ["collection_notice"]


async def test_a_number_taken_back_on_the_page_is_not_filed_by_the_next_yes(office: Office) -> None:
    await number_filed(office)
    await say(office, "投诉", STORY, "跳过", "文一路 88 号", "13800138000")
    await take_back(office, Purpose.CONTACT_PHONE)
    said = await say(office, "1")
    assert "投诉已收到" in said
    assert "手机号没有留在这件投诉里" in said
    assert await Complaint.filter(phone_sealed__isnull=False).count() == 0


async def test_parting_accounts_says_what_it_means_and_waits_for_a_yes(office: Office) -> None:
    await number_filed(office)
    own = await Account.all().first()
    other: dict[str, Any] = {"id": office.db.ids.new(), "created_at": office.clock.now()}

    async def join(change: Change) -> None:
        await Account.create(**other)
        await merging.link(change, other["id"], own.id, merging.Basis.STAFF, citizen(own.id))

    await office.db.change(join)
    said = await say(office, "解除绑定")
    assert "2 个账户现在合在一起" in said
    assert "确定分开请回复“1”" in said
    assert len(await merging.members(own.id)) == 2
    assert "没有分开" in await say(office, "取消")
    assert len(await merging.members(own.id)) == 2
    assert "已经分开" in await say(office, "解绑", "1")
    assert await merging.members(own.id) == {own.id}
    assert "不用解除" in await say(office, "解绑")


async def test_no_number_lies_anywhere_in_clear(office: Office, valkey_url: str) -> None:
    await number_filed(office)
    assert await kept_anywhere(office, valkey_url, "13800138000") == []
