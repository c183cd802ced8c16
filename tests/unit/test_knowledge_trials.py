"""What becomes of many questions under a state of the knowledge."""

from __future__ import annotations

import sys

import msgspec

from content.interpretations.evaluation import Question
from content.interpretations.trials import FEW, Given, Knowledge, Trials
from kit.redis import connect
from nlp.segment import Term
from tests.knowledge_setting import DOG, STALL, with_phrasing

QUESTIONS = (
    Question("遛狗要牵绳吗", "dog"),
    Question("夜市怎么摆", "stall"),
    *(Question(f"今天天气怎么样{number}", None, "far") for number in range(FEW)),
)
NOW = Knowledge((STALL, DOG), (Term("夜市"),), QUESTIONS)
NOW_WITH_ONE = msgspec.structs.replace(NOW, questions=QUESTIONS[:1])
NEXT = msgspec.structs.replace(NOW, entries=(with_phrasing(STALL, "夜市怎么摆"), DOG))


async def test_another_process_says_the_same_as_this_one_and_is_asked_once_of_each_state() -> None:
    trials, here = Trials(), Trials(interpreter=f"{sys.executable}-that-is-not-there")
    before, after = await trials.of([NOW, NEXT])
    assert before.given[0] == after.given[0] == Given("answer", "dog", before.given[0].offered)
    assert (before.given[1].slug, after.given[1].slug) == (None, "stall")
    assert [one.given for one in await here.of([NOW, NEXT])] == [before.given, after.given]
    assert (before.report.asked, before.report.far) == (2, FEW)
    assert await trials.of([NEXT, NOW]) == [after, before]
    assert trials.made == 2


async def test_what_one_process_tried_its_neighbour_knows_and_without_redis_it_tries_itself(
    valkey_url: str,
) -> None:
    redis, away = connect(valkey_url), connect("unix:///nowhere")
    one, neighbour, alone = Trials(redis), Trials(redis), Trials(away)
    found = await one.of([NOW_WITH_ONE])
    assert await neighbour.of([NOW_WITH_ONE]) == found
    assert [each.given for each in await alone.of([NOW_WITH_ONE])] == [each.given for each in found]
    assert (one.made, neighbour.made, alone.made) == (1, 0, 1)
    await redis.aclose()
    await away.aclose()


async def test_only_the_latest_states_are_remembered() -> None:
    trials = Trials()
    states = [Knowledge((STALL, DOG), (Term(f"甲{number}"),), QUESTIONS[:1]) for number in range(6)]
    for one in states:
        await trials.of([NOW_WITH_ONE, one])
    assert trials.made == 7
    await trials.of([states[0], NOW_WITH_ONE, *states[-2:]])
    assert trials.made == 8
