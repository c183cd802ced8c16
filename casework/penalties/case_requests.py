"""What a party says and asks in a penalty case, and what becomes of it. An officer may note what came on paper or by mouth.

A statement is always taken in before the decision, also late (`is_in_time`); a hearing only within its limit; terms of
payment only with a plan that adds up. A doubled form is one request: `act` is its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import required
from casework.penalties.case_events import PenaltyAnswered, PenaltyStated, PenaltyTermsAsked
from casework.penalties.case_lifecycle import HEARINGS, CaseState
from casework.penalties.case_limits import limit
from casework.penalties.case_money import Instalment, kept_plan, owed_fen, plan_of
from casework.penalties.case_moving import CaseStep, take
from casework.penalties.case_papers import terms_paper
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PartyRequestFile, PenaltyCase
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

STATEMENT, HEARING, WAIVER, INSTALMENT, DELAY = "statement", "hearing", "waiver", "instalment", "delay"
TERMS = (INSTALMENT, DELAY)
MOVES = {
    STATEMENT: "state",
    HEARING: "ask_hearing",
    WAIVER: "waive",
    INSTALMENT: "ask_terms",
    DELAY: "ask_terms",
}
OUTCOMES = ("adopted", "partly", "not_adopted")
WORDS_AT_MOST, ANSWER_AT_MOST, FILES_AT_MOST = 4_000, 2_000, 9
FILE_KIND = "party_material"
"""What files of a party are for: photos, or PDFs as they came."""
LAST_AT_MOST = timedelta(days=2 * 366)


class RequestState(StrEnum):
    """Where a request stands."""

    SENT = "sent"
    ANSWERED = "answered"
    ALLOWED = "allowed"
    REFUSED = "refused"
    NOTED = "noted"
    WITHDRAWN = "withdrawn"


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is said or asked. `files` are those the door knows to be the sender's, `plan` that of instalments or a delay."""

    kind: str
    words: str
    plan: tuple[Instalment, ...] = ()
    files: tuple[UUID, ...] = ()
    act: UUID | None = None


async def send_request(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    new: NewRequest,
    *,
    access_id: UUID | None = None,
    expected_revision: int | None = None,
) -> None:
    """Take it in. Raises NotFound, Forbidden, Conflict (too late, one is open already), Invalid (`field` says where)."""
    if new.kind not in MOVES:
        raise Invalid("problem.penalty_case.request_kind", field="kind")
    words = required(new.words, field="words", at_most=WORDS_AT_MOST)
    if len(new.files) > FILES_AT_MOST:
        raise Invalid("problem.penalty.too_many_photos", field="photos", at_most=FILES_AT_MOST)
    if new.act is not None and await PartyRequest.filter(id=new.act, case_id=case_id).exists():
        return

    async def fill(change: Change, row: PenaltyCase) -> None:
        await _require_possible(desk, change, row, new)
        id = new.act or change.ids.new()
        if new.act is not None and await PartyRequest.filter(id=new.act).exists():
            raise Conflict("problem.penalty_case.moved_on")
        state = RequestState.NOTED if new.kind == WAIVER else RequestState.SENT
        due_at = desk.calendar.due(limit(desk.section, "answer"), change.now).at
        await PartyRequest(
            id=id,
            case_id=row.id,
            reference=row.reference,
            account_id=actor.id if actor.kind == "citizen" else None,
            kind=new.kind,
            words=words,
            plan=kept_plan(new.plan) if new.plan else None,
            state=state.value,
            sent_at=change.now,
            # The time for a hearing is that of the case itself; a waiver needs no answer.
            due_at=due_at if new.kind not in (HEARING, WAIVER) else None,
            is_in_time=_is_in_time(row, new.kind, change),
            unit=row.unit,
            officer_id=row.officer_id,
            entered_by_id=actor.id if actor.kind == "staff" else None,
            revision=1,
        ).save(force_create=True)
        for position, file_id in enumerate(new.files, start=1):
            await PartyRequestFile(
                id=change.ids.new(), request_id=id, file_id=file_id, position=position
            ).save(force_create=True)
        if new.kind == WAIVER:
            row.waived_at = change.now

    content = {"kind": new.kind, "files": len(new.files)}
    step = CaseStep(
        MOVES[new.kind],
        PenaltyTermsAsked if new.kind in TERMS else PenaltyStated,
        {"words": words},
        content,
        telling={"what": name_of(desk, new.kind)},
        fill=fill,
    )
    try:
        await take(desk, actor, case_id, step, expected_revision, access_id)
    except Conflict:
        if new.act is None or not await PartyRequest.filter(id=new.act, case_id=case_id).exists():
            raise
        # Its double was a moment faster.


