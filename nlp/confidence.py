"""How likely the first entry found is the one meant, from what speaks for it and for the others.

Two steps, each a logistic regression fitted once, on questions whose answer was in the knowledge base and on the same with
the right entry taken away. The first weighs what the question and the texts have in common into one number, so that right
answers lie above all others; the second says what that number is worth in a base of so many entries with so many phrasings
each: where there is but one, what is meant is often said in other words, and the nearest text is more often another
entry's. docs/adr/0073 says on which questions, and how to fit them anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter, mul

import msgspec

from nlp.ranking import FEATURES

_SHOWN = (
    "words",
    "characters",
    "sounds",
    "own_words",
    "own_characters",
    "means_asked",
    "means_own",
    "in_order",
    "figures",
    "left_out",
    "left_over",
)
_SHOWN_OF = itemgetter(*(FEATURES.index(name) for name in _SHOWN))
NAMES = (
    "score", "lead", "share", "near_rivals", "strange_words", "strange_characters", "length",
    "share_held", "lead_held", "both", "both_meant", "hardly", "weak", "no_word", "foreign", *_SHOWN,
)  # fmt: skip
_STEPS = {
    "score": (0.2, 0.4, 0.8, 1.1),
    "characters": (0.15, 0.3, 0.7),
    "means_asked": (0.2, 0.4, 0.6),
    "own_characters": (0.3, 0.5, 0.7),
}
"""From where on more of it counts otherwise than below."""
_WITH_PHRASINGS = ("score", "characters", "share", "means_asked")
_WITH_ALONE = ("score",)
_PLACE_OF = {name: place for place, name in enumerate(NAMES)}
COLUMNS = (
    *NAMES,
    *(f"{name} from {step}" for name, steps in _STEPS.items() for step in steps),
    *(f"{name} by phrasings" for name in _WITH_PHRASINGS),
    *(f"{name} alone" for name in _WITH_ALONE),
    "phrasings", "alone",
)  # fmt: skip
COEFFICIENTS = (
    1.631,  # score
    0.764,  # lead
    3.450,  # share
    -0.443,  # near_rivals
    0.180,  # strange_words
    0.753,  # strange_characters
    3.598,  # length
    -3.973,  # share_held
    2.099,  # lead_held
    0.188,  # both
    5.163,  # both_meant
    -1.551,  # hardly
    1.275,  # weak
    -0.539,  # no_word
    -0.973,  # foreign
    -1.054,  # words
    3.026,  # characters
    -0.137,  # sounds
    -0.432,  # own_words
    2.186,  # own_characters
    -3.303,  # means_asked
    -2.214,  # means_own
    -1.580,  # in_order
    -0.795,  # figures
    -0.080,  # left_out
    -0.386,  # left_over
    -2.817,  # score from 0.2
    1.978,  # score from 0.4
    2.006,  # score from 0.8
    -0.490,  # score from 1.1
    0.792,  # characters from 0.15
    -1.656,  # characters from 0.3
    -0.262,  # characters from 0.7
    0.260,  # means_asked from 0.2
    -1.014,  # means_asked from 0.4
    -0.225,  # means_asked from 0.6
    -0.885,  # own_characters from 0.3
    -0.911,  # own_characters from 0.5
    -0.617,  # own_characters from 0.7
    4.135,  # score by phrasings
    -5.906,  # characters by phrasings
    1.074,  # share by phrasings
    0.347,  # means_asked by phrasings
    2.080,  # score alone
    -1.115,  # phrasings
    -1.873,  # alone
)
INTERCEPT = -4.199
CALIBRATION_COLUMNS = (
    "worth",
    "worth above nought",
    "alone",
    "phrasings",
    "worth by phrasings",
    "entries",
    "worth by entries",
)
CALIBRATION = (
    1.440,  # worth
    0.440,  # worth above nought
    0.767,  # alone
    0.953,  # phrasings
    -0.382,  # worth by phrasings
    1.001,  # entries
    -0.872,  # worth by entries
)
CALIBRATION_INTERCEPT = -0.061
_STEP_PLACES = tuple((_PLACE_OF[name], step) for name, steps in _STEPS.items() for step in steps)
_CHARACTERS, _OWN_CHARACTERS = FEATURES.index("characters"), FEATURES.index("own_characters")
_WORDS, _STAND_INS = FEATURES.index("words"), FEATURES.index("stand_ins")
_MEANS_ASKED, _MEANS_OWN = FEATURES.index("means_asked"), FEATURES.index("means_own")
_MOST_LEAD = 6.0
_STRANGER = 3.0  # what an entry that is not there might have scored: who is not better than that is not sure
_KNOWN_BY_HEART = 0.99
MOST_PHRASINGS, FEWEST_ENTRIES, MOST_ENTRIES = 30, 50, 20_000
"""Beyond these nothing was learnt from."""


class Base(msgspec.Struct, frozen=True):
    """How thickly a knowledge base is written: how many entries, and how many texts they have in sum."""

    entries: int
    texts: int

    @property
    def phrasings(self) -> float:
        """0 for one text an entry, 1 for twenty."""
        return math.log(min(max(self.texts / max(self.entries, 1), 1.0), MOST_PHRASINGS)) / 3

    @property
    def alone(self) -> float:
        """1 where every entry has one text: then what its texts say between them is not part of the score."""
        return float(self.texts <= self.entries)

    @property
    def size(self) -> float:
        """Growing with the entries, as far as there were bases to learn from."""
        return math.log(min(max(self.entries, FEWEST_ENTRIES), MOST_ENTRIES)) / 10


class Certainty:
    """The coefficients as they are for one base."""

    def __init__(self, base: Base) -> None:
        self._base = base
        value_of = dict(zip(COLUMNS, COEFFICIENTS, strict=True))
        slopes = [value_of[name] for name in NAMES]
        for name in _WITH_PHRASINGS:
            slopes[_PLACE_OF[name]] += base.phrasings * value_of[f"{name} by phrasings"]
        for name in _WITH_ALONE:
            slopes[_PLACE_OF[name]] += base.alone * value_of[f"{name} alone"]
        self._slopes = tuple(slopes)
        self._steps = tuple(
            (place, step, coefficient)
            for (place, step), coefficient in zip(_STEP_PLACES, COEFFICIENTS[len(NAMES) :], strict=False)
        )
        self._intercept = INTERCEPT + value_of["phrasings"] * base.phrasings + value_of["alone"] * base.alone

    def worth(self, values: Sequence[float]) -> float:
        """What speaks for the first entry as one number, for values in the order of `NAMES`."""
        total: float = self._intercept + sum(map(mul, self._slopes, values))
        for place, step, coefficient in self._steps:
            over = values[place] - step
            if over > 0:
                total += coefficient * over
        return total

    def probability(self, values: Sequence[float]) -> float:
        """That the first entry is the one meant, 0 to 1."""
        total = CALIBRATION_INTERCEPT + sum(
            map(mul, CALIBRATION, calibration_columns(self.worth(values), self._base))
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def columns(values: Sequence[float], base: Base) -> tuple[float, ...]:
    """The values of `COLUMNS` for those of `NAMES`: for fitting."""
    return (
        *values,
        *(max(0.0, values[place] - step) for place, step in _STEP_PLACES),
        *(base.phrasings * values[_PLACE_OF[name]] for name in _WITH_PHRASINGS),
        *(base.alone * values[_PLACE_OF[name]] for name in _WITH_ALONE),
        base.phrasings,
        base.alone,
    )


def calibration_columns(worth: float, base: Base) -> tuple[float, ...]:
    """The values of `CALIBRATION_COLUMNS`."""
    return (
        worth,
        max(0.0, worth),
        base.alone,
        base.phrasings,
        base.phrasings * worth,
        base.size,
        base.size * worth,
    )


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for the first entry: `values` in the order of `NAMES`; `exact`: it has these very words.

    `probability`, 0 to 1, that the first entry is the one meant.
    """

    values: tuple[float, ...]
    exact: bool = False
    probability: float = 0.0

    def value(self, name: str) -> float:
        """One of the values."""
        return self.values[_PLACE_OF[name]]


