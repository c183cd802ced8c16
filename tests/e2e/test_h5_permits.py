"""Applying for a permit on a phone without scripts: the questions, the steps, what is wrong, whose it is, and once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.models import MODEL_MODULES
from casework.permits.correcting import Item, request_correction
from casework.permits.models import PermitApplication, PermitDraft
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import Answered, CitizenSetting, Phone, citizens_on
from tests.permit_setting import CLERK

WHO = {
    "f.applicant_kind": "organisation", "f.organisation_name": "清河商贸有限公司", "f.uscc": "91350100M000100Y43",
    "f.phone": "13800001234", "f.by_agent": "no",
}  # fmt: skip
WHAT = {
    "f.sign_name": "老街面馆", "f.width": "3", "f.height": "0.8", "f.material": "board", "f.unit_in_charge": "老街面馆",
}  # fmt: skip
ANSWERS = {"kind": "shop_sign", "q.change": "new", "q.kind_of_sign": "own"}


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with citizens_on(database, tmp_path) as running:
        yield running
    await database.close()


async def begun(phone: Phone, **more: str) -> str:
    """The address of a draft that was just begun."""
    await phone.get("/h5/enter?next=/h5/permits")
    kind = more.pop("kind", ANSWERS["kind"])
    answers = more or {name: one for name, one in ANSWERS.items() if name != "kind"}
    query = "&".join(f"{name}={one}" for name, one in answers.items())
    page = await phone.submit(f"/h5/permits/check/{kind}?{query}", "/h5/permits/begin")
    assert page.status == 200, page.text
    return page.path.partition("?")[0]


async def step(phone: Phone, page: str, name: str, go: str = "next", **typed: str) -> Answered:
    """Fill a step in and press a button, sending what its page holds as a browser would."""
    text = (await phone.get(f"{page}?step={name}")).text
    form = re.search(r'<form id="permit".*?</form>', text, re.DOTALL)
    assert form, text
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    values = [*hidden, *((name.replace("__", "."), value) for name, value in typed.items()), ("go", go)]
    return await phone.post(page, values)


async def test_the_questions_come_first_and_say_why_nothing_is_needed(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        # What a knowledge entry of long ago leads to is answered by the list.
        assert "没有找到这个事项" in (await phone.get("/h5/permits?kind=occupancy")).text
        kind = (await phone.get("/h5/permits?kind=stall")).text
        assert all(
            one in kind for one in ("1 个工作日", "0 元，不收费", "摊位布置图", "/h5/permits/check/stall")
        )
        assert (await phone.get("/h5/permits/samples/stall_layout.png")).headers[
            "content-type"
        ] == "image/png"
        assert (await phone.get("/h5/permits/samples/..%2Fbureau.yaml")).status == 404
        check = "/h5/permits/check/stall"
        assert "摊点摆在哪里" in (await phone.get(check)).text
        assert "请选一个答案" in (await phone.get(f"{check}?asked=ground")).text
        told = (await phone.get(f"{check}?q.ground=own")).text
        assert "不用办" in told
        assert "《城市道路管理条例》第三十条" in told
        assert "/h5/permits?kind=road" in (await phone.get(f"{check}?q.ground=public&q.purpose=works")).text
        go_on = (await phone.get(f"{check}?q.ground=public&q.purpose=promotion&q.days=few")).text
        assert "/h5/enter?next=" in go_on
        assert "/h5/permits/begin" not in go_on
        assert (await phone.get("/h5/permits/check/nonsense")).status == 404


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    setting: CitizenSetting,
) -> None:
    stall = {"q.ground": "public", "q.purpose": "promotion", "q.days": "few"}
    async with setting.phone("o_permit_faults01") as phone:
        page = await begun(phone, kind="stall", **stall)
        # The kind of applicant was just chosen: its fields come, and are no fault yet.
        first = await step(phone, page, "who", f__applicant_kind="organisation")
        assert first.status == 422
        assert 'id="f.organisation_name"' in first.text
        assert "“单位名称”还没有填" not in first.text
        assert "“联系电话”还没有填" in first.text
        for area, said in (
            ("0", "要大于 0"),
            ("-5", "要大于 0"),
            ("1000000", "不能超过 300"),
            ("大", "请填数字"),
        ):
            wrong = await step(phone, page, "what", f__event_name="国货促销", f__area=area)
            assert wrong.status == 422, area
            assert said in wrong.text, area
            assert f'value="{area}"' in wrong.text
            assert 'value="国货促销"' in wrong.text
        span = {"f__when": "2026-12-03T09:00", "f__when.until": "2026-12-01T18:00"}
        wrong = await step(phone, page, "where", f__place="湖滨路 18 号", **span)
        assert "结束时间要晚于开始时间" in wrong.text
        assert 'value="2026-12-01T18:00"' in wrong.text
        assert 'value="湖滨路 18 号"' in wrong.text
        assert "还差这几处" in (await phone.get(f"{page}?step=preview")).text
        # Left and come back to: where it was, with what was in it.
        await step(phone, page, "what", go="later", f__event_name="国货促销周")
        assert "接着填" in (await phone.get("/h5/me/permits")).text
        assert "国货促销周" in (await phone.get(page)).text
    async with setting.phone("o_permit_faults02") as stranger:
        await stranger.get("/h5/enter?next=/h5/permits")
        assert (await stranger.get(page)).status == 404
        assert (await stranger.get(page.replace("drafts", "drafts/x"))).status == 404


async def test_a_file_that_is_no_paper_is_refused_beside_the_paper_it_was_sent_for(
    setting: CitizenSetting,
) -> None:
    async with setting.phone("o_permit_badfile1") as phone:
        page = await begun(phone)
        text = (await phone.get(f"{page}?step=papers")).text
        form = re.search(rf'<form[^>]*action="{page}/files".*?</form>', text, re.DOTALL)
        assert form
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        refused = await phone.upload(f"{page}/files", hidden, "files", "a.png", b"not a picture at all")
        assert refused.status == 415
        beside = re.search(rf'<form[^>]*id="m-{hidden["material"]}".*?</form>', refused.text, re.DOTALL)
        assert beside
        assert "材料只收照片" in beside[0]
        assert await PermitDraft.all().count() == 1


async def test_what_was_seen_is_submitted_once_and_without_what_is_hidden(setting: CitizenSetting) -> None:
    async with setting.phone("o_permit_sends01") as phone:
        page = await begun(phone)
        await step(phone, page, "who", f__applicant_kind="person")
        await step(phone, page, "who", f__applicant_kind="person", f__person_name="王小梅")
        for name, fields in (("who", WHO), ("who", WHO), ("what", WHAT)):
            await step(
                phone, page, name, **{one.replace("f.", "f__"): value for one, value in fields.items()}
            )
        await step(phone, page, "where", f__place="人民路 118 号")
        preview = (await phone.get(f"{page}?step=preview")).text
        assert "王小梅" not in preview
        assert "清河商贸有限公司" in preview
        assert "还没有交材料“招牌效果图”" in preview
        assert f'action="{page}/send"' not in preview
        files = re.search(
            rf'<form[^>]*action="{page}/files".*?</form>',
            (await phone.get(f"{page}?step=papers")).text,
            re.DOTALL,
        )
        assert files
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', files[0]))
        picture = (setting.door.permits.samples / "sign_drawing.png").read_bytes()
        assert (await phone.upload(f"{page}/files", hidden, "files", "招牌.png", picture)).status == 200
        text = (await phone.get(f"{page}?step=preview")).text
        assert "已交 1 份" in text
        form = re.search(rf'<form[^>]*action="{page}/send".*?</form>', text, re.DOTALL)
        assert form
        sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        stale = await phone.post(f"{page}/send", sent | {"revision": "1"})
        assert stale.status == 409
        assert "再看一遍再提交" in stale.text
        first = await phone.post(f"{page}/send", sent)
        again = await phone.post(f"{page}/send", sent)
        assert first.path == again.path
        assert first.path.startswith("/h5/me/permits/QS-BA-")
        assert "申请交上来了" in first.text
        assert "这个时间是怎么算的" in first.text
        row = await PermitApplication.get()
        assert row.source == "h5"
        assert not await PermitDraft.all().count()
        own = first.path.partition("?")[0]
        # Items to put right: those are asked, and no others.
        items = (
            Item(item="field:width", wrong="图上是 3.6 米"),
            Item(item="material:drawing", wrong="看不清尺寸"),
        )
        await request_correction(setting.door.permits.desk, CLERK, row.id, items)
        assert "图上是 3.6 米" in (await phone.get(own)).text
        to_correct = await phone.submit(own, f"{own}/correct")
        asked = set(re.findall(r'name="shown" value="([^"]+)"', to_correct.text))
        assert asked == {"width"}
        assert 'id="m-drawing"' in to_correct.text
        page = to_correct.path.partition("?")[0]
        assert (await step(phone, page, "correct", f__width="36000")).status == 422
        assert "3.6 米" in (await step(phone, page, "correct", f__width="3.6")).text
        assert "申请还在" in (await phone.get(f"{page}?step=preview")).text
        corrected = await phone.submit(f"{page}?step=preview", f"{page}/send")
        assert corrected.path.startswith(own)
        assert "补正交上来了" in corrected.text
        assert (await PermitApplication.get()).state == "submitted"
        empty = await phone.submit(own, f"{own}/withdraw", words="")
        assert empty.status == 422
        assert "撤回申请" in empty.text
        assert "已撤回" in (await phone.submit(own, f"{own}/withdraw", words="先不挂了")).text
    async with setting.phone("o_permit_sends02") as stranger:
        await stranger.get("/h5/enter?next=/h5/permits")
        assert (await stranger.get(own)).status == 404
