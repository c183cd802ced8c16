"""Reading penalty cases: one by its number, a party's own, an officer's lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.documents.opening import DocumentView, documents_of
from casework.documents.papers import Paper
from casework.penalties.access import ABOUT_CASE, case_behind, current_code
from casework.penalties.case_deciding import heard_until
from casework.penalties.case_lifecycle import HEARINGS, PENALTY, UNDECIDED, CaseState
from casework.penalties.case_limits import clock_of, enforce_until, limit, promised, reckoned
from casework.penalties.case_money import late_fine_at_most, next_instalment, owed_fen, plan_of, terms_of
from casework.penalties.case_moving import NOT_FOUND
from casework.penalties.case_papers import ABOUT, opened
from casework.penalties.case_requests import HEARING, STATEMENT, TERMS, RequestState, name_of
from casework.penalties.case_sight import may_see_case, narrowed
from casework.penalties.case_views import CaseLine, CasePage, CaseView, PaymentView, RequestFile, RequestView
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PartyRequestFile, PenaltyCase, PenaltyPayment
from casework.people.merging import members
from casework.people.models import Staff
from casework.permissions import Operation, may, require
from kit.calendar.explain import explain
from kit.clock import local
from kit.files.models import FileState, StoredFile
from kit.files.pdf import PDF
from kit.problems import NotFound
from kit.references import parse_reference

S = CaseState
ASKED = "asked"
TABS: Mapping[str, Q] = {
    ASKED: Q(ended_at=None),
    "deliver": Q(state__in=(S.ISSUED, S.DECIDED, S.DEMAND_MADE)),
    "heard": Q(state=S.NOTIFIED),
    "hearing": Q(state__in=HEARINGS),
    "proposed": Q(state=S.PROPOSED),
    "served": Q(state__in=(S.SERVED, S.DEMANDED)),
    "over": Q(ended_at__isnull=False),
}
"""Lists of the console, each a set of cases; the first is across all of them: what nobody has answered."""


async def cases(
    desk: PenaltyDesk, actor: Actor, tab: str, *, before: str = "", limit_to: int = 30
) -> CasePage:
    """An officer's list: what is due first comes first, what is over the newest first. `before` is a number of the page before."""
    require(actor, Operation.SEE_PENALTIES)
    found = _in_tab(actor, tab)
    start = await PenaltyCase.get_or_none(reference=before) if before else None
    if tab == "over":
        if start is not None:
            found = found.filter(
                Q(issued_at__lt=start.issued_at) | Q(issued_at=start.issued_at, id__lt=start.id)
            )
        found = found.order_by("-issued_at", "-id")
    else:
        if start is not None and start.due_at is not None:
            found = found.filter(Q(due_at__gt=start.due_at) | Q(due_at=start.due_at, id__gt=start.id))
        found = found.order_by("due_at", "id")
    rows = await found.limit(limit_to + 1)
    return CasePage(
        rows=await lines_of(desk, rows[:limit_to]),
        after=rows[limit_to - 1].reference if len(rows) > limit_to else "",
    )


async def case_counts(actor: Actor) -> dict[str, int]:
    """How many wait in each list but that of what is over. Raises Forbidden."""
    require(actor, Operation.SEE_PENALTIES)
    return {tab: await _in_tab(actor, tab).count() for tab in TABS if tab != "over"}


async def cases_of(desk: PenaltyDesk, account_id: UUID, limit_to: int = 50) -> tuple[CaseLine, ...]:
    """A party's own, the newest first: those of every account of the person. What is not delivered yet is not theirs to see."""
    ids = sorted(await members(account_id))
    rows = PenaltyCase.filter(
        account_id__in=ids, anonymised_at=None, advance_delivered_at__isnull=False
    ).order_by("-issued_at", "-id")
    return await lines_of(desk, await rows.limit(limit_to))


