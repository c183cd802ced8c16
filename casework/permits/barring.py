"""Who deceived the bureau about a permit that concerns safety may not have it for a time (行政许可法 78, 79).

One year after a false application was turned down, three after a permit was undone because it was got by deceit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import FRAUD
from casework.permits.models import Permit, PermitApplication
from kit.clock import local
from kit.problems import Conflict

YEAR = timedelta(days=365)


async def barred_until(desk: PermitDesk, row: PermitApplication) -> datetime | None:
    """Until when this applicant may not have a permit of this kind; None where nothing bars them."""
    kind = desk.section.kind(row.kind)
    if kind is None or not kind.is_safety or row.holder_index is None:
        return None
    false = PermitApplication.filter(
        holder_index=row.holder_index, kind=row.kind, has_false_materials=True
    ).exclude(id=row.id)
    undone = Permit.filter(holder_index=row.holder_index, kind=row.kind, end_cause=FRAUD)
    ends = [(one.decided_at or one.updated_at) + YEAR for one in await false]
    ends += [one.ended_at + 3 * YEAR for one in await undone if one.ended_at is not None]
    return max((one for one in ends if one > row.submitted_at), default=None)


async def require_not_barred(desk: PermitDesk, row: PermitApplication) -> None:
    """Raise Conflict where the law bars the applicant from asking at all."""
    until = await barred_until(desk, row)
    if until is not None:
        raise Conflict("problem.permit.barred", until=f"{local(until):%Y-%m-%d}")
