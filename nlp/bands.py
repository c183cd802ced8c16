"""From ranked hits to what may be said: answer, ask back, or admit being lost.

The thresholds are few and readable on purpose: a clerk can be told why an answer was or was not given.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from nlp.index import Hit


class Band(StrEnum):
    """What the bot does with a question."""

    ANSWER = "answer"
    UNSURE = "unsure"
    LOST = "lost"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When a score of 0 to 1 suffices.

    To be answered, a question needs `answer` together with `lead` over the second entry, or `certain`
    alone. And the entry must know a share of the topic words asked: `coverage` if one of them is a term
    of the trade, `plain_coverage` if all are everyday words. Below `unsure` no suggestion is worth the
    citizen's time.
    """

    certain: float = 0.60
    answer: float = 0.30
    lead: float = 0.06
    coverage: float = 0.40
    plain_coverage: float = 0.80
    unsure: float = 0.28


class Verdict(msgspec.Struct, frozen=True):
    """The band, the reason as one word for logs and staff, and the confidence shown (0 to 1)."""

    band: Band
    reason: str
    confidence: float


def judge(hits: Sequence[Hit], thresholds: Thresholds) -> Verdict:
    """Decide from the best hits, best first. Without a shared topic word nothing is even suggested."""
    if not hits or hits[0].score < thresholds.unsure:
        return Verdict(Band.LOST, "nothing_near", hits[0].score if hits else 0.0)
    first = hits[0]
    if not first.coverage:
        return Verdict(Band.LOST, "no_topic_word", first.score)
    if first.topics < 2 and not first.anchored:
        return Verdict(Band.UNSURE, "one_common_word", first.score)
    if first.coverage < (thresholds.coverage if first.anchored else thresholds.plain_coverage):
        return Verdict(Band.UNSURE, "topic_partly_known", first.score)
    if first.score >= thresholds.certain:
        return Verdict(Band.ANSWER, "certain", first.score)
    lead = first.score - (hits[1].score if len(hits) > 1 else 0.0)
    if first.score >= thresholds.answer and lead >= thresholds.lead:
        return Verdict(Band.ANSWER, "clear_lead", first.score)
    return Verdict(Band.UNSURE, "close_call" if first.score >= thresholds.answer else "weak", first.score)
