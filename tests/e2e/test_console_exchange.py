"""Other platforms in the console: what was told, why not, sending again, referring a case."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from casework.complaints.desk import Desk
from casework.exchange.models import ExchangeMessage, ExchangeOrder
from casework.exchange.sending import Answered, Courier
from casework.roles import Role
from kit.db import Database
from tests.casework_setting import filed
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from tests.exchange_setting import HOTLINE, secrets_of, section

HERE = "/console/exchange"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What rows do on each engine is tested with them; here it is about the pages."""
    return sqlite_url


@pytest.fixture
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path, exchange=section()) as setting:
        await setting.hire("diaodu", "林静", (Role.DISPATCHER, None))
        await setting.hire("shenji", "何审", (Role.AUDITOR, None))
        yield setting


async def referred(console: ConsoleSetting, clerk: Clerk) -> str:
    case = await filed(console.door.desk, story="占道停车，电话 13800001234")
    page = await clerk.get(f"/console/cases/{case.reference}")
    assert f"{HERE}/refer/{case.reference}" in page.text
    form = await clerk.get(f"{HERE}/refer/{case.reference}")
    assert "13800001234" not in form.text
    token = form.hidden("csrf_token")
    empty = {"csrf_token": token, "peer": HOTLINE, "reason": " "}
    assert (await clerk.post(f"{HERE}/refer/{case.reference}", empty)).status == 422
    done = await clerk.post(f"{HERE}/refer/{case.reference}", {**empty, "reason": "归交警管"})
    assert done.path == f"/console/cases/{case.reference}"
    assert "已转交12345热线" in done.text
    assert "转交12345热线" in unescape(done.text)
    return str(case.reference)


async def tell(desk: Desk, status: int) -> None:
    async def answers(url: str, headers: object, body: bytes) -> Answered:
        return Answered(status)

    while await Courier(desk, section(), secrets_of, answers).step():
        pass


async def test_a_clerk_refers_a_case_sees_why_it_did_not_arrive_and_sends_it_again(
    console: ConsoleSetting,
) -> None:
    clerk = console.client()
    await clerk.log_in("diaodu")
    reference = await referred(console, clerk)
    await tell(console.door.desk, 422)
    row = await ExchangeMessage.get()
    page = await clerk.get(f"{HERE}?peer={HOTLINE}&state=failed&case={reference}")
    assert "对方不收（对方答 422）" in page.text
    assert "没送到的 1 条全部重试" in page.text
    token = page.hidden("csrf_token")
    done = await clerk.post(f"{HERE}/retry", {"csrf_token": token, "peer": HOTLINE})
    assert "已重新排队 1 条" in done.text
    await tell(console.door.desk, 200)
    detail = await clerk.get(f"{HERE}/{row.id}")
    assert "已送达" in detail.text
    assert reference in detail.text
    refused = await clerk.post(f"{HERE}/{row.id}/replay", {"csrf_token": token, "why": ""})
    assert refused.status == 422
    again = await clerk.post(f"{HERE}/{row.id}/replay", {"csrf_token": token, "why": "对方丢了数据"})
    assert "这是新的一条" in again.text
    assert (await clerk.post(f"{HERE}/{row.id}/retry", {"csrf_token": token})).status == 409
    assert await ExchangeMessage.all().count() == 2
    assert await ExchangeOrder.all().count() == 1


async def test_who_only_reads_has_no_buttons_and_strangers_to_it_get_a_sentence(
    console: ConsoleSetting,
) -> None:
    clerk = console.client()
    await clerk.log_in("diaodu")
    await referred(console, clerk)
    await tell(console.door.desk, 422)
    auditor = console.client()
    await auditor.log_in("shenji")
    page = await auditor.get(HERE)
    assert "没送到" in page.text
    assert not re.search(r'action="/console/exchange/retry"', page.text)
    row = await ExchangeMessage.get()
    assert "/retry" not in (await auditor.get(f"{HERE}/{row.id}")).text
    for address in (f"{HERE}?state=nonsense", f"{HERE}?after=nonsense"):
        assert (await clerk.get(address)).status == 400
    assert (await clerk.get(f"{HERE}/nonsense")).status == 404
    assert (await clerk.get(f"{HERE}?case=QS-TS-000000-0000-0")).status == 200
