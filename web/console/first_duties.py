"""What somebody has to do before anything else: choose a password of their own, set up a second factor."""

from __future__ import annotations

from urllib.parse import quote

from casework.people.views import StaffView
from web.console.door import ConsoleDoor

OWN_PASSWORD, SECOND_FACTOR = "/console/me/password", "/console/me/second-factor"


def due_first(door: ConsoleDoor, staff: StaffView) -> str:
    """Where this person has to go first; "" for somebody who may go anywhere."""
    if staff.password_is_given:
        return OWN_PASSWORD
    return SECOND_FACTOR if door.staff_rules.asks_second_factor(staff) else ""


def keeps_from(door: ConsoleDoor, staff: StaffView, path: str) -> str:
    """Where to go instead of `path`; "" where nothing keeps this person from it."""
    due = due_first(door, staff)
    return "" if not due or path == due or path.startswith(due + "/") else due


def leading_on(due: str, wanted: str) -> str:
    """The address of a first duty that leads on to where somebody wanted to go."""
    return f"{due}?next={quote(wanted, safe='')}"
