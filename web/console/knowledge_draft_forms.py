"""The form of an entry: what it shows, what came with it, and what is wrong with that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sanic import Request

from content.interpretations.check import LONGEST_ANSWER, LONGEST_MORE, Finding, check_entries
from content.interpretations.entry_shape import CATEGORY_AT_MOST, LINE_AT_MOST, check_shape
from content.interpretations.law_library import laws_for
from content.interpretations.queries import every_entry
from content.interpretations.refusing import refusing
from content.interpretations.views import EntryView
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.knowledge_citing import FIELD, cited, typed_citations
from web.console.knowledge_draft_screens import CiteRow, DraftForm
from web.console.knowledge_findings import by_field, sentences
from web.console.knowledge_screens import FieldChange
from web.console.knowledge_words import link_options, phone_text, tabs, today
from web.console.screens import Link, Note
from web.console.submission import KEPT_AT_MOST, value_of

TEXTS = ("question", "phrasings", "answer", "more", "category", "topic", "link", "local", "note")
DATES = ("valid_from_on", "valid_until_on")
FIELDS = (*TEXTS, *DATES, "sensitive", "citations", "slug")
AT_MOST = {
    "question": LINE_AT_MOST,
    "answer": LONGEST_ANSWER,
    "more": LONGEST_MORE,
    "category": CATEGORY_AT_MOST,
    "topic": CATEGORY_AT_MOST,
    "note": 200,
}
_PAIR = re.compile(r"\s*([^=\uff1d\s]+)\s*[=\uff1d]\s*(.+?)\s*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Written:
    """What was typed as an entry; None where it cannot be read as one. `wrong` are sentences by field."""

    entry: EntryView | None
    rows: tuple[CiteRow, ...]
    wrong: dict[str, list[str]] = field(default_factory=dict)


def typed_of(request: Request) -> dict[str, str]:
    """What was typed, by field; articles as `cite.N.law` and `cite.N.article`."""
    names = (*TEXTS, *DATES, "sensitive", *(one for one in request.form or {} if FIELD.fullmatch(one)))
    return {name: value_of(request, name).replace("\r\n", "\n")[:KEPT_AT_MOST] for name in names}


def typed_before(entry: EntryView) -> dict[str, str]:
    """What an entry holds already."""
    return {
        "question": entry.question,
        "phrasings": "\n".join(entry.phrasings),
        "answer": entry.answer,
        "more": entry.more,
        "category": entry.category,
        "topic": entry.topic,
        "link": entry.link,
        "local": "\n".join(f"{name} = {words}" for name, words in entry.local.items()),
        "note": "",
        "valid_from_on": entry.valid_from_on.isoformat(),
        "valid_until_on": entry.valid_until_on.isoformat() if entry.valid_until_on else "",
        "sensitive": "1" if entry.sensitive else "",
        **typed_citations(entry.citations),
    }


async def written(door: ConsoleDoor, typed: Mapping[str, str], slug: str, version: int) -> Written:
    """Read the form. Every field that cannot be used has its sentence."""
    text, on = door.words.text, today(door)
    wrong: dict[str, list[str]] = defaultdict(list)
    laws = door.knowledge.laws()
    citations, rows = cited(door.words, typed, laws, on)
    if any(one.wrong for one in rows):
        wrong["citations"].append(text("console_knowledge.cite.some_wrong"))
    days = {name: _day(typed.get(name, "")) for name in DATES}
    for name in DATES:
        if typed.get(name, "").strip() and days[name] is None:
            wrong[name].append(text("console_knowledge.wrong.day"))
    pairs, bad = _pairs(typed.get("local", ""))
    if bad:
        wrong["local"].append(text("console_knowledge.wrong.local", line=bad))
    entry = EntryView(
        slug=slug,
        question=_line(typed, "question"),
        phrasings=_lines(typed.get("phrasings", "")),
        answer=typed.get("answer", "").strip(),
        more=typed.get("more", "").strip(),
        citations=citations,
        category=_line(typed, "category"),
        sensitive=bool(typed.get("sensitive")),
        valid_from_on=days["valid_from_on"] or on,
        valid_until_on=days["valid_until_on"],
        topic=_line(typed, "topic"),
        link=_line(typed, "link"),
        local=pairs,
        version=version,
    )
    if not entry.answer:
        wrong["answer"].append(text("console_knowledge.wrong.answer"))
    try:
        check_shape(entry)
    except Invalid as problem:
        name = str(problem.params.get("field") or getattr(problem, "field", ""))
        wrong[name].append(text(problem.key, **problem.params))
    # Once more with the gists of what is cited.
    _, rows = cited(door.words, typed, await laws_for([entry], laws), on)
    return Written(None if any(wrong.values()) else entry, rows, dict(wrong))


async def findings_on(door: ConsoleDoor, entry: EntryView) -> list[Finding]:
    """What the check finds in the entry beside all others that are published."""
    others = [one for one in await every_entry() if one.slug != entry.slug]
    laws = await laws_for([entry], door.knowledge.laws())
    found = check_entries([*others, entry], laws, today(door))
    return [one for one in found if one.slug == entry.slug]


def form_of(
    door: ConsoleDoor,
    typed: Mapping[str, str],
    *,
    action: str,
    back: Link,
    heading: str,
    hidden: Sequence[tuple[str, str]],
    read: Written,
    categories: Sequence[str] = (),
    topics: Sequence[str] = (),
    found: Sequence[Finding] = (),
    theirs: tuple[FieldChange, ...] = (),
    notes: tuple[Note, ...] = (),
) -> DraftForm:
    """The form with what was typed, what forbids and what warns beside each field."""
    wrong = {name: list(read.wrong.get(name, ())) for name in FIELDS}
    warns: dict[str, list[str]] = {name: [] for name in FIELDS}
    refused = refusing(found)
    serving = door.knowledge.serving()
    for name, several in by_field(found).items():
        place = name if name in wrong else "question"
        wrong[place] += sentences((one for one in several if one in refused), serving)
        warns[place] += sentences((one for one in several if one not in refused), serving)
    laws = door.knowledge.laws()
    return DraftForm(
        tabs=tabs(door, "drafts"),
        action=action,
        back=back,
        heading=heading,
        hidden=tuple(hidden),
        typed=dict.fromkeys(FIELDS, "") | dict(typed),
        wrong={name: tuple(dict.fromkeys(said)) for name, said in wrong.items()},
        warns={name: tuple(dict.fromkeys(said)) for name, said in warns.items()},
        lengths={
            name: door.words.text(
                "console_knowledge.length", count=len(typed.get(name, "").strip()), at_most=AT_MOST[name]
            )
            for name in ("answer", "more")
        },
        at_most=AT_MOST,
        cites=read.rows,
        laws=tuple(sorted(title for title in laws.versions if laws.current(title, today(door)) is not None)),
        categories=tuple(categories),
        topics=tuple(topics),
        links=link_options(door),
        preview=phone_text(door, read.entry) if read.entry is not None else "",
        theirs=theirs,
        notes=notes,
    )


def _line(typed: Mapping[str, str], name: str) -> str:
    return " ".join(typed.get(name, "").split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in text.splitlines() if (line := " ".join(one.split()))))


def _day(typed: str) -> date | None:
    typed = typed.strip()
    try:
        return date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:
        return None


def _pairs(text: str) -> tuple[dict[str, str], str]:
    """Names with their words, and the first line that is none of them."""
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _PAIR.fullmatch(line)
        if found is None:
            return pairs, line.strip()[:40]
        pairs[found[1]] = found[2]
    return pairs, ""