def evidence_of(
    plain: str,
    strange: Sequence[float],
    shown: Sequence[float],
    best: float,
    others: Sequence[float],
    exact: bool,
    certainty: Certainty,
) -> Evidence:
    """Of a normalised question whose share `strange` of words and of characters no text knows.

    `shown`: the features of the best text, `best` its score; `others`: those of the best text of every other entry.
    """
    rivals = [*others, _STRANGER]
    lead = max(-1.0, min((best - max(rivals)) / _MOST_LEAD, 1.0))
    share = 1 / (1 + sum([math.exp(other - best) for other in rivals]))
    close = len([other for other in others[:5] if best - other < 1.0]) / 5
    held = shown[_CHARACTERS]
    values = (
        max(-1.0, best / 10),
        lead,
        share,
        close,
        *strange,
        math.log(len(plain)) / 3,
        share * held,
        lead * held,
        held * shown[_OWN_CHARACTERS],
        shown[_MEANS_ASKED] * shown[_MEANS_OWN],
        max(0.0, 0.5 - held),
        max(0.0, 0.6 - best / 10),
        float(not shown[_WORDS] and not shown[_STAND_INS]),
        sum(map(str.isascii, plain)) / len(plain),
        *_SHOWN_OF(shown),
    )
    return Evidence(values, exact, _KNOWN_BY_HEART if exact else certainty.probability(values))
