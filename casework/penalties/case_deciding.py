"""Deciding a penalty case: an officer drafts, a legal reviewer looks after a hearing (行政处罚法 58), the head releases (57).

Nothing is decided before the party's time is over or given up, nor while something the party said is unanswered (62), and
nothing heavier than what the party was told of (45).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import required
from casework.documents.issuing import void
from casework.documents.models import IssuedDocument
from casework.penalties.access import ABOUT_CASE, current_code
from casework.penalties.case_events import (
    PenaltyDecided,
    PenaltyEnded,
    PenaltyProposed,
    PenaltyReviewed,
    PenaltySentBack,
)
from casework.penalties.case_issuing import amount_fen
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_moving import CaseStep, take
from casework.penalties.case_papers import ABOUT, decision_paper
from casework.penalties.case_requests import STATEMENT, RequestState, open_requests
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PenaltyCase
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid

DECISION_AT_MOST, REVIEW_AT_MOST, REASON_AT_MOST = 2_000, 1_000, 1_000


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer drafts. `fine` in yuan, "" for none; `is_penalty` false where no penalty is imposed."""

    words: str
    fine: str = ""
    is_penalty: bool = True


async def propose(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, proposal: Proposal, expected_revision: int | None = None
) -> None:
    """Draft the decision. Raises NotFound, Forbidden, Conflict (too early, something unanswered), Invalid (heavier than told)."""
    words = required(proposal.words, field="words", at_most=DECISION_AT_MOST)
    fine = amount_fen(proposal.fine, field="fine") if proposal.is_penalty and proposal.fine.strip() else None

    async def fill(change: Change, row: PenaltyCase) -> None:
        await require_heard(row, change.now)
        if (fine or 0) > (row.amount_fen or 0):
            # 行政处罚法 44, 45: something heavier would have to be told of first.
            raise Invalid("problem.penalty_case.heavier", field="fine")
        row.proposed, row.proposed_fen, row.decides_penalty = words, fine, proposal.is_penalty
        row.proposed_at, row.proposed_by_id = change.now, actor.id
        row.review = row.reviewed_at = row.reviewed_by_id = row.sent_back = None

    step = CaseStep(
        "propose",
        PenaltyProposed,
        {"words": words},
        {"fine_fen": fine, "penalty": proposal.is_penalty},
        fill=fill,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def review(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """Pass the draft as to the law. Raises as `propose`."""
    said = required(words, field="words", at_most=REVIEW_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        if actor.id in _authors(row):
            raise Forbidden("problem.penalty_case.own_draft")
        row.review, row.reviewed_at, row.reviewed_by_id = said, change.now, actor.id

    await take(
        desk,
        actor,
        case_id,
        CaseStep("review", PenaltyReviewed, {"words": said}, fill=fill),
        expected_revision,
    )


async def send_back(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """Do not release the draft, and say why. Raises as `propose`."""
    said = required(words, field="words", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        row.sent_back = said

    await take(
        desk,
        actor,
        case_id,
        CaseStep("send_back", PenaltySentBack, {"words": said}, fill=fill),
        expected_revision,
    )


async def decide(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, expected_revision: int | None = None
) -> None:
    """Release the draft as it is, with its paper. Raises as `propose`."""

    async def fill(change: Change, row: PenaltyCase) -> None:
        if actor.id in _authors(row):
            raise Forbidden("problem.penalty_case.own_draft")
        if row.hearing_recorded_at is not None and row.reviewed_at is None:
            raise Conflict("problem.penalty_case.not_reviewed")
        await require_heard(row, change.now)
        row.decision, row.decision_fen = row.proposed, row.proposed_fen
        row.decided_at, row.decided_by_id = change.now, actor.id

    async def follow(change: Change, row: PenaltyCase) -> None:
        code = await current_code(desk, row.id, ABOUT_CASE)
        await decision_paper(desk, change, actor, row, await _heard(desk, row), code)

    await take(
        desk, actor, case_id, CaseStep("decide", PenaltyDecided, fill=fill, follow=follow), expected_revision
    )


async def end(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    move: str,
    words: str,
    expected_revision: int | None = None,
) -> None:
    """Revoke the decision, or withdraw the notice before there was one; what the party holds is void then. Raises as `propose`.

    `move`: "revoke" or "withdraw".
    """
    said = required(words, field="words", at_most=REASON_AT_MOST)
    state = {"revoke": CaseState.REVOKED, "withdraw": CaseState.WITHDRAWN}.get(move)
    if state is None:
        raise Conflict("problem.penalty_case.moved_on")

    async def fill(change: Change, row: PenaltyCase) -> None:
        row.ended_words = said
        undone = PartyRequest.filter(case_id=row.id, state=RequestState.SENT.value)
        await undone.update(state=RequestState.WITHDRAWN.value, due_at=None)

    async def follow(change: Change, row: PenaltyCase) -> None:
        papers = IssuedDocument.filter(about_kind=ABOUT, about_id=row.id, voided_at=None)
        for paper in await papers.order_by("id"):
            await void(change, actor, paper.id, said)

    outcome = desk.documents.catalogue.text(f"penalty_case.state.{state}")
    step = CaseStep(
        move, PenaltyEnded, {"words": said}, telling={"outcome": outcome}, fill=fill, follow=follow
    )
    await take(desk, actor, case_id, step, expected_revision)


async def require_heard(row: PenaltyCase, now: datetime) -> None:
    """Raise Conflict while the party may still say something in time, or has not been answered."""
    if row.advance_delivered_at is None or row.statement_due_at is None:
        raise Conflict("problem.penalty_case.not_told")
    if row.waived_at is None:
        ends_at = row.statement_due_at
        if row.hearing_due_at is not None and row.hearing_recorded_at is None:
            ends_at = max(ends_at, row.hearing_due_at)
        if now < ends_at:
            raise Conflict("problem.penalty_case.too_early")
    if await open_requests(row.id, STATEMENT):
        raise Conflict("problem.penalty_case.unanswered")


def heard_until(row: PenaltyCase) -> datetime | None:
    """Until when the decision has to wait for the party; None where the notice is not delivered or nothing is waited for."""
    if row.waived_at is not None or row.statement_due_at is None:
        return None
    if row.hearing_due_at is None or row.hearing_recorded_at is not None:
        return row.statement_due_at
    return max(row.statement_due_at, row.hearing_due_at)


async def _heard(desk: PenaltyDesk, row: PenaltyCase) -> str:
    """What the decision says about what the party said: whether it was adopted, and why not."""
    text = desk.documents.catalogue.text
    rows = PartyRequest.filter(case_id=row.id, kind=STATEMENT, state=RequestState.ANSWERED.value)
    said = [
        text(f"penalty_case.paper.heard_{one.outcome}", why=one.answer or "")
        for one in await rows.order_by("sent_at", "id")
    ]
    if row.hearing_recorded_at is not None:
        said.append(text("penalty_case.paper.heard_hearing"))
    if row.waived_at is not None:
        said.append(text("penalty_case.paper.heard_waived"))
    return "".join(said) or text("penalty_case.paper.heard_nothing")


def _authors(row: PenaltyCase) -> set[UUID | None]:
    """Who drafted, and whose case it is: they release nothing."""
    return {row.proposed_by_id, row.officer_id, row.second_officer_id}
