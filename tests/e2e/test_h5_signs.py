"""A sign over real HTTP: its holder's yearly look with photos, taking it down, and what passers-by report by its code."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from casework.complaints.models import Complaint
from casework.sign_filings.models import Sign, SignCheck, SignPhoto
from casework.sign_filings.registering import NewSign, register_by_hand
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests.e2e.citizen_setting import CitizenSetting, Phone, citizens_on, known_from_chat
from tests.e2e.filing_setting import FILLED, OUTSIDE, Form, opened, photo
from tests.permit_setting import CLERK

MEI, GANG = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
SAFE = {"answer_firm": "yes", "answer_intact": "yes", "answer_wiring": "yes", "answer_rust": "yes"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def hung(setting: CitizenSetting, openid: str = MEI) -> Sign:
    new = NewSign(
        kind="shop_sign",
        words="清河面馆",
        holder="清河商贸有限公司",
        responsible_unit="清河物业",
        contact_phone="0571-88880000",
        material="板材",
        width_m=3,
        height_m=1,
        place_text="文渊路 1 号",
    )
    owner = await known_from_chat(setting, openid)
    id = await register_by_hand(setting.door.permits.signs, CLERK, new)

    async def own(change: Change) -> None:
        await Sign.filter(id=id).update(account_id=owner)

    await setting.door.db.change(own)
    return await Sign.get(id=id)


async def hidden(phone: Phone, address: str) -> dict[str, str]:
    text = (await phone.get(address)).text
    return {
        name: found[1]
        for name in ("csrf_token", "revision")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', text)) is not None
    }


async def test_the_holder_looks_once_a_year_and_a_refused_form_keeps_the_answers(
    setting: CitizenSetting,
) -> None:
    row = await hung(setting)
    own = f"/h5/me/signs/{row.id}"
    async with setting.phone(MEI) as phone:
        given = await hidden(phone, own)
        unsafe = {**given, **SAFE, "answer_firm": "no", "words": ""}
        wordless = await phone.upload(own, unsafe, "photos", "a.jpg", photo())
        assert wordless.status == 422
        assert "请写明是什么问题" in wordless.text
        assert re.search(r'name="answer_firm" value="no"[^>]*checked', wordless.text)
        no_photo = await phone.upload(
            own, {**given, **SAFE, "words": "螺丝松了"}, "photos", "a.txt", b"no photo at all"
        )
        assert no_photo.status == 415
        assert "螺丝松了" in no_photo.text
        assert not await SignCheck.exists()
        done = await phone.upload(own, {**given, **SAFE}, "photos", "a.jpg", photo())
        assert (done.status, "自查已收到" in done.text) == (200, True)
        assert (await SignCheck.get()).is_safe
        assert await SignPhoto.filter(sign_id=row.id, stage="check").count() == 1
    async with setting.phone(GANG) as stranger:
        await known_from_chat(setting, GANG)
        assert (await stranger.get(own)).status == 404
        given = await hidden(stranger, "/h5/me")
        assert (await stranger.upload(own, {**given, **SAFE}, "photos", "a.jpg", photo())).status == 404
    assert await SignCheck.all().count() == 1


async def test_who_is_not_signed_in_leaves_no_photo(setting: CitizenSetting) -> None:
    row = await hung(setting)
    async with setting.phone() as phone:
        await phone.upload(f"/h5/me/signs/{row.id}", SAFE, "photos", "a.jpg", photo())
    assert not await StoredFile.exists()
    assert not await SignCheck.exists()


async def test_the_holder_takes_it_down_and_the_old_code_says_so(setting: CitizenSetting) -> None:
    row = await hung(setting)
    own = f"/h5/me/signs/{row.id}"
    async with setting.phone(MEI) as phone:
        given = {**await hidden(phone, own), "act": "remove"}
        for wrong in ("", "someday", "2031-01-01"):
            refused = await phone.upload(own, {**given, "removed_on": wrong}, "photos", "a.jpg", photo())
            assert refused.status == 422
            assert "请填哪天拆的" in refused.text
        without = await phone.post(own, {**given, "removed_on": "2026-11-23"})
        assert without.status == 422
        assert 'value="2026-11-23"' in without.text
        nothing = {**await hidden(phone, own), "act": "replace", "successor": "QS-XX-1"}
        assert (await phone.post(own, nothing)).status == 422
        assert (await Sign.get(id=row.id)).state == "in_use"
        done = await phone.upload(own, {**given, "removed_on": "2026-11-23"}, "photos", "a.jpg", photo())
        assert "码已停用" in done.text
        public = await phone.get(f"/h5/codes/{row.code}")
        assert "已经在 2026-11-23 拆除" in public.text
        assert "报告隐患" not in public.text
    assert (await Sign.get(id=row.id)).removed_on == date(2026, 11, 23)


async def test_anybody_who_scans_reports_a_hazard_and_bad_input_loses_nothing(
    setting: CitizenSetting,
) -> None:
    row = await hung(setting)
    async with setting.phone() as phone:
        scanned = await phone.get(f"/h5/codes/{row.code}")
        assert f"/h5/file?code={row.code}" in scanned.text
        form = await opened(phone, f"?code={row.code}")
        assert form.value("place") == "文渊路 1 号"
        refused = await form.send(FILLED | {"story": "要掉下来了", "phone": "12"})
        assert refused.status == 422
        assert "要掉下来了" in refused.text
        assert not await Complaint.exists()
        again = Form(phone, refused, OUTSIDE)
        sent = await again.send({"story": "要掉下来了", "phone": ""}, follow=True)
        assert sent.status == 200
    assert (await Complaint.get()).scene_code == row.code
