"""Fits the two tables of numbers of the engine: `ranking.WEIGHTS` and those of `confidence`. Not needed to run.

Both are small convex problems, solved here to the end; docs/adr/0073 says on which questions, and
`python -m content.interpretations.fitting` gathers them and prints the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from nlp.confidence import Base, calibration_columns
from nlp.one_thread import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RIDGE = 5e-4
"""Of the weights of comparing, on features divided by their deviation, beside the mean loss of a question."""
SLOPE_RIDGE, CALIBRATION_RIDGE = 1e-5, 1e-6
"""Of the coefficients of the two steps of the probability."""
_STEPS, _RATE = 3_000, 0.5
_NEWTON_STEPS, _GOOD_ENOUGH = 60, 1e-9


class Judged(msgspec.Struct, frozen=True):
    """What spoke for the first entry of one question, whether it was right, and whether the question has an entry at all.

    `values` as `confidence.COLUMNS`; `base` is the one that was asked.
    """

    values: tuple[float, ...]
    base: Base
    right: bool
    asked: bool
    weight: float


class Table(msgspec.Struct, frozen=True):
    """An intercept and a coefficient for every column."""

    intercept: float
    coefficients: tuple[float, ...]


class Compared(msgspec.Struct, frozen=True):
    """The texts held against one question: features x texts, and which of them are right. At least one is."""

    features: NDArray[np.float32]
    right: tuple[bool, ...]
    weight: float


def fitted_probability(samples: Sequence[Judged]) -> tuple[Table, Table]:
    """First the direction that parts right answers from all others, then what it is worth in each base.

    The second step looks at questions that have an entry alone, so that the probability is theirs.
    """
    values = np.array([one.values for one in samples], dtype=np.float64)
    right = np.array([one.right for one in samples], dtype=np.float64)
    asked = np.array([one.asked for one in samples])
    weight = np.array([one.weight for one in samples])
    direction = _logistic(values, right, weight, SLOPE_RIDGE)
    worth = direction[0] + values @ direction[1:]
    columns = np.array(
        [
            calibration_columns(float(number), one.base)
            for number, one in zip(worth, samples, strict=True)
            if one.asked
        ]
    )
    found = _logistic(columns, right[asked], weight[asked], CALIBRATION_RIDGE)
    return _table(direction), _table(found)


def _table(found: Floats) -> Table:
    return Table(float(found[0]), tuple(float(one) for one in found[1:]))


def _logistic(values: Floats, right: Floats, weight: Floats, ridge: float) -> Floats:
    """Newton's steps; the first number is the intercept."""
    table = np.column_stack((np.ones(len(values)), values))
    held = np.full(table.shape[1], ridge)
    held[0] = 0
    share = weight / weight.sum()
    found: Floats = np.zeros(table.shape[1])
    for _ in range(_NEWTON_STEPS):
        sure = 1 / (1 + np.exp(-np.clip(table @ found, -30, 30)))
        slope = table.T @ (share * (sure - right)) + held * found
        bend = (table * (share * sure * (1 - sure))[:, None]).T @ table + np.diag(held + 1e-12)
        step = np.linalg.solve(bend, slope)
        found = found - step
        if np.abs(step).max() < _GOOD_ENOUGH:
            break
    return found


def fitted_weights(questions: Sequence[Compared], start: Sequence[float]) -> tuple[float, ...]:
    """Weights of the features under which the right texts of every question take the largest share (softmax).

    `start`: the weights to begin with. Those found are as long as these: what else is reckoned with scores keeps its scale.
    """
    features = np.concatenate([one.features for one in questions], axis=1).T.astype(np.float64)
    right = np.concatenate([np.array(one.right) for one in questions])
    counts = np.array([len(one.right) for one in questions])
    begins = np.cumsum(counts) - counts
    weight = np.array([one.weight for one in questions])
    share = np.repeat(weight / weight.sum(), counts)
    spread = np.maximum(features.std(axis=0), 1e-6)
    scaled = features / spread
    found = np.array(start, dtype=np.float64) * spread
    moved = np.zeros_like(found)
    for _ in range(_STEPS):
        scores = scaled @ found
        scores -= np.repeat(np.maximum.reduceat(scores, begins), counts)
        likely = np.exp(scores)
        all_of_it = np.repeat(np.add.reduceat(likely, begins), counts)
        right_of_it = np.repeat(np.add.reduceat(likely * right, begins), counts)
        pull = share * (likely / all_of_it - likely * right / right_of_it)
        moved = 0.9 * moved - _RATE * (scaled.T @ pull + RIDGE * found)
        found = found + moved
    weights = found / spread
    weights *= np.linalg.norm(start) / np.linalg.norm(weights)
    return tuple(float(one) for one in weights)
