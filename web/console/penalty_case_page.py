"""One penalty case as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from casework.documents.opening import DocumentView
from casework.documents.register import successors
from casework.penalties.case_lifecycle import OWING, CaseState
from casework.penalties.case_money import yuan
from casework.penalties.case_views import CaseView, RequestView
from casework.permissions import Operation
from kit.clock import local
from web.console.document_words import OPENED
from web.console.door import ConsoleDoor
from web.console.penalty_case_forms import Refused, acts_of
from web.console.penalty_case_screens import CaseDetail, RequestCard
from web.console.penalty_case_words import case_address, day, plan_lines, state_chip
from web.console.penalty_screens import PaperRow
from web.console.screens import Chip, Fact, Link, Note, Tone
from web.console.visitor import Visitor

_TONES: dict[str, Tone] = {"sent": "soon", "allowed": "good", "refused": "late"}


async def detail_of(
    door: ConsoleDoor, visitor: Visitor, view: CaseView, notes: tuple[Note, ...], refused: Refused | None
) -> CaseDetail:
    """All of it, in words."""
    text, line, now = door.words.text, view.line, door.clock.now()
    own = case_address(line.reference)
    may_void, after = visitor.may(Operation.VOID_PAPERS), await successors(view.papers)
    typed = refused.typed.get("act", "") if refused is not None else ""
    return CaseDetail(
        reference=line.reference,
        revision=str(line.revision),
        key=typed or door.db.ids.new().hex,
        title=line.ground_name,
        state=state_chip(line),
        due=door.words.time_left(line.due_at, now) if line.due_at is not None else None,
        due_words=text(f"console_penalty_cases.clock.{line.clock}") if line.clock else "",
        next=_next(door, view, now),
        facts=_facts(door, view, now),
        told=view.facts,
        told_facts=_told(door, view, now),
        requests=tuple(_request(door, view, one, now) for one in view.requests),
        hearing=_hearing(door, view, now),
        draft=_draft(door, view, now),
        decision=_decision(door, view, now),
        money=_money(door, view, now),
        papers=tuple(
            PaperRow(
                href=f"{own}/papers/{one.id}",
                name=text(f"document.name.{one.paper}"),
                number=one.number or "",
                at=door.words.moment(one.issued_at, now),
                void=_void(door, one, after),
                void_href=f"{OPENED}/{one.id}/void" if may_void and one.voided_at is None else "",
            )
            for one in view.papers
        ),
        reckoning=view.reckoning,
        basis=view.limit_basis,
        acts=await acts_of(door, view, refused),
        code=view.code if "renew_code" in view.moves else "",
        notes=notes,
    )


def _void(door: ConsoleDoor, paper: DocumentView, after: Mapping[UUID, str]) -> str:
    if paper.voided_at is None:
        return ""
    if after.get(paper.id):
        return door.words.text(
            "console_documents.list.void_replaced", reason=paper.void_reason, number=after[paper.id]
        )
    return door.words.text("console_documents.list.void", reason=paper.void_reason)


def _next(door: ConsoleDoor, view: CaseView, now: datetime) -> str:
    text, line = door.words.text, view.line
    if any(one.kind == "statement" and one.state == "sent" for one in view.requests):
        is_demanded = line.state in OWING
        return text(f"console_penalty_cases.next.{'unanswered_demand' if is_demanded else 'unanswered'}")
    if line.waits_until is not None and line.waits_until > now:
        return text("console_penalty_cases.next.waits", at=door.words.end(line.waits_until, now))
    if line.state == CaseState.PROPOSED and view.hearing_recorded_at is not None and not view.review:
        return text("console_penalty_cases.next.review")
    if line.state in OWING:
        if line.owed_fen <= 0:
            return text("console_penalty_cases.next.close")
        if any(one.kind in ("instalment", "delay") and one.state == "sent" for one in view.requests):
            return text("console_penalty_cases.next.terms")
        if line.state == CaseState.DEMANDED:
            return _next_demanded(door, view, now)
        if line.is_late and line.state == CaseState.SERVED:
            return text("console_penalty_cases.next.late")
    key = f"console_penalty_cases.next.{line.state}"
    return text(key) if door.words.catalogue.has(key) else ""


def _next_demanded(door: ConsoleDoor, view: CaseView, now: datetime) -> str:
    text, due_at = door.words.text, view.line.due_at
    if due_at is not None and now < due_at:
        return text("console_penalty_cases.next.demanded", until=door.words.end(due_at, now))
    if "enforce" in view.moves and view.enforce_until is not None:
        return text("console_penalty_cases.next.enforceable", until=day(door, view.enforce_until))
    if view.lawsuit_until is not None and local(now).date() <= view.lawsuit_until:
        return text("console_penalty_cases.next.remedies", lawsuit=day(door, view.lawsuit_until))
    return text("console_penalty_cases.next.demand_over")


def _named(door: ConsoleDoor, found: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    text = door.words.text
    return tuple(
        Fact(name=text(f"console_penalty_cases.field.{name}"), words=words) for name, words in found if words
    )


def _facts(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    join = door.words.text("console_penalties.join")
    return _named(
        door,
        (
            ("party", view.line.party),
            ("party_number", view.party_number),
            ("address", view.address),
            ("place_text", view.place_text),
            ("evidence", view.evidence),
            ("basis", view.basis),
            ("officers", join.join(view.officers)),
            ("filed_on", day(door, view.filed_on)),
            ("issued", door.words.moment(view.line.issued_at, now)),
            ("ended", door.words.moment(view.ended_at, now) if view.ended_at is not None else ""),
            ("ended_words", view.ended_words),
        ),
    )


def _told(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    text = door.words.text
    hearing = "yes" if view.allows_hearing else "no"
    return _named(
        door,
        (
            ("intended", view.intended),
            ("amount", _yuan(door, view.amount_fen)),
            ("allows_hearing", text(f"console_penalty_cases.hearing_allowed.{hearing}")),
            ("advance_delivery", _delivered(door, view.advance_delivery, view.advance_delivered_at, now)),
            ("statement_until", door.words.end(view.statement_due_at, now) if view.statement_due_at else ""),
            ("hearing_until", door.words.end(view.hearing_due_at, now) if view.hearing_due_at else ""),
            ("waived", door.words.moment(view.waived_at, now) if view.waived_at is not None else ""),
        ),
    )


def _hearing(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    at = view.hearing_at
    return _named(
        door,
        (
            ("at", door.words.moment(at, now) if at is not None else ""),
            ("place", view.hearing_place),
            ("host", view.hearing_host),
            ("hearing_record", view.hearing_record),
        ),
    )


def _draft(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    if not view.proposed or view.decided_at is not None:
        return ()
    penalty = "penalty" if view.decides_penalty else "no_penalty"
    return _named(
        door,
        (
            ("penalty", door.words.text(f"console_penalty_cases.penalty.{penalty}")),
            ("proposed", view.proposed),
            ("fine", _yuan(door, view.proposed_fen)),
            ("proposed_by", view.proposed_by),
            ("review", view.review),
            ("reviewed_by", view.reviewed_by),
            ("sent_back", view.sent_back),
        ),
    )


def _decision(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    if view.decided_at is None:
        return ()
    return _named(
        door,
        (
            ("decision", view.decision),
            ("fine", _yuan(door, view.decision_fen)),
            ("decided", door.words.moment(view.decided_at, now)),
            ("decided_by", view.decided_by),
            ("decision_delivery", _delivered(door, view.decision_delivery, view.decision_delivered_at, now)),
            ("reconsideration", day(door, view.reconsideration_until) if view.reconsideration_until else ""),
            ("lawsuit", day(door, view.lawsuit_until) if view.lawsuit_until else ""),
        ),
    )


def _money(door: ConsoleDoor, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    if view.decision_delivered_at is None or not view.decision_fen:
        return ()
    paid = (
        door.words.text(
            "console_penalty_cases.payment",
            day=day(door, one.paid_on),
            yuan=yuan(one.fen),
            receipt=one.receipt,
        )
        for one in view.payments
    )
    return _named(
        door,
        (
            ("pay_until", day(door, view.payment_due_on) if view.payment_due_on is not None else ""),
            ("terms", "\n".join(plan_lines(door, view.terms))),
            ("demanded", day(door, local(view.demanded_at).date()) if view.demanded_at is not None else ""),
            (
                "demand_until",
                door.words.end(view.line.due_at, now)
                if view.demanded_at is not None and view.line.due_at is not None
                else "",
            ),
            (
                "enforce_until",
                day(door, view.enforce_until)
                if view.enforce_until is not None and view.line.state == CaseState.DEMANDED
                else "",
            ),
            ("late", _yuan(door, view.late_fen) if view.late_fen else ""),
            ("paid", "\n".join(paid)),
            ("owed", _yuan(door, view.line.owed_fen)),
        ),
    )


def _request(door: ConsoleDoor, view: CaseView, one: RequestView, now: datetime) -> RequestCard:
    text = door.words.text
    own = case_address(view.line.reference)
    return RequestCard(
        title=one.kind_name,
        state=Chip(words=one.outcome or one.state_name, tone=_TONES.get(one.state, "plain")),
        at=door.words.moment(one.sent_at, now),
        in_time=text(f"console_penalty_cases.in_time.{'yes' if one.is_in_time else 'no'}")
        + (text("console_penalty_cases.entered") if one.entered else ""),
        words=one.words,
        plan=plan_lines(door, one.plan),
        files=tuple(
            Link(
                href=f"{own}/files/{file.file_id}" if file.is_ready else "",
                words=text(f"console_penalty_cases.{'pdf' if file.is_pdf else 'photo'}", number=number),
            )
            for number, file in enumerate(one.files, start=1)
        ),
        answer=one.answer,
        due=door.words.time_left(one.due_at, now) if one.due_at is not None else None,
    )


def _yuan(door: ConsoleDoor, fen: int | None) -> str:
    return door.words.text("console_penalty_cases.yuan", yuan=yuan(fen)) if fen is not None else ""


def _delivered(door: ConsoleDoor, way: str, at: datetime | None, now: datetime) -> str:
    text = door.words.text
    if at is None:
        return text("console_penalties.not_delivered")
    how = text(f"penalty_case.delivery.{way}")
    return text("console_penalties.delivered", how=how, at=door.words.moment(at, now))
