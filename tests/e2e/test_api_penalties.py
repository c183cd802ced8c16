"""A party's penalty cases in the mini-program: found, read, answered in time; and what does not fit is one clear sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework.actors import Actor
from casework.penalties import case_deciding as deciding
from casework.penalties.case_queries import case_view
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PartyRequestFile, PenaltyCase
from casework.people import vouching
from casework.people.unified_login import Vouched
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.e2e.api_setting import ApiSetting, Caller, api_on
from tests.e2e.test_api_permissions import photo
from tests.penalty_case_setting import HEAD, NUMBER, OFFICER, issued, proposed, served, told, with_people

OWN = "/penalty-cases"
SAID = {"kind": "statement", "words": "当晚已清扫，请从轻处罚"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The actions beneath are tried on both engines."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        await with_people(running.door.penalties)
        yield running


async def of(desk: PenaltyDesk, caller: Caller, row: PenaltyCase) -> str:
    """The case in the caller's account; where it is shown."""
    await desk.db.change(lambda _: PenaltyCase.filter(id=row.id).update(account_id=caller.account_id))
    return f"{OWN}/{row.reference}"


async def told_to(setting: ApiSetting, caller: Caller, **other: object) -> tuple[str, PenaltyCase]:
    row = await told(setting.door.penalties, **other)
    return await of(setting.door.penalties, caller, row), row


async def vouched(desk: PenaltyDesk, actor: Actor) -> None:
    who = Vouched(kind="organisation", name="好滋味", number=NUMBER, subject=NUMBER, level="high", nonce="n")

    async def work(change: Change) -> None:
        assert actor.id is not None
        await vouching.keep(change, desk.sealer, actor, actor.id, who, "省统一身份认证")

    await desk.db.change(work)


async def test_a_party_takes_its_case_in_by_the_code_of_its_notice_or_by_its_identity(
    setting: ApiSetting,
) -> None:
    desk = setting.door.penalties
    mei, gang = await setting.citizen(), await setting.citizen()
    row, hidden = await told(desk), await issued(desk)
    code = (await case_view(desk, OFFICER, row.reference)).code
    wrong = {"reference": row.reference, "code": "K7P4-9QXM-2TRA"}
    for bad in (wrong, {**wrong, "code": ""}, {"reference": "QS-XK-261123-0051-J", "code": code}):
        refused = await mei.post(f"{OWN}/claim", bad)
        assert (refused.status, refused.type) == (404, "penalty.does_not_fit"), refused
    assert (await mei.get(OWN)).body == {"rows": [], "claimable": []}
    for _ in range(2):
        taken = await mei.post(f"{OWN}/claim", {"reference": row.reference, "code": code})
        assert [one["reference"] for one in taken.body["rows"]] == [row.reference]
    # Whoever finds the paper afterwards reads nothing of it here.
    late = await gang.post(f"{OWN}/claim", {"reference": row.reference, "code": code})
    assert (late.status, late.type) == (409, "penalty_case.in_another_account")
    await vouched(desk, gang.actor)
    another = await told(desk)
    found = (await gang.get(OWN)).body
    assert [one["reference"] for one in found["claimable"]] == [another.reference]
    mine = (await gang.post(f"{OWN}/claim", {})).body
    assert ([one["reference"] for one in mine["rows"]], mine["claimable"]) == ([another.reference], [])
    assert (await gang.get(f"{OWN}/{hidden.reference}")).status == 404