async def case_view(
    desk: PenaltyDesk, actor: Actor, reference: str, access_id: UUID | None = None
) -> CaseView:
    """One case. `access_id`: the reader came with the code of its paper. Raises NotFound."""
    parsed = parse_reference(reference)
    row = await PenaltyCase.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is None:
        raise NotFound(NOT_FOUND)
    by_code = access_id is not None and await case_behind(access_id) == row.id
    if not by_code and not await may_see_case(actor, row):
        raise NotFound(NOT_FOUND)
    if not by_code and actor.kind != "staff" and row.advance_delivered_at is None:
        raise NotFound(NOT_FOUND)
    return await _view(desk, actor, row)


async def files_of_requests(ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that a request holds."""
    found = await PartyRequestFile.filter(file_id__in=list(ids)).values_list("file_id", flat=True)
    return set(cast("list[UUID]", found))


async def lines_of(desk: PenaltyDesk, rows: Iterable[PenaltyCase]) -> tuple[CaseLine, ...]:
    """Cases as lines of a list."""
    listed = list(rows)
    waiting = PartyRequest.filter(
        case_id__in=[one.id for one in listed], state=RequestState.SENT.value
    ).values_list("case_id", flat=True)
    asked = Counter(cast("list[UUID]", await waiting))
    now = desk.db.clock.now()
    return tuple(_line(desk, one, now, asked[one.id]) for one in listed)


def _line(desk: PenaltyDesk, row: PenaltyCase, now: datetime, asked: int = 0) -> CaseLine:
    return CaseLine(
        id=row.id,
        reference=row.reference,
        ground_name=desk.ground_name(row.ground_code),
        party=opened(desk, row, "party_sealed"),
        state=row.state,
        state_name=desk.documents.catalogue.text(f"penalty_case.state.{row.state}"),
        issued_at=row.issued_at,
        due_at=row.due_at,
        clock=clock_of(row) or "",
        is_late=row.due_at is not None and row.due_at <= now,
        waits_until=heard_until(row) if row.state == S.NOTIFIED else None,
        hearing_at=row.hearing_at if row.state == S.HEARING_APPOINTED else None,
        owed_fen=owed_fen(row) if row.decided_at is not None else 0,
        revision=row.revision,
        open_requests=asked,
    )


async def _view(desk: PenaltyDesk, actor: Actor, row: PenaltyCase) -> CaseView:
    is_staff, now = actor.kind == "staff", desk.db.clock.now()
    requests = await _requests(desk, actor, row)
    names = await _names(row)
    found, clock = reckoned(desk, row), clock_of(row)
    number = opened(desk, row, "party_number_sealed")
    is_made = row.decided_at is not None
    shown = is_made and (is_staff or row.decision_delivered_at is not None)
    payments = PenaltyPayment.filter(case_id=row.id).order_by("recorded_at", "id")
    today = local(now).date()
    return CaseView(
        line=_line(desk, row, now, sum(one.state == RequestState.SENT for one in requests)),
        party_kind=row.party_kind,
        party_number=number if row.party_kind == "organisation" else _masked(number),
        address=opened(desk, row, "address_sealed"),
        place_text=row.place_text or "",
        facts=row.facts or "",
        evidence=row.evidence or "",
        basis=row.basis,
        intended=row.intended or "",
        amount_fen=row.amount_fen,
        allows_hearing=row.allows_hearing,
        filed_on=row.filed_on,
        advance_delivery=row.advance_delivery or "",
        advance_delivered_at=row.advance_delivered_at,
        statement_due_at=row.statement_due_at,
        hearing_due_at=row.hearing_due_at,
        waived_at=row.waived_at,
        hearing_at=row.hearing_at,
        hearing_place=row.hearing_place or "",
        hearing_host=names.get(row.hearing_host_id, ""),
        hearing_record=row.hearing_record or "",
        hearing_recorded_at=row.hearing_recorded_at,
        decision=(row.decision or "") if shown else "",
        decision_fen=row.decision_fen if shown else None,
        decides_penalty=row.decides_penalty,
        decided_at=row.decided_at if shown else None,
        decision_delivery=row.decision_delivery or "",
        decision_delivered_at=row.decision_delivered_at,
        payment_due_on=row.payment_due_on,
        terms=terms_of(row),
        next_instalment=next_instalment(row),
        late_fen=row.late_fen,
        late_ordered_at=row.late_ordered_at,
        late_fine_at_most=late_fine_at_most(row, today) if is_staff and row.state == S.SERVED else 0,
        paid_fen=row.paid_fen,
        payments=tuple(
            PaymentView(fen=one.fen, paid_on=one.paid_on, receipt=one.receipt, recorded_at=one.recorded_at)
            for one in await payments
        ),
        demanded_at=row.limit_started_at if row.state == S.DEMANDED and owed_fen(row) > 0 else None,
        enforce_until=enforce_until(desk, row) if is_staff and owed_fen(row) > 0 else None,
        reconsideration_until=row.review_due_on,
        lawsuit_until=row.lawsuit_due_on,
        ended_at=row.ended_at,
        ended_words=row.ended_words or "",
        requests=requests,
        papers=await _papers(row, is_staff=is_staff),
        reckoning=tuple(explain(found, desk.documents.catalogue)) if found is not None else (),
        limit_basis=promised(desk.section, clock).basis if found is not None and clock is not None else "",
        party_reckoning=_party_reckoning(desk, row),
        moves=_moves(actor, row, requests, now),
        officers=tuple(names[one] for one in (row.officer_id, row.second_officer_id) if one in names),
        proposed=(row.proposed or "") if is_staff else "",
        proposed_fen=row.proposed_fen if is_staff else None,
        proposed_by=names.get(row.proposed_by_id, "") if is_staff else "",
        proposed_at=row.proposed_at if is_staff else None,
        sent_back=(row.sent_back or "") if is_staff else "",
        review=(row.review or "") if is_staff else "",
        reviewed_by=names.get(row.reviewed_by_id, "") if is_staff else "",
        decided_by=names.get(row.decided_by_id, "") if is_staff else "",
        code=await current_code(desk, row.id, ABOUT_CASE) if may(actor, Operation.KEEP_PENALTIES) else "",
        is_linked=row.account_id is not None,
    )


async def _papers(row: PenaltyCase, *, is_staff: bool) -> tuple[DocumentView, ...]:
    """The party sees a decision, and a demand, once it is delivered, not before."""
    kept = await documents_of(ABOUT, row.id)
    if is_staff:
        return kept
    hidden = (Paper.PENALTY_DECISION, Paper.NO_PENALTY) if row.decision_delivered_at is None else ()
    return tuple(
        one
        for one in kept
        if one.paper not in hidden
        and (one.paper != Paper.PENALTY_DEMAND or row.state != S.DEMAND_MADE or one.delivered_at is not None)
    )


async def _names(row: PenaltyCase) -> dict[UUID | None, str]:
    people = (
        row.officer_id,
        row.second_officer_id,
        row.hearing_host_id,
        row.proposed_by_id,
        row.reviewed_by_id,
        row.decided_by_id,
    )
    found = Staff.filter(id__in=[one for one in people if one is not None])
    return {one.id: one.name for one in await found.only("id", "name")}


def _masked(number: str) -> str:
    return f"{number[:4]}**********{number[-4:]}" if number else ""


def _party_reckoning(desk: PenaltyDesk, row: PenaltyCase) -> tuple[str, ...]:
    """How the party's own limit is counted that runs now: to say something, or to pay."""
    if row.state == S.NOTIFIED and row.advance_delivered_at is not None:
        found = desk.calendar.due(limit(desk.section, "statement"), row.advance_delivered_at)
        return tuple(explain(found, desk.documents.catalogue))
    if row.state in (S.SERVED, S.DEMANDED) and owed_fen(row) > 0:
        found_to_pay = reckoned(desk, row)
        if found_to_pay is not None:
            return tuple(explain(found_to_pay, desk.documents.catalogue))
    return ()


async def _requests(desk: PenaltyDesk, actor: Actor, row: PenaltyCase) -> tuple[RequestView, ...]:
    rows = await PartyRequest.filter(case_id=row.id).order_by("-sent_at", "-id")
    held = await PartyRequestFile.filter(request_id__in=[one.id for one in rows]).order_by("position")
    files = {
        one.id: one
        for one in await StoredFile.filter(id__in=[each.file_id for each in held]).only(
            "id", "state", "sniffed_type", "bytes_size"
        )
    }
    text = desk.documents.catalogue.text

    def shown(one: PartyRequest) -> RequestView:
        mine = [files[each.file_id] for each in held if each.request_id == one.id and each.file_id in files]
        is_open = one.state == RequestState.SENT or (
            one.kind == HEARING and one.state == RequestState.ALLOWED and row.state in HEARINGS
        )
        return RequestView(
            id=one.id,
            kind=one.kind,
            kind_name=name_of(desk, one.kind),
            state=one.state,
            state_name=text(f"penalty_case.request_state.{one.state}"),
            words=one.words or "",
            plan=plan_of(one.plan),
            files=tuple(
                RequestFile(
                    file_id=each.id,
                    is_ready=each.state == FileState.READY.value,
                    is_pdf=each.sniffed_type == PDF,
                    bytes_size=each.bytes_size,
                )
                for each in mine
            ),
            sent_at=one.sent_at,
            due_at=one.due_at if one.state == RequestState.SENT else None,
            is_in_time=one.is_in_time,
            entered=one.entered_by_id is not None,
            outcome=text(f"penalty_case.outcome.{one.outcome}") if one.outcome else "",
            answer=one.answer or "",
            answered_at=one.answered_at,
            may_withdraw=is_open and row.ended_at is None,
        )

    return tuple(shown(one) for one in rows)


def _moves(
    actor: Actor, row: PenaltyCase, requests: tuple[RequestView, ...], now: datetime
) -> tuple[str, ...]:
    """What may be done now: one button each."""
    allowed = []
    for one in PENALTY.allowed(row.state, actor.roles):
        if actor.kind == "staff" and not acts_on(actor, frozenset(one.by), row.unit, None):
            continue
        if _is_possible(one.name, row, requests, now):
            allowed.append(one.name)
    return tuple(allowed)


def _is_possible(name: str, row: PenaltyCase, requests: tuple[RequestView, ...], now: datetime) -> bool:
    waiting = {one.kind for one in requests if one.state == RequestState.SENT}
    owed, today = owed_fen(row), local(now).date()
    is_late = row.payment_due_on is not None and today > row.payment_due_on and owed > 0
    match name:
        case "ask_hearing":
            in_time = row.hearing_due_at is not None and now < row.hearing_due_at
            return row.allows_hearing and in_time and row.waived_at is None and not row.hearing_recorded_at
        case "waive":
            return row.waived_at is None
        case "answer_statement":
            return STATEMENT in waiting
        case "answer_terms":
            return bool(waiting & set(TERMS))
        case "ask_terms":
            return owed > 0 and not waiting & set(TERMS)
        case "take_back":
            return False
        case "pay":
            return owed > 0
        case "close":
            return owed <= 0
        case "order_late_fine":
            return is_late
        case "demand":
            return is_late and not waiting & set(TERMS)
        case "serve_demand":
            return owed > 0
        case "enforce":
            demanded = row.due_at is not None and today > local(row.due_at).date()
            remedies_over = row.lawsuit_due_on is not None and today > row.lawsuit_due_on
            return is_late and demanded and remedies_over and not waiting & {STATEMENT, *TERMS}
        case "propose":
            until = heard_until(row)
            return (until is None or until <= now) and STATEMENT not in waiting
        case "record_hearing":
            return row.hearing_at is not None and row.hearing_at <= now
        case "serve_decision":
            return row.decides_penalty
        case "serve_no_penalty":
            return not row.decides_penalty
        case "state":
            return row.state in UNDECIDED or owed > 0
    return True


def _in_tab(actor: Actor, tab: str) -> QuerySet[PenaltyCase]:
    found = _seen(actor).filter(TABS[tab])
    if tab != ASKED:
        return found
    waiting = PartyRequest.filter(state=RequestState.SENT.value).values("case_id")
    return found.filter(id__in=Subquery(waiting))


def _seen(actor: Actor) -> QuerySet[PenaltyCase]:
    where = narrowed(actor)
    found = PenaltyCase.all()
    return found.filter(where) if where is not None else found
