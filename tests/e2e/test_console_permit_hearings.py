"""Those whose interests an application touches, at the console: told, heard with a file, a hearing arranged and recorded."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from app.documents import close_documents
from casework.areas.places import Places
from casework.permits import accepting
from casework.permits.desk import PermitDesk
from casework.permits.heard_views import heard_of
from casework.permits.hearing_models import PermitHearing
from casework.permits.models import PermitApplication
from casework.roles import Role
from kit.clock import FixedClock, local
from kit.db import Database
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from tests.permit_life_setting import SECTION, applied, row_of
from tests.permit_setting import CLERK, UNIT, permit_desk_on

HIS = {"contact": "13900001111", "address": "湖滨路 20 号"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[PermitDesk]:
    made = dataclasses.replace(permit_desk_on(database, section=SECTION), places=Places())
    yield made
    await close_documents(made.documents)


@pytest.fixture
async def setting(database: Database, desk: PermitDesk, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path, permits=desk, documents=desk.documents) as setting:
        await setting.hire("window", "郑洁", (Role.WINDOW_CLERK, UNIT))
        await setting.hire("approver", "高敏", (Role.APPROVER, UNIT))
        await setting.hire("head", "周华", (Role.HEAD, UNIT))
        yield setting


@pytest.fixture
async def desks(setting: ConsoleSetting) -> AsyncIterator[dict[str, Clerk]]:
    """Everybody signed in."""
    async with AsyncExitStack() as stack:
        found = {name: await stack.enter_async_context(setting.client()) for name in setting.people}
        for name, clerk in found.items():
            await clerk.log_in(name)
        yield found


async def send(clerk: Clerk, at: str, act: str, **fields: str) -> Page:
    """A move's form on the page of the application."""
    page = await clerk.get(at)
    found = re.search(r'name="expected_revision" value="(\d+)"', page.text)
    token = {"csrf_token": page.hidden("csrf_token"), "expected_revision": found.group(1) if found else ""}
    return await clerk.post(f"{at}/{act}", {**token, **fields})


def option(page: Page, name: str, words: str) -> str:
    """The value of what is offered in a field."""
    block = re.search(rf'<select[^>]*name="{name}".*?</select>', page.text, re.DOTALL)
    assert block, name
    found = re.search(rf'<option value="([^"]+)"[^>]*>[^<]*{words}', block[0])
    assert found, block[0]
    return found.group(1)


async def test_a_neighbour_is_told_heard_and_has_a_hearing(
    desks: dict[str, Clerk], desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    at = f"/console/permits/{(await row_of(id)).reference}"
    approver, window = desks["approver"], desks["window"]
    page = await approver.get(at)
    assert "告知利害关系人" in page.text
    assert "登记陈述意见" not in page.text  # nobody was told
    wrong = await send(approver, at, "tell_party", party_name="李邻居", concern=" ", told_how="handed", **HIS)
    assert wrong.status == 422
    assert 'value="李邻居"' in wrong.text
    told = {
        "party_name": "李邻居",
        "concern": "摊位挡住您的店门",
        "told_how": "handed",
        "may_ask_hearing": "1",
    }
    assert (await send(approver, at, "tell_party", **told, **HIS)).status == 200
    page = await window.get(at)
    assert "李邻居" in page.text
    assert "利害关系人权利告知书" in page.text
    assert "13900001111" not in page.text
    assert "139****1111" in page.text
    assert "13900001111" in (await send(window, at, "reveal")).text
    heard = {"party_id": option(page, "party_id", "李邻居"), "answer": "hearing", "words": "油烟会进店里"}
    assert (await send(window, at, "record_statement", **heard)).status == 200
    (statement,) = (await heard_of(desk, id)).statements
    token = (await window.get(at)).hidden("csrf_token")
    form = aiohttp.FormData({"csrf_token": token})
    form.add_field("files", _photo(), filename="p.jpg", content_type="image/jpeg")
    kept = await window.post(f"{at}/statements/{statement.id}/files", form)
    assert kept.status == 200, kept.text
    assert len((await heard_of(desk, id)).statements[0].files) == 1
    assert (await send(approver, at, "grant")).status in (409, 422)
    page = await approver.get(at)
    when = local(clock.now() + timedelta(days=14)).replace(hour=9, minute=30)
    asked = {"hearing_at": f"{when:%Y-%m-%dT%H:%M}", "venue": "三楼听证室"}
    early = await send(
        approver,
        at,
        "arrange_hearing",
        **{**asked, "hearing_at": "2026-11-25T09:30"},
        presider_id=option(page, "presider_id", "周华"),
    )
    assert early.status == 422
    assert "七个工作日" in early.text
    assert "三楼听证室" in early.text
    assert "高敏" not in re.findall(r'<select[^>]*name="presider_id".*?</select>', page.text, re.DOTALL)[0]
    done = await send(
        approver, at, "arrange_hearing", **asked, presider_id=option(page, "presider_id", "周华")
    )
    assert done.status == 200, done.text
    clock.advance(timedelta(days=15))
    await approver.log_in("approver")
    record = {"record": "邻居：" + "请东移两米。" * 900, "confirmed": "都签了字"}
    assert (await send(approver, at, "record_hearing", **record)).status == 200
    hearing = await PermitHearing.get(application_id=id)
    assert hearing.state == "held"
    assert (await heard_of(desk, id)).hearings[0].record == record["record"]
    page = await approver.get(at)
    weighed = {"statement_id": option(page, "statement_id", "李邻居"), "statement_outcome": "adopted"}
    assert (await send(approver, at, "weigh_statement", **weighed, reason="改用无烟设备")).status == 200
    page = await approver.get(at)
    assert "采纳：改用无烟设备" in page.text


async def test_only_the_head_puts_the_limit_off_and_the_page_says_so(
    desks: dict[str, Clerk], desk: PermitDesk
) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    at = f"/console/permits/{(await row_of(id)).reference}"
    approver, head = desks["approver"], desks["head"]
    assert "act-extend" not in (await approver.get(at)).text
    assert (await send(head, at, "extend", reason="等管线资料")).status == 200
    page = await head.get(at)
    assert "经负责人批准延长" in page.text
    assert "act-extend" not in page.text
    assert (await PermitApplication.get(id=id)).extension_reason == "等管线资料"


def _photo() -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(made, "JPEG")
    return made.getvalue()
