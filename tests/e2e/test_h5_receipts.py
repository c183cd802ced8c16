"""One case for whoever holds its number and its secret, in any browser: that case, and nothing beside it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from casework.actors import citizen
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.models import Complaint, ComplaintAddition
from casework.complaints.receipts import ReceiptKind, Submitted, submit_once
from casework.people.models import Account
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.http.models import HttpSession
from kit.http.sessions import POLICIES
from tests.e2e.citizen_setting import CitizenSetting, Phone, citizens_on
from web.h5.models import FormDraft

BROWSER = {"user_agent": "Mozilla/5.0 Firefox/140.0"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What secrets are is tested with them, on each engine; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def filed(setting: CitizenSetting, story: str, owner: UUID | None = None) -> Submitted:
    """A case with a receipt, of somebody without an identity."""
    if owner is None:
        owner = setting.door.db.ids.new()

        async def work(change: Change) -> None:
            await Account(id=owner, created_at=change.now).save(force_create=True)

        await setting.door.db.change(work)
    new = NewComplaint(account_id=owner, source=Source.H5, story=story, place_text="文渊路口")
    return await submit_once(
        setting.desk,
        setting.door.keys,
        citizen(owner),
        new,
        key=story,
        body=b"",
        kind=ReceiptKind.RECEIPT,
    )


async def opened(phone: Phone, case: Submitted, secret: str = "") -> str:
    page = await phone.submit(
        "/h5/receipt", "/h5/receipt", reference=case.view.reference, secret=secret or case.secret
    )
    assert page.path == f"/h5/cases/{case.view.reference}", page.text
    return page.text


async def test_number_and_secret_open_the_case_however_they_are_typed(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    bare = case.secret.replace("-", "")
    for reference, secret in (
        (case.view.reference, case.secret),
        (case.view.reference.replace("-", "").lower(), bare.lower()),
        (f" {case.view.reference} ", f" {bare[:8]} {bare[8:]} "),
    ):
        async with setting.phone() as phone:
            page = await phone.submit("/h5/receipt", "/h5/receipt", reference=reference, secret=secret)
            assert (page.status, page.path) == (200, f"/h5/cases/{case.view.reference}")
            assert "井盖松了" in page.text


async def test_whatever_does_not_fit_the_answer_is_the_same(setting: CitizenSetting) -> None:
    case, other = await filed(setting, "井盖松了"), await filed(setting, "别人的事")
    texts = set()
    for reference, secret in (
        (case.view.reference, "AAAA-AAAA-AAAA-AAAA"),
        (case.view.reference, other.secret),
        ("QS-TS-261123-9999-A", case.secret),
        ("nonsense", "nonsense"),
        (case.view.reference, "'; drop table complaint; --"),
    ):
        async with setting.phone() as phone:
            page = await phone.submit("/h5/receipt", "/h5/receipt", reference=reference, secret=secret)
            assert page.status == 422
            assert phone.cookie("cg_receipt") == ""
            main = page.text.partition("<main")[2].partition("</main")[0]
            texts.add(re.sub(r'value="[^"]*"', "", main))
    (text,) = texts
    assert "编号和查询码对不上" in text
    assert await HttpSession.all().count() == 0


async def test_guessing_gets_slow_and_keeps_what_was_typed(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    async with setting.phone() as phone:
        for _ in range(5):
            page = await phone.submit(
                "/h5/receipt", "/h5/receipt", reference=case.view.reference, secret="AAAA"
            )
            assert page.status == 422
        slow = await phone.submit(
            "/h5/receipt", "/h5/receipt", reference=case.view.reference, secret=case.secret
        )
        assert slow.status == 429
        assert int(slow.headers["retry-after"]) > 0
        assert case.view.reference in slow.text


async def test_a_receipt_opens_its_case_and_no_other_page_of_its_person(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    owner = (await Complaint.get(id=case.view.id)).account_id
    sibling = await filed(setting, "同一个人的另一件", owner)
    async with setting.phone() as phone:
        await opened(phone, case)
        page = await phone.get(f"/h5/cases/{sibling.view.reference}")
        assert page.status == 404
        assert "同一个人的另一件" not in page.text
        for act in ("add", "withdraw"):
            address = f"/h5/cases/{sibling.view.reference}/{act}"
            assert (await phone.get(address)).status == 404
        for closed in ("/h5/cases", "/h5/me", "/h5/data", "/h5/export", "/h5/logins", "/h5/data/delete"):
            assert (await phone.get(closed, follow=False)).leads_to.startswith("/h5/enter")
        # The same value under the other cookie's name is nobody.
        phone.http.cookie_jar.update_cookies({"cg_citizen": phone.cookie("cg_receipt")})
        assert (await phone.get("/h5/me", follow=False)).leads_to.startswith("/h5/enter")


async def test_its_holder_acts_as_the_citizen_and_leaves_again(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    add, draw = (f"/h5/cases/{case.view.reference}/{act}" for act in ("add", "withdraw"))
    async with setting.phone() as phone:
        await opened(phone, case)
        fields = dict(
            re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', (await phone.get(add)).text)
        )
        both = await asyncio.gather(*(phone.post(add, fields | {"text": "盖子裂了"}) for _ in range(2)))
        assert all("已经补充" in one.text for one in both)
        assert "已经撤回" in (await phone.submit(draw, draw)).text
        token = phone.cookie("cg_receipt")
        left = await phone.submit(f"/h5/cases/{case.view.reference}", "/h5/receipt/leave")
        assert "已经退出" in left.text
        phone.http.cookie_jar.update_cookies({"cg_receipt": token})
        over = await phone.get(f"/h5/cases/{case.view.reference}", follow=False, **BROWSER)
        assert over.leads_to.startswith("/h5/receipt?reference=")
    assert await ComplaintAddition.all().count() == 1
    assert (await Complaint.get(id=case.view.id)).state == "withdrawn"


async def test_what_was_typed_when_the_time_was_over_is_there_after_entering_again(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    case = await filed(setting, "井盖松了")
    add = f"/h5/cases/{case.view.reference}/add"
    async with setting.phone() as phone:
        await opened(phone, case)
        page = await phone.get(add, **BROWSER)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        clock.advance(POLICIES["receipt"].idle)
        asked = await phone.post(add, fields | {"text": "写了半天的话"}, **BROWSER)
        assert asked.path.startswith("/h5/receipt?reference=")
        assert case.view.reference in asked.text
        back = await phone.submit(
            "/h5/receipt", "/h5/receipt", reference=case.view.reference, secret=case.secret
        )
        assert (back.path, "写了半天的话" in back.text) == (add, True)
    async with setting.phone() as stranger:
        await opened(stranger, case)
        assert "写了半天的话" not in (await stranger.get(add)).text


async def test_a_form_that_lay_open_too_long_costs_one_tap(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    async with setting.phone() as phone:
        fields = {"reference": case.view.reference, "secret": case.secret, "csrf_token": "of-yesterday"}
        page = await phone.post("/h5/receipt", fields)
        assert page.status == 403
        assert case.secret in page.text
        assert "请再点一次" in page.text
        foreign = await phone.post("/h5/receipt", fields, origin="https://evil.example")
        assert foreign.status == 403
        assert case.secret not in foreign.text
    assert await FormDraft.all().count() == 0


async def test_outside_wechat_the_way_in_is_the_receipt(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    async with setting.phone() as phone:
        page = await phone.get(f"/h5/cases/{case.view.reference}", **BROWSER)
        assert page.path == f"/h5/receipt?reference={case.view.reference}"
        assert case.view.reference in page.text
        listed = await phone.get("/h5/cases", **BROWSER)
        assert 'href="/h5/receipt"' in listed.text


# ---- into one's own WeChat


async def test_a_case_is_taken_into_the_wechat_in_hand_and_parted_again(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    owner = (await Complaint.get(id=case.view.id)).account_id
    guest = await setting.door.sessions.create("citizen", owner)
    own = f"/h5/cases/{case.view.reference}"
    async with setting.phone("oMei-of-the-chat-0001") as phone:
        await opened(phone, case)
        assert 'href="/h5/enter?next=' in (await phone.get(own)).text
        await phone.get("/h5/me")
        done = await phone.submit(own, f"{own}/claim")
        assert "已经收进您的微信" in done.text
        assert phone.cookie("cg_receipt") == ""
        assert "井盖松了" in (await phone.get("/h5/cases")).text
        parted = await phone.submit("/h5/data", f"/h5/accounts/{owner}/part")
        assert "已分开" in parted.text
        assert (await phone.get(own)).status == 404
    # Whoever filed it in some browser does not see the claimant's cases there.
    assert await setting.door.sessions.read(guest.token, "citizen") is None


async def test_a_receipt_does_not_bring_what_was_filed_beside_it(setting: CitizenSetting) -> None:
    case = await filed(setting, "井盖松了")
    owner = (await Complaint.get(id=case.view.id)).account_id
    await filed(setting, "同一个人的另一件", owner)
    own = f"/h5/cases/{case.view.reference}"
    async with setting.phone("oMei-of-the-chat-0001") as phone:
        await phone.get("/h5/me")
        page = await opened(phone, case)
        assert f"{own}/claim" not in page
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        refused = await phone.post(f"{own}/claim", {"csrf_token": token[1]})
        assert (refused.status, "不能收进您的微信" in refused.text) == (409, True)
        assert "同一个人的另一件" not in (await phone.get("/h5/cases")).text
