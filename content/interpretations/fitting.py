"""Fits the tables of the engine anew and prints them as they stand in `nlp.ranking` and `nlp.confidence`.

    python -m content.interpretations.fitting [--weights] FOLDER...

Each folder holds base.jsonl, queries.jsonl and perhaps oos.jsonl, as `chengguan kb eval` reads them; `=0.5` behind a
folder says what it weighs. Our own questions take part by themselves, those that are held back never. For the probability
every set is also asked with a third of its entries taken away, so that questions without an entry are learnt from, and of
smaller bases drawn from a large one; our own knowledge also with few phrasings an entry. What comes out is put into the two
modules by hand, and `chengguan kb eval` says whether it is better.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from content.interpretations.answering import serving_segmenter
from content.interpretations.evaluation import own_questions
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.question_files import QuestionFileError, read_base, read_outside, read_queries
from nlp.confidence import CALIBRATION_COLUMNS, COLUMNS, columns
from nlp.fitting import Compared, Judged, fitted_probability, fitted_weights
from nlp.index import QuestionIndex
from nlp.ranking import FEATURES, WEIGHTS

FAULTY = 2
TAKEN_AWAY = 0.35
SEED = 1
FEW_PHRASINGS = (1, 2, 3, 5, 8)
FEW_WEIGHT = 0.1
"""Of our own questions asked of a base with so few phrasings an entry: in words of ours, in any two draws."""
SMALLER = ((200, 0.15), (1_000, 0.3))
"""Entries of the smaller bases drawn from a large one, and what they weigh of it."""


class AskedSet(NamedTuple):
    """Texts by entry, questions with the entries that are right, questions that have none."""

    base: dict[str, tuple[str, ...]]
    asked: tuple[tuple[str, frozenset[str]], ...]
    outside: tuple[str, ...]
    weight: float = 1.0

    def without_some(self) -> AskedSet:
        """The same with a share of its entries taken away: questions that lost theirs have none."""
        draw = random.Random(SEED)  # noqa: S311 - nothing secret hangs on it
        gone = set(draw.sample(sorted(self.base), int(len(self.base) * TAKEN_AWAY)))
        kept = {name: texts for name, texts in self.base.items() if name not in gone}
        return self._of(kept, self.weight)

    def smaller(self, entries: int, weight: float) -> AskedSet:
        """So many of its entries: three in five because they are asked for, the others beside them."""
        draw = random.Random(entries)  # noqa: S311 - nothing secret hangs on it
        drawn: set[str] = set()
        for _, right in draw.sample(self.asked, len(self.asked)):
            if len(drawn) + len(right) > entries * 3 // 5:
                break
            drawn |= right
        others = draw.sample(sorted(self.base), len(self.base))
        drawn.update([name for name in others if name not in drawn][: entries - len(drawn)])
        return self._of({name: texts for name, texts in self.base.items() if name in drawn}, weight)

    def few(self, per_entry: int, seed: int, weight: float) -> AskedSet:
        """With so many texts an entry: odd seeds keep the first of each, even ones any."""
        draw = random.Random(seed)  # noqa: S311 - nothing secret hangs on it
        kept = {}
        for name, texts in self.base.items():
            first = texts[:1] if seed % 2 else ()
            others = draw.sample(texts[len(first) :], len(texts) - len(first))
            kept[name] = (*first, *others)[:per_entry]
        return self._replace(base=kept, weight=weight)

    def _of(self, base: dict[str, tuple[str, ...]], weight: float) -> AskedSet:
        asked = tuple((text, right & base.keys()) for text, right in self.asked if right & base.keys())
        lost = tuple(text for text, right in self.asked if not right & base.keys())
        return AskedSet(base, asked, self.outside + lost, weight)


def read_set(folder: Path, weight: float = 1.0) -> AskedSet:
    """The files of a folder. Raises QuestionFileError."""
    base = read_base(folder / "base.jsonl")
    queries = read_queries(folder / "queries.jsonl", base)
    oos = folder / "oos.jsonl"
    outside = read_outside(oos) if oos.exists() else []
    asked = tuple((line.query, frozenset(line.golds)) for line in queries)
    return AskedSet(base, asked, tuple(line.query for line in outside), weight)


def own_set() -> AskedSet:
    """Our own knowledge and those of our questions that may be learnt from."""
    base = {one.slug: (one.question, *one.phrasings) for one in read_starter(LawIndex.load())}
    known = [one for one in own_questions() if not one.held]
    asked = tuple((one.text, one.right) for one in known if one.kind == "asked")
    outside = tuple(one.text for one in known if one.kind != "asked")
    return AskedSet(base, asked, outside)


def judged(one: AskedSet) -> Iterator[Judged]:
    """What speaks for the first entry of every question that finds any; those known by heart teach nothing.

    All questions with an entry weigh together what the set does, and so do all without.
    """
    names = list(one.base)
    index = QuestionIndex(one.base.values(), serving_segmenter())
    for texts in (one.asked, [(text, frozenset[str]()) for text in one.outside]):
        for text, right in texts:
            found = index.search(text)
            if found.evidence is not None and not found.evidence.exact:
                hit = names[found.hits[0].entry] in right
                values = columns(found.evidence.values, index.base)
                yield Judged(values, index.base, hit, bool(right), one.weight / len(texts))


def variants(one: AskedSet) -> Iterator[AskedSet]:
    """What the probability is learnt from beside the set itself, so that it holds for other bases than this."""
    yield one
    yield one.without_some()
    for entries, share in SMALLER:
        if len(one.base) > 2 * entries:
            yield one.smaller(entries, share * one.weight)


def own_variants() -> Iterator[AskedSet]:
    """The same for our own: with all their phrasings, and with few."""
    own = own_set()
    yield from (own, own.without_some())
    for per_entry in FEW_PHRASINGS:
        for seed in (1, 2):
            few = own.few(per_entry, seed, FEW_WEIGHT)
            yield from (few, few.without_some())


def compared(one: AskedSet) -> Iterator[Compared]:
    """The texts held against every question of which some are right and some are not."""
    names = list(one.base)
    index = QuestionIndex(one.base.values(), serving_segmenter())
    for text, right in one.asked:
        owners, features = index.compared(text)
        hits = tuple(names[owner] in right for owner in owners)
        if any(hits) and not all(hits):
            yield Compared(features, hits, one.weight / len(one.asked))


def probability_table(sets: Sequence[AskedSet]) -> str:
    """The two tables of coefficients with their intercepts as Python."""
    learnt = [*own_variants(), *(each for one in sets for each in variants(one))]
    direction, calibration = fitted_probability([each for one in learnt for each in judged(one)])
    lines = [
        f"    {slope:.3f},  # {name}" for slope, name in zip(direction.coefficients, COLUMNS, strict=True)
    ]
    steps = [
        f"    {slope:.3f},  # {name}"
        for slope, name in zip(calibration.coefficients, CALIBRATION_COLUMNS, strict=True)
    ]
    return "\n".join(
        [
            *("COEFFICIENTS = (", *lines, ")", f"INTERCEPT = {direction.intercept:.3f}"),
            *("CALIBRATION = (", *steps, ")", f"CALIBRATION_INTERCEPT = {calibration.intercept:.3f}"),
        ]
    )


def weight_table(sets: Sequence[AskedSet]) -> str:
    """The weights of comparing as Python."""
    learnt = [own_set(), *sets]
    found = fitted_weights([each for one in learnt for each in compared(one)], WEIGHTS.tolist())
    lines = [f"    {weight:.2f},  # {name}" for weight, name in zip(found, FEATURES, strict=True)]
    return "\n".join(["WEIGHTS = (", *lines, ")"])


def main(arguments: Sequence[str]) -> int:
    wanted = [one for one in arguments if one != "--weights"]
    sets = []
    try:
        for one in wanted:
            folder, _, weight = one.partition("=")
            sets.append(read_set(Path(folder), float(weight or 1)))
    except QuestionFileError as fault:
        sys.stderr.write(f"{fault}\n")
        return FAULTY
    table = weight_table(sets) if "--weights" in arguments else probability_table(sets)
    sys.stdout.write(f"{table}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
