"""Phone and window on one application through the API: who applies, the clerk's code, receipts, and the applicant's own say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.unified_login import HttpUnifiedLogin
from casework.people.models import Account, VerifiedIdentity
from casework.permits import accepting, drafts, handover, parties
from casework.permits.desk import PermitDesk
from casework.permits.hearing_models import PermitHearing
from casework.permits.models import PermitApplication, PermitMaterial
from casework.permits.submitting import submit
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.e2e.api_setting import ApiSetting, Caller, api_on
from tests.e2e.test_api_permissions import FORM, photo
from tests.permit_setting import APPROVER, CLERK, filled, row_of
from tests.unified_login_setting import CLIENT, MEI, SECRET, LoginStandIn, unified_login

NEXT_DOOR = parties.PartyWish(name="李邻居", concern="摊位设在店门前", may_ask_hearing=True)
NONE = "XK-QS-261123-0001-A"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The actions beneath are tried on both engines."""
    return sqlite_url


@pytest.fixture
async def login() -> AsyncIterator[LoginStandIn]:
    async with unified_login() as running:
        yield running


@pytest.fixture
async def setting(database: Database, tmp_path: Path, login: LoginStandIn) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path, login=HttpUnifiedLogin(login.base, CLIENT, SECRET)) as running:
        yield running


def desk_of(setting: ApiSetting) -> PermitDesk:
    return setting.door.permits.desk


async def in_hand(setting: ApiSetting, mei: Caller) -> tuple[str, PermitApplication]:
    sent = await mei.post("/permits", {"kind": "board", "values": FORM})
    row = await PermitApplication.get(reference=sent.body["reference"])
    await accepting.accept(desk_of(setting), CLERK, row.id)
    return f"/permits/{row.reference}", row


async def at_the_window(setting: ApiSetting) -> tuple[str, str]:
    desk = desk_of(setting)
    id = await drafts.begin(desk, CLERK, "stall")
    await drafts.save(desk, CLERK, id, filled(), "who", 1)
    made = await submit(desk, CLERK, id, source="window")
    assert made.receipt_secret is not None
    return made.reference, made.receipt_secret


async def way(caller: Caller) -> dict[str, str]:
    """Out to the login as a web view goes, and what the address it comes back to says."""
    out = await caller.post("/identity/start")
    assert out.status == 201, out
    async with caller.setting.http.get(out.body["url"], allow_redirects=False) as answer:
        back = answer.headers["location"]
    assert back.startswith(f"{out.body['back']}?")
    async with caller.setting.http.get(back) as page:
        assert page.status == 200
        text = await page.text()
        assert "返回小程序" in text
        assert page.headers["cache-control"] == "no-store"
    said = dict(parse_qsl(urlsplit(back).query))
    assert said["code"] not in text
    return said


