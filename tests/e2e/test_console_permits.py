"""Permits at the console: entered at the window, taken in, looked at with two phones, co-signed, decided, ended."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from app.documents import close_documents
from casework.areas.places import Places
from casework.documents.models import IssuedDocument
from casework.permits.credentials import code_shown
from casework.permits.desk import PermitDesk
from casework.permits.models import CoSignature, Permit, PermitApplication, PermitDraft
from casework.permits.survey_models import PermitSurvey, PermitSurveyPhoto
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Database
from kit.files.models import StoredFile
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from tests.permit_life_setting import SECTION
from tests.permit_setting import UNIT, permit_desk_on

PERMITS = "/console/permits"


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
        await setting.hire("first", "唐勇", (Role.SURVEY_OFFICER, UNIT))
        await setting.hire("second", "罗燕", (Role.SURVEY_OFFICER, UNIT))
        await setting.hire("traffic", "宋凯", (Role.CO_SIGNER, "traffic"))
        yield setting


async def send(clerk: Clerk, at: str, path: str, **fields: str) -> Page:
    """A form of the page at `at`, sent to `path`."""
    page = await clerk.get(at)
    found = re.search(r'name="expected_revision" value="(\d+)"', page.text)
    token = {"csrf_token": page.hidden("csrf_token"), "expected_revision": found.group(1) if found else ""}
    return await clerk.post(path, {**token, **fields})


def photo(colour: str = "teal") -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, "JPEG")
    return made.getvalue()


async def shoot(clerk: Clerk, at: str, colour: str = "teal", **fields: str) -> Page:
    page = await clerk.get(at)
    form = aiohttp.FormData({"csrf_token": page.hidden("csrf_token"), **fields})
    form.add_field("photos", photo(colour), filename="p.jpg", content_type="image/jpeg")
    return await clerk.post(f"{at}/photos", form)


async def entered(clerk: Clerk, desk: PermitDesk, surface: str = "footway") -> str:
    """The reference of a stall entered at the window, step by step."""
    begun = await send(clerk, f"{PERMITS}/new", f"{PERMITS}/new/stall")
    here = begun.path
    begins = (local(desk.db.clock.now()) + timedelta(days=2)).replace(hour=9, minute=0)
    wrong = await send(
        clerk, here, here, step="who", go="next", **{"v:holder": "清河商贸有限公司", "v:phone": "12"}
    )
    assert wrong.status == 422
    assert 'aria-invalid="true"' in wrong.text
    assert 'value="清河商贸有限公司"' in wrong.text
    steps = (
        ("who", {"v:holder": "清河商贸有限公司", "v:phone": "13800001234"}),
        ("what", {"v:words": ""}),
        (
            "where",
            {
                "v:place": "湖滨路 18 号门前",
                "v:place:point": "30.1, 118.1",
                "v:area": "12",
                "v:when:from": f"{begins:%Y-%m-%dT%H:%M}",
                "v:when:until": f"{begins + timedelta(hours=30):%Y-%m-%dT%H:%M}",
                "v:surface": surface,
            },
        ),
    )
    for step, values in steps:
        page = await send(clerk, f"{here}?step={step}", here, step=step, go="next", **values)
        assert page.status == 200, page.text
    unchecked = await send(clerk, f"{here}?step=check", f"{here}/submit", delivery="window")
    assert unchecked.status == 422
    assert await PermitDraft.exists()
    seen = {"checked": "1", "document": "identity_card", "document_number": "110105194912310021"}
    refused = await send(clerk, f"{here}?step=check", f"{here}/submit", delivery="window", **seen)
    assert refused.status == 422
    assert "最后一位要对得上" in refused.text
    seen["document_number"] = "11010519491231002X"
    receipt = await send(clerk, f"{here}?step=check", f"{here}/submit", delivery="window", **seen)
    assert receipt.path.endswith("/receipt"), receipt.text
    row = await PermitApplication.all().order_by("-submitted_at", "-id").first()
    assert row is not None
    assert row.source == "window"
    assert row.reference in receipt.text
    return row.reference


async def audited(reference: str, action: str) -> int:
    row = await PermitApplication.get(reference=reference)
    return await AuditEntry.filter(case_id=row.id, action=f"permit_application.{action}").count()


async def test_an_application_goes_from_the_window_to_a_permit_and_to_its_end(
    setting: ConsoleSetting, desk: PermitDesk
) -> None:
    people = {login: str(person.id) for login, person in setting.people.items()}
    async with setting.client() as window:
        await window.log_in("window")
        reference = await entered(window, desk)
        here = f"{PERMITS}/{reference}"
        page = await window.get(here)
        assert "138****1234" in page.text
        assert "13800001234" not in page.text
        clear = await send(window, here, f"{here}/reveal")
        assert "13800001234" in clear.text
        assert await audited(reference, "reveal") == 1
        assert "13800001234" not in (await window.get(here)).text
        assert await audited(reference, "show_receipt") == 1

        draft = await send(window, here, f"{here}/accept/preview")
        assert draft.headers["content-type"] == "application/pdf"  # type: ignore[index]
        assert await IssuedDocument.all().count() == 0
        assert (await PermitApplication.get(reference=reference)).state == "submitted"
        await send(window, here, f"{here}/accept")
        assert await IssuedDocument.filter(kind="acceptance").count() == 1

    async with setting.client() as approver:
        await approver.log_in("approver")
        assert reference in (await approver.get(f"{PERMITS}?tab=survey")).text
        same = await send(
            approver, here, f"{here}/schedule_survey", officer=people["first"], second_officer=people["first"]
        )
        assert same.status == 422
        assert 'id="schedule_survey-second_officer-wrong"' in same.text
        await send(
            approver,
            here,
            f"{here}/schedule_survey",
            officer=people["first"],
            second_officer=people["second"],
        )
        visit = await PermitSurvey.all().first()
        assert visit is not None
        at = f"/console/surveys/{visit.id}"
        await _looked_at(setting, at, visit)

        assert (await send(approver, here, f"{here}/grant", area="900")).status == 422
        done = await send(approver, here, f"{here}/grant", area="11", terms="不放音响")
        assert done.status == 200, done.text
        permit = await Permit.all().first()
        assert permit is not None
        assert permit.area_m2 == 11
        held_page = (await approver.get(f"/console/held-permits/{permit.id}")).text
        assert "有效，还没到开始时间" in held_page
        assert "不放音响" in held_page
        # As the paper has it, and as it is asked for at the public door.
        assert f'<dt>查验码</dt><dd class="permit-words">{code_shown(permit.code)}</dd>' in held_page
        found = await approver.get("/console/held-permits?find=湖滨路")
        assert permit.number in found.text

    async with setting.client() as head:
        await head.log_in("head")
        held = f"/console/held-permits/{permit.id}"
        fraud = {"cause": "fraud", "no_harm": "1"}
        bare = await send(head, held, f"{held}/revoke", ground="以欺骗手段取得", basis="", **fraud)
        assert bare.status == 422
        assert "以欺骗手段取得</textarea>" in bare.text
        wish = {"ground": "以欺骗手段取得", "basis": "行政许可法第六十九条"}
        untold = await send(head, held, f"{held}/revoke", **wish, **fraud)
        assert untold.status == 409
        assert "还没有告知持证人" in untold.text
        told = {"ending": "revoke.fraud", "told_how": "handed", **wish}
        paper = await send(head, held, f"{held}/tell_holder/preview", **told)
        assert paper.status == 200
        assert (await send(head, held, f"{held}/tell_holder", **told)).status == 200
        waiting = await send(head, held, f"{held}/revoke", **wish, **fraud)
        assert (waiting.status, "他还没有答复" in waiting.text) == (409, True)
        wordless = await send(head, held, f"{held}/record_holder", answer="stated", holder_words="")
        assert 'id="record_holder-holder_words-wrong"' in wordless.text
        said = await send(head, held, f"{held}/record_holder", answer="stated", holder_words="执照是真的")
        assert "执照是真的" in said.text
        unanswered = await send(head, held, f"{held}/revoke", **wish, **fraud)
        assert (unanswered.status, "请写明是否采纳和理由" in unanswered.text) == (422, True)
        done = await send(head, held, f"{held}/revoke", **wish, **fraud, reply="登记机关说没有发过")
        assert "不予采纳" in done.text
        assert (await Permit.get(id=permit.id)).state == "revoked"


async def _looked_at(setting: ConsoleSetting, at: str, visit: PermitSurvey) -> None:
    """Two officers on their own phones: one photo of the page, one of the album, the record, the other's name."""
    async with setting.client() as first, setting.client() as second:
        await first.log_in("first")
        await second.log_in("second")
        assert at in (await first.get("/console/surveys")).text
        nonce = (await first.get(at)).hidden("nonce")
        before = await StoredFile.filter(kind="permit_survey_photo").count()
        await shoot(first, at, nonce=nonce, latitude="30.1", longitude="118.1", accuracy="9")
        # Sent again, because the answer was lost on the way: it is the same photo.
        again = await shoot(first, at, nonce=nonce, latitude="30.1", longitude="118.1", accuracy="9")
        assert again.status == 200
        assert await StoredFile.filter(kind="permit_survey_photo").count() == before + 1
        await shoot(first, at, "navy", nonce="0" * 64)
        assert await PermitSurveyPhoto.filter(survey_id=visit.id).order_by("position").values_list(
            "is_bound", flat=True
        ) == [True, False]
        bare = await send(first, at, f"{at}/record", outcome="fits", measured_area="12", findings="")
        assert bare.status == 422
        assert 'id="record-findings-wrong"' in bare.text
        await send(first, at, f"{at}/record", outcome="fits", measured_area="12", findings="净宽够")
        own = await send(first, at, f"{at}/confirm")
        assert own.status == 403
        page = await second.get(at)
        assert "拍摄时间不明" in page.text
        await send(second, at, f"{at}/confirm")
        assert (await PermitSurvey.get(id=visit.id)).confirmed_by_id is not None


