"""Questions asked in vain: heard by every door, kept without anybody's name, and shown to editors.

Words are redacted before they are put by, in memory as well: telephone numbers, numbers of documents, plates, houses,
names. What tells of danger or of misconduct is not kept at all. Nothing here knows an account.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casework.actors import Actor
from content.interpretations.hearing import Door, Vote
from content.interpretations.keeping import noted, one_at_a_time, staff_id
from content.interpretations.lifecycle import MissState
from content.interpretations.models import AnswerVote, QuestionMiss
from content.interpretations.views import Answer
from kit.clock import local
from kit.db import Change, Database
from kit.db.raw import Statement, as_uuid, moment
from nlp.normalise import normalise
from nlp.personal import personal_spans

WORDS_AT_MOST = 200
LOOKED_AT = 400
WAITING_AT_MOST = 1_000
FLUSH_EVERY_S = 1.0
KEPT_FOR = timedelta(days=180)
FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True)
class MissView:
    """A question that was not answered, or whose answer did not help, and how often. `words` are redacted."""

    id: UUID
    words: str
    kind: str
    slug: str | None
    confidence: float
    door: str
    count: int
    first_at: datetime
    last_at: datetime
    state: MissState


@dataclass
class _Waiting:
    words: str
    kind: str
    slug: str | None
    confidence: float
    door: str
    count: int
    first_at: datetime
    last_at: datetime


def nothing_private(words: str) -> bool:
    """Where nobody can tell danger from a question: small tests."""
    return False


class MissLog:
    """Implements `hearing.Hearing`. `private` tells words that must not be kept; `secret` keys the digests of voters.

    What was heard waits in memory until `flush`, at most a second while `run` goes on: a process that is killed loses
    that much of the statistics, one that is stopped politely nothing.
    """

    def __init__(
        self, db: Database, secret: bytes, *, private: Callable[[str], bool] = nothing_private
    ) -> None:
        self._db = db
        self._secret = secret
        self._private = private
        self._waiting: dict[str, _Waiting] = {}
        self.dropped = 0
        """Questions that found no room since the start."""

    @property
    def waiting(self) -> int:
        """Different questions that are not written down yet."""
        return len(self._waiting)

    def asked(self, words: str, answer: Answer, door: Door) -> None:
        """Note a question unless it was answered. Never waits, never raises; nothing is kept of an answered one."""
        if answer.band == "answer":
            return
        slug = answer.suggestions[0].slug if answer.suggestions else None
        self._hear(words, answer.band, slug, answer.confidence, door)

    async def voted(self, vote: Vote) -> bool:
        """Write it down. False where this person has voted on this entry today already: the first word stands."""
        voter = self._voter(vote)

        async def work(change: Change) -> bool:
            rows = await _VOTE.rows(
                change.connection,
                change.ids.new(),
                voter,
                vote.slug,
                vote.version,
                vote.helped and not vote.not_this,
                vote.door.value,
                change.now,
            )
            return bool(rows)

        fresh = await self._db.change(work)
        if fresh and vote.words and (vote.not_this or not vote.helped):
            self._hear(vote.words, "not_this" if vote.not_this else "downvoted", vote.slug, 0.0, vote.door)
        return fresh

    async def flush(self) -> int:
        """Write down what waits. Returns how many rows were touched; on failure everything waits on."""
        if not self._waiting:
            return 0
        taken, self._waiting = self._waiting, {}

        async def work(change: Change) -> None:
            # In one order everywhere, or two processes would wait for each other's rows.
            await _HEARD.many(
                change.connection,
                [
                    (
                        change.ids.new(),
                        digest,
                        one.words,
                        one.kind,
                        one.slug,
                        one.confidence,
                        one.door,
                        one.count,
                        one.first_at,
                        one.last_at,
                    )
                    for digest, one in sorted(taken.items())
                ],
            )

        try:
            await self._db.change(work)
        except BaseException:
            for digest, one in taken.items():
                self._put_by(digest, one)
            raise
        return len(taken)

    async def run(self, log: Callable[..., object]) -> None:
        """Flush for ever; a database that is away is waited for."""
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - outermost loop: what was heard waits for the next try
                log("misses_wait", error=type(error).__name__)

    def _hear(self, words: str, kind: str, slug: str | None, confidence: float, door: Door) -> None:
        if self._private(words):
            return
        kept = kept_words(words)
        plain = normalise(kept)
        if not plain:
            return
        digest = hashlib.sha256("\0".join((kind, slug or "", plain)).encode()).hexdigest()
        now = self._db.clock.now()
        self._put_by(digest, _Waiting(kept, kind, slug, confidence, door.value, 1, now, now))

    def _put_by(self, digest: str, one: _Waiting) -> None:
        known = self._waiting.get(digest)
        if known is not None:
            known.count += one.count
            known.first_at = min(known.first_at, one.first_at)
            known.last_at = max(known.last_at, one.last_at)
        elif len(self._waiting) < WAITING_AT_MOST:
            self._waiting[digest] = one
        else:
            self.dropped += one.count

    def _voter(self, vote: Vote) -> str:
        day = local(self._db.clock.now()).date().isoformat()
        said = "\0".join((vote.person, vote.slug, day)).encode()
        return hmac.digest(self._secret, said, "sha256").hex()


def kept_words(words: str) -> str:
    """The question as it may be kept: on one line, what names a person as asterisks, at most `WORDS_AT_MOST` characters."""
    # No database stores a control character or a lone surrogate, and one such question would keep all others waiting.
    text = "".join(filter(str.isprintable, " ".join(words[: LOOKED_AT * 2].split())))[:LOOKED_AT]
    masked = list(text)
    for span in personal_spans(text):
        masked[span.start : span.end] = "*" * (span.end - span.start)
    return "".join(masked)[:WORDS_AT_MOST].strip()


async def open_misses(limit: int = 2_000) -> tuple[MissView, ...]:
    """What waits for an editor, most asked first, then the latest."""
    # Thousands of rows as objects would keep the event loop from everybody else.
    rows = await _OPEN.rows(QuestionMiss._meta.db, MissState.OPEN.value, limit)
    return await asyncio.to_thread(lambda: tuple(map(_read, rows)))


async def misses_of(ids: Iterable[UUID]) -> tuple[MissView, ...]:
    """Those that are still kept, most asked first."""
    rows = await QuestionMiss.filter(id__in=list(ids)).order_by("-count", "-last_at", "id")
    return tuple(_view(row) for row in rows)


async def set_aside(db: Database, actor: Actor, ids: Sequence[UUID]) -> int:
    """Nothing is to come of these. Asked again they only count on. Returns how many were open."""
    staff_id(actor)

    async def work(change: Change) -> int:
        await one_at_a_time(change)
        open_ones = QuestionMiss.filter(id__in=list(ids), state=MissState.OPEN.value)
        held = await open_ones.order_by("id").values_list("id", flat=True)
        if held:
            await QuestionMiss.filter(id__in=held).update(state=MissState.SET_ASIDE.value)
            await noted(change, actor, "knowledge.set_aside", {"misses": [str(one) for one in held]})
        return len(held)

    return await db.change(work)


async def forget_misses(db: Database) -> int:
    """Delete, a portion at a time, questions nobody has asked for `KEPT_FOR` and votes that old. Returns how many."""
    before = db.clock.now() - KEPT_FOR
    old = await QuestionMiss.filter(last_at__lt=before).limit(FORGOTTEN_AT_ONCE).values_list("id", flat=True)
    votes = await AnswerVote.filter(made_at__lt=before).limit(FORGOTTEN_AT_ONCE).values_list("id", flat=True)
    if not old and not votes:
        return 0

    async def work(_: Change) -> int:
        gone = await QuestionMiss.filter(id__in=list(old), last_at__lt=before).delete()
        return gone + await AnswerVote.filter(id__in=list(votes)).delete()

    return await db.change(work)


def _read(row: dict[str, Any]) -> MissView:
    first_at, last_at = moment(row["first_at"]), moment(row["last_at"])
    known = {
        "id": as_uuid(row["id"]),
        "first_at": first_at,
        "last_at": last_at,
        "state": MissState(row["state"]),
    }
    return MissView(**{**row, **known})


def _view(row: QuestionMiss) -> MissView:
    return MissView(
        id=row.id,
        words=row.words,
        kind=row.kind,
        slug=row.slug,
        confidence=row.confidence,
        door=row.door,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        state=MissState(row.state),
    )


_OPEN = Statement(
    """
    SELECT id, words, kind, slug, confidence, door, count, first_at, last_at, state
    FROM question_miss WHERE state = $1 ORDER BY count DESC, last_at DESC, id LIMIT $2
    """
)
_HEARD = Statement(
    """
    INSERT INTO question_miss (id, digest, words, kind, slug, confidence, door, count, first_at, last_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')
    ON CONFLICT (digest) DO UPDATE SET
        count = question_miss.count + excluded.count,
        confidence = excluded.confidence,
        door = excluded.door,
        last_at = CASE WHEN excluded.last_at > question_miss.last_at
            THEN excluded.last_at ELSE question_miss.last_at END,
        state = CASE WHEN question_miss.state = 'settled' THEN 'open' ELSE question_miss.state END
    """
)
_VOTE = Statement(
    """
    INSERT INTO answer_vote (id, voter, slug, version, helped, door, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (voter) DO NOTHING
    RETURNING id
    """
)
