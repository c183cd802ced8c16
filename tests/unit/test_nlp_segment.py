from __future__ import annotations

from pathlib import Path

import pytest

from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from nlp.normalise import normalise
from nlp.segment import JiebaSegmenter, RjiebaSegmenter, SegmenterError


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> JiebaSegmenter:
    return JiebaSegmenter(tmp_path_factory.mktemp("jieba") / "cache")


def test_terms_of_the_trade_stay_whole() -> None:
    assert RjiebaSegmenter().cut("什么是首违不罚") == ["什么", "是", "首违不罚"]


def test_a_bureaus_own_words_stay_whole() -> None:
    text = "清风里夜市几点开"
    assert "清风里夜市" not in RjiebaSegmenter().cut(text)
    assert "清风里夜市" in RjiebaSegmenter(["清风里夜市"]).cut(text)


def test_terms_of_one_segmenter_do_not_leak_into_another() -> None:
    RjiebaSegmenter(["绿萝坊东"])
    assert "绿萝坊东" not in RjiebaSegmenter().cut("绿萝坊东有人摆摊")


@pytest.mark.parametrize("term", ["", "两 个", "长" * 21])
def test_a_term_that_cannot_be_one_word_is_refused(term: str) -> None:
    with pytest.raises(SegmenterError, match="词条"):
        RjiebaSegmenter([term])


def test_the_serving_segmenter_cuts_like_the_reference(reference: JiebaSegmenter) -> None:
    serving = RjiebaSegmenter()
    sentences = [
        normalise(text)
        for entry in read_starter(LawIndex.load())
        for text in (entry.question, *entry.phrasings)
    ]
    same = sum(serving.cut(sentence) == reference.cut(sentence) for sentence in sentences)
    assert same / len(sentences) >= 0.98


def test_a_cache_folder_others_can_write_to_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(SegmenterError, match="别人不可写"):
        JiebaSegmenter(shared)
