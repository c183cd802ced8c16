"""Filing a complaint on the phone without scripts: taken once, and never a word lost."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casework.actors import system
from casework.complaints.models import Complaint, ComplaintPhoto, ComplaintReceipt
from casework.complaints.receipts import case_by_receipt
from casework.dangers.models import DangerAlert
from casework.people.models import Account, PersonalConsent
from casework.scene_codes.actions import NewSceneCode
from casework.scene_codes.actions import add as add_code
from casework.scene_codes.kinds import SceneKind
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.http.sessions import POLICIES
from tests.e2e.citizen_setting import IN_WECHAT, CitizenSetting, citizens_on
from tests.e2e.filing_setting import FILLED, OUTSIDE, PLACE, STORY, Form, filed_next_door, opened, photo
from web.h5.drafts import LASTS, forget_expired
from web.h5.models import FormDraft

MEI = "oMei-files-a-complaint"
TOLD_ON = "你们城管队员收保护费，不给就掀摊子"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the rows do on each engine is tested with them; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def test_a_stranger_files_with_photos_and_gets_a_receipt_that_opens_the_case(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        page = await form.send(FILLED, [photo("red"), photo("blue")], follow=True)
        assert page.status == 200
        assert "投诉已收到" in page.text
        case = await Complaint.get()
        assert (case.source, case.place_text, case.category) == ("h5", PLACE, "vending")
        assert case.story == STORY
        assert await ComplaintPhoto.filter(complaint_id=case.id).count() == 2
        assert {row.account_id for row in await StoredFile.all()} == {case.account_id}
        secret = re.search(r"[2-9A-HJ-Z]{4}(-[2-9A-HJ-Z]{4}){3}", page.text)
        assert secret
        assert await case_by_receipt(setting.door.db, setting.door.keys, case.reference, secret[0]) == case.id
        assert case.reference in page.text
        # The same browser sees the case without typing the secret.
        assert STORY in (await phone.get(f"/h5/cases/{case.reference}", user_agent=OUTSIDE)).text
        # A reload shows the receipt again and files nothing.
        again = await phone.get(page.path, user_agent=OUTSIDE)
        assert secret[0] in again.text
    assert await Complaint.all().count() == 1
    assert await FormDraft.all().count() == 0
    assert await AuditEntry.filter(case_id=case.id, action="complaint.submit").count() == 1


async def test_in_wechat_the_form_comes_after_the_silent_sign_in_and_needs_no_secret(
    setting: CitizenSetting,
) -> None:
    async with setting.phone(MEI) as phone:
        form = await opened(phone, user_agent=IN_WECHAT)
        assert form.page.path == "/h5/file"
        page = await form.send(FILLED, follow=True)
        assert "投诉已收到" in page.text
        assert "查询码" not in page.text
    case = await Complaint.get()
    assert case.account_id == (await Account.get()).id
    assert await ComplaintReceipt.all().count() == 0


async def test_while_the_platform_is_away_one_files_without_it(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        back = "/h5/oauth?code=nobody-gave-this-out&state="
        began = await phone.get("/h5/file", follow=False)
        assert began.leads_to.startswith("/h5/enter")
        state = (await phone.get(began.leads_to, follow=False)).leads_to.partition("state=")[2][:32]
        failed = await phone.get(back + state)
        assert failed.status == 400
        assert 'href="/h5/file?guest=1"' in failed.text
        assert (await (await opened(phone, "?guest=1", IN_WECHAT)).send(FILLED)).status == 303
    assert await ComplaintReceipt.all().count() == 1


async def test_a_choice_and_a_place_are_enough(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        page = await form.send(
            {"group": "noise", "latitude": "30.301", "longitude": "120.102", "datum": "wgs84"}
        )
        assert page.status == 303
    case = await Complaint.get()
    assert case.story == "太吵"
    assert (case.latitude, case.longitude) == (30.301, 120.102)
    assert {row.purpose for row in await PersonalConsent.all()} == {"collection_notice", "location"}


async def test_what_was_chosen_stays_with_words_that_give_it_away_to_nobody(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        await (await opened(phone)).send(FILLED | {"group": "noise", "story": "请来看看"})
        case = await Complaint.get()
        assert (case.story, case.category) == ("噪声：请来看看", None)
        # The longest story leaves no room for what was chosen.
        longest = "请来看看" * 3_000
        assert (await (await opened(phone)).send(FILLED | {"group": "noise", "story": longest})).status == 303
    assert await Complaint.filter(story=longest).count() == 1


TRICYCLE = "门口有人开三轮车摆摊卖菜"


async def test_without_scripts_what_the_category_asks_is_asked_once_and_may_be_passed_over(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        page = await form.send(FILLED | {"story": TRICYCLE})
        assert page.status == 200
        assert await Complaint.all().count() == 0
        for words in ("一般什么时候摆？", "还想多问一句", TRICYCLE):
            assert words in page.text
        assert (await Form(phone, page, OUTSIDE).send({})).status == 303
        assert (await Complaint.get()).particulars is None
        page = await (await opened(phone)).send(FILLED | {"story": TRICYCLE})
        said_at_length = "晚上" * 150
        answered = await Form(phone, page, OUTSIDE).send(
            {"particular.vending.when": said_at_length}, follow=True
        )
        assert answered.status == 200
        case = await Complaint.all().order_by("-id").first()
        assert case is not None
        assert json.loads(case.particulars or "") == [
            {"question": "一般什么时候摆？", "answer": said_at_length}
        ]
        shown = await phone.get(f"/h5/cases/{case.reference}", user_agent=OUTSIDE)
        assert "一般什么时候摆？" in shown.text
        # Who says it in the story is not asked.
        said = await (await opened(phone)).send(FILLED | {"story": f"{TRICYCLE}，夜里也在"})
        assert said.status == 303


async def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        page = await form.send({"phone": "12"}, [photo(), photo("green")])
        assert page.status == 422
        for words in ("请选一项，或者说说是什么事", "请写明在哪里", "这不像电话号码"):
            assert words in page.text
        shown = Form(phone, page, OUTSIDE)
        assert shown.value("phone") == "12"
        assert len(shown.all("photo")) == 2
        assert shown.value("act") == form.value("act")
        # Somebody who goes away finds all of it on coming back.
        back = await opened(phone)
        assert back.value("phone") == "12"
        assert back.all("photo") == shown.all("photo")
        assert "上次没交的内容还在" in back.page.text
        page = await back.send(FILLED | {"phone": "13800001234"})
        assert "先在下面打勾同意" in page.text
        page = await Form(phone, page, OUTSIDE).send({"phone_agreed": "1"})
        assert page.status == 303
    case = await Complaint.get()
    assert case.phone_sealed is not None
    assert await ComplaintPhoto.filter(complaint_id=case.id).count() == 2
    assert {row.purpose for row in await PersonalConsent.all()} == {"collection_notice", "contact_phone"}


async def test_the_tenth_to_thirtieth_photo_is_refused_in_a_sentence_and_the_first_nine_stay(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        page = await (await opened(phone)).send(FILLED, [photo() for _ in range(30)])
        assert page.status == 422
        assert "多出来的 21 张没有收" in page.text
        shown = Form(phone, page, OUTSIDE)
        assert (len(shown.all("photo")), shown.value("story")) == (9, STORY)
        assert (await shown.send()).status == 303
    assert await ComplaintPhoto.all().count() == 9
    assert await StoredFile.all().count() == 9


async def test_what_is_no_photo_is_named_and_the_others_are_kept(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        page = await (await opened(phone)).send(FILLED, [photo(), b"MZ" + b"\0" * 100])
        assert page.status == 422
        assert len(Form(phone, page, OUTSIDE).all("photo")) == 1
        empty = await (await opened(phone)).send(FILLED, [b"", photo()])
        assert empty.status == 422
        assert "文件是空的" in empty.text


async def test_a_photo_is_left_out_by_taking_its_tick_away(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        page = await (await opened(phone)).send({"story": STORY}, [photo(), photo("blue")])
        shown = Form(phone, page, OUTSIDE)
        kept = shown.all("photo")[1]
        assert (await shown.send({"place": PLACE, "photo": kept})).status == 303
    (left,) = await ComplaintPhoto.all()
    assert left.file_id == UUID(kept)


async def test_doubled_taps_file_one_complaint(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        answers = await asyncio.gather(*(form.send(FILLED, [photo()]) for _ in range(5)))
        assert {one.status for one in answers} == {303}
        assert len({one.leads_to for one in answers}) == 1
        # The answer was lost on the way and the form is sent again: the receipt comes, and a session to see it.
        phone.http.cookie_jar.clear(lambda one: one.key == "cg_citizen")
        again = await form.send(FILLED, [photo()], follow=True)
        assert "投诉已收到" in again.text
    assert await Complaint.all().count() == 1
    assert await Account.all().count() == 1


async def test_a_form_sent_again_with_other_words_is_asked_about_and_then_a_second_case(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        await form.send(FILLED)
        page = await form.send(FILLED | {"story": "还有一堆垃圾"})
        assert page.status == 409
        assert "这张表刚才已经交过" in page.text
        shown = Form(phone, page, OUTSIDE)
        assert shown.value("story") == "还有一堆垃圾"
        assert (await shown.send({"group": "noise"})).status == 303
    assert await Complaint.all().count() == 2


async def test_one_browser_cannot_learn_anothers_case_from_its_act(setting: CitizenSetting) -> None:
    async with setting.phone() as one, setting.phone() as other:
        form = await opened(one)
        first = await form.send(FILLED)
        stolen = await (await opened(other)).send(FILLED | {"act": form.value("act")})
        assert stolen.status == 303
        assert stolen.leads_to != first.leads_to
    assert await Account.all().count() == 2


async def test_a_session_that_ended_in_wechat_costs_one_tap_and_no_word(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    async with setting.phone(MEI) as phone:
        form = await opened(phone, user_agent=IN_WECHAT)
        clock.advance(POLICIES["citizen"].idle)
        page = await form.send(FILLED, [photo()], follow=True)
        assert "已经重新登录" in page.text
        shown = Form(phone, page, IN_WECHAT)
        assert (shown.value("story"), shown.value("place")) == (STORY, PLACE)
        assert len(shown.all("photo")) == 1
        assert (await shown.send()).status == 303
    assert await Complaint.all().count() == 1
    assert await FormDraft.all().count() == 0


async def test_outside_wechat_an_ended_session_does_not_even_cost_a_tap(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    async with setting.phone() as phone:
        await (await opened(phone)).send(FILLED)
        form = await opened(phone)
        clock.advance(POLICIES["citizen"].idle + timedelta(days=1))
        assert (await form.send(FILLED | {"story": "第二件：又有人摆摊"})).status == 303
    assert await Complaint.all().count() == 2


async def test_a_form_of_another_visit_comes_back_with_its_words_and_files_nothing(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        phone.http.cookie_jar.clear()
        page = await form.send(FILLED, [photo()])
        assert page.status == 403
        assert "请再点一次“提交”" in page.text
        assert await StoredFile.all().count() == 0
        assert await FormDraft.all().count() == 0
        shown = Form(phone, page, OUTSIDE)
        assert shown.value("story") == STORY
        assert (await shown.send()).status == 303


async def test_what_another_site_sends_is_refused(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
            assert (await form.send(FILLED, headers=headers)).status == 403
    assert await Complaint.all().count() == 0


async def test_what_is_told_of_our_own_people_is_kept_nowhere(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        await form.send({"story": "路口摆摊", "phone": "1"})
        assert await FormDraft.all().count() == 1
        page = await form.send(FILLED | {"story": TOLD_ON})
        assert page.status == 422
        assert "12388" in page.text
        assert "没有保存" in page.text
        assert await FormDraft.all().count() == 0
        # It stands in the browser it came from: if we misjudged it, it can be said differently.
        assert Form(phone, page, OUTSIDE).value("story") == TOLD_ON
        # In whatever field it stands.
        for elsewhere in ({"phone": TOLD_ON}, {"group": TOLD_ON}, {"place": TOLD_ON}):
            assert (await form.send(FILLED | elsewhere)).status == 422
            assert await FormDraft.all().count() == 0
    assert await Complaint.all().count() == 0


async def test_words_of_danger_put_numbers_first_and_call_the_duty_officer(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        page = await (await opened(phone)).send(FILLED | {"story": "楼下小店着火了"}, follow=True)
        main = page.text.partition("<main")[2]
        assert main.index("tel:119") < main.index("<h1>")
    assert (await DangerAlert.get()).source == "h5"


async def test_a_sign_says_where_it_is(setting: CitizenSetting) -> None:
    chief = NewSceneCode(kind=SceneKind.STREET_CHIEF, title="文渊路街巷长", place_text="文渊路 1—99 号")
    sign = await add_code(setting.door.db, system(), chief)
    async with setting.phone() as phone:
        scanned = await phone.get(f"/h5/codes/{sign.code}", user_agent=OUTSIDE, follow=False)
        assert scanned.headers["location"] == f"/h5/file?code={sign.code}"
        form = await opened(phone, f"?code={sign.code}")
        assert form.value("place") == "文渊路 1—99 号"
        assert "文渊路街巷长" in form.page.text
        await form.send({"story": STORY})
    assert (await Complaint.get()).scene_code == sign.code


async def test_a_stranger_who_files_too_often_waits_and_loses_nothing(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        answers = [await form.send(FILLED | {"act": uuid4().hex, "story": f"{n} {STORY}"}) for n in range(8)]
        assert [one.status for one in answers[:4]] == [303] * 4
        late = answers[-1]
        assert late.status in (303, 429)
        if late.status == 429:
            assert int(late.headers["retry-after"]) > 0
            assert Form(phone, late, OUTSIDE).value("story") == f"7 {STORY}"


async def test_files_of_somebody_else_cannot_be_filed(setting: CitizenSetting) -> None:
    async with setting.phone() as one, setting.phone() as other:
        page = await (await opened(one)).send({"story": STORY}, [photo()])
        theirs = Form(one, page, OUTSIDE).all("photo")[0]
        page = await (await opened(other)).send(FILLED | {"photo": theirs})
        assert page.status == 422
        assert await Complaint.all().count() == 0
        assert (await other.get(f"/h5/uploads/{theirs}", user_agent=OUTSIDE)).status == 404
        assert (await other.get(f"/h5/uploads/{theirs}/small", user_agent=OUTSIDE)).status == 404


async def test_a_case_just_filed_is_shown_to_its_owner_alone(setting: CitizenSetting) -> None:
    async with setting.phone() as one, setting.phone() as other:
        done = await (await opened(one)).send(FILLED)
        await (await opened(other)).send(FILLED | {"story": "另一件"})
        assert (await other.get(done.leads_to, user_agent=OUTSIDE)).status == 404


async def test_drafts_are_sealed_and_forgotten_after_a_week(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    async with setting.phone() as phone:
        await (await opened(phone)).send({"story": STORY})
        (draft,) = await FormDraft.all()
        assert STORY.encode() not in bytes(draft.content_sealed)
        assert draft.holder.startswith("visit:")
        clock.advance(LASTS)
        assert (await opened(phone)).value("story") == ""
        assert await forget_expired(setting.door.db) == 0
        clock.advance(timedelta(seconds=1))
        assert await forget_expired(setting.door.db) == 1


HERE = {"group": "street", "latitude": "30.301", "longitude": "120.102", "datum": "wgs84"}


async def test_without_scripts_what_is_near_is_shown_once_and_one_tick_says_me_too(
    setting: CitizenSetting,
) -> None:
    first = await filed_next_door(setting)
    async with setting.phone() as phone:
        page = await (await opened(phone)).send(HERE)
        assert page.status == 200
        assert await Complaint.all().count() == 1
        assert "占道摆摊，约 100 米以内，已提交，等待受理" in page.text
        for secret in (first.reference, first.id.hex, str(first.id), first.story):
            assert secret not in page.text
        form = Form(phone, page, OUTSIDE)
        assert (await form.send({})).status == 303  # nobody has to answer
        assert (await Complaint.all().order_by("-id").first()).said_same_as_id is None  # type: ignore[union-attr]
    async with setting.phone() as phone:
        page = await (await opened(phone)).send(HERE)
        (token,) = re.findall(r'name="same" value="([0-9a-f]{32})"', page.text)
        filed = await Form(phone, page, OUTSIDE).send({"same": token}, follow=True)
        assert "您说和附近已有人反映的是同一件" in filed.text
    case = await Complaint.all().order_by("-id").first()
    assert case is not None
    assert (case.said_same_as_id, case.story) == (first.id, "小摊、占道")


async def test_whoever_asks_round_is_shown_no_more_for_a_while_and_files_all_the_same(
    setting: CitizenSetting,
) -> None:
    await filed_next_door(setting)
    async with setting.phone() as phone:
        form = await opened(phone)
        headers = {"x-csrf-token": form.value("csrf_token"), "content-type": "application/json"}
        typed = json.dumps(HERE | {"act": "a" * 20})
        said = []
        for _ in range(14):
            answered = await phone._ask("POST", "/h5/file/draft", typed, True, headers)
            said.append(json.loads(answered.text).get("near"))
        assert "占道摆摊" in said[0]
        assert said[-1] is None
        assert (await form.send(HERE)).status == 303
