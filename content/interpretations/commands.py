"""What `chengguan kb ...` does: plain arguments in, exit code and text out."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from content.interpretations.answering import Answerer
from content.interpretations.check import check_entries, counted, dead_citations
from content.interpretations.findings import Finding
from content.interpretations.laws import LAWS_FILE, KnowledgeError, LawIndex
from content.interpretations.load import STARTER_FOLDER, read_starter
from content.interpretations.profile import unused_locals, with_words
from content.interpretations.render import citation_line
from content.interpretations.views import EntryView
from nlp.segment import RjiebaSegmenter

OK, FAULTY = 0, 2
_UNCONFIRMED = "施行日期没有在原文里核对过，请到国家法律法规数据库确认后，删去索引里的 first_day_unconfirmed"
_PROFILE, _UNUSED = "knowledge.local", "单位画像里的 {} 没有哪一条问答用到"


def kb_check(
    on: date,
    entries: Sequence[EntryView] | None = None,
    folder: Path = STARTER_FOLDER,
    laws_file: Path = LAWS_FILE,
    *,
    laws: LawIndex | None = None,
    places: Iterable[str] | None = None,
    local: Mapping[str, str] | None = None,
    as_json: bool = False,
) -> tuple[int, str]:
    """Check `entries` (or the starter files) against the law index as of the local date `on`.

    `local`: the bureau's words for `{name}` in answers; an answer must be short enough with them too.
    The exit code tells of findings that forbid publishing; those that only warn are said and change nothing.
    `as_json`: one line with the keys entries, faults, warnings, dead_citations, findings (slug, kind, text, forbids).
    """
    try:
        index = laws or LawIndex.load(laws_file)
        checked = read_starter(index, folder) if entries is None else entries
    except KnowledgeError as error:
        return FAULTY, "\n".join(error.faults)
    words = local or {}
    findings = check_entries([with_words(entry, words) for entry in checked], index, on, places)
    findings += [
        Finding(_PROFILE, "unused_local", _UNUSED.format(name)) for name in unused_locals(words, checked)
    ]
    findings += [Finding(law.title, "first_day_unconfirmed", _UNCONFIRMED) for law in index.unconfirmed]
    counts = counted(findings)
    code = FAULTY if counts["faults"] else OK
    if as_json:
        report = {
            "entries": len(checked),
            **counts,
            "dead_citations": dead_citations(checked, index, on),
            "findings": [{**msgspec.structs.asdict(one), "forbids": one.forbids} for one in findings],
        }
        return code, msgspec.json.encode(report).decode()
    lines = [f"{one.slug}：{'' if one.forbids else '（提醒）'}{one.text}" for one in findings]
    warned = f"，{counts['warnings']} 处提醒" if counts["warnings"] else ""
    lines.append(f"共 {len(checked)} 条问答，{counts['faults']} 处问题{warned}")
    return code, "\n".join(lines)


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