async def test_a_code_of_the_phone_lets_the_clerk_go_on_until_it_is_taken_back(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    begun = (await mei.post("/permit-drafts", {"kind": "stall", "values": FORM})).body
    at = f"/permit-drafts/{begun['id']}"
    assert begun["helped_until_at"] is None
    assert (await gang.post(f"{at}/handover")).type == "permit.draft_not_found"
    made = await mei.post(f"{at}/handover")
    assert (made.status, len(made.body["code"].replace(" ", ""))) == (201, 8)
    taken = await handover.take_over(desk_of(setting), CLERK, made.body["code"])
    assert str(taken) == begun["id"]
    assert (await mei.get(at)).body["helped_until_at"] is not None
    assert (await gang.ask("DELETE", f"{at}/handover")).status == 404
    assert (await mei.ask("DELETE", f"{at}/handover")).status == 204
    assert (await mei.get(at)).body["helped_until_at"] is None


async def test_what_the_window_entered_is_taken_in_by_its_receipt_and_by_nobody_else(
    setting: ApiSetting,
) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    reference, secret = await at_the_window(setting)
    assert (await mei.get(f"/permits/{reference}")).status == 404
    missing = await gang.post("/permit-claims", {"reference": NONE, "secret": secret})
    wrong = await gang.post("/permit-claims", {"reference": reference, "secret": "AAAA-BBBB"})
    assert (missing.status, missing.type) == (404, "permit.receipt_does_not_fit")
    assert missing.body | {"request_id": ""} == wrong.body | {"request_id": ""}
    taken = await mei.post("/permit-claims", {"reference": f" {reference} ", "secret": secret.lower()})
    assert (taken.status, taken.body["reference"]) == (200, reference)
    assert (await mei.get(f"/permits/{reference}")).status == 200
    assert (await mei.post("/permit-claims", {"reference": reference})).status == 200
    late = await gang.post("/permit-claims", {"reference": reference, "secret": secret})
    assert (late.status, late.type) == (404, "permit.receipt_does_not_fit")


async def test_whose_telephone_it_has_is_offered_it(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    desk = desk_of(setting)

    async def vouched(change: Change) -> None:
        index = desk.sealer.blind_index("13800001234").hex()
        await Account.filter(id=mei.account_id).update(phone_index=index, phone_verified_at=change.now)

    await desk.db.change(vouched)
    reference, _ = await at_the_window(setting)
    (row,) = (await mei.get("/permit-claims")).body["rows"]
    assert (row["reference"], row["kind"]) == (reference, "stall")
    assert (await gang.get("/permit-claims")).body["rows"] == []
    assert (await gang.post("/permit-claims", {"reference": reference})).status == 404
    assert (await mei.post("/permit-claims", {"reference": reference})).status == 200
    assert (await mei.get("/permit-claims")).body["rows"] == []


async def test_whoever_guesses_at_receipts_waits_longer_and_longer(setting: ApiSetting) -> None:
    gang = await setting.citizen()
    reference, secret = await at_the_window(setting)
    tries = [await gang.post("/permit-claims", {"reference": reference, "secret": "AAAA"}) for _ in range(7)]
    assert tries[0].status == 404
    assert (tries[-1].status, tries[-1].type) == (429, "login.slow_down")
    assert int(tries[-1].headers["retry-after"]) > 0
    refused = await gang.post("/permit-claims", {"reference": reference, "secret": secret})
    assert refused.status == 429


async def test_who_applies_is_vouched_for_and_the_number_stays_masked(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    assert (await mei.get("/identity")).body == {"is_connected": True, "known": []}
    said = await way(mei)
    # A finished way that is sent to somebody else verifies nobody.
    stolen = await gang.post("/identity/finish", said)
    assert (stolen.status, stolen.type) == (404, "identity.state")
    done = await mei.post("/identity/finish", said)
    assert done.status == 200, done
    (known,) = done.body["known"]
    assert (known["kind"], known["name"]) == ("person", "李梅")
    assert MEI["identity_number"] not in str(done.body)
    assert (await mei.post("/identity/finish", said)).type == "identity.state"
    assert (await mei.get("/identity")).body["known"] == [known]
    assert (await gang.get("/identity")).body["known"] == []
    assert (await mei.ask("DELETE", "/identity")).body["known"] == []
    assert not await VerifiedIdentity.exists()


async def test_what_goes_wrong_at_the_login_is_one_sentence_and_changes_nothing(
    setting: ApiSetting, login: LoginStandIn
) -> None:
    mei = await setting.citizen()
    unknown = await mei.post("/identity/finish", {"code": "abc", "state": "0" * 32})
    assert (unknown.status, unknown.type) == (404, "identity.state")
    assert (await mei.post("/identity/finish", {"code": "<x>", "state": "0" * 32})).status == 422
    login.is_away = True
    away = await mei.post("/identity/finish", await way(mei))
    assert (away.status, away.type) == (503, "identity.away")
    login.is_away, login.nonce = False, "somebody-else's"
    assert (await mei.post("/identity/finish", await way(mei))).type == "identity.nonce"
    login.nonce, login.says = "", {**MEI, "identity_number": "110105194912310021"}
    assert (await mei.post("/identity/finish", await way(mei))).type == "identity.unusable"
    assert not await VerifiedIdentity.exists()


async def test_without_a_login_the_api_says_that_the_window_checks(
    database: Database, tmp_path: Path
) -> None:
    async with api_on(database, tmp_path) as setting:
        mei = await setting.citizen()
        assert (await mei.get("/identity")).body == {"is_connected": False, "known": []}
        for path, body in (("/identity/start", None), ("/identity/finish", {"code": "a", "state": "b"})):
            refused = await mei.post(path, body)
            assert (refused.status, refused.type) == (404, "identity.not_connected")


async def test_the_applicant_says_something_with_files_once(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    at, row = await in_hand(setting, mei)
    assert "state" in (await mei.get(at)).body["moves"]
    sent = [
        await mei.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
        for _ in range(2)
    ]
    files = [one.body["id"] for one in sent]
    words = {"answer": "stated", "words": "收摊后清扫", "files": files}
    assert (await gang.post(f"{at}/statements", words)).status == 404
    for _ in range(2):
        shown = await mei.post(f"{at}/statements", words)
        assert shown.status == 200, shown
        (one,) = shown.body["heard"]["statements"]
        assert (one["words"], one["is_in_time"], one["outcome"]) == ("收摊后清扫", True, "")
        assert [file["file_id"] for file in one["files"]] == files
    assert await PermitMaterial.filter(application_id=row.id).count() == 2
    # A file hangs in one place.
    again = await mei.post(f"{at}/statements", {"answer": "stated", "words": "另一件", "files": files[:1]})
    assert (again.status, again.type) == (409, "permit.file_used")
    assert len((await mei.get(at)).body["heard"]["statements"]) == 1


async def test_what_does_not_fit_a_statement_is_refused_in_one_sentence(
    setting: ApiSetting,
) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    at, _ = await in_hand(setting, mei)
    sent = await gang.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
    theirs = [sent.body["id"]]
    for body, status, type in (
        ({"answer": "stated"}, 409, "permit.statement_words"),
        ({"answer": "nothing", "files": theirs}, 409, "permit.statement_words"),
        ({"answer": "stated", "words": "看照片", "files": theirs}, 409, "upload.not_yours"),
        ({"answer": "hearing"}, 409, "permit.no_hearing_right"),
        ({"answer": "maybe"}, 422, "api.choice"),
        ({"answer": "stated", "words": "长" * 5_000}, 422, "api.too_long"),
    ):
        refused = await mei.post(f"{at}/statements", body)
        assert (refused.status, refused.type) == (status, type), refused
    assert (await mei.get(at)).body["heard"] == {"told": None, "statements": [], "hearings": []}


async def test_a_hearing_is_asked_for_in_time_and_called(setting: ApiSetting, clock: FixedClock) -> None:
    mei = await setting.citizen()
    at, row = await in_hand(setting, mei)
    await parties.tell_party(desk_of(setting), APPROVER, row.id, NEXT_DOOR)
    told = (await mei.get(at)).body["heard"]["told"]
    assert (told["may_ask_hearing"], told["answer"]) == (True, "")
    shown = await mei.post(f"{at}/statements", {"answer": "hearing"})
    assert shown.status == 200, shown
    (hearing,) = shown.body["heard"]["hearings"]
    assert (hearing["cause"], hearing["state"]) == ("asked", "called")
    assert "李邻居" not in str(shown.body)
    assert await PermitHearing.filter(application_id=row.id).count() == 1
    assert (await row_of(row.id)).state == "accepted"
