"""Answers that took too long for WeChat's five seconds are owed as customer-service messages.

The row is written before the platform is told `success`: from then on the answer is owed, whatever happens to
the process. Usually the process that works on the message hands the reply in when it is ready; if it died, its
lease lapses and the worker works the message out again, which is safe because every act has its guard key.
Sending prefers silence to saying it twice: a kill while sending leaves the row uncertain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from bot.models import LateReply
from bot.singleflight import Entry
from bot.turns import Message
from kit.db import Change, Database, Fresh, Intake
from kit.db.models import GuardKey
from kit.problems import Problem
from kit.sealing import FieldSealer
from wechat.errors import WeChatError
from wechat.messages import Inbound, to_inbound
from wechat.replies import shorten

WORKING, READY, SENDING = "working", "ready", "sending"
SENT, UNCERTAIN, FAILED, SILENT = "sent", "uncertain", "failed", "silent"
LEASE = timedelta(seconds=45)
ATTEMPTS_AT_MOST = 6
# The platform takes a customer-service message for 48 hours, but nobody waits for an answer that long.
OWED_FOR = timedelta(hours=6)
_TABLE = "late_reply"

Handle = Callable[[Inbound, Entry, Message, datetime], Awaitable[str]]


class TextSender(Protocol):
    """The platform's side: `wechat.client.WeChatClient` has it."""

    async def send_custom_text(self, openid: str, text: str) -> None: ...


class LateReplies:
    """The web side: promising an answer, and handing it in."""

    def __init__(self, db: Database, sealer: FieldSealer) -> None:
        self._db = db
        self._sealer = sealer
        self._writing: set[asyncio.Task[bool]] = set()

    async def promise(self, message: Message, *, within_s: float) -> bool:
        """Write down that the answer is owed. False when that was not certain in time: then nothing is owed.

        A write that comes too late still goes to its end and is taken back. The platform was not told
        `success`, so it asks again and hears the answer; a promise left standing would say it once more.
        """
        too_late = asyncio.Event()
        # A task of its own, which outlives the platform's request.
        writing = asyncio.create_task(self._promise(message, too_late))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        done, _ = await asyncio.wait([writing], timeout=within_s)
        if not done:
            too_late.set()
            return False
        return writing.result()

    async def drain(self, timeout_s: float) -> None:
        """Let promises in progress be kept or taken back, when the process is asked to stop."""
        if self._writing:
            await asyncio.wait(self._writing, timeout=timeout_s)

    async def _promise(self, message: Message, too_late: asyncio.Event) -> bool:
        try:
            lease_until = await self._write(message)
            if lease_until is not None and too_late.is_set():
                await self._take_back(message.act, lease_until)
        except Exception:  # noqa: BLE001 - whatever it was, nothing is promised: the caller does not answer
            return False
        return lease_until is not None

    async def _write(self, message: Message) -> datetime | None:
        """The lease by which this promise can be told from a later one; None when there is none."""
        now, id = self._db.clock.now(), self._db.ids.new()
        fields = msgspec.json.encode(message.inbound.fields).decode()
        row = LateReply(
            id=id,
            act=message.act,
            citizen=message.citizen,
            inbound_sealed=self._sealer.seal(fields, table=_TABLE, column="inbound", row_id=id),
            reply_sealed=None,
            state=WORKING,
            reason=None,
            attempts=0,
            next_at=now,
            lease_until=now + LEASE,
            created_at=now,
        )
        intake = Intake(keys=(_key(message.act),), body_hash=b"", rows=(row,), result=b"")
        if isinstance(await self._db.write(intake), Fresh):
            return now + LEASE
        return await self._renew(message.act)

    async def _renew(self, act: str) -> datetime | None:
        """Another try has promised the same: from now on both count on it."""

        async def work(change: Change) -> datetime | None:
            found = await LateReply.get_or_none(act=act)
            row = await change.lock(LateReply, found.id) if found is not None else None
            if row is None:
                return None
            if row.state != WORKING or row.lease_until is None:
                return change.now  # answered, or about to be
            # Later than the one before at any rate, or the other try could take this one back.
            row.lease_until = max(change.now + LEASE, row.lease_until + timedelta(milliseconds=1))
            await row.save(update_fields=["lease_until"])
            return row.lease_until

        return await self._db.change(work)

    async def _take_back(self, act: str, lease_until: datetime) -> None:
        async def work(_: Change) -> None:
            if await LateReply.filter(act=act, state=WORKING, lease_until=lease_until).delete():
                await GuardKey.filter(key=_key(act)).delete()

        await self._db.change(work)

    async def hand_in(self, message: Message, reply: str) -> bool:
        """The answer is there. True when it was promised: then it goes out later, and not as a passive reply."""
        row = await LateReply.get_or_none(act=message.act, state=WORKING)
        # Between the look and the change the promise may have been taken back.
        return row is not None and await _make_ready(self._db, self._sealer, row.id, reply)


def _key(act: str) -> str:
    return f"late:{act}"


