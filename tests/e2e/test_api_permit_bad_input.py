"""What somebody with curl sends wrongly about permits: each is one clear sentence, and nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.permits.kinds import PermitsSection
from casework.permits.models import PermitApplication
from kit.db import Database
from tests.e2e.api_setting import ApiSetting, api_on
from tests.permit_life_setting import form, life_desk_on
from tests.permit_setting import KINDS, filled, permit_desk_on


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused does not depend on the engine."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path, permits=await life_desk_on(database)) as running:
        yield running


def values(setting: ApiSetting, **changed: Any) -> dict[str, Any]:
    return {**form(setting.door.permits.desk).values, **changed}


@pytest.mark.parametrize(
    ("changed", "type"),
    [
        ({"area": "0"}, "permit.form.not_positive"),
        ({"area": "-12"}, "permit.form.not_positive"),
        ({"area": "1000000"}, "permit.form.too_large"),
        ({"area": "NaN"}, "permit.form.number"),
        ({"area": "1e3"}, "permit.form.number"),
        ({"area": "十二"}, "permit.form.number"),
        ({"when": "2026-12-03T09:00/2026-12-01T18:00"}, "permit.form.ends_before"),
        ({"when": "2026-12-03T09:00/2026-12-03T09:00"}, "permit.form.ends_before"),
        ({"when": "明天"}, "permit.form.time_span"),
        ({"when": "2020-12-03T09:00/2020-12-04T09:00"}, "permit.form.begins_before_now"),
        ({"place": '{"text": "湖滨路", "latitude": 200, "longitude": 118.1, "datum": "wgs84"}'}, "permit.form.position"),
    ],
)  # fmt: skip
async def test_areas_times_and_places_that_cannot_be_are_refused_when_checked_and_when_sent(
    setting: ApiSetting, changed: dict[str, str], type: str
) -> None:
    mei, (field,) = await setting.citizen(), changed
    said = values(setting, **changed)
    checked = await mei.post("/permit-kinds/stall/check", {"values": said})
    assert [(one["field"], one["problem"]) for one in checked.body["faults"]] == [
        (field, f"/problems/{type}")
    ]
    assert checked.body["faults"][0]["sentence"].endswith("。")
    sent = await mei.post("/permits", {"kind": "stall", "values": said})
    assert (sent.status, sent.type, sent.body["field"]) == (409, type, field)
    assert not await PermitApplication.exists()


NUMBERED = {
    "fields": [
        {"code": "holder", "name": "申请单位", "type": "organisation", "role": "holder", "step": "who"},
        {"code": "phone", "name": "联系电话", "type": "phone", "role": "phone", "step": "who"},
        {"code": "uscc", "name": "统一社会信用代码", "type": "uscc", "step": "who", "required": False},
        {
            "code": "identity",
            "name": "身份证号码",
            "type": "identity_number",
            "step": "who",
            "required": False,
        },
    ],
}
USCC, IDENTITY = "91110000600037341L", "11010519491231002X"


@pytest.mark.parametrize(
    ("field", "number", "type", "said"),
    [
        ("uscc", USCC[:-1] + "M", "permit.form.uscc", "校验码"),
        ("uscc", "91110000600037314L", "permit.form.uscc", "逐位核对"),
        ("uscc", USCC[:-1], "permit.form.uscc_length", "17 位"),
        ("identity", IDENTITY[:-1] + "1", "permit.form.identity_number", "最后一位跟前面 17 位对不上"),
        ("identity", "110105194912310021", "permit.form.identity_number", "逐位核对"),
        ("identity", IDENTITY + "1", "permit.form.identity_number_length", "19 位"),
    ],
)  # fmt: skip
async def test_a_number_whose_check_digit_does_not_fit_is_refused_in_a_sentence_that_says_so(
    database: Database, tmp_path: Path, field: str, number: str, type: str, said: str
) -> None:
    kind = {**KINDS[1], **NUMBERED}
    desk = permit_desk_on(database, section=msgspec.convert({"kinds": [kind]}, PermitsSection))
    async with api_on(database, tmp_path, permits=desk) as setting:
        mei = await setting.citizen()
        right = {**filled(uscc=USCC, identity=IDENTITY).values}
        wrong = {**right, field: number}
        checked = await mei.post("/permit-kinds/board/check", {"values": wrong})
        (fault,) = checked.body["faults"]
        assert (fault["field"], fault["problem"]) == (field, f"/problems/{type}")
        assert said in fault["sentence"]
        refused = await mei.post("/permits", {"kind": "board", "values": wrong})
        assert (refused.status, refused.type, refused.body["field"]) == (409, type, field)
        assert said in refused.body["title"]
        # A draft keeps what is typed, and says it when it is sent.
        draft = (await mei.post("/permit-drafts", {"kind": "board", "values": wrong})).body
        sent = await mei.post("/permits", {"draft": draft["id"], "revision": draft["revision"]})
        assert (sent.status, sent.type) == (409, type)
        assert not await PermitApplication.exists()
        assert (await mei.post("/permits", {"kind": "board", "values": right})).status == 201


async def test_what_is_too_much_for_a_draft_is_one_sentence_and_the_draft_stays_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    long = [{"code": f"long{number}", "name": "说明", "type": "text"} for number in range(24)]
    kind = {**KINDS[1], "fields": [*KINDS[1]["fields"], *long]}
    desk = permit_desk_on(database, section=msgspec.convert({"kinds": [kind]}, PermitsSection))
    async with api_on(database, tmp_path, permits=desk) as setting:
        mei = await setting.citizen()
        begun = (await mei.post("/permit-drafts", {"kind": "board", "values": {"words": "海报"}})).body
        at = f"/permit-drafts/{begun['id']}"
        for much, status, type in (
            ({"words": "长" * 8_001}, 422, "api.too_long"),
            ({f"long{number}": "1" for number in range(81)}, 422, "api.field"),
            ({f"long{number}": "长" * 5_000 for number in range(24)}, 413, "permit.draft_too_large"),
            ({f"long{number}": "长" * 8_000 for number in range(40)}, 413, "too_large"),
        ):
            saved = await mei.ask("PUT", at, {"answers": {}, "values": much, "revision": 1})
            fresh = await mei.post("/permit-drafts", {"kind": "board", "values": much})
            for refused in (saved, fresh):
                assert (refused.status, refused.type) == (status, type), refused
                assert refused.body["title"].endswith("。")
        assert (await mei.get(at)).body == begun
        assert [row["id"] for row in (await mei.get("/permit-drafts")).body["rows"]] == [begun["id"]]


async def test_another_applicants_draft_is_like_one_that_is_not_there(setting: ApiSetting) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    draft = (await mei.post("/permit-drafts", {"kind": "stall", "values": values(setting)})).body["id"]
    none = "0190a6c8-0000-7000-8000-000000000001"
    for method, path, body in (
        ("GET", "/permit-drafts/{}", None),
        ("PUT", "/permit-drafts/{}", {"answers": {}, "values": {}, "revision": 1}),
        ("POST", "/permit-drafts/{}/check", {}),
        ("POST", "/permit-drafts/{}/handover", {}),
        ("DELETE", "/permit-drafts/{}", None),
    ):
        theirs = await gang.ask(method, path.format(draft), body)
        missing = await gang.ask(method, path.format(none), body)
        assert theirs.status == missing.status == 404, (method, path)
        assert theirs.body | {"request_id": ""} == missing.body | {"request_id": ""}
    sent = await gang.post("/permits", {"draft": draft})
    unknown = await gang.post("/permits", {"draft": none})
    assert sent.body | {"request_id": ""} == unknown.body | {"request_id": ""}
    assert (await mei.get(f"/permit-drafts/{draft}")).body["revision"] == 1


async def test_one_draft_sent_twice_at_once_is_one_number(setting: ApiSetting) -> None:
    mei = await setting.citizen()
    draft = (await mei.post("/permit-drafts", {"kind": "stall", "values": values(setting)})).body
    said = {"draft": draft["id"], "revision": draft["revision"]}
    both = await asyncio.gather(*(mei.post("/permits", said) for _ in range(3)))
    assert {one.status for one in both} == {201}
    assert len({one.body["reference"] for one in both}) == 1
    assert await PermitApplication.all().count() == 1


@pytest.mark.parametrize("score", [0, 6, -1, 4.5, "5", None])
async def test_a_score_that_is_none_says_which_there_are(setting: ApiSetting, score: object) -> None:
    mei = await setting.citizen()
    sent = await mei.post("/permits", {"kind": "stall", "values": values(setting)})
    refused = await mei.post(f"/permits/{sent.body['reference']}/rate", {"score": score})
    assert (refused.status, refused.type, refused.body["field"]) == (422, "api.choice", "score")
    assert "1、2、3、4、5" in refused.body["title"]
