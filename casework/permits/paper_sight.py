"""Who may open the papers about an application, and about a permit that came of it."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.permissions import Operation, may
from casework.permits.hearing_models import PermitParty
from casework.permits.models import Permit, PermitApplication
from casework.permits.sight import may_see


async def sees_papers_of_application(actor: Actor, application_id: UUID) -> bool:
    """Applicants those of their own; staff where they see the application and may see whose it is."""
    row = await PermitApplication.get_or_none(id=application_id)
    if row is None or (actor.kind == "staff" and not may(actor, Operation.SEE_APPLICANT)):
        return False
    return await may_see(actor, row)


async def sees_papers_of_party(actor: Actor, party_id: UUID) -> bool:
    """Staff where they see the application and may see whose it is; the applicant does not: it is somebody else's letter."""
    party = await PermitParty.get_or_none(id=party_id) if actor.kind == "staff" else None
    return party is not None and await sees_papers_of_application(actor, party.application_id)


async def sees_papers_of_permit(actor: Actor, permit_id: UUID) -> bool:
    """As of its application."""
    permit = await Permit.get_or_none(id=permit_id)
    return permit is not None and await sees_papers_of_application(actor, permit.application_id)
