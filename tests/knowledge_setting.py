"""A small knowledge base with its editors, for the tests of drafts, releases and questions asked in vain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.roles import Role
from content.interpretations import drafts, publishing
from content.interpretations.check import Finding
from content.interpretations.drafts import NewDraft
from content.interpretations.laws import (
    ArticleDigest,
    ArticleNote,
    Law,
    LawDigests,
    LawIndex,
    SupersededLaw,
    article_label,
)
from content.interpretations.load import load_starter
from content.interpretations.views import Citation, EntryView
from kit.db import Change, Database

OLD_LAW, LAW = "旧条例", "新条例"
PASSED, FORCE = date(2024, 1, 1), date(2024, 6, 1)
LAWS = LawIndex(
    (
        Law(
            title=LAW,
            version_on=PASSED,
            in_force_on=FORCE,
            status="in_force",
            articles={1: ArticleNote("占道要先批"), 2: ArticleNote("养犬要牵绳")},
        ),
    ),
    (SupersededLaw(OLD_LAW, FORCE, LAW),),
    (LawDigests(LAW, PASSED, {1: ArticleDigest("0" * 64), 2: ArticleDigest("1" * 64)}),),
)
REPEALED = LawIndex((), (SupersededLaw(LAW, date(2026, 1, 1), "更新的条例"),))
"""The same laws on the day after they were repealed."""


def staff(number: int, *roles: Role) -> Actor:
    return Actor(kind="staff", id=UUID(int=number), roles=frozenset(roles), name=f"n{number}")


EDITOR, SECOND_EDITOR = staff(1, Role.EDITOR), staff(2, Role.EDITOR)
REVIEWER, BOTH = staff(3, Role.LEGAL_REVIEWER), staff(4, Role.EDITOR, Role.LEGAL_REVIEWER)


def cited(article: int = 1, law: str = LAW) -> Citation:
    return Citation(law, article, PASSED, article_label(law, article))


def entry(slug: str, question: str, *phrasings: str, **more: object) -> EntryView:
    """An entry without a fault unless `more` brings one."""
    said = {
        "slug": slug,
        "question": question,
        "phrasings": phrasings or (f"{question}呢", f"请问{question}", f"想知道{question}"),
        "answer": "先申请，批下来再办。",
        "citations": (cited(),),
        "category": "占道",
        "valid_from_on": FORCE,
    }
    return EntryView(**{**said, **more})  # type: ignore[arg-type]


STALL = entry("stall", "门口能摆摊吗", "在路边摆摊行不行", "可以占道经营吗", "摆地摊要批吗")
DOG = entry("dog", "遛狗要牵绳吗", "狗不牵绳罚不罚", "溜狗不拴绳", "养狗要拴绳吗", citations=(cited(2),))


async def with_entries(db: Database, *entries: EntryView) -> None:
    async def work(change: Change) -> int:
        return await load_starter(change, entries, change.now, change.ids)

    await db.change(work)


async def proposed(db: Database, content: EntryView, *, by: Actor = EDITOR, **more: object) -> UUID:
    kind = more.pop("kind", "entry")
    return await drafts.propose(db, by, NewDraft(kind=kind, content=content, **more))  # type: ignore[arg-type]


async def approved(db: Database, content: EntryView, **more: object) -> UUID:
    """A draft that an editor and a legal reviewer have approved."""
    draft = await proposed(db, content, **more)
    await drafts.approve_edit(db, SECOND_EDITOR, draft)
    if content.citations and more.get("kind") != "withdraw":
        await drafts.approve_law(db, REVIEWER, draft, laws=LAWS)
    return draft


async def published(db: Database, *ids: UUID, seen: str | None = None) -> int:
    return await publishing.publish(db, EDITOR, ids, "例行更新", seen, laws=LAWS, questions=())


def with_phrasing(known: EntryView, *words: str) -> EntryView:
    return msgspec.structs.replace(known, phrasings=(*known.phrasings, *words))


def kinds(findings: Sequence[Finding]) -> set[str]:
    return {one.kind for one in findings}
