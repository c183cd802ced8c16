"""A party's rectification notices in the mini-program: taken in by the code, read, reported with photos; and the consent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from casework.actors import Actor
from casework.penalties.access import access_by_code
from casework.penalties.case_queries import case_view
from casework.penalties.case_requests import NewRequest, send_request
from casework.penalties.models import DeliveryConsent, PenaltyCase, RectificationNotice
from casework.penalties.photos import FOUND, put_photos
from casework.penalties.queries import notice_view
from casework.people.models import StaffBinding
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests.contract.test_rectification_notices import OFFICER, issued, people
from tests.e2e.api_setting import ApiSetting, Caller, api_on
from tests.e2e.test_api_permissions import photo
from tests.penalty_case_setting import OFFICER as CASE_OFFICER
from tests.penalty_case_setting import told, with_people

OWN, CONSENT = "/rectification-notices", "/delivery-consent"
WRONG = "K7P4-9QXM-2TRA"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The actions beneath are tried on both engines."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        await database.change(people)
        yield running


async def paper(setting: ApiSetting) -> dict[str, str]:
    """A notice that was issued a moment ago: what stands on its paper."""
    desk = setting.door.penalties
    ground = desk.section.grounds[0].code
    reference = await issued(desk, ground=ground)
    return {"reference": reference, "code": (await notice_view(desk, OFFICER, reference)).code}


async def photo_of(mei: Caller) -> str:
    sent = await mei.ask("POST", "/uploads", photo(), content_type="image/png")
    return str(sent.body["id"])


async def test_a_party_takes_a_notice_in_by_its_code_reports_with_a_photo_and_opens_its_paper(
    setting: ApiSetting,
) -> None:
    mei, gang, on_paper = await setting.citizen(), await setting.citizen(), await paper(setting)
    wrong = await mei.post(f"{OWN}/claim", {**on_paper, "code": WRONG})
    assert (wrong.status, wrong.type) == (404, "penalty.does_not_fit")
    at = f"{OWN}/{on_paper['reference']}"
    assert (await mei.get(at)).status == 404
    for _ in range(2):
        taken = await mei.post(f"{OWN}/claim", on_paper)
        assert [one["reference"] for one in taken.body["rows"]] == [on_paper["reference"]]
    late = await gang.post(f"{OWN}/claim", on_paper)
    assert (late.status, late.type) == (409, "penalty.in_another_account")
    assert (await gang.get(at)).status == 404

    shown = (await mei.get(at)).body
    assert (shown["line"]["state"], shown["moves"], shown["photos"]) == ("issued", ["report"], [])
    assert all(shown[one] for one in ("facts", "demand", "party", "reckoning", "papers"))
    file = await photo_of(mei)
    said = {"words": "已经收回店内", "files": [file], "revision": shown["revision"]}
    assert (await gang.post(f"{at}/report", said)).status == 404
    for _ in range(2):
        done = await mei.post(f"{at}/report", said)
        assert (done.status, done.body["line"]["state"], done.body["report"]) == (
            200,
            "reported",
            said["words"],
        )
        assert [(one["file_id"], one["stage"]) for one in done.body["photos"]] == [(file, "after")]
    other = await mei.post(f"{at}/report", {"words": "另一句"})
    assert (other.status, other.type) == (409, "workflow.wrong_state")
    document = shown["papers"][0]["document_id"]
    opened = await mei.get(f"{at}/papers/{document}")
    assert (opened.status, opened.headers["content-type"]) == (200, "application/pdf")
    assert (await gang.get(f"{at}/papers/{document}")).status == 404
    actions = await AuditEntry.filter(action__startswith="rectification").values_list("action", flat=True)
    assert list(actions).count("rectification.link") == 1


@pytest.mark.parametrize(
    ("said", "status", "type"),
    [
        ({"words": " "}, 409, "complaint.empty"),
        ({}, 422, "api.field"),
        ({"words": "长" * 5_000}, 422, "api.too_long"),
        ({"words": "城管队员收红包才要改"}, 409, "api.misconduct"),
        ({"words": "改了", "revision": 99}, 409, "penalty.moved_on"),
        ({"words": "改了", "files": ["0190a6c8-0000-7000-8000-000000000001"]}, 409, "upload.not_yours"),
    ],
)
async def test_what_does_not_fit_a_report_is_one_sentence_and_nothing_is_kept(
    setting: ApiSetting, said: dict[str, object], status: int, type: str
) -> None:
    mei, on_paper = await setting.citizen(), await paper(setting)
    await mei.post(f"{OWN}/claim", on_paper)
    refused = await mei.post(f"{OWN}/{on_paper['reference']}/report", said)
    assert (refused.status, refused.type) == (status, type), refused
    assert refused.body["title"].endswith("。")
    assert (await RectificationNotice.get()).report is None


async def test_a_photo_of_somebody_else_and_what_is_no_photo_are_not_taken(setting: ApiSetting) -> None:
    mei, gang, on_paper = await setting.citizen(), await setting.citizen(), await paper(setting)
    await mei.post(f"{OWN}/claim", on_paper)
    for_permit = await mei.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
    for file in (await photo_of(gang), for_permit.body["id"]):
        said = {"words": "改了", "files": [file]}
        refused = await mei.post(f"{OWN}/{on_paper['reference']}/report", said)
        assert (refused.status, refused.type, refused.body["field"]) == (409, "upload.not_yours", "files")


async def test_consent_is_given_with_the_code_of_a_paper_and_taken_back_at_any_time(
    setting: ApiSetting,
) -> None:
    mei, on_paper = await setting.citizen(), await paper(setting)
    before = (await mei.get(CONSENT)).body
    assert (before["is_given"], bool(before["words"]), bool(before["version"])) == (False, True, True)
    wrong = await mei.post(CONSENT, {**on_paper, "code": WRONG, "signed_name": "王梅"})
    assert (wrong.status, wrong.type) == (404, "penalty.does_not_fit")
    unsigned = await mei.post(CONSENT, {**on_paper, "signed_name": " "})
    assert (unsigned.status, unsigned.type) == (409, "complaint.empty")
    for _ in range(2):
        assert (await mei.post(CONSENT, {**on_paper, "signed_name": "王梅"})).body["is_given"] is True
    kept = await DeliveryConsent.get()
    assert "王梅".encode() not in bytes(kept.signed_name_sealed)
    assert [one["reference"] for one in (await mei.get(OWN)).body["rows"]] == [on_paper["reference"]]
    for _ in range(2):
        assert (await mei.post(f"{CONSENT}/revoke")).body["is_given"] is False
    assert await DeliveryConsent.filter(revoked_at=None).count() == 0


async def test_an_officer_of_the_notice_neither_takes_it_in_nor_signs_for_its_party(
    setting: ApiSetting,
) -> None:
    mei, on_paper = await setting.citizen(), await paper(setting)

    async def bind(change: Change) -> None:
        await StaffBinding(
            id=change.ids.new(), staff_id=OFFICER.id, account_id=mei.account_id, bound_at=change.now
        ).save(force_create=True)

    await setting.door.db.change(bind)
    for address, said in ((f"{OWN}/claim", on_paper), (CONSENT, {**on_paper, "signed_name": "甲"})):
        refused = await mei.post(address, said)
        assert (refused.status, refused.type) == (403, "penalty.own_notice")
    assert (await RectificationNotice.get()).account_id is None
    assert await AuditEntry.filter(action="rectification.own_refused").count() == 2


async def test_a_file_sent_with_a_code_alone_is_served_to_whoever_has_the_case_and_to_nobody_else(
    setting: ApiSetting,
) -> None:
    desk, on_paper = setting.door.penalties, await paper(setting)
    mei, gang = await setting.citizen(), await setting.citizen()
    await with_people(desk)
    case = await told(desk)
    files = [UUID(await photo_of(mei)) for _ in range(2)]

    code = (await case_view(desk, CASE_OFFICER, case.reference)).code
    access_id = await access_by_code(desk, case.reference, code)
    nobody = Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))
    said = NewRequest(kind="statement", words="已清扫", files=(files[0],))
    await send_request(desk, nobody, case.id, said, access_id=access_id)

    async def work(change: Change) -> None:
        # As they come by a browser that holds nothing but the code of a paper.
        await StoredFile.filter(id__in=files).update(account_id=None)
        notice = await RectificationNotice.get(reference=on_paper["reference"])
        await put_photos(change, notice.id, FOUND, [files[1]])

    await desk.db.change(work)
    for file in files:
        assert (await mei.get(f"/files/{file}")).status == 404
    await mei.post(f"{OWN}/claim", on_paper)
    await desk.db.change(lambda _: PenaltyCase.filter(id=case.id).update(account_id=mei.account_id))
    for file in files:
        # It is there; whether it was re-encoded already is another matter.
        assert (await mei.get(f"/files/{file}")).status in (200, 409)
        assert (await gang.get(f"/files/{file}")).status == 404
