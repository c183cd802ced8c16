"""Questions asked in vain, put together by what they mean, and what might be made of each heap.

Pure and deterministic: the same questions and the same index give the same heaps in the same order. Questions that the
engine is fairly sure belong to one entry are one heap. Others mean the same where most of their words and pairs of
characters agree, the rare ones counting most; where both come nearest to one entry, less has to agree. Each heap has a
leader, its most asked question, and the others are like that one.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
import weakref
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from uuid import UUID

from content.interpretations.answering import Answerer, serving_segmenter
from content.interpretations.misses import MissView
from content.interpretations.views import EntryView
from kit.short_turns import short_turns
from nlp.normalise import normalise

SURE, NEAR_ENOUGH = 0.7, 0.5
"""Confidence in an entry from which a question joins whatever else belongs to that entry, and from which it is proposed
as one of its phrasings: on our own questions three of four, and every second, belong there."""
ALIKE, ALIKE_NEAR_ONE_ENTRY = 0.35, 0.15
"""Cosine of two questions from which they mean the same; the second where both come nearest to the same entry."""
MOST = 0.5
"""The share of a heap, by how often it was asked, that has to come near an entry before the heap is proposed for it."""
COMMONEST = 0.2
"""What more than this share of the questions hold tells nobody what they are about, once there are many."""
MANY = 50
PHRASINGS_AT_MOST = 8
AT_A_STRETCH, BREATH_S = 4, 0.0002
"""Questions the engine is asked between two breaths, in which the requests of the process have their turn."""

_Asked = tuple[str, str, str | None]
_Nearest = tuple[str | None, float]


@dataclass(frozen=True)
class Cluster:
    """Questions that mean the same, most asked first. `nearest` is the slug of the entry they come nearest to, if any.

    `proposal`: "phrasings" where that entry could answer most of them, "entry" where a new one is wanted. `phrasings`
    are words that could be added to it. `kinds` counts by what became of them. `key` stays while the same question leads
    the heap.
    """

    key: str
    words: str
    misses: tuple[MissView, ...]
    count: int
    kinds: tuple[tuple[str, int], ...]
    nearest: str | None
    proposal: Literal["phrasings", "entry"]
    phrasings: tuple[str, ...]

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(one.id for one in self.misses)


@dataclass(frozen=True)
class _Seen:
    """A question with what it is compared by; `nearest` is the entry it comes nearest to, with how much confidence."""

    miss: MissView
    plain: str
    weights: Mapping[str, float]
    nearest: str | None
    confidence: float

    @property
    def is_sure(self) -> bool:
        return self.nearest is not None and self.confidence >= SURE


class ClusterMemory:
    """The clusters of one process. The same questions are not put together twice, and what the engine said of a question
    stands while its index does: of two thousand questions only those that are new are asked."""

    def __init__(self) -> None:
        self._nearest: dict[_Asked, _Nearest] = {}
        self._misses: tuple[MissView, ...] = ()
        self._made: tuple[Cluster, ...] = ()
        self._answerer: weakref.ref[Answerer] | None = None
        self._turn = asyncio.Lock()

    async def of(self, misses: Sequence[MissView], answerer: Answerer) -> tuple[Cluster, ...]:
        """As `clusters`, in a thread."""
        async with self._turn:
            if self._answerer is None or self._answerer() is not answerer:
                self._answerer, self._nearest, self._misses, self._made = weakref.ref(answerer), {}, (), ()
            if self._misses != tuple(misses):
                self._made = await asyncio.to_thread(self._put_together, misses, answerer)
                self._misses = tuple(misses)
            return self._made

    def _put_together(self, misses: Sequence[MissView], answerer: Answerer) -> tuple[Cluster, ...]:
        with short_turns():
            kept = {key: self._nearest[key] for key in map(_asked, misses) if key in self._nearest}
            made = clusters(misses, answerer, kept)
        self._nearest = kept
        return made


def clusters(
    misses: Sequence[MissView], answerer: Answerer, known: dict[_Asked, _Nearest] | None = None
) -> tuple[Cluster, ...]:
    """Most asked first. Two thousand questions take more than a second: call it in a thread.

    `known` is what this index said of some of them already; the others are added to it.
    """
    ordered = sorted(misses, key=lambda one: (-one.count, one.words, one.kind, one.id))
    heaps = _heaps(_weighed(ordered, answerer, {} if known is None else known))
    made = [_cluster(heap, answerer) for heap in heaps]
    return tuple(sorted(made, key=lambda one: (-one.count, one.words, one.key)))


def _weighed(misses: Sequence[MissView], answerer: Answerer, known: dict[_Asked, _Nearest]) -> list[_Seen]:
    plain = [normalise(one.words) for one in misses]
    features = [_features(text) for text in plain]
    held = Counter(feature for one in features for feature in one)
    total = len(misses)
    bound = COMMONEST * total if total >= MANY else total
    rarity = {feature: math.log(1 + total / number) for feature, number in held.items() if number <= bound}
    seen = []
    for miss, text, mine in zip(misses, plain, features, strict=True):
        weights = {feature: rarity[feature] for feature in sorted(mine) if feature in rarity}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        scaled = {feature: weight / length for feature, weight in weights.items()}
        asked = _asked(miss)
        if asked not in known:
            if len(known) % AT_A_STRETCH == 0:
                time.sleep(BREATH_S)
            known[asked] = nearest_of(miss, answerer)
        nearest, confidence = known[asked]
        seen.append(_Seen(miss, text, scaled, nearest, confidence))
    return seen


def _features(plain: str) -> frozenset[str]:
    """Words of two characters and more, and every pair of neighbouring characters."""
    words = (word for word in serving_segmenter().cut(plain) if len(word) > 1)
    pairs = ("".join(pair) for pair in pairwise(plain))
    return frozenset([*words, *pairs]) or frozenset(plain)


def _asked(miss: MissView) -> _Asked:
    return miss.words, miss.kind, miss.slug


def nearest_of(miss: MissView, answerer: Answerer) -> _Nearest:
    """The entry a question comes nearest to, never the one that was said not to be meant, and how sure that is."""
    if miss.kind == "downvoted" and miss.slug is not None and answerer.entry(miss.slug) is not None:
        return miss.slug, 1.0
    # Afresh: what citizens ask often is remembered, and is not to make room for this.
    answer = answerer.answer_afresh(miss.words)
    found = [answer.entry.slug] if answer.entry is not None else []
    found += [one.slug for one in answer.suggestions]
    if miss.kind == "not_this" and miss.slug in found:
        return next((slug for slug in found if slug != miss.slug), None), 0.0
    return (found[0], answer.confidence) if found else (None, 0.0)


def _heaps(seen: Sequence[_Seen]) -> list[list[_Seen]]:
    heaps: list[list[_Seen]] = []
    leaders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    same: dict[str, int] = {}
    entries: dict[str | None, int] = {}
    for one in seen:
        at = same.get(one.plain)
        if at is None and one.is_sure:
            at = entries.get(one.nearest)
        if at is None:
            at = _likest(one, heaps, leaders)
        if at is None:
            at = len(heaps)
            heaps.append([])
            for feature, weight in one.weights.items():
                leaders[feature].append((at, weight))
        heaps[at].append(one)
        same.setdefault(one.plain, at)
        if one.is_sure:
            entries.setdefault(one.nearest, at)
    return heaps


def _likest(
    one: _Seen, heaps: Sequence[Sequence[_Seen]], leaders: Mapping[str, Sequence[tuple[int, float]]]
) -> int | None:
    likeness: dict[int, float] = defaultdict(float)
    for feature, weight in one.weights.items():
        for at, theirs in leaders.get(feature, ()):
            likeness[at] += weight * theirs
    best, found = 0.0, None
    for at, value in sorted(likeness.items()):
        is_near = one.nearest is not None and one.nearest == heaps[at][0].nearest
        if value >= (ALIKE_NEAR_ONE_ENTRY if is_near else ALIKE) and value > best:
            best, found = value, at
    return found


def _cluster(heap: Sequence[_Seen], answerer: Answerer) -> Cluster:
    kinds: Counter[str] = Counter()
    nearest: Counter[str] = Counter()
    for one in heap:
        kinds[one.miss.kind] += one.miss.count
        if one.nearest is not None:
            nearest[one.nearest] += one.miss.count
    entry = min(nearest, key=lambda slug: (-nearest[slug], slug)) if nearest else None
    leader, count = heap[0], sum(kinds.values())
    near = sum(one.miss.count for one in heap if one.nearest == entry and one.confidence >= NEAR_ENOUGH)
    return Cluster(
        key=hashlib.sha256(leader.plain.encode()).hexdigest()[:16],
        words=leader.miss.words,
        misses=tuple(one.miss for one in heap),
        count=count,
        kinds=tuple(sorted(kinds.items())),
        nearest=entry,
        proposal="phrasings" if entry is not None and near > MOST * count else "entry",
        phrasings=_phrasings(heap, answerer.entry(entry) if entry is not None else None),
    )


def _phrasings(heap: Sequence[_Seen], entry: EntryView | None) -> tuple[str, ...]:
    """Words of the heap that the entry does not have yet, each once, none with asterisks in it."""
    known = {normalise(one) for one in (entry.question, *entry.phrasings)} if entry is not None else set()
    found: dict[str, str] = {}
    for one in heap:
        if one.plain not in known and "*" not in one.miss.words and 2 <= len(one.plain) <= 60:
            found.setdefault(one.plain, one.miss.words)
    return tuple(found.values())[:PHRASINGS_AT_MOST]
