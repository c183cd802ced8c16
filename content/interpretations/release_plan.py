"""What a release would change: of drafts that are to be published, or of releases that are to be undone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from content.interpretations.keeping import from_json
from content.interpretations.models import KnowledgeDraft, KnowledgeRelease, KnowledgeRevision
from content.interpretations.queries import rows_by_slug, view_of_row
from content.interpretations.views import EntryView
from kit.problems import Conflict, NotFound


@dataclass(frozen=True)
class Target:
    """One entry as it is published now (None: it is not) and as it is to be (None: withdrawn).

    `version` is that of its row, None where there is none. `draft_id` and `revision` say which draft asks for it.
    """

    slug: str
    before: EntryView | None
    after: EntryView | None
    version: int | None
    author_id: UUID | None
    legal_reviewer_id: UUID | None
    draft_id: UUID | None = None
    revision: int = 0


async def of_drafts(rows: Sequence[KnowledgeDraft]) -> tuple[Target, ...]:
    """In the order of their slugs. Raises Conflict when two are about one entry."""
    slugs = [row.slug for row in rows]
    if len(set(slugs)) != len(slugs):
        raise Conflict("problem.knowledge.same_entry")
    known = await rows_by_slug(slugs)
    targets = []
    for row in sorted(rows, key=lambda one: one.slug):
        entry = known.get(row.slug)
        version = entry.version if entry is not None else None
        is_out = row.kind == "withdraw"
        targets.append(
            Target(
                slug=row.slug,
                before=view_of_row(entry) if entry is not None and entry.published else None,
                after=None if is_out else _as_next(from_json(row.content), version),
                version=version,
                author_id=row.worded_by_id,
                legal_reviewer_id=row.reviewed_by_id,
                draft_id=row.id,
                revision=row.revision,
            )
        )
    return tuple(targets)


async def back_to(number: int) -> tuple[Target, ...]:
    """Everything that releases after `number` changed, as it was; 0 is before the first of all.

    Raises NotFound for an unknown number, Conflict when nothing would change.
    """
    if number and not await KnowledgeRelease.filter(number=number).exists():
        raise NotFound("problem.knowledge.no_release")
    numbers = dict(await KnowledgeRelease.all().values_list("id", "number"))
    first: dict[str, KnowledgeRevision] = {}
    last: dict[str, KnowledgeRevision] = {}
    for row in await KnowledgeRevision.filter(release_id__in=list(numbers)).order_by("version"):
        if numbers[row.release_id] > number:
            first.setdefault(row.slug, row)
        else:
            last[row.slug] = row
    known = await rows_by_slug(list(first))
    targets = []
    for slug, row in sorted(first.items()):
        entry, earlier = known[slug], last.get(slug)
        before = view_of_row(entry) if entry.published else None
        after = _as_next(from_json(row.previous), entry.version) if row.previous is not None else None
        if _says(before) != _says(after):
            author = earlier.author_id if earlier is not None else None
            reviewer = earlier.legal_reviewer_id if earlier is not None else None
            targets.append(Target(slug, before, after, entry.version, author, reviewer))
    if not targets:
        raise Conflict("problem.knowledge.nothing_to_undo")
    return tuple(targets)


def applied(entries: Iterable[EntryView], targets: Sequence[Target]) -> list[EntryView]:
    """The published entries as they would be, in the order of their slugs."""
    changed = {one.slug for one in targets}
    kept = [entry for entry in entries if entry.slug not in changed]
    added = [one.after for one in targets if one.after is not None]
    return sorted([*kept, *added], key=lambda entry: entry.slug)


def stamp(version: int, day: date, targets: Iterable[Target]) -> str:
    """Tells whether what was shown is what would be done: of the knowledge, the day, the drafts and the entries."""
    said = [(one.slug, one.version, str(one.draft_id), one.revision) for one in targets]
    return hashlib.sha256(msgspec.json.encode([version, day, said])).hexdigest()[:32]


def _as_next(entry: EntryView, version: int | None) -> EntryView:
    return msgspec.structs.replace(entry, version=(version or 0) + 1)


def _says(entry: EntryView | None) -> EntryView | None:
    return msgspec.structs.replace(entry, version=0) if entry is not None else None
