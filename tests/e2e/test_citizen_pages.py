"""Citizens' pages through WeChat's sign-in, as a phone's browser uses them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import pytest

from casework.actors import citizen, system
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.views import ComplaintView
from casework.people import consents, merging
from casework.people.consents import Purpose
from casework.people.models import Account, WechatIdentity
from casework.scene_codes.actions import NewSceneCode
from casework.scene_codes.actions import add as add_code
from casework.scene_codes.actions import retire as retire_code
from casework.scene_codes.kinds import SceneKind
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.http.models import HttpSession
from kit.http.sessions import POLICIES
from tests.e2e.citizen_setting import CONSENTS, IN_WECHAT, CitizenSetting, Phone, citizens_on, known_from_chat
from tests.standin_setting import APP_ID
from web.h5 import drafts

MEI, GANG = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
FOREIGN = (
    "https://evil.example/h5/me",
    "//evil.example/h5/me",
    "/\\evil.example",
    "/h5/../console/cases",
    "/h5//evil.example",
    "/console/cases",
    "javascript:alert(1)",
    "/h5/me\r\nset-cookie: x=1",
    "/h5/enter?next=/h5/enter",
    "/h5/" + "a" * 700,
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What people's rows do on each engine is tested with them; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def chat_account(setting: CitizenSetting, openid: str = MEI) -> UUID:
    """Somebody who wrote in the chat."""
    return await known_from_chat(setting, openid)


async def filed(setting: CitizenSetting, account_id: UUID, story: str = "路口有人占道摆摊") -> ComplaintView:
    new = NewComplaint(
        account_id=account_id, source=Source.WECHAT, story=story, place_text="文渊路口", phone="13800001234"
    )
    return await submit(setting.desk, citizen(account_id), new)


async def test_the_chats_person_is_known_on_the_page_without_a_question(setting: CitizenSetting) -> None:
    account_id = await chat_account(setting)
    case = await filed(setting, account_id)
    async with setting.phone(MEI) as phone:
        page = await phone.get("/h5/me")
        assert (page.status, page.path) == (200, "/h5/me")
        assert case.reference in page.text
        shown = await phone.get(f"/h5/cases/{case.reference}")
        assert "路口有人占道摆摊" in shown.text
        assert "已提交，等待受理" in shown.text
        assert MEI not in page.text + shown.text
    assert await Account.all().count() == 1


async def test_a_visitor_without_a_chat_gets_one_account_that_opens_no_message_window(
    setting: CitizenSetting,
) -> None:
    async with setting.phone(GANG) as phone:
        assert "还没有投诉" in (await phone.get("/h5/me")).text
    async with setting.phone(GANG) as other:
        await other.get("/h5/me")
    (identity,) = await WechatIdentity.all()
    assert identity.last_message_at is None
    assert identity.unionid_index is not None


async def test_two_first_visits_at_once_make_one_account(setting: CitizenSetting) -> None:
    async with setting.phone(GANG) as one, setting.phone(GANG) as other:
        await asyncio.gather(one.get("/h5/me"), other.get("/h5/me"))
    assert await Account.all().count() == 1


async def test_the_session_cookie_is_not_for_scripts_and_ends_with_leaving(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        began = await phone.get("/h5/enter?next=/h5/data", follow=False)
        back = await phone.get((await phone.get(began.leads_to, follow=False)).leads_to, follow=False)
        (cookie,) = (one for one in back.headers.getall("set-cookie") if one.startswith("cg_citizen="))
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert back.leads_to == "/h5/data"
        token = phone.cookie("cg_citizen")
        left = await phone.submit("/h5/me", "/h5/leave")
        assert "已退出登录" in left.text
        phone.http.cookie_jar.update_cookies({"cg_citizen": token})
        assert (await phone.get("/h5/me", follow=False)).leads_to.startswith("/h5/enter")
    assert await HttpSession.filter(ended_at=None).count() == 0


async def test_a_session_ends_by_itself(setting: CitizenSetting, clock: FixedClock) -> None:
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        clock.advance(POLICIES["citizen"].idle)
        assert (await phone.get("/h5/me", follow=False)).status == 303


# ---- the sign-in and those who tamper with it


async def setting_out(phone: Phone, wanted: str = "/h5/me") -> tuple[str, str]:
    """Code and state of a sign-in that was begun and not yet finished."""
    began = await phone.get(f"/h5/enter?next={quote(wanted, safe='')}", follow=False)
    back = await phone.get(began.leads_to, follow=False)
    query = parse_qs(urlsplit(back.leads_to).query)
    return query["code"][0], query["state"][0]


async def test_a_link_finished_in_another_browser_signs_nobody_in(setting: CitizenSetting) -> None:
    async with setting.phone(GANG) as attacker, setting.phone(MEI) as victim:
        code, state = await setting_out(attacker)
        for forged in (
            f"code={code}&state={state}",
            f"code={code}",
            f"code={code}&state=",
            f"code={code}&state={'0' * 32}",
            f"code={code}&state={state}&state={state}",
        ):
            page = await victim.get(f"/h5/oauth?{forged}")
            assert page.status == 403
            assert "这次没有进入成功" in page.text
            assert victim.cookie("cg_citizen") == ""
        await setting_out(victim)
        assert (await victim.get(f"/h5/oauth?code={code}&state={state}")).status == 403
    assert await HttpSession.all().count() == 0


async def test_a_code_works_once_and_says_so_with_a_way_on(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        code, state = await setting_out(phone)
        held = phone.cookie("cg_entering")
        assert (await phone.get(f"/h5/oauth?code={code}&state={state}", follow=False)).status == 303
        assert phone.cookie("cg_entering") == ""
        phone.http.cookie_jar.update_cookies({"cg_entering": held})
        again = await phone.get(f"/h5/oauth?code={code}&state={state}")
        assert again.status == 400
        assert "这个链接已经用过" in again.text
        assert 'href="/h5/enter?next=%2Fh5%2Fme"' in again.text
    assert await HttpSession.all().count() == 1


async def test_who_comes_back_without_a_usable_code_is_told_so(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        for query in ("", "&code=", "&code=a&code=b", "&code=" + "a" * 600, "&code=%00%3Cscript%3E"):
            _, state = await setting_out(phone)
            page = await phone.get(f"/h5/oauth?state={state}{query}")
            assert page.status == 400
            assert "重新进入" in page.text
            assert "<script>" not in page.text


async def test_a_platform_that_is_away_is_named_and_nothing_is_lost(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        code, state = await setting_out(phone, "/h5/data")
        await setting.standin.post(
            "/_standin/faults", {"endpoint": "/sns/oauth2/access_token", "kind": "html_502", "times": 9}
        )
        page = await phone.get(f"/h5/oauth?code={code}&state={state}")
        assert page.status == 503
        assert "微信暂时没有回应" in page.text
        assert "next=%2Fh5%2Fdata" in page.text


async def test_nobody_is_led_to_another_site(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        for wanted in FOREIGN:
            phone.http.cookie_jar.clear(lambda cookie: cookie.key == "cg_citizen")
            code, state = await setting_out(phone, wanted)
            assert (
                await phone.get(f"/h5/oauth?code={code}&state={state}", follow=False)
            ).leads_to == "/h5/me"
            for address in ("/h5/enter?next=", "/h5/print/large?next="):
                assert (await phone.get(address + quote(wanted, safe=""), follow=False)).leads_to == "/h5/me"
        # What the browser keeps of the way may be tampered with too.
        phone.http.cookie_jar.update_cookies({"cg_entering": f"{'0' * 32}.!!!"})
        assert (await phone.get(f"/h5/oauth?code={code}&state={'0' * 32}")).status == 403


async def test_outside_wechat_the_page_says_what_to_do(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        page = await phone.get("/h5/me", user_agent="Mozilla/5.0 Firefox/140.0")
        assert (page.status, page.path.partition("?")[0]) == (200, "/h5/enter")
        assert "请在微信里打开" in page.text
        assert "tel:0000-1234567" in page.text
        permits = await phone.get("/h5/permits", user_agent="Mozilla/5.0 Firefox/140.0")
        assert (permits.status, permits.path) == (200, "/h5/permits")


# ---- whose is what


async def test_somebody_elses_case_looks_like_one_that_is_not(setting: CitizenSetting) -> None:
    case = await filed(setting, await chat_account(setting, GANG))
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        texts = set()
        for reference in (case.reference, "QS-TS-261123-9999-A", "nonsense", "%00", "a" * 300):
            page = await phone.get(f"/h5/cases/{reference}")
            assert page.status == 404
            # The address stands in the page, in the link that changes the size of print; nothing else may differ.
            texts.add(re.sub(r'next=[^"]*', "", page.text))
        (text,) = texts
        assert "没有找到这件事项" in text
        assert (await phone.get(f"/h5/files/{case.id}?case={case.reference}")).status == 404


async def test_forms_need_their_token_and_their_own_site(setting: CitizenSetting) -> None:
    account_id = await chat_account(setting)
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        fields = {"version": CONSENTS.location.version}
        for wrong in (fields, fields | {"csrf_token": "x"}):
            page = await phone.post("/h5/consents/location", wrong)
            assert page.status == 403
            assert "没有提交成功" in page.text
        session = await HttpSession.get(ended_at=None)
        right = fields | {"csrf_token": session.csrf}
        foreign = await phone.post("/h5/consents/location", right, origin="https://evil.example")
        assert foreign.status == 403
        assert not await consents.agreed(account_id, Purpose.LOCATION)
        assert "已记下您的同意" in (await phone.post("/h5/consents/location", right)).text
        assert await consents.agreed(account_id, Purpose.LOCATION)


async def test_consents_are_given_in_their_wording_and_taken_back(setting: CitizenSetting) -> None:
    account_id = await chat_account(setting)
    await filed(setting, account_id)
    await consents.give(setting.door.db, setting.door.sealer, account_id, Purpose.PHONE, "2026-11", "chat")
    async with setting.phone(MEI) as phone:
        assert (await phone.submit("/h5/data", "/h5/consents/public_display")).status == 200
        old = await phone.submit("/h5/data", "/h5/consents/location", version="2020-01")
        assert (old.status, "刚刚更新过" in old.text) == (422, True)
        done = await phone.submit("/h5/data", "/h5/consents/phone/revoke")
        assert "已撤回" in done.text
        assert [one.purpose for one in await consents.in_force(account_id)] == ["public_display"]
        exported = json.loads((await phone.get("/h5/export")).text)
        assert exported["complaints"][0]["phone"] is None
        session = await HttpSession.get(ended_at=None)
        for unknown in ("phone", "guardian", "everything"):
            page = await phone.post(
                f"/h5/consents/{unknown}", {"csrf_token": session.csrf, "version": "2026-11"}
            )
            assert page.status == 404


async def test_a_visitor_is_told_what_is_kept_until_they_have_read_it(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        assert "个人信息收集告知" in (await phone.get("/h5/me")).text
        after = await phone.submit("/h5/me", "/h5/consents/collection_notice")
        assert (after.path, "个人信息收集告知" in after.text) == ("/h5/me", False)
    account = await Account.get()
    (told,) = await consents.in_force(account.id)
    assert (told.purpose, told.version) == ("collection_notice", CONSENTS.collection_notice.version)


async def test_a_guardian_is_noted_and_what_cannot_be_comes_back_as_typed(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        wrong = await phone.submit("/h5/data", "/h5/guardian", guardian_name="李梅", guardian_phone="12<b>")
        assert wrong.status == 422
        assert 'value="李梅"' in wrong.text
        assert "12&lt;b&gt;" in wrong.text
        right = await phone.submit(
            "/h5/data", "/h5/guardian", guardian_name="李梅", guardian_phone="13800001111"
        )
        assert "监护人 李梅，电话 138****1111" in right.text
        assert "监护人 李梅" not in (await phone.submit("/h5/data", "/h5/consents/guardian/revoke")).text


async def test_the_export_holds_everything_and_nobodys_openid(setting: CitizenSetting) -> None:
    account_id = await chat_account(setting)
    case = await filed(setting, account_id)
    await filed(setting, await chat_account(setting, GANG), "别人的事")
    await drafts.save(setting.door, f"account:{account_id}", "file", {"story": "没写完"})
    async with setting.phone(MEI) as phone:
        await phone.submit("/h5/data", "/h5/guardian", guardian_name="李梅", guardian_phone="13800001111")
        answer = await phone.get("/h5/export")
        assert answer.headers["content-type"].startswith("application/json")
        assert "attachment" in answer.headers["content-disposition"]
        exported = json.loads(answer.text)
    assert [one["reference"] for one in exported["complaints"]] == [case.reference]
    assert exported["complaints"][0]["phone"] == "13800001234"
    assert exported["guardian"] == {"name": "李梅", "phone": "13800001111"}
    assert exported["accounts"][0]["wechat"][0]["app"] == APP_ID
    assert {
        "inquiries",
        "consents",
        "messages_to_you",
        "message_consents",
        "notice_choices",
        "media_sent",
    } <= set(exported)
    assert {"drafts", "late_answers", "danger_alerts"} <= set(exported)
    assert [(one["form"], one["story"]) for one in exported["forms_not_sent"]] == [("file", "没写完")]
    assert await AuditEntry.filter(case_id=account_id, action="account.export").count() == 1
    identity = await WechatIdentity.get(account_id=account_id)
    for secret in (MEI, identity.openid_index, identity.unionid_index or "-", "别人的事"):
        assert secret not in answer.text


async def test_linked_accounts_show_the_same_and_are_parted_from_the_page(setting: CitizenSetting) -> None:
    mei, other = await chat_account(setting), await chat_account(setting, GANG)
    theirs = await filed(setting, other, "另一个号反映的事")

    async def link(change: Change) -> None:
        await merging.link(change, mei, other, merging.Basis.STAFF, system())

    await setting.door.db.change(link)
    async with setting.phone(MEI) as phone:
        assert "另一个号反映的事" in (await phone.get("/h5/me")).text
        assert (await phone.get(f"/h5/cases/{theirs.reference}")).status == 200
        parted = await phone.submit("/h5/data", f"/h5/accounts/{other}/part")
        assert "已分开" in parted.text
        assert (await phone.get(f"/h5/cases/{theirs.reference}")).status == 404
        session = await HttpSession.get(ended_at=None)
        again = await phone.post(f"/h5/accounts/{other}/part", {"csrf_token": session.csrf})
        assert again.status == 404
    assert await merging.members(mei) == {mei}


# ---- reading


async def test_large_print_stays_chosen_and_leads_back(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        page = await phone.get("/h5/permits")
        assert 'class="large"' not in page.text
        large = await phone.get("/h5/print/large?next=/h5/permits")
        assert large.path == "/h5/permits"
        assert 'class="large"' in large.text
        assert 'class="large"' in (await phone.get("/h5/me")).text
        assert 'class="large"' not in (await phone.get("/h5/print/normal?next=/h5/permits")).text


async def test_notices_say_how_things_stand(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as phone:
        page = await phone.get("/h5/notices")
        assert page.text.count("还没有同意接收") == 2
        # In WeChat the page asks WeChat for its button, signed for this very address.
        assert 'template="standin-case-progress-long-term' in page.text
        signed = {
            name: page.text.partition(f'data-{name}="')[2].partition('"')[0]
            for name in ("timestamp", "nonce", "signature")
        }
        verdict = await setting.standin.get(
            f"/_standin/js_signature?noncestr={signed['nonce']}&timestamp={signed['timestamp']}"
            f"&signature={signed['signature']}&url={quote(setting.url + '/h5/notices', safe='')}"
        )
        assert verdict["ok"], verdict
        # Its script comes from whoever plays the platform, and draws the button with styles of its own.
        policy = page.headers["content-security-policy"]
        assert f'src="{setting.standin.base}/open/js/jweixin-1.6.0.js"' in page.text
        assert f"connect-src 'self' {setting.standin.base} " in policy
        assert "style-src 'self' 'unsafe-inline'" in policy


async def test_pages_wear_the_headers_of_all_our_pages(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        page = await phone.get("/h5/permits", user_agent=IN_WECHAT)
        assert page.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        missing = await phone.get("/h5/nothing-here")
        assert missing.status == 404
        assert "没有找到" in missing.text
        assert "回到首页" in missing.text


# ---- codes on signs


async def test_a_code_read_by_any_camera_says_what_it_is_about_and_what_to_do(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as phone:
        sign = await add_code(
            setting.door.db,
            system(),
            NewSceneCode(kind=SceneKind.SIGN, title="老街<面馆>", contact="设置人 老街"),
        )
        for address in (f"/h5/codes/{sign.code}", f"/h5/?code={sign.code}"):
            page = await phone.get(address)
            assert page.status == 200
            assert "老街&lt;面馆&gt;" in page.text
            assert sign.code in page.text
        await retire_code(setting.door.db, system(), sign.id)
        assert sign.code not in (await phone.get(f"/h5/codes/{sign.code}")).text.partition("<main")[2]
        unknown = await phone.get("/h5/codes/sg_zzzzzzzzzzzzzzzz")
        assert unknown.status == 404
        assert "没有找到这块牌子" in unknown.text


async def test_the_code_of_an_article_leads_to_it(setting: CitizenSetting) -> None:
    article = NewSceneCode(kind=SceneKind.ARTICLE, title="门前摆摊", target="/h5/permits")
    async with setting.phone() as phone:
        code = await add_code(setting.door.db, system(), article)
        led = await phone.get(f"/h5/codes/{code.code}", follow=False)
        assert (led.status, led.headers["location"]) == (303, f"{setting.url}/h5/permits")
