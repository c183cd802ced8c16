"""Notices for the mini-program: choosing, being asked at the right moment, reporting what was tapped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.models import PushConsent
from bot.notice_choices import choices_of
from casework.notifications.shape import Topic
from kit.db import Database
from tests.e2e.api_setting import ApiSetting, Caller, api_on

ACT = "act-0000-0001"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What counting does on each engine is tested with the rows; here it is about the door."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        yield running


@pytest.fixture
async def mei(setting: ApiSetting) -> Caller:
    return await setting.citizen()


async def test_topics_are_told_with_what_must_come_and_chosen(mei: Caller) -> None:
    told = {one["topic"]: one for one in (await mei.get("/notice-preferences")).body["topics"]}
    assert told["progress"]["choices"] == ["now", "digest", "none"]
    assert told["receipt"]["choices"] == ["now", "none"]
    assert (told["result"]["choices"], "投诉已答复" in told["result"]["must"]) == ([], True)
    for _ in range(2):
        chosen = (await mei.ask("PUT", "/notice-preferences", {"progress": "digest"})).body["topics"]
        assert {one["topic"]: one["choice"] for one in chosen}["progress"] == "digest"
    assert (await choices_of(mei.account_id))[Topic.PROGRESS] == "digest"
    for wrong in ({"result": "none"}, {"receipt": "digest"}):
        said = await mei.ask("PUT", "/notice-preferences", wrong)
        assert (said.status, said.type, said.body["field"]) == (409, "notices.choice", next(iter(wrong)))
    assert (await mei.ask("PUT", "/notice-preferences", {"account": "none"})).status == 422


async def test_a_report_counts_once_and_for_templates_of_the_mini_program_alone(mei: Caller) -> None:
    answers = {"answers": {"mini-1": "accept", "mini-2": "ban"}}
    for _ in range(3):
        said = await mei.post("/notice-consents", answers, idempotency_key=ACT)
        assert {one["template_id"]: one["left"] for one in said.body["templates"]} == {
            "mini-1": 1,
            "mini-2": 0,
        }
    other = await mei.post("/notice-consents", {"answers": {"mini-1": "reject"}}, idempotency_key=ACT)
    assert other.type == "idempotency_conflict"
    foreign = await mei.post(
        "/notice-consents", {"answers": {"mini-1": "accept", "of-the-account": "accept"}}
    )
    assert (foreign.status, foreign.type) == (409, "api.no_such_template")
    assert (await mei.post("/notice-consents", {"answers": {}})).status == 422
    assert [row.remaining for row in await PushConsent.filter(remaining__gt=0)] == [1]
    assert (await PushConsent.get(template_id="mini-1")).account_id == mei.account_id


async def test_templates_are_named_while_something_goes_on_and_not_after_a_refusal(
    setting: ApiSetting, mei: Caller
) -> None:
    async def asked(moment: str, reference: str = "") -> list[str]:
        more = f"&reference={reference}" if reference else ""
        ids: list[str] = (await mei.get(f"/notice-prompts?moment={moment}{more}")).body["template_ids"]
        return ids

    assert await asked("opened") == []
    case = (await mei.post("/complaints", {"story": "路口摆摊"})).body["complaint"]["reference"]
    for moment in ("filed", "answered", "opened"):
        assert await asked(moment, case) == await asked(moment) == ["mini-1", "mini-2"]
    theirs = await (await setting.citizen()).get(f"/notice-prompts?moment=opened&reference={case}")
    assert (theirs.status, theirs.type) == (404, "complaint.not_found")
    await mei.post("/notice-consents", {"answers": {"mini-1": "accept"}})
    assert await asked("opened", case) == []
    await mei.post("/notice-consents", {"answers": {"mini-1": "reject", "mini-2": "reject"}})
    assert await asked("filed", case) == []
    assert (await mei.get("/notice-prompts?moment=whenever")).status == 422