async def withdraw_request(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, request_id: UUID, *, access_id: UUID | None = None
) -> None:
    """Take a request back that is not answered yet. That of a hearing goes back to where it was asked for."""
    found = await PartyRequest.get_or_none(id=request_id, case_id=case_id)
    if found is None:
        raise NotFound("problem.penalty_case.no_request")

    async def fill(change: Change, row: PenaltyCase) -> None:
        request = await _open_request(change, row, request_id, also=RequestState.ALLOWED)
        if request.state == RequestState.ALLOWED and (request.kind != HEARING or row.state not in HEARINGS):
            raise Conflict("problem.penalty_case.answered")
        request.state, request.revision = RequestState.WITHDRAWN.value, request.revision + 1
        request.due_at = None
        await request.save()
        if request.kind == HEARING:
            row.hearing_at = row.hearing_place = row.hearing_host_id = None

    step = CaseStep(
        "drop_hearing" if found.kind == HEARING else "take_back",
        PenaltyStated,
        content={"kind": found.kind},
        telling={
            "what": desk.documents.catalogue.text("penalty_case.taken_back", what=name_of(desk, found.kind))
        },
        fill=fill,
    )
    await take(desk, actor, case_id, step, None, access_id)


async def answer_statement(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    request_id: UUID,
    outcome: str,
    words: str,
    expected_revision: int | None = None,
) -> None:
    """Say what became of what the party said, with reasons (行政处罚法 45). Raises as `send_request`."""
    said = required(words, field="words", at_most=ANSWER_AT_MOST)
    if outcome not in OUTCOMES:
        raise Invalid("problem.penalty_case.outcome", field="outcome")

    async def fill(change: Change, row: PenaltyCase) -> None:
        request = await _open_request(change, row, request_id, kinds=(STATEMENT,))
        await _answered(change, actor, request, RequestState.ANSWERED, said, outcome)

    step = CaseStep(
        "answer_statement",
        PenaltyAnswered,
        {"words": said},
        {"outcome": outcome},
        telling=_telling(desk, STATEMENT, f"penalty_case.outcome.{outcome}"),
        fill=fill,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def answer_terms(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    request_id: UUID,
    plan: Sequence[Instalment],
    words: str,
    *,
    allowed: bool,
    expected_revision: int | None = None,
) -> None:
    """Allow to pay later or in parts, by `plan` (the party's own where it is empty), or refuse; with reasons and its paper.

    The head answers: 行政处罚法 66 asks for the organ's approval. Raises as `send_request`.
    """
    said = required(words, field="words", at_most=ANSWER_AT_MOST)
    found = await PartyRequest.get_or_none(id=request_id, case_id=case_id)
    if found is None or found.kind not in TERMS:
        raise NotFound("problem.penalty_case.no_request")
    agreed = tuple(plan) or plan_of(found.plan)

    async def fill(change: Change, row: PenaltyCase) -> None:
        request = await _open_request(change, row, request_id, kinds=TERMS)
        if allowed and row.state != CaseState.SERVED:
            raise Conflict("problem.penalty_case.recall_first")
        if allowed:
            require_plan(desk, change, row, request.kind, agreed)
            row.terms, row.limit_started_at = kept_plan(agreed), change.now
            request.plan = kept_plan(agreed)
        state = RequestState.ALLOWED if allowed else RequestState.REFUSED
        await _answered(change, actor, request, state, said)

    async def follow(change: Change, row: PenaltyCase) -> None:
        given = agreed if allowed else ()
        await terms_paper(desk, change, actor, row, kind=found.kind, plan=given, reasons=said)

    outcome = f"penalty_case.request_state.{RequestState.ALLOWED if allowed else RequestState.REFUSED}"
    step = CaseStep(
        "answer_terms",
        PenaltyAnswered,
        {"words": said},
        {"kind": found.kind, "allowed": allowed, "parts": len(agreed) if allowed else 0},
        telling=_telling(desk, found.kind, outcome),
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, case_id, step, expected_revision)


def require_plan(
    desk: PenaltyDesk, change: Change, row: PenaltyCase, kind: str, plan: Sequence[Instalment]
) -> None:
    """Raise Invalid unless the plan pays exactly what is owed, on days to come, one after another."""
    most = desk.section.instalments_at_most if kind == INSTALMENT else 1
    least = 2 if kind == INSTALMENT else 1
    if not least <= len(plan) <= most:
        key = "problem.penalty_case.parts" if kind == INSTALMENT else "problem.penalty_case.delay_until"
        raise Invalid(key, field="plan", at_most=most)
    today, days = local(change.now).date(), [one.on for one in plan]
    if days != sorted(set(days)) or days[0] <= today or days[-1] > today + LAST_AT_MOST:
        raise Invalid("problem.penalty_case.plan_days", field="plan")
    if any(one.fen <= 0 for one in plan) or sum(one.fen for one in plan) != owed_fen(row):
        yuan_owed, yuan_planned = (
            f"{fen / 100:.2f}" for fen in (owed_fen(row), sum(one.fen for one in plan))
        )
        raise Invalid("problem.penalty_case.plan_sum", field="plan", owed=yuan_owed, planned=yuan_planned)


async def open_requests(case_id: UUID, *kinds: str) -> list[PartyRequest]:
    """Requests of these kinds nobody has answered yet, the oldest first."""
    rows = PartyRequest.filter(case_id=case_id, state=RequestState.SENT.value, kind__in=kinds)
    return await rows.order_by("sent_at", "id")


async def settle(change: Change, actor: Actor, case_id: UUID, kind: str, state: RequestState) -> None:
    """What is open of this kind has become what it asked for."""
    for request in await open_requests(case_id, kind):
        request.state, request.answered_at, request.answered_by_id = state.value, change.now, actor.id
        request.revision += 1
        await request.save()


def name_of(desk: PenaltyDesk, kind: str) -> str:
    """What a kind of request is called."""
    return desk.documents.catalogue.text(f"penalty_case.request.{kind}")


def even_plan(owed: int, parts: int, first_on: date) -> tuple[Instalment, ...]:
    """What is owed in as many nearly equal parts, a month of thirty days apart: what a form begins with."""
    each, rest = divmod(owed, parts)
    return tuple(
        Instalment(first_on + timedelta(days=30 * number), each + (rest if number == parts - 1 else 0))
        for number in range(parts)
    )


async def _require_possible(desk: PenaltyDesk, change: Change, row: PenaltyCase, new: NewRequest) -> None:
    if new.kind == HEARING:
        if not row.allows_hearing:
            raise Conflict("problem.penalty_case.no_hearing")
        if row.hearing_recorded_at is not None:
            raise Conflict("problem.penalty_case.was_heard")
        if row.waived_at is not None:
            raise Conflict("problem.penalty_case.waived")
        if row.hearing_due_at is None or row.hearing_due_at <= change.now:
            raise Conflict("problem.penalty_case.hearing_too_late")
    if new.kind == WAIVER and row.waived_at is not None:
        raise Conflict("problem.penalty_case.waived")
    if new.kind in TERMS:
        if owed_fen(row) <= 0:
            raise Conflict("problem.penalty_case.nothing_owed")
        if await open_requests(row.id, *TERMS):
            raise Conflict("problem.penalty_case.terms_open")
        require_plan(desk, change, row, new.kind, new.plan)


def _is_in_time(row: PenaltyCase, kind: str, change: Change) -> bool:
    if kind in TERMS:
        # The day it falls due counts in full.
        return row.payment_due_on is None or local(change.now).date() <= row.payment_due_on
    ends_at = row.due_at if row.state == CaseState.DEMANDED else row.statement_due_at
    return ends_at is None or change.now < ends_at


async def _open_request(
    change: Change,
    row: PenaltyCase,
    request_id: UUID,
    *,
    kinds: Sequence[str] = tuple(MOVES),
    also: RequestState | None = None,
) -> PartyRequest:
    request = await change.lock(PartyRequest, request_id)
    if request is None or request.case_id != row.id or request.kind not in kinds:
        raise NotFound("problem.penalty_case.no_request")
    if request.state not in (RequestState.SENT, also):
        raise Conflict("problem.penalty_case.answered")
    return request


async def _answered(
    change: Change,
    actor: Actor,
    request: PartyRequest,
    state: RequestState,
    words: str,
    outcome: str | None = None,
) -> None:
    request.state, request.answer, request.outcome = state.value, words, outcome
    request.answered_at, request.answered_by_id = change.now, actor.id
    request.due_at = None
    request.revision += 1
    await request.save()


def _telling(desk: PenaltyDesk, kind: str, outcome_key: str) -> Mapping[str, object]:
    return {"what": name_of(desk, kind), "outcome": desk.documents.catalogue.text(outcome_key)}
