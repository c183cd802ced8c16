"""The table of meanings: read row by row in service, whole in training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp.making_meanings import chosen_words, how_often, packed, table_of
from nlp.meanings import TABLE, Table
from nlp.nearness import nearness, place_of
from nlp.segment import OWN_TERMS, RjiebaSegmenter


def test_every_word_of_a_table_has_its_own_row(tmp_path: Path) -> None:
    words = ["摆摊", "a", "𠮷野", "城管", "占道经营"]
    rows = np.arange(-7, 8, dtype=np.int8)[np.arange(len(words) * 4).reshape(len(words), 4) % 15]
    path = tmp_path / "meanings.bin"
    path.write_bytes(packed(words, rows, 0.25))
    table = Table(path)
    assert (sorted(table.words()), table.step) == (sorted(words), 0.25)
    for word, row in zip(words, rows, strict=True):
        assert table.rows(table.place(word), 1).tolist() == [row.tolist()]
    assert [table.place(word) for word in ("", "摆", "摆摊儿", "龟")] == [-1] * 4


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "meanings.bin").write_bytes(b"CGMT1\n" + bytes(100))
    with pytest.raises(ValueError, match="no table"):
        Table(path)


def test_nearness_is_the_same_however_many_words_were_met_since() -> None:
    words = Table(TABLE).words()
    first = np.array([place_of("幼儿园"), -1], dtype=np.int32)
    other = np.array([place_of("托儿所"), place_of("渣土车"), -1], dtype=np.int32)
    before = nearness(first, other)
    places = {place_of(word) for word in words[:3_000]}
    assert len(places) == 3_000
    assert np.array_equal(nearness(first, other), before)
    assert before[0, 0] > 0.4 > before[0, 1]
    assert not before[1].any()
    assert not before[:, 2].any()


def test_words_are_common_ones_our_own_and_what_the_texts_say_twice() -> None:
    often = {"城市": 900, "道路": 800, "鼬獾": 1}
    said = ["擅自占道的，处以罚款。擅自撒漏砂石；撒漏砂石的，责令清扫。"]
    words = chosen_words(often, said, RjiebaSegmenter(), most=2)
    assert {"城市", "道路", "砂石", *OWN_TERMS} <= words.keys()
    assert words.keys().isdisjoint({"鼬獾", "清扫"})
    assert (words["城市"], words["砂石"]) == (900, 0)
    assert how_often()["城市"] > how_often()["鼬"] > 0


class Tones:
    """An encoder that knows two matters, and how long a word is."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [
            (
                "狗" in text,
                "犬" in text or "狗" in text,
                "灯" in text,
                len(text) / 10,
                ord(text[0]) % 7 / 20,
                0.1,
            )
            for text in texts
        ]
        table = np.array(rows, dtype=np.float32)
        return table / np.linalg.norm(table, axis=1, keepdims=True)


def test_a_table_made_of_an_encoder_keeps_near_words_near(tmp_path: Path) -> None:
    often = {"狗": 90, "犬": 20, "小狗": 5, "路灯": 30, "灯": 60, "灯光": 10, "砂石": 3, "道路": 70}
    made = table_of(often, Tones())
    assert made == table_of(often, Tones())
    (path := tmp_path / "meanings.bin").write_bytes(made)
    table = Table(path)
    assert sorted(table.words()) == sorted(often)
    rows = {word: table.rows(table.place(word), 1)[0].astype(float) for word in often}

    def like(one: str, other: str) -> float:
        return float(rows[one] @ rows[other] / (np.linalg.norm(rows[one]) * np.linalg.norm(rows[other])))

    assert like("狗", "小狗") > 0.8 > 0.2 > like("狗", "路灯")
    assert like("灯", "灯光") > 0.8
