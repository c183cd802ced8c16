"""What becomes of what was said: each statement is adopted or not, with a reason, before there can be a decision.

No decision is made while somebody's time to speak runs and they have not answered, nor before a hearing that was called is held. The
decision's paper says what became of each statement, and names the record on which it rests (行政许可法 36, 48).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, digest, moment_params, required
from casework.permits.desk import PermitDesk
from casework.permits.hearing_calls import OPEN, cause_for, held_hearing
from casework.permits.hearing_models import PermitHearing, PermitParty, PermitStatement
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take
from casework.permits.party_rows import STATEMENT, opened, parties_of, statements_of
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

Outcome = Literal["adopted", "partly", "not_adopted"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""采纳、部分采纳、不采纳。"""


async def weigh_statement(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    statement_id: UUID,
    *,
    outcome: Outcome,
    reason: str,
    expected_revision: int | None = None,
) -> None:
    """Say what becomes of a statement, and why; again until the decision. Raises NotFound, Forbidden, Conflict, Invalid."""
    if outcome not in OUTCOMES:
        raise Invalid("problem.permit.statement_outcome", field="statement_outcome")
    why = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        one = await change.lock(PermitStatement, statement_id)
        if one is None or one.application_id != row.id:
            raise NotFound("problem.permit.statement_not_found")
        one.outcome, one.weighed_at, one.weighed_by_id = outcome, change.now, actor.id
        one.why_sealed = desk.sealer.seal(why, table=STATEMENT, column="why_sealed", row_id=one.id)
        await one.save()

    content = {"statement": statement_id, "outcome": outcome, "reason_digest": digest(desk.sealer, why)}
    step = PermitStep("weigh_statement", None, {"outcome": outcome, "reason": why}, content, fill=fill)
    await take(desk, actor, application_id, step, expected_revision)


async def require_heard(desk: PermitDesk, actor: Actor, row: PermitApplication, now: datetime) -> None:
    """Raise Conflict where somebody is still to be heard, Forbidden for who led the hearing."""
    if await PermitHearing.filter(application_id=row.id, state__in=OPEN).exists():
        raise Conflict("problem.permit.hearing_open")
    waiting = [one for one in await parties_of(row.id) if _waits(one, now)]
    if waiting:
        until = local(max(one.due_at for one in waiting))
        raise Conflict("problem.permit.parties_waiting", count=len(waiting), until=f"{until:%Y-%m-%d %H:%M}")
    unweighed = [one for one in await statements_of(row.id) if one.outcome is None]
    if unweighed:
        raise Conflict("problem.permit.statements_unweighed", count=len(unweighed))
    held = await held_hearing(row.id)
    if held is None and row.act != "cancel" and cause_for(desk, row) == "ordered":
        raise Conflict("problem.permit.hearing_ordered")
    if held is not None and held.presider_id == actor.id:
        raise Forbidden("problem.permit.presider_decides")


async def heard_lines(desk: PermitDesk, row: PermitApplication) -> tuple[str, ...]:
    """What became of each statement, as the decision says it. The others are not named: the applicant reads it."""
    text, found = desk.documents.catalogue.text, []
    whose = {one.id: one.is_applicant for one in await parties_of(row.id)}
    for one in await statements_of(row.id):
        key = "own" if whose.get(one.party_id) else "other"
        found.append(
            text(
                f"permit_said.heard.{key}",
                words=opened(desk, one, "words_sealed"),
                outcome=text(f"permit_said.outcome.{one.outcome}"),
                why=opened(desk, one, "why_sealed"),
            )
        )
    return tuple(found)


async def hearing_line(desk: PermitDesk, row: PermitApplication) -> str:
    """The hearing and its record, as the decision names them; empty where none was held."""
    held = await held_hearing(row.id)
    if held is None or held.held_at is None:
        return ""
    return desk.documents.catalogue.text("permit_said.hearing_held", **moment_params("held", held.held_at))


def _waits(party: PermitParty, now: datetime) -> bool:
    return party.answer is None and party.due_at > now
