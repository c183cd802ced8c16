"""The linear model: what it learns, what it says, and its bytes."""

from __future__ import annotations

import random
import struct
import zlib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.interpretations.answering import serving_segmenter
from nlp.labelled import LabelledFileError, read_labelled
from nlp.linear import LinearModel
from nlp.linear_format import BrokenModel, from_bytes, to_bytes
from nlp.measuring import Scores, scores_of, train_and_measure
from nlp.training import Example, TrainingError

STORIES = {
    "noise": "工地半夜打桩 广场舞音响太大 酒吧低音炮震得睡不着 楼上装修电钻 KTV唱歌到两点 空调外机嗡嗡响",
    "litter": "垃圾桶满了没人收 路口堆着垃圾发臭 污水流到街上 公厕太脏 有人乱倒泔水 果皮烟头没人扫",
    "dogs": "遛狗不牵绳 流浪狗追咬路人 邻居的狗整天叫 狗屎没人捡 小区有人养烈性犬 大狗吓到小孩",
}
EXAMPLES = [Example(f"{who}{story}", label) for label, text in STORIES.items() for story in text.split() for who in ("", "我家楼下")]  # fmt: skip


@cache
def trained() -> tuple[LinearModel, Scores]:
    return train_and_measure(EXAMPLES, serving_segmenter())


@pytest.mark.parametrize(
    ("story", "label", "word"),
    [
        ("夜里施工噪音吵死人", "noise", "噪音"),
        ("草坪上都是犬只粪便，狗绳也不牵", "dogs", "犬只"),
        ("生活废弃物没有清运", "litter", "清运"),
    ],
)
def test_words_that_no_training_text_held_are_known_by_what_they_mean(
    story: str, label: str, word: str
) -> None:
    model, _ = trained()
    found = model.predict(story, serving_segmenter())
    assert found is not None
    assert found.label == label
    assert word in "".join(found.words)


def test_words_are_shown_as_they_were_typed() -> None:
    found = trained()[0].predict("樓下的 垃 圾 桶 滿了", serving_segmenter())
    assert found is not None
    assert found.label == "litter"
    assert all(word in "樓下的 垃 圾 桶 滿了" for word in found.words)
    assert "垃 圾 桶" in found.words


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_survived_and_its_words_occur_in_it(text: str) -> None:
    found = trained()[0].predict(text, serving_segmenter())
    if found is not None:
        assert 1 / len(STORIES) - 1e-3 <= found.confidence <= 1
        assert all(word in text for word in found.words)


def test_a_text_that_says_nothing_is_not_guessed_at() -> None:
    assert trained()[0].predict("！？🙂 …", serving_segmenter()) is None


def test_markup_tabs_and_rare_characters_change_nothing() -> None:
    model, _ = trained()
    plain = model.predict("夜里施工吵死人", serving_segmenter())
    marked = model.predict('\n\t\t<p style="color:red">夜里&nbsp;施工<b>吵死人</b></p>', serving_segmenter())
    assert plain is not None
    assert marked is not None
    assert (marked.label, marked.confidence) == (plain.label, plain.confidence)
    rare = model.predict("\U00020000夜里施工吵死人", serving_segmenter())
    assert rare is not None
    assert rare.label == "noise"
    assert all(word in "夜里施工吵死人" for word in rare.words)


def test_training_twice_gives_the_same_bytes() -> None:
    again, _ = train_and_measure(EXAMPLES, serving_segmenter())
    assert to_bytes(again) == to_bytes(trained()[0])


def test_bytes_give_the_model_back() -> None:
    model, _ = trained()
    assert from_bytes(to_bytes(model)) == model


def test_broken_bytes_are_refused_with_a_sentence() -> None:
    whole, dice = to_bytes(trained()[0]), random.Random(7)
    for _ in range(40):
        place = dice.randrange(len(whole))
        with pytest.raises(BrokenModel, match="。"):
            from_bytes(whole[:place] + bytes([whole[place] ^ (1 + dice.randrange(255))]) + whole[place + 1 :])
        with pytest.raises(BrokenModel, match="。"):
            from_bytes(whole[:place])


@pytest.mark.parametrize("body", [b"", b"nonsense", zlib.compress(b"\x95\x91\xa1a"), zlib.compress(b"\xc0")])
def test_a_right_checksum_does_not_make_a_model(body: bytes) -> None:
    with pytest.raises(BrokenModel, match="。"):
        from_bytes(struct.pack("<4sBI", b"CGLM", 1, zlib.crc32(body)) + body)


def test_one_label_cannot_be_trained() -> None:
    with pytest.raises(TrainingError, match="至少要有两种"):
        train_and_measure([Example("太吵", "noise")] * 5, serving_segmenter())


def test_scores_count_every_label_the_same() -> None:
    scores = scores_of(["a", "a", "a", "b"], ["a", "a", "a", ""])
    assert (scores.macro_f1, scores.accuracy) == (0.5, 0.75)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "吵", "label": "a"}\nnot json', "第 2 行不是 JSON"),
        ("[1]", "第 1 行应写成"),
        ('{"text": "吵"}', "第 1 行缺少 label"),
        ('{"label": "a"}', "第 1 行缺少 text"),
        ("\n\n", "一条也没有"),
    ],
)
def test_a_labelled_file_is_refused_by_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(LabelledFileError, match=said):
        read_labelled(file)


def test_a_labelled_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="没有文件"):
        read_labelled(tmp_path / "none")
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabelledFileError, match="UTF-8"):
        read_labelled(tmp_path / "b")
