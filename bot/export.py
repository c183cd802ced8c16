"""What the chat keeps of a person beyond their cases, as plain values for the person's own export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from bot.dialogue_shape import Session
from bot.held_replies import TABLE as LATE
from bot.inbound_words import all_words
from bot.models import ConversationTurn, LateReply, MediaFetch, PushConsent
from bot.singleflight import Names
from bot.turns import opened_session
from casework.notifications.models import NoticePreference
from casework.notifications.preferences import ACCOUNT
from casework.people.identities import openids
from kit.sealing import FieldSealer
from wechat.messages import to_inbound

Plain = dict[str, object]


class BotHoldings:
    """One per process. `names` are those of the door: late answers are kept under them."""

    def __init__(self, sealer: FieldSealer, names: Names) -> None:
        self._sealer = sealer
        self._names = names

    async def __call__(self, member_ids: frozenset[UUID]) -> Mapping[str, object]:
        """Everything of the person whose accounts these are."""
        ids = list(member_ids)
        return {
            "message_consents": [
                {
                    "template": row.template_id,
                    "left": row.remaining,
                    "refused_at": row.refused_at,
                    "updated_at": row.updated_at,
                }
                for row in await PushConsent.filter(account_id__in=ids).order_by("id")
            ],
            "notice_choices": [
                {"topic": row.topic, "choice": row.choice, "updated_at": row.updated_at}
                for row in await NoticePreference.filter(
                    recipient_kind=ACCOUNT, recipient_id__in=ids
                ).order_by("id")
            ],
            "media_sent": [
                {
                    "id": row.file_id,
                    "medium": row.medium or "photo",
                    "state": row.state,
                    "sent_at": row.created_at,
                }
                for row in await MediaFetch.filter(account_id__in=ids).order_by("created_at", "id")
            ],
            "drafts": await self._drafts(ids),
            "late_answers": await self._late_answers(member_ids),
        }

    async def _drafts(self, ids: list[UUID]) -> list[Plain]:
        """Each step of a conversation whose words are still here; the last one of an account is where it stands."""
        rows = await ConversationTurn.filter(account_id__in=ids, session_sealed__isnull=False)
        steps = sorted(rows, key=lambda row: (row.account_id, row.revision))
        found = [(row, opened_session(self._sealer, row)) for row in steps]
        return [
            {"at": row.at, "step": row.revision, **_draft(session)}
            for row, session in found
            if session is not None
        ]

    async def _late_answers(self, member_ids: frozenset[UUID]) -> list[Plain]:
        """Messages whose answers were owed, with the words that are still here."""
        known = await openids(self._sealer, member_ids)
        names = [self._names.of(app + openid) for openid in known for app in ("", "miniprogram:")]
        rows = await LateReply.filter(citizen__in=names).order_by("created_at", "id")
        return [
            {
                "state": row.state,
                "asked_at": row.created_at,
                "asked": self._asked(row),
                "answer": self._opened(row.reply_sealed, "reply", row.id),
            }
            for row in rows
        ]

    def _asked(self, row: LateReply) -> str | None:
        text = self._opened(row.inbound_sealed, "inbound", row.id)
        return text and all_words(to_inbound(msgspec.json.decode(text, type=dict[str, Any])))

    def _opened(self, sealed: bytes | None, column: str, id: UUID) -> str | None:
        if sealed is None:
            return None
        return self._sealer.open(bytes(sealed), table=LATE, column=column, row_id=id)


def _draft(session: Session) -> Plain:
    draft: Plain = {"dialogue": session.dialogue, "answers": msgspec.to_builtins(session.answers)}
    if session.beneath is not None:
        draft["beneath"] = _draft(session.beneath)
    return draft
