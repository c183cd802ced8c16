"""The applicant is told that others are touched, has their say and asks for a hearing, on a phone without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from app.models import MODEL_MODULES
from casework.people.models import Account
from casework.permits import holder_heard, parties
from casework.permits.hearing_models import PermitHearing, PermitStatement
from casework.permits.holder_heard import EndingNotice
from casework.permits.models import Permit, PermitApplication, PermitMaterial
from casework.permits.submitting import new_reference
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.casework_setting import EVERYWHERE
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, citizens_on
from tests.permit_rows import permit_row
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


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _hidden(text: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.DOTALL)
    assert form
    assert 'enctype="multipart/form-data"' in form[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


@pytest.mark.parametrize("is_holder", [False, True])
async def test_files_go_with_what_is_said_and_none_is_lost_when_the_words_are_not_taken(
    is_holder: bool, setting: CitizenSetting
) -> None:
    desk, official = setting.door.permits.desk, msgspec.structs.replace(APPROVER, units=EVERYWHERE)
    async with setting.phone("o_permit_files001") as phone:
        await phone.get("/h5/enter?next=/h5/permits")
        if is_holder:
            permit = await _held(setting)
            own = f"/h5/me/e-permits/{permit.id}"
            notice = EndingNotice(
                move="revoke", cause="fraud", ground="执照查无此号", basis="行政许可法第六十九条"
            )
            await holder_heard.tell_holder(desk, official, permit.id, notice)
        else:
            own = f"/h5/me/permits/{(await _in_hand(setting)).reference}"
        hidden = _hidden((await phone.get(own)).text, f"{own}/state")
        words = {"score": "stated", "words": "执照换过新号"}
        program = await phone.upload(
            f"{own}/state", hidden | words, "photos", "a.pdf", b"MZ\x90" + b"\0" * 500
        )
        assert program.status in (415, 422)
        assert "执照换过新号" in program.text
        assert not await PermitMaterial.all().exists()

        wordless = {"score": "stated", "words": " "}
        empty = await phone.upload(f"{own}/state", hidden | wordless, "photos", "a.pdf", PDF)
        assert (empty.status, "请写明说了什么" in empty.text) == (422, True)
        assert "已经传好 1 份" in empty.text
        hidden = _hidden(empty.text, f"{own}/state")
        sent = await phone.post(f"{own}/state", hidden | words)
        assert sent.status == 200
        assert "附件 1 份" in sent.text
        door = f"{own}/files/{(await PermitMaterial.get()).file_id}"
        assert f'href="{door}"' in sent.text
        assert "PDF 1（1 KB）" in sent.text
        opened = await phone.get(door)
        assert (opened.status, opened.headers["content-type"]) == (200, "application/pdf")
        assert opened.headers["content-disposition"].startswith("attachment")
        assert opened.headers["x-content-type-options"] == "nosniff"
        assert opened.headers["cache-control"] == "private, no-store"
        other = await StoredFile.all().exclude(id=(await PermitMaterial.get()).file_id).first()
        made_up = other.id if other is not None else uuid4()
        assert (await phone.get(f"{own}/files/{made_up}")).status == 404
        assert (await phone.get(f"{own}/files/x")).status == 404
    statement, held = await PermitStatement.get(), await PermitMaterial.get()
    assert held.code == f"st-{statement.id.hex}"
    assert (await StoredFile.get(id=held.file_id)).sniffed_type == "application/pdf"
    async with setting.phone("o_permit_files002") as stranger:
        await stranger.get("/h5/enter?next=/h5/permits")
        assert (await stranger.post(f"{own}/state", hidden | words)).status in (403, 404)
        assert (await stranger.get(door)).status == 404
    async with setting.phone() as nobody:
        assert not (await nobody.post(f"{own}/state", words)).path.startswith(own)
    assert await PermitMaterial.all().count() == 1


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


async def test_the_holder_speaks_before_a_permit_is_undone_and_loses_nothing_typed(
    setting: CitizenSetting,
) -> None:
    desk, official = setting.door.permits.desk, msgspec.structs.replace(APPROVER, units=EVERYWHERE)
    async with setting.phone("o_permit_undone1") as phone:
        await phone.get("/h5/enter?next=/h5/permits")
        permit = await _held(setting)
        card = f"/h5/me/e-permits/{permit.id}"
        assert "拟对这张许可证作出决定" not in (await phone.get(card)).text
        notice = EndingNotice(
            move="revoke", cause="fraud", ground="执照查无此号", basis="行政许可法第六十九条"
        )
        await holder_heard.tell_holder(desk, official, permit.id, notice)
        text = (await phone.get(card)).text
        for words in ("拟撤销该行政许可", "执照查无此号", "许可证还有效", "拟撤销、撤回行政许可事先告知书"):
            assert words in text
        empty = await phone.submit(card, f"{card}/state", score="stated", words=" ")
        assert (empty.status, "请写明说了什么" in empty.text) == (422, True)
        sent = await phone.submit(card, f"{card}/state", score="stated", words="执照换过新号")
        assert sent.status == 200
        assert "您的意见已经收到" in sent.text
        assert "执照换过新号" in sent.text
    async with setting.phone("o_permit_undone2") as stranger:
        await stranger.get("/h5/enter?next=/h5/permits")
        assert (await stranger.get(card)).status == 404
    heard = await holder_heard.holder_heard(desk, permit.id)
    assert heard is not None
    assert (heard.answer, [one.words for one in heard.said]) == ("stated", ["执照换过新号"])


async def _held(setting: CitizenSetting) -> Permit:
    """A permit in force of whoever holds the phone."""
    application = await _in_hand(setting)
    permit = permit_row(
        setting.door.clock.now(),
        application_id=application.id,
        account_id=application.account_id,
        kind=application.kind,
    )
    await setting.door.db.change(lambda _: permit.save(force_create=True))
    return permit
