"""How likely the first entry found is the one meant, from what speaks for it and for the others.

A logistic regression on features without scale. Its coefficients were fitted once, on questions whose answer was in the
knowledge base and on the same with the right entry taken away; docs/adr/0051 says on which.
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
_PLACE_OF = {name: place for place, name in enumerate(NAMES)}
COEFFICIENTS = (
    0.266,  # score
    1.530,  # lead
    2.580,  # share
    -1.378,  # near_rivals
    0.383,  # strange_words
    -0.570,  # strange_characters
    3.376,  # length
    -1.924,  # share_held
    1.171,  # lead_held
    2.521,  # both
    2.345,  # both_meant
    -1.438,  # hardly
    2.751,  # weak
    -0.908,  # no_word
    -2.432,  # foreign
    -1.358,  # words
    0.728,  # characters
    0.746,  # sounds
    0.177,  # own_words
    0.143,  # own_characters
    -0.996,  # means_asked
    -1.253,  # means_own
    0.548,  # in_order
    -0.520,  # figures
    0.225,  # left_out
    0.106,  # left_over
)
INTERCEPT = -4.109
_CHARACTERS, _OWN_CHARACTERS = FEATURES.index("characters"), FEATURES.index("own_characters")
_WORDS, _STAND_INS = FEATURES.index("words"), FEATURES.index("stand_ins")
_MEANS_ASKED, _MEANS_OWN = FEATURES.index("means_asked"), FEATURES.index("means_own")
_MOST_LEAD = 6.0
_STRANGER = 3.0  # what an entry that is not there might have scored: who is not better than that is not sure
_KNOWN_BY_HEART = 0.99


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
    return Evidence(values, exact, _KNOWN_BY_HEART if exact else probability(values))


def probability(values: Sequence[float]) -> float:
    """That the first entry is the one meant, 0 to 1, for these values in the order of `NAMES`."""
    total = INTERCEPT + sum(map(mul, COEFFICIENTS, values))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