async def test_what_is_to_be_put_right_is_ticked_and_a_second_time_asks_for_the_heads_reason(
    setting: ConsoleSetting, desk: PermitDesk, clock: FixedClock
) -> None:
    async with setting.client() as window:
        await window.log_in("window")
        reference = await entered(window, desk)
        here = f"{PERMITS}/{reference}"
        nothing = await send(window, here, f"{here}/request_correction", words="请尽快")
        assert nothing.status == 422
        assert "请勾选要补正的项目" in nothing.text
        ticked = {"item:field:area": "1"}
        bare = await send(window, here, f"{here}/request_correction", words="请尽快", **ticked)
        assert bare.status == 422
        assert 'name="item:field:area" value="1" checked' in bare.text
        assert "请尽快</textarea>" in bare.text
        said = {**ticked, "wrong:field:area": "和布置图不一致"}
        await send(window, here, f"{here}/request_correction", **said)
        draft = (await send(window, here, f"{here}/correct")).path
        page = await window.get(draft)
        assert "和布置图不一致" in page.text
        assert 'name="v:area"' in page.text
        head, _, rest = page.text.partition("其余内容（不用改）")
        for name in ("v:holder", "v:phone", "v:place", "v:when:from", "v:surface"):
            assert f'name="{name}"' not in page.text
        assert "清河商贸有限公司" not in head
        assert "清河商贸有限公司" in rest
        for at in (draft, f"{draft}?step=check"):
            seen = (await window.get(at)).text
            assert "138****1234" in seen
            assert "13800001234" not in seen
        assert "step=papers" not in page.text
        fixed = await send(window, draft, draft, step="correct", go="next", **{"v:area": "-1"})
        assert fixed.status == 422
        assert 'aria-invalid="true"' in fixed.text
        # What was to begin soon has begun while the papers went to and fro.
        clock.advance(timedelta(days=3))
        await window.log_in("window")
        fixed = await send(window, draft, draft, step="correct", go="next", **{"v:area": "9"})
        assert f"{draft}/submit" in fixed.text
        await send(window, f"{draft}?step=check", f"{draft}/submit", checked="1")
        row = await PermitApplication.get(reference=reference)
        assert (row.state, row.area_m2) == ("submitted", 9)
        assert f"{here}/request_correction" not in (await window.get(here)).text
        again = await send(window, here, f"{here}/request_correction", **said)
        assert again.status == 403
        assert (await PermitApplication.get(reference=reference)).state == "submitted"


