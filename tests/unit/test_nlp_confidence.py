"""How sure the engine is rests on the knowledge base too: how many entries it has, and how many phrasings each."""

from __future__ import annotations

import itertools
import random

import pytest

from content.interpretations.answering import Answerer
from content.interpretations.evaluating import as_entry
from content.interpretations.evaluation import calibration_error, found_for, outcome, own_questions
from content.interpretations.fitting import own_set
from nlp.confidence import (
    CALIBRATION,
    CALIBRATION_COLUMNS,
    CALIBRATION_INTERCEPT,
    COEFFICIENTS,
    COLUMNS,
    INTERCEPT,
    NAMES,
    Base,
    Certainty,
    calibration_columns,
    columns,
)
from nlp.index import QuestionIndex
from nlp.segment import RjiebaSegmenter

BASES = [
    Base(entries, entries * texts) for entries, texts in itertools.product((1, 60, 3_000, 10**6), (1, 3, 60))
]


@pytest.mark.parametrize("base", BASES)
def test_what_is_prepared_for_a_base_is_what_was_fitted(base: Base) -> None:
    draw = random.Random(base.entries)
    values = [draw.uniform(-1, 2) for _ in NAMES]
    fitted = sum(one * other for one, other in zip(COEFFICIENTS, columns(values, base), strict=True))
    certainty = Certainty(base)
    assert certainty.worth(values) == pytest.approx(INTERCEPT + fitted)
    assert len(COLUMNS) == len(COEFFICIENTS)
    assert len(CALIBRATION_COLUMNS) == len(CALIBRATION)
    assert 0 < certainty.probability(values) < 1


@pytest.mark.parametrize("base", BASES)
def test_what_speaks_more_for_an_entry_never_makes_it_less_likely(base: Base) -> None:
    weighed = [
        CALIBRATION_INTERCEPT
        + sum(
            one * other for one, other in zip(CALIBRATION, calibration_columns(worth / 4, base), strict=True)
        )
        for worth in range(-40, 41)
    ]
    assert weighed == sorted(weighed)


def test_an_index_knows_how_thickly_it_is_written() -> None:
    index = QuestionIndex([("门口能摆摊吗", "摆摊要证吗"), ("狗证怎么办",), ()], RjiebaSegmenter())
    assert index.base == Base(2, 3)
    assert index.base.alone == 0
    assert QuestionIndex([("门口能摆摊吗",)], RjiebaSegmenter()).base.alone == 1
    assert QuestionIndex([], RjiebaSegmenter()).base == Base(0, 0)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("per_entry", "most"), [(1, 0.15), (2, 0.11), (3, 0.09)])
def test_a_base_of_few_phrasings_is_not_sure_of_more_than_it_finds(
    per_entry: int, most: float, seed: int
) -> None:
    thinned = own_set().few(per_entry, seed, 1.0)
    answerer = Answerer([as_entry(name, texts) for name, texts in thinned.base.items()])
    outcomes = []
    for one in own_questions():
        if one.kind == "asked":
            answer = answerer.answer_afresh(one.text)
            found = found_for(answerer, one.text, one.right, answer)
            outcomes.append(outcome("asked", found, one.right, answer))
    assert calibration_error(outcomes) <= most
