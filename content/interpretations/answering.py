"""Answering a question from the knowledge base, in memory and without inventing anything."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache

import msgspec

from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from nlp.bands import Band, Thresholds, judge
from nlp.index import Hit, QuestionIndex
from nlp.normalise import warm
from nlp.segment import RjiebaSegmenter, Segmenter, Term, TermSegmenter

MOST_SUGGESTIONS = 3
REMEMBERED, LONGEST_REMEMBERED = 2_048, 24
"""Questions whose answers are kept at hand, and of how many characters at most: what many people ask in the same
words is short; what one person tells is long, and is not to lie about in memory."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@cache
def serving_segmenter() -> RjiebaSegmenter:
    """The process's own segmenter: its dictionary is read once, however often the index is swapped."""
    warm()
    return RjiebaSegmenter()


def with_local(entry: EntryView, local: Mapping[str, str]) -> EntryView:
    """The entry with every `{name}` of its texts replaced by the bureau's words or, without them, by the entry's own.

    A name that neither knows stays as it is written; the knowledge check refuses such an entry.
    """
    if "{" not in entry.answer and "{" not in entry.more:
        return entry

    def worded(found: re.Match[str]) -> str:
        name = found.group(1)
        return local.get(name) or entry.local.get(name, found.group())

    answer, more = _PLACEHOLDER.sub(worded, entry.answer), _PLACEHOLDER.sub(worded, entry.more)
    return msgspec.structs.replace(entry, answer=answer, more=more)


class Answerer:
    """One published state of the knowledge base. To publish, build another and swap the reference.

    `terms` are the bureau's own words; `local` its figures by name, put into the answers; `previous` the state before,
    whose texts need not be read again. Answering reads nothing but memory.
    """

    def __init__(
        self,
        entries: Sequence[EntryView],
        segmenter: Segmenter | None = None,
        thresholds: Thresholds | None = None,
        *,
        terms: Sequence[Term] = (),
        local: Mapping[str, str] | None = None,
        previous: "Answerer | None" = None,
    ) -> None:
        self.entries = tuple(with_local(entry, local or {}) for entry in entries)
        self._thresholds = thresholds or Thresholds()
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._worked_out)
        self._by_slug = {entry.slug: entry for entry in self.entries}
        self._index = QuestionIndex(
            ((entry.question, *entry.phrasings) for entry in self.entries),
            TermSegmenter(segmenter or serving_segmenter(), [term.term for term in terms]),
        )

    def entry(self, slug: str) -> EntryView | None:
        """An entry by its slug, for a suggestion that was tapped."""
        return self._by_slug.get(slug)

    def answer(self, text: str) -> Answer:
        """What may be said to this text, whatever it holds: empty, huge, emoji or another language."""
        return self._remembered(text) if len(text) <= LONGEST_REMEMBERED else self._worked_out(text)

    def answer_afresh(self, text: str) -> Answer:
        """As `answer`, worked out even if it is remembered: for measuring."""
        return self._worked_out(text)

    def answer_within(self, text: str, slugs: Collection[str]) -> Answer:
        """As `answer`, but only these entries may be found: for follow-up questions."""
        within = {number for number, entry in enumerate(self.entries) if entry.slug in slugs}
        found = self._index.search(text, limit=len(self.entries)) if within else []
        return self._judged([hit for hit in found if hit.entry in within][: MOST_SUGGESTIONS + 1])

    def ranked(self, text: str, limit: int) -> tuple[tuple[EntryView, float], ...]:
        """The `limit` entries nearest to the text, best first, with their scores: for search and evaluation."""
        return tuple((self.entries[hit.entry], hit.score) for hit in self._index.search(text, limit=limit))

    def _worked_out(self, text: str) -> Answer:
        return self._judged(self._index.search(text, limit=MOST_SUGGESTIONS + 1))

    def _judged(self, hits: Sequence[Hit]) -> Answer:
        verdict = judge(hits, self._thresholds)
        if verdict.band is Band.LOST:
            return Answer(band="lost", confidence=verdict.confidence, reason=verdict.reason)
        if verdict.band is Band.UNSURE:
            return Answer(
                band="unsure",
                matched=hits[0].words,
                phrasing=self.entries[hits[0].entry].question,
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
            phrasing=entry.question,
            suggestions=self._suggestions(hits[1:]),
            confidence=verdict.confidence,
            reason=verdict.reason,
        )

    def _suggestions(self, hits: Sequence[Hit]) -> tuple[SuggestedQuestion, ...]:
        """Entries near enough to be worth reading; below half the threshold they only distract."""
        near = [hit for hit in hits if hit.score >= self._thresholds.unsure / 2]
        found = (self.entries[hit.entry] for hit in near[:MOST_SUGGESTIONS])
        return tuple(SuggestedQuestion(entry.slug, entry.question) for entry in found)
