"""What is held of a party's penalty cases for the person's own export, and forgetting it when its time is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from casework.actors import Actor
from casework.documents.forgetting import forget_papers
from casework.penalties.case_money import plan_of
from casework.penalties.case_moving import note
from casework.penalties.case_papers import ABOUT, TABLE
from casework.penalties.models import PartyRequest, PenaltyAccess, PenaltyCase, PenaltyPayment
from kit.db import Change
from kit.sealing import FieldSealer

Plain = dict[str, object]


async def penalty_case_holdings(sealer: FieldSealer, account_ids: Collection[UUID]) -> dict[str, list[Plain]]:
    """As plain values; drafts and reviews within the bureau are no part of it, nor a decision before it is delivered."""
    ids = sorted(account_ids)
    rows = PenaltyCase.filter(
        account_id__in=ids, anonymised_at=None, advance_delivered_at__isnull=False
    ).order_by("issued_at", "id")
    return {"penalty_cases": [await _case(sealer, row) for row in await rows]}


async def forget_case(
    change: Change, actor: Actor, row: PenaltyCase, content: Mapping[str, object] | None = None
) -> None:
    """Within a change, on a locked case that is over: empty what names its party or was said, the numbers of the bank's receipts
    and the papers; its audit chain, state, sums and dates stay. `content` says in the chain by which rule.
    """
    row.account_id = row.party_number_sealed = row.address_sealed = row.phone_sealed = None
    row.party_sealed, row.party_index = b"", ""
    row.facts = row.evidence = row.intended = row.place_text = row.hearing_place = None
    row.proposed = row.decision = row.review = row.sent_back = row.hearing_record = row.ended_words = None
    row.anonymised_at = row.updated_at = change.now
    await row.save()
    said = PartyRequest.filter(case_id=row.id)
    await said.update(words=None, answer=None, account_id=None)
    codes = PenaltyAccess.filter(about_kind=ABOUT, about_id=row.id, revoked_at=None)
    await codes.update(revoked_at=change.now)
    await forget_papers(change, ABOUT, [row.id])
    for number, paid in enumerate(
        await PenaltyPayment.filter(case_id=row.id).order_by("recorded_at", "id"), 1
    ):
        # By its receipt the bank knows who paid.
        paid.receipt = f"-{number}"
        await paid.save(update_fields=["receipt"])
    await note(change, actor, row, "anonymise", content or {})


async def _case(sealer: FieldSealer, row: PenaltyCase) -> Plain:
    is_served = row.decision_delivered_at is not None
    return {
        "reference": row.reference,
        "party": sealer.open(row.party_sealed, table=TABLE, column="party_sealed", row_id=row.id),
        "address": sealer.open(row.address_sealed, table=TABLE, column="address_sealed", row_id=row.id)
        if row.address_sealed
        else "",
        "facts": row.facts,
        "evidence": row.evidence,
        "basis": row.basis,
        "intended": row.intended,
        "amount_fen": row.amount_fen,
        "state": row.state,
        "notified_at": row.advance_delivered_at,
        "decision": row.decision if is_served else None,
        "decision_fen": row.decision_fen if is_served else None,
        "decision_delivered_at": row.decision_delivered_at,
        "payment_due_on": row.payment_due_on,
        "paid_fen": row.paid_fen,
        "late_fen": row.late_fen,
        "requests": [
            {
                "kind": one.kind,
                "words": one.words,
                "plan": [{"on": part.on, "fen": part.fen} for part in plan_of(one.plan)],
                "sent_at": one.sent_at,
                "state": one.state,
                "outcome": one.outcome,
                "answer": one.answer,
            }
            for one in await PartyRequest.filter(case_id=row.id).order_by("sent_at", "id")
        ],
    }
