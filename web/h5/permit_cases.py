"""One's own applications: the list with what is being filled in and what was granted, and one with all there is to know."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.documents.opening import documents_of
from casework.people.merging import members
from casework.permits import drafts
from casework.permits.detail import application_view
from casework.permits.heard_views import heard_by_applicant
from casework.permits.held import permit_of
from casework.permits.lifecycle import State
from casework.permits.models import Permit
from casework.permits.papers import ABOUT_PERMIT
from casework.permits.parties import ANSWERS
from casework.permits.queries import my_applications
from casework.permits.rating import RATED_IN
from casework.permits.views import ApplicationLine, ApplicationView
from kit.problems import Invalid, Problem
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.held_files import files_said_by_applicant, serve_statement_file, statement_links
from web.h5.permit_case_words import (
    clock_lines,
    correction_facts,
    heard_facts,
    history_facts,
    is_refused,
    organ_lines,
    paper_links,
    plain_state,
    said_facts,
    survey_facts,
)
from web.h5.permit_screens import ApplicationPage, ApplicationRow, OwnForm, OwnPermitsPage
from web.h5.permit_words import (
    CARDS,
    OWN,
    PERMITS,
    TONES,
    act_named,
    fee_fact,
    permit_standing,
    promise_words,
)
from web.h5.screens import Fact, Link, Option
from web.h5.visitor import Visitor

ROWS, PERMITS_SHOWN = 20, 10
DONE = frozenset({"saved", "discarded", "submitted", "withdraw", "rate", "corrected", "claimed", "state"})
_NOT_TAKEN = (State.SUBMITTED, State.CORRECTION_REQUESTED)
SCORES = ("5", "4", "3", "2", "1")


async def show_own(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/permits?after=…: newest first, paged by key."""
    desk, text = door.permits.desk, door.words.text
    ids, after = await members(visitor.account_id), str(request.args.get("after", "")) or None
    try:
        found = await my_applications(desk, visitor.actor, ids, after=after, limit=ROWS)
    except Invalid:
        # A place in the list that somebody cut off or made up: from the beginning.
        after, found = None, await my_applications(desk, visitor.actor, ids, limit=ROWS)
    begun = () if after else await drafts.drafts_of(desk, visitor.actor)
    held = (
        []
        if after
        else await Permit.filter(account_id__in=sorted(ids))
        .order_by("-granted_at", "-id")
        .limit(PERMITS_SHOWN)
    )
    done = str(request.args.get("done", ""))
    page = OwnPermitsPage(
        drafts=tuple(
            ApplicationRow(
                href=f"{PERMITS}/drafts/{one.id}",
                title=act_named(door, one.kind_name, one.act),
                state=text("h5_permits.own.draft"),
                tone="soon",
                note=text("h5_permits.own.go_on"),
                at=door.words.moment(one.updated_at),
                reference="",
            )
            for one in begun
        ),
        permits=tuple(_permit_row(door, one) for one in held),
        rows=tuple(row_of(door, one) for one in found.rows),
        more=f"{OWN}?after={found.after}" if found.after else "",
        first=OWN if after else "",
        done=text(f"h5_permits.done.{done}") if done in DONE else "",
    )
    return shown(door, "permit_own.html", frame_for(request, door, visitor, OWN), page)


