"""A sign at the console: what its page leads to, what a look found, and numbers as somebody would type them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from casework.complaints.filing import submit
from casework.permits.kinds import PermitsSection
from casework.permits.models import PermitApplication
from casework.roles import Role
from casework.sign_filings.checking import PHOTO_KIND
from casework.sign_filings.models import Sign, SignCheck, SignHazard, SignPhoto
from casework.sign_filings.registering import NewSign, register_by_hand
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests import read_once
from tests.casework_setting import CITIZEN, desk_on, words
from tests.e2e.console_setting import ConsoleSetting, console_on
from tests.permit_setting import CLERK, applied, permit_desk_on
from tests.sign_setting import signs_on


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("approver", "高敏", (Role.APPROVER, "permits"))
        await setting.hire("head", "周华", (Role.HEAD, "*"))
        yield setting


async def hung(database: Database) -> UUID:
    new = NewSign(
        kind="shop_sign",
        words="清河面馆",
        holder="清河商贸有限公司",
        responsible_unit="清河物业",
        contact_phone="0571-88880000",
        material="板材",
        width_m=3,
        height_m=0.8,
        place_text="文渊路 1 号",
    )
    kinds = read_once.profile().section(PermitsSection)
    return await register_by_hand(signs_on(permit_desk_on(database, section=kinds)), CLERK, new)


async def test_a_size_stands_in_the_form_as_it_is_typed(setting: ConsoleSetting, database: Database) -> None:
    sign_id = await hung(database)
    async with setting.client() as clerk:
        await clerk.log_in("approver")
        page = await clerk.get(f"/console/signs/{sign_id}")
        assert [typed(page.text, name) for name in ("width_m", "height_m")] == ["3", "0.8"]


def typed(page: str, name: str) -> str:
    """What stands in a field."""
    field = next(one for one in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in one)
    found = re.search(r'value="([^"]*)"', field)
    return found[1] if found is not None else ""


async def test_its_filing_can_be_opened_and_a_report_only_by_who_sees_cases(
    setting: ConsoleSetting, database: Database
) -> None:
    sign_id, filing = await hung(database), await applied(permit_desk_on(database))
    case = await submit(desk_on(database), CITIZEN, words("招牌松了"))

    async def led_to(change: Change) -> None:
        await Sign.filter(id=sign_id).update(application_id=filing)
        hazard = SignHazard(
            id=change.ids.new(), sign_id=sign_id, complaint_id=case.id, reported_at=change.now
        )
        await hazard.save(force_create=True)

    await database.change(led_to)
    reference = (await PermitApplication.get(id=filing)).reference
    async with setting.client() as clerk:
        await clerk.log_in("approver")
        page = await clerk.get(f"/console/signs/{sign_id}")
        assert f'href="/console/permits/{reference}"' in page.text
        assert case.reference in page.text
        assert f'href="/console/cases/{case.reference}"' not in page.text
    async with setting.client() as clerk:
        await clerk.log_in("head")
        page = await clerk.get(f"/console/signs/{sign_id}")
        assert f'href="/console/cases/{case.reference}"' in page.text


async def test_a_look_says_what_was_found_and_a_photo_waits_until_it_is_ready(
    setting: ConsoleSetting, database: Database
) -> None:
    sign_id = await hung(database)

    async def looked(change: Change) -> UUID:
        check_id, file_id = change.ids.new(), change.ids.new()
        day = date(2026, 11, 20)
        look = SignCheck(
            id=check_id,
            sign_id=sign_id,
            year=day.year,
            answers='{"firm": "yes"}',
            is_safe=True,
            checked_on=day,
            sent_at=change.now,
        )
        await look.save(force_create=True)
        photo = StoredFile(
            id=file_id,
            kind=PHOTO_KIND,
            sniffed_type="image/jpeg",
            bytes_size=1,
            sha256="0" * 64,
            wrapped_key=b"k",
            state="received",
            created_at=change.now,
        )
        await photo.save(force_create=True)
        held = SignPhoto(
            id=change.ids.new(),
            sign_id=sign_id,
            check_id=check_id,
            file_id=file_id,
            stage="check",
            position=1,
        )
        await held.save(force_create=True)
        return file_id

    file_id = await database.change(looked)
    async with setting.client() as clerk:
        await clerk.log_in("approver")
        page = await clerk.get(f"/console/signs/{sign_id}")
        assert "没有问题" in page.text
        assert "还有 1 张照片正在处理" in page.text
        assert f"/console/signs/photos/{file_id}" not in page.text

        async def decoded(change: Change) -> None:
            await StoredFile.filter(id=file_id).update(state="ready")

        await database.change(decoded)
        page = await clerk.get(f"/console/signs/{sign_id}")
        assert "正在处理" not in page.text
        assert f"/console/signs/photos/{file_id}" in page.text
