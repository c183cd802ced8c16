"""Questions asked in vain, put together by what they mean, and what might be made of each heap. Pure and deterministic."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from content.interpretations.answering import Answerer
from content.interpretations.misses import MissView
from nlp.normalise import normalise


@dataclass(frozen=True)
class Cluster:
    """Questions that mean the same, most asked first. `nearest` is the slug of the entry they come nearest to, if any.

    `proposal`: "phrasings" where that entry could answer them, "entry" where a new one is wanted. `kinds` counts by
    what became of them. `key` is the same as long as the same question leads the heap.
    """

    key: str
    words: str
    misses: tuple[MissView, ...]
    count: int
    kinds: tuple[tuple[str, int], ...]
    nearest: str | None
    proposal: Literal["phrasings", "entry"]

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(one.id for one in self.misses)


def clusters(misses: Sequence[MissView], answerer: Answerer) -> tuple[Cluster, ...]:
    """Most asked first."""
    heaps: dict[str, list[MissView]] = {}
    for one in sorted(misses, key=lambda one: (-one.count, one.words, one.id)):
        heaps.setdefault(normalise(one.words), []).append(one)
    made = [_cluster(heap, answerer) for heap in heaps.values()]
    return tuple(sorted(made, key=lambda one: (-one.count, one.words)))


def _cluster(heap: Sequence[MissView], answerer: Answerer) -> Cluster:
    leader = heap[0]
    answer = answerer.answer(leader.words)
    nearest = answer.suggestions[0].slug if answer.suggestions else None
    kinds: dict[str, int] = {}
    for one in heap:
        kinds[one.kind] = kinds.get(one.kind, 0) + one.count
    return Cluster(
        key=hashlib.sha256(normalise(leader.words).encode()).hexdigest()[:16],
        words=leader.words,
        misses=tuple(heap),
        count=sum(one.count for one in heap),
        kinds=tuple(sorted(kinds.items())),
        nearest=nearest,
        proposal="phrasings" if nearest is not None else "entry",
    )
