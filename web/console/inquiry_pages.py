"""Messages to a person: the list, one of them, answering it, closing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.inquiries import actions, queries
from casework.inquiries.lifecycle import State
from casework.inquiries.views import InquiryLine as FoundLine
from casework.inquiries.views import InquiryPage as Found
from casework.inquiries.views import InquiryView
from casework.permissions import Operation
from kit.problems import Invalid, NotFound, Problem
from nlp.personal import masked
from web.console.addresses import tab_address
from web.console.desk_screens import InquiriesPage, InquiryLine, InquiryPage, Said
from web.console.door import ConsoleDoor
from web.console.frame import INQUIRIES, frame_for, shown
from web.console.notice_pages import note_opened
from web.console.privacy_words import REQUESTS
from web.console.screens import Chip, Countdown, Link, Note, Tone
from web.console.submission import KEPT_AT_MOST, revision_of, value_of
from web.console.visitor import Visitor
from web.console.words import Words

ROWS = 30
BRIEF = 60
LISTS: dict[str, Callable[..., Awaitable[Found]]] = {
    "waiting": queries.waiting,
    "answered": queries.answered,
    "closed": queries.closed,
}
TONES: dict[State, Tone] = {State.SUBMITTED: "soon", State.ANSWERED: "good", State.CLOSED: "plain"}


async def show_inquiries(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/inquiries."""
    tab, after = request.args.get("tab", "waiting"), request.args.get("after", "")
    wrong, status = None, 200
    if tab not in LISTS:
        tab, status = "waiting", 400
        wrong = Note(words=door.words.text("console.queue.bad_filter"), tone="soon")
    try:
        found = await LISTS[tab](door.inquiries, after=after or None, limit=ROWS)
    except Invalid as problem:
        after, status = "", 400
        wrong = Note(words=door.words.text(problem.key, **problem.params), tone="soon")
        found = await LISTS[tab](door.inquiries, limit=ROWS)
    now = door.clock.now()
    page = InquiriesPage(
        tabs=tuple(
            Link(
                href=tab_address(INQUIRIES, one),
                words=door.words.text(f"console.inquiries.tab.{one}"),
                here=one == tab,
            )
            for one in LISTS
        ),
        rows=tuple(_line(door, row, now) for row in found.rows),
        more=tab_address(INQUIRIES, tab, found.after) if found.after else "",
        first=tab_address(INQUIRIES, tab) if after else "",
        wrong=wrong,
    )
    return shown(door, "inquiries.html", await frame_for(door, visitor, INQUIRIES), page, status)


