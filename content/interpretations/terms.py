"""The bureau's own words: streets, shops, slang. Adding or removing one makes every process cut all texts anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.permissions import Operation, require
from content.interpretations.keeping import noted, one_at_a_time, staff_id
from content.interpretations.load import bump_version
from content.interpretations.models import LexiconTerm
from kit.db import Change, Database
from kit.problems import Conflict, Invalid, NotFound
from nlp.normalise import normalise
from nlp.segment import Term

TERM_AT_MOST = 20
TERMS_AT_MOST = 5_000
KINDS = ("street", "shop", "slang", "other")


@dataclass(frozen=True)
class TermView:
    """A word that is cut whole, and stands for `same_as` where that is not ""."""

    id: UUID
    term: str
    same_as: str
    kind: str
    added_by_id: UUID
    added_at: datetime


async def terms_in_force() -> tuple[TermView, ...]:
    """All words that hold, in the order of their spelling."""
    rows = await LexiconTerm.filter(removed_at__isnull=True).order_by("term", "id")
    return tuple(
        TermView(row.id, row.term, row.same_as, row.kind, row.added_by_id, row.added_at) for row in rows
    )


async def engine_terms() -> tuple[Term, ...]:
    """The same for the engine."""
    return tuple(Term(one.term, one.same_as) for one in await terms_in_force())


async def add_term(db: Database, actor: Actor, term: str, same_as: str = "", kind: str = "other") -> UUID:
    """Have a word cut whole from now on. Returns its id; raises Invalid, Conflict."""
    require(actor, Operation.KEEP_KNOWLEDGE)
    author = staff_id(actor)
    term, same_as = term.strip(), same_as.strip()
    _check_word(term, "term")
    if same_as:
        _check_word(same_as, "same_as")
    if kind not in KINDS:
        raise Invalid("problem.knowledge.term_kind", field="kind")

    async def work(change: Change) -> UUID:
        await one_at_a_time(change)
        held = {normalise(one.term): one.same_as for one in await terms_in_force()}
        if normalise(term) in held:
            raise Conflict("problem.knowledge.term_known", term=term)
        if len(held) >= TERMS_AT_MOST:
            raise Conflict("problem.knowledge.term_room", at_most=TERMS_AT_MOST)
        if same_as and leads_back(term, same_as, held):
            raise Invalid("problem.knowledge.term_loops", field="same_as")
        row = LexiconTerm(
            id=change.ids.new(),
            term=term,
            same_as=same_as,
            kind=kind,
            added_by_id=author,
            added_at=change.now,
        )
        await row.save(force_create=True)
        await bump_version(change.now)
        await noted(change, actor, "knowledge.term_add", {"term": term, "same_as": same_as, "kind": kind})
        return row.id

    return await db.change(work)


async def remove_term(db: Database, actor: Actor, term_id: UUID) -> None:
    """Have it cut as any other word again; its row stays. Raises NotFound, Conflict where it is removed already."""
    require(actor, Operation.KEEP_KNOWLEDGE)
    remover = staff_id(actor)

    async def work(change: Change) -> None:
        await one_at_a_time(change)
        row = await change.lock(LexiconTerm, term_id)
        if row is None:
            raise NotFound("problem.knowledge.no_term")
        if row.removed_at is not None:
            raise Conflict("problem.knowledge.term_gone")
        row.removed_by_id, row.removed_at = remover, change.now
        await row.save(update_fields=["removed_by_id", "removed_at"])
        await bump_version(change.now)
        await noted(change, actor, "knowledge.term_remove", {"term": row.term})

    await db.change(work)


def leads_back(term: str, same_as: str, held: Mapping[str, str]) -> bool:
    """Whether a word that stands for another would in the end stand for itself. `held`: normalised -> what it stands for."""
    start, at = normalise(term), normalise(same_as)
    seen: set[str] = set()
    while at and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = normalise(held.get(at, ""))
    return False


def _check_word(word: str, field: str) -> None:
    if not 1 <= len(word) <= TERM_AT_MOST or word.split() != [word] or not normalise(word):
        raise Invalid("problem.knowledge.term_shape", field=field, at_most=TERM_AT_MOST)
