from __future__ import annotations

import pytest

from nlp.bands import Band, Thresholds, judge
from nlp.index import Hit, QuestionIndex
from nlp.segment import RjiebaSegmenter

ENTRIES = [
    ("路边可以摆摊吗", "摆地摊要手续吗"),
    ("占道经营罚多少钱", "摆摊被抓罚几百"),
    ("广场舞太吵谁来管", "跳舞的音响声音太大"),
    ("渣土车撒了一地土怎么举报",),
]


@pytest.fixture(scope="module")
def index() -> QuestionIndex:
    return QuestionIndex(ENTRIES, RjiebaSegmenter())


def test_a_known_phrasing_is_found_with_full_score(index: QuestionIndex) -> None:
    first = index.search("跳舞的音响声音太大！")[0]
    assert (first.entry, first.score) == (2, 1.0)


def test_a_synonym_finds_the_entry_and_is_shown_as_it_was_asked(index: QuestionIndex) -> None:
    first = index.search("拉土车掉土怎么投诉")[0]
    assert first.entry == 3
    assert "拉土车" in first.words


def test_intent_chooses_between_two_entries_on_one_topic(index: QuestionIndex) -> None:
    assert index.search("摆摊要挨多少罚款")[0].entry == 1


def test_scores_are_between_nought_and_one_and_fall(index: QuestionIndex) -> None:
    scores = [hit.score for hit in index.search("摆摊的音响太吵要罚款吗")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["", "😀", "！？", "的了吗呢"])
def test_a_text_without_topic_is_not_answered(index: QuestionIndex, text: str) -> None:
    assert judge(index.search(text), Thresholds()).band is Band.LOST


def test_an_empty_index_finds_nothing() -> None:
    assert QuestionIndex([], RjiebaSegmenter()).search("路边可以摆摊吗") == []


def test_a_phrasing_two_entries_share_belongs_to_the_first() -> None:
    index = QuestionIndex([("摆摊",), ("摆摊",)], RjiebaSegmenter())
    assert index.search("摆摊")[0].entry == 0


def hit(score: float, coverage: float = 1.0, topics: int = 2, anchored: bool = True) -> Hit:
    return Hit(0, score, ("摆摊",), coverage, topics, anchored)


@pytest.mark.parametrize(
    ("hits", "band", "reason"),
    [
        ([], Band.LOST, "nothing_near"),
        ([hit(0.1)], Band.LOST, "nothing_near"),
        ([hit(0.9, coverage=0.0)], Band.LOST, "no_topic_word"),
        ([hit(0.9, topics=1, anchored=False)], Band.UNSURE, "one_common_word"),
        ([hit(0.9, coverage=0.3)], Band.UNSURE, "topic_partly_known"),
        ([hit(0.9, coverage=0.6, anchored=False)], Band.UNSURE, "topic_partly_known"),
        ([hit(0.9), hit(0.89)], Band.ANSWER, "certain"),
        ([hit(0.45), hit(0.2)], Band.ANSWER, "clear_lead"),
        ([hit(0.45), hit(0.44)], Band.UNSURE, "close_call"),
        ([hit(0.29), hit(0.1)], Band.UNSURE, "weak"),
    ],
)
def test_every_band_has_a_reason_a_clerk_can_be_told(hits: list[Hit], band: Band, reason: str) -> None:
    verdict = judge(hits, Thresholds())
    assert (verdict.band, verdict.reason) == (band, reason)
