"""Late answers that cannot be sent as messages are held, and go along with the citizen's next message.

A held answer waits two days at most. It is handed over once there is a reply that it goes along with; what failed
before that waits on. What is handed over stays readable for some minutes, so that every try of
the same message says the same; then its words are removed. An answer that is given up leaves a line in the log
and its reason in the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from bot.models import LateReply
from kit.db import Change, Database
from kit.sealing import FieldSealer
from wechat.replies import shorten

WORKING, READY, SENDING, HELD, HANDED = "working", "ready", "sending", "held", "handed"
SENT, UNCERTAIN, FAILED, SILENT = "sent", "uncertain", "failed", "silent"
TABLE: Final = "late_reply"
HELD_FOR = timedelta(hours=48)
SAID_AGAIN_FOR = timedelta(minutes=3)
"""Longer than the platform goes on trying."""
HELD_AT_MOST = 3
"""A citizen's; the oldest give way."""
HANDED_BYTES = 1_000
"""Of held words with one reply, which has words of its own to say within 2,048."""


class Hint(Protocol):
    """Makes sure that the citizen (keyed name) is looked up in SQL: `Flight.hint` with revision 0."""

    async def __call__(self, citizen: str, revision: int) -> None: ...


_log = structlog.get_logger("bot")


async def no_hint(citizen: str, revision: int) -> None:
    """Where nobody asks Redis before SQL."""


async def make_room(citizen: str) -> None:
    """Inside a change that holds one more answer: the oldest give way."""
    held = await LateReply.filter(citizen=citizen, state=HELD).order_by("-created_at", "-id")
    for row in held[HELD_AT_MOST - 1 :]:
        await give_up(row, "superseded")


async def take_held(
    db: Database, sealer: FieldSealer, citizen: str, act: str
) -> tuple[tuple[str, ...], bool]:
    """The words held for a citizen, oldest first, now on their way with the reply to `act`; whether more wait."""
    mark = f"with:{act}"[:40]
    found = await LateReply.filter(citizen=citizen, state__in=[HELD, HANDED]).order_by("created_at", "id")
    if not found:
        return (), False
    texts = {
        row.id: shorten(
            sealer.open(bytes(row.reply_sealed), table=TABLE, column="reply", row_id=row.id), HANDED_BYTES
        )
        for row in found
        if row.reply_sealed is not None
    }
    mine = [row.id for row in found if row.state == HANDED and row.reason == mark and row.id in texts]
    # A try after the first says what the first said, and takes nothing more.
    fresh = [] if mine else _that_fit([row.id for row in found if row.state == HELD], texts)
    if fresh:

        async def work(change: Change) -> list[UUID]:
            until = await change.database_now() + SAID_AGAIN_FOR
            return [
                id
                for id in fresh
                # Another message of the citizen's may be faster.
                if await LateReply.filter(id=id, state=HELD).update(
                    state=HANDED, reason=mark, lease_until=until
                )
            ]

        mine = await db.change(work)
    waiting = sum(row.state == HELD for row in found) > len(fresh)
    return tuple(texts[id] for id in mine), waiting


def _that_fit(ids: list[UUID], texts: Mapping[UUID, str]) -> list[UUID]:
    """The oldest that fit into one reply together."""
    kept: list[UUID] = []
    room = HANDED_BYTES
    for id in ids:
        room -= len(texts[id].encode())
        if room < 0:
            break
        kept.append(id)
    return kept


async def is_waiting(citizen: str) -> bool:
    """Whether anything is held for a citizen."""
    return await LateReply.filter(citizen=citizen, state=HELD).exists()


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
