"""Whether a permit is needed, possible and the right one: one question a page, before anything is filled in.

The answers stand in the address: nothing is kept, back and forth work, and after signing in one is where one was.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import phones
from casework.permits import drafts
from casework.permits.eligibility import asked_answers, next_question, verdict
from casework.permits.forms import Filled
from casework.permits.kinds import PermitKind
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.permit_screens import CheckPage
from web.h5.permit_words import PERMITS, basis_lines
from web.h5.screens import Fact, Link, Option
from web.h5.visitor import ENTER, Visitor

PREFIX = "q."
_TONES = {"go_on": "good", "no_permit": "good", "not_possible": "late", "other": "soon"}
Answers = dict[str, str]


async def show_check(request: Request, door: H5Door, visitor: Visitor | None, code: str) -> HTTPResponse:
    """GET /h5/permits/check/<kind>?q.<question>=<answer>…&from=…: the next question, or the verdict."""
    kind = _kind(door, code)
    given = {
        name[len(PREFIX) :]: str(request.args.get(name)) for name in request.args if name.startswith(PREFIX)
    }
    answers = asked_answers(kind, given)
    question = next_question(kind, answers)
    text, action = door.words.text, f"{PERMITS}/check/{kind.code}"
    frame = frame_for(request, door, visitor, PERMITS)
    if question is None:
        return shown(door, "permit_check.html", frame, _verdict(door, visitor, kind, answers))
    page = CheckPage(
        title=kind.plain,
        action=action,
        back=_back(door, kind, answers),
        kept=_kept(answers),
        name=PREFIX + question.code,
        ask=question.ask,
        hint=question.hint,
        options=tuple(Option(value=one.code, words=one.name) for one in question.answers),
        # The page was sent without an answer: it is asked again, and says so.
        wrong=text("h5_permits.check.unanswered") if request.args.get("asked") == question.code else "",
        count=text("h5_permits.check.count", number=len(answers) + 1),
    )
    return shown(door, "permit_check.html", frame, page)


async def begin(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/permits/begin: from the verdict into the form, with one's own number filled in."""
    kind = _kind(door, _field(request, "kind"))
    answers = asked_answers(kind, {one.code: _field(request, PREFIX + one.code) for one in kind.eligibility})
    if verdict(kind, answers).then != "go_on":
        return redirect(f"{PERMITS}/check/{kind.code}?{urlencode(_named(answers))}", status=303)
    filled = Filled(answers=answers, values=await _known(door, visitor, kind))
    draft_id = await drafts.begin(door.permits.desk, visitor.actor, kind.code, filled=filled)
    return redirect(f"{PERMITS}/drafts/{draft_id}", status=303)


def draft_address(draft_id: UUID) -> str:
    """Where a draft is gone on with."""
    return f"{PERMITS}/drafts/{draft_id}"


def _verdict(door: H5Door, visitor: Visitor | None, kind: PermitKind, answers: Answers) -> CheckPage:
    text, found = door.words.text, verdict(kind, answers)
    on = None
    if found.then == "other" and found.other_kind:
        other = door.permits.desk.section.kind(found.other_kind)
        if other is not None:
            on = Link(
                href=f"{PERMITS}?kind={other.code}", words=text("h5_permits.check.to_other", kind=other.name)
            )
    elif found.then == "go_on" and visitor is None:
        here = f"{PERMITS}/check/{kind.code}?{urlencode(_named(answers))}"
        on = Link(href=f"{ENTER}?next={quote(here, safe='')}", words=text("h5_permits.check.sign_in"))
    begins = found.then == "go_on" and visitor is not None
    return CheckPage(
        title=kind.plain,
        action=f"{PERMITS}/begin" if begins else "",
        back=_back(door, kind, answers),
        verdict=found.then,
        tone=_TONES[found.then],
        heading=text(f"h5_permits.check.{found.then}"),
        because=found.because or text("h5_permits.check.go_on_words"),
        basis=basis_lines(door, found.basis),
        on=on,
        begin=(Fact(name="kind", words=kind.code), *_kept(answers)) if begins else (),
        said=tuple(
            Fact(
                name=one.ask,
                words=next((each.name for each in one.answers if each.code == answers[one.code]), ""),
            )
            for one in kind.eligibility
            if one.code in answers
        ),
    )


def _kind(door: H5Door, code: str) -> PermitKind:
    kind = door.permits.desk.section.kind(code)
    if kind is None:
        raise NotFound("problem.permit.kind_unknown")
    return kind


def _back(door: H5Door, kind: PermitKind, answers: Answers) -> Link:
    """One question back; from the first to the kind."""
    text = door.words.text
    if not answers:
        return Link(href=f"{PERMITS}?kind={kind.code}", words=kind.name)
    before = dict(list(answers.items())[:-1])
    query = f"?{urlencode(_named(before))}" if before else ""
    return Link(href=f"{PERMITS}/check/{kind.code}{query}", words=text("h5_permits.check.back"))


def _named(answers: Answers) -> Answers:
    return {PREFIX + code: answer for code, answer in answers.items()}


def _kept(answers: Answers) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, words=answer) for name, answer in _named(answers).items())


def _field(request: Request, name: str) -> str:
    form = request.form
    return str(form.get(name, "")) if form is not None else ""


async def _known(door: H5Door, visitor: Visitor, kind: PermitKind) -> dict[str, str | list[str]]:
    """What the bureau knows already: the number they verified here."""
    field = next((one for one in kind.fields if one.role == "phone" and one.only_if is None), None)
    number = await phones.own_phone(door.sealer, visitor.account_id) if field is not None else None
    return {field.code: number} if field is not None and number else {}
