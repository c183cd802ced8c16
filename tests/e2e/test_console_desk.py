"""The pages beside the cases: messages to a person, danger alerts, codes on signs, one's own WeChat."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from casework.actors import citizen, system
from casework.complaints.filing import Source
from casework.complaints.filing import submit as file_complaint
from casework.complaints.media import AddedMedium
from casework.dangers.alerts import raise_alert
from casework.inquiries import actions as inquiries
from casework.inquiries import queries
from casework.inquiries.filing import NewInquiry, submit
from casework.inquiries.lifecycle import State
from casework.people import staff_binding
from casework.people.models import Account
from casework.roles import Role
from casework.scene_codes import actions as codes
from casework.scene_codes.kinds import SceneKind
from kit.db import Database
from kit.files.receiving import receive_recording
from tests.casework_setting import person, words
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on

CITIZEN = citizen(person(1))


async def address(scene: str, lasts_s: int | None) -> str:
    """What a platform's QR code for a scene holds."""
    return f"http://weixin.example/q/{scene}/{lasts_s}"


@pytest.fixture
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path, address) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        await setting.hire("zhiban", "吴斌", (Role.DUTY_OFFICER, None))
        yield setting


async def left(console: ConsoleSetting, text: str = "想问问占道许可要多久") -> str:
    new = NewInquiry(account_id=person(1), text=text, source=Source.WECHAT)
    return (await submit(console.door.inquiries, CITIZEN, new)).reference


async def reported(console: ConsoleSetting, words: str = "煤气漏了，味道很重") -> None:
    raised = await raise_alert(
        console.door.db,
        act=f"act-{words}",
        account_id=person(2),
        source="wechat",
        words=words,
        matched=("煤气漏",),
    )
    assert raised is not None


async def send(clerk: Clerk, page: Page, path: str, **fields: str) -> Page:
    return await clerk.post(path, {"csrf_token": page.hidden("csrf_token"), **fields})


# ---- messages to a person


