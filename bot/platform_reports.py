"""What the platform reports about the account and its jobs, kept as rows; certification running out is an alarm.

Rows name no citizen: only what is known to tell nothing of a person is kept, whatever the platform adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from bot.models import PlatformReport
from bot.turns import Message
from kit.clock import local
from kit.db import Database, Fresh, Intake
from wechat.messages import Inbound

ENDING: Final = frozenset({"annual_renew", "verify_expired"})
RENEWED: Final = frozenset({"qualification_verify_success", "naming_verify_success"})
FAILED: Final = frozenset({"qualification_verify_fail", "naming_verify_fail"})
JOBS: Final = frozenset({"masssendjobfinish", "publishjobfinish", "freepublishjobfinish", "wxa_media_check"})
SESSIONS: Final = frozenset({"kf_create_session", "kf_close_session", "kf_switch_session"})
PEOPLE: Final = frozenset({"user_info_modified", "user_authorization_revoke"})
REPORTED: Final = ENDING | RENEWED | FAILED | JOBS | SESSIONS | PEOPLE
_KEPT: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(ENDING | RENEWED, frozenset({"ExpiredTime"})),
    **dict.fromkeys(FAILED, frozenset({"FailTime", "FailReason"})),
    "masssendjobfinish": frozenset(
        {"MsgID", "Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount"}
        | {"CopyrightCheckResult", "ArticleUrlResult"}
    ),
    "publishjobfinish": frozenset({"PublishEventInfo"}),
    "freepublishjobfinish": frozenset({"PublishEventInfo"}),
    "wxa_media_check": frozenset(
        {"trace_id", "version", "detail", "errcode", "errmsg", "result", "isrisky", "status_code"}
    ),
    "kf_create_session": frozenset({"KfAccount"}),
    "kf_close_session": frozenset({"KfAccount", "CloseType"}),
    "kf_switch_session": frozenset({"FromKfAccount", "ToKfAccount"}),
    "user_authorization_revoke": frozenset({"RevokeInfo"}),
}
"""What is kept of each event, by the platform's own names; of any other event nothing but its name."""
_log = structlog.get_logger("bot")


async def note_report(db: Database, message: Message) -> bool:
    """Keep the event; False when it was kept before."""
    inbound = message.inbound
    kept = _KEPT.get(inbound.event, frozenset())
    facts = {name: value for name, value in inbound.fields.items() if name in kept}
    row = PlatformReport(
        id=db.ids.new(),
        act=message.act,
        kind=inbound.event[:60],
        job_id=inbound.job_id[:80],
        status=inbound.status[:80],
        facts=msgspec.json.encode(facts).decode(),
        at=db.clock.now(),
    )
    intake = Intake(keys=(f"wx:{message.act}",), body_hash=message.body_hash, rows=(row,), result=b"")
    return isinstance(await db.write(intake), Fresh)


def sound_alarm(inbound: Inbound) -> None:
    """Say loudly that certification ends, has ended or was refused: without it most rights are gone."""
    if inbound.event in ENDING:
        _log.error("wechat.verification_expires", on=expiry_on(inbound.expires_at), event_name=inbound.event)
    elif inbound.event in FAILED:
        _log.error("wechat.verification_failed", event_name=inbound.event, reason=inbound.reason[:100])


def expiry_on(epoch_s: int | None) -> str:
    """The local date of a platform's time, "" for none or nonsense."""
    try:
        return local(datetime.fromtimestamp(epoch_s, UTC)).date().isoformat() if epoch_s is not None else ""
    except (OverflowError, ValueError, OSError):
        return ""
