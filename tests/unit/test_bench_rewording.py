"""The question sets of the benchmarks: rules that can be read, the same in every run, near-duplicates one group."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.qa_reword import Amount, Rewording, core_of, groups_of, mistyped, sounding_alike
from nlp.pinyin import sound
from nlp.segment import RjiebaSegmenter

OFTEN = {"取消": 900, "撤销": 800, "撤消": 3, "闹钟": 700, "银行": 500, "行": 60, "形": 50, "型": 40, "杏": 5}


@pytest.fixture
def synonyms(tmp_path: Path) -> Path:
    path = tmp_path / "groups.txt"
    path.write_text("Hc01A01= 取消 撤销 撤消\nBp01A01@ 闹钟 座钟\nDm01A01= 银行 钱庄\n", encoding="utf-8")
    return path


def test_only_everyday_words_of_one_meaning_stand_for_one_another(synonyms: Path) -> None:
    same = groups_of(synonyms, OFTEN)
    assert (same["取消"], same["撤销"]) == (["撤销"], ["取消"])
    assert same.keys().isdisjoint({"银行", "闹钟", "座钟"})


def test_the_same_question_and_seed_give_the_same_words(synonyms: Path) -> None:
    always = Amount(courtesy=1, particles=0, forms=1, synonyms=0.5, order=0, dropped=0)
    rewording = Rewording(RjiebaSegmenter().cut, OFTEN, synonyms, always)
    said = [rewording.reworded("怎么取消闹钟", random.Random(seed)) for seed in range(20)]
    assert said == [rewording.reworded("怎么取消闹钟", random.Random(seed)) for seed in range(20)]
    assert all("闹钟" in one and "怎么" not in one for one in said)
    assert any("撤销" in one for one in said)


def test_a_typo_sounds_the_same() -> None:
    alike = sounding_alike(OFTEN)
    typed = mistyped("银行", alike, random.Random(1))
    assert typed in {"银形", "银型", "银杏"}
    assert sound(typed) == sound("银行")


@pytest.mark.parametrize(
    ("one", "other"),
    [("讲讲新闻", "讲个新闻"), ("如何取消闹钟", "闹钟怎么取消呢"), ("帮我放一首歌吧", "放首歌")],
)
def test_near_duplicates_have_one_core(one: str, other: str) -> None:
    assert core_of(one) == core_of(other)


def test_what_asks_something_else_has_another_core() -> None:
    assert core_of("怎么取消闹钟") != core_of("怎么设置闹钟")
    assert core_of("的") == "的"
