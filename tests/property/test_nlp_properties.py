from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from content.interpretations.answering import Answerer
from content.interpretations.laws import LawIndex, chinese_number
from content.interpretations.load import read_starter
from nlp.courtesies import bare
from nlp.index import QuestionIndex
from nlp.normalise import normalise
from nlp.redact import redact
from nlp.segment import RjiebaSegmenter

chinese = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40)
anything = (
    st.text(max_size=200) | chinese | st.lists(st.sampled_from("摆摊罚款噪音，。 \n123狗")).map("".join)
)


@cache
def segmenter() -> RjiebaSegmenter:
    return RjiebaSegmenter()


@cache
def answerer() -> Answerer:
    return Answerer(read_starter(LawIndex.load()), segmenter())


@given(anything)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


polite = st.lists(
    st.sampled_from(
        [*"摆摊急呢啊题水人谢好", "请问", "问下", "想问", "你好", "麻烦", "那个", "谢谢", "在线等", "一下"]
    ),
    max_size=8,
).map("".join)


@given(polite | anything)
def test_a_question_without_courtesies_is_a_part_of_it_and_has_none(text: str) -> None:
    assert bare(text) in normalise(text)
    assert bool(bare(text)) == bool(normalise(text))
    assert bare(bare(text)) == bare(text)


@given(anything)
def test_cutting_loses_no_character(text: str) -> None:
    plain = normalise(text)
    assert "".join(segmenter().cut(plain)) == plain


@given(anything)
def test_redacting_keeps_length_and_is_final(text: str) -> None:
    masked = redact(text)
    assert len(masked) == len(text)
    assert redact(masked) == masked


@given(st.text(max_size=20), st.integers(10_000_000_000, 19_999_999_999), st.text(max_size=20))
def test_no_mobile_number_survives(before: str, number: int, after: str) -> None:
    assert str(number) not in redact(f"{before}，{number}，{after}")


@settings(max_examples=60)
@given(anything)
def test_any_text_gets_a_band_and_a_bounded_confidence(text: str) -> None:
    answer = answerer().answer(text)
    assert (answer.entry is not None) == (answer.band == "answer")
    assert 0 <= answer.confidence <= 1
    assert len(answer.suggestions) <= 3


@settings(max_examples=60)
@given(polite | anything, st.sampled_from(["", "请问", "你好，"]), st.sampled_from(["", "？", "谢谢！"]))
def test_what_is_remembered_is_what_would_be_worked_out(text: str, opening: str, ending: str) -> None:
    answerer().answer(text)
    again = f"{opening}{text}{ending}"
    assert answerer().answer(again) == answerer().answer_afresh(again)


@settings(max_examples=30)
@given(st.lists(st.lists(chinese.filter(normalise), min_size=1, max_size=3), min_size=1, max_size=6))
def test_every_indexed_phrasing_finds_an_entry_that_holds_it(entries: list[list[str]]) -> None:
    index = QuestionIndex(entries, segmenter())
    for phrasings in entries:
        for phrasing in phrasings:
            first = index.search(phrasing).hits[0]
            assert first.score == 1.0
            assert bare(phrasing) in {bare(text) for text in entries[first.entry]}


@given(st.integers(1, 9_999))
def test_no_two_articles_share_a_number_in_words(number: int) -> None:
    if number > 1:
        assert chinese_number(number) != chinese_number(number - 1)
