"""After the decision: payments as the bank's receipts say, what is ordered on top for paying late, and the end.

Whoever decides does not collect (行政处罚法 67): a payment is noted from its receipt, nothing is taken.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import required
from casework.penalties.case_events import PenaltyEnded, PenaltyLateFineOrdered, PenaltyPaid
from casework.penalties.case_issuing import amount_fen
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_money import late_fine_at_most, owed_fen, yuan
from casework.penalties.case_moving import CaseStep, take
from casework.penalties.case_requests import STATEMENT, TERMS, RequestState, open_requests, settle
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase, PenaltyPayment
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

RECEIPT_AT_MOST, REASON_AT_MOST = 60, 1_000


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt of the bank. `act` makes a doubled form one payment; the same receipt is never noted twice."""

    amount: str
    receipt: str
    paid_on: date | None
    act: UUID | None = None


async def record_payment(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, new: NewPayment, expected_revision: int | None = None
) -> None:
    """Note it, whole or in part. Raises NotFound, Forbidden, Conflict, Invalid (more than is owed, the receipt is known)."""
    fen = amount_fen(new.amount, field="amount")
    receipt = required(new.receipt, field="receipt", at_most=RECEIPT_AT_MOST)
    if new.act is not None and await PenaltyPayment.filter(id=new.act, case_id=case_id).exists():
        return

    async def fill(change: Change, row: PenaltyCase) -> None:
        if await PenaltyPayment.filter(case_id=row.id, receipt=receipt).exists():
            raise Invalid("problem.penalty_case.receipt_known", field="receipt")
        today = local(change.now).date()
        decided_on = local(row.decided_at).date() if row.decided_at is not None else today
        if new.paid_on is None or not decided_on <= new.paid_on <= today:
            raise Invalid("problem.penalty_case.paid_on", field="paid_on")
        owed = owed_fen(row)
        if fen > owed:
            raise Invalid("problem.penalty_case.too_much", field="amount", owed=yuan(owed))
        await PenaltyPayment(
            id=new.act or change.ids.new(),
            case_id=row.id,
            fen=fen,
            paid_on=new.paid_on,
            receipt=receipt,
            recorded_at=change.now,
            recorded_by_id=actor.id,
        ).save(force_create=True)
        row.paid_fen += fen
        if owed_fen(row) == 0:
            row.paid_at = change.now
            await settle(change, actor, row.id, TERMS[0], RequestState.WITHDRAWN)
            await settle(change, actor, row.id, TERMS[1], RequestState.WITHDRAWN)

    content = {"fen": fen, "paid_on": new.paid_on.isoformat() if new.paid_on is not None else None}
    step = CaseStep("pay", PenaltyPaid, {"receipt": receipt}, content, fill=fill)
    try:
        await take(desk, actor, case_id, step, expected_revision)
    except Conflict:
        if new.act is None or not await PenaltyPayment.filter(id=new.act, case_id=case_id).exists():
            raise
        # Its double was a moment faster.


async def order_late_fine(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    amount: str,
    words: str,
    expected_revision: int | None = None,
) -> None:
    """Order an amount on top because the fine is late: never by itself, never more than the law allows that day.

    A second order replaces the first. Raises as `record_payment`.
    """
    fen = amount_fen(amount, field="amount")
    said = required(words, field="words", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        today = local(change.now).date()
        if row.payment_due_on is None or today <= row.payment_due_on:
            raise Conflict("problem.penalty_case.not_late")
        if await open_requests(row.id, *TERMS):
            raise Conflict("problem.penalty_case.terms_open")
        most = late_fine_at_most(row, today)
        if fen > most:
            raise Invalid("problem.penalty_case.late_fine", field="amount", most=yuan(most))
        row.late_fen, row.late_ordered_at = fen, change.now
        if owed_fen(row) > 0:
            row.paid_at = None

    step = CaseStep("order_late_fine", PenaltyLateFineOrdered, {"words": said}, {"fen": fen}, fill=fill)
    await take(desk, actor, case_id, step, expected_revision)


async def close(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """All of it is done. Raises as `record_payment`."""
    said = required(words, field="words", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        owed = owed_fen(row)
        if owed > 0:
            raise Conflict("problem.penalty_case.still_owed", owed=yuan(owed))
        # What was said after a demand that was then paid.
        await settle(change, actor, row.id, STATEMENT, RequestState.NOTED)
        row.ended_words = said

    outcome = desk.documents.catalogue.text(f"penalty_case.state.{CaseState.CLOSED}")
    step = CaseStep("close", PenaltyEnded, {"words": said}, telling={"outcome": outcome}, fill=fill)
    await take(desk, actor, case_id, step, expected_revision)
