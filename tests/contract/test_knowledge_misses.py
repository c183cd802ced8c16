"""Questions asked in vain, votes and the bureau's words, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from casework.actors import citizen
from content.interpretations import drafts, misses, terms
from content.interpretations.hearing import Door, Vote
from content.interpretations.lifecycle import MissState
from content.interpretations.misses import KEPT_FOR, WAITING_AT_MOST, MissLog, kept_words
from content.interpretations.models import AnswerVote, LexiconTerm, QuestionMiss
from content.interpretations.queries import current_version
from content.interpretations.views import Answer, SuggestedQuestion
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Busy, Conflict, Forbidden, Invalid, NotFound
from tests.knowledge_setting import EDITOR, STALL, approved, proposed, published, with_entries, with_phrasing

LOST = Answer(band="lost", confidence=0.1)
UNSURE = Answer(band="unsure", suggestions=(SuggestedQuestion("stall", STALL.question),), confidence=0.4)


def log_on(database: Database, private: str = "") -> MissLog:
    return MissLog(database, b"s" * 32, private=lambda words: bool(private) and private in words)


def vote(person: str = "one", *, helped: bool = False, words: str = "", not_this: bool = False) -> Vote:
    return Vote(
        person=person, slug="stall", version=1, helped=helped, door=Door.H5, words=words, not_this=not_this
    )


async def test_the_same_words_of_several_processes_are_one_row_counted(database: Database) -> None:
    logs = [log_on(database) for _ in range(3)]
    for number, log in enumerate(logs):
        for words in ("夜市几点收摊？", "夜市几点收摊", f"别的问题{number}"):
            log.asked(words, LOST, Door.WECHAT)
        log.asked("坏\x00字\ud800符", LOST, Door.H5)
        log.asked("夜市几点收摊", UNSURE, Door.H5)
        log.asked("答上了的", Answer(band="answer"), Door.H5)
    await asyncio.gather(*(log.flush() for log in logs))
    kept = await misses.open_misses()
    assert [(one.words, one.kind, one.slug, one.count) for one in kept[:2]] == [
        ("夜市几点收摊？", "lost", None, 6),
        ("夜市几点收摊", "unsure", "stall", 3),
    ]
    assert len(kept) == 6
    assert await misses.misses_of(one.id for one in kept) == kept
    assert await logs[0].flush() == 0


async def test_what_was_settled_is_open_when_it_is_asked_again_and_what_was_set_aside_is_not(
    database: Database,
) -> None:
    log = log_on(database)

    async def asked_once(*words: str) -> None:
        for one in words:
            log.asked(one, UNSURE, Door.H5)
        await log.flush()

    await with_entries(database, STALL)
    await asked_once("煎饼摊能摆吗", "给我讲个笑话")
    stall, joke = sorted(await misses.open_misses(), key=lambda one: "笑话" in one.words)
    draft = await approved(
        database, with_phrasing(STALL, stall.words), kind="phrasings", misses=[stall.id], note="常问"
    )
    with pytest.raises(Conflict, match="misses_taken"):
        await proposed(database, with_phrasing(STALL, "别的"), kind="phrasings", misses=[stall.id])
    assert await misses.set_aside(database, EDITOR, [stall.id, joke.id]) == 1
    assert await misses.open_misses() == ()
    await published(database, draft)
    (settled,) = await misses.misses_of([stall.id])
    assert settled.state is MissState.SETTLED
    await asked_once("煎饼摊能摆吗", "给我讲个笑话")
    (again,) = await misses.open_misses()
    assert (again.id, again.count) == (stall.id, 2)
    assert (await QuestionMiss.get(id=joke.id)).count == 2


async def test_questions_of_a_refused_draft_wait_for_another(database: Database) -> None:
    log = log_on(database)
    log.asked("煎饼摊能摆吗", LOST, Door.H5)
    await log.flush()
    (miss,) = await misses.open_misses()
    draft = await proposed(database, STALL, misses=[miss.id])
    assert await misses.open_misses() == ()
    await drafts.refuse(database, EDITOR, draft, "太窄")
    assert [one.id for one in await misses.open_misses()] == [miss.id]


async def test_one_person_votes_once_a_day_and_nobody_can_tell_who(
    database: Database, clock: FixedClock
) -> None:
    logs = [log_on(database), log_on(database)]
    said = await asyncio.gather(*(log.voted(vote(words="能摆摊吗")) for log in logs))
    assert sorted(said) == [False, True]
    assert not await logs[0].voted(vote(helped=True))
    assert await logs[0].voted(vote("two", helped=True, not_this=True, words="我问的是狗"))
    clock.advance(timedelta(days=1))
    assert await logs[0].voted(vote(helped=True))
    rows = await AnswerVote.all().order_by("made_at")
    assert [row.helped for row in rows] == [False, False, True]
    assert all("one" not in row.voter and len(row.voter) == 64 for row in rows)
    for log in logs:
        await log.flush()
    kept = {(one.kind, one.words, one.slug, one.count) for one in await misses.open_misses()}
    assert kept == {("downvoted", "能摆摊吗", "stall", 1), ("not_this", "我问的是狗", "stall", 1)}


async def test_what_nobody_asked_for_half_a_year_is_deleted_and_so_are_votes(
    database: Database, clock: FixedClock
) -> None:
    log = log_on(database)
    log.asked("很久以前", LOST, Door.H5)
    log.asked("又有人问", LOST, Door.H5)
    await log.flush()
    await log.voted(vote(helped=True))
    clock.advance(KEPT_FOR - timedelta(days=1))
    log.asked("又有人问", LOST, Door.H5)
    await log.flush()
    assert await misses.forget_misses(database) == 0
    clock.advance(timedelta(days=2))
    assert await misses.forget_misses(database) == 2
    assert [one.words for one in await misses.open_misses()] == ["又有人问"]


async def test_words_wait_while_the_database_is_away_and_room_is_bounded(database: Database) -> None:
    log = log_on(database, private="着火")
    log.asked("楼下着火了怎么办", LOST, Door.H5)
    log.asked("？？？", LOST, Door.H5)
    for number in range(WAITING_AT_MOST + 5):
        log.asked(f"第{number}个问题", LOST, Door.H5)
    assert log.dropped == 5
    await database.close()
    with pytest.raises(Busy):
        await log.flush()
    assert log.waiting == WAITING_AT_MOST


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，电话13800001111，能摆摊吗", "我叫***，电话***********，能摆摊吗"),
        ("身份证 330102199001011234 丢了怎么补", "身份证 ****************** 丢了怎么补"),
        ("浙A12345 停人行道上罚多少", "******* 停人行道上罚多少"),
        ("  一行\n两行  ", "一行 两行"),
        ("长" * 5_000, "长" * 200),
        ("摆摊\x00要\udc80批\u202e准吗", "摆摊要批准吗"),
    ],
)
def test_words_are_kept_without_what_names_a_person(said: str, kept: str) -> None:
    assert kept_words(said) == kept


async def test_a_word_of_the_bureau_is_added_once_and_its_row_stays(database: Database) -> None:
    before = await current_version()
    done = await asyncio.gather(
        *(terms.add_term(database, EDITOR, "老街夜市", "夜市", "street") for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "UUID"]
    (held,) = await terms.terms_in_force()
    assert (held.term, held.same_as, held.kind) == ("老街夜市", "夜市", "street")
    assert await current_version() == before + 1
    for term, same_as in (
        ("", ""),
        ("一 二", ""),
        ("长" * 21, ""),
        ("，。", ""),
        ("夜市", "老街夜市"),
        ("甲", "甲"),
    ):
        with pytest.raises(Invalid):
            await terms.add_term(database, EDITOR, term, same_as)
    with pytest.raises(Forbidden):
        await terms.add_term(database, citizen(uuid4()), "夜宵街")
    await terms.remove_term(database, EDITOR, held.id)
    with pytest.raises(Conflict):
        await terms.remove_term(database, EDITOR, held.id)
    with pytest.raises(NotFound):
        await terms.remove_term(database, EDITOR, uuid4())
    assert await current_version() == before + 2
    assert await LexiconTerm.all().count() == 1
    await terms.add_term(database, EDITOR, "老街夜市")