async def show_application(request: Request, door: H5Door, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /h5/me/permits/<reference>: another's and one that is not there look the same."""
    view = await application_view(door.permits.desk, visitor.actor, reference)
    return await application_page(request, door, visitor, view)


async def show_said_file(
    request: Request, door: H5Door, visitor: Visitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /h5/me/permits/<reference>/files/<id>: what the applicant handed in with what they said, no other file."""
    view = await application_view(door.permits.desk, visitor.actor, reference)
    return await serve_statement_file(
        request, door, await files_said_by_applicant(door, view.line.id), file_id
    )


async def application_page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    view: ApplicationView,
    problem: Problem | None = None,
    act: str = "",
    typed: str = "",
    score: str = "",
    files: Collection[UUID] = (),
) -> HTTPResponse:
    """The page; with `problem`, the form of `act` as it was sent and why it was not taken."""
    text, line, own = door.words.text, view.line, f"{OWN}/{view.line.reference}"
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    permit = await permit_of(visitor.actor, line.id)
    papers = list(view.documents)
    if permit is not None:
        papers += await documents_of(ABOUT_PERMIT, permit.id)
    kind = door.permits.desk.section.kind(line.kind)
    open_request = next((one for one in reversed(view.corrections) if one.answered_at is None), None)
    done = str(request.args.get("done", ""))

    def form(name: str) -> OwnForm:
        mine = act == name
        return OwnForm(
            action=f"{own}/{name}",
            revision=line.revision,
            wrong=wrong if mine else "",
            typed=typed if mine else "",
            score=score if mine else "",
            files=tuple(str(one) for one in files) if mine else (),
        )

    is_rated = view.rating is not None
    heard = await heard_by_applicant(door.permits.desk, line.id)
    asked = next((one for one in heard.parties if one.may_ask_hearing), None)
    answers = tuple(
        Option(value=one, words=text(f"h5_permits.heard.answer.{one}"))
        for one in ANSWERS
        if one != "hearing"
        or (asked is not None and asked.answer != "hearing" and asked.due_at > door.clock.now())
    )
    page = ApplicationPage(
        title=act_named(door, line.kind_name, line.act),
        reference=line.reference,
        state=line.state_name,
        tone=TONES.get(line.state, ""),
        plain=plain_state(door, view),
        place=line.place_text,
        done=text(f"h5_permits.done.{done}") if done in DONE else "",
        is_new=done == "submitted",
        promise=promise_words(door, kind) if kind is not None and line.state in _NOT_TAKEN else "",
        clocks=clock_lines(door, view),
        pauses=tuple(
            Fact(
                name=text(
                    "h5_permits.case.paused" if one.ended_at is None else "h5_permits.case.was_paused",
                    begin=door.words.moment(one.started_at),
                    until=door.words.end(one.ended_at or one.expected_until_at),
                ),
                words=text("h5_permits.case.pause_why", reason=one.reason, basis=one.basis),
            )
            for one in view.pauses
        ),
        correction=correction_facts(open_request),
        correction_note=open_request.words if open_request is not None else "",
        correct=form("correct") if "correct" in view.moves and open_request is not None else None,
        surveys=survey_facts(door, view),
        organs=organ_lines(door, view),
        heard=heard_facts(door, heard),
        heard_files=statement_links(door, own, ((one.said_at, one.files) for one in heard.statements)),
        state_own=form("state") if "state" in view.moves else None,
        answers=answers,
        is_asked=asked is not None and not asked.answer,
        late_reason=view.late_reason,
        ground=view.ground,
        remedies=kind.papers.remedies if kind is not None and is_refused(view) else "",
        papers=paper_links(door, papers),
        permit=Link(href=f"{CARDS}/{permit.id}", words=text("h5_permits.case.to_card"))
        if permit is not None
        else None,
        said=said_facts(door, view),
        handed_in=tuple(
            Fact(
                name=one.name,
                words=text("h5_permits.preview.paper_count", count=len(one.files))
                if one.files
                else text(
                    "h5_permits.preview.paper_window"
                    if one.original_at_window
                    else "h5_permits.preview.paper_none"
                ),
            )
            for one in view.materials
        ),
        history=history_facts(door, view),
        fee=fee_fact(door, kind.fee).words if kind is not None else "",
        withdraw=form("withdraw") if "withdraw" in view.moves else None,
        rate=form("rate") if not is_rated and line.state in RATED_IN else None,
        scores=tuple(Option(value=one, words=text(f"h5_permits.score.{one}")) for one in SCORES),
        rated=text("h5_permits.case.rated", score=text(f"h5_permits.score.{view.rating}"))
        if is_rated
        else "",
        problem=wrong if act in ("", "correct") else "",
    )
    frame = frame_for(request, door, visitor, own)
    return shown(door, "permit_case.html", frame, page, problem.status if problem is not None else 200)


def row_of(door: H5Door, line: ApplicationLine) -> ApplicationRow:
    """An application in a list."""
    note = ""
    if line.state == State.CORRECTION_REQUESTED:
        note = door.words.text("h5_permits.own.correct_it")
    elif line.is_paused:
        note = door.words.text("h5_permits.own.paused")
    elif line.due_at is not None and line.clock is not None:
        note = door.words.text(f"h5_permits.own.due_{line.clock}", at=door.words.end(line.due_at))
    return ApplicationRow(
        href=f"{OWN}/{line.reference}",
        title=act_named(door, line.kind_name, line.act),
        state=line.state_name,
        tone=TONES.get(line.state, ""),
        note=note or line.place_text,
        at=door.words.moment(line.submitted_at),
        reference=line.reference,
    )


def _permit_row(door: H5Door, permit: Permit) -> ApplicationRow:
    text = door.words.text
    state, tone = permit_standing(door, permit)
    over_at = permit.ended_at or permit.replaced_from_at
    is_cut_short = over_at is not None and over_at < permit.valid_until_at
    until = "h5_permits.own.was_until" if is_cut_short else "h5_permits.own.until"
    return ApplicationRow(
        href=f"{CARDS}/{permit.id}",
        title=permit.kind_name,
        state=state,
        tone=tone,
        note=permit.place_text,
        at=text(until, at=door.words.end(permit.valid_until_at)),
        reference=permit.number,
    )
