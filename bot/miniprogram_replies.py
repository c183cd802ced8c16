"""Words for somebody in the mini-program's chat: a push to a mini-program takes no text for an answer.

They are written down before the platform is told `success`, and the worker sends them as a customer-service
message of the mini-program. Of what was said nothing is kept, only who is to be answered.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from bot.held_replies import READY, TABLE
from bot.models import LateReply
from bot.turns import Message
from kit.db import Database, Intake
from kit.sealing import FieldSealer

APP: Final = "miniprogram"


class MiniProgramReplies:
    """The web side; `bot.late_sending` is the worker's."""

    def __init__(self, db: Database, sealer: FieldSealer) -> None:
        self._db = db
        self._sealer = sealer

    async def owe(self, message: Message, text: str) -> None:
        """Write down that these words are owed, once for all tries of a message. Raises Busy, database errors."""
        now, id = await self._db.database_now(), self._db.ids.new()
        inbound = message.inbound
        whom = {
            "FromUserName": inbound.openid,
            "ToUserName": inbound.to,
            "CreateTime": str(inbound.created_at),
            "MsgType": "text",
            "Content": "",
        }
        row = LateReply(
            id=id,
            act=message.act,
            citizen=message.citizen,
            inbound_sealed=self._seal("inbound", msgspec.json.encode(whom).decode(), id),
            reply_sealed=self._seal("reply", text, id),
            state=READY,
            reason=None,
            attempts=0,
            next_at=now,
            lease_until=None,
            created_at=self._db.clock.now(),
            app=APP,
        )
        await self._db.write(Intake(keys=(f"late:{message.act}",), body_hash=b"", rows=(row,), result=b""))

    def _seal(self, column: str, text: str, id: UUID) -> bytes:
        return self._sealer.seal(text, table=TABLE, column=column, row_id=id)
