"""The second step of a login: who has given the right password, on the way to the one-time code.

Between the steps nothing is stored: the form carries a ticket that names the person, is bound to this browser's visit
and to the password that was given, and lasts ten minutes. It opens nothing without a code.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from casework.people.staff import staff_by_id
from casework.people.views import StaffView
from web.console.door import ConsoleDoor

LASTS = timedelta(minutes=10)
_TICKET = re.compile(r"([0-9a-f-]{36})\.(\d{10,16})\.([0-9a-f]{64})", re.ASCII)


def ticket_for(door: ConsoleDoor, staff: StaffView, visit: str) -> str:
    """A ticket for somebody whose password was right just now."""
    at = int(door.clock.now().timestamp())
    return f"{staff.id}.{at}.{_mac(door, staff, at, visit)}"


async def behind(door: ConsoleDoor, ticket: str, visit: str) -> StaffView | None:
    """Whose ticket this is; None if it is forged, another browser's, over, or older than the password."""
    found = _TICKET.fullmatch(ticket)
    if found is None:
        return None
    at = int(found[2])
    age = door.clock.now() - datetime.fromtimestamp(at, UTC) if at < 2**34 else LASTS
    if not timedelta(0) <= age + timedelta(seconds=1) <= LASTS:
        return None
    try:
        staff = await staff_by_id(door.db, UUID(found[1]))
    except ValueError:
        return None
    if staff is None or not hmac.compare_digest(found[3], _mac(door, staff, at, visit)):
        return None
    return staff


def _mac(door: ConsoleDoor, staff: StaffView, at: int, visit: str) -> str:
    key = door.keys.derive("sessions", "second-step/1", 32)
    text = f"{staff.id}:{at}:{staff.password_changed_at.timestamp()}:{visit}".encode()
    return hmac.digest(key, text, "sha256").hex()
