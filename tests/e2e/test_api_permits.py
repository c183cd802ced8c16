"""Permits through the API: from the first question to the e-permit, and what is refused on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from casework.permits import accepting, correcting, deciding
from casework.permits.correcting import Item
from casework.permits.decision_rules import Grant
from casework.permits.forms import Filled
from casework.permits.models import PermitApplication, PermitDraft
from casework.permits.verifying import verify_token
from kit.db import Database
from tests.e2e.api_setting import ApiSetting, api_on
from tests.e2e.test_api_permissions import FORM, photo
from tests.permit_life_setting import form, life_desk_on
from tests.permit_setting import APPROVER, CLERK

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The actions beneath are tried on both engines."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        yield running


async def test_a_refund_is_filled_in_on_one_phone_checked_and_sent_once(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    begun = await mei.post("/permit-drafts", {"kind": "proof"})
    at = f"/permit-drafts/{begun.body['id']}"
    checked = await mei.post(f"{at}/check")
    assert [(one["field"], one["kind"]) for one in checked.body["faults"]] == [
        ("holder", "field"),
        ("phone", "field"),
        ("receipt", "material"),
    ]
    assert all(one["sentence"].endswith("。") for one in checked.body["faults"])
    saved = await mei.ask("PUT", at, {"answers": {}, "values": FORM | {"ghost": "x"}, "revision": 1})
    assert (saved.body["revision"], saved.body["values"]) == (2, FORM)
    late = await mei.ask("PUT", at, {"answers": {}, "values": {}, "revision": 1})
    assert (late.status, late.type) == (409, "permit.draft_moved_on")
    sent = await mei.ask("POST", "/uploads?meant_for=permit", PAPER, content_type="application/pdf")
    hung = {"material": "receipt", "file_id": sent.body["id"]}
    assert (await gang.post(f"{at}/materials", hung)).status == 404
    assert (await mei.post(f"{at}/materials", hung | {"material": "ghost"})).body["field"] == "material"
    for _ in range(2):
        shown = await mei.post(f"{at}/materials", hung)
        assert [one["material"] for one in shown.body["materials"]] == ["receipt"]
        assert shown.body["revision"] == 3  # a file is a change, the same one once more is none
    assert (await mei.post(f"{at}/check")).body == {"is_ready": True, "faults": [], "clashes": []}
    applying = {"draft": begun.body["id"], "revision": 3}
    assert (await mei.post("/permits", applying | {"revision": 2})).type == "permit.draft_changed"
    first, second = [await mei.post("/permits", applying) for _ in range(2)]
    assert first.body["reference"] == second.body["reference"]
    assert first.headers["location"] == f"/api/v1/permits/{first.body['reference']}"
    assert await PermitApplication.all().count() == 1
    assert await PermitDraft.all().count() == 0
    assert [row["reference"] for row in (await mei.get("/permits")).body["rows"]] == [first.body["reference"]]
    assert (await gang.get("/permits")).body["rows"] == []


async def test_one_draft_is_begun_by_one_key_and_says_its_revision_when_a_file_goes(
    setting: ApiSetting,
) -> None:
    mei = await setting.citizen()
    first, second = [
        await mei.post("/permit-drafts", {"kind": "proof"}, idempotency_key="one-act-9") for _ in range(2)
    ]
    assert first.status == second.status == 201
    assert first.body["id"] == second.body["id"]
    other = await mei.post("/permit-drafts", {"kind": "stall"}, idempotency_key="one-act-9")
    assert (other.status, other.type) == (409, "idempotency_conflict")
    at = f"/permit-drafts/{first.body['id']}"
    sent = await mei.ask("POST", "/uploads?meant_for=permit", PAPER, content_type="application/pdf")
    hung = await mei.post(f"{at}/materials", {"material": "receipt", "file_id": sent.body["id"]})
    gone = await mei.ask("DELETE", f"{at}/materials/{hung.body['materials'][0]['file']['id']}")
    assert (gone.status, gone.body["materials"], gone.body["revision"]) == (200, [], 3)


async def test_one_message_sent_twice_at_once_is_one_application(setting: ApiSetting) -> None:
    mei = await setting.citizen()
    said = {"kind": "stall", "values": FORM}
    both = await asyncio.gather(*(mei.post("/permits", said, idempotency_key="one-act-1") for _ in range(2)))
    assert {one.status for one in both} == {201}
    assert len({one.body["reference"] for one in both}) == 1
    assert await PermitApplication.all().count() == 1
    other = await mei.post("/permits", said | {"act": "renew"}, idempotency_key="one-act-1")
    assert (other.status, other.type) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({}, 409, "kind"),
        ({"kind": "castle"}, 404, None),
        ({"kind": "stall", "act": "cancel"}, 409, "act"),
        ({"kind": "stall", "values": {"holder": "清河商贸有限公司"}}, 409, "phone"),
        ({"kind": "stall", "values": FORM | {"phone": "12"}}, 409, "phone"),
        ({"kind": "proof", "values": FORM}, 409, "receipt"),
        ({"kind": "stall", "values": FORM, "materials": {"ghost": ["0190a6c8-0000-7000-8000-000000000001"]}}, 409, "ghost"),
        ({"kind": "stall", "values": {"holder": 7}}, 422, "values"),
        ({"kind": "stall", "values": FORM, "fee": 0}, 422, "fee"),
        ({"draft": "0190a6c8-0000-7000-8000-000000000001"}, 404, None),
        ({"kind": "stall", "act": "renew", "values": FORM}, 409, "concerns"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_in_one_sentence_and_nothing_is_kept(
    setting: ApiSetting, said: dict[str, Any], status: int, field: str | None
) -> None:
    mei = await setting.citizen()
    refused = await mei.post("/permits", said)
    assert (refused.status, refused.body.get("field")) == (status, field), refused
    assert refused.body["title"].endswith("。")
    assert await PermitApplication.all().count() == await PermitDraft.all().count() == 0


async def test_put_right_granted_shown_verified_and_rated(setting: ApiSetting) -> None:
    mei = await setting.citizen()
    side, desk = setting.door.permits, setting.door.permits.desk
    sent = await mei.post("/permits", {"kind": "board", "values": FORM})
    at = f"/permits/{sent.body['reference']}"
    row = await PermitApplication.get(reference=sent.body["reference"])
    (clock,) = sent.body["clocks"]
    assert (clock["name"], clock["amount"], len(clock["reckoning"]) > 1) == ("accept", 5, True)
    assert (await mei.get(f"{at}/e-permit")).type == "permit.no_permit_yet"
    await correcting.request_correction(
        desk, CLERK, row.id, [Item(item="field:holder", wrong="与执照不一致")]
    )
    shown = (await mei.get(at)).body
    assert (shown["moves"], shown["corrections"][0]["items"][0]["wrong"]) == (
        ["correct", "withdraw"],
        "与执照不一致",
    )
    draft = (await mei.post(f"{at}/correction-draft")).body
    assert (draft["corrects"], draft["values"]) == (sent.body["reference"], FORM)
    values = FORM | {"holder": "清河商贸股份有限公司"}
    await mei.ask(
        "PUT",
        f"/permit-drafts/{draft['id']}",
        {"answers": {}, "values": values, "revision": draft["revision"]},
    )
    for _ in range(2):
        corrected = await mei.post(f"{at}/corrections", {"draft": draft["id"]})
        assert (corrected.status, corrected.body["state"]) == (200, "submitted")
    assert corrected.body["holder"] == values["holder"]
    await accepting.accept(desk, CLERK, row.id)
    clocks = {one["name"]: one for one in (await mei.get(at)).body["clocks"]}
    assert (clocks["promise"]["amount"], clocks["promise"]["counted_in"]) == (420, "working_minutes")
    begins = desk.db.clock.now()
    await deciding.grant(desk, APPROVER, row.id, Grant(from_at=begins, until_at=begins.replace(year=2027)))
    shown = (await mei.get(at)).body
    assert [one["act"] for one in shown["history"]][-2:] == ["accept", "grant"]
    assert {"受理通知书", "补正一次性告知书", "准予行政许可决定书"} == {
        one["name"] for one in shown["papers"]
    }
    e_permit = (await mei.get(f"{at}/e-permit")).body
    assert e_permit["number"] == shown["permit"]["number"]
    assert e_permit["qr_svg"].startswith("<svg")
    assert e_permit["url"] == f"{side.public_url}/public/verify/{e_permit['token']}"
    assert (await verify_token(e_permit["token"], side.keys.held(), desk.db.clock)).outcome == "valid"
    assert (await mei.post(f"{at}/rate", {"score": 5})).body["rating"] == 5
    assert (await mei.post(f"{at}/rate", {"score": 1})).type == "permit.rated_already"
    # Decided on: taking it back comes too late.
    assert (await mei.post(f"{at}/withdraw", {"reason": "不办了"})).status == 409


async def test_a_check_says_what_clashes_and_never_whose_it_is(database: Database, tmp_path: Path) -> None:
    desk = await life_desk_on(database)
    async with api_on(database, tmp_path, permits=desk) as setting:
        await _clashing(setting, form(desk))


async def _clashing(setting: ApiSetting, filled: Filled) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    said = {"kind": "stall", "values": filled.values}
    assert (await mei.post("/permits", said)).status == 201
    checked = await gang.post("/permit-kinds/stall/check", {"values": filled.values})
    (clash,) = checked.body["clashes"]
    assert (checked.body["is_ready"], clash["about"], clash["extent"]) == (True, "application", "overlap")
    assert not {"reference", "holder", "place_text", "id"} & set(clash)
    zero = await gang.post("/permit-kinds/stall/check", {"values": filled.values | {"area": "0"}})
    assert [(one["field"], one["problem"]) for one in zero.body["faults"]] == [
        ("area", "/problems/permit.form.not_positive")
    ]


async def test_kinds_say_what_they_ask_and_questions_come_to_a_verdict(setting: ApiSetting) -> None:
    nobody = await setting.anonymous()
    rows = (await nobody.get("/permit-kinds")).body["rows"]
    assert [one["code"] for one in rows] == ["stall", "board", "sign", "proof", "deposit"]
    kind = (await nobody.get("/permit-kinds/stall")).body
    assert [one["code"] for one in kind["fields"]] == ["holder", "phone", "words"]
    limits = {one["name"]: (one["amount"], one["counted_in"]) for one in kind["limits"]}
    assert (limits["survey"], limits["promise"]) == ((60, "working_minutes"), (1, "working_days"))
    assert (await nobody.post("/permit-kinds/stall/eligibility")).body["then"] == "go_on"


async def test_a_file_for_a_complaint_is_no_material(setting: ApiSetting) -> None:
    mei = await setting.citizen()
    draft = (await mei.post("/permit-drafts", {"kind": "deposit"})).body["id"]
    sent = await mei.ask("POST", "/uploads", photo(), content_type="image/png")
    refused = await mei.post(
        f"/permit-drafts/{draft}/materials", {"material": "receipt", "file_id": sent.body["id"]}
    )
    assert (refused.status, refused.type) == (409, "upload.not_yours")
    assert (await mei.ask("POST", "/uploads", PAPER, content_type="application/pdf")).status == 415
