"""What the demo's citizens asked in vain, so that the loop from a question to a new answer can be walked through."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core import Core
from app.knowledge import build_knowledge, local_figures
from app.learning import miss_log
from casework.actors import Actor
from casework.complaints.desk import Desk
from content.interpretations.answering import Answerer
from content.interpretations.clustering import Cluster, clusters
from content.interpretations.drafts import propose
from content.interpretations.hearing import Door, Hearing, Vote
from content.interpretations.misses import open_misses
from content.interpretations.models import LexiconTerm, QuestionMiss
from content.interpretations.proposing import draft_of
from content.interpretations.queries import rows_by_slug, view_of_row
from content.interpretations.terms import add_term
from content.interpretations.views import Answer, SuggestedQuestion

ASKED = (
    ("小黄车乱停一地谁来收", 5, Door.WECHAT),
    ("单车占了盲道没人挪", 4, Door.WECHAT),
    ("青桔停我家门口不走", 2, Door.H5),
    ("空调水老滴我雨棚上", 3, Door.WECHAT),
    ("楼上空调滴水滴滴答答", 2, Door.MINIPROGRAM),
    ("充电桩装楼道里行不行", 3, Door.WECHAT),
    ("小区能自己装个充电桩不", 2, Door.H5),
    ("湖东夜市还能摆到几点", 4, Door.WECHAT),
    ("湖东夜市摊位费交给谁", 2, Door.WECHAT),
    ("楼顶养鸽子味道大找哪个", 2, Door.MINIPROGRAM),
    ("门口石墩子能自己挪吗", 2, Door.WECHAT),
    ("早餐车可不可以开到地铁口", 3, Door.WECHAT),
    ("社保卡丢了怎么补", 6, Door.WECHAT),
    ("旁边店喇叭喊一天求管管", 2, Door.H5),
)
"""Question, how often, and where it was asked last."""
HELPED, UNHELPED = 3, 1
TERM = ("湖东夜市", "夜市", "street")


async def asked_in_vain(core: Core, desk: Desk, editor: Actor) -> None:
    """Questions, votes, a word of the bureau and one draft that waits for an editor; once."""
    if await QuestionMiss.exists() or await LexiconTerm.exists():
        return
    answerer = (await build_knowledge(core.clock, local_figures(core.profile))).answerer
    log = miss_log(core, desk)
    for words, times, door in ASKED:
        for _ in range(times):
            log.asked(words, _in_vain(answerer.answer(words)), door)
    await log.flush()
    await add_term(core.db, editor, *TERM)
    heaps = clusters(await open_misses(), answerer)
    drafted = next((one for one in heaps if one.nearest is not None and one.phrasings), None)
    if drafted is not None and drafted.nearest is not None:
        # As its row has it: the index answers with the bureau's own figures already put in.
        entry = view_of_row((await rows_by_slug([drafted.nearest]))[drafted.nearest])
        await propose(core.db, editor, draft_of(drafted, entry, entry.category, entry.valid_from_on))
    await _votes(log, answerer, heaps)
    await log.flush()


async def _votes(log: Hearing, answerer: Answerer, heaps: Sequence[Cluster]) -> None:
    """Some whom the answers helped, and one whom each did not."""
    slugs = dict.fromkeys(one.nearest for one in heaps if one.nearest is not None)
    for entry in (answerer.entry(slug) for slug in list(slugs)[:3]):
        if entry is None:
            continue
        for number in range(HELPED + UNHELPED):
            helped = number < HELPED
            vote = Vote(
                person=f"demo-{number}",
                slug=entry.slug,
                version=entry.version,
                helped=helped,
                door=Door.WECHAT,
                words="" if helped else entry.phrasings[0],
            )
            await log.voted(vote)


def _in_vain(answer: Answer) -> Answer:
    """The answer as it would have been without the entry that knows one now."""
    if answer.entry is None:
        return answer
    suggested = SuggestedQuestion(answer.entry.slug, answer.entry.question)
    return msgspec.structs.replace(answer, band="unsure", entry=None, suggestions=(suggested,))
