"""Category models on a real database: trained from closed cases, put in force, taken out of it."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import msgspec
import pytest

from app.suggesting import Suggesting
from casework.actors import system
from casework.complaints import category_models as models
from casework.complaints.category_models import Report
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import CategoryModel, Complaint
from casework.complaints.suggestion import WordSuggester
from content.interpretations.answering import serving_segmenter
from kit.db import Change, Database
from kit.problems import Conflict, NotFound
from nlp.linear import LinearModel
from nlp.linear_format import BrokenModel
from nlp.training import Example
from tests.casework_setting import CITIZEN, POLICY, desk_on, filed

STORIES = {
    "vending": "路边卖水果的堵住人行道 桥头一排烧烤摊 校门口推车卖早点 地铁口练摊卖袜子 三轮车停路口卖菜 夜里小吃车占了半条街",
    "noise": "半夜打桩睡不着 酒吧低音震得窗户响 楼上装修电钻整天响 KTV唱歌到凌晨 空调外机嗡嗡叫 大喇叭叫卖吵人",
}
EXAMPLES = [Example(story, category) for category, text in STORIES.items() for story in text.split()]


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def closed(desk: Desk, story: str, category: str | None, state: State = State.CLOSED) -> None:
    case = await filed(desk, story=story)

    async def work(_: Change) -> None:
        await Complaint.filter(id=case.id).update(state=state.value, category=category)

    await desk.db.change(work)


@cache
def trained() -> tuple[LinearModel, Report]:
    return models.trained(EXAMPLES, {}, POLICY, serving_segmenter())


async def kept(desk: Desk) -> UUID:
    model, report = trained()
    return await models.keep(desk.db, system(), model, report, len(EXAMPLES))


async def test_only_closed_cases_with_a_category_that_still_exists_are_learnt_from(desk: Desk) -> None:
    await closed(desk, "半夜打桩", "noise")
    await closed(desk, "酒吧太闹", "noise", State.ARCHIVED)
    await closed(desk, "没人管", None)
    await closed(desk, "以前的分类", "gone")
    await closed(desk, "还在办", "noise", State.ASSIGNED)
    cases = await models.decided_cases(POLICY)
    assert [(one.text, one.label) for one in cases] == [("半夜打桩", "noise"), ("酒吧太闹", "noise")]
    assert models.enough_of(cases, 3) == ([], {"noise": 2})


async def test_a_model_suggests_once_it_is_in_force_and_no_longer_when_it_is_retired(desk: Desk) -> None:
    suggesting = Suggesting(WordSuggester(POLICY))
    suggest, story = suggesting.suggester.suggest, "隔壁弹钢琴到深夜"
    id = await kept(desk)
    assert not await suggesting.renewed()
    assert suggest(story) is None
    await models.activate(desk.db, system(), id)
    assert await suggesting.renewed()
    found = suggest(story)
    assert found is not None
    assert (found.category, found.by) == ("noise", "model")
    assert found.confidence is not None
    assert all(word in story for word in found.words)
    assert [line.standing for line in await models.all_models()] == ["in_force"]
    assert await models.retire(desk.db, system())
    assert await suggesting.renewed()
    assert suggest(story) is None
    assert not await models.retire(desk.db, system())


async def test_the_model_activated_last_is_the_one_in_force(desk: Desk) -> None:
    first, second = await kept(desk), await kept(desk)
    await models.activate(desk.db, system(), second)
    await models.activate(desk.db, system(), first)
    assert await models.model_in_force_id() == first
    standings = {line.id: line.standing for line in await models.all_models()}
    assert standings == {first: "in_force", second: "retired"}


async def test_a_model_that_guesses_worse_than_the_keywords_is_not_put_in_force(desk: Desk) -> None:
    id = await kept(desk)
    row = await CategoryModel.get(id=id)
    report = msgspec.json.decode(row.report, type=Report)
    better = msgspec.structs.replace(report.keywords, macro_f1=1.0)
    worse = msgspec.structs.replace(
        report, keywords=better, model=msgspec.structs.replace(better, macro_f1=0.9)
    )

    async def work(_: Change) -> None:
        await CategoryModel.filter(id=id).update(report=msgspec.json.encode(worse).decode())

    await desk.db.change(work)
    with pytest.raises(Conflict):
        await models.activate(desk.db, system(), id)
    assert await models.model_in_force_id() is None
    with pytest.raises(NotFound):
        await models.activate(desk.db, system(), CITIZEN.id or UUID(int=0))


async def test_broken_weights_leave_the_suggester_as_it_was(desk: Desk) -> None:
    suggesting, id = Suggesting(WordSuggester(POLICY)), await kept(desk)
    await models.activate(desk.db, system(), id)

    async def work(_: Change) -> None:
        await CategoryModel.filter(id=id).update(weights=b"CGLM\x01broken")

    await desk.db.change(work)
    with pytest.raises(BrokenModel):
        await suggesting.renewed()
    found = suggesting.suggester.suggest("广场舞太吵")
    assert found is not None
    assert (found.category, found.by, found.confidence) == ("noise", "keywords", None)
    # It is not tried again every second.
    assert not await suggesting.renewed()


async def test_what_was_suggested_is_kept_beside_the_case_and_decides_nothing(desk: Desk) -> None:
    case = await filed(desk, story="广场舞太吵，着火了")
    row = await Complaint.get(id=case.id)
    assert (row.category, row.suggested_category, row.urgency) == (None, "noise", None)
    assert row.suggestion is not None
    said = msgspec.json.decode(row.suggestion)
    assert (said["urgency"], said["urgency_words"], said["words"]) == ("emergency", ["着火"], ["广场舞太吵"])
