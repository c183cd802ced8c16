"""Delivering the papers of a penalty case (行政处罚法 61): what was received when, and electronically only with consent before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import required
from casework.documents.papers import Paper
from casework.penalties.access import ABOUT_CASE, case_behind, give_code
from casework.penalties.case_events import PenaltyEnded, PenaltyNotified, PenaltyServed
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_limits import noon, received_by_public_notice
from casework.penalties.case_moving import NOT_FOUND, CaseStep, locked, take, told
from casework.penalties.case_papers import advance_notice, note_delivery
from casework.penalties.delivery_consents import NAME_AT_MOST, consent_of, sign
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

HANDED_OVER, LEFT, BY_POST, ONLINE, PUBLIC = "window", "left", "post", "online", "public"
WAYS = (HANDED_OVER, LEFT, BY_POST, ONLINE, PUBLIC)


@dataclass(frozen=True)
class Delivery:
    """How and when: `on` is the day it was received, or with PUBLIC the day it was published; None for today."""

    way: str
    on: date | None = None


async def serve_notice(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, delivery: Delivery, expected_revision: int | None = None
) -> None:
    """Note that the notice was received: the party's time to state the case begins. Raises NotFound, Forbidden, Conflict, Invalid."""

    async def fill(change: Change, row: PenaltyCase) -> None:
        row.advance_delivered_at = await received_at(desk, change, row, delivery, row.issued_at)
        row.advance_delivery = delivery.way

    async def follow(change: Change, row: PenaltyCase) -> None:
        await note_delivery(change, actor, row, Paper.PENALTY_NOTICE, delivery.way)
        change.emit(told(PenaltyNotified, row, change, {"due_at": row.statement_due_at}), row.id)

    step = CaseStep(
        "serve_notice",
        None,
        {"delivery": delivery.way},
        content_of(delivery),
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def serve_decision(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, delivery: Delivery, expected_revision: int | None = None
) -> None:
    """The same for the decision: the time to pay and that of the remedies begin. One without a penalty is over then."""
    before = await PenaltyCase.get_or_none(id=case_id)
    is_penalty = before is None or before.decides_penalty

    async def fill(change: Change, row: PenaltyCase) -> None:
        if row.decided_at is None:
            raise Conflict("problem.penalty_case.moved_on")
        row.decision_delivered_at = await received_at(desk, change, row, delivery, row.decided_at)
        row.decision_delivery = delivery.way

    async def follow(change: Change, row: PenaltyCase) -> None:
        paper = Paper.PENALTY_DECISION if row.decides_penalty else Paper.NO_PENALTY
        await note_delivery(change, actor, row, paper, delivery.way)

    outcome = desk.documents.catalogue.text(f"penalty_case.state.{CaseState.NO_PENALTY}")
    step = CaseStep(
        "serve_decision" if is_penalty else "serve_no_penalty",
        PenaltyServed if is_penalty else PenaltyEnded,
        {"delivery": delivery.way},
        content_of(delivery),
        telling={} if is_penalty else {"outcome": outcome},
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def renew_code(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, expected_revision: int | None = None
) -> None:
    """End the code that was given out, for a paper in wrong hands, and print the notice with another. Raises as `serve_notice`."""

    async def follow(change: Change, row: PenaltyCase) -> None:
        code = await give_code(change, desk, row.id, ABOUT_CASE)
        await advance_notice(desk, change, actor, row, code)

    await take(desk, actor, case_id, CaseStep("renew_code", follow=follow), expected_revision)


async def consent_in_case(desk: PenaltyDesk, actor: Actor, access_id: UUID, signed_name: str) -> None:
    """Sign the consent to electronic delivery on the page of a case that was opened with its code; the case is the account's
    from now on. Raises NotFound (the code is revoked), Forbidden (nobody signed in), Invalid.
    """
    name = required(signed_name, field="signed_name", at_most=NAME_AT_MOST)
    account_id = _signed_in(actor)

    async def work(change: Change) -> None:
        row = await _behind(change, actor, access_id)
        await sign(desk, change, actor, account_id, row, name)

    await desk.db.change(work)


async def link_case(desk: PenaltyDesk, actor: Actor, access_id: UUID) -> None:
    """Put the case that was opened with its code among one's own. One that is somebody else's already stays theirs."""
    account_id = _signed_in(actor)

    async def work(change: Change) -> None:
        row = await _behind(change, actor, access_id)
        if row.account_id is not None:
            return
        row.account_id, row.updated_at = account_id, change.now
        await row.save(update_fields=["account_id", "updated_at"])
        await change.audit(row.id, actor, "penalty_case.link", {})

    await desk.db.change(work)


def _signed_in(actor: Actor) -> UUID:
    if actor.kind != "citizen" or actor.id is None:
        raise Forbidden("problem.penalty.sign_in_first")
    return actor.id


async def _behind(change: Change, actor: Actor, access_id: UUID) -> PenaltyCase:
    case_id = await case_behind(access_id)
    if case_id is None:
        raise NotFound(NOT_FOUND)
    return await locked(change, actor, case_id, access_id)


async def received_at(
    desk: PenaltyDesk, change: Change, row: PenaltyCase, delivery: Delivery, made_at: datetime
) -> datetime:
    """When a paper that was made at `made_at` was received. Raises Invalid."""
    if delivery.way not in WAYS:
        raise Invalid("problem.penalty.delivery", field="delivery")
    today, made_on = local(change.now).date(), local(made_at).date()
    if delivery.way == ONLINE:
        consent = await consent_of(row.party_index, row.account_id)
        if consent is None:
            # 行政处罚法 61: only where the party has agreed and signed, and only to whoever did: a case may be in the account
            # of somebody else who held its code.
            raise Invalid("problem.penalty.no_consent", field="delivery")
        row.account_id = row.account_id or consent.account_id
        return change.now
    on = delivery.on or today
    if not made_on <= on <= today:
        raise Invalid("problem.penalty_case.delivered_on", field="delivered_on")
    if delivery.way == PUBLIC:
        on = received_by_public_notice(desk, on)
        if on > today:
            until = {"year": on.year, "month": on.month, "day": on.day}
            raise Invalid("problem.penalty_case.public_notice", field="delivered_on", **until)
    return change.now if on == today else noon(on)


def content_of(delivery: Delivery) -> Mapping[str, object]:
    """What the audit chain says of a delivery."""
    on = delivery.on.isoformat() if delivery.on is not None else None
    return {"delivery": delivery.way, "on": on}
