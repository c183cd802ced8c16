"""Settings in the console: an administrator changes what the bureau says and promises; everybody else reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor
from casework.complaints.actions import accept
from casework.roles import Role
from content import amendments
from content.profile_store import load_profile
from kit.db import Change, Database
from kit.profile import read_profile
from tests.casework_setting import DISPATCHER, filed, person
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on

ADMIN = Actor(kind="staff", id=person(9), roles=frozenset({Role.ADMINISTRATOR}))
VALUE = "/console/settings/value/"
TEXT = "/console/settings/texts/"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async def work(change: Change) -> None:
        await load_profile(change, dict(read_profile(SHIPPED_PROFILE)))

    await database.change(work)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("admin", "管理员", (Role.ADMINISTRATOR, None))
        await setting.hire("editor", "编辑", (Role.EDITOR, None))
        await setting.hire("head", "负责人", (Role.HEAD, None))
        await setting.hire("handler", "办理员", (Role.HANDLER, "street"))
        yield setting


@pytest.fixture
async def admin(setting: ConsoleSetting) -> AsyncIterator[Clerk]:
    async with setting.client() as clerk:
        await clerk.log_in("admin")
        yield clerk


async def save(clerk: Clerk, address: str, then: str = "", **fields: str) -> Page:
    """Open the value, fill its form, send it."""
    page = await clerk.get(address)
    assert page.status == 200, page.text
    sent = {"csrf_token": page.hidden("csrf_token"), "seen": page.hidden("seen"), "reason": "局长办公会"}
    return await clerk.post(address + then, sent | fields)


async def test_a_fact_is_changed_with_a_reason_and_stands_in_the_history(admin: Clerk) -> None:
    page = await save(admin, VALUE + "bureau.phone", value="0000-7654321", reason="〔2026〕5 号文")
    assert "已保存" in page.text
    listed = await admin.get("/console/settings?tab=bureau")
    assert "0000-7654321" in listed.text
    assert "已修改" in listed.text
    history = await admin.get("/console/settings/history")
    for words in ("办公电话", "0000-7654321", "〔2026〕5 号文", "管理员"):
        assert words in history.text
    page = await save(admin, VALUE + "bureau.phone", "/restore", reason="换回来")
    assert "已恢复出厂" in page.text
    assert "0000-8212345" in (await admin.get("/console/settings")).text


async def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(admin: Clerk) -> None:
    for address, fields, words in (
        ("bureau.phone", {"value": "打电话"}, "打电话"),
        ("bureau.phone", {"value": "0000-7654321", "reason": " "}, "修改理由"),
        (
            "complaints.limits.answer",
            {"figure": "很快", "unit_of_time": "working_days", "basis": "x"},
            "整数",
        ),
        ("complaints.limits.answer", {"figure": "5", "unit_of_time": "days", "basis": "x"}, "计算单位"),
        ("complaints.limits.answer", {"figure": "5", "unit_of_time": "working_days", "basis": ""}, "basis"),
        ("hours.periods", {"periods": "八点到十二点"}, "八点到十二点"),
        ("hours.periods", {"periods": "12:00-08:30"}, "12:00"),
        ("texts.greeting", {"value": "您好 {password}"}, "password"),
        ("units.street", {"name": ""}, "name"),
        ("complaints.categories.litter", {"name": "垃圾", "unit": "nobody"}, "nobody"),
    ):
        page = await save(admin, VALUE + address, **fields)
        assert page.status in (409, 422), address
        assert words in page.text, address
        for typed in fields.values():
            assert typed.strip() in page.text
    assert "还没有改过" in (await admin.get("/console/settings/history")).text


async def test_limits_hours_and_categories_are_changed(admin: Clerk) -> None:
    page = await save(
        admin, VALUE + "complaints.limits.answer", figure="4", unit_of_time="working_days", basis="承诺第九条"
    )
    assert "4 个工作日 · 承诺第九条" in page.text
    page = await save(admin, VALUE + "hours.periods", periods="09:00-12:00\r\n13:30 — 18:00")
    assert "09:00—12:00、13:30—18:00" in page.text
    page = await save(
        admin,
        VALUE + "complaints.categories.litter",
        name="垃圾",
        unit="street",
        limit_ordinary="",
        keywords="垃圾、脏",
    )
    assert "街面秩序中队 · 一般 按单位的答复时限" in page.text
    page = await save(
        admin,
        VALUE + "complaints.categories.litter",
        name="垃圾",
        unit="street",
        limit_ordinary="",
        keywords="垃圾、脏",
    )
    assert "没有变化" in page.text


async def test_a_category_has_limits_by_urgency_questions_and_says_which_limit_holds(
    setting: ConsoleSetting, admin: Clerk
) -> None:
    address = VALUE + "complaints.categories.litter"
    fields = {"name": "垃圾", "unit": "street", "urgency": "urgent", "verify": "yes", "aliases": "暴露垃圾"}
    fields["questions"] = "堆了几天？（选项：一天|好几天）（有才问：堆）"
    page = await save(admin, address, **fields, limit_ordinary="3个工作日", limit_emergency="2工作时")
    assert "一般 3 个工作日 · 特急 2 个工作时 · 没有另外判定时按紧急" in page.text
    assert "堆了几天？（选项：一天|好几天）（有才问：堆）" in page.text
    kept = await amendments.document_in_force(setting.door.amending)
    litter = next(one for one in kept["complaints"]["categories"] if one["code"] == "litter")
    assert litter["questions"][0]["choices"] == ["一天", "好几天"]
    assert (litter["answer_working_days"], litter["limits"]) == (3, {"emergency": {"working_hours": 2}})
    same = {"limit_ordinary": "3 个工作日", "limit_emergency": "2 个工作时"}
    assert "没有变化" in (await save(admin, address, **fields, **same)).text
    found = await admin.get("/console/settings?tab=categories&find=暴露垃圾")
    assert "垃圾" in found.text
    assert "犬只扰民" not in found.text
    for wrong in ({"limit_urgent": "马上"}, {"questions": "（选项：是|否）"}):
        refused = await save(admin, address, **(fields | wrong))
        assert refused.status in (409, 422)
        assert next(iter(wrong.values())) in refused.text


async def test_other_words_of_a_consent_need_a_version_nobody_agreed_to(admin: Clerk) -> None:
    texts = {"title": "位置", "text": "新的说明。", "revoking": "撤回后不再使用。"}
    page = await save(admin, VALUE + "consents.location", version="2026-11.2", **texts)
    assert page.status == 422
    assert "版本也要换" in page.text
    assert "新的说明。" in page.text
    assert "已保存" in (await save(admin, VALUE + "consents.location", version="2026-12", **texts)).text
    page = await save(admin, VALUE + "consents.location", version="2026-11.2", **(texts | {"text": "再改。"}))
    assert page.status == 422


async def give_all_but_one_to_street(setting: ConsoleSetting) -> None:
    document = await amendments.document_in_force(setting.door.amending)
    values = {
        f"complaints.categories.{one['code']}.unit": "street"
        for one in document["complaints"]["categories"]
        if one["unit"] == "greenery" and one["code"] != "greenery"
    }

    async def work(change: Change) -> None:
        await amendments.amend_profile(change, ADMIN, values, "并入街面", checks=setting.door.amending)

    await setting.door.db.change(work)


async def test_a_unit_is_added_used_and_only_goes_when_nothing_hangs_on_it(
    setting: ConsoleSetting, admin: Clerk
) -> None:
    page = await admin.get("/console/settings?tab=units")
    fields = {"csrf_token": page.hidden("csrf_token"), "reason": "新成立"}
    for wrong in ({"code": "Night Team"}, {"code": "street"}, {"code": "night", "name": ""}):
        answer = await admin.post("/console/settings/units", fields | {"name": "夜间中队"} | wrong)
        assert answer.status in (409, 422)
    answer = await admin.post(
        "/console/settings/units", fields | {"code": "night", "name": "夜间中队", "areas": "城北\n城南"}
    )
    assert "夜间中队" in answer.text
    assert "城北、城南" in answer.text
    assert "夜班中队" in (await save(admin, VALUE + "units.night", name="夜班中队", areas="")).text
    # Somebody works there, a case lies there: it stays.
    await setting.hire("owl", "夜猫", (Role.HANDLER, "night"))
    answer = await save(admin, VALUE + "units.night", "/remove")
    assert answer.status == 409
    assert "在岗人员" in answer.text
    case = await filed(setting.door.desk)
    await accept(setting.door.desk, DISPATCHER, case.id, expected_revision=case.revision, category="vending")
    answer = await save(admin, VALUE + "units.street", "/remove")
    assert answer.status == 409
    # Complaints of a kind go there: first they go elsewhere.
    answer = await save(admin, VALUE + "units.greenery", "/remove")
    assert answer.status == 422
    await give_all_but_one_to_street(setting)
    await save(admin, VALUE + "complaints.categories.greenery", name="绿化", unit="street", keywords="树")
    answer = await save(admin, VALUE + "units.greenery", "/remove")
    assert "已撤销" in answer.text
    assert "园林绿化中心" not in (await admin.get("/console/settings?tab=units")).text


async def test_of_two_administrators_the_second_sees_what_the_first_changed(
    setting: ConsoleSetting, admin: Clerk
) -> None:
    await setting.hire("other", "另一位", (Role.ADMINISTRATOR, None))
    async with setting.client() as other:
        await other.log_in("other")
        shown = await other.get(VALUE + "bureau.address")
        await save(admin, VALUE + "bureau.address", value="先改的地址")
        sent = {
            "csrf_token": shown.hidden("csrf_token"),
            "seen": shown.hidden("seen"),
            "value": "后改的地址",
            "reason": "搬家",
        }
        page = await other.post(VALUE + "bureau.address", sent)
        assert page.status == 409
        assert "先改的地址" in page.text
        assert "后改的地址" in page.text
        sent["seen"] = page.hidden("seen")
        assert "已保存" in (await other.post(VALUE + "bureau.address", sent)).text


async def test_a_text_is_found_previewed_reworded_and_restored(setting: ConsoleSetting) -> None:
    async with setting.client() as editor:
        await editor.log_in("editor")
        found = await editor.get("/console/settings/texts?find=尝试次数")
        assert "problem.login.slow_down" in found.text
        key = TEXT + "problem.login.slow_down"
        page = await save(editor, key, value="等 {seconds} 秒", act="preview")
        assert "等 30 秒" in page.text
        page = await save(editor, key, **{"value": "等 {minutes} 分"})
        assert page.status == 422
        assert "{seconds}" in page.text
        for wrong in ("", "等 {seconds 秒", "{seconds!r}"):
            assert (await save(editor, key, value=wrong)).status == 422
        page = await save(editor, key, value="<b>等</b> {seconds} 秒", reason="更短")
        assert "&lt;b&gt;等&lt;/b&gt;" in page.text
        assert "<b>等" not in page.text
        assert "已恢复出厂" in (await save(editor, key, "/restore")).text
        assert (await editor.get(TEXT + "bot.words.cancel")).status == 404
        assert (await editor.get(TEXT + "no.such.text")).status == 404
        # An editor reads the profile's values and changes none.
        page = await editor.get(VALUE + "bureau.phone")
        assert page.status == 200
        assert "修改理由" not in page.text
        token = (await editor.get(key)).hidden("csrf_token")
        answer = await editor.post(VALUE + "bureau.phone", {"csrf_token": token, "value": "1", "reason": "x"})
        assert answer.status == 403


async def test_whoever_has_nothing_to_do_with_it_sees_no_settings(setting: ConsoleSetting) -> None:
    async with setting.client() as handler, setting.client() as head:
        await handler.log_in("handler")
        assert (await handler.get("/console/settings")).status == 403
        await head.log_in("head")
        page = await head.get("/console/settings?tab=limits")
        assert page.status == 200
        assert all(
            words in page.text
            for words in ("保存期限：语音和视频", "保存 10 年", "/console/privacy/retention")
        )
        token = (await head.get("/console/settings")).hidden("csrf_token")
        answer = await head.post("/console/settings/units", {"csrf_token": token, "code": "x"})
        assert answer.status == 403


async def test_paths_that_are_no_settings_are_not_there(admin: Clerk) -> None:
    for path in (
        "bureau.reference_code",
        "wechat",
        "danger.keywords",
        "bureau",
        "units",
        "x",
        "units.none",
        "a" * 900,
    ):
        assert (await admin.get(VALUE + path)).status == 404, path
