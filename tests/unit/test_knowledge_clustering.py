"""Questions asked in vain, put together by what they mean."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime
from uuid import UUID

from content.interpretations.answering import Answerer
from content.interpretations.clustering import ClusterMemory, clusters
from content.interpretations.lifecycle import MissState
from content.interpretations.misses import MissView
from content.interpretations.proposing import draft_of
from tests.knowledge_setting import DOG, STALL

AT = datetime(2026, 11, 23, tzinfo=UTC)
ANSWERER = Answerer([STALL, DOG])


def miss(number: int, words: str, count: int = 1, kind: str = "lost", slug: str | None = None) -> MissView:
    return MissView(UUID(int=number), words, kind, slug, 0.2, "wechat", count, AT, AT, MissState.OPEN)


def test_the_same_question_in_other_words_is_one_heap_most_asked_first() -> None:
    asked = [
        miss(1, "社保卡丢了怎么补办"),
        miss(2, "社保卡丢了怎么补", count=5),
        miss(3, "社保卡丢了怎么补？", kind="unsure"),
        miss(4, "地铁几点停运", count=2),
    ]
    first, second = clusters(asked, ANSWERER)
    assert (first.words, first.count, first.kinds) == ("社保卡丢了怎么补", 7, (("lost", 6), ("unsure", 1)))
    assert first.phrasings == ("社保卡丢了怎么补", "社保卡丢了怎么补办")
    assert (second.words, second.nearest, second.proposal) == ("地铁几点停运", None, "entry")


def test_an_answer_that_did_not_help_belongs_to_its_entry_and_one_not_meant_to_another() -> None:
    (downvoted,) = clusters([miss(1, "完全不相干的话", kind="downvoted", slug="dog")], ANSWERER)
    assert (downvoted.nearest, downvoted.proposal) == ("dog", "phrasings")
    (not_this,) = clusters([miss(1, "遛狗要牵绳吗", kind="not_this", slug="dog")], ANSWERER)
    assert not_this.nearest != "dog"


def test_a_heap_is_proposed_for_an_entry_only_when_most_of_what_was_asked_comes_near_it() -> None:
    # The engine is sure of the first; whoever said that an answer did not help was certainly meant.
    said = "遛狗要牵绳子吗到底"
    for near, far, proposal in ((3, 2, "phrasings"), (2, 2, "entry"), (1, 4, "entry")):
        asked = [
            miss(1, said, count=near, kind="downvoted", slug="dog"),
            miss(2, f"{said}呢", count=far, kind="not_this", slug="dog"),
        ]
        (heap,) = clusters(asked, ANSWERER)
        assert (heap.nearest, heap.count, heap.proposal) == ("dog", near + far, proposal)


def test_a_draft_of_a_heap_invents_nothing() -> None:
    (heap,) = clusters(
        [miss(1, "摆摊的电话是***********吗"), miss(2, "摆摊的电话是多少吗", count=2)], ANSWERER
    )
    more = draft_of(heap, STALL, "占道", date(2026, 11, 23))
    assert (more.kind, more.content.answer, more.content.phrasings) == (
        "phrasings",
        STALL.answer,
        (*STALL.phrasings, "摆摊的电话是多少吗"),
    )
    fresh = draft_of(heap, None, "占道", date(2026, 11, 23))
    assert (fresh.kind, fresh.content.answer, fresh.content.citations) == ("entry", "", ())
    assert set(fresh.misses) == {UUID(int=1), UUID(int=2)}


def test_two_thousand_questions_are_put_together_at_once_and_always_alike() -> None:
    chance = random.Random(7)
    parts = (
        "路边",
        "摆摊",
        "养狗",
        "噪声",
        "停车",
        "罚款",
        "多少",
        "怎么",
        "办理",
        "投诉",
        "夜里",
        "小区",
        "门口",
        "横幅",
    )
    asked = [miss(number, "".join(chance.sample(parts, 4)), count=1 + number % 5) for number in range(2_000)]
    begun = time.thread_time()
    found = clusters(asked, ANSWERER)
    assert time.thread_time() - begun < 5.0
    assert sum(len(one.misses) for one in found) == 2_000
    chance.shuffle(asked)
    assert clusters(asked, ANSWERER) == found


async def test_what_is_remembered_changes_nothing_about_the_heaps() -> None:
    asked = [miss(1, "夜市几点收摊"), miss(2, "遛狗要不要绳子", count=3), miss(3, "社保卡丢了怎么补")]
    memory, other = ClusterMemory(), Answerer([DOG])
    for rows in (asked, asked, asked[1:], [*asked, miss(4, "夜市收摊是几点", count=9)]):
        for answerer in (ANSWERER, ANSWERER, other):
            assert await memory.of(rows, answerer) == clusters(rows, answerer)
