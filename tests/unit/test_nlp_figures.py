"""Questions that differ in a number are other questions, whichever way the number is written."""

from __future__ import annotations

import pytest

from nlp.index import QuestionIndex
from nlp.reading import figures
from nlp.segment import RjiebaSegmenter


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("十八加25", {"18", "25"}),
        ("六点三十分叫我", {"6", "30"}),
        ("罚两千五百元", {"2500"}),
        ("二零二六年", {"2026"}),
        ("3天和三天", {"3"}),
        ("星期一", {"1"}),
        ("一下子三轮车过十字路口", set()),
        ("百分之十", set()),
        ("wifi密码", {"wifi"}),
    ],
)
def test_numbers_in_characters_are_figures_where_they_count_something(text: str, held: set[str]) -> None:
    assert figures(text) == held


def test_another_number_is_another_question() -> None:
    index = QuestionIndex([("三十分钟后提醒我",), ("二十分钟后提醒我",), ("把灯关上",)], RjiebaSegmenter())
    assert index.search("20分钟后提醒我").hits[0].entry == 1
    assert index.search("30分钟后提醒我").hits[0].entry == 0
    asked = index.search("四十分钟后提醒我").evidence
    known = index.search("过三十分钟提醒我").evidence
    assert asked is not None
    assert known is not None
    assert asked.value("figures") == 1.0
    assert known.value("figures") == 0.0
    assert asked.probability < known.probability
