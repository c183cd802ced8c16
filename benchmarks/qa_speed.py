"""Ten thousand questions in the index: what one answer costs, and what it costs others to find as well.

*qa_p50_us_10k*, *qa_p99_us_10k*: CPU microseconds of the thread for a whole answer (normalised, cut, found, confidence,
band), nothing remembered; medians over the rounds. *qa_speedup_vs_naive_jieba*: the median of comparing the words of the
question with those of every other, jieba's cutting included, over our median, in the same rounds.

The questions are of our own making (`qa_grammar`). `QA_BASE` and `QA_QUERIES` name other files, in the form that
`chengguan kb eval` reads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import qa_grammar
from benchmarks.qa_peers import Find, Peer, peers
from benchmarks.report import Figure, median
from content.interpretations.answering import Answerer, serving_segmenter
from content.interpretations.evaluating import as_entry
from content.interpretations.evaluation import answers_timed, percentile
from content.interpretations.question_files import read_base, read_queries

ROUNDS, ASKED_PEERS, ASKED_SLOW = 3, 200, 40
NAIVE = "naive jieba overlap"


def figures() -> list[Figure]:
    """Ours and the naive peer take turns; what the libraries cost is printed beside them, once."""
    texts, asked, golds = _questions()
    answerer, build_s = _built(texts)
    everybody = {peer.name: peer for peer in peers()}
    naive = everybody[NAIVE].build(texts)
    p50s, p99s, ratios = [], [], []
    for _ in range(ROUNDS):
        costs = sorted(cost for _, cost in answers_timed(answerer, asked))
        p50s.append(percentile(costs, 0.50))
        p99s.append(percentile(costs, 0.99))
        ratios.append(percentile(_find_costs(naive, asked[:ASKED_PEERS]), 0.50) / p50s[-1])
    right = sum(
        next((entry.slug for entry, _ in answerer.ranked(text, 1)), "") == gold
        for text, gold in zip(asked, golds, strict=True)
    )
    print(
        f"ours: {len(texts)} questions, built in {build_s:.2f} s, first right {right / len(asked):.3f}, "
        f"p50 {median(p50s):.0f}, p99 {median(p99s):.0f} us",
        flush=True,
    )
    for peer in everybody.values():
        _show(peer, texts, asked, golds)
    return [
        Figure("qa", "qa_p50_us_10k", median(p50s), "us", 400),
        Figure("qa", "qa_p99_us_10k", median(p99s), "us", 1_000),
        Figure("qa", "qa_speedup_vs_naive_jieba", median(ratios), "ratio", 15, at_least=True),
    ]


def _questions() -> tuple[list[str], list[str], list[str]]:
    """The texts, what is asked, and the position of the right text as it is named in the index."""
    base, queries = os.environ.get("QA_BASE"), os.environ.get("QA_QUERIES")
    if base and queries:
        known = read_base(Path(base))
        positions = {name: str(position) for position, name in enumerate(known)}
        lines = read_queries(Path(queries), known)
        texts = [phrasings[0] for phrasings in known.values()]
        return texts, [line.query for line in lines], [positions[line.golds[0]] for line in lines]
    asked = qa_grammar.asked()
    return qa_grammar.entries(), [one.text for one in asked], [str(one.entry) for one in asked]


def _built(texts: Sequence[str]) -> tuple[Answerer, float]:
    entries = [as_entry(str(number), (text,)) for number, text in enumerate(texts)]
    serving_segmenter()
    begun = time.perf_counter()
    answerer = Answerer(entries)
    return answerer, time.perf_counter() - begun


def _find_costs(find: Find, asked: Sequence[str]) -> list[float]:
    """CPU microseconds of each, sorted, after a few to warm up."""
    for text in asked[:5]:
        find(text)
    costs = []
    for text in asked:
        begun = time.thread_time_ns()
        find(text)
        costs.append((time.thread_time_ns() - begun) / 1_000)
    return sorted(costs)


def _show(peer: Peer, texts: Sequence[str], asked: Sequence[str], golds: Sequence[str]) -> None:
    begun = time.perf_counter()
    find = peer.build(texts)
    build_s = time.perf_counter() - begun
    begun = time.perf_counter()
    find(asked[0])
    number = ASKED_PEERS if time.perf_counter() - begun < 0.005 else ASKED_SLOW
    costs = _find_costs(find, asked[:number])
    right = sum(
        str((find(text) or [-1])[0]) == gold for text, gold in zip(asked[:number], golds, strict=False)
    )
    print(
        f"{peer.name}: built in {build_s:.2f} s, first right {right / number:.3f}, "
        f"p50 {percentile(costs, 0.50):.0f}, p99 {percentile(costs, 0.99):.0f} us",
        flush=True,
    )
