"""From what was found to what may be said: answer, ask back, or admit being lost.

The thresholds are few and readable on purpose: a clerk can be told why an answer was or was not given.
"""

from enum import StrEnum

import msgspec

from nlp.index import Found


class Band(StrEnum):
    """What the bot does with a question."""

    ANSWER = "answer"
    UNSURE = "unsure"
    LOST = "lost"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How probable it must be that the first entry is the one meant, 0 to 1.

    `answer` suffices to answer, `sensitive` where the entry is about money, penalties, deadlines or rights. Below
    `unsure` no suggestion is worth the citizen's time, unless what was asked lies `near` by its score: one word that a
    dozen entries hold says what the matter is, if not which of them.
    """

    answer: float = 0.8
    sensitive: float = 0.88
    unsure: float = 0.4
    near: float = 0.8


class Verdict(msgspec.Struct, frozen=True):
    """The band, the reason as one word for logs and staff, and the probability that the first entry is meant."""

    band: Band
    reason: str
    confidence: float


_CLOSE = 0.15
_STRANGE = 0.5
_PARTLY = 0.5


def judge(found: Found, thresholds: Thresholds, sensitive: bool = False) -> Verdict:
    """Decide; `sensitive` tells that the first entry is about money, penalties, deadlines or rights."""
    evidence = found.evidence
    if evidence is None:
        return Verdict(Band.LOST, "nothing_near", 0.0)
    sure = round(evidence.probability, 4)
    strange = evidence.value("strange_words") >= _STRANGE
    if sure < thresholds.unsure and (strange or found.hits[0].score < thresholds.near):
        return Verdict(Band.LOST, "nothing_near", sure)
    if sure >= (thresholds.sensitive if sensitive else thresholds.answer):
        return Verdict(Band.ANSWER, "known_words" if evidence.exact else "sure", sure)
    if sure >= thresholds.answer:
        return Verdict(Band.UNSURE, "not_sure_enough_for_money", sure)
    if evidence.value("lead") < _CLOSE:
        return Verdict(Band.UNSURE, "close_call", sure)
    if strange or evidence.value("characters") < _PARTLY:
        return Verdict(Band.UNSURE, "topic_partly_known", sure)
    return Verdict(Band.UNSURE, "weak", sure)