async def _make_ready(db: Database, sealer: FieldSealer, id: UUID, reply: str) -> bool:
    """Whether the answer is owed, by this call or by another's before it; False when nothing is owed any more."""

    async def work(change: Change) -> bool:
        row = await change.lock(LateReply, id)
        if row is None:
            return False
        if row.state != WORKING:
            return True
        row.lease_until, row.next_at = None, change.now
        if reply:
            row.state = READY
            row.reply_sealed = sealer.seal(reply, table=_TABLE, column="reply", row_id=id)
        else:
            row.state, row.inbound_sealed = SILENT, None
        await row.save()
        return True

    return await db.change(work)


class LateSending:
    """The worker side."""

    def __init__(self, db: Database, sealer: FieldSealer, handle: Handle, sender: TextSender) -> None:
        self._db = db
        self._sealer = sealer
        self._handle = handle
        self._sender = sender

    async def step(self, at_most: int = 4) -> int:
        """Work out what was left lying, send what is ready. Returns how many rows were dealt with."""
        now = self._db.clock.now()
        due = await LateReply.filter(state=READY, next_at__lte=now).exists()
        lapsed = await LateReply.filter(state__in=[WORKING, SENDING], lease_until__lt=now).exists()
        if not due and not lapsed:
            return 0
        for number in range(at_most):
            # One at a time: a row that fails must not take others with it, claimed and never sent.
            row = await self._claim()
            if row is None:
                return number
            if row.state == WORKING:
                await self._work_out(row)
            else:
                await self._send(row)
        return at_most

    async def _claim(self) -> LateReply | None:
        async def work(change: Change) -> LateReply | None:
            await LateReply.filter(state=SENDING, lease_until__lt=change.now).update(
                state=UNCERTAIN,
                reason="lease_lapsed",
                lease_until=None,
                inbound_sealed=None,
                reply_sealed=None,
            )
            for query in (
                LateReply.filter(state=READY, next_at__lte=change.now),
                LateReply.filter(state=WORKING, lease_until__lt=change.now),
            ):
                found = query.order_by("next_at", "id").limit(1)
                for row in await (found.select_for_update(skip_locked=True) if change.is_postgres else found):
                    row.state = SENDING if row.state == READY else WORKING
                    row.attempts += 1
                    row.lease_until = change.now + LEASE
                    await row.save(update_fields=["state", "attempts", "lease_until"])
                    return row
            return None

        return await self._db.change(work)

    async def _work_out(self, row: LateReply) -> None:
        if row.attempts > ATTEMPTS_AT_MOST:
            await self._end(row, FAILED, "too_many_attempts")
            return
        inbound = self._inbound(row)
        message = Message(row.act, row.citizen, inbound)
        try:
            reply = await self._handle(inbound, Entry(presence=None, count=0), message, row.created_at)
        except Problem as problem:
            # The lease lapses and the next step tries again.
            await self._note(row, problem.key.rpartition(".")[2])
            return
        await _make_ready(self._db, self._sealer, row.id, reply)

    async def _send(self, row: LateReply) -> None:
        if self._db.clock.now() - row.created_at > OWED_FOR:
            await self._end(row, FAILED, "too_late")
            return
        assert row.reply_sealed is not None  # noqa: S101 - ready rows have one
        reply = self._sealer.open(bytes(row.reply_sealed), table=_TABLE, column="reply", row_id=row.id)
        try:
            await self._sender.send_custom_text(self._inbound(row).openid, shorten(reply))
        except WeChatError as error:
            if error.uncertain:
                await self._end(row, UNCERTAIN, error.meaning.name)
            elif error.retryable and row.attempts < ATTEMPTS_AT_MOST:
                await self._again(row, error.meaning.name)
            else:
                await self._end(row, FAILED, error.meaning.name)
            return
        await self._end(row, SENT, None)

    def _inbound(self, row: LateReply) -> Inbound:
        assert row.inbound_sealed is not None  # noqa: S101 - open rows have one
        text = self._sealer.open(bytes(row.inbound_sealed), table=_TABLE, column="inbound", row_id=row.id)
        return to_inbound(msgspec.json.decode(text, type=dict[str, Any]))

    async def _note(self, row: LateReply, reason: str) -> None:
        async def work(_: Change) -> None:
            await LateReply.filter(id=row.id, state=WORKING).update(reason=reason[:40])

        await self._db.change(work)

    async def _again(self, row: LateReply, reason: str) -> None:
        async def work(change: Change) -> None:
            await LateReply.filter(id=row.id, state=SENDING).update(
                state=READY,
                reason=reason[:40],
                lease_until=None,
                next_at=change.now + timedelta(seconds=2**row.attempts),
            )

        await self._db.change(work)

    async def _end(self, row: LateReply, state: str, reason: str | None) -> None:
        async def work(_: Change) -> None:
            await LateReply.filter(id=row.id, state__in=[WORKING, SENDING]).update(
                state=state, reason=reason, lease_until=None, inbound_sealed=None, reply_sealed=None
            )

        await self._db.change(work)