async def show_inquiry(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/inquiries/{reference}."""
    view = await _find(door, visitor, reference)
    await note_opened(door, visitor, view.id)
    done = request.args.get("done", "")
    notes: tuple[Note, ...] = ()
    if done in ("answered", "closed"):
        notes = (Note(words=door.words.text(f"console.inquiries.{done}")),)
    return await _render(door, visitor, view, notes=notes)


async def answer_inquiry(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/inquiries/{reference}/answer: sent, or the page again with what was typed."""
    view = await _find(door, visitor, reference)
    typed = value_of(request, "answer").replace("\r\n", "\n")[:KEPT_AT_MOST]
    try:
        if not typed.strip():
            raise Invalid("problem.console.answer_blank", field="answer")
        await actions.answer(
            door.inquiries, visitor.actor, view.id, answer=typed, revision=revision_of(request)
        )
    except Problem as problem:
        return await _refused(door, visitor, reference, problem, typed)
    return redirect(f"{INQUIRIES}/{view.reference}?done=answered", status=303)


async def close_inquiry(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/inquiries/{reference}/close."""
    view = await _find(door, visitor, reference)
    try:
        await actions.close(door.inquiries, visitor.actor, view.id, revision=revision_of(request))
    except Problem as problem:
        return await _refused(door, visitor, reference, problem)
    return redirect(f"{INQUIRIES}/{view.reference}?done=closed", status=303)


async def read_words(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/inquiries/{reference}/words: the citizen's words as they were written, this once; audited."""
    view = await _find(door, visitor, reference)
    await queries.note_read(door.db, visitor.actor, view.id)
    return await _render(door, visitor, view, is_clear=True)


async def _find(door: ConsoleDoor, visitor: Visitor, reference: str) -> InquiryView:
    view = await queries.by_reference(door.inquiries, reference, visitor.actor)
    if view is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    return view


async def _refused(
    door: ConsoleDoor, visitor: Visitor, reference: str, problem: Problem, typed: str = ""
) -> HTTPResponse:
    """The page as the inquiry stands now, why not, and what was typed."""
    sentence = door.words.text(problem.key, **problem.params)
    view = await _find(door, visitor, reference)
    at_field = isinstance(problem, Invalid)
    notes = () if at_field else (Note(words=sentence, tone="late"),)
    return await _render(
        door,
        visitor,
        view,
        notes=notes,
        typed=typed,
        wrong=sentence if at_field else "",
        status=problem.status,
    )


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: InquiryView,
    *,
    notes: tuple[Note, ...] = (),
    typed: str = "",
    wrong: str = "",
    status: int = 200,
    is_clear: bool = False,
) -> HTTPResponse:
    now, text = door.clock.now(), door.words.text
    hidden = any(masked(one.text) != one.text for one in view.messages if one.author_kind != "staff")
    page = InquiryPage(
        reference=view.reference,
        revision=str(view.revision),
        back=INQUIRIES,
        state=_chip(door.words, view.state),
        due=_due(door.words, view, now),
        thread=tuple(
            Said(
                who=one.author_name if one.author_kind == "staff" else text("console.inquiries.citizen"),
                ours=one.author_kind == "staff",
                words=one.text if is_clear or one.author_kind == "staff" else masked(one.text),
                at=door.words.moment(one.at, now),
                iso=one.at.isoformat(),
            )
            for one in view.messages
        ),
        may_answer="answer" in view.moves,
        may_close="close" in view.moves,
        at_most=actions.ANSWER_AT_MOST,
        typed=typed,
        wrong=wrong,
        topic=_topic(door.words, "topic", view.topic),
        topic_note=_topic(door.words, "topic_note", view.topic),
        handling=f"{REQUESTS}/{view.reference}"
        if view.topic and visitor.may(Operation.SEE_OWN_DATA_REQUESTS)
        else "",
        unmask=f"{INQUIRIES}/{view.reference}/words"
        if hidden and not is_clear and visitor.may(Operation.SEE_PHONE)
        else "",
        notes=notes,
    )
    return shown(door, "inquiry.html", await frame_for(door, visitor, INQUIRIES), page, status)


def _line(door: ConsoleDoor, row: FoundLine, now: datetime) -> InquiryLine:
    return InquiryLine(
        reference=row.reference,
        href=f"{INQUIRIES}/{row.reference}",
        brief=masked(row.opening if len(row.opening) <= BRIEF else row.opening[:BRIEF] + "…"),
        state=_chip(door.words, row.state),
        due=_due(door.words, row, now),
        at=door.words.moment(row.updated_at, now),
        topic=_topic(door.words, "topic", row.topic),
    )


def _topic(words: Words, name: str, topic: str | None) -> str:
    """What a request about one's own data is called, or asks for; "" for any other message."""
    return words.text(f"console.inquiries.{name}.{topic}") if topic else ""


def _chip(words: Words, state: State) -> Chip:
    return Chip(words=words.text(f"console.inquiries.state.{state.value}"), tone=TONES[state])


def _due(words: Words, row: InquiryView | FoundLine, now: datetime) -> Countdown | None:
    """The time left to answer; what runs after an answer is the citizen's own time."""
    return words.time_left(row.due_at, now) if row.state is State.SUBMITTED else None
