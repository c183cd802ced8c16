"""Our own questions asked of the knowledge we ship, and of others who know the same.

*qa_recall3*, *qa_money_wrong*, *qa_ece*: as `content.interpretations.evaluation` explains them. *qa_near_answered* and
*qa_far_answered*: share of the questions without an entry that the service answers all the same; the larger of what it
really answers and of what reaches the confidence at which 95 of 100 answers are right.
*qa_top1_gain_vs_best_lexical_peer*: how much more often our first entry is right than that of the best peer, on the
same questions, over the same phrasings. *kb_dead_citations*: citations that do not lead to an article in force.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.qa_peers import Peer, owners_found, peers
from benchmarks.report import Figure
from content.interpretations.answering import Answerer
from content.interpretations.check import dead_citations
from content.interpretations.evaluation import Question, Report, evaluate, own_questions
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.views import EntryView
from kit.clock import SystemClock, local


def figures() -> list[Figure]:
    """All of them, and what the peers reach one by one."""
    laws = LawIndex.load()
    entries = read_starter(laws)
    answerer, questions = Answerer(entries), own_questions()
    whole = evaluate(answerer, questions)
    _show("all", whole)
    _show("held back", evaluate(answerer, [one for one in questions if one.held]))
    on = local(SystemClock().now()).date()
    return [
        _gain(answerer, entries, [one for one in questions if one.kind == "asked"]),
        Figure("qa", "qa_recall3", whole.recall3, "share", 0.98, at_least=True),
        Figure("qa", "qa_far_answered", max(whole.far_given, whole.far_answered), "share", 0.0),
        Figure("qa", "qa_near_answered", max(whole.near_given, whole.near_answered), "share", 0.20),
        Figure("qa", "qa_money_wrong", whole.money_wrong, "share", 0.05),
        Figure("qa", "qa_ece", whole.ece, "error", 0.05),
        Figure("qa", "kb_dead_citations", dead_citations(entries, laws, on), "citations", 0),
    ]


def _show(name: str, found: Report) -> None:
    print(
        f"{name}: {found.asked} with an entry, {found.near} near, {found.far} far; first right {found.top1:.3f}, "
        f"among three {found.recall3:.3f}, mrr {found.mrr10:.3f}; at 95 % right ({found.threshold95}) "
        f"{found.coverage95:.3f} answered, near {found.near_answered:.3f}, far {found.far_answered:.3f}; "
        f"given {found.given:.3f}, near {found.near_given:.3f}, far {found.far_given:.3f}; "
        f"money wrong {found.money_wrong:.3f} of {found.money_answers}; ece {found.ece:.3f}; "
        f"p50 {found.p50_us:.0f}, p99 {found.p99_us:.0f} us",
        flush=True,
    )


def _gain(answerer: Answerer, entries: Sequence[EntryView], asked: Sequence[Question]) -> Figure:
    phrasings = [(text, entry.slug) for entry in entries for text in (entry.question, *entry.phrasings)]
    texts, owners = [text for text, _ in phrasings], [slug for _, slug in phrasings]
    ours = [next((e.slug for e, _ in answerer.ranked(one.text, 1)), "") in one.right for one in asked]
    best: list[bool] = [False] * len(asked)
    for peer in peers():
        theirs = _right(peer, texts, owners, asked)
        print(f"{peer.name}: first right {statistics.mean(theirs):.3f}", flush=True)
        best = max(best, theirs, key=sum)
    paired = [int(we) - int(they) for we, they in zip(ours, best, strict=True)]
    gain, spread = statistics.mean(paired), statistics.stdev(paired) / len(paired) ** 0.5
    print(f"gain over the best peer: {gain:.3f} +- {1.96 * spread:.3f} (95 %)", flush=True)
    return Figure("qa", "qa_top1_gain_vs_best_lexical_peer", gain, "share", 0.02, at_least=True)


def _right(peer: Peer, texts: Sequence[str], owners: Sequence[str], asked: Sequence[Question]) -> list[bool]:
    find = peer.build(texts)
    return [next(owners_found(find(one.text), owners), None) in one.right for one in asked]
