"""Late answers that cannot be sent as messages are held, and go along with the citizen's next message.

A held answer waits two days at most. What is handed over stays readable for some minutes, so that every try of
the same message says the same; then its words are removed. An answer that is given up leaves a line in the log
and its reason in the row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from bot.models import LateReply
from kit.db import Change, Database
from kit.sealing import FieldSealer

WORKING, READY, SENDING, HELD, HANDED = "working", "ready", "sending", "held", "handed"
SENT, UNCERTAIN, FAILED, SILENT = "sent", "uncertain", "failed", "silent"
TABLE: Final = "late_reply"
HELD_FOR = timedelta(hours=48)
SAID_AGAIN_FOR = timedelta(minutes=3)
"""Longer than the platform goes on trying."""
HELD_AT_MOST = 3
"""A citizen's; more would not fit into one reply."""

Hint = Callable[[str], Awaitable[None]]
"""Told the citizen's keyed name."""

_log = structlog.get_logger("bot")


async def no_hint(citizen: str) -> None:
    """Where nobody asks Redis before SQL."""


async def make_room(citizen: str) -> None:
    """Inside a change that holds one more answer: the oldest give way."""
    held = await LateReply.filter(citizen=citizen, state=HELD).order_by("-created_at", "-id")
    for row in held[HELD_AT_MOST - 1 :]:
        await give_up(row, "superseded")


async def take_held(db: Database, sealer: FieldSealer, citizen: str, act: str) -> tuple[str, ...]:
    """The words held for a citizen, oldest first, now on their way with the reply to `act`."""
    mark = f"with:{act}"[:40]
    found = await LateReply.filter(citizen=citizen, state__in=[HELD, HANDED]).order_by("created_at", "id")
    fresh = [row.id for row in found if row.state == HELD]
    mine = {row.id for row in found if row.state == HANDED and row.reason == mark}
    if fresh:

        async def work(change: Change) -> list[object]:
            until = await change.database_now() + SAID_AGAIN_FOR
            return [
                id
                for id in fresh
                # Another message of the citizen's may be faster.
                if await LateReply.filter(id=id, state=HELD).update(
                    state=HANDED, reason=mark, lease_until=until
                )
            ]

        mine.update(await db.change(work))  # type: ignore[arg-type]
    return tuple(
        sealer.open(bytes(row.reply_sealed), table=TABLE, column="reply", row_id=row.id)
        for row in found
        if row.id in mine and row.reply_sealed is not None
    )


async def held_citizens(db: Database) -> list[tuple[str, int]]:
    """For whom something is held, as presence hints want it: (keyed name, revision 0)."""
    names = await LateReply.filter(state=HELD).distinct().values_list("citizen", flat=True)
    return [(str(name), 0) for name in names]


async def settle_held(db: Database, at_most: int = 200) -> int:
    """Forget the words of what was handed over; give up what nobody came for. Returns how many rows."""
    before = db.clock.now() - HELD_FOR
    handed = LateReply.filter(state=HANDED, lease_until__lt=await db.database_now())
    stale = LateReply.filter(state=HELD, created_at__lt=before)
    handed_ids = list(await handed.limit(at_most).values_list("id", flat=True))
    stale_rows = await stale.limit(at_most)
    if not handed_ids and not stale_rows:
        return 0

    async def work(_: Change) -> int:
        settled = 0
        if handed_ids:
            settled += await LateReply.filter(id__in=handed_ids, state=HANDED).update(
                state=SENT, lease_until=None, reply_sealed=None
            )
        for row in stale_rows:
            settled += await give_up(row, "too_late")
        return int(settled)

    return await db.change(work)


async def give_up(row: LateReply, reason: str) -> int:
    """Inside a change: the answer reaches nobody any more. Returns 1, or 0 when it was handed over meanwhile."""
    gone = await LateReply.filter(id=row.id, state=row.state).update(
        state=FAILED, reason=reason, lease_until=None, inbound_sealed=None, reply_sealed=None
    )
    if gone:
        _log.warning("wechat.late_answer_given_up", id=str(row.id), reason=reason)
    return int(gone)
