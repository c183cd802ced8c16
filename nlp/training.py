"""Trains a linear model from labelled texts, and measures how right it would be on texts it has not seen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from nlp.linear import QUARTERS, TOP_WEIGHT, Field, LinearModel, Read, packed
from nlp.meanings import Meanings, shipped_meanings
from nlp.solving import solved

if TYPE_CHECKING:
    import numpy

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
    """How a model is made. Tuned by cross-validation, see docs/adr/0040."""

    cost: float = 0.4
    pair_share: float = 0.5
    meaning_share: float = 0.9
    balance: float = 0.5
    most_grams: int = 16_000
    most_words: int = 24_000


RECIPE = Recipe()


class _Table(msgspec.Struct, frozen=True):
    """The grams that count, their places and own weights."""

    places: dict[str, int]
    weights: numpy.ndarray


def fitted(reads: Sequence[Read], labels: Sequence[str], recipe: Recipe = RECIPE) -> LinearModel:
    """A model of texts as they were read, its confidence not measured yet. Raises TrainingError."""
    import numpy as np

    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise TrainingError("只有一种分类，学不出区别。至少要有两种。")
    meanings, grams = shipped_meanings(), _gram_table(reads, recipe)
    dimensions = meanings.vectors.shape[1]
    places, values = [], []
    always = np.arange(len(grams.places), len(grams.places) + dimensions + 1)
    for read in reads:
        held, said = _gram_values(read, grams)
        meaning = _meaning(read, meanings) * recipe.meaning_share
        places.append(np.concatenate([held, always]))
        values.append(np.concatenate([said, meaning, [1.0]]))
    of = {name: number for number, name in enumerate(names)}
    numbers = np.array([of[label] for label in labels])
    targets = np.where(numbers[:, None] == np.arange(len(names)), 1.0, -1.0)
    share = np.bincount(numbers) / len(numbers) * len(names)
    costs = recipe.cost * np.where(targets > 0, (1 / share[numbers])[:, None] ** recipe.balance, 1.0)
    weights = solved(places, values, targets, costs, len(grams.places) + dimensions + 1, SEED)
    # What speaks for every label alike decides nothing.
    weights -= weights.mean(axis=1, keepdims=True)
    by_gram = weights[: len(grams.places)] * grams.weights[:, None]
    by_word = (
        recipe.meaning_share
        * meanings.weights[:, None]
        * (meanings.vectors @ weights[len(grams.places) : -1])
    )
    return LinearModel(
        labels=names,
        bias=tuple(map(float, weights[-1])),
        sharpness=UNMEASURED,
        grams=_field(list(grams.places), by_gram, grams.weights, recipe.most_grams),
        meanings=_field(list(meanings.places), by_word, meanings.weights, recipe.most_words),
    )


def _gram_table(reads: Sequence[Read], recipe: Recipe) -> _Table:
    import numpy as np

    held_by = Counter(gram for read in reads for gram in read.grams)
    at_least = 1 if len(reads) < 2_000 else 2
    grams = sorted(gram for gram, count in held_by.items() if count >= at_least)
    weights = [
        (math.log((1 + len(reads)) / (1 + held_by[gram])) + 1)
        * (1.0 if len(gram) == 1 else recipe.pair_share)
        for gram in grams
    ]
    return _Table({gram: place for place, gram in enumerate(grams)}, np.array(weights))


def _gram_values(read: Read, table: _Table) -> tuple[numpy.ndarray, numpy.ndarray]:
    import numpy as np

    held = [(table.places[gram], count) for gram, count in read.grams.items() if gram in table.places]
    places = np.array([place for place, _ in held], dtype=np.int64)
    counts = np.array([count for _, count in held], dtype=np.float64)
    weights = table.weights[places]
    length = math.sqrt(QUARTERS * (counts @ weights**2)) or 1.0
    return places, counts * weights / length


def _meaning(read: Read, meanings: Meanings) -> numpy.ndarray:
    import numpy as np

    held = [(meanings.places[word], count) for word, count in read.words.items() if word in meanings.places]
    if not held:
        return np.zeros(meanings.vectors.shape[1])
    places = np.array([place for place, _ in held])
    counts = np.array([count for _, count in held], dtype=np.float64)
    weights = meanings.weights[places]
    total: numpy.ndarray = (counts * weights) @ meanings.vectors[places]
    return total / math.sqrt(QUARTERS * (counts @ weights**2))


def _field(tokens: Sequence[str], rows: numpy.ndarray, own: numpy.ndarray, most: int) -> Field:
    """The weightiest rows, as whole numbers."""
    import numpy as np

    heaviest = np.abs(rows).max(axis=1)
    kept = np.sort(np.argsort(-heaviest, kind="stable")[:most])
    bound = TOP_WEIGHT // 2
    scale = float(heaviest.max(initial=0.0)) / bound or 1.0
    square_scale = float((own**2).max(initial=0.0)) / TOP_WEIGHT or 1.0
    whole = np.rint(rows[kept] / scale).astype(int) + bound
    squares = np.maximum(np.rint(own[kept] ** 2 / square_scale).astype(int), 1)
    packed_rows = {
        tokens[place]: packed(weights, square)
        for place, weights, square in zip(kept.tolist(), whole.tolist(), squares.tolist(), strict=True)
    }
    return Field(packed_rows, scale, bound, square_scale)
