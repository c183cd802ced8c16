from __future__ import annotations

import pytest

from nlp.bands import Band, Thresholds, judge
from nlp.confidence import NAMES, Evidence
from nlp.index import Found, Hit, QuestionIndex
from nlp.pinyin import sound
from nlp.segment import RjiebaSegmenter, Term
from nlp.spelling import Respeller

ENTRIES = [
    ("路边可以摆摊吗", "摆地摊要手续吗"),
    ("占道经营罚多少钱", "摆摊被抓罚几百"),
    ("广场舞太吵谁来管", "跳舞的音响声音太大"),
    ("渣土车撒了一地土怎么举报",),
]


@pytest.fixture(scope="module")
def index() -> QuestionIndex:
    return QuestionIndex(ENTRIES, RjiebaSegmenter())


def first(index: QuestionIndex, question: str) -> Hit:
    return index.search(question).hits[0]


def test_a_known_phrasing_is_found_with_full_score(index: QuestionIndex) -> None:
    hit = first(index, "跳舞的音响声音太大！")
    assert (hit.entry, hit.score, hit.phrasing) == (2, 1.0, "跳舞的音响声音太大")


def test_a_synonym_finds_the_entry_and_is_shown_as_it_was_asked(index: QuestionIndex) -> None:
    hit = first(index, "拉土车掉土怎么投诉")
    assert hit.entry == 3
    assert "拉土车" in hit.words


def test_intent_chooses_between_two_entries_on_one_topic(index: QuestionIndex) -> None:
    assert first(index, "摆摊要挨多少罚款").entry == 1


def test_what_sounds_the_same_finds_the_entry(index: QuestionIndex) -> None:
    assert first(index, "渣土车洒了一地图怎么举报").entry == 3
    assert first(index, "光场舞态吵水来管").entry == 2


def test_what_is_no_word_is_read_as_the_word_that_sounds_so() -> None:
    respeller = Respeller({"噪音": 2, "现场": 1}, {"噪音": 1, "一句": 1})
    assert respeller.respelt("造因太吵", sound("造因太吵"), ["造", "因", "太", "吵"]) == "噪音太吵"
    assert respeller.respelt("闲常太吵", sound("闲常太吵"), ["闲", "常", "太", "吵"]) == "闲常太吵"


def test_what_the_texts_of_an_entry_say_between_them_counts() -> None:
    entries = [("代理人办事", "办证要带什么材料"), ("养狗办证要带什么",), ("代理记账",)]
    assert first(QuestionIndex(entries, RjiebaSegmenter()), "代理人办证带什么").entry == 0


def test_scores_are_between_nought_and_one_and_fall(index: QuestionIndex) -> None:
    scores = [hit.score for hit in index.search("摆摊的音响太吵要罚款吗").hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["", "😀", "！？", "的了吗呢", "select 1; --", "13800138000", "a" * 5_000])
def test_a_text_without_topic_is_not_answered(index: QuestionIndex, text: str) -> None:
    assert judge(index.search(text), Thresholds()).band is Band.LOST


def test_an_empty_index_finds_nothing() -> None:
    assert QuestionIndex([], RjiebaSegmenter()).search("路边可以摆摊吗").hits == ()


def test_a_phrasing_two_entries_share_belongs_to_the_first() -> None:
    index = QuestionIndex([("摆摊",), ("摆摊",)], RjiebaSegmenter())
    assert first(index, "摆摊").entry == 0


def test_only_the_entries_asked_for_are_found(index: QuestionIndex) -> None:
    assert {hit.entry for hit in index.search("摆摊罚款", within={0, 2}).hits} <= {0, 2}
    assert first(index, "摆摊罚款").entry == 1


def test_a_letter_is_found_by_what_it_is_about() -> None:
    filler = "尊敬的领导您好，我们是住在这里多年的居民，今天写信向您说明一件事情，希望能够得到重视和答复。"
    letters = [
        (filler + "小区东门的路灯坏了三个月，晚上出行很不安全，老人摔倒过两次。" + filler,),
        (filler + "菜市场旁边的下水道堵塞，污水流到街上，气味难闻。" + filler,),
    ]
    index = QuestionIndex(letters, RjiebaSegmenter())
    assert first(index, "关于小区东门路灯损坏的问题").entry == 0
    assert first(index, "菜市场污水横流").entry == 1


def test_a_term_of_the_bureau_stands_for_another_word_until_it_is_taken_away() -> None:
    entries = [("夜市几点收摊",), ("渣土车撒了一地土怎么举报",)]
    plain = QuestionIndex(entries, RjiebaSegmenter())
    taught = QuestionIndex(entries, RjiebaSegmenter(), terms=[Term("背篼街", "夜市")], previous=plain)
    assert "背篼街" in first(taught, "背篼街什么时候关门").words
    untaught = QuestionIndex(entries, RjiebaSegmenter(), previous=taught)
    assert [hit.words for hit in untaught.search("背篼街").hits] in ([], [()])


def test_building_on_an_index_gives_what_building_anew_gives() -> None:
    segmenter = RjiebaSegmenter()
    before = QuestionIndex(ENTRIES, segmenter)
    changed = [*ENTRIES[1:], ("首违不罚是什么意思", "第一次违规会罚吗")]
    terms = [Term("撒了一地土")]
    anew = QuestionIndex(changed, segmenter, terms=terms)
    upon = QuestionIndex(changed, segmenter, terms=terms, previous=before)
    for question in ("渣土车撒土", "第一次摆摊会罚款吗", "广场舞太吵", "占道经营"):
        assert upon.search(question).hits == anew.search(question).hits
        assert before.search(question) == QuestionIndex(ENTRIES, segmenter).search(question)


def found(value: float, *, exact: bool = False, **values: float) -> Found:
    """One entry found whose probability is `value`."""
    return Found(
        (Hit(0, 0.5, "摆摊"),), Evidence(tuple(values.get(name, 0.5) for name in NAMES), exact, value)
    )


@pytest.mark.parametrize(
    ("found", "sensitive", "band", "reason"),
    [
        (Found(), False, Band.LOST, "nothing_near"),
        (found(0.1), False, Band.LOST, "nothing_near"),
        (found(0.99, exact=True), True, Band.ANSWER, "known_words"),
        (found(0.9), True, Band.ANSWER, "sure"),
        (found(0.78), False, Band.ANSWER, "sure"),
        (found(0.78), True, Band.UNSURE, "not_sure_enough_for_money"),
        (found(0.5, lead=0.0), False, Band.UNSURE, "close_call"),
        (found(0.5, strange_words=0.8), False, Band.UNSURE, "topic_partly_known"),
        (found(0.5, strange_words=0.0), False, Band.UNSURE, "weak"),
    ],
)
def test_every_band_has_a_reason_a_clerk_can_be_told(
    found: Found, sensitive: bool, band: Band, reason: str
) -> None:
    thresholds = Thresholds(answer=0.76, sensitive=0.82, unsure=0.25)
    verdict = judge(found, thresholds, sensitive)
    assert (verdict.band, verdict.reason) == (band, reason)
