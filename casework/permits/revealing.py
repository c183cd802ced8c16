"""Looking at what is masked of an applicant. Each look is one entry in the chain, as with complaints."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.permissions import PERMISSIONS, Operation, require
from casework.permits.desk import PermitDesk
from casework.permits.hearing_models import PermitParty
from casework.permits.moving import OWN, locked, note, refused_as_own
from casework.permits.papers import particulars
from casework.permits.written import TABLE
from kit.db import Change
from kit.problems import Forbidden


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Who applies, in clear; "" for what was not given."""

    holder: str = ""
    holder_number: str = ""
    phone: str = ""
    agent: str = ""

    def __repr__(self) -> str:
        return "Applicant()"


async def reveal_applicant(desk: PermitDesk, actor: Actor, application_id: UUID) -> Applicant:
    """Name, number and telephone in clear for whoever handles it. Raises NotFound, Forbidden."""
    require(actor, Operation.SEE_APPLICANT_CLEARLY)

    async def work(change: Change) -> Applicant | None:
        row = await locked(change, actor, application_id)
        roles = PERMISSIONS[Operation.SEE_APPLICANT_CLEARLY]
        if not acts_on(actor, roles, row.unit, row.assignee_id):
            raise Forbidden("problem.permit.not_your_unit")
        if await refused_as_own(desk, change, actor, row, "reveal"):
            return None
        data = particulars(desk, row)
        phone = ""
        if row.phone_sealed is not None and row.anonymised_at is None:
            phone = desk.sealer.open(
                bytes(row.phone_sealed), table=TABLE, column="phone_sealed", row_id=row.id
            )
        shown = ["holder", "holder_number", "phone", "agent"]
        if await PermitParty.filter(application_id=row.id).exists():
            # Those who were told stand on the same page with their numbers.
            shown.append("parties")
        await note(change, actor, row, "reveal", {"shown": shown})
        return Applicant(holder=data.holder, holder_number=data.holder_number, phone=phone, agent=data.agent)

    found = await desk.db.change(work)
    if found is None:
        raise Forbidden(OWN)
    return found
