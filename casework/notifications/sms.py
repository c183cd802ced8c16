"""Text messages: a port, and a stand-in that only writes down that one would have gone out.

Off unless the bureau's profile says otherwise, and used by rules that list the way. A real provider is a class with
this one method; what the text may say is agreed with the provider beforehand, message by message.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import structlog

from casework.complaints.models import Complaint
from casework.notifications.channel import SendOutcome, Sent
from casework.people import phones
from casework.permits.models import PermitApplication
from kit.sealing import FieldSealer, mask_phone

SMS = "sms"
_log = structlog.get_logger("sms")


class SmsSender(Protocol):
    """Sends one text. `Retry` only when it certainly did not go out; what nobody can tell is `Uncertain`."""

    async def send(self, phone: str, text: str) -> SendOutcome: ...


class LoggedSms:
    """Sends nothing. The log has the masked number and the length, never the words."""

    async def send(self, phone: str, text: str) -> SendOutcome:
        _log.info("sms.logged", phone=mask_phone(phone), characters=len(text))
        return Sent(SMS)


async def phone_of(sealer: FieldSealer, case_id: UUID | None, account_id: UUID) -> str | None:
    """The number to text a citizen at: the one left with this case, else the person's own verified one."""
    row = await Complaint.filter(id=case_id).only("id", "phone_sealed").first() if case_id else None
    if row is not None and row.phone_sealed:
        return sealer.open(bytes(row.phone_sealed), table="complaint", column="phone", row_id=row.id)
    return await phones.own_phone(sealer, account_id)


async def phone_at_window(sealer: FieldSealer, application_id: UUID) -> str | None:
    """The number that was left with an application at the window, while it is nobody's account."""
    rows = PermitApplication.filter(id=application_id, account_id=None, anonymised_at=None)
    row = await rows.only("id", "phone_sealed").first()
    if row is None or row.phone_sealed is None:
        return None
    return sealer.open(
        bytes(row.phone_sealed), table="permit_application", column="phone_sealed", row_id=row.id
    )
