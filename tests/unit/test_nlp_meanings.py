"""The table of meanings: read row by row in service, whole in training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.making_meanings import packed
from nlp.meanings import TABLE, Table
from nlp.nearness import nearness, place_of


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
