"""Fits the tables of the engine anew and prints them as they stand in `nlp.ranking` and `nlp.confidence`.

    python -m content.interpretations.fitting [--weights] FOLDER...

Each folder holds base.jsonl, queries.jsonl and perhaps oos.jsonl, as `chengguan kb eval` reads them; `=0.5` behind a
folder says what it weighs. Our own questions take part by themselves, those that are held back never. Every set is also
asked of itself with a third of its entries taken away, so that questions without an entry are learnt from. What comes
out is put into the two modules by hand, and `chengguan kb eval` says whether it is better.
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
from nlp.confidence import NAMES
from nlp.fitting import Compared, Judged, fitted_probability, fitted_weights
from nlp.index import QuestionIndex
from nlp.ranking import FEATURES, WEIGHTS

FAULTY = 2
TAKEN_AWAY = 0.35
SEED = 1
OWN_OUTSIDE = 4.0
"""What our questions without an entry weigh: people wrote them, the others are only questions that lost theirs."""


class AskedSet(NamedTuple):
    """Texts by entry, questions with the entries that are right, questions that have none."""

    base: dict[str, tuple[str, ...]]
    asked: tuple[tuple[str, frozenset[str]], ...]
    outside: tuple[str, ...]
    weight: float = 1.0
    outside_weight: float = 1.0

    def without_some(self) -> AskedSet:
        """The same with a share of its entries taken away; what is asked are the questions that lost their entries."""
        draw = random.Random(SEED)  # noqa: S311 - nothing secret hangs on it
        gone = set(draw.sample(sorted(self.base), int(len(self.base) * TAKEN_AWAY)))
        lost = tuple(text for text, right in self.asked if right <= gone)
        kept = {name: texts for name, texts in self.base.items() if name not in gone}
        return AskedSet(kept, (), lost, self.weight)


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
    return AskedSet(base, asked, outside, outside_weight=OWN_OUTSIDE)


def judged(one: AskedSet) -> Iterator[Judged]:
    """What speaks for the first entry of every question that finds any; those known by heart teach nothing."""
    names = list(one.base)
    index = QuestionIndex(one.base.values(), serving_segmenter())
    outside = [(text, frozenset[str]()) for text in one.outside]
    for texts, weight in ((one.asked, one.weight), (outside, one.outside_weight)):
        for text, right in texts:
            found = index.search(text)
            if found.evidence is not None and not found.evidence.exact:
                hit = names[found.hits[0].entry] in right
                yield Judged(found.evidence.values, hit, bool(right), weight / len(texts))


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
    """The coefficients and the intercept as Python."""
    samples = [each for one in sets for part in (one, one.without_some()) for each in judged(part)]
    intercept, slopes = fitted_probability(samples)
    lines = [f"    {slope:.3f},  # {name}" for slope, name in zip(slopes, NAMES, strict=True)]
    return "\n".join(["COEFFICIENTS = (", *lines, ")", f"INTERCEPT = {intercept:.3f}"])


def weight_table(sets: Sequence[AskedSet]) -> str:
    """The weights of comparing as Python."""
    found = fitted_weights([each for one in sets for each in compared(one)], WEIGHTS.tolist())
    lines = [f"    {weight:.2f},  # {name}" for weight, name in zip(found, FEATURES, strict=True)]
    return "\n".join(["WEIGHTS = (", *lines, ")"])


def main(arguments: Sequence[str]) -> int:
    wanted = [one for one in arguments if one != "--weights"]
    sets = [own_set()]
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
