"""The code by which an enterprise says how a visit was. It never passes through the hands of those who visited.

It is derived from the visit's id with a key of the ring, only its hash is kept. The project's own account finds it on its page;
for others a head who was not there gives it out, by telephone or letter, and the chain says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permissions import Operation, require
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import VisitState
from casework.projects.models import EnterpriseVisit, Project
from casework.projects.sight import NOT_FOUND, sees
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""No 0/O, 1/I, U/V: the code is told by telephone and typed on a phone."""
_LENGTH, _SHOWN = 16, 10
_READ_AS = str.maketrans({"U": "V"})


class OwnVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that the project's own people may rate."""

    on: date
    purpose: str
    code: str


def rating_code(desk: ProjectDesk, visit_id: UUID) -> str:
    """The code, in groups of four: 79 bits that nobody guesses without the keys."""
    number = int.from_bytes(desk.sealer.blind_index(str(visit_id), purpose="visit_rating"))
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, _LENGTH, 4))


def code_hash(typed: str) -> str:
    """What is kept of it, the same however it is written."""
    letters = "".join(char for char in typed[:80].upper() if char.isascii() and char.isalnum())
    return hashlib.sha256(letters.translate(_READ_AS).encode()).hexdigest()


async def give_code(desk: ProjectDesk, actor: Actor, visit_id: UUID) -> str:
    """The code, for a head who hands it to the enterprise. Raises NotFound, Forbidden, Conflict for a visit nobody can rate."""
    require(actor, Operation.KEEP_PROJECTS)

    async def work(change: Change) -> str:
        row = await change.lock(EnterpriseVisit, visit_id)
        if row is None or not sees(actor, row):
            raise NotFound(NOT_FOUND)
        if actor.is_for(row.officer_id) or actor.is_for(row.second_officer_id):
            raise Forbidden("problem.visit.own_code")
        if row.state != VisitState.ENDED or row.rated_at is not None or is_over(desk, row):
            raise Conflict("problem.visit.no_code")
        await change.audit(row.id, actor, "enterprise_visit.give_code", {})
        return rating_code(desk, row.id)

    return await desk.db.change(work)


async def own_visits(
    desk: ProjectDesk, project_id: UUID, account_ids: Collection[UUID]
) -> tuple[OwnVisit, ...]:
    """Visits to a project that its own people may still rate, the latest first; none for everybody else."""
    project = await Project.get_or_none(id=project_id)
    if project is None or project.account_id not in account_ids:
        return ()
    rows = EnterpriseVisit.filter(project_id=project_id, state=VisitState.ENDED.value, rated_at=None)
    return tuple(
        OwnVisit(
            on=local(row.ended_at or row.updated_at).date(),
            purpose=row.purpose,
            code=rating_code(desk, row.id),
        )
        for row in await rows.order_by("-ended_at", "-id").limit(_SHOWN)
        if not is_over(desk, row)
    )


def is_over(desk: ProjectDesk, row: EnterpriseVisit) -> bool:
    """Whether the time to rate it is over."""
    days = timedelta(days=desk.section.rating_days)
    return row.ended_at is None or desk.db.clock.now() - row.ended_at > days
