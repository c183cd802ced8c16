"""How right a linear model is on texts it was not trained with, and how sure it may say it is."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import msgspec

from nlp.linear import LinearModel, read_text, scores
from nlp.segment import Segmenter
from nlp.training import RECIPE, SEED, Example, Recipe, Sample, fitted, sampled

FOLDS = 5
_SHARPEST, _BLUNTEST = 40.0, 0.25


class LabelScore(msgspec.Struct, frozen=True):
    """Of one label: how many texts it has, and precision, recall and their harmonic mean (0 to 1)."""

    cases: int
    precision: float
    recall: float
    f1: float


class Scores(msgspec.Struct, frozen=True):
    """Over all texts. `macro_f1` is the mean over the labels that the texts have, each counting the same."""

    macro_f1: float
    accuracy: float
    by_label: dict[str, LabelScore]


def scores_of(expected: Sequence[str], predicted: Sequence[str]) -> Scores:
    """Compare, text by text. An empty prediction is a wrong one."""
    by_label = {}
    for label in sorted(set(expected)):
        right = sum(one == other == label for one, other in zip(expected, predicted, strict=True))
        said, held = predicted.count(label), expected.count(label)
        precision, recall = right / said if said else 0.0, right / held
        f1 = 2 * right / (said + held)
        by_label[label] = LabelScore(held, round(precision, 4), round(recall, 4), round(f1, 4))
    hits = sum(one == other for one, other in zip(expected, predicted, strict=True))
    macro_f1 = sum(one.f1 for one in by_label.values()) / len(by_label) if by_label else 0.0
    return Scores(round(macro_f1, 4), round(hits / len(expected), 4) if expected else 0.0, by_label)


def train_and_measure(
    examples: Sequence[Example], segmenter: Segmenter, *, recipe: Recipe = RECIPE
) -> tuple[LinearModel, Scores]:
    """A model of all texts; and how right models of four fifths of them are on the other fifth, five times over.

    The confidence of the model is measured on the same predictions. The same texts in the same order give the same
    model. Raises TrainingError.
    """
    labels = [one.label for one in examples]
    samples = [sampled(read_text(one.text, segmenter), recipe) for one in examples]
    whole = fitted(samples, labels, recipe)
    apart = _apart(examples, samples, segmenter, recipe)
    predicted = [max(by_label, key=lambda label: by_label[label]) if by_label else "" for by_label in apart]
    sharpness = _sharpness([one for one in zip(apart, labels, strict=True) if one[0]])
    return msgspec.structs.replace(whole, sharpness=sharpness), scores_of(labels, predicted)


def trained(examples: Sequence[Example], segmenter: Segmenter, *, recipe: Recipe = RECIPE) -> LinearModel:
    """A model of all texts, its confidence not measured. Raises TrainingError."""
    samples = [sampled(read_text(one.text, segmenter), recipe) for one in examples]
    return fitted(samples, [one.label for one in examples], recipe)


def _apart(
    examples: Sequence[Example], samples: Sequence[Sample], segmenter: Segmenter, recipe: Recipe
) -> list[dict[str, float]]:
    """The scores of each text by a model that was trained without it; empty where its fold had but one label."""
    labels = [one.label for one in examples]
    fold_of = _folds(labels)
    apart: list[dict[str, float]] = [{} for _ in examples]
    for fold in range(FOLDS):
        kept = [number for number, other in enumerate(fold_of) if other != fold]
        asked = [number for number, other in enumerate(fold_of) if other == fold]
        if not asked or len({labels[number] for number in kept}) < 2:
            continue
        model = fitted([samples[number] for number in kept], [labels[number] for number in kept], recipe)
        for number in asked:
            said = scores(model, read_text(examples[number].text, segmenter))
            apart[number] = dict(zip(model.labels, said, strict=True))
    return apart


def _folds(labels: Sequence[str]) -> list[int]:
    """A fold for each text, every label spread over all of them."""
    order = list(range(len(labels)))
    random.Random(SEED).shuffle(order)  # noqa: S311 - nothing secret hangs on it
    folds = [0] * len(labels)
    for place, number in enumerate(sorted(order, key=lambda number: labels[number])):
        folds[number] = place % FOLDS
    return folds


def _sharpness(apart: Sequence[tuple[dict[str, float], str]]) -> float:
    """What turns scores into the likeliest confidences: golden section on the log scale."""

    def surprise(log_sharpness: float) -> float:
        sharpness = math.exp(log_sharpness)
        total = 0.0
        for by_label, label in apart:
            best = max(by_label.values())
            right = by_label.get(label, min(by_label.values()))
            total += math.log(sum(math.exp(sharpness * (score - best)) for score in by_label.values()))
            total -= sharpness * (right - best)
        return total

    low, high = math.log(_BLUNTEST), math.log(_SHARPEST)
    part = (math.sqrt(5) - 1) / 2
    one, other = high - part * (high - low), low + part * (high - low)
    at_one, at_other = surprise(one), surprise(other)
    for _ in range(30):
        if at_one < at_other:
            high, other, at_other = other, one, at_one
            one = high - part * (high - low)
            at_one = surprise(one)
        else:
            low, one, at_one = one, other, at_other
            other = low + part * (high - low)
            at_other = surprise(other)
    return round(math.exp((low + high) / 2), 4)
