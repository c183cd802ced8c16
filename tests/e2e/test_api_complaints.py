"""Complaints through the API: filing once, reading, moving on, and what is refused without anything changing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.actors import citizen
from casework.areas.places import Places
from casework.complaints import actions
from casework.complaints.filing import submit
from casework.complaints.models import Complaint, ComplaintAddition
from casework.complaints.place import Position
from casework.people import consents
from casework.people.consents import Purpose
from kit.db import Database
from tests.casework_setting import DISPATCHER, HANDLER, words
from tests.e2e.api_setting import CONSENTS, ApiSetting, Caller, Said, api_on

STORY = {"story": "路口有人摆摊，占道", "place_text": "文渊路口"}
ACT = "act-0000-0001"


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        yield running


@pytest.fixture
async def mei(setting: ApiSetting) -> Caller:
    return await setting.citizen()


async def filed(caller: Caller, **more: object) -> dict[str, object]:
    said = await caller.post("/complaints", STORY | more)
    assert said.status == 201, said
    found: dict[str, object] = said.body["complaint"]
    return found


async def answered(setting: ApiSetting, reference: object) -> None:
    row = await Complaint.get(reference=reference)
    await actions.accept(setting.door.desk, DISPATCHER, row.id, category="vending")
    await actions.assign(setting.door.desk, DISPATCHER, row.id)
    await actions.answer(setting.door.desk, HANDLER, row.id, text="摊位已经劝离。")


async def test_a_complaint_is_filed_and_read_with_its_deadline_and_how_it_was_reckoned(
    setting: ApiSetting, mei: Caller
) -> None:
    said = await mei.post("/complaints", STORY | {"category": "vending"})
    assert said.status == 201
    case = said.body["complaint"]
    assert said.headers["location"] == f"/api/v1/complaints/{case['reference']}"
    read = (await mei.get(f"/complaints/{case['reference']}")).body
    assert (read["state"], read["state_name"], read["moves"]) == (
        "submitted",
        "已提交，等待受理",
        ["withdraw"],
    )
    assert read["remind_from"] > read["submitted_at"]
    assert read["due"]["at"] == "2026-11-24T10:00:00Z"
    assert len(read["due"]["reckoning"]) >= 2
    assert [one["action"] for one in read["timeline"]] == ["submit"]
    row = await Complaint.get()
    assert (row.account_id, row.source, row.story) == (mei.account_id, "miniprogram", STORY["story"])


async def test_what_the_category_asks_is_published_and_its_answer_kept_with_the_case(mei: Caller) -> None:
    groups = (await mei.get("/categories")).body["groups"]
    asked = [one for group in groups for category in group["categories"] for one in category["questions"]]
    assert [(one["code"], one["choices"]) for one in asked] == [("when", ["早上", "晚上"])]
    told = {"question": asked[0]["text"], "answer": "晚上"}
    for answer in ("晚" * 300, "晚上"):
        told["answer"] = answer
        case = await filed(mei, particulars=[told])
        assert case["particulars"] == [told]
    for wrong, status in (
        ([{"question": "什么时候？", "answer": ""}], 422),
        ([told] * 7, 422),
        ([{"question": "谁？", "answer": "城管队员收红包"}], 409),
    ):
        refused = await mei.post("/complaints", STORY | {"particulars": wrong})
        assert refused.status == status, refused.body
    assert await Complaint.all().count() == 2


async def test_the_same_key_files_once_and_another_body_under_it_is_refused(mei: Caller) -> None:
    first = await mei.post("/complaints", STORY, idempotency_key=ACT)
    again = await mei.post("/complaints", STORY, idempotency_key=ACT)
    assert (again.status, again.body) == (201, first.body)
    other = await mei.post("/complaints", STORY | {"story": "别的事"}, idempotency_key=ACT)
    assert (other.status, other.type) == (409, "idempotency_conflict")
    assert await Complaint.all().count() == 1


async def test_another_persons_same_key_is_another_key(setting: ApiSetting, mei: Caller) -> None:
    gang = await setting.citizen()
    for caller in (mei, gang):
        assert (await caller.post("/complaints", STORY, idempotency_key=ACT)).status == 201
    assert await Complaint.all().count() == 2


async def test_what_was_not_asked_for_cannot_be_set_and_is_named(mei: Caller) -> None:
    for name, value in (
        ("state", "closed"),
        ("account_id", "x"),
        ("rating", 3),
        ("due_at", None),
        ("source", "window"),
    ):
        said = await mei.post("/complaints", STORY | {name: value})
        assert (said.status, said.type, said.body["field"]) == (422, "api.unknown_field", name)
    assert await Complaint.all().count() == 0


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "story"),
        ({"story": ""}, "story"),
        ({"story": " \t\n"}, "story"),
        ({"story": 7}, "story"),
        ({"story": "坑" * 12_001}, "story"),
        (STORY | {"category": "nothing"}, "category"),
        (STORY | {"photos": ["x"]}, "photos"),
        (
            STORY | {"position": {"latitude": 91, "longitude": 0, "datum": "wgs84", "consent_version": "1"}},
            "position",
        ),
        (STORY | {"contact": {"phone": "123", "consent_version": "1"}}, "contact"),
        (STORY | {"contact": {"phone": "13800001234"}}, "consent_version"),
    ],
)
async def test_what_does_not_fit_is_named_and_changes_nothing(
    mei: Caller, content: object, field: str
) -> None:
    said = await mei.post("/complaints", content)
    assert (said.status, said.body["field"]) == (422, field)
    assert await Complaint.all().count() == 0


async def test_what_is_too_much_is_told_how_much_it_may_be(mei: Caller) -> None:
    told = {"question": "几点？", "answer": "晚上"}
    for more, kind, at_most in (
        ({"story": "坑" * 12_001}, "api.too_long", "12000"),
        ({"particulars": [told] * 7}, "api.too_many_items", "6"),
    ):
        said = await mei.post("/complaints", STORY | more)
        assert (said.status, said.type) == (422, kind)
        assert at_most in said.body["title"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[" * 200_000, b"\xff\xfe", b'{"story": "\\ud800"}', b"null", b"[]"]
)
async def test_what_is_no_json_is_said_to_be_none(mei: Caller, raw: bytes) -> None:
    said = await mei.ask("POST", "/complaints", raw, content_type="application/json")
    assert (said.status, said.body["field"]) == (422, "body")


async def test_wrong_media_types_large_bodies_methods_and_addresses_are_problems(mei: Caller) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        said = await mei.ask("POST", "/complaints", b"{}", content_type=media)
        assert (said.status, said.type) == (415, "unsupported_media_type")
    large = await mei.ask("POST", "/complaints", b" " * 600_000, content_type="application/json")
    assert (large.status, large.type) == (413, "too_large")
    method = await mei.ask("DELETE", "/complaints")
    assert (method.status, method.type) == (405, "method_not_allowed")
    assert set(method.headers["allow"].split(", ")) == {"GET", "POST"}
    nested = await mei.ask("TRACE", "/consents/location")
    assert set(nested.headers["allow"].split(", ")) == {"PUT", "DELETE"}
    assert (await mei.get("/nothing")).type == "not_found"


async def test_consents_come_before_what_they_are_for(setting: ApiSetting, mei: Caller) -> None:
    contact = {"phone": "13800001234", "consent_version": CONSENTS.contact_phone.version}
    spot = {
        "latitude": 30.1,
        "longitude": 120.2,
        "datum": "gcj02",
        "consent_version": CONSENTS.location.version,
    }
    stale = await mei.post("/complaints", STORY | {"contact": contact | {"consent_version": "0"}})
    assert (stale.status, stale.type, stale.body["field"]) == (
        409,
        "api.wording_changed",
        "contact.consent_version",
    )
    assert await Complaint.all().count() == 0
    await filed(mei, contact=contact, position=spot)
    for purpose in (Purpose.CONTACT_PHONE, Purpose.LOCATION):
        assert await consents.agreed(mei.account_id, purpose)
    row = await Complaint.get()
    assert row.phone_sealed
    assert row.latitude is not None
    assert abs(row.latitude - 30.1) > 1e-4


async def test_danger_is_told_first_and_our_own_people_are_not_complained_of_here(mei: Caller) -> None:
    said = await mei.post("/complaints", {"story": "三楼着火了"})
    assert said.body["notice"]["kind"] == "danger"
    assert "119" in said.body["notice"]["text"]
    refused = await mei.post("/complaints", {"story": "城管队员收了摊贩的红包"})
    assert (refused.status, refused.type) == (409, "api.misconduct")
    assert "12388" in refused.body["title"]
    assert await Complaint.all().count() == 1


async def test_the_list_is_paged_by_place_and_a_made_up_place_is_an_end(mei: Caller) -> None:
    references = [(await filed(mei))["reference"] for _ in range(5)]
    found: list[str] = []
    path = "/complaints?limit=2"
    while True:
        page = (await mei.get(path)).body
        found += [row["reference"] for row in page["rows"]]
        if page["after"] is None:
            break
        path = f"/complaints?limit=2&after={page['after']}"
    assert found == references[::-1]
    assert (await mei.get(f"/complaints?after={'A' * 32}")).body == {"rows": [], "after": None}
    assert len((await mei.get(f"/complaints?after={'_' * 32}")).body["rows"]) == 5


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=x", "after"),
        ("after=", "after"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=2&limit=3", "limit"),
        ("page=2", "page"),
    ],
)
async def test_query_parameters_that_do_not_fit_are_named(mei: Caller, query: str, field: str) -> None:
    said = await mei.get(f"/complaints?{query}")
    assert (said.status, said.body["field"]) == (422, field)


async def test_who_has_the_answer_already_is_told_that_nothing_changed(
    setting: ApiSetting, mei: Caller
) -> None:
    case = await filed(mei)
    path = f"/complaints/{case['reference']}"
    tag = (await mei.get(path)).headers["etag"]
    assert (await mei.get(path, if_none_match=tag)).status == 304
    await mei.post(f"{path}/additions", {"text": "还在"})
    again = await mei.get(path, if_none_match=tag)
    assert (again.status, again.body["additions"][0]["text"]) == (200, "还在")


async def test_of_two_phones_the_second_changes_nothing_of_what_it_did_not_see(
    setting: ApiSetting, mei: Caller
) -> None:
    path = f"/complaints/{(await filed(mei))['reference']}"
    seen = (await mei.get(path)).headers["etag"]
    await mei.post(f"{path}/additions", {"text": "摊主说明天还来"})
    late = await mei.post(f"{path}/withdraw", if_match=seen)
    assert (late.status, late.type) == (412, "precondition_failed")
    now = (await mei.get(path)).headers["etag"]
    assert (await mei.post(f"{path}/withdraw", {"revision": 7}, if_match=now)).type == "complaint.moved_on"
    assert (await mei.post(f"{path}/withdraw", if_match=now)).body["state"] == "withdrawn"
    thread = await mei.post("/inquiries", {"text": "几点上班？"})
    path = f"/inquiries/{thread.body['inquiry']['reference']}"
    assert (await mei.post(f"{path}/withdraw", if_match=seen)).status == 412
    assert (await mei.post(f"{path}/withdraw", if_match="*")).status == 200


async def test_an_answer_is_disputed_once_and_then_rated(setting: ApiSetting, mei: Caller) -> None:
    reference = (await filed(mei))["reference"]
    path = f"/complaints/{reference}"
    assert (await mei.post(f"{path}/rate", {"score": 3})).type == "workflow.wrong_state"
    await answered(setting, reference)
    case = (await mei.get(path)).body
    assert (case["answer"], case["moves"]) == ("摊位已经劝离。", ["rate", "dispute"])
    late = await mei.post(f"{path}/rate", {"score": 3, "revision": 1})
    assert (late.status, late.type) == (409, "complaint.moved_on")
    again = await mei.post(f"{path}/dispute", {"reason": "第二天又摆出来了", "revision": case["revision"]})
    assert (again.status, again.body["state"]) == (200, "reopened")
    row = await Complaint.get(reference=reference)
    await actions.assign(setting.door.desk, DISPATCHER, row.id)
    await actions.answer(setting.door.desk, HANDLER, row.id, text="已经设岗。")
    assert (await mei.post(f"{path}/dispute", {"reason": "还是不行"})).type == "workflow.too_often"
    for _ in range(2):  # a doubled tap
        rated = await mei.post(f"{path}/rate", {"score": 2, "comment": "还可以"})
        assert (rated.status, rated.body["state"], rated.body["rating"]) == (200, "closed", 2)


async def test_a_case_is_withdrawn_and_takes_nothing_more(mei: Caller) -> None:
    path = f"/complaints/{(await filed(mei))['reference']}"
    assert (await mei.post(f"{path}/withdraw")).body["state"] == "withdrawn"
    over = await mei.post(f"{path}/additions", {"text": "等等"})
    assert (over.status, over.type) == (409, "complaint.over")


async def test_material_is_added_once_for_one_key(mei: Caller) -> None:
    path = f"/complaints/{(await filed(mei))['reference']}/additions"
    for _ in range(2):
        assert (await mei.post(path, {"text": "下午也在"}, idempotency_key=ACT)).status == 201
    other: Said = await mei.post(path, {"text": "晚上也在"}, idempotency_key=ACT)
    assert (other.status, other.type) == (409, "idempotency_conflict")
    nothing = await mei.post(path, {})
    assert (nothing.status, nothing.type) == (409, "complaint.empty")
    assert await ComplaintAddition.all().count() == 1


async def test_more_than_its_share_is_refused_with_the_time_to_wait(
    database: Database, tmp_path: Path
) -> None:
    async with api_on(database, tmp_path, is_paced=True) as setting:
        mei = await setting.citizen()
        said = [(await mei.post("/complaints/x/withdraw")).status for _ in range(61)]
        assert said == [404] * 60 + [429]
        late = await mei.post("/complaints/x/withdraw")
        assert int(late.headers["retry-after"]) >= 1
        lei = await setting.citizen()
        filed = [await lei.post("/complaints", STORY) for _ in range(11)]
        assert [one.status for one in filed] == [201] * 10 + [429]
        assert "填写的内容都还在" in filed[-1].body["title"]


async def test_what_is_near_is_told_by_kind_and_distance_and_me_too_goes_with_ones_own_complaint(
    setting: ApiSetting, mei: Caller
) -> None:
    spot = {
        "latitude": 30.2505,
        "longitude": 120.1505,
        "datum": "wgs84",
        "consent_version": CONSENTS.location.version,
    }
    desk = replace(setting.door.desk, places=Places())
    here = Position(30.2505, 120.1505, "wgs84")
    told = words(account_id=mei.account_id, category="vending", position=here)
    first = await submit(desk, citizen(mei.account_id), told)
    asked = {"position": spot, "story": "小贩又摆摊占道了"}
    assert (await mei.post("/near-complaints", asked)).body == {"rows": []}  # her own is no news to her
    lei = await setting.citizen()
    said = await lei.post("/near-complaints", asked)
    ((near),) = said.body["rows"]
    token = near.pop("same_as")
    assert near == {
        "category_name": "占道摆摊",
        "within_m": 100,
        "state": "submitted",
        "state_name": "已提交，等待受理",
    }
    case = await filed(lei, story="小贩又摆摊占道了", position=spot, same_as=token)
    assert case["said_same"] is True
    assert (await Complaint.get(reference=case["reference"])).said_same_as_id == first.id
    # A token of something that is over by now is no reason not to take a complaint.
    assert (await filed(lei, position=spot, same_as="0" * 32))["said_same"] is False
    for wrong, status in (
        ({"position": spot, "category": "moon"}, 422),
        ({"category": "vending"}, 422),
        ({"position": spot | {"latitude": 91}, "category": "vending"}, 422),
        ({"position": spot | {"consent_version": "1900-01-01"}, "category": "vending"}, 409),
        ({"position": spot, "story": "你们城管队员收保护费"}, 409),
    ):
        assert (await lei.post("/near-complaints", wrong)).status == status, wrong
