"""What every event of a case carries, taken from the row as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from casework.complaints.desk import Desk
from casework.complaints.models import Complaint


class Common(TypedDict):
    """The fields of `ComplaintEvent`."""

    complaint_id: UUID
    reference: str
    account_id: UUID | None
    at: datetime
    category_name: str
    unit: str | None
    assignee_id: UUID | None


def common(desk: Desk, row: Complaint) -> Common:
    """`at` is when the row was last moved."""
    return Common(
        complaint_id=row.id,
        reference=row.reference,
        account_id=row.account_id,
        at=row.updated_at,
        category_name=desk.policy.category_name(row.category),
        unit=row.unit,
        assignee_id=row.assignee_id,
    )