async def test_another_organ_answers_without_seeing_who_somebody_is(
    setting: ConsoleSetting, desk: PermitDesk
) -> None:
    async with setting.client() as window, setting.client() as traffic:
        await window.log_in("window")
        reference = await entered(window, desk, surface="carriageway")
        here = f"{PERMITS}/{reference}"
        await send(window, here, f"{here}/accept")
        await traffic.log_in("traffic")
        asked = await CoSignature.get(unit="traffic")
        at = f"/console/co-signing/{asked.id}"
        assert at in (await traffic.get("/console/co-signing")).text
        page = await traffic.get(at)
        assert "****" not in page.text
        assert "/reveal" not in page.text
        assert (await traffic.get("/console/held-permits")).status == 200
        bare = await send(traffic, at, at, opinion="refused", opinion_words="")
        assert bare.status == 422
        assert 'id="answer-opinion_words-wrong"' in bare.text
        await send(traffic, at, at, opinion="agreed_with_terms", opinion_words="留出一条车道")
        assert (await CoSignature.get(id=asked.id)).opinion == "agreed_with_terms"

        works = await CoSignature.get(unit=None)
        told = await send(
            window, here, f"/console/co-signing/{works.id}", opinion="agreed", by_name="市政 张工"
        )
        assert told.path == here
        assert (await CoSignature.get(id=works.id)).by_name == "市政 张工"
