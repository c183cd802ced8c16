"""An in-memory index of questions: what was asked in words, characters and syllables finds a few texts, which are then
compared with the question one by one. Questions are indexed, never answers; a letter is indexed whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from nlp.confidence import Base, Certainty, Evidence, evidence_of
from nlp.courtesies import bare
from nlp.fields import Postings
from nlp.lexicon import STOP_WORDS
from nlp.one_thread import np
from nlp.ranking import FEATURES, Comparer
from nlp.reading import CHARACTER, PAIR, WORD, Asked, Reader, Text, Vocabulary
from nlp.segment import Segmenter, Term
from nlp.spelling import Respeller

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Rows = NDArray[np.intp]

COMPARED = 12
"""Texts that are compared with the question one by one."""
SAID_ELSEWHERE = 4.0
"""What it is worth that all texts of an entry together hold what was asked, whatever the best of them holds."""
_SHARES = np.array((0.25, 0.05, 0.3, 0.2, 0.2), dtype=np.float32)
"""Of the fields, in the score by which texts are found."""
_NEAR_THE_BEST = 0.4
_BLOCKS = 256
_MIDDLE, _BREADTH = 4.0, 3.0
"""Of the scores that comparing gives."""
_BREATH = 32
"""Texts read between two pauses."""
_MOST_DEAD = 2
"""Tokens for each one in use, from which a vocabulary is begun anew."""


class Hit(msgspec.Struct, frozen=True):
    """One entry found: its place in the given list, a score of 0 to 1, its nearest text, and the asked words it holds.

    `words` are in the order asked, and given for the first hit only.
    """

    entry: int
    score: float
    phrasing: str
    words: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """The entries nearest to a question, best first, and what speaks for the first of them (None without any)."""

    hits: tuple[Hit, ...] = ()
    evidence: Evidence | None = None


class QuestionIndex:
    """Immutable once built: to publish, build a new one and replace the reference.

    `entries` gives the texts of each entry: its question and phrasings, or one letter. A text two entries share belongs
    to the first of them; the knowledge check refuses such a knowledge base. `previous` is an index whose read texts are
    used again where `terms` changed nothing in them. `pause` is called every millisecond or so of building.
    """

    def __init__(
        self,
        entries: Iterable[Iterable[str]],
        segmenter: Segmenter,
        *,
        terms: Sequence[Term] = (),
        previous: QuestionIndex | None = None,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = Reader(segmenter, terms)
        kept = _Kept(self._reader, previous)
        self._vocabulary = kept.vocabulary
        self._exact: dict[str, int] = {}
        self._read: dict[str, Text] = {}
        self._raw: list[str] = []
        self._texts: list[Text] = []
        owners: list[int] = []
        self._entries = 0
        for position, texts in enumerate(entries):
            self._entries += 1
            for raw in texts:
                text = self._read[raw] = kept.text(raw)
                if len(self._read) % _BREATH == 0:
                    pause()
                if text.plain and text.plain not in self._exact:
                    self._exact[text.plain] = len(self._texts)
                    self._raw.append(raw)
                    self._texts.append(text)
                    owners.append(position)
        self._postings = Postings(self._texts, owners, self._vocabulary, pause)
        self._owners = self._postings.owners
        self.base = Base(len(set(owners)), len(owners))
        self._certainty = Certainty(self.base)
        pause()
        rarity_of: dict[str, float] = {}
        often: dict[str, int] = {}
        fields = self._vocabulary.fields
        for token, number in list(self._vocabulary.numbers.items()):
            if number >= self._postings.tokens:
                continue
            if len(token) == 1:
                rarity_of[token] = self._postings.rarities[number]
            elif len(token) == 3 and fields[number] == WORD:
                often[token[1:]] = int(self._postings.held_by[number])
        self._respeller = Respeller(often, self._vocabulary.numbers)
        pause()
        places = np.asarray(self._vocabulary.places[: self._postings.tokens], dtype=np.int32)
        self._comparer = Comparer(self._texts, self._postings, places, rarity_of)

    def __len__(self) -> int:
        return self._entries

    def search(self, question: str, limit: int = 4, within: Collection[int] | None = None) -> Found:
        """The entries nearest to the question, of all or of those at the places `within`."""
        return self.search_bare(bare(question), limit, within)

    def search_bare(self, question: str, limit: int = 4, within: Collection[int] | None = None) -> Found:
        """As `search`, of a question that `bare` has been through."""
        asked = self._reader.asked(question, self._vocabulary, self._postings.tokens, self._respeller)
        if not asked.plain or not self._texts:
            return Found()
        rows, scores, shown, strange = self._ranked(asked, limit, within)
        if not rows:
            return Found()
        first = self._texts[rows[0]]
        exact = first.plain == asked.plain
        best: dict[int, tuple[float, int]] = {}
        for owner, score, row in zip(self._owners.take(rows).tolist(), scores, rows, strict=True):
            best.setdefault(owner, (score, row))
        leading = list(best.items())
        others = [score for _, (score, _) in leading[1:COMPARED]]
        hits = [Hit(entry, _squashed(score), self._raw[row]) for entry, (score, row) in leading[:limit]]
        entry, said = leading[0][0], self._reader.said(self._matched(asked, first), question)
        hits[0] = Hit(entry, 1.0 if exact else hits[0].score, self._raw[rows[0]], said)
        return Found(
            tuple(hits), evidence_of(asked.plain, strange, shown, scores[0], others, exact, self._certainty)
        )

    def compared(self, question: str) -> tuple[list[int], Floats]:
        """The entries of the texts held against a question, and the features x texts: for fitting the weights."""
        asked = self._reader.asked(bare(question), self._vocabulary, self._postings.tokens, self._respeller)
        postings = self._postings
        shared, _ = postings.shared(asked.known)
        most = [
            1e-6 + lacking * postings.unknown + sum(map(postings.rarities.__getitem__, known))
            for lacking, known in zip(asked.unknown, asked.known, strict=True)
        ]
        attainable = np.array(most, dtype=np.float32)
        rows, found_by = _highest(np.matmul(_SHARES / attainable, shared), COMPARED)
        if not len(rows):
            return [], np.empty((len(FEATURES), 0), dtype=np.float32)
        table, _ = self._comparer.scored(asked, rows, shared.take(rows, axis=1), attainable, found_by)
        return self._owners.take(rows).tolist(), table

    def _ranked(
        self, asked: Asked, limit: int, within: Collection[int] | None
    ) -> tuple[list[int], list[float], list[float], tuple[float, float]]:
        """Rows, best first, the scores of all, the features of the first, and the share of strange words, characters."""
        postings = self._postings
        rarity_of = postings.rarities.__getitem__
        missing = [number * postings.unknown for number in asked.unknown]
        most = [
            1e-6 + lacking + sum(map(rarity_of, known))
            for lacking, known in zip(missing, asked.known, strict=True)
        ]
        strange = (missing[WORD] / most[WORD], missing[CHARACTER] / most[CHARACTER])
        shared, said = postings.shared(asked.known)
        attainable = np.array(most, dtype=np.float32)
        first: Floats = np.matmul(_SHARES / attainable, shared)
        if within is not None:
            first *= np.isin(self._owners, list(within))
        exact = self._exact.get(asked.plain)
        if exact is not None and first[exact]:
            first[exact] = 1.01 * first.max()  # whatever else holds all of it
        found, found_by = _highest(first, max(COMPARED, 3 * limit))
        if not len(found):
            return [], [], [], strange
        compared, held = found[:COMPARED], shared.take(found[:COMPARED], axis=1)
        table, score = self._comparer.scored(asked, compared, held, attainable, found_by[:COMPARED])
        if postings.entries:
            share = said.take(postings.owners.take(compared)) / (most[WORD] + most[PAIR])
            score += SAID_ELSEWHERE * (share - 0.5)
        if exact is not None:
            score[compared == exact] += 100.0
        order = (-score).argsort(kind="stable")
        shown = self._comparer.shown(asked, table[:, order[0]], int(compared[order[0]]))
        rows, scores = compared.take(order).tolist(), score.take(order).tolist()
        if len(found) > COMPARED:  # behind all that was compared
            scores += (scores[-1] - 1 + found_by[COMPARED:]).tolist()
            rows += found[COMPARED:].tolist()
        return rows, scores, shown, strange

    def _matched(self, asked: Asked, text: Text) -> tuple[str, ...]:
        """The asked words that the text holds, or holds another word for; words of no topic only if there is no other."""
        held = [word for word in asked.words if word in text.plain or self._holds_other(word, text)]
        return tuple(word for word in held if word not in STOP_WORDS) or tuple(held)

    def _holds_other(self, word: str, text: Text) -> bool:
        """Whether the text holds a word that means the same: what stands for both is one of its tokens."""
        number = self._vocabulary.numbers.get(self._reader.stands_for(word))
        return number is not None and bool((text.tokens == number).any())


class _Kept:
    """What need not be read again: texts in which no term lies that was added or taken away."""

    def __init__(self, reader: Reader, previous: QuestionIndex | None) -> None:
        self._reader = reader
        self._texts: dict[str, Text] = {}
        self._changed: list[str] = []
        self.vocabulary = Vocabulary()
        if previous is None or len(previous._vocabulary) > _MOST_DEAD * previous._postings.living + 50_000:
            return
        changed = set(reader.terms) ^ set(previous._reader.terms)
        self._changed = reader.plain_of(changed)
        self._texts = previous._read
        self.vocabulary = previous._vocabulary

    def text(self, raw: str) -> Text:
        known = self._texts.get(raw)
        if known is not None and not any(term in known.plain for term in self._changed):
            return known
        return self._reader.text(raw, self.vocabulary)


def _highest(score: Floats, count: int) -> tuple[Rows, Floats]:
    """The rows of the highest scores above nought, best first, and these."""
    least = 1e-6
    blocks = len(score) // _BLOCKS
    if blocks > 1 and count <= _BLOCKS:
        # As many blocks as rows are wanted hold a row each that is as high as the last of the highest blocks.
        highest = score[: blocks * _BLOCKS].reshape(blocks, _BLOCKS).max(axis=0)
        highest.partition(_BLOCKS - count)
        least = max(least, float(highest[-count]))
    rows: Rows = (score >= least).nonzero()[0]
    rows = rows.take((-score.take(rows)).argsort(kind="stable")[:count])
    values = score.take(rows)
    if len(rows) and values[-1] <= _NEAR_THE_BEST * values[0]:
        near = int(np.count_nonzero(values > _NEAR_THE_BEST * values[0]))
        return rows[:near], values[:near]
    return rows, values


def _squashed(score: float) -> float:
    """A score between nought and one, the same for every question: one half is about the first that is worth offering."""
    return round(min(0.999, 1 / (1 + math.exp(min(30.0, (_MIDDLE - score) / _BREADTH)))), 4)
