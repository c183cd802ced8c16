"""Before anybody is compelled (行政强制法 35, 36, 54): the party is demanded in writing to pay, may state the case again, and has ten
working days from receipt (69). Only then, and once the time of the remedies is over (53), is the court asked.

What the demand says holds: while it runs nothing is ordered on top and no other terms are agreed. Whoever wants that takes it back first.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import required
from casework.documents.issuing import void
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.penalties.case_events import (
    PenaltyDemanded,
    PenaltyDemandMade,
    PenaltyDemandRecalled,
    PenaltyEnded,
)
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_money import owed_fen
from casework.penalties.case_moving import CaseStep, take
from casework.penalties.case_papers import ABOUT, demand_paper, note_delivery
from casework.penalties.case_requests import STATEMENT, TERMS, open_requests
from casework.penalties.case_serving import Delivery, content_of, received_at
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict

REASON_AT_MOST = 200
"""As long as the reason for which a paper is void may be."""
ENFORCE_AT_MOST = 1_000


async def demand(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, expected_revision: int | None = None
) -> None:
    """Make the letter that demands what is owed and late. Raises NotFound, Forbidden, Conflict (not late, terms are asked for)."""

    async def fill(change: Change, row: PenaltyCase) -> None:
        _require_late(change, row)
        if await open_requests(row.id, *TERMS):
            raise Conflict("problem.penalty_case.terms_open")

    async def follow(change: Change, row: PenaltyCase) -> None:
        await demand_paper(desk, change, actor, row)

    step = CaseStep("demand", PenaltyDemandMade, fill=fill, follow=follow)
    await take(desk, actor, case_id, step, expected_revision)


async def serve_demand(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, delivery: Delivery, expected_revision: int | None = None
) -> None:
    """Note that the letter was received: the party's last time begins. Raises as `demand`, and Invalid."""

    async def fill(change: Change, row: PenaltyCase) -> None:
        if owed_fen(row) <= 0:
            raise Conflict("problem.penalty_case.nothing_owed")
        row.limit_started_at = await received_at(desk, change, row, delivery, row.state_since_at)

    async def follow(change: Change, row: PenaltyCase) -> None:
        await note_delivery(change, actor, row, Paper.PENALTY_DEMAND, delivery.way)

    step = CaseStep(
        "serve_demand",
        PenaltyDemanded,
        {"delivery": delivery.way},
        content_of(delivery),
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def recall_demand(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """Take the letter back: it is void, and what was decided stands as before. Raises as `demand`, and Invalid."""
    said = required(words, field="words", at_most=REASON_AT_MOST)

    async def follow(change: Change, row: PenaltyCase) -> None:
        letters = IssuedDocument.filter(
            about_kind=ABOUT, about_id=row.id, kind=Paper.PENALTY_DEMAND.value, voided_at=None
        )
        for one in await letters.order_by("id"):
            await void(change, actor, one.id, said)

    step = CaseStep("recall_demand", PenaltyDemandRecalled, {"words": said}, follow=follow)
    await take(desk, actor, case_id, step, expected_revision)


async def enforce(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """The court is asked to enforce it: what is owed, late and demanded in vain, once the time of the remedies is over.

    Raises as `demand`; Conflict too while the demand runs or a statement of the party's has no answer.
    """
    said = required(words, field="words", at_most=ENFORCE_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        _require_late(change, row)
        today = local(change.now).date()
        if row.lawsuit_due_on is None or today <= row.lawsuit_due_on:
            raise Conflict("problem.penalty_case.remedies_open")
        last = local(row.due_at).date() if row.due_at is not None else today
        if today <= last:
            on = {"year": last.year, "month": last.month, "day": last.day}
            raise Conflict("problem.penalty_case.demand_runs", **on)
        if await open_requests(row.id, STATEMENT):
            raise Conflict("problem.penalty_case.unanswered_demand")
        if await open_requests(row.id, *TERMS):
            raise Conflict("problem.penalty_case.terms_open")
        row.ended_words = said

    outcome = desk.documents.catalogue.text(f"penalty_case.state.{CaseState.ENFORCED}")
    step = CaseStep("enforce", PenaltyEnded, {"words": said}, telling={"outcome": outcome}, fill=fill)
    await take(desk, actor, case_id, step, expected_revision)


def _require_late(change: Change, row: PenaltyCase) -> None:
    today = local(change.now).date()
    if owed_fen(row) <= 0 or row.payment_due_on is None or today <= row.payment_due_on:
        raise Conflict("problem.penalty_case.not_late")
