"""Trains a linear model from labelled texts, and measures how right it would be on texts it has not seen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from nlp.linear import (
    DAMPED,
    LANE_MASK,
    QUARTERS,
    TOP_WEIGHT,
    Field,
    LinearModel,
    Read,
    known_words,
    length_of,
    packed,
)
from nlp.meanings import Meanings, shipped_meanings
from nlp.solving import solved

if TYPE_CHECKING:
    import numpy

K = TypeVar("K", bound=Hashable)

SEED = 20_260
UNMEASURED = 4.0
"""The sharpness of a model whose confidence nobody has measured."""


class TrainingError(ValueError):
    """The texts cannot be trained from; the sentence says why."""


class Example(msgspec.Struct, frozen=True):
    """A text and what a person said it is about."""

    text: str
    label: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is made. Tuned by cross-validation, see docs/adr/0040.

    `pair_share` weighs pairs of characters against single ones, `meaning_share` meanings against grams,
    `single_share` words of one character against longer ones. `likeness` is measured: how much the words of one text
    mean the same. `balance` makes rare labels count more: 0 not at all, 1 as much as frequent ones.
    """

    cost: float = 0.35
    pair_share: float = 0.7
    meaning_share: float = 0.65
    single_share: float = 0.35
    likeness: float = 0.045
    balance: float = 0.5
    most_grams: int = 10_900
    most_words: int = 21_800


RECIPE = Recipe()


class _Table(msgspec.Struct, frozen=True):
    """The grams that count, in order, their own weights, and how many texts hold each."""

    places: numpy.ndarray
    weights: numpy.ndarray
    held_by: numpy.ndarray


class Sample(msgspec.Struct, frozen=True):
    """What training keeps of a text: its grams, how much each counts, and what its words mean together."""

    grams: numpy.ndarray
    counts: numpy.ndarray
    meaning: numpy.ndarray


def sampled(read: Read, recipe: Recipe = RECIPE) -> Sample:
    """A kilobyte or two, however long the text."""
    import numpy as np

    grams = np.fromiter(read.grams, np.uint32, len(read.grams))
    counts = np.array([DAMPED[times] for times in read.grams.values()], np.float32) / QUARTERS
    meaning = _meaning(read, shipped_meanings(), recipe) * recipe.meaning_share
    return Sample(grams, counts, meaning.astype(np.float32))


def fitted(samples: Sequence[Sample], labels: Sequence[str], recipe: Recipe = RECIPE) -> LinearModel:
    """A model of texts, its confidence not measured yet. Raises TrainingError."""
    import numpy as np

    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise TrainingError("只有一种分类，学不出区别。至少要有两种。")
    meanings, grams = shipped_meanings(), _gram_table(samples, recipe)
    dimensions = meanings.vectors.shape[1]
    places, values = [], []
    always = np.arange(len(grams.places), len(grams.places) + dimensions + 1, dtype=np.int32)
    for sample in samples:
        held, said = _gram_values(sample, grams)
        places.append(np.concatenate([held, always]))
        values.append(np.concatenate([said, sample.meaning, [1.0]]).astype(np.float32))
    of = {name: number for number, name in enumerate(names)}
    numbers = np.array([of[label] for label in labels])
    targets = np.where(numbers[:, None] == np.arange(len(names)), 1.0, -1.0)
    share = np.bincount(numbers) / len(numbers) * len(names)
    costs = recipe.cost * np.where(targets > 0, (1 / share[numbers])[:, None] ** recipe.balance, 1.0)
    weights = solved(places, values, targets, costs, len(grams.places) + dimensions + 1, SEED)
    # What speaks for every label alike decides nothing.
    weights -= weights.mean(axis=1, keepdims=True)
    by_gram = weights[: len(grams.places)] * grams.weights[:, None]
    own = np.array([_own(word, recipe) for word in meanings.places])
    by_word = recipe.meaning_share * own[:, None] * (meanings.vectors @ weights[len(grams.places) : -1])
    return LinearModel(
        labels=names,
        bias=tuple(map(float, weights[-1])),
        sharpness=UNMEASURED,
        grams=_field(grams.places.tolist(), by_gram, grams.weights, -grams.held_by, recipe.most_grams, 0.0),
        # The table has its frequent words first.
        meanings=_field(
            list(meanings.places), by_word, own, np.arange(len(own)), recipe.most_words, recipe.likeness
        ),
    )


def _own(word: str, recipe: Recipe) -> float:
    return 1.0 if len(word) > 1 else recipe.single_share


def _gram_table(samples: Sequence[Sample], recipe: Recipe) -> _Table:
    import numpy as np

    at_least = 1 if len(samples) < 2_000 else 2
    grams, held_by = np.unique(np.concatenate([sample.grams for sample in samples]), return_counts=True)
    grams, held_by = grams[held_by >= at_least], held_by[held_by >= at_least]
    rarity = np.log((1 + len(samples)) / (1 + held_by)) + 1
    return _Table(grams, rarity * np.where(grams <= LANE_MASK, 1.0, recipe.pair_share), held_by)


def _gram_values(sample: Sample, table: _Table) -> tuple[numpy.ndarray, numpy.ndarray]:
    import numpy as np

    places = np.searchsorted(table.places, sample.grams)
    known = places < len(table.places)
    known[known] = table.places[places[known]] == sample.grams[known]
    places, counts = places[known], sample.counts[known]
    weights = table.weights[places]
    return places.astype(np.int32), counts * weights / length_of(float(counts @ weights**2), 0.0, 0.0)


def _meaning(read: Read, meanings: Meanings, recipe: Recipe) -> numpy.ndarray:
    import numpy as np

    held = known_words(read.words, meanings.places)
    if not held:
        return np.zeros(meanings.vectors.shape[1])
    counts = np.array([DAMPED[times] for times in held.values()]) / QUARTERS
    own = np.array([_own(word, recipe) for word in held])
    total: numpy.ndarray = (counts * own) @ meanings.vectors[[meanings.places[word] for word in held]]
    return total / length_of(float(counts @ own**2), float(counts @ own), recipe.likeness)


def _field(
    tokens: Sequence[K],
    rows: numpy.ndarray,
    own: numpy.ndarray,
    rank: numpy.ndarray,
    most: int,
    likeness: float,
) -> Field[K]:
    """The weightiest rows, as whole numbers; those of low rank first, so that what is often read lies together."""
    import numpy as np

    heaviest = np.abs(rows).max(axis=1)
    kept = np.sort(np.argsort(-heaviest, kind="stable")[:most])
    kept = kept[np.argsort(rank[kept], kind="stable")]
    bound = TOP_WEIGHT // 2
    scale = float(heaviest.max(initial=0.0)) / bound or 1.0
    top = float(own.max(initial=0.0)) or 1.0
    beside = np.stack([(own[kept] / top) ** 2, own[kept] / top], axis=1) * TOP_WEIGHT
    numbers = np.concatenate([np.maximum(np.rint(beside), 1), np.rint(rows[kept] / scale) + bound], axis=1)
    named = {
        tokens[place]: packed(row)
        for place, row in zip(kept.tolist(), numbers.astype(int).tolist(), strict=True)
    }
    return Field(named, scale, bound, top, likeness)
