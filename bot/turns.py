"""The durable side of a conversation: the latest turn in SQL is the draft, and each step adds one.

A step is written as one `Intake`: the turn, whatever else it brings (account, photos to fetch, a case) and
the reply, under guard keys for the message and for the turn's revision. So a repeat gets the first reply,
and of two messages that meet one is worked out again on top of the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
from tortoise.models import Model

from bot.dialogue_shape import KEPT_FOR, Session
from bot.models import ConversationTurn
from bot.singleflight import Flight
from casework.people.identities import account_by_openid, identity_key, new_account_rows
from kit.db import Database, Fresh, Intake, Repeat, Stale
from kit.db.models import GuardKey
from kit.problems import Busy
from kit.sealing import FieldSealer, SealError
from wechat.messages import Inbound

TRIES = 20
"""Messages of one citizen that meet in different processes: a whole album of photos sent at once."""

_TABLE, _COLUMN = "conversation_turn", "session"


class Message(msgspec.Struct, frozen=True):
    """Who sent what. `act` and `citizen` are keyed names of the message and of its sender."""

    act: str
    citizen: str
    inbound: Inbound

    @property
    def openid(self) -> str:
        return self.inbound.openid

    @property
    def body_hash(self) -> bytes:
        """Tells the same message sent again from another under the same number."""
        return blake2b(msgspec.json.encode(self.inbound.fields), digest_size=32).digest()


@dataclass(frozen=True)
class Standing:
    """Where a citizen stands. `is_new`: no account yet; the id is the one it will get."""

    account_id: UUID
    revision: int
    session: Session | None
    account_rows: tuple[Model, ...] = ()

    @property
    def is_new(self) -> bool:
        return bool(self.account_rows)


@dataclass(frozen=True)
class Next:
    """What a message leads to: the session after it, rows to be written with it, the reply.

    `write` False: nothing changed, only the reply goes out.
    """

    reply: str
    session: Session | None = None
    rows: tuple[Model, ...] = ()
    write: bool = True


Decide = Callable[[Standing], Awaitable[Next]]


class Turns:
    """One per process."""

    def __init__(self, db: Database, flight: Flight, sealer: FieldSealer, appid: str) -> None:
        self._db = db
        self._flight = flight
        self._sealer = sealer
        self._appid = appid
        self._one_at_a_time: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def account_id(self, openid: str) -> UUID | None:
        """The account of somebody who has one."""
        account = await account_by_openid(self._sealer, self._appid, openid)
        return account.id if account is not None else None

    async def account_for(self, message: Message) -> UUID:
        """The sender's account, made now if there is none. Raises Busy, and database errors."""
        for _ in range(TRIES):
            standing = await self.standing(message.openid)
            if not standing.is_new:
                return standing.account_id
            identity = identity_key(self._sealer, self._appid, message.openid)
            made = Intake((f"account:{message.act}", identity), b"", standing.account_rows, b"")
            if isinstance(await self._db.write(made), Fresh):
                return standing.account_id
        raise Busy("problem.busy")

    async def identity_id(self, openid: str) -> UUID | None:
        """The row of an openid that is known."""
        account = await account_by_openid(self._sealer, self._appid, openid)
        return account.identity_id if account is not None else None

    async def standing(self, openid: str) -> Standing:
        """The account and the open conversation, from SQL."""
        account = await account_by_openid(self._sealer, self._appid, openid)
        if account is None:
            rows = new_account_rows(self._db, self._sealer, self._appid, openid)
            return Standing(rows[0].id, 0, None, rows)
        turn = await ConversationTurn.filter(account_id=account.id).order_by("-revision").first()
        if turn is None:
            return Standing(account.id, 0, None)
        return Standing(account.id, turn.revision, opened_session(self._sealer, turn))

    async def stored_reply(self, act: str) -> str | None:
        """What this very message was answered with, if it was taken in before."""
        row = await GuardKey.get_or_none(key=_message_key(act))
        return bytes(row.result).decode() if row is not None else None

    async def step(self, message: Message, decide: Decide) -> str:
        """Work out the next turn and write it; the reply that belongs to it. Raises Busy, and database errors."""
        # Within a process messages of one citizen take turns, which saves working most of them out again.
        lock = self._one_at_a_time.setdefault(message.citizen, asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                standing = await self.standing(message.openid)
                reply = await self._try(message, standing, decide)
                if reply is not None:
                    return reply
        raise Busy("problem.busy")

    async def _try(self, message: Message, standing: Standing, decide: Decide) -> str | None:
        following = await decide(standing)
        if not following.write:
            # A repeat that comes after its own effect must not be told of that effect as news.
            stored = await self.stored_reply(message.act)
            return stored if stored is not None else following.reply
        revision = standing.revision + 1
        keys = [_message_key(message.act), f"turn:{standing.account_id}:{revision}"]
        if standing.is_new:
            keys.append(identity_key(self._sealer, self._appid, message.openid))
        turn = self._turn(standing, revision, message.citizen, following.session)
        intake = Intake(
            keys=tuple(keys),
            body_hash=message.body_hash,
            rows=(*standing.account_rows, turn, *following.rows),
            result=following.reply.encode(),
        )
        if following.session is not None:
            await self._flight.hint(message.citizen, revision)
        outcome = await self._db.write(intake)
        if isinstance(outcome, Stale):
            return None
        if isinstance(outcome, Repeat):
            return outcome.result.decode()
        if following.session is not None:
            self._flight.hint_again(message.citizen, revision)
        else:
            self._flight.clear(message.citizen, revision)
        return following.reply

    def _turn(
        self, standing: Standing, revision: int, citizen: str, session: Session | None
    ) -> ConversationTurn:
        id = self._db.ids.new()
        sealed = None
        if session is not None:
            text = msgspec.json.encode(session).decode()
            sealed = self._sealer.seal(text, table=_TABLE, column=_COLUMN, row_id=id)
        return ConversationTurn(
            id=id,
            account_id=standing.account_id,
            revision=revision,
            citizen=citizen,
            session_sealed=sealed,
            at=self._db.clock.now(),
        )


def opened_session(sealer: FieldSealer, turn: ConversationTurn) -> Session | None:
    """The conversation as it stood after this turn; None when it had ended or cannot be read any more."""
    if turn.session_sealed is None:
        return None
    try:
        text = sealer.open(bytes(turn.session_sealed), table=_TABLE, column=_COLUMN, row_id=turn.id)
        return msgspec.json.decode(text, type=Session)
    except (SealError, msgspec.DecodeError):
        # Sealed with a lost key, or written by another release: no draft, rather than no service.
        return None


def _message_key(act: str) -> str:
    return f"wx:{act}"


async def open_conversations(db: Database) -> list[tuple[str, int]]:
    """Everybody whose latest turn leaves a conversation open: (citizen, revision). For `Flight.rebuild`."""
    since = db.clock.now() - KEPT_FOR - timedelta(hours=1)
    latest: dict[UUID, tuple[int, str, bool]] = {}
    after: UUID | None = None
    while True:
        query = ConversationTurn.filter(at__gte=since)
        if after is not None:
            query = query.filter(id__gt=after)
        rows = (
            await query.order_by("id")
            .limit(2_000)
            .only("id", "account_id", "revision", "citizen", "session_sealed")
        )
        for row in rows:
            known = latest.get(row.account_id)
            if known is None or known[0] < row.revision:
                latest[row.account_id] = (row.revision, row.citizen, row.session_sealed is not None)
        if len(rows) < 2_000:
            break
        after = rows[-1].id
    return [(citizen, revision) for revision, citizen, is_open in latest.values() if is_open]


async def forget_old_drafts(db: Database, limit: int = 500) -> int:
    """Empty the drafts nobody waits for any more, older than KEPT_FOR. Returns how many.

    The rows stay, without words: revisions must never start again below their guard keys.
    """
    before = db.clock.now() - KEPT_FOR
    old = ConversationTurn.filter(at__lt=before, session_sealed__isnull=False).order_by("at")
    ids = list(await old.limit(limit).values_list("id", flat=True))
    if not ids:
        return 0

    async def work(_: object) -> int:
        await ConversationTurn.filter(id__in=ids).update(session_sealed=None)
        return len(ids)

    return await db.change(work)
