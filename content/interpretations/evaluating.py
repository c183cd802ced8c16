"""`chengguan kb eval`: any question set, asked of the engine that serves."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from content.interpretations.answering import Answerer, serving_segmenter
from content.interpretations.evaluation import (
    Outcome,
    Report,
    answers_timed,
    found_for,
    outcome,
    own_lines,
    report,
)
from content.interpretations.laws import KnowledgeError, LawIndex
from content.interpretations.load import read_starter
from content.interpretations.question_files import (
    OutsideLine,
    QueryLine,
    QuestionFileError,
    read_base,
    read_outside,
    read_queries,
)
from content.interpretations.views import Answer, EntryView
from nlp.rescoring import EncoderMissing, Rescorer, shipped_rescorer

OK, FAULTY = 0, 2


class Measured(msgspec.Struct, frozen=True):
    """The figures, and what the index cost: seconds to build it, megabytes the process grew by."""

    report: Report
    entries: int
    build_s: float
    rss_mb: float


def kb_eval(
    base: Path | None, queries: Path | None, oos: Path | None, *, as_json: bool, rescored: bool = False
) -> tuple[int, str]:
    """Index the base, ask the queries and say how it went; without files our own knowledge and questions.

    `rescored`: with the second look by a sentence encoder. Exit code 2 and one sentence where a file cannot be used, or
    the encoder is not there.
    """
    try:
        rescorer = shipped_rescorer() if rescored else None
        if base is None and queries is None and oos is None:
            entries: Sequence[EntryView] = read_starter(LawIndex.load())
            asked, outside = own_lines()
        elif base is None or queries is None:
            return FAULTY, "--base 和 --queries 要一起给出；都不给时，用随程序附带的知识和问题"
        else:
            texts = read_base(base)
            entries = [as_entry(name, phrasings) for name, phrasings in texts.items()]
            asked, outside = read_queries(queries, texts), read_outside(oos) if oos else []
    except (QuestionFileError, EncoderMissing) as error:
        return FAULTY, str(error)
    except KnowledgeError as error:
        return FAULTY, "\n".join(error.faults)
    measured = measure(entries, asked, outside, rescorer)
    return OK, json.dumps(_figures(measured)) if as_json else _lines(measured)


def as_entry(name: str, phrasings: Sequence[str]) -> EntryView:
    """Texts as an entry without an answer, for sets that have questions only."""
    return EntryView(
        slug=name,
        question=phrasings[0],
        phrasings=tuple(phrasings[1:]),
        answer="",
        citations=(),
        category="",
        valid_from_on=date.min,
    )


def measure(
    entries: Sequence[EntryView],
    asked: Sequence[QueryLine],
    outside: Sequence[OutsideLine],
    rescorer: Rescorer | None = None,
) -> Measured:
    """Build the index as a process of the service does and ask everything. The dictionary is there before.

    The growth is read after everything was asked, so that what is built on first use counts too.
    """
    serving_segmenter().cut("读好词典")
    before = _resident_mb(trim=True)
    begun = time.perf_counter()
    answerer = Answerer(entries, rescorer=rescorer)
    build_s = time.perf_counter() - begun
    texts = [line.query for line in asked] + [line.query for line in outside]
    timed = answers_timed(answerer, texts)
    rss_mb = max(0.0, _resident_mb() - before)
    answers = [answer for answer, _ in timed]
    outcomes = [
        *_asked(answerer, zip(asked, answers[: len(asked)], strict=True)),
        *_outside(zip(outside, answers[len(asked) :], strict=True)),
    ]
    return Measured(report(outcomes, [cost for _, cost in timed]), len(entries), build_s, rss_mb)


def _asked(answerer: Answerer, lines: Iterable[tuple[QueryLine, Answer]]) -> Iterable[Outcome]:
    for line, answer in lines:
        golds = frozenset(line.golds)
        found = found_for(answerer, line.query, golds, answer)
        right = [entry for entry in map(answerer.entry, line.golds) if entry is not None]
        money = any(entry.sensitive for entry in (*right, *filter(None, [answer.entry])))
        yield outcome("asked", found, golds, answer, money)


def _outside(lines: Iterable[tuple[OutsideLine, Answer]]) -> Iterable[Outcome]:
    for line, answer in lines:
        if line.kind != "far":
            yield outcome("near", (), frozenset(), answer)
        if line.kind != "near":
            yield outcome("far", (), frozenset(), answer)


def _resident_mb(*, trim: bool = False) -> float:
    """Resident memory of this process. `trim` first returns what is free, so that growth is not hidden in it."""
    gc.collect()
    if trim:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _figures(measured: Measured) -> dict[str, float | None]:
    found = measured.report
    return {
        "top1": round(found.top1, 4),
        "mrr10": round(found.mrr10, 4),
        "recall3": round(found.recall3, 4),
        "recall5": round(found.recall5, 4),
        "coverage95": round(found.coverage95, 4),
        "near_answered": round(found.near_answered, 4) if found.near else None,
        "far_answered": round(found.far_answered, 4) if found.far else None,
        "ece": round(found.ece, 4),
        "p50_us": round(found.p50_us, 1),
        "p99_us": round(found.p99_us, 1),
        "build_s": round(measured.build_s, 3),
        "rss_mb": round(measured.rss_mb, 1),
    }


def _lines(measured: Measured) -> str:
    found = measured.report
    at = "没有这样的门槛" if found.threshold95 is None else f"把握不低于 {found.threshold95:.3f}"
    lines = [
        f"题库 {measured.entries} 条，有答案的问题 {found.asked} 个，超出范围的 {found.near + found.far} 个",
        f"第一条就对：{found.top1:.1%}；前三条里有：{found.recall3:.1%}；前五条里有：{found.recall5:.1%}；"
        f"MRR@10：{found.mrr10:.3f}",
        f"答的里面至少 95% 对（{at}）：能答 {found.coverage95:.1%}",
    ]
    if found.near:
        lines.append(f"同一门槛下，同领域但没有答案的问题答了：{found.near_answered:.1%}")
    if found.far:
        lines.append(f"同一门槛下，不相干的问题答了：{found.far_answered:.1%}")
    if found.money_answers:
        lines.append(
            f"按现行分档，直接作答 {found.given:.1%}；涉及钱、处罚、期限、权利的 {found.money_answers} 个答复里"
            f"答错 {found.money_wrong:.1%}；没有答案的问题答了 {found.near_given:.1%}，不相干的 {found.far_given:.1%}"
        )
    lines.append(f"把握与对错的偏差（ECE）：{found.ece:.3f}")
    lines.append(f"每问用时（CPU）：中位 {found.p50_us:.0f} 微秒，99% 在 {found.p99_us:.0f} 微秒内")
    lines.append(f"建索引 {measured.build_s:.2f} 秒，内存增加 {measured.rss_mb:.1f} MB")
    return "\n".join(lines)
