"""What people say around a question."""

from __future__ import annotations

import pytest

from nlp.courtesies import bare


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("请问，问一下路边能摆摊吗？谢谢", "路边能摆摊吗"),
        ("麻烦问下店招要备案吗，在线等，急！", "店招要备案吗"),
        ("您好！我想问问养狗办证呢", "养狗办证"),
        ("那个，店门口能放桌子吗", "店门口能放桌子吗"),
        ("我想问问题找谁", "问题找谁"),
        ("有谁知道养狗证怎么办", "养狗证怎么办"),
        ("养狗证怎么办啊，有人知道吗", "养狗证怎么办"),
        ("各位大神，弱弱地问一下摆摊要证吗", "摆摊要证吗"),
        ("我想了解渣土车几点能上路", "渣土车几点能上路"),
        ("摆摊被收了东西求解答", "摆摊被收了东西"),
        ("店招被拆了跪求大佬指点", "店招被拆了"),
    ],
)
def test_courtesies_around_a_question_go(text: str, question: str) -> None:
    assert bare(text) == question


@pytest.mark.parametrize(
    "text",
    [
        "问下水道堵了找谁",
        "我想问题怎么反映",
        "那个人占道",
        "投诉怎么加急",
        "送锦旗说声谢谢",
        "你好吗",
        "120急救",
        "流浪乞讨向谁求助",
        "行政复议请求",
        "各位业主的共用部位",
        "罚多少谁说了算有人管吗",
    ],
)
def test_what_may_belong_to_the_matter_stays(text: str) -> None:
    assert bare(text) == text


@pytest.mark.parametrize(
    "text", ["", "你好", "您好谢谢", "在线等急", "那个呢", "啊啊啊", "有人知道吗", "求助", "求解答"]
)
def test_a_text_of_courtesies_alone_is_what_it_was(text: str) -> None:
    assert bare(text) == text