async def test_a_party_reads_its_notice_speaks_with_a_photo_and_asks_for_a_hearing(
    setting: ApiSetting,
) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    at, _ = await told_to(setting, mei)
    shown = (await mei.get(at)).body
    assert (shown["line"]["state"], shown["amount_fen"], shown["decision"]) == ("notified", 6_000_000, "")
    assert shown["moves"] == ["state", "ask_hearing", "waive"]
    assert all(shown[one] for one in ("statement_due_at", "hearing_due_at", "reckoning"))
    sent = await mei.ask("POST", "/uploads?meant_for=penalty", photo(), content_type="image/png")
    said = {**SAID, "files": [sent.body["id"]], "revision": shown["revision"]}
    assert (await gang.post(f"{at}/requests", said)).status == 404
    both = await asyncio.gather(
        *(mei.ask("POST", f"{at}/requests", said, idempotency_key="statement-1") for _ in range(3))
    )
    assert {one.status for one in both} == {200}, both
    (one,) = both[0].body["requests"]
    assert (one["words"], one["is_in_time"], one["may_withdraw"]) == (SAID["words"], True, True)
    assert [file["file_id"] for file in one["files"]] == said["files"]
    assert await PartyRequest.all().count() == await PartyRequestFile.all().count() == 1
    other = await mei.ask(
        "POST", f"{at}/requests", {**SAID, "words": "另一句"}, idempotency_key="statement-1"
    )
    assert (other.status, other.type) == (409, "idempotency_conflict")
    proof = await mei.ask("POST", "/uploads?meant_for=penalty", photo(), content_type="image/png")
    wish = {"kind": "hearing", "words": "要求听证", "files": [proof.body["id"]]}
    asked = await mei.post(f"{at}/requests", wish)
    assert asked.body["line"]["state"] == "hearing_asked"
    hearing = next(one for one in asked.body["requests"] if one["kind"] == "hearing")
    assert [file["file_id"] for file in hearing["files"]] == wish["files"]
    back = await mei.post(f"{at}/requests/{hearing['id']}/withdraw")
    assert back.body["line"]["state"] == "notified"
    paper = shown["papers"][0]["document_id"]
    opened = await mei.get(f"{at}/papers/{paper}")
    assert (opened.status, opened.headers["content-type"]) == (200, "application/pdf")
    assert (await gang.get(f"{at}/papers/{paper}")).status == 404
    assert await AuditEntry.filter(action="document.open").exists()


async def test_what_is_decided_but_not_delivered_is_not_shown(setting: ApiSetting, clock: FixedClock) -> None:
    desk = setting.door.penalties
    row = await proposed(desk, clock)
    await deciding.decide(desk, HEAD, row.id)
    mei = await setting.citizen()
    at = await of(desk, mei, row)
    shown = (await mei.get(at)).body
    assert (shown["decision"], shown["decision_fen"], len(shown["papers"])) == ("", None, 1)
    assert "罚款肆万元" not in str(shown)


async def test_what_is_owed_until_when_and_instalments_that_add_up(
    setting: ApiSetting, clock: FixedClock
) -> None:
    desk = setting.door.penalties
    row = await served(desk, clock, "400")
    mei = await setting.citizen()
    at = await of(desk, mei, row)
    shown = (await mei.get(at)).body
    assert (shown["line"]["owed_fen"], shown["decision_fen"]) == (40_000, 40_000)
    assert row.payment_due_on is not None
    assert shown["payment_due_on"] == row.payment_due_on.isoformat()
    assert all(shown[one] for one in ("how_to_pay", "remedies", "lawsuit_until"))
    first, second = (clock.now().date() + timedelta(days=one) for one in (20, 50))
    plan = [{"on": first.isoformat(), "fen": 15_000}, {"on": second.isoformat(), "fen": 25_000}]
    ask = {"kind": "instalment", "words": "一次缴清有困难", "plan": plan}
    for bad, type in (
        ({**ask, "plan": plan[:1]}, "penalty_case.parts"),
        ({**ask, "plan": plan[::-1]}, "penalty_case.plan_days"),
        ({**ask, "plan": [{**plan[0], "fen": 1}, plan[1]]}, "penalty_case.plan_sum"),
        ({**ask, "kind": "delay"}, "penalty_case.delay_until"),
        ({**ask, "words": " "}, "complaint.empty"),
        ({"kind": "hearing", "words": "要求听证"}, "workflow.wrong_state"),
    ):
        refused = await mei.post(f"{at}/requests", bad)
        assert (refused.status, refused.type) == (409, type), refused
        assert refused.body["title"].endswith("。")
    assert not await PartyRequest.exists()
    taken = await mei.post(f"{at}/requests", ask)
    (one,) = taken.body["requests"]
    assert (one["kind"], one["plan"]) == ("instalment", plan)
    again = await mei.post(f"{at}/requests", {"kind": "delay", "words": "晚些缴", "until": first.isoformat()})
    assert (again.status, again.type) == (409, "penalty_case.terms_open")


