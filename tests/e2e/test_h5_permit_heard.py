"""The applicant is told that others are touched, has their say and asks for a hearing, on a phone without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.models import MODEL_MODULES
from casework.people.models import Account
from casework.permits import parties
from casework.permits.hearing_models import PermitHearing, PermitStatement
from casework.permits.models import PermitApplication
from casework.permits.submitting import new_reference
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from tests.casework_setting import EVERYWHERE
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, citizens_on
from tests.permit_setting import APPROVER

NEXT_DOOR = parties.PartyWish(name="李邻居", concern="摊位挡住您的店门", may_ask_hearing=True)


@pytest.fixture
async def setting(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with citizens_on(database, tmp_path) as running:
        yield running
    await database.close()


async def test_the_applicant_answers_and_asks_for_a_hearing_and_reads_nothing_of_the_neighbour(
    setting: CitizenSetting,
) -> None:
    desk = setting.door.permits.desk
    async with setting.phone("o_permit_heard01") as phone:
        await phone.get("/h5/enter?next=/h5/permits")
        row = await _in_hand(setting)
        own = f"/h5/me/permits/{row.reference}"
        assert "我要陈述意见" in (await phone.get(own)).text
        await parties.tell_party(desk, msgspec.structs.replace(APPROVER, units=EVERYWHERE), row.id, NEXT_DOOR)
        text = (await phone.get(own)).text
        assert "也可以要求听证，听证不收费" in text
        assert "利害关系人权利告知书" in text
        assert "李邻居" not in text
        empty = await phone.submit(own, f"{own}/state", score="stated", words=" ")
        assert empty.status == 422
        assert "请写明说了什么" in empty.text
        sent = await phone.submit(own, f"{own}/state", score="hearing", words="我会用无烟设备")
        assert sent.status == 200
        assert "您的意见已经收到" in sent.text
        assert "我会用无烟设备" in sent.text
        assert "已决定听证" in sent.text
        await phone.submit(own, f"{own}/state", words="我会用无烟设备")
    assert await PermitStatement.all().count() == 1
    assert (await PermitHearing.get()).cause == "asked"


async def _in_hand(setting: CitizenSetting) -> PermitApplication:
    """An application of whoever holds the phone, taken in a moment ago."""
    desk = setting.door.permits.desk
    kind = next(one for one in desk.section.kinds if one.flow == "permit")
    account = await Account.all().order_by("-created_at").first()
    assert account is not None
    reference = await new_reference(desk, kind)

    async def work(change: Change) -> PermitApplication:
        id = change.ids.new()

        def sealed(column: str, words: str) -> bytes:
            return desk.sealer.seal(words, table="permit_application", column=column, row_id=id)

        row = PermitApplication(
            id=id,
            reference=reference,
            kind=kind.code,
            definition="",
            flow="permit",
            act="new",
            account_id=account.id,
            source="h5",
            state="accepted",
            state_since_at=change.now,
            revision=2,
            form_sealed=sealed("form_sealed", "{}"),
            facts="{}",
            holder_kind="organisation",
            holder_sealed=sealed("holder_sealed", "清河商贸有限公司"),
            unit=kind.unit,
            place_text="湖滨路 18 号门前",
            submitted_at=change.now,
            received_at=change.now,
            accepted_at=change.now,
            promise_started_at=change.now,
            limit_started_at=change.now,
            updated_at=change.now,
        )
        await row.save(force_create=True)
        return row

    return await desk.db.change(work)
