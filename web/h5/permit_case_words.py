"""An application as its own page says it: where it stands, until when, how that was reckoned, who was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from casework.documents.opening import DocumentView
from casework.permits.heard_views import Heard, HearingView
from casework.permits.lifecycle import CoSignatureState, State
from casework.permits.views import ApplicationView, ClockView, CorrectionView
from kit.clock import SHANGHAI
from web.h5.door import H5Door
from web.h5.permit_preview import span_said
from web.h5.permit_screens import ClockLine, Organ
from web.h5.permit_words import span_words, yes_no
from web.h5.screens import Fact, Link

PAPERS = "/h5/papers"


def plain_state(door: H5Door, view: ApplicationView) -> str:
    """What the state means, and what happens next, in a sentence."""
    line = view.line
    if line.is_paused:
        return door.words.text("h5_permits.plain.paused")
    if view.is_deemed and line.state == "accepted":
        return door.words.text("h5_permits.plain.deemed")
    if line.state == State.DELIVERED:
        acts = {one.act for one in view.history}
        outcome = next((one for one in ("grant", "deny") if one in acts), "")
        return door.words.text(
            f"h5_permits.plain.delivered_{outcome}" if outcome else "h5_permits.plain.delivered"
        )
    if view.refund_fen is not None and line.state in (State.APPROVED, State.PAID_OUT):
        amount = f"{view.refund_fen / 100:,.2f}"
        if view.paid_on is None:
            return door.words.text("h5_permits.plain.approved_sum", amount=amount)
        paid_on = door.words.day(datetime.combine(view.paid_on, time(), SHANGHAI))
        return door.words.text("h5_permits.plain.paid_out_sum", amount=amount, paid_on=paid_on)
    return door.words.text(f"h5_permits.plain.{line.state}")


def is_refused(view: ApplicationView) -> bool:
    """Whether the bureau said no, so that there are remedies."""
    acts = {one.act for one in view.history}
    return not acts.isdisjoint(("deny", "refuse"))


def clock_lines(door: H5Door, view: ApplicationView) -> tuple[ClockLine, ...]:
    """The limits with their arithmetic."""
    return tuple(_clock(door, one) for one in view.clocks)


def correction_facts(request: CorrectionView | None) -> tuple[Fact, ...]:
    """What is to be put right, item by item."""
    if request is None:
        return ()
    return tuple(Fact(name=one.name, words=one.wrong) for one in request.items)


def survey_facts(door: H5Door, view: ApplicationView) -> tuple[Fact, ...]:
    """Who comes when, and what was found."""
    text, found = door.words.text, []
    for one in view.surveys:
        if one.cancelled_at is not None:
            continue
        who = "、".join(name for name in one.officers if name)
        if one.recorded_at is None:
            at = one.meeting_at or one.due_at
            said = (
                text("h5_permits.case.survey_coming", at=door.words.moment(at))
                if at
                else text("h5_permits.case.survey_soon")
            )
            found.append(Fact(name=said, words=text("h5_permits.case.survey_who", who=who)))
            continue
        words = [text("h5_permits.case.survey_who", who=who)]
        if one.measured_area_m2 is not None:
            words.append(text("h5_permits.case.survey_area", area=f"{one.measured_area_m2:g}"))
        if one.outcome:
            words.append(text(f"h5_permits.outcome.{one.outcome}"))
        if one.findings:
            words.append(one.findings)
        at = one.arrived_at or one.recorded_at
        found.append(
            Fact(name=text("h5_permits.case.surveyed", at=door.words.moment(at)), words="\n".join(words))
        )
    return tuple(found)


def organ_lines(door: H5Door, view: ApplicationView) -> tuple[Organ, ...]:
    """Other organs that have a say, with their time: whose lateness it was is no secret."""
    text, found = door.words.text, []
    for one in view.organs:
        asked = door.words.moment(one.asked_at)
        due = door.words.end(one.due_at) if one.due_at is not None else ""
        if one.answered_at is not None:
            words = text(
                "h5_permits.organ.answered",
                asked=asked,
                at=door.words.moment(one.answered_at),
                opinion=text(f"h5_permits.opinion.{one.opinion}"),
            )
        elif one.state == CoSignatureState.ASKED:
            words = text("h5_permits.organ.waiting", asked=asked, due=due)
        else:
            words = text("h5_permits.organ.not_waited", asked=asked, due=due)
        found.append(Organ(name=one.name, words=words, is_late=one.is_late))
    return tuple(found)


def heard_facts(door: H5Door, heard: Heard) -> tuple[Fact, ...]:
    """What the applicant may say and has said, and the hearing. Nothing of the others but that they were told."""
    text, moment, found = door.words.text, door.words.moment, []
    for party in heard.parties:
        if party.may_ask_hearing:
            found.append(
                Fact(
                    name=text("h5_permits.heard.right"),
                    words=text("h5_permits.heard.right_until", due=moment(party.due_at)),
                )
            )
    for said in heard.statements:
        words = [said.words]
        if said.files:
            words.append(text("h5_permits.heard.attached", count=len(said.files)))
        if said.outcome:
            outcome = text(f"permit_said.outcome.{said.outcome}")
            words.append(text("h5_permits.heard.weighed", outcome=outcome, why=said.why))
        name = text("h5_permits.heard.you_said", at=moment(said.said_at))
        found.append(Fact(name=name, words="\n".join(words)))
    found += [
        Fact(name=text(f"permit_hearing.state.{one.state}"), words=_hearing(door, one))
        for one in heard.hearings
    ]
    return tuple(found)


def _hearing(door: H5Door, one: HearingView) -> str:
    text, moment = door.words.text, door.words.moment
    if one.meeting_at is not None and one.state in ("arranged", "held"):
        return text(
            "h5_permits.heard.meeting", at=moment(one.meeting_at), place=one.place, presider=one.presider
        )
    if one.state == "called":
        return text("h5_permits.heard.hold_by", at=moment(one.due_at))
    return text(f"permit_said.hearing.{one.cause}")


def paper_links(door: H5Door, papers: Iterable[DocumentView]) -> tuple[Link, ...]:
    """The papers, each to be opened."""
    text, found, papers = door.words.text, [], tuple(papers)
    after = {one.replaces_id: one.number or "" for one in papers if one.replaces_id is not None}
    for one in papers:
        name = text(f"document.name.{one.paper}")
        words = text("h5_permits.case.paper", name=name, number=one.number) if one.number else name
        if one.voided_at is not None:
            successor = after.get(one.id, "")
            void = "paper_replaced" if successor else "paper_void"
            words = text(f"h5_permits.case.{void}", paper=words, reason=one.void_reason, number=successor)
        found.append(Link(href=f"{PAPERS}/{one.id}", words=words))
    return tuple(found)


def said_facts(door: H5Door, view: ApplicationView) -> tuple[Fact, ...]:
    """What was filled in, as it was submitted."""
    return tuple(
        Fact(
            name=one.name,
            words=span_said(door, one.value)
            if one.type == "time_span"
            else yes_no(door, one.value)
            if one.type == "yes_no"
            else one.value,
        )
        for one in view.fields
    )


def history_facts(door: H5Door, view: ApplicationView) -> tuple[Fact, ...]:
    """What happened, the latest first."""
    return tuple(
        Fact(name=door.words.moment(one.at), words=door.words.text(f"h5_permits.by.{one.by}", act=one.name))
        for one in reversed(view.history)
    )


def _clock(door: H5Door, one: ClockView) -> ClockLine:
    text, tone = door.words.text, "brand"
    if one.is_paused:
        words, tone = text("h5_permits.clock.paused"), "soon"
    elif one.met_at is not None:
        key = "late" if one.is_missed else "kept"
        due = door.words.end(one.due_at) if one.due_at is not None else ""
        words = text(f"h5_permits.clock.{key}", at=door.words.moment(one.met_at), due=due)
        tone = "late" if one.is_missed else "good"
    elif one.due_at is None:
        words = text("h5_permits.clock.paused")
    else:
        key = "missed" if one.is_missed else "until"
        words = text(f"h5_permits.clock.{key}", due=door.words.end(one.due_at))
        tone = "late" if one.is_missed else tone
    began = text(
        "h5_permits.clock.began",
        at=door.words.moment(one.started_at),
        span=span_words(door, one.unit, one.amount),
    )
    return ClockLine(
        name=text(f"h5_permits.time_name.{one.name}"),
        words=words,
        tone=tone,
        lines=(began, *one.lines),
        basis=one.basis,
    )
