"""What a browser that somebody used before does not open: a person's cases, by sending an old form once more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.complaints.models import Complaint
from casework.people.claiming import claim
from casework.people.models import Account
from kit.db import Database
from kit.http.rate_limit import by_address
from tests.e2e.citizen_setting import IN_WECHAT, CitizenSetting, citizens_on
from tests.e2e.filing_setting import FILLED, OUTSIDE, opened
from web.h5.models import FormDraft
from web.h5.typed import KEPT_A_MINUTE

MEI = "oMei-files-a-complaint"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the rows do on each engine is tested with them; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def test_sending_a_form_again_does_not_log_in_as_who_took_the_case_into_their_wechat(
    setting: CitizenSetting,
) -> None:
    async with setting.phone() as library:
        form = await opened(library)
        assert (await form.send(FILLED, follow=True)).status == 200
        case = await Complaint.get()
        async with setting.phone(MEI) as own:
            await own.get("/h5/me")
            mei = await Account.exclude(id=case.account_id).get()
            await claim(setting.door.db, mei.id, case.id)
        assert (await library.get("/h5/me", user_agent=OUTSIDE, follow=False)).status == 303
        await form.send(FILLED)
        assert (await library.get("/h5/me", user_agent=OUTSIDE, follow=False)).status == 303
    assert await Complaint.all().count() == 1


async def test_sending_a_form_again_does_not_undo_a_log_out(setting: CitizenSetting) -> None:
    async with setting.phone(MEI) as shared:
        form = await opened(shared, user_agent=IN_WECHAT)
        assert (await form.send(FILLED, follow=True)).status == 200
        await shared.submit("/h5/me", "/h5/leave")
        form.user_agent = OUTSIDE
        await form.send(FILLED)
        assert (await shared.get("/h5/me", user_agent=OUTSIDE, follow=False)).status == 303
    assert await Complaint.all().count() == 1


async def test_strangers_do_not_fill_our_rooms_by_forgetting_their_cookie(setting: CitizenSetting) -> None:
    here = by_address("127.0.0.1")
    await setting.door.limits.take("h5-kept", here, per_minute=KEPT_A_MINUTE, acts=KEPT_A_MINUTE - 3)
    async with setting.phone() as phone:
        statuses = []
        for number in range(5):
            phone.http.cookie_jar.clear()
            sent = await phone.post("/h5/data/correct", {"text": f"第 {number} 次"}, follow=False)
            statuses.append(sent.status)
    assert statuses == [303, 303, 303, 429, 429]
    assert await FormDraft.all().count() == 3
