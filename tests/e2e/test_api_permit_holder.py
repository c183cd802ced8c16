"""The holder is told in the mini-program that their permit is to be undone or taken back, and has their say before it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from casework.permits import accepting, deciding, holder_heard, in_force
from casework.permits.decision_rules import Grant
from casework.permits.ending_rules import EndingWish
from casework.permits.hearing_models import PermitStatement
from casework.permits.holder_heard import EndingNotice
from casework.permits.models import Permit, PermitApplication, PermitMaterial
from kit.db import Database
from tests.e2e.api_setting import ApiSetting, Caller, api_on
from tests.e2e.test_api_permissions import FORM
from tests.e2e.test_api_permits import PAPER
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD

WORDS = "执照是真的，可以到登记机关查"
NOTICE = EndingNotice(move="revoke", cause="fraud", ground="营业执照是伪造的", basis="行政许可法第六十九条")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The actions beneath are tried on both engines."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        yield running


async def held_by(setting: ApiSetting, mei: Caller) -> tuple[str, Permit]:
    """A permit of hers, and where it is shown."""
    desk = setting.door.permits.desk
    sent = await mei.post("/permits", {"kind": "board", "values": FORM})
    row = await PermitApplication.get(reference=sent.body["reference"])
    await accepting.accept(desk, CLERK, row.id)
    begins = desk.db.clock.now()
    await deciding.grant(desk, APPROVER, row.id, Grant(from_at=begins, until_at=begins.replace(year=2027)))
    return f"/permits/{row.reference}/e-permit", await Permit.get(application_id=row.id)


async def test_a_holder_is_told_speaks_and_reads_what_became_of_it(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    desk = setting.door.permits.desk
    at, permit = await held_by(setting, mei)
    before = (await mei.get(at)).body
    assert (before["heard"], before["may_state"]) == (None, False)
    await holder_heard.tell_holder(desk, APPROVER, permit.id, NOTICE)
    shown = (await mei.get(at)).body
    told = shown["heard"]
    assert (told["move"], told["move_name"], told["ground"]) == ("revoke", "拟撤销该行政许可", NOTICE.ground)
    assert (told["answer"], told["statements"], shown["may_state"]) == ("", [], True)
    paper = await mei.ask("POST", "/uploads?meant_for=permit", PAPER, content_type="application/pdf")
    said = {"answer": "stated", "words": WORDS, "files": [paper.body["id"]]}
    assert (await gang.post(f"{at}/statements", said)).status == 404
    # The same tapped twice is kept once.
    for _ in range(2):
        answered = await mei.post(f"{at}/statements", said)
        assert answered.status == 200, answered
        (one,) = answered.body["heard"]["statements"]
        assert (one["words"], one["outcome"], answered.body["heard"]["answer"]) == (WORDS, "", "stated")
    assert (await PermitMaterial.get(code__startswith="st-")).application_id == permit.application_id
    wish = EndingWish(ground=NOTICE.ground, basis=NOTICE.basis, cause="fraud", reply="登记机关答复查无此照")
    await in_force.revoke(desk, PERMIT_HEAD, permit.id, wish)
    over = (await mei.get(at)).body
    (one,) = over["heard"]["statements"]
    assert (one["outcome"], one["why"], over["may_state"]) == ("not_adopted", "登记机关答复查无此照", False)
    late = await mei.post(f"{at}/statements", {"answer": "stated", "words": "还有一句"})
    assert (late.status, late.type) == (409, "workflow.wrong_state")
    assert await PermitStatement.filter(application_id=permit.id).count() == 1


@pytest.mark.parametrize(
    ("said", "status", "type"),
    [
        ({"answer": "stated"}, 409, "permit.statement_words"),
        ({"answer": "stated", "words": " \u200b"}, 409, "permit.statement_words"),
        ({"answer": "stated", "words": "长" * 5_000}, 422, "api.too_long"),
        ({"answer": "stated", "words": "城管队员收红包才要撤"}, 409, "api.misconduct"),
        ({"answer": "hearing"}, 422, "api.choice"),
        ({"answer": "stated", "words": WORDS, "file": ""}, 422, "api.unknown_field"),
        ({"answer": "stated", "words": WORDS, "revision": 99}, 409, "permit.moved_on"),
        ({"words": WORDS}, 422, "api.choice"),
    ],
)
async def test_what_does_not_fit_a_holder_s_statement_is_one_sentence(
    setting: ApiSetting, said: dict[str, Any], status: int, type: str
) -> None:
    mei = await setting.citizen()
    at, permit = await held_by(setting, mei)
    early = await mei.post(f"{at}/statements", {"answer": "stated", "words": WORDS})
    assert (early.status, early.type) == (409, "permit.holder_not_told")
    await holder_heard.tell_holder(setting.door.permits.desk, APPROVER, permit.id, NOTICE)
    refused = await mei.post(f"{at}/statements", said)
    assert (refused.status, refused.type) == (status, type), refused
    assert refused.body["title"].endswith("。")
    assert not await PermitStatement.filter(application_id=permit.id).exists()


async def test_before_there_is_a_permit_there_is_nothing_to_speak_about(setting: ApiSetting) -> None:
    mei = await setting.citizen()
    sent = await mei.post("/permits", {"kind": "board", "values": FORM})
    refused = await mei.post(f"/permits/{sent.body['reference']}/e-permit/statements", {"answer": "nothing"})
    assert (refused.status, refused.type) == (409, "permit.no_permit_yet")
