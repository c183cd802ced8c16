"""The worker's side of late answers: works out what was left lying, sends what is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog

from bot.capabilities import Capabilities
from bot.held_replies import (
    FAILED,
    HELD,
    READY,
    SENDING,
    SENT,
    TABLE,
    UNCERTAIN,
    WORKING,
    Hint,
    make_room,
    no_hint,
    settle_held,
)
from bot.late import LEASE, make_ready
from bot.models import LateReply
from bot.replying import Reply, as_text
from bot.singleflight import Entry
from bot.turns import Message
from kit.db import Change, Database
from kit.problems import Problem
from kit.sealing import FieldSealer
from wechat.account_kinds import Right
from wechat.errors import WeChatError
from wechat.messages import Inbound, to_inbound
from wechat.replies import shorten

ATTEMPTS_AT_MOST = 6
# The platform takes a customer-service message for 48 hours, but nobody wants one that late unasked.
OWED_FOR = timedelta(hours=6)
_HELD_AFTER = frozenset(
    {"no_permission", "outside_window", "too_many_messages", "day_quota", "account_limited"}
)
"""The platform's refusals that do not touch a passive reply: the answer goes along with the next one."""

Handle = Callable[[Inbound, Entry, Message, datetime], Awaitable[Reply | str]]
_log = structlog.get_logger("bot")


class TextSender(Protocol):
    """The platform's side: `wechat.client.WeChatClient` has it."""

    async def send_custom_text(self, openid: str, text: str) -> None: ...


class LateSending:
    """One per worker; `hint` as in `bot.late.LateReplies`, `mini` sends what is owed in the mini-program's chat."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        handle: Handle,
        sender: TextSender,
        capabilities: Capabilities | None = None,
        hint: Hint = no_hint,
        mini: TextSender | None = None,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._handle = handle
        self._sender = sender
        self._capabilities = capabilities
        self._hint = hint
        self._mini = mini

    async def step(self, at_most: int = 4) -> int:
        """Work out what was left lying, send what is ready. Returns how many rows were dealt with."""
        settled = await settle_held(self._db)
        now = await self._db.database_now()
        due = await LateReply.filter(state=READY, next_at__lte=now).exists()
        lapsed = await LateReply.filter(state__in=[WORKING, SENDING], lease_until__lt=now).exists()
        if not due and not lapsed:
            return settled
        for number in range(at_most):
            # One at a time: a row that fails must not take others with it, claimed and never sent.
            row = await self._claim()
            if row is None:
                return settled + number
            if row.state == WORKING:
                await self._work_out(row)
            else:
                await self._send(row)
        return settled + at_most

    async def _claim(self) -> LateReply | None:
        async def work(change: Change) -> LateReply | None:
            now = await change.database_now()
            await LateReply.filter(state=SENDING, lease_until__lt=now).update(
                state=UNCERTAIN,
                reason="lease_lapsed",
                lease_until=None,
                inbound_sealed=None,
                reply_sealed=None,
            )
            for query in (
                LateReply.filter(state=READY, next_at__lte=now),
                LateReply.filter(state=WORKING, lease_until__lt=now),
            ):
                found = query.order_by("next_at", "id").limit(1)
                for row in await (found.select_for_update(skip_locked=True) if change.is_postgres else found):
                    row.state = SENDING if row.state == READY else WORKING
                    row.attempts += 1
                    row.lease_until = now + LEASE
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
        hold = not self._may_send()
        await make_ready(self._db, self._sealer, row.id, as_text(reply), hold=hold)
        if hold:
            await self._hint(row.citizen, 0)

    async def _send(self, row: LateReply) -> None:
        sender = self._sender if row.app is None else self._mini
        if sender is None or (row.app is None and not self._may_send()):
            await self._hold(row, "no_permission")
            return
        if self._db.clock.now() - row.created_at > OWED_FOR:
            await self._hold(row, "too_late")
            return
        assert row.reply_sealed is not None  # noqa: S101 - ready rows have one
        reply = self._sealer.open(bytes(row.reply_sealed), table=TABLE, column="reply", row_id=row.id)
        try:
            await sender.send_custom_text(self._inbound(row).openid, shorten(reply))
        except WeChatError as error:
            await self._not_sent(row, error)
            return
        await self._end(row, SENT, None)

    async def _not_sent(self, row: LateReply, error: WeChatError) -> None:
        name = error.meaning.name
        if name == "no_permission" and self._capabilities is not None and row.app is None:
            self._capabilities.note_missing(Right.CUSTOM_MESSAGE)
        if error.uncertain:
            await self._end(row, UNCERTAIN, name)
        elif name in _HELD_AFTER:
            await self._hold(row, name)
        elif error.retryable and row.attempts < ATTEMPTS_AT_MOST:
            await self._again(row, name)
        else:
            await self._end(row, FAILED, name)

    def _may_send(self) -> bool:
        return self._capabilities is None or self._capabilities.answers_later

    def _inbound(self, row: LateReply) -> Inbound:
        assert row.inbound_sealed is not None  # noqa: S101 - open rows have one
        text = self._sealer.open(bytes(row.inbound_sealed), table=TABLE, column="inbound", row_id=row.id)
        return to_inbound(msgspec.json.decode(text, type=dict[str, Any]))

    async def _hold(self, row: LateReply, reason: str) -> None:
        if row.app is not None:
            # No later message is answered in words there, so nothing can go along with one.
            await self._end(row, FAILED, reason)
            return

        async def work(_: Change) -> None:
            await make_room(row.citizen)
            await LateReply.filter(id=row.id, state=SENDING).update(
                state=HELD, reason=reason[:40], lease_until=None, inbound_sealed=None
            )

        await self._db.change(work)
        await self._hint(row.citizen, 0)

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
                next_at=await change.database_now() + timedelta(seconds=2**row.attempts),
            )

        await self._db.change(work)

    async def _end(self, row: LateReply, state: str, reason: str | None) -> None:
        async def work(_: Change) -> None:
            await LateReply.filter(id=row.id, state__in=[WORKING, SENDING]).update(
                state=state, reason=reason, lease_until=None, inbound_sealed=None, reply_sealed=None
            )

        await self._db.change(work)
        if state != SENT:
            _log.warning("wechat.late_answer_given_up", id=str(row.id), reason=reason)
