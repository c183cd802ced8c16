"""How likely the first entry found is the one meant, from what speaks for it and for the others.

A logistic regression on features without scale. Its coefficients were fitted once, on questions whose answer was in the
knowledge base and on the same with the right entry taken away; docs/adr/0073 says on which and how to fit them anew.
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
    3.806,  # score
    0.712,  # lead
    4.414,  # share
    0.227,  # near_rivals
    0.335,  # strange_words
    0.348,  # strange_characters
    3.824,  # length
    -3.518,  # share_held
    0.139,  # lead_held
    2.059,  # both
    3.828,  # both_meant
    -0.429,  # hardly
    1.765,  # weak
    -0.515,  # no_word
    -0.614,  # foreign
    0.226,  # words
    -1.351,  # characters
    -0.004,  # sounds
    -0.559,  # own_words
    -1.248,  # own_characters
    -2.898,  # means_asked
    -1.226,  # means_own
    0.032,  # in_order
    -0.933,  # figures
    -0.472,  # left_out
    -0.640,  # left_over
)
INTERCEPT = -3.903
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
