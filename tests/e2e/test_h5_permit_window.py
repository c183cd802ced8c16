"""The phone and the window together: a code for the clerk, and what the window entered taken into one's own account."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.actors import citizen
from casework.permits import drafts, handover
from casework.permits.submitting import submit
from kit.db import Database
from tests.e2e.citizen_setting import CitizenSetting, citizens_on, known_from_chat, pages_of
from tests.permit_setting import CLERK, filled, permit_desk_on, row_of

OPENID = "oMei-of-the-chat-0001"
CLAIM = "/h5/me/permits/claim"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is kept is tested on both engines in test_permit_handover; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    side = pages_of(permit_desk_on(database), tmp_path)
    async with citizens_on(database, tmp_path, permits=side) as running:
        yield running


async def test_a_code_for_the_clerk_is_shown_once_and_the_draft_says_who_is_helping(
    setting: CitizenSetting,
) -> None:
    owner = citizen(await known_from_chat(setting, OPENID))
    desk = setting.door.permits.desk
    id = await drafts.begin(desk, owner, "stall", filled=filled())
    address = f"/h5/permits/drafts/{id}"
    async with setting.phone(OPENID) as phone:
        page = await phone.submit(f"{address}?step=who", f"{address}/handover")
        found = re.search(r"\b(\d{4}) (\d{4})\b", page.text)
        assert found is not None
        assert found[0] not in (await phone.get(f"{address}?step=who")).text
        await handover.take_over(desk, CLERK, found[0])
        helped = (await phone.get(f"{address}?step=who")).text
        assert "窗口人员正在替您填" in helped
        await phone.submit(f"{address}?step=who", f"{address}/take-back")
        assert "窗口人员正在替您填" not in (await phone.get(f"{address}?step=who")).text


async def test_an_application_of_the_window_is_taken_in_by_its_receipt(setting: CitizenSetting) -> None:
    owner = await known_from_chat(setting, OPENID)
    desk = setting.door.permits.desk
    draft_id = await drafts.begin(desk, CLERK, "stall", filled=filled())
    made = await submit(desk, CLERK, draft_id, source="window")
    async with setting.phone(OPENID) as phone:
        by_receipt = await phone.submit("/h5/receipt", "/h5/receipt", reference=made.reference, secret="x")
        assert by_receipt.path.startswith(CLAIM)
        assert made.reference in by_receipt.text
        wrong = await phone.submit(CLAIM, CLAIM, reference=made.reference, secret="AAAA")
        assert wrong.status == 422
        assert "对不上" in wrong.text
        assert 'value="AAAA"' in wrong.text
        taken = await phone.submit(CLAIM, CLAIM, reference=made.reference, secret=made.receipt_secret or "")
        assert taken.status == 200
        assert "已收进" in taken.text
    assert (await row_of(made.application_id)).account_id == owner
