"""Reading the starter knowledge from its YAML files and bringing the rows up to date with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from tortoise.expressions import F

from content.interpretations.keeping import one_at_a_time
from content.interpretations.laws import KnowledgeError, LawIndex, article_label
from content.interpretations.models import KnowledgeEntry, KnowledgeVersion
from content.interpretations.profile import LocalName
from content.interpretations.views import Citation, EntryView
from kit.db import Change
from kit.ids import Ids
from kit.located_yaml import plain_yaml

STARTER_FOLDER = Path(__file__).with_name("starter")
KNOWLEDGE = "knowledge"
STARTER = "starter"

Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
Topic = Annotated[str, msgspec.Meta(pattern="^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=40)]
Link = Annotated[str, msgspec.Meta(pattern="^((permit|complaint):[a-z0-9_-]+)?$", max_length=60)]
Cite = Annotated[str, msgspec.Meta(pattern="^[^/]+/[1-9][0-9]{0,3}$")]


class _WrittenEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as it stands in a file; `cites` are written 法名/条号."""

    slug: Slug
    question: Line
    phrasings: tuple[Line, ...]
    answer: Annotated[str, msgspec.Meta(min_length=2, max_length=2_000)]
    more: str = ""
    cites: Annotated[tuple[Cite, ...], msgspec.Meta(min_length=1)]
    sensitive: bool = False
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    topic: Topic = ""
    link: Link = ""
    local: dict[LocalName, Line] = {}


class _StarterFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: Line
    entries: list[Any]


def read_starter(laws: LawIndex, folder: Path = STARTER_FOLDER) -> list[EntryView]:
    """All entries of the folder's files, in file order. Every mistake is reported at once.

    An entry is valid from the day the youngest of its laws took effect, unless it says otherwise.
    """
    faults: list[str] = []
    entries: dict[str, EntryView] = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise KnowledgeError(f"{folder.name} 里没有问答文件（*.yaml）")
    for path in paths:
        try:
            document = plain_yaml(path.read_text(encoding="utf-8"))
            file = msgspec.convert(document, _StarterFile)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
            faults.append(f"{path.name}：{error}")
            continue
        for number, item in enumerate(file.entries, start=1):
            try:
                written = msgspec.convert(item, _WrittenEntry)
                entry = _resolved(written, file.category, laws)
            except (msgspec.ValidationError, KnowledgeError) as error:
                slug = item.get("slug", "") if isinstance(item, dict) else ""
                faults.append(f"{path.name} 第 {number} 条（{slug}）：{error}")
                continue
            if entry.slug in entries:
                faults.append(f"{path.name} 第 {number} 条：slug {entry.slug} 重复")
            entries[entry.slug] = entry
    if faults:
        raise KnowledgeError(*faults)
    return list(entries.values())


def _resolved(written: _WrittenEntry, category: str, laws: LawIndex) -> EntryView:
    citations = []
    for cite in written.cites:
        title, _, article = cite.partition("/")
        law = laws.laws.get(title)
        if law is None:
            replaced = laws.superseded.get(title)
            successor = f"，已由《{replaced.successor}》取代" if replaced else ""
            raise KnowledgeError(f"《{title}》不在现行法条索引里{successor}")
        citations.append(Citation(title, int(article), law.version_on, article_label(title, int(article))))
    return EntryView(
        slug=written.slug,
        question=written.question,
        phrasings=written.phrasings,
        answer=written.answer,
        more=written.more,
        citations=tuple(citations),
        category=category,
        sensitive=written.sensitive,
        valid_from_on=written.valid_from_on
        or max(laws.laws[citation.law].in_force_on for citation in citations),
        valid_until_on=written.valid_until_on,
        topic=written.topic,
        link=written.link,
        local=written.local,
    )


async def load_starter(change: Change, entries: Sequence[EntryView], now: datetime, ids: Ids) -> int:
    """Bring the rows up to date inside one change; returns how many were added, altered or withdrawn.

    Rows that staff have made their own stay as they are, whatever the files say. A row that is still the files' own
    and that they no longer hold is withdrawn, not deleted, and comes back when they hold it again. Such rows name
    neither author nor legal reviewer: they came with the program. The version moves only when something did.
    """
    await one_at_a_time(change)
    known = {row.slug: row for row in await KnowledgeEntry.all()}
    altered = 0
    for entry in entries:
        row = known.pop(entry.slug, None)
        content = {**columns(entry), "published": True}
        if row is None:
            await KnowledgeEntry.create(
                id=ids.new(), slug=entry.slug, version=1, source=STARTER, updated_at=now, **content
            )
            altered += 1
        else:
            altered += await _brought_up_to(row, content, now)
    for row in known.values():
        altered += await _brought_up_to(row, {"published": False}, now)
    if altered:
        await bump_version(now)
    return altered


async def _brought_up_to(row: KnowledgeEntry, content: Mapping[str, Any], now: datetime) -> bool:
    if row.source != STARTER or all(getattr(row, name) == value for name, value in content.items()):
        return False
    row.update_from_dict({**content, "version": row.version + 1, "updated_at": now})
    await row.save()
    return True


async def bump_version(now: datetime) -> int:
    """Tell every process to build a new index; part of the change that altered an entry. Returns the new number."""
    row = KnowledgeVersion.filter(name=KNOWLEDGE)
    # Counted by the database: two changes at a time never get the same number.
    if not await row.update(version=F("version") + 1, updated_at=now):
        await KnowledgeVersion.create(name=KNOWLEDGE, version=1, updated_at=now)
    return (await row.get()).version


def columns(entry: EntryView) -> dict[str, Any]:
    """What an entry says, as its row keeps it."""
    return {
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "answer": entry.answer,
        "more": entry.more,
        "citations": list(msgspec.to_builtins(entry.citations)),
        "category": entry.category,
        "sensitive": entry.sensitive,
        "valid_from_on": entry.valid_from_on,
        "valid_until_on": entry.valid_until_on,
        "topic": entry.topic,
        "link": entry.link,
        "local": entry.local,
    }
