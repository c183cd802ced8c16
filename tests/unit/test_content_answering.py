"""How well questions typed by people are answered. The questions are kept apart from all phrasings."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from content.interpretations.answering import Answerer
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.render import render_answer
from content.interpretations.views import Answer
from kit.catalogue import Catalogue
from nlp.normalise import normalise

QUESTIONS = Path(__file__).parent / "data" / "qa_questions.jsonl"
CATALOGUE = Path(__file__).resolve().parents[2] / "content" / "catalogue" / "zh_CN"


class Question(msgspec.Struct, frozen=True):
    """A question and the slug of the entry that answers it; None when none of ours does."""

    query: str
    gold: str | None


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return Answerer(read_starter(LawIndex.load()))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(CATALOGUE)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=Question) for line in lines]


@pytest.fixture(scope="module")
def ours(questions: list[Question], answerer: Answerer) -> list[tuple[str, Answer]]:
    """Questions with an entry: (slug of the right one, what was answered)."""
    return [(each.gold, answerer.answer(each.query)) for each in questions if each.gold]


def offered(answer: Answer) -> list[str]:
    slugs = [suggestion.slug for suggestion in answer.suggestions]
    return [answer.entry.slug, *slugs] if answer.entry else slugs


def test_the_questions_are_kept_apart_from_the_phrasings(
    answerer: Answerer, questions: list[Question]
) -> None:
    known = {normalise(text) for entry in answerer.entries for text in (entry.question, *entry.phrasings)}
    assert [each.query for each in questions if normalise(each.query) in known] == []
    assert len([each for each in questions if each.gold]) >= 120
    assert {each.gold for each in questions if each.gold} <= {entry.slug for entry in answerer.entries}


def test_nine_in_ten_questions_get_the_right_answer_or_the_right_suggestion(
    ours: list[tuple[str, Answer]],
) -> None:
    helped = sum(gold in offered(answer) for gold, answer in ours)
    assert helped / len(ours) >= 0.90


def test_the_first_thing_offered_is_right_for_most(ours: list[tuple[str, Answer]]) -> None:
    first = sum(offered(answer)[:1] == [gold] for gold, answer in ours)
    assert first / len(ours) >= 0.84


def test_an_answer_given_is_almost_always_the_right_one(ours: list[tuple[str, Answer]]) -> None:
    given = [(gold, answer.entry.slug) for gold, answer in ours if answer.entry]
    assert len(given) / len(ours) >= 0.48
    assert sum(gold == slug for gold, slug in given) / len(given) >= 0.97


def test_no_question_of_another_world_is_answered(answerer: Answerer, questions: list[Question]) -> None:
    far = [each.query for each in questions if each.gold is None]
    assert len(far) >= 25
    assert [query for query in far if answerer.answer(query).band == "answer"] == []


def test_every_question_of_the_knowledge_base_finds_its_own_entry(answerer: Answerer) -> None:
    for entry in answerer.entries:
        for text in (entry.question, *entry.phrasings):
            answer = answerer.answer(text)
            assert answer.entry is not None, text
            assert answer.entry.slug == entry.slug


@pytest.mark.parametrize("text", ["", "😀" * 3, "？" * 50, "一" * 5_000, "a" * 5_000, "\x00", "摆摊" * 2_500])
def test_hostile_questions_get_an_honest_band(answerer: Answerer, catalogue: Catalogue, text: str) -> None:
    answer = answerer.answer(text)
    assert answer.band in {"answer", "unsure", "lost"}
    assert len(render_answer(catalogue, answer).encode()) < 2_048


def test_a_question_asked_again_is_not_worked_out_again_but_what_one_person_tells_is_not_kept(
    answerer: Answerer,
) -> None:
    asked = Answerer(answerer.entries)
    assert asked.answer("门口能摆摊吗") is asked.answer("请问，门口能摆摊吗？谢谢")
    told = "我家楼下烧烤店油烟太大，找过物业也没人管，现在该找谁反映呢"
    assert asked.answer(told) == asked.answer(told)
    assert asked.answer(told) is not asked.answer(told)


def test_an_empty_knowledge_base_admits_being_lost() -> None:
    assert Answerer([]).answer("路边能摆摊吗").band == "lost"


def test_a_suggested_question_answers_when_it_is_sent_back(answerer: Answerer) -> None:
    unsure = answerer.answer("噪音")
    assert unsure.band == "unsure"
    assert 1 <= len(unsure.suggestions) <= 3
    for suggestion in unsure.suggestions:
        answer = answerer.answer(suggestion.question)
        assert answer.entry == answerer.entry(suggestion.slug)


def test_an_answer_on_a_phone_shows_basis_and_matched_words(answerer: Answerer, catalogue: Catalogue) -> None:
    text = render_answer(catalogue, answerer.answer("路边能摆摊吗"))
    assert "依据：《城市道路管理条例》第三十条、第三十一条" in text
    assert "摆摊" in text.splitlines()[-1]


def test_an_answer_about_money_opens_with_the_question_it_answers(
    answerer: Answerer, catalogue: Catalogue
) -> None:
    lines = render_answer(catalogue, answerer.answer("占道经营罚多少")).splitlines()
    assert lines[0] == "您问的是：没批准就占用道路会罚多少钱？"
    assert lines[-1].startswith("不是这个")


def test_a_person_is_offered_when_the_bot_is_lost(answerer: Answerer, catalogue: Catalogue) -> None:
    assert "人工" in render_answer(catalogue, answerer.answer("今天会下雨吗"))


def test_every_answer_fits_one_chat_message(answerer: Answerer, catalogue: Catalogue) -> None:
    for entry in answerer.entries:
        assert len(render_answer(catalogue, answerer.answer(entry.question)).encode()) <= 2_048


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("摆摊要办证吗", "permit:stall"),
        ("摆摊要不要办证", "permit:stall"),
        ("渣土保证金怎么退", "permit:spoil_deposit"),
        ("门店招牌要备案吗", "permit:shop_sign"),
    ],
)
def test_whoever_asks_for_a_permit_is_answered_and_led_to_it(
    answerer: Answerer, query: str, link: str
) -> None:
    entry = answerer.answer(query).entry
    assert entry is not None
    assert entry.link == link
