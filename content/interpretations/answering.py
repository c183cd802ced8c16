"""Answering a question from the knowledge base, in memory and without inventing anything."""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import msgspec

from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from nlp import nearness, normalise, pinyin
from nlp.bands import Band, Thresholds, judge
from nlp.courtesies import bare
from nlp.index import Found, Hit, QuestionIndex
from nlp.segment import RjiebaSegmenter, Segmenter, Term

if TYPE_CHECKING:
    from nlp.rescoring import Rescorer

MOST_SUGGESTIONS = 3
REMEMBERED, LONGEST_REMEMBERED = 2_048, 24
"""Questions whose answers are kept at hand, and of how many characters at most, courtesies aside: what many people ask
in the same words is short; what one person tells is long, and is not to lie about in memory."""

WORTH_OFFERING = 0.2
"""Score of an entry from which it is offered when another comes first."""

LONG_TEXT, FEWEST_DIFFERENT = 200, 20
"""A text of so many characters must hold more different ones than a twentieth of its length."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@cache
def serving_segmenter() -> RjiebaSegmenter:
    """The process's own segmenter: its dictionary, and all other tables, are read once, before the fork."""
    for tables in (normalise, pinyin, nearness):
        tables.warm()
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


def _breathe() -> None:
    """Let the process answer others while an index is built beside it."""
    time.sleep(0.0002)


def _go_on() -> None:
    """Nobody is waiting: the first index of a process."""


class Answerer:
    """One published state of the knowledge base. To publish, build another and swap the reference.

    `terms` are the bureau's own words; `local` its figures by name, put into the answers; `previous` the state before,
    whose texts need not be read again, and whose `rescorer` goes on. That takes a second look where the engine is unsure;
    without one nothing of it is even imported. Answering reads nothing but memory.
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
        rescorer: "Rescorer | None" = None,
    ) -> None:
        self.entries = tuple(with_local(entry, local or {}) for entry in entries)
        self._thresholds = thresholds or Thresholds()
        inherited: Rescorer | None = previous._rescorer if previous is not None else None
        self._rescorer: Rescorer | None = rescorer or inherited
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._worked_out)
        self._by_slug = {entry.slug: entry for entry in self.entries}
        self._index: QuestionIndex = QuestionIndex(
            ((entry.question, *entry.phrasings) for entry in self.entries),
            segmenter or serving_segmenter(),
            terms=terms,
            previous=previous._index if previous is not None else None,
            pause=_breathe if previous is not None else _go_on,
        )

    def entry(self, slug: str) -> EntryView | None:
        """An entry by its slug, for a suggestion that was tapped."""
        return self._by_slug.get(slug)

    def answer(self, text: str) -> Answer:
        """What may be said to this text, whatever it holds: empty, huge, emoji or another language.

        It rests on the question alone: the same with other courtesies around it is the same question.
        """
        question = bare(text)
        return (self._remembered if len(question) <= LONGEST_REMEMBERED else self._worked_out)(question)

    def answer_afresh(self, text: str) -> Answer:
        """As `answer`, worked out even if it is remembered: for measuring."""
        return self._worked_out(bare(text))

    def answer_within(self, text: str, slugs: Collection[str]) -> Answer:
        """As `answer`, but only these entries may be found: for follow-up questions."""
        within = {number for number, entry in enumerate(self.entries) if entry.slug in slugs}
        return (
            self._judged(self._index.search(text, MOST_SUGGESTIONS + 1, within))
            if within
            else self._judged(Found())
        )

    def ranked(self, text: str, limit: int) -> tuple[tuple[EntryView, float], ...]:
        """The `limit` entries nearest to the text, best first, with their scores: for search and evaluation."""
        found = self._index.search(text, limit)
        if self._rescorer is not None:
            found = self._looked_again(self._rescorer, bare(text), found)
        return tuple((self.entries[hit.entry], hit.score) for hit in found.hits)

    def _worked_out(self, question: str) -> Answer:
        """Of a `bare` question."""
        if len(question) >= LONG_TEXT and len(set(question)) * FEWEST_DIFFERENT < len(question):
            return self._judged(Found())  # one word a thousand times over asks nothing
        found = self._index.search_bare(question, MOST_SUGGESTIONS + 1)
        if self._rescorer is not None:
            found = self._looked_again(self._rescorer, question, found)
        return self._judged(found)

    def _looked_again(self, rescorer: "Rescorer", question: str, found: Found) -> Found:
        """The nearest entries in the order of a second look, where the engine is neither sure nor lost."""
        sure = found.evidence.probability if found.evidence is not None else 0.0
        if not self._thresholds.unsure <= sure < self._thresholds.answer:
            return found
        seen = MOST_SUGGESTIONS + 1
        again = rescorer.rescored(question, Found(found.hits[:seen], found.evidence))
        return Found((*again.hits, *found.hits[seen:]), found.evidence)

    def _judged(self, found: Found) -> Answer:
        hits = found.hits
        first = self.entries[hits[0].entry] if hits else None
        verdict = judge(found, self._thresholds, first is not None and first.sensitive)
        if first is None or verdict.band is Band.LOST:
            return Answer(band="lost", confidence=verdict.confidence, reason=verdict.reason)
        answered = verdict.band is Band.ANSWER
        return Answer(
            band="answer" if answered else "unsure",
            entry=first if answered else None,
            citations=first.citations if answered else (),
            matched=hits[0].words,
            phrasing=hits[0].phrasing,
            suggestions=self._suggestions(hits[1:] if answered else hits),
            confidence=verdict.confidence,
            reason=verdict.reason,
        )

    def _suggestions(self, hits: Sequence[Hit]) -> tuple[SuggestedQuestion, ...]:
        """Entries near enough to be worth reading; farther ones only distract."""
        near = [hit for hit in hits if hit.score >= WORTH_OFFERING]
        found = (self.entries[hit.entry] for hit in near[:MOST_SUGGESTIONS])
        return tuple(SuggestedQuestion(entry.slug, entry.question) for entry in found)
