"""At the window: a draft of a citizen's by its code, an outline, who applies, and whom to phone."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.documents import close_documents
from casework.areas.places import Places
from casework.notifications.models import Delivery
from casework.people.models import Staff
from casework.permits import drafts, handover
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitsSection
from casework.permits.models import PermitApplication, PermitDraft
from casework.permits.submitting import submit
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from tests.casework_setting import CITIZEN
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from tests.e2e.test_console_permits import PERMITS, send
from tests.permit_life_setting import SECTION, form, granted, life_desk_on
from tests.permit_setting import UNIT, permit_desk_on


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
        yield setting


async def _where(clerk: Clerk, here: str, point: str, outline: str) -> tuple[int, str]:
    page = await send(
        clerk,
        f"{here}?step=where",
        here,
        step="where",
        go="next",
        **{"v:place": "湖滨路 18 号门前", "v:place:point": point, "v:place:outline": outline},
    )
    return page.status, page.text


async def test_a_clerk_goes_on_with_a_draft_by_its_code(setting: ConsoleSetting, desk: PermitDesk) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall", filled=form(desk))
    made = await handover.offer(desk, CITIZEN, id)
    async with setting.client() as clerk:
        await clerk.log_in("window")
        wrong = await send(clerk, f"{PERMITS}/new", f"{PERMITS}/handover", handover_code="0000 0000")
        assert wrong.status == 422
        assert "号码打错了" in wrong.text
        assert 'value="0000 0000"' in wrong.text
        taken = await send(clerk, f"{PERMITS}/new", f"{PERMITS}/handover", handover_code=made.code)
        assert taken.path == f"{PERMITS}/drafts/{id}"
        page = await send(
            clerk,
            f"{taken.path}?step=check",
            f"{taken.path}/submit",
            checked="1",
            document="identity_card",
            document_number="11010519491231002X",
        )
        row = await PermitApplication.get(id=id)
        assert page.path.startswith(f"{PERMITS}/{row.reference}")
        assert not page.path.endswith("/receipt")
        assert (row.account_id, row.identity_document) == (CITIZEN.id, "identity_card")
        assert "已在窗口核对居民身份证" in page.text


async def test_an_outline_is_kept_and_what_cannot_be_read_stays_typed(
    setting: ConsoleSetting, desk: PermitDesk
) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("window")
        here = (await send(clerk, f"{PERMITS}/new", f"{PERMITS}/new/stall")).path
        corners = "30.1000, 118.1000\n30.1001, 118.1000\n30.1001, 118.1001"
        status, text = await _where(clerk, here, "30.1, 118.1", corners + "\n大门口")
        assert status == 422
        assert "大门口" in text
        status, text = await _where(clerk, here, "", corners)
        assert status == 422
        assert "还要点出或者填上位置" in text
        await _where(clerk, here, "30.1, 118.1", corners)
        page = await clerk.get(f"{here}?step=where")
        assert "30.100100, 118.100100" in page.text
    filled = drafts.filled_of(desk, await PermitDraft.get(id=here.rpartition("/")[2]))
    place = filled.values["place"]
    assert isinstance(place, str)
    assert len(msgspec.json.decode(place)["outline"]) == 3


async def test_what_else_is_at_the_place_is_the_first_thing_to_read_after_it_was_said(
    setting: ConsoleSetting, desk: PermitDesk
) -> None:
    other = await drafts.begin(desk, CITIZEN, "stall", filled=form(desk))
    held = (await submit(desk, CITIZEN, other, source="h5")).reference
    async with setting.client() as clerk:
        await clerk.log_in("window")
        here = (await send(clerk, f"{PERMITS}/new", f"{PERMITS}/new/stall")).path
        values = form(desk).values
        begin, _, end = str(values["when"]).partition("/")
        page = await clerk.get(f"{here}?step=where")
        sent = {
            "csrf_token": page.hidden("csrf_token"), "expected_revision": page.hidden("expected_revision"),
            "step": "where", "go": "next", "v:place": "湖滨路 18 号门前", "v:place:point": "30.1, 118.1",
            "v:area": "12", "v:when:from": begin, "v:when:until": end, "v:surface": "footway",
        }  # fmt: skip
        answer = await clerk.post(here, sent, follow=False)
        assert answer.status == 303
        assert answer.headers["location"].endswith("#clashes")
        for step in ("where", "check"):
            text = (await clerk.get(f"{here}?step={step}")).text
            assert (
                text.index('id="clashes" tabindex="-1"') < text.index(held) < text.index("湖滨路 18 号门前")
            )


async def test_who_gives_a_permit_back_at_the_window_needs_no_papers_for_it(
    database: Database, tmp_path: Path
) -> None:
    before = await life_desk_on(database)
    permit = await granted(before)
    kind = msgspec.to_builtins(SECTION.kinds[0])
    section = msgspec.convert(
        {"kinds": [{**kind, "materials": [{"code": "plan", "name": "布置图"}]}]}, PermitsSection
    )
    desk = dataclasses.replace(before, section=section)
    async with console_on(database, tmp_path, permits=desk, documents=desk.documents) as setting:
        await setting.hire("window", "郑洁", (Role.WINDOW_CLERK, UNIT))
        async with setting.client() as clerk:
            await clerk.log_in("window")
            at = f"/console/held-permits/{permit.id}"
            begun = {"kind_act": "cancel", "concerns": str(permit.id)}
            here = (await send(clerk, at, f"{PERMITS}/new/stall", **begun)).path
            assert f"{here}/submit" in (await clerk.get(f"{here}?step=check")).text
            await send(
                clerk,
                f"{here}?step=check",
                f"{here}/submit",
                checked="1",
                delivery="window",
                document="identity_card",
                document_number="11010519491231002X",
            )
            row = await PermitApplication.get(concerns_id=permit.id)
            assert (row.act, row.source) == ("cancel", "window")
            page = await clerk.get(f"{PERMITS}/{row.reference}")
            assert "注销" in page.text
    await close_documents(desk.documents)


async def test_the_clerk_says_which_document_was_seen_once(setting: ConsoleSetting, desk: PermitDesk) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall", filled=form(desk))
    reference = (await submit(desk, CITIZEN, id, source="h5")).reference
    address = f"{PERMITS}/{reference}"
    async with setting.client() as clerk:
        await clerk.log_in("window")
        assert "没有核验过" in (await clerk.get(address)).text
        wrong = await send(clerk, address, f"{address}/identity", document="")
        assert wrong.status == 422
        assert "请选看了哪一种证件" in wrong.text
        seen = {"document": "business_licence", "document_number": "91350100M000100Y44"}
        wrong = await send(clerk, address, f"{address}/identity", **seen)
        assert wrong.status == 422
        assert "统一社会信用代码不对" in wrong.text
        assert "91350100M000100Y44" not in wrong.text
        seen["document_number"] = "91350100M000100Y43"
        done = await send(clerk, address, f"{address}/identity", **seen)
        assert "已在窗口核对营业执照" in done.text
        assert "913*************43" in done.text
        assert "91350100M000100Y43" not in done.text
    assert await AuditEntry.filter(case_id=id, action="permit_application.confirm_identity").count() == 1


async def test_who_only_looks_at_their_own_application_is_not_told_of_a_record(
    setting: ConsoleSetting, desk: PermitDesk
) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall", filled=form(desk))
    address = f"{PERMITS}/{(await submit(desk, CITIZEN, id, source='h5')).reference}"
    phone = desk.sealer.blind_index("13800001234").hex()
    await desk.db.change(lambda _: Staff.filter(id=setting.people["window"].id).update(phone_index=phone))
    async with setting.client() as clerk:
        await clerk.log_in("window")
        page = (await clerk.get(address)).text
        assert "您可以看，不能办理" in page
        assert "已经记录" not in page
        assert await AuditEntry.filter(case_id=id, action="permit_application.own_refused").count() == 0
        token = (await clerk.get(address)).hidden("csrf_token")
        looked = await clerk.post(
            f"{address}/accept/preview", {"csrf_token": token, "expected_revision": "1"}
        )
        assert looked.status == 403
        assert "您可以看，不能办理" in looked.text
        assert "已经记录" not in looked.text  # and so it is: a preview stands in no chain
        assert await AuditEntry.filter(case_id=id, action="permit_application.own_refused").count() == 0
        refused = await clerk.post(
            f"{address}/accept",
            {"csrf_token": (await clerk.get(address)).hidden("csrf_token"), "expected_revision": "1"},
        )
        assert refused.status == 403
        assert await AuditEntry.filter(case_id=id, action="permit_application.own_refused").count() == 1


async def test_whom_to_phone_is_a_list(setting: ConsoleSetting, desk: PermitDesk) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall", filled=form(desk))
    made = await submit(desk, CITIZEN, id, source="h5")

    async def rows(change: Change) -> None:
        # As if the window had entered it for somebody who has no account.
        await PermitApplication.filter(id=id).update(account_id=None, source="window")
        await Delivery(
            id=change.ids.new(), event_id=change.ids.new(), case_id=id, recipient_kind="window", recipient_id=id,
            rule="permit_withdrawn", template="notify.permit.lapsed", state="failed", attempts=1, fence=0,
            params=msgspec.json.encode({"reference": made.reference, "kind_name": "临时占道设摊"}).decode(),
            next_at=change.now, expires_at=change.now, created_at=change.now, updated_at=change.now,
            final_reason="to_be_phoned",
        ).save(force_create=True)  # fmt: skip

    await desk.db.change(rows)
    async with setting.client() as clerk:
        await clerk.log_in("window")
        page = await clerk.get(f"{PERMITS}/calls")
        assert made.reference in page.text
        call = (await Delivery.get(recipient_id=id)).id
        done = await send(clerk, f"{PERMITS}/calls", f"{PERMITS}/calls", call=str(call))
        assert "已记下" in done.text
        assert "没有要打电话告知的" in done.text
