"""What a letter asks for, and what an answer forgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.requests import REQUESTS_AT_MOST, Asks, requests_in, untouched

LETTER = (
    "楼下烧烤店每晚占道摆桌椅到凌晨，油烟很大。希望尽快清理占道桌椅，请检查油烟净化设施。"
    "什么时候能处理好？另外，为什么去年投诉过没有结果？谢谢！"
)


def test_each_request_is_found_with_the_word_that_makes_it_one() -> None:
    found = requests_in(LETTER)
    assert [one.asks for one in found] == [Asks.DEED, Asks.DEED, Asks.TIME, Asks.REASON]
    assert [one.marker for one in found] == ["希望", "请", "什么时候", "为什么"]
    assert all(LETTER[one.start :].startswith(one.words[:6]) for one in found)


def test_an_answer_that_forgets_something_is_told_what() -> None:
    half = "您好，执法队员 11 月 20 日到现场，占道桌椅已清理，以后每晚巡查。"
    assert [one.marker for one in untouched(LETTER, half)] == ["请", "为什么"]
    whole = half + "油烟净化设施经检测达标。去年的投诉因门店停业未能核实。"
    assert untouched(LETTER, whole) == ()


@pytest.mark.parametrize(
    ("letter", "answer", "forgotten"),
    [
        ("路灯坏了三天。", "已修复", 0),
        ("路灯坏了三天，请尽快修路灯", "已修复路灯", 0),
        ("请问这个归谁管？", "您的来信收悉", 1),
        ("请问这个归谁管？", "由市政设施维护中心负责", 0),
        ("1、请拆除违建 2、请恢复绿化", "违建已拆除", 1),
        ("谢谢，辛苦了！", "好", 0),
        ("路口有人摆摊，请打 13800001234 找我", "已经清运", 0),
        ("", "", 0),
    ],
)
def test_a_forgotten_request_is_counted_and_thanks_are_none(letter: str, answer: str, forgotten: int) -> None:
    assert len(untouched(letter, answer)) == forgotten


@given(st.text(max_size=400), st.text(max_size=200))
def test_any_text_has_few_requests_and_repeating_the_letter_answers_its_deeds(
    letter: str, answer: str
) -> None:
    found = requests_in(letter)
    assert len(found) <= REQUESTS_AT_MOST
    assert set(untouched(letter, answer)) <= set(found)
    assert all(one.asks is not Asks.DEED for one in untouched(letter, letter))
