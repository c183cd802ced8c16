"""What hangs on a unit: while something does, it cannot be taken out of the profile."""

from __future__ import annotations

from datetime import date

from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.models import Complaint
from casework.people.staff_grants import units_in_use
from casework.scene_codes.models import SceneCode


async def uses_of(unit: str, on: date) -> tuple[str, ...]:
    """Some of "cases" (not over), "people" (with a role there on this day), "codes" (not retired)."""
    final = [str(state) for state in COMPLAINT.final]
    found = []
    if await Complaint.filter(unit=unit).exclude(state__in=final).exists():
        found.append("cases")
    if unit in await units_in_use(on):
        found.append("people")
    if await SceneCode.filter(unit=unit, retired_at=None).exists():
        found.append("codes")
    return tuple(found)
