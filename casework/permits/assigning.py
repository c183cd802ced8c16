"""Whose application it is to handle."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.sending import hold_officer
from casework.people.staff import staff_ids_with_role
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationAssigned
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Invalid

HANDLERS = (Role.WINDOW_CLERK, Role.APPROVER, Role.HEAD)


async def assign(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    assignee_id: UUID,
    *,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Give it to a member of staff who handles applications in its unit. Raises Invalid (field `assignee_id`)."""

    async def fill(change: Change, row: PermitApplication) -> None:
        today = local(change.now).date()
        for role in HANDLERS:
            if assignee_id in await staff_ids_with_role(role, row.unit, today):
                break
        else:
            raise Invalid("problem.permit.assignee", field="assignee_id")
        await hold_officer(change, assignee_id)
        row.assignee_id = assignee_id

    step = PermitStep(
        move="assign", tell=ApplicationAssigned, content={"assignee_id": str(assignee_id)}, fill=fill
    )
    return await take(desk, actor, application_id, step, expected_revision)
