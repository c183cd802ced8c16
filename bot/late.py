"""Answers that took too long for WeChat's five seconds are owed as customer-service messages.

The row is written before the platform is told `success`: from then on the answer is owed, whatever happens to
the process. Usually the process that works on the message hands the reply in when it is ready; if it died, its
lease lapses and the worker works the message out again, which is safe because every act has its guard key.
Sending prefers silence to saying it twice: a kill while sending leaves the row uncertain.

Where no message can be sent (the account has no right to, the citizen's window is shut, six hours have gone
by) the answer is held instead and goes along with the citizen's next message: see `bot.held_replies`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from bot.capabilities import Capabilities
from bot.held_replies import (
    HELD,
    READY,
    SILENT,
    TABLE,
    WORKING,
    Hint,
    is_waiting,
    make_room,
    no_hint,
    take_held,
)
from bot.models import LateReply
from bot.replying import Reply, as_text
from bot.turns import Message
from kit.db import Change, Database, Fresh, Intake
from kit.db.models import GuardKey
from kit.sealing import FieldSealer

LEASE = timedelta(seconds=45)


class LateReplies:
    """The web side: promising an answer, handing it in, and handing over what was held.

    `hint` makes sure that the citizen's next message looks into SQL: `Flight.hint`.
    """

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        capabilities: Capabilities | None = None,
        hint: Hint = no_hint,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._capabilities = capabilities
        self._hint = hint
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
        # The lease runs by the clock all machines share; the row's age is told by ours, like everything else.
        now, id = await self._db.database_now(), self._db.ids.new()
        fields = msgspec.json.encode(message.inbound.fields).decode()
        row = LateReply(
            id=id,
            act=message.act,
            citizen=message.citizen,
            inbound_sealed=self._sealer.seal(fields, table=TABLE, column="inbound", row_id=id),
            reply_sealed=None,
            state=WORKING,
            reason=None,
            attempts=0,
            next_at=now,
            lease_until=now + LEASE,
            created_at=self._db.clock.now(),
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
            now = await change.database_now()
            if row.state != WORKING or row.lease_until is None:
                return now  # answered, or about to be
            # Later than the one before at any rate, or the other try could take this one back.
            row.lease_until = max(now + LEASE, row.lease_until + timedelta(milliseconds=1))
            await row.save(update_fields=["lease_until"])
            return row.lease_until

        return await self._db.change(work)

    async def _take_back(self, act: str, lease_until: datetime) -> None:
        async def work(_: Change) -> None:
            if await LateReply.filter(act=act, state=WORKING, lease_until=lease_until).delete():
                await GuardKey.filter(key=_key(act)).delete()

        await self._db.change(work)

    async def hand_in(self, message: Message, reply: Reply | str) -> bool:
        """The answer is there. True when it was promised: then it goes out later, and not as a passive reply."""
        row = await LateReply.get_or_none(act=message.act, state=WORKING)
        if row is None:
            return False
        sends = self._capabilities is None or self._capabilities.answers_later
        # Between the look and the change the promise may have been taken back.
        owed = await make_ready(self._db, self._sealer, row.id, as_text(reply), hold=not sends)
        if owed and not sends:
            await self._hint(message.citizen, 0)
        return owed

    async def held_for(self, message: Message) -> tuple[str, ...]:
        """Earlier answers that could not be sent, oldest first: they go along with the reply to this message.

        To be asked when that reply is there: what it gives counts as given. Asked again for the same message it
        gives the same. One look into SQL: only worth it where `presence` is not False.
        """
        texts, more = await take_held(self._db, self._sealer, message.citizen, message.act)
        if more:
            # The conversation may just have taken the hint away.
            await self._hint(message.citizen, 0)
        return texts

    async def keep_waiting(self, message: Message) -> None:
        """What is held cannot go along with the reply to this message: the next one must look for it again."""
        if await is_waiting(message.citizen):
            await self._hint(message.citizen, 0)


def _key(act: str) -> str:
    return f"late:{act}"


async def make_ready(db: Database, sealer: FieldSealer, id: UUID, reply: str, *, hold: bool) -> bool:
    """Whether the answer is owed, by this call or by another's before it; False when nothing is owed any more."""

    async def work(change: Change) -> bool:
        row = await change.lock(LateReply, id)
        if row is None:
            return False
        if row.state != WORKING:
            return True
        row.lease_until, row.next_at = None, await change.database_now()
        if not reply:
            row.state, row.inbound_sealed = SILENT, None
        else:
            row.state = HELD if hold else READY
            row.reply_sealed = sealer.seal(reply, table=TABLE, column="reply", row_id=id)
            if hold:
                row.inbound_sealed = None
                await make_room(row.citizen)
        await row.save()
        return True

    return await db.change(work)