async def test_a_clerk_answers_a_message_and_the_citizen_finds_the_answer(console: ConsoleSetting) -> None:
    reference = await left(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        listed = await clerk.get("/console/inquiries")
        assert "想问问占道许可要多久" in listed.text
        page = await clerk.get(f"/console/inquiries/{reference}")
        done = await send(
            clerk,
            page,
            f"/console/inquiries/{reference}/answer",
            expected_revision=page.hidden("expected_revision"),
            answer="受理后 1 个工作日内办结。",
        )
        assert "已回复" in done.text
        assert "李敏" in done.text
        assert reference not in (await clerk.get("/console/inquiries")).text
        assert reference in (await clerk.get("/console/inquiries?tab=answered")).text
    view = await queries.for_owner(console.door.inquiries, person(1), reference)
    assert view is not None
    assert (view.state, view.answer) == (State.ANSWERED, "受理后 1 个工作日内办结。")


async def test_an_answer_that_cannot_be_sent_is_given_back_with_one_sentence(console: ConsoleSetting) -> None:
    reference = await left(console)
    where = f"/console/inquiries/{reference}/answer"
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/inquiries/{reference}")
        seen = page.hidden("expected_revision")
        blank = await send(clerk, page, where, expected_revision=seen, answer="  \n ")
        assert (blank.status, blank.text.count('id="answer-wrong"')) == (422, 1)
        long = await send(clerk, page, where, expected_revision=seen, answer="长" * 601)
        assert long.status == 422
        assert "长" * 601 in long.text
        await inquiries.write_more(console.door.inquiries, CITIZEN, await _id(console, reference), "还有一句")
        late = await send(clerk, page, where, expected_revision=seen, answer="写了很久的回复")
        assert late.status == 409
        assert "写了很久的回复" in late.text
        assert "还有一句" in late.text
    view = await queries.for_owner(console.door.inquiries, person(1), reference)
    assert view is not None
    assert view.answer == ""


async def test_what_citizens_write_is_escaped(console: ConsoleSetting) -> None:
    reference = await left(console, "<script>alert(1)</script> & <b>粗</b>")
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        for path in ("/console/inquiries", f"/console/inquiries/{reference}"):
            page = await clerk.get(path)
            assert "<script>alert" not in page.text
            assert "<script>alert(1)</script> & <b>粗</b>" in unescape(page.text)


@pytest.mark.parametrize("path", ["/console/inquiries/QS-LY-000000-0000-A", "/console/inquiries/x"])
async def test_an_unknown_message_is_not_found(console: ConsoleSetting, path: str) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        assert (await clerk.get(path)).status == 404


async def _id(console: ConsoleSetting, reference: str):
    view = await queries.by_reference(console.door.inquiries, reference)
    assert view is not None
    return view.id


# ---- danger alerts


async def test_an_alarm_stands_on_every_page_until_somebody_takes_it(console: ConsoleSetting) -> None:
    await reported(console)
    async with console.client() as clerk:
        await clerk.log_in("zhiban")
        for path in ("/console/cases", "/console/inquiries", "/console/me"):
            assert 'class="alarm" role="alert"' in (await clerk.get(path)).text
        page = await clerk.get("/console/dangers")
        assert "味道很重" in page.text
        assert "没有留号码" in page.text
        assert "已经等了 0 分钟" in page.text
        take = re.search(r'action="(/console/dangers/[^"]+/take)"', page.text)
        assert take is not None
        taken = await send(clerk, page, take[1])
        assert "不再继续呼叫" in taken.text
        assert "吴斌" in taken.text
        assert "已经等了" not in taken.text
        assert 'class="alarm"' not in taken.text
        await reported(console, "还在漏，打我电话 13800138000")
        assert "留了号码" in (await clerk.get("/console/dangers")).text
        again = await send(clerk, page, take[1])
        assert again.status in (200, 409)
        end = take[1].removesuffix("/take") + "/end"
        blank = await send(clerk, taken, end, outcome=" ")
        assert blank.status == 422
        over = await send(clerk, taken, end, outcome="燃气公司已到场关阀，无人受伤")
        assert "燃气公司已到场关阀" in over.text
        assert f'action="{end}"' not in over.text


async def test_an_unknown_alert_is_not_found(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        await clerk.log_in("zhiban")
        page = await clerk.get("/console/dangers")
        for id in ("x", str(person(9))):
            assert (await send(clerk, page, f"/console/dangers/{id}/take")).status == 404


# ---- one's own WeChat


async def test_a_clerk_binds_and_unbinds_the_own_wechat(console: ConsoleSetting) -> None:
    door = console.door

    async def open_account(change) -> None:
        await Account(id=person(5), created_at=change.now).save(force_create=True)

    await door.db.change(open_account)
    async with console.client() as clerk:
        await clerk.log_in("zhiban")
        page = await clerk.get("/console/me")
        shown = await send(clerk, page, "/console/me/wechat")
        found = re.search(r'data-testid="binding-code">(bind_[a-z0-9]+)<', shown.text)
        assert found is not None
        assert 'src="data:image/svg+xml' in shown.text
        assert found[1] not in (await clerk.get("/console/me")).text
        bound = await staff_binding.use_code(door.db, door.keys, found[1], person(5))
        assert bound is not None
        assert bound.login == "zhiban"
        assert "已绑定" in (await clerk.get("/console/me")).text
        done = await send(clerk, shown, "/console/me/wechat/unbind")
        assert "已解除绑定" in done.text
    assert await staff_binding.account_of(console.people["zhiban"].id) is None


# ---- codes on signs


async def test_a_code_is_made_printed_and_retired(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/codes")
        made = await send(
            clerk,
            page,
            "/console/codes",
            kind="street_chief",
            title="湖滨路街巷长公示牌",
            place_text="湖滨路 1-99 号",
            contact="街巷长 张工",
            target="",
            unit="street",
        )
        assert "湖滨路街巷长公示牌" in made.text
        sheet = re.search(r'href="(/console/codes/st_[^"]+)"', made.text)
        assert sheet is not None
        printed = await clerk.get(sheet[1])
        assert 'src="data:image/svg+xml' in printed.text
        gone = await send(clerk, page, f"{sheet[1]}/retire")
        assert "已停用" in gone.text


async def test_a_code_that_cannot_be_made_says_which_field_and_keeps_what_was_typed(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/codes")
        for wrong, field in (
            ({"kind": "article", "title": "一篇文章", "target": ""}, "target"),
            ({"kind": "sign", "title": "长" * 101, "target": ""}, "title"),
        ):
            answer = await send(clerk, page, "/console/codes", **wrong)
            assert answer.status == 422
            assert f'id="{field}-wrong"' in answer.text
            assert wrong["title"] in answer.text


async def test_codes_are_not_for_a_handler_of_one_unit(console: ConsoleSetting) -> None:
    code = await codes.add(console.door.db, system(), codes.NewSceneCode(kind=SceneKind.SIGN, title="店招"))
    async with console.client() as clerk:
        await clerk.log_in("banli")
        for path in ("/console/codes", f"/console/codes/{code.code}"):
            assert (await clerk.get(path)).status == 403
        assert "/console/codes" not in (await clerk.get("/console/cases")).text


# ---- voice messages and films of a case


async def test_a_voice_message_is_given_out_with_a_trace_to_who_may_see_the_case(
    console: ConsoleSetting,
) -> None:
    door, sound = console.door, b"#!AMR\n" + bytes(64)
    file_id = door.db.ids.new()
    stored = await receive_recording(
        door.files,
        sound,
        "voice",
        file_id=file_id,
        account_id=None,
        kind="complaint_voice",
        at=door.clock.now(),
    )

    async def keep(_: object) -> None:
        await stored.save(force_create=True)

    await door.db.change(keep)
    case = await file_complaint(door.desk, CITIZEN, words(media=(AddedMedium(file_id, "voice"),)))
    where = f"/console/cases/{case.reference}/recordings/{file_id}"
    async with console.client() as clerk, console.client() as stranger:
        await clerk.log_in("diaodu")
        await stranger.log_in("banli")
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert f'action="{where}"' in page.text
        async with clerk.http.post(where, data={"csrf_token": page.hidden("csrf_token")}) as answer:
            assert answer.status == 200
            assert answer.headers["content-disposition"].startswith("attachment")
            assert await answer.read() == sound
        other = await stranger.get("/console/cases")
        assert (await send(stranger, other, where)).status == 404
        assert "李敏 取出了市民发来的语音或视频" in (await clerk.get(f"/console/cases/{case.reference}")).text
