"""What became of it, as the applicant reads it on a phone without scripts: a no with its remedies, a deposit paid back, a
permit that was changed before it began; and what the way there tells.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.models import MODEL_MODULES
from casework.actors import Actor, citizen
from casework.people.models import Account
from casework.permits import accepting, deciding, drafts
from casework.permits.decision_rules import Grant as Wish
from casework.permits.models import Permit
from kit.clock import FixedClock, local
from kit.db import Database
from kit.ids import Ids
from kit.signing_keys import SigningKeys
from tests import permit_setting
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, Phone, citizens_on, pages_of
from tests.permit_life_setting import applied, form, granted, life_desk_on, surveyed
from tests.permit_setting import APPROVER, CLERK

OWN, CARDS = "/h5/me/permits", "/h5/me/e-permits"


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    SigningKeys(tmp_path / "keys").add(clock.now(), use=True)
    side = pages_of(await life_desk_on(database), tmp_path)
    async with citizens_on(database, tmp_path, permits=side) as running:
        yield running
    await database.close()


async def whose(phone: Phone) -> Actor:
    """Who holds the phone, signed in."""
    await phone.get("/h5/enter?next=/h5/permits")
    account = await Account.all().order_by("-created_at").first()
    assert account is not None
    return citizen(account.id)


async def test_a_no_is_told_with_its_reasons_and_what_can_be_done_about_it(setting: CitizenSetting) -> None:
    desk = setting.door.permits.desk
    async with setting.phone("o_permit_denied1") as phone:
        id = await applied(desk, await whose(phone), online=True)
        await surveyed(desk, id)
        row = await permit_setting.row_of(id)
        assert "可以申请复议" not in (await phone.get(f"{OWN}/{row.reference}")).text
        await deciding.deny(desk, APPROVER, id, ground="挡住了消防通道")
        text = (await phone.get(f"{OWN}/{row.reference}")).text
        for words in ("没有批准", "挡住了消防通道", "可以申请复议。", "不予行政许可决定书"):
            assert words in text
        # Nothing chosen is said in the words of the page, which shows no points.
        silent = await phone.submit(f"{OWN}/{row.reference}", f"{OWN}/{row.reference}/rate", words="太慢了")
        assert (silent.status, "请先选一项" in silent.text, "太慢了" in silent.text) == (422, True, True)


async def test_a_deposit_is_told_with_its_amount_and_the_day_on_which_it_was_paid(
    setting: CitizenSetting, clock: FixedClock
) -> None:
    desk = setting.door.permits.desk
    async with setting.phone("o_permit_refund1") as phone:
        id = await permit_setting.applied(desk, await whose(phone), "deposit")
        await accepting.accept(desk, CLERK, id)
        await deciding.approve(desk, APPROVER, id, amount_fen=2_000_050)
        own = f"{OWN}/{(await permit_setting.row_of(id)).reference}"
        assert "同意退还 20,000.50 元，正在付款" in (await phone.get(own)).text
        today = local(clock.now()).date()
        await deciding.pay_out(desk, APPROVER, id, paid_on=today, amount_fen=2_000_050)
        assert "2026年11月23日 已经退还 20,000.50 元" in (await phone.get(own)).text


async def test_a_permit_that_was_changed_before_it_began_gives_way_to_the_new_one(
    setting: CitizenSetting,
) -> None:
    desk = setting.door.permits.desk
    async with setting.phone("o_permit_change1") as phone:
        me = await whose(phone)
        old = await granted(desk, actor=me)
        assert "批准了，还没到时间" in (await phone.get(OWN)).text
        draft = await drafts.begin(desk, me, "stall", "change", old.id, filled=form(desk))
        assert "（变更）" in (await phone.get(OWN)).text
        preview = (await phone.get(f"/h5/permits/drafts/{draft}?step=preview")).text
        assert "湖滨路 18 号门前\n已在地图上点出位置" in preview.replace("<br>", "\n")
        await drafts.discard(desk, me, draft)
        id = await applied(desk, me, act="change", concerns=old.id, filled=form(desk, area="9"), online=True)
        own = f"{OWN}/{(await permit_setting.row_of(id)).reference}"
        assert "（变更）" in (await phone.get(own)).text
        await surveyed(desk, id)
        await deciding.grant(desk, APPROVER, id, Wish())
        new = await Permit.get(application_id=id)
        card = (await phone.get(f"{CARDS}/{old.id}")).text
        assert "还没开始就换了新的" in card
        assert "想变更" not in card
        listed = (await phone.get(OWN)).text
        assert ("已换新的，不再使用" in listed, "批准了，还没到时间" in listed) == (True, True)
        assert (listed.count("原定到"), listed.count("有效到")) == (1, 1)
        # No more of it: nothing is to be handed in, and no paper is said to be missing.
        ended = await phone.submit(f"{CARDS}/{new.id}", f"{CARDS}/{new.id}/cancel")
        assert "（注销）" in ended.text
        assert "step=papers" not in ended.text


async def test_a_drawn_outline_is_said_with_what_it_holds(setting: CitizenSetting) -> None:
    desk = setting.door.permits.desk
    async with setting.phone("o_permit_drawn01") as phone:
        me = await whose(phone)
        filled = form(desk)
        place = msgspec.json.decode(str(filled.values["place"]))
        place["outline"] = [[118.1, 30.1], [118.1001, 30.1], [118.1001, 30.1001], [118.1, 30.1001]]
        values = {**filled.values, "place": msgspec.json.encode(place).decode()}
        draft = await drafts.begin(desk, me, "stall", filled=msgspec.structs.replace(filled, values=values))
        assert (
            "已在地图上画出范围，约 107 平方米"
            in (await phone.get(f"/h5/permits/drafts/{draft}?step=preview")).text
        )
