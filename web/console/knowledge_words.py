"""Knowledge in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from casework.people.models import Staff
from content.interpretations.answering import with_local
from content.interpretations.desk_reading import official_texts
from content.interpretations.law_library import laws_for
from content.interpretations.laws import LawIndex
from content.interpretations.render import render_answer
from content.interpretations.views import Answer, Citation, EntryView
from kit.clock import local
from web.console.frame import KNOWLEDGE
from web.console.knowledge_changes import LineChange, Piece, list_changes, text_changes
from web.console.knowledge_screens import CitationLine, FieldChange
from web.console.screens import Chip, Link, Option, Tone
from web.console.words import Words

if TYPE_CHECKING:
    from web.console.door import ConsoleDoor

TABS = ("entries", "misses", "drafts", "publish", "releases", "terms")
ADDRESSES = {name: f"{KNOWLEDGE}/{name}" for name in TABS} | {"entries": KNOWLEDGE}
BRIEF = 46
"""So many characters of an answer stand in a list."""
NOTHING = "—"
BANDS: dict[str, Tone] = {"answer": "good", "unsure": "soon", "lost": "plain"}
TEXTS = (
    "question",
    "answer",
    "more",
    "category",
    "valid_from_on",
    "valid_until_on",
    "sensitive",
    "topic",
    "link",
)


def tabs(door: ConsoleDoor, here: str) -> tuple[Link, ...]:
    """The pages about knowledge."""
    text = door.words.text
    return tuple(
        Link(href=ADDRESSES[name], words=text(f"console_knowledge.tab.{name}"), here=name == here)
        for name in TABS
    )


async def names_of(door: ConsoleDoor, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of staff by id; who is not known is "—", nobody the system."""
    wanted = {id for id in ids if id is not None}
    found = dict(await Staff.filter(id__in=wanted).values_list("id", "name")) if wanted else {}
    known: dict[UUID | None, str] = {id: str(found.get(id, NOTHING)) for id in wanted}
    return known | {None: door.words.text("console_knowledge.shipped")}


def brief(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 1]}\u2026"


def band(words: Words, name: str) -> Chip:
    return Chip(words=words.text(f"console_knowledge.band.{name}"), tone=BANDS[name])


def share(value: float) -> str:
    """0.873 as 87 %."""
    return f"{value:.0%}"


def phone_text(door: ConsoleDoor, entry: EntryView) -> str:
    """What a citizen reads when this entry answers."""
    worded = with_local(entry, door.knowledge.local())
    return render_answer(
        door.words.catalogue, Answer(band="answer", entry=worded, citations=worded.citations)
    )


async def citation_lines(door: ConsoleDoor, entry: EntryView) -> tuple[CitationLine, ...]:
    """What an entry rests on: each article with its gist, its text where it was imported, whether it is in force."""
    laws, on = await laws_for([entry], door.knowledge.laws()), today(door)
    texts = await official_texts(entry.citations)
    return tuple(
        CitationLine(
            label=one.label,
            gist=gist_of(laws, one),
            state=standing(door.words, laws, one, on),
            text=texts.get(one, ""),
        )
        for one in entry.citations
    )


def gist_of(laws: LawIndex, citation: Citation) -> str:
    note = laws.note(citation.law, citation.version_on, citation.article)
    return note.gist if note is not None else ""


def standing(words: Words, laws: LawIndex, citation: Citation, on: date) -> Chip:
    """Whether an article may be cited on a day."""
    text, found = words.text, laws.standing(citation.law, citation.version_on, on)
    if found.status == "superseded":
        if found.successor and found.successor != citation.law:
            said = text("console_knowledge.law.repealed", successor=found.successor)
            return Chip(words=said, tone="late")
        newer = laws.current(citation.law, on)
        key = "console_knowledge.law.older" if newer is not None else "console_knowledge.law.ended"
        return Chip(words=text(key, on=newer.version_on if newer is not None else ""), tone="late")
    if found.status == "unknown" or not knows_article(laws, citation):
        return Chip(words=text("console_knowledge.law.unknown"), tone="late")
    if found.status == "not_yet":
        return Chip(words=text("console_knowledge.law.to_come", on=found.begins_on), tone="soon")
    if found.ends_on is not None:
        return Chip(words=text("console_knowledge.law.ends", on=found.ends_on), tone="soon")
    return Chip(words=text("console_knowledge.law.in_force"), tone="good")


def knows_article(laws: LawIndex, citation: Citation) -> bool:
    """Whether the index has this article of this version."""
    found = (citation.law, citation.version_on, citation.article)
    return laws.note(*found) is not None or laws.digest(*found) is not None


def link_options(door: ConsoleDoor) -> tuple[Option, ...]:
    """Where an answer may lead, nowhere first."""
    text = door.words.text
    kinds = door.permits.section.kinds if door.permits is not None else ()
    permits = [
        (f"permit:{kind.code}", text("console_knowledge.link.permit", name=kind.name)) for kind in kinds
    ]
    groups = [
        (f"complaint:{group.code}", text("console_knowledge.link.complaint", name=group.name))
        for group in door.desk.policy.groups.values()
    ]
    nowhere = Option(value="", words=text("console_knowledge.link.none"))
    return (nowhere, *(Option(value=value, words=words) for value, words in (*permits, *groups)))


def link_words(door: ConsoleDoor, link: str) -> str:
    """Where an answer leads; as written where nobody knows it."""
    return next((one.words for one in link_options(door) if one.value == link), link)


def field_words(door: ConsoleDoor, entry: EntryView | None, name: str) -> str:
    """One field of an entry as a text."""
    text = door.words.text
    if entry is None:
        return ""
    value = getattr(entry, name)
    if name == "sensitive":
        return text(f"console_knowledge.sensitive.{'yes' if value else 'no'}")
    if name == "link":
        return link_words(door, value)
    if name == "valid_until_on" and value is None:
        return text("console_knowledge.no_end")
    return str(value)


def field_lines(entry: EntryView | None) -> dict[str, list[str]]:
    """The fields of an entry that are lists."""
    if entry is None:
        return {"phrasings": [], "citations": [], "local": []}
    return {
        "phrasings": list(entry.phrasings),
        "citations": [one.label for one in entry.citations],
        "local": [f"{name} = {words}" for name, words in entry.local.items()],
    }


def entry_changes(
    door: ConsoleDoor, before: EntryView | None, after: EntryView | None, *, all_fields: bool = False
) -> tuple[FieldChange, ...]:
    """What differs between two states of an entry, field by field; on request also what does not."""
    found = []
    was, now = field_lines(before), field_lines(after)
    for name in ("question", "phrasings", "answer", "more", "citations", "local", *TEXTS[3:]):
        label = door.words.text(f"console_knowledge.field.{name}")
        if name in was:
            lines = list_changes(was[name], now[name])
            changed = any(one.mark != "kept" for one in lines)
            change = FieldChange(label=label, lines=lines, changed=changed)
        else:
            old, new = field_words(door, before, name), field_words(door, after, name)
            left, right = text_changes(old, new) if before and after else (_whole(old), _whole(new))
            change = FieldChange(label=label, before=left, after=right, changed=old != new)
        if change.changed or (all_fields and (change.lines or change.before or change.after)):
            found.append(change)
    return tuple(found)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text),) if text else ()


def kept_lines(lines: Sequence[str]) -> tuple[LineChange, ...]:
    return tuple(LineChange(line, "kept") for line in lines)


def today(door: ConsoleDoor) -> date:
    return local(door.clock.now()).date()
