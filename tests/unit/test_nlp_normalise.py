from __future__ import annotations

import time

import pytest

from nlp.normalise import MAX_CHARACTERS, normalise


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("路邊擺攤，違法嗎？", "路边摆摊违法吗"),
        ("ＫＴＶ　太 吵 了！！", "ktv太吵了"),
        ("遛狗😀不牵绳🐶", "遛狗不牵绳"),
        ("罚款 １００ 元", "罚款100元"),
        ("A_B", "ab"),
        ("", ""),
        ("？！😀 \n\t", ""),
    ],
)
def test_people_may_type_it_in_any_of_these_ways(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


def test_only_the_first_five_thousand_characters_are_looked_at() -> None:
    assert len(normalise("吵" * 20_000)) == MAX_CHARACTERS


def test_characters_that_unfold_into_many_stay_bounded() -> None:
    assert len(normalise("\ufdfa" * 5_000)) <= MAX_CHARACTERS


def test_a_full_length_traditional_text_takes_a_fraction_of_a_second() -> None:
    started = time.process_time()
    assert normalise("廣場舞擾民" * 1_000) == "广场舞扰民" * 1_000
    assert time.process_time() - started < 0.5
