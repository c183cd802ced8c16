"""The console's pages about personal data: a request is read, put right, deleted or restricted; a caller is found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.models import MODEL_MODULES
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.models import Complaint
from casework.complaints.views import ComplaintView
from casework.inquiries.filing import NewInquiry, Source, Topic
from casework.inquiries.filing import submit as leave
from casework.people.models import Account
from casework.retention.profile import ArchiveDuty, Kept, RetentionSection
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import ConsoleSetting, console_on

NAME, NUMBER, BASIS = "慕容白鹭", "13812345678", "《档案法》第十四条"


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("guanli", "周静", (Role.ADMINISTRATOR, None))
        await setting.hire("shenji", "吴审", (Role.AUDITOR, None))
        yield setting
    await database.close()


async def a_case(console: ConsoleSetting, *, closed: bool = False) -> ComplaintView:
    desk = console.door.desk
    if not await Account.filter(id=CITIZEN.id).exists():

        async def work(change: Change) -> None:
            await Account(id=CITIZEN.id, created_at=change.now).save(force_create=True)

        await console.door.db.change(work)
    story = f"我叫{NAME}，电话{NUMBER}，路口有人摆摊"
    case = await submit(desk, CITIZEN, words(story, person_name=NAME, phone=NUMBER, place_text="文渊路 3 号"))
    if closed:
        await actions.accept(desk, DISPATCHER, case.id, category="vending")
        await actions.assign(desk, DISPATCHER, case.id)
        await actions.answer(desk, HANDLER, case.id, text="已劝离。")
        await actions.rate(desk, CITIZEN, case.id, score=3)
    return case


async def asked(console: ConsoleSetting, text: str, topic: Topic) -> str:
    new = NewInquiry(account_id=CITIZEN.id, text=text, source=Source.H5, topic=topic)  # type: ignore[arg-type]
    return (await leave(console.door.inquiries, CITIZEN, new)).reference


def kept(console: ConsoleSetting, duty: ArchiveDuty | None) -> None:
    ten = Kept(years=10, basis=BASIS)
    retention = RetentionSection(complaints=ten, archive_duty=duty)
    app_door: Any = console.door
    object.__setattr__(app_door, "retention", retention)


async def test_a_request_is_read_put_right_and_what_must_be_kept_is_restricted(
    console: ConsoleSetting,
) -> None:
    kept(console, ArchiveDuty(years=10, basis=BASIS))
    over, running = await a_case(console, closed=True), await a_case(console)
    request = await asked(console, f"电话改成 13900000000，别的都删掉，{NAME}", Topic.DELETION)
    address = f"/console/privacy/requests/{request}"
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        assert request in (await clerk.get("/console/privacy")).text
        page = await clerk.get(address)
        assert NUMBER not in page.text
        assert "13900000000" not in page.text
        token = page.hidden("csrf_token")
        clear = await clerk.post(f"{address}/words", {"csrf_token": token})
        assert "13900000000" in clear.text
        fields = {"csrf_token": token, "back": address, "phone": "13900000000", "name": "", "place": ""}
        wrong = await clerk.post(f"/console/privacy/correct/{running.reference}", fields | {"phone": "12"})
        assert (wrong.status, 'value="12"' in wrong.text) == (422, True)
        done = await clerk.post(f"/console/privacy/correct/{running.reference}", fields)
        assert done.path == address
        assert "139****0000" in done.text
        assert "/restrict" not in done.text
        refused = await clerk.post(
            f"/console/privacy/cases/{over.reference}/restrict", {"csrf_token": token, "sure": "1"}
        )
        assert refused.status == 403
    async with console.client() as keeper:
        await keeper.log_in("guanli")
        page = await keeper.get(address)
        assert f"/console/privacy/cases/{over.reference}/forget" not in page.text
        sure = {"csrf_token": page.hidden("csrf_token"), "sure": "1"}
        unsure = await keeper.post(
            f"/console/privacy/cases/{over.reference}/restrict", {"csrf_token": sure["csrf_token"]}
        )
        assert unsure.status == 422
        done = await keeper.post(f"/console/privacy/cases/{over.reference}/restrict?back={address}", sure)
        assert BASIS in done.text
        assert (await keeper.get(f"/console/cases/{over.reference}")).status == 404
    async with console.client() as auditor:
        await auditor.log_in("shenji")
        page = await auditor.get("/console/privacy/restricted")
        assert over.reference in page.text
        opening = f"/console/privacy/restricted/{over.reference}"
        nothing = await auditor.post(opening, {"csrf_token": page.hidden("csrf_token"), "reason": " "})
        assert nothing.status == 422
        seen = await auditor.post(opening, {"csrf_token": page.hidden("csrf_token"), "reason": "复议调阅"})
        assert "已劝离。" in seen.text
        assert "只留存" in seen.text
        assert BASIS in (await auditor.get("/console/privacy/retention")).text
    assert await AuditEntry.filter(action="complaint.open_restricted").count() == 1


async def test_what_need_not_be_kept_is_deleted_where_its_owner_asks(console: ConsoleSetting) -> None:
    kept(console, None)
    case = await a_case(console, closed=True)
    request = await asked(console, "请全部删除", Topic.DELETION)
    address = f"/console/privacy/requests/{request}"
    async with console.client() as keeper:
        await keeper.log_in("guanli")
        page = await keeper.get(address)
        sure = {"csrf_token": page.hidden("csrf_token"), "sure": "1"}
        done = await keeper.post(f"/console/privacy/cases/{case.reference}/forget?back={address}", sure)
        assert "已删除" in done.text
        seen = await keeper.get(f"/console/cases/{case.reference}")
        assert "已于" in seen.text
    row = await Complaint.get(id=case.id)
    assert (row.name_sealed, row.phone_index, row.account_id) == (None, None, None)


async def test_a_caller_is_found_by_number_and_the_number_stands_in_no_address(
    console: ConsoleSetting,
) -> None:
    # The second is like the first, which its page shows beside it.
    _, case = await a_case(console), await a_case(console)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get("/console/find")
        token = {"csrf_token": page.hidden("csrf_token")}
        found = await clerk.post("/console/find", token | {"phone": "138 1234 5678"})
        assert case.reference in found.text
        assert NUMBER not in found.text
        assert "138****5678" in found.text
        wrong = await clerk.post("/console/find", token | {"phone": "12345"})
        assert (wrong.status, 'value="12345"' in wrong.text) == (422, True)
        for _ in range(20):
            last = await clerk.post("/console/find", token | {"phone": NUMBER})
        assert last.status == 429
        assert "retry-after" in {name.lower() for name in last.headers}
        page = await clerk.get(f"/console/cases/{case.reference}")
        assert (NAME in page.text, NUMBER in page.text, "慕容**" in page.text) == (False, False, True)
        clear = await clerk.post(f"/console/cases/{case.reference}/story", token)
        assert f"我叫{NAME}，电话{NUMBER}" in clear.text
        both = await clerk.post(f"/console/cases/{case.reference}/phone", token)
        assert f"tel:{NUMBER}" in both.text
