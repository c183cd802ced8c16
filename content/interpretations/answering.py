"""Answering a question from the knowledge base, in memory and without inventing anything."""

from collections.abc import Sequence
from functools import cache, lru_cache

from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from nlp.bands import Band, Thresholds, judge
from nlp.index import Hit, QuestionIndex
from nlp.normalise import warm
from nlp.segment import RjiebaSegmenter, Segmenter

MOST_SUGGESTIONS = 3
REMEMBERED, LONGEST_REMEMBERED = 2_048, 24
"""Questions whose answers are kept at hand, and of how many characters at most: what many people ask in the same
words is short; what one person tells is long, and is not to lie about in memory."""


@cache
def serving_segmenter() -> RjiebaSegmenter:
    """The process's own segmenter: its dictionary is read once, however often the index is swapped."""
    warm()
    return RjiebaSegmenter()


class Answerer:
    """One published state of the knowledge base. To publish, build another and swap the reference.

    Answering reads nothing but memory; at a hundred entries it takes about a tenth of a millisecond.
    """

    def __init__(
        self,
        entries: Sequence[EntryView],
        segmenter: Segmenter | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self.entries = tuple(entries)
        self._thresholds = thresholds or Thresholds()
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._worked_out)
        self._by_slug = {entry.slug: entry for entry in self.entries}
        self._index = QuestionIndex(
            ((entry.question, *entry.phrasings) for entry in self.entries), segmenter or serving_segmenter()
        )

    def entry(self, slug: str) -> EntryView | None:
        """An entry by its slug, for a suggestion that was tapped."""
        return self._by_slug.get(slug)

    def answer(self, text: str) -> Answer:
        """What may be said to this text, whatever it holds: empty, huge, emoji or another language."""
        return self._remembered(text) if len(text) <= LONGEST_REMEMBERED else self._worked_out(text)

    def _worked_out(self, text: str) -> Answer:
        hits = self._index.search(text, limit=MOST_SUGGESTIONS + 1)
        verdict = judge(hits, self._thresholds)
        if verdict.band is Band.LOST:
            return Answer(band="lost", confidence=verdict.confidence, reason=verdict.reason)
        if verdict.band is Band.UNSURE:
            return Answer(
                band="unsure",
                matched=hits[0].words,
                suggestions=self._suggestions(hits),
                confidence=verdict.confidence,
                reason=verdict.reason,
            )
        entry = self.entries[hits[0].entry]
        return Answer(
            band="answer",
            entry=entry,
            citations=entry.citations,
            matched=hits[0].words,
            suggestions=self._suggestions(hits[1:]),
            confidence=verdict.confidence,
            reason=verdict.reason,
        )

    def _suggestions(self, hits: Sequence[Hit]) -> tuple[SuggestedQuestion, ...]:
        """Entries near enough to be worth reading; below half the threshold they only distract."""
        near = [hit for hit in hits if hit.score >= self._thresholds.unsure / 2]
        found = (self.entries[hit.entry] for hit in near[:MOST_SUGGESTIONS])
        return tuple(SuggestedQuestion(entry.slug, entry.question) for entry in found)
