"""What `chengguan kb ...` does: plain arguments in, exit code and text out."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from content.interpretations.answering import Answerer
from content.interpretations.check import check_entries
from content.interpretations.laws import LAWS_FILE, KnowledgeError, LawIndex
from content.interpretations.load import STARTER_FOLDER, read_starter
from content.interpretations.render import citation_line
from content.interpretations.views import EntryView
from nlp.segment import RjiebaSegmenter

OK, FAULTY = 0, 2


def kb_check(
    on: date,
    entries: Sequence[EntryView] | None = None,
    folder: Path = STARTER_FOLDER,
    laws_file: Path = LAWS_FILE,
) -> tuple[int, str]:
    """Check `entries` (or the starter files) against the law index as of the local date `on`."""
    try:
        laws = LawIndex.load(laws_file)
        checked = read_starter(laws, folder) if entries is None else entries
    except KnowledgeError as error:
        return FAULTY, "\n".join(error.faults)
    findings = check_entries(checked, laws, on)
    lines = [f"{finding.slug}：{finding.text}" for finding in findings]
    lines.append(f"共 {len(checked)} 条问答，{len(findings)} 处问题")
    return (FAULTY if findings else OK), "\n".join(lines)


def kb_build(entries: Sequence[EntryView] | None = None, folder: Path = STARTER_FOLDER) -> tuple[int, str]:
    """Build the index once and say how large it is and how long that took."""
    try:
        known = read_starter(LawIndex.load(), folder) if entries is None else entries
    except KnowledgeError as error:
        return FAULTY, "\n".join(error.faults)
    started = time.perf_counter()
    segmenter = RjiebaSegmenter()
    loaded = time.perf_counter()
    Answerer(known, segmenter)
    built = time.perf_counter()
    phrasings = sum(1 + len(entry.phrasings) for entry in known)
    return OK, (
        f"{len(known)} 条问答、{phrasings} 种问法；词典 {(loaded - started) * 1000:.0f} 毫秒，"
        f"索引 {(built - loaded) * 1000:.0f} 毫秒"
    )


def kb_ask(text: str, entries: Sequence[EntryView] | None = None) -> tuple[int, str]:
    """Answer one question and show why."""
    if not text.strip():
        return FAULTY, "请在命令后面写上要问的话"
    try:
        known = read_starter(LawIndex.load()) if entries is None else entries
    except KnowledgeError as error:
        return FAULTY, "\n".join(error.faults)
    answer = Answerer(known).answer(text)
    lines = [f"{_BANDS[answer.band]}（把握 {answer.confidence:.2f}，{answer.reason}）"]
    if answer.entry is not None:
        lines += [f"问：{answer.entry.question}", f"答：{answer.entry.answer}"]
        lines.append(f"依据：{citation_line(answer.citations)}")
    if answer.matched:
        lines.append(f"命中的词：{'、'.join(answer.matched)}")
    lines += [f"可能想问：{suggestion.question}" for suggestion in answer.suggestions]
    return OK, "\n".join(lines)


_BANDS = {"answer": "能答", "unsure": "拿不准", "lost": "答不了"}
