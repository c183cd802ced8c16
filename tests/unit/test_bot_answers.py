"""What an answer looks like in chat, and what its taps come back as."""

from __future__ import annotations

import re

import pytest

from bot.answers import AnswerTexts, fitted
from bot.offers import Choice, Last, Offers, Sent, decode, encode, encode_choices, encode_last
from bot.phrases import Phrases
from bot.taps import Tap, read_tap, tap, tap_id
from content.interpretations.answering import Answerer
from content.interpretations.follow_up import BASIS
from content.interpretations.gists import shipped_gists
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.views import Answer
from tests import read_once
from wechat.replies import MAX_TEXT_BYTES

URL = "https://cg.example.cn"
SHOWN_AT_MOST = 600
LINK = re.compile(r"<a [^>]*>([^<]*)</a>")


@pytest.fixture(scope="module")
def texts() -> AnswerTexts:
    catalogue = read_once.catalogue()
    return AnswerTexts(catalogue, Phrases(catalogue, {}), shipped_gists(), URL)


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return Answerer(read_starter(LawIndex.load()))


def test_every_entry_fits_one_message_whole_with_all_that_can_be_tapped(
    texts: AnswerTexts, answerer: Answerer
) -> None:
    assert len(answerer.entries) > 80
    for entry in answerer.entries:
        answer = Answer(band="answer", entry=entry, citations=entry.citations, matched=("占道经营",) * 4)
        basis = Answer(band="answer", entry=entry, citations=entry.citations, reason=BASIS)
        for said in (texts.answered(answer, opens=True), texts.answered(basis), texts.more(entry)):
            assert len(said.encode()) <= MAX_TEXT_BYTES, entry.slug
            assert len(LINK.sub(r"\1", said)) <= SHOWN_AT_MOST, entry.slug
            assert "…" not in said, entry.slug
        assert entry.answer in texts.answered(answer)


def test_answers_about_money_open_with_their_question_and_can_be_turned_down(
    texts: AnswerTexts, answerer: Answerer
) -> None:
    for entry in answerer.entries:
        said = texts.answered(Answer(band="answer", entry=entry, citations=entry.citations))
        assert said.startswith(f"您问的是：{entry.question}") is entry.sensitive
        assert (f"qa.not_this.{entry.slug}." in said) is entry.sensitive
        assert (f"qa.more.{entry.slug}." in said) is bool(entry.more)
        assert (f"{URL}/h5/permits" in said) is entry.link.startswith("permit:")
        assert (f"qa.file.{entry.slug}." in said) is entry.link.startswith("complaint:")


@pytest.mark.parametrize("act", ["see", "useful", "useless", "not_this", "more", "none", "file"])
def test_a_tap_comes_back_as_what_was_tapped(act: str) -> None:
    tapped = Tap(act, "stall-fine-2", 12)  # type: ignore[arg-type]
    assert read_tap(tap_id(tapped)) == tapped


@pytest.mark.parametrize(
    "id", ["", "choice_1", "qa.", "qa.see", "qa.drop.x.1", "qa.see.X.1", "qa.see.x.1 ", "qa.see.x.1234567", "qa.see.x.-1", "qa.see.x.１"]
)  # fmt: skip
def test_any_other_id_is_no_tap(id: str) -> None:
    assert read_tap(id) is None


def test_words_that_no_link_can_hold_stay_words() -> None:
    assert tap('问"引号"', "x") == '问"引号"'
    assert "msgmenucontent=有用&" in tap("有用", "x")


def test_a_long_text_is_cut_and_what_can_be_tapped_is_not() -> None:
    below = tap("有用", tap_id(Tap("useful", "a", 1)))
    said = fitted("长" * 3_000, below)
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert said.endswith(f"…\n\n{below}")


def test_what_is_remembered_line_by_line_is_read_as_one() -> None:
    stored = (
        encode(Offers((Choice("file"),), (Sent("m"),), "QS-1"))
        + encode_last(Last("", "问", 1))
        + b"\n\xff not ours\n"
        + encode_choices([Choice("entry", "a")])
        + encode_last(Last("a", "又问"), [Choice("entry", "b")])
        + b"\n"
    )
    offers = decode(stored)
    assert offers == Offers((Choice("entry", "b"),), (Sent("m"),), "QS-1", Last("a", "又问"))
    assert decode(encode(offers)) == offers
    assert decode(b"") == decode(encode(Offers())) == Offers()
