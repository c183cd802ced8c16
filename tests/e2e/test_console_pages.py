"""The console's pages, used as a browser without scripts uses them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from PIL import Image

from app.web import LARGEST_BODY
from casework.actors import system
from casework.complaints.filing import submit
from casework.complaints.models import ComplaintNote
from casework.complaints.queries import detail, for_owner
from casework.complaints.views import ComplaintView
from casework.people.staff import leave, set_password
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from tests.casework_setting import CITIZEN, DISPATCHER, words
from tests.e2e.console_setting import PASSWORD, ConsoleSetting, console_on

PHONE = "13812345678"


@pytest.fixture
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        await setting.hire("yeban", "陈刚", (Role.HANDLER, "night"))
        yield setting


async def filed(console: ConsoleSetting, **more: object) -> ComplaintView:
    return await submit(console.door.desk, CITIZEN, words(**more))


async def state_of(console: ConsoleSetting, case: ComplaintView) -> str:
    found = await detail(console.door.desk, case.id, DISPATCHER)
    assert found is not None
    return found.view.state.value


def photo() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    return picture.getvalue()


# ---- signing in


async def test_nobody_gets_in_without_a_session(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        for path in ("", "/cases", f"/cases/{case.reference}", "/deliveries", f"/files/{case.id}"):
            page = await clerk.get(f"/console{path}")
            assert (page.status, page.path) == (200, "/console/login")
            assert case.reference not in page.text.partition("<form")[0]
        part = await clerk.get("/console/cases", **{"hx-request": "true", "hx-target": "cases"})
        assert part.status == 401
        assert part.headers["hx-redirect"].startswith("/console/login?next=")
        refused = await clerk.log_in("diaodu", "wrong-password")
        assert refused.status == 401
        assert "账号或密码不对" in refused.text
        assert "wrong-password" not in refused.text


async def test_a_login_leads_back_to_the_page_that_was_wanted(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        form = await clerk.get(f"/console/cases/{case.reference}")
        fields = {
            "login": " Diaodu ",
            "password": PASSWORD,
            "csrf_token": form.hidden("csrf_token"),
            "next": unescape(form.hidden("next")),
        }
        page = await clerk.post("/console/login", fields)
        assert (page.status, page.path) == (200, f"/console/cases/{case.reference}")
        assert "李敏" in page.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/console/", "//evil.example/console/", "/console/\\evil", "/h5/", "x"]
)
async def test_a_login_never_leads_to_another_site(console: ConsoleSetting, elsewhere: str) -> None:
    async with console.client() as clerk:
        page = await clerk.log_in("diaodu", next=elsewhere)
        assert (page.status, page.path) == (200, "/console/cases")


async def test_guessing_is_slowed_down(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        statuses = [(await clerk.log_in("diaodu", f"wrong-{number}")).status for number in range(6)]
        assert statuses == [401] * 5 + [429]
        assert (await clerk.log_in("diaodu")).status == 429
        assert (await clerk.log_in("banli")).path == "/console/cases"


async def test_a_session_dies_with_logout_departure_and_new_password(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    async with console.client() as clerk:
        page = await clerk.log_in("diaodu")
        left = await clerk.post("/console/logout", {"csrf_token": page.hidden("csrf_token")})
        assert "您已退出" in left.text
        assert (await clerk.get("/console/cases")).path == "/console/login"
    async with console.client() as clerk:
        await clerk.log_in("banli")
        clock.advance(timedelta(seconds=1))
        await set_password(console.door.db, console.door.passwords, system(), "banli", "another-password")
        assert (await clerk.get("/console/cases")).path == "/console/login"
    async with console.client() as clerk:
        await clerk.log_in("yeban")
        await leave(console.door.db, system(), console.people["yeban"].id)
        assert (await clerk.get("/console/cases")).path == "/console/login"


async def test_somebody_without_a_role_is_told_so(console: ConsoleSetting) -> None:
    await console.hire("xinren", "新人")
    async with console.client() as clerk:
        page = await clerk.log_in("xinren")
        assert page.status == 403
        assert "还没有分配岗位" in page.text


# ---- the list


async def test_the_list_is_ordered_by_what_is_due_and_narrowed_by_the_address(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    first = await filed(console, story="楼下广场舞太吵")
    clock.advance(timedelta(days=1))
    second = await filed(console, story="路口小贩占道")
    async with console.client() as clerk:
        page = await clerk.log_in("diaodu")
        assert page.text.index(first.reference) < page.text.index(second.reference)
        overdue = await clerk.get("/console/cases?overdue=1")
        assert first.reference not in overdue.text
        clock.advance(timedelta(hours=12))
        await clerk.log_in("diaodu")
        overdue = await clerk.get("/console/cases?overdue=1")
        assert first.reference in overdue.text
        assert "超期" in overdue.text
        assert second.reference not in overdue.text
        nothing = await clerk.get("/console/cases?state=closed")
        assert "没有符合这些条件的案件" in nothing.text
        assert (await clerk.get("/console/cases?mine=1")).text.count("case-row") == 0


async def test_the_list_goes_on_page_by_page_without_loss(console: ConsoleSetting) -> None:
    references = [(await filed(console, story=f"路口有人摆摊 {number}")).reference for number in range(33)]
    async with console.client() as clerk:
        page = await clerk.log_in("diaodu")
        seen = [one for one in references if one in page.text]
        assert len(seen) == 30
        more = unescape(page.text.partition('id="more" href="')[2].partition('"')[0])
        rest = await clerk.get(more)
        assert {*seen} | {one for one in references if one in rest.text} == {*references}
        assert "回到第一页" in rest.text
        wrong = await clerk.get("/console/cases?after=nonsense")
        assert wrong.status == 400
        assert "翻页位置不对" in wrong.text


@pytest.mark.parametrize("address", ["state=nonsense", "unit=nonsense", "state=closed&state=all"])
async def test_a_filter_that_is_none_is_said_to_be_none(console: ConsoleSetting, address: str) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases?{address}")
        assert page.status == 400
        assert "筛选条件不认识" in page.text


async def test_a_reference_leads_straight_to_its_case_however_it_is_written(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        for written in (case.reference.lower(), f" {case.reference} ", case.reference.replace("-", "")):
            page = await clerk.get(f"/console/cases?find={written}")
            assert page.path == f"/console/cases/{case.reference}"
        typo = case.reference[:-1] + ("A" if case.reference[-1] != "A" else "B")
        assert "不像一个案件编号" in (await clerk.get(f"/console/cases?find={typo}")).text
        assert "不像一个案件编号" in (await clerk.get("/console/cases?find=%3Cscript%3E")).text
        assert case.reference in (await clerk.get(f"/console/cases?find={case.reference[-6:]}")).text
        assert "没有找到编号为 9999" in (await clerk.get("/console/cases?find=9999")).text


async def test_a_refresh_gets_only_the_list(console: ConsoleSetting) -> None:
    await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        part = await clerk.get("/console/cases", **{"hx-request": "true", "hx-target": "cases"})
        assert part.text.startswith('<div id="cases"')
        assert "<html" not in part.text


async def test_a_handler_sees_the_cases_of_the_own_unit_and_no_others(
    console: ConsoleSetting,
) -> None:
    street, noise = await filed(console), await filed(console, story="广场舞太吵")
    banli = console.people["banli"].id
    async with console.client() as dispatcher, console.client() as handler:
        await dispatcher.log_in("diaodu")
        await dispatcher.act(street.reference, "accept", category="vending")
        await dispatcher.act(noise.reference, "accept", category="noise")
        landed = await handler.log_in("banli")
        # Nobody has been given it yet: not a task, but to be seen.
        assert street.reference not in landed.text
        listed = await handler.get("/console/cases")
        assert street.reference in listed.text
        assert noise.reference not in listed.text
        assert (await handler.get(f"/console/cases/{noise.reference}")).status == 404
        assert (await handler.get("/console/deliveries")).status == 403
        await dispatcher.act(noise.reference, "assign", assignee=f"night/{banli}")
    # 夜间中队 has no such person on its list: refused, and nothing changed.
    assert await state_of(console, noise) == "accepted"


# ---- a case and its moves


async def test_a_case_goes_its_whole_way_through_forms(console: ConsoleSetting) -> None:
    case = await filed(console, story="路口小贩占道", phone=PHONE, place_text="湖滨路东门")
    banli = console.people["banli"].id
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        for shown in ("路口小贩占道", "湖滨路东门", "138****5678", "<mark>小贩</mark>", "占道摆摊", "剩 "):
            assert shown in page.text
        assert PHONE not in page.text
        page = await clerk.act(case.reference, "accept", category="vending")
        assert page.status == 200
        assert f"已受理 {case.reference}" in page.text
        page = await clerk.act(case.reference, "assign", assignee=f"street/{banli}")
        assert "街面中队 · 王强" in page.text
        # An answer is not a dispatcher's to give.
        assert 'id="act-answer"' not in page.text
    async with console.client() as clerk:
        await clerk.log_in("banli")
        assert case.reference in (await clerk.get("/console/cases?mine=1")).text
        page = await clerk.get(f"/console/cases/{case.reference}")
        form = aiohttp.FormData()
        form.add_field("csrf_token", page.hidden("csrf_token"))
        form.add_field("expected_revision", page.hidden("expected_revision", "answer"))
        form.add_field("answer", "已劝离，\n<b>每天</b>有人值守。")
        form.add_field("after_photos", photo(), filename="../../etc/passwd.jpg", content_type="image/jpeg")
        page = await clerk.post(f"/console/cases/{case.reference}/answer", form)
        assert page.status == 200
        assert "&lt;b&gt;每天&lt;/b&gt;" in page.text
        assert "照片正在处理" in page.text
        (stored,) = await StoredFile.all()
        await console.ready_photo(stored.id)
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert f"/console/files/{stored.id}?case={case.reference}&amp;size=small" in page.text
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.act(case.reference, "close", ground="电话里说满意")
        assert "已办结" in page.text
    assert await state_of(console, case) == "closed"


async def test_a_refused_form_shows_why_beside_the_field_and_keeps_what_was_typed(
    console: ConsoleSetting,
) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.act(
            case.reference, "refuse", reason="这条路由交警管理", responsible_body=" \u200b "
        )
        assert page.status == 422
        assert "请填写“应找的单位”" in page.text
        assert "这条路由交警管理</textarea>" in page.text
        assert 'id="act-refuse" open' in page.text
        page = await clerk.act(case.reference, "refuse", reason="长" * 1001, responsible_body="交警")
        assert "最多 1000 个字，现在有 1001 个字" in page.text
        page = await clerk.act(case.reference, "accept", category="nonsense")
        assert "没有这个选项" in page.text
    assert await state_of(console, case) == "submitted"


async def test_two_clerks_at_one_case_the_later_is_told_and_loses_no_text(console: ConsoleSetting) -> None:
    case = await filed(console)
    await console.hire("ling", "另一位", (Role.DISPATCHER, None))
    async with console.client() as one, console.client() as other:
        await one.log_in("diaodu")
        await other.log_in("ling")
        seen = await other.get(f"/console/cases/{case.reference}")
        await one.act(case.reference, "accept", category="vending")
        late = {
            "csrf_token": seen.hidden("csrf_token"),
            "expected_revision": seen.hidden("expected_revision", "refuse"),
            "reason": "写了很久的理由",
            "responsible_body": "交警",
        }
        page = await other.post(f"/console/cases/{case.reference}/refuse", late)
        assert page.status == 409
        assert "现在：待派单" in page.text
        assert "写了很久的理由" in page.text
        assert "可以复制" in page.text
    assert await state_of(console, case) == "accepted"


async def test_words_about_a_case_that_went_to_another_unit_are_given_back(console: ConsoleSetting) -> None:
    case, banli = await filed(console), console.people["banli"].id
    async with console.client() as dispatcher, console.client() as handler:
        await dispatcher.log_in("diaodu")
        await handler.log_in("banli")
        await dispatcher.act(case.reference, "accept", category="vending")
        await dispatcher.act(case.reference, "assign", assignee=f"street/{banli}")
        seen = await handler.get(f"/console/cases/{case.reference}")
        await dispatcher.act(case.reference, "refer", assignee="night", reason="夜里的事")
        late = {
            "csrf_token": seen.hidden("csrf_token"),
            "expected_revision": seen.hidden("expected_revision", "answer"),
            "answer": "写了很久的答复",
        }
        page = await handler.post(f"/console/cases/{case.reference}/answer", late)
        assert page.status == 404
        assert "写了很久的答复" in page.text
        # What was chosen from a list is no text to copy.
        stale = {**late, "csrf_token": (await dispatcher.get("/console/cases")).hidden("csrf_token")}
        page = await dispatcher.post(
            f"/console/cases/{case.reference}/assign", {**stale, "assignee": f"street/{banli}"}
        )
        assert page.status == 409
        assert f"street/{banli}</p>" not in page.text


async def test_whose_matter_it_is_stands_in_the_refusal_already(console: ConsoleSetting) -> None:
    case = await filed(console, story="公司拖欠工资半年了")
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        form = page.text[page.text.index('id="act-refuse"') :]
        assert 'value="人社局"' in form
        assert "12333" in form[: form.index("</textarea>")]


async def test_a_doubled_tap_is_done_once_and_both_see_it_done(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        fields = {
            "csrf_token": page.hidden("csrf_token"),
            "expected_revision": page.hidden("expected_revision", "accept"),
            "category": "vending",
        }
        address = f"/console/cases/{case.reference}/accept"
        pages = await asyncio.gather(*(clerk.post(address, fields) for _ in range(4)))
        assert [page.status for page in pages] == [200] * 4
        assert all("已受理" in page.text for page in pages)
    assert await AuditEntry.filter(case_id=case.id, action="complaint.accept").count() == 1


async def test_a_move_of_another_role_is_refused_at_the_door(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        fields = {
            "csrf_token": page.hidden("csrf_token"),
            "expected_revision": page.hidden("expected_revision", "accept"),
            "answer": "越权答复",
        }
        page = await clerk.post(f"/console/cases/{case.reference}/answer", fields)
        assert page.status == 403
        assert "越权答复" in page.text
        for unknown in ("archive", "rate", "nonsense"):
            assert (await clerk.post(f"/console/cases/{case.reference}/{unknown}", fields)).status == 404
    assert await state_of(console, case) == "submitted"


@pytest.mark.parametrize(
    ("count", "begins", "size", "sentence"),
    [
        (1, b"<?php evil ?>", 100, "有一个文件不是照片"),
        (1, b"\xff\xd8\xff", 20 * 1024 * 1024 + 1, "超过 20 兆"),
        (10, b"\xff\xd8\xff", 100, "照片最多 9 张"),
        (1, b"", 0, "有一个文件不是照片"),
    ],
)
async def test_photos_that_cannot_be_taken_are_named_and_the_answer_is_kept(
    console: ConsoleSetting, count: int, begins: bytes, size: int, sentence: str
) -> None:
    case = await filed(console)
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
        for number in range(count):
            content = BytesIO(begins.ljust(size, b"0"))
            form.add_field("after_photos", content, filename=f"{number}.jpg", content_type="image/jpeg")
        page = await clerk.post(f"/console/cases/{case.reference}/answer", form)
        assert page.status == 422
        assert sentence in page.text
        assert "已经清理完毕</textarea>" in page.text
    assert await StoredFile.all().count() == 0
    assert await state_of(console, case) == "assigned"


async def test_a_case_that_is_not_there_is_a_page_and_not_a_hint(console: ConsoleSetting) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        for wrong in ("QS-TS-261122-9999-A", "nonsense", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"):
            page = await clerk.get(f"/console/cases/{wrong}")
            assert page.status == 404
            assert "没有找到编号" in page.text
            assert "<script>alert" not in page.text
        assert (await clerk.get("/console/nowhere")).status == 404


# ---- forged and expired


async def test_a_form_without_its_token_changes_nothing_and_gives_the_text_back(
    console: ConsoleSetting,
) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        fields = {"expected_revision": "0", "reason": "打了很多字", "responsible_body": "交警"}
        for token in ({}, {"csrf_token": "wrong"}):
            page = await clerk.post(f"/console/cases/{case.reference}/refuse", fields | token)
            assert page.status == 403
            assert "页面已失效" in page.text
            assert "打了很多字" in page.text
        page = await clerk.get("/console/cases")
        forged = fields | {"csrf_token": page.hidden("csrf_token")}
        page = await clerk.post(
            f"/console/cases/{case.reference}/refuse", forged, origin="https://evil.example"
        )
        assert page.status == 403
    assert await state_of(console, case) == "submitted"


async def test_an_expired_session_costs_no_text(console: ConsoleSetting, clock: FixedClock) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        fields = {
            "csrf_token": page.hidden("csrf_token"),
            "expected_revision": page.hidden("expected_revision", "refuse"),
            "reason": "第一行\n<第二行>",
            "responsible_body": "交警支队",
        }
        clock.advance(timedelta(hours=3))
        page = await clerk.post(f"/console/cases/{case.reference}/refuse", fields)
        assert page.status == 401
        assert "文字已保留" in page.text
        for password, status in (("wrong-password", 401), (PASSWORD, 200)):
            sent = {
                name: unescape(page.hidden(name))
                for name in ("csrf_token", "next", "kept_action", "kept.reason", "kept.responsible_body")
            }
            page = await clerk.post("/console/login", sent | {"login": "diaodu", "password": password})
            assert page.status == status
        assert "第一行\n&lt;第二行&gt;</textarea>" in page.text
        assert 'value="交警支队"' in page.text
        assert "还没有提交" in page.text
        assert await state_of(console, case) == "submitted"
        again = {
            "csrf_token": page.hidden("csrf_token"),
            "expected_revision": page.hidden("expected_revision", "refuse"),
            "reason": "第一行",
            "responsible_body": "交警支队",
        }
        assert (await clerk.post(f"/console/cases/{case.reference}/refuse", again)).status == 200
    assert await state_of(console, case) == "refused"


@pytest.mark.parametrize(("signed_in", "status"), [(False, 413), (True, 401)])
async def test_only_who_has_signed_in_before_may_send_as_much_as_photos_are(
    console: ConsoleSetting, clock: FixedClock, signed_in: bool, status: int
) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        if signed_in:
            await clerk.log_in("diaodu")
            clock.advance(timedelta(hours=3))
        form = aiohttp.FormData()
        form.add_field("answer", "已经清理完毕")
        photo = BytesIO(b"\xff\xd8\xff".ljust(3 * LARGEST_BODY, b"0"))
        form.add_field("after_photos", photo, filename="1.jpg", content_type="image/jpeg")
        page = await clerk.post(f"/console/cases/{case.reference}/answer", form)
        assert page.status == status
        assert ("文字已保留" in page.text) is signed_in


async def test_another_site_cannot_put_words_into_our_login(console: ConsoleSetting) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        page = await clerk.post(
            f"/console/cases/{case.reference}/refuse", {"reason": "植入"}, origin="https://evil.example"
        )
        assert page.status == 403
        assert "kept." not in page.text


@pytest.mark.parametrize("act", ["note", "update"])
async def test_an_expired_session_costs_no_note_either(
    console: ConsoleSetting, clock: FixedClock, act: str
) -> None:
    case = await filed(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        fields = {"csrf_token": page.hidden("csrf_token"), act: "写了很久的话", "told": "1"}
        clock.advance(timedelta(hours=3))
        page = await clerk.post(f"/console/cases/{case.reference}/{act}", fields)
        sent = {
            name: unescape(page.hidden(name)) for name in ("csrf_token", "next", "kept_action", f"kept.{act}")
        }
        page = await clerk.post("/console/login", sent | {"login": "diaodu", "password": PASSWORD})
        assert "写了很久的话</textarea>" in page.text
    assert await ComplaintNote.all().count() == 0


async def test_news_and_notes_are_two_forms_and_neither_does_the_work_of_the_other(
    console: ConsoleSetting,
) -> None:
    case = await filed(console)
    address = f"/console/cases/{case.reference}"
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(address)
        token = page.hidden("csrf_token")
        # The words of one field sent to the other's address are nothing there.
        crossed = await clerk.post(
            f"{address}/update", {"csrf_token": token, "note": "内部的话", "told": "1"}
        )
        assert crossed.status == 422
        unticked = await clerk.post(f"{address}/update", {"csrf_token": token, "update": "明天到现场"})
        assert unticked.status == 422
        assert "请先勾选确认" in unticked.text
        assert "明天到现场</textarea>" in unticked.text
        assert await ComplaintNote.all().count() == 0
        form = {"csrf_token": token, "act": page.hidden("act", "update"), "update": "明天到现场", "told": "1"}
        for _ in range(2):
            told = await clerk.post(f"{address}/update", form)
            assert "已向市民通报" in told.text
        noted = await clerk.post(f"{address}/note", {"csrf_token": token, "note": "电话不通"})
        assert "只有同事能看到" in noted.text
    assert await ComplaintNote.filter(audience="public").count() == 1
    assert await ComplaintNote.filter(audience="internal").count() == 1
    own = await for_owner(console.door.desk, CITIZEN.id, case.reference)
    assert own is not None
    assert "明天到现场" in str(own)
    assert "电话不通" not in str(own)


async def test_a_case_is_shown_to_the_public_in_a_clerks_words_and_taken_back(
    console: ConsoleSetting,
) -> None:
    case = await filed(console, story="湖滨路东门口的早市摊位把人行道全都占满了")
    address = f"/console/cases/{case.reference}"
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        token = (await clerk.get(address)).hidden("csrf_token")
        copied = {"csrf_token": token, "description": "湖滨路东门口的早市摊位把人行道全都占满了"}
        refused = await clerk.post(f"{address}/release", copied)
        assert refused.status in (409, 422)
        assert "换成自己的说法" in refused.text
        assert "占满了</textarea>" in refused.text
        worded = {"csrf_token": token, "description": "早市占道，已安排值守", "place_text": "湖滨路一带"}
        shown = await clerk.post(f"{address}/release", worded)
        assert "公众现在看到的" in shown.text
        taken = await clerk.post(f"{address}/withdraw_release", {"csrf_token": token})
        assert "没有公开" in taken.text


# ---- personal data


async def test_a_look_at_the_telephone_is_audited_and_shown_once(console: ConsoleSetting) -> None:
    case = await filed(console, phone=PHONE)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/cases/{case.reference}")
        token = {"csrf_token": page.hidden("csrf_token")}
        part = await clerk.post(
            f"/console/cases/{case.reference}/phone", token, **{"hx-request": "true", "hx-target": "phone"}
        )
        assert PHONE in part.text
        assert "<html" not in part.text
        whole = await clerk.post(f"/console/cases/{case.reference}/phone", token)
        assert PHONE in whole.text
        assert whole.headers["cache-control"] == "no-store"
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert PHONE not in page.text
        assert page.text.count("李敏 查看了联系电话") == 2
    assert await AuditEntry.filter(case_id=case.id, action="complaint.reveal_phone").count() == 2


async def test_a_photo_is_given_out_only_with_a_case_that_is_ones_own_to_see(console: ConsoleSetting) -> None:
    own_file, other_file = (UUID(int=(7 << 76) | (2 << 62) | number) for number in (901, 902))
    own = await filed(console, photos=(own_file,))
    other = await filed(console, story="广场舞太吵", photos=(other_file,))
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        assert "照片正在处理" in (await clerk.get(f"/console/cases/{own.reference}")).text
        assert (await clerk.get(f"/console/files/{own_file}?case={own.reference}")).status == 404
        await clerk.act(own.reference, "accept", category="vending")
        await clerk.act(other.reference, "accept", category="noise")
    for one in (own_file, other_file):
        await console.ready_photo(one)
    async with console.client() as clerk:
        await clerk.log_in("banli")
        good = await clerk.get(f"/console/files/{own_file}?case={own.reference}&size=small")
        assert (good.status, good.headers["content-type"]) == (200, "image/jpeg")
        assert good.headers["x-content-type-options"] == "nosniff"
        for wrong in (
            f"{other_file}?case={other.reference}",
            f"{other_file}?case={own.reference}",
            f"{own_file}",
            f"nonsense?case={own.reference}",
        ):
            assert (await clerk.get(f"/console/files/{wrong}")).status == 404


# ---- every page


async def test_every_page_is_guarded_light_and_free_of_inline_code(console: ConsoleSetting) -> None:
    case = await filed(console, story='"><script>alert(1)</script>路口小贩')
    for _ in range(29):
        await filed(console, story="路口小贩占道，" * 12, place_text="湖滨路东门外第三个路口")
    async with console.client() as clerk:
        pages = [await clerk.get("/console/login"), await clerk.log_in("diaodu")]
        pages += [await clerk.get(f"/console/cases/{case.reference}"), await clerk.get("/console/deliveries")]
        for page in pages:
            assert page.status == 200
            assert "script-src 'self';" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-store"
            for inline in ("<style", " style=", "onclick=", "javascript:", "<script>", "hx-on"):
                assert inline not in page.text
        weight = len(pages[1].text.encode())
        for address in {part.partition('"')[0] for part in pages[1].text.split('"/assets/')[1:]}:
            async with clerk.http.get(f"/assets/{address}", headers={"accept-encoding": "gzip"}) as answer:
                assert answer.status == 200
                weight += int(answer.headers["content-length"])
        assert weight <= 100_000


async def test_messages_show_what_became_of_them_and_no_recipient_in_clear(console: ConsoleSetting) -> None:
    from casework.notifications.models import Delivery

    case = await filed(console)

    async def work(change) -> None:
        for number, (state, reason) in enumerate(
            (("sent", None), ("failed", "not_following"), ("uncertain", "no_answer"))
        ):
            await Delivery(
                id=change.ids.new(),
                event_id=change.ids.new(),
                case_id=case.id,
                recipient_kind="account",
                recipient_id=CITIZEN.id,
                rule="complaint.accepted:owner",
                template="notify.complaint.accepted",
                params=json.dumps({"reference": case.reference}),
                state=state,
                attempts=number,
                fence=0,
                next_at=change.now,
                expires_at=change.now,
                final_reason=reason,
                created_at=change.now,
                updated_at=change.now,
            ).save(force_create=True)

    await console.door.db.change(work)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/deliveries")
        for shown in ("投诉已受理", "未送达", "已取消关注", "结果不明", case.reference):
            assert shown in page.text
        assert str(CITIZEN.id) not in page.text
        assert CITIZEN.id is not None
        assert CITIZEN.id.hex not in page.text
        failed = await clerk.get("/console/deliveries?state=failed")
        assert failed.text.count('class="case-row"') == 1
        assert (await clerk.get("/console/deliveries?state=nonsense")).status == 400
        assert (await clerk.get("/console/deliveries?after=nonsense")).status == 400
        assert "已取消关注" in (await clerk.get(f"/console/cases/{case.reference}")).text