async def test_a_hearing_asked_for_late_is_refused_and_a_late_statement_is_taken(
    setting: ApiSetting, clock: FixedClock
) -> None:
    desk = setting.door.penalties
    row = await told(desk)
    assert row.hearing_due_at is not None
    clock.set(row.hearing_due_at)
    mei = await setting.citizen()
    at = await of(desk, mei, row)
    assert (await mei.get(at)).body["moves"] == ["state", "waive"]
    late = await mei.post(f"{at}/requests", {"kind": "hearing", "words": "要求听证"})
    assert (late.status, late.type) == (409, "penalty_case.hearing_too_late")
    (one,) = (await mei.post(f"{at}/requests", SAID)).body["requests"]
    assert one["is_in_time"] is False


@pytest.mark.parametrize(
    ("said", "status", "type"),
    [
        ({"kind": "statement"}, 409, "complaint.empty"),
        ({"kind": "statement", "words": "长" * 4_001}, 422, "api.too_long"),
        ({"kind": "statement", "words": "城管队员收红包"}, 409, "api.misconduct"),
        ({"kind": "pardon", "words": "算了吧"}, 422, "api.choice"),
        ({**SAID, "revision": 99}, 409, "penalty_case.moved_on"),
        ({**SAID, "files": ["0190a6c8-0000-7000-8000-000000000001"]}, 409, "upload.not_yours"),
        ({"kind": "instalment", "words": "分期", "plan": [{"on": "2026-12-20", "fen": -1}]}, 422, "api.field"),
        ({"kind": "instalment", "words": "分期", "plan": [{"on": "明天", "fen": 1}]}, 422, "api.field"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_a_request_is_one_sentence_and_nothing_is_kept(
    setting: ApiSetting, said: dict[str, Any], status: int, type: str
) -> None:
    mei = await setting.citizen()
    at, _ = await told_to(setting, mei)
    refused = await mei.post(f"{at}/requests", said)
    assert (refused.status, refused.type) == (status, type), refused
    assert refused.body["title"].endswith("。")
    assert not await PartyRequest.exists()


async def test_a_file_that_was_sent_for_something_else_or_by_somebody_else_is_not_taken(
    setting: ApiSetting,
) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    at, _ = await told_to(setting, mei)
    theirs = await gang.ask("POST", "/uploads?meant_for=penalty", photo(), content_type="image/png")
    for_permit = await mei.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
    for file in (theirs, for_permit):
        refused = await mei.post(f"{at}/requests", {**SAID, "files": [file.body["id"]]})
        assert (refused.type, refused.body["field"]) == ("upload.not_yours", "files")
    assert not await PartyRequest.exists()


async def test_a_request_that_is_answered_or_of_another_case_is_not_taken_back(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    at, _ = await told_to(setting, mei)
    theirs, _ = await told_to(setting, gang)
    (one,) = (await mei.post(f"{at}/requests", SAID)).body["requests"]
    for place, caller in ((theirs, gang), (at, gang)):
        assert (await caller.post(f"{place}/requests/{one['id']}/withdraw")).status == 404
    assert (await mei.post(f"{at}/requests/{one['id']}/withdraw")).status == 200
    again = await mei.post(f"{at}/requests/{one['id']}/withdraw")
    assert (again.status, again.type) == (409, "penalty_case.answered")
