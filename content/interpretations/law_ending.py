"""Noting that a law ends on a day: what the bureau hears before the program does."""

from collections.abc import Iterable
from datetime import date

import msgspec

from content.interpretations.check import citable
from content.interpretations.law_digests import text_digest
from content.interpretations.law_import import ActorOfRecord, LawRefused
from content.interpretations.law_library import known_laws
from content.interpretations.laws import Law
from content.interpretations.load import bump_version
from content.interpretations.models import LawText
from content.interpretations.queries import every_entry
from kit.db import Change, Database


class Ending(msgspec.Struct, frozen=True):
    """The law that ends, and the answers that end with it (their slugs)."""

    title: str
    version_on: date
    ends_on: date | None
    slugs: tuple[str, ...]


async def end_law(
    db: Database,
    actor: ActorOfRecord,
    title: str,
    ends_on: date | None,
    successor: str,
    reason: str,
    on: date,
) -> Ending:
    """The version in force on the local day `on` ends on `ends_on`; None takes back what was noted.

    Answers that cite it are given until the day before. Raises LawRefused.
    """
    index = await known_laws()
    law = index.current(title, on) or index.laws.get(title)
    if law is None:
        raise LawRefused(f"没有《{title}》：法条索引里没有，也没有导入过")
    if ends_on is not None and ends_on <= law.in_force_on:
        raise LawRefused(f"《{title}》（{law.version_on} 版）{law.in_force_on} 才施行，不能在 {ends_on} 废止")

    async def work(change: Change) -> None:
        row = await LawText.get_or_none(title=title, version_on=law.version_on)
        if row is None and ends_on is None:
            raise LawRefused(f"没有记过《{title}》哪天废止")
        await _noted(change, actor, law, row, ends_on, successor, reason)

    await db.change(work)
    return Ending(title, law.version_on, ends_on, tuple(await _ended(title, ends_on)))


async def _noted(
    change: Change,
    actor: ActorOfRecord,
    law: Law,
    row: LawText | None,
    ends_on: date | None,
    successor: str,
    reason: str,
) -> None:
    is_new = row is None
    if row is None:
        row = LawText(
            id=change.ids.new(),
            title=law.title,
            version_on=law.version_on,
            in_force_on=law.in_force_on,
            digest=text_digest({}),
            imported_by_id=actor.id,
            imported_at=change.now,
        )
    else:
        await change.lock(LawText, row.id)
    row.repealed_on, row.successor = ends_on, successor or None
    await row.save(force_create=is_new)
    facts = {
        "title": law.title,
        "version_on": law.version_on.isoformat(),
        "ends_on": ends_on.isoformat() if ends_on else None,
        "successor": successor,
        "reason": reason,
    }
    await change.audit(row.id, actor, "law.end", facts)
    await bump_version(change.now)


async def _ended(title: str, ends_on: date | None) -> Iterable[str]:
    """Published answers that cite the law and end with it."""
    if ends_on is None:
        return ()
    index = await known_laws()
    citing = [entry for entry in await every_entry() if any(one.law == title for one in entry.citations)]
    return [entry.slug for entry in citing if not citable(entry, index, ends_on)]
