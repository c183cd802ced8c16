"""One message to the bureau and the answers to it, and going on with it."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.dangers.finding import find_danger
from casework.inquiries import actions
from casework.inquiries import queries as inquiries
from casework.inquiries.filing import TEXT_AT_MOST
from casework.inquiries.views import InquiryView
from kit.problems import Invalid, NotFound, Problem
from web.h5 import typed
from web.h5.case_screens import ActForm, ActPage, Said, TalkPage, TextField
from web.h5.case_visitor import CaseVisitor
from web.h5.door import H5Door
from web.h5.drafts import carry_visit, visit_holder
from web.h5.frame import danger_numbers, frame_for, shown
from web.h5.reckoning import talk_standing_of
from web.h5.screens import Link
from web.h5.typed import ABOUT_STAFF, Typed
from web.h5.visitor import CASES

ACTS = ("write_more", "withdraw", "close")
PER_MINUTE = 20
DONE = frozenset({*ACTS, "correction", "deletion"})


async def show_talk(request: Request, door: H5Door, visitor: CaseVisitor, reference: str) -> HTTPResponse:
    """GET /h5/cases/<reference> of a message."""
    view = await _found(door, visitor, reference)
    kept = await typed.before(door, _holders(request, visitor), f"{CASES}/{reference}/write_more")
    return _shown(request, door, visitor, view, kept or Typed())


async def show_act(
    request: Request, door: H5Door, visitor: CaseVisitor, reference: str, act: str
) -> HTTPResponse:
    """GET /h5/cases/<reference>/<act>: asks once more; going on is done on the page of the message itself."""
    view = await _found(door, visitor, reference)
    if act == "write_more":
        kept = await typed.before(door, _holders(request, visitor), request.path)
        return _shown(request, door, visitor, view, kept or Typed())
    if act not in ACTS:
        raise NotFound()
    return _asked(request, door, visitor, view, act)


async def take_act(
    request: Request, door: H5Door, visitor: CaseVisitor, reference: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/cases/<reference>/<act> of a message. Sent twice it acts once."""
    view = await _found(door, visitor, reference)
    if act not in ACTS:
        raise NotFound()
    words, danger = form.text("text"), False
    revision = int(form.text("revision")) if re.fullmatch(r"[0-9]{1,9}", form.text("revision")) else None
    try:
        await door.limits.take("h5-act", str(visitor.session.id), per_minute=PER_MINUTE)
        if act == "write_more":
            if door.misconduct.is_told_in(words):
                raise Invalid(ABOUT_STAFF, field="text", phone=door.bureau.phone)
            if not words.strip():
                raise Invalid("problem.complaint.empty", field="text")
            await actions.write_more(door.inquiries, visitor.actor, view.id, words, revision=revision)
            danger = bool(find_danger(door.desk.policy.danger, words))
        elif act == "close":
            await actions.close(door.inquiries, visitor.actor, view.id, revision=revision)
        else:
            await actions.withdraw(door.inquiries, visitor.actor, view.id, revision=revision)
    except Problem as problem:
        view = await _found(door, visitor, reference)
        if act != "write_more":
            return _asked(request, door, visitor, view, act, problem)
        return _shown(request, door, visitor, view, form, problem)
    await typed.drop(door, _holders(request, visitor))
    said = {"done": act} | ({"danger": "1"} if danger else {})
    return redirect(f"{CASES}/{view.reference}?{urlencode(said)}", status=303)


def _shown(
    request: Request,
    door: H5Door,
    visitor: CaseVisitor,
    view: InquiryView,
    form: Typed,
    problem: Problem | None = None,
) -> HTTPResponse:
    text = door.words.text
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    done = str(request.args.get("done", ""))
    can_write = "write_more" in view.moves
    own = f"{CASES}/{view.reference}"
    page = TalkPage(
        reference=view.reference,
        title=text(f"h5_case.topic.{view.topic or 'message'}"),
        standing=talk_standing_of(door, view),
        said=tuple(
            Said(
                who=text(f"h5_case.talk.{one.author_kind}"),
                at=door.words.moment(one.at),
                words=one.text,
                is_ours=one.author_kind == "staff",
            )
            for one in view.messages
        ),
        back=Link(href=f"{CASES}?kind=talks", words=text("h5_case.back_to_talks")),
        done=text(f"h5_case.done.{done}") if done in DONE else "",
        danger=_danger_words(door) if request.args.get("danger") else "",
        danger_numbers=danger_numbers(door),
        form=_form(door, view, form, problem, wrong) if can_write else None,
        problem=wrong,
        kept=text("h5_case.kept") if form.is_kept and can_write else "",
        offers=tuple(
            Link(href=f"{own}/{act}", words=text(f"h5_case.act.talk_{act}.offer"))
            for act in ("withdraw", "close")
            if act in view.moves
        ),
    )
    frame = frame_for(request, door, visitor, own)
    response = shown(door, "talk.html", frame, page, problem.status if problem is not None else 200)
    return carry_visit(request, door, response)


def _form(door: H5Door, view: InquiryView, form: Typed, problem: Problem | None, wrong: str) -> ActForm:
    text = door.words.text
    act = form.text("act")
    return ActForm(
        action=f"{CASES}/{view.reference}/write_more",
        revision=view.revision,
        act=act if re.fullmatch(r"[0-9a-f]{16,32}", act) else secrets.token_hex(8),
        button=text("h5_case.act.write_more.button"),
        text=TextField(
            name="text",
            label=text("h5_case.act.write_more.label"),
            hint=text("h5_case.act.write_more.hint"),
            value=form.text("text"),
            wrong=wrong,
            at_most=TEXT_AT_MOST,
        ),
        is_told=problem is not None and problem.key == ABOUT_STAFF,
    )


def _asked(
    request: Request,
    door: H5Door,
    visitor: CaseVisitor,
    view: InquiryView,
    act: str,
    problem: Problem | None = None,
) -> HTTPResponse:
    """Whether it is meant; or that it cannot be done any more."""
    text, own = door.words.text, f"{CASES}/{view.reference}"
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    is_open = act in view.moves
    form = ActForm(
        action=f"{own}/{act}",
        revision=view.revision,
        act=secrets.token_hex(8),
        button=text(f"h5_case.act.talk_{act}.button"),
        is_grave=act == "withdraw",
    )
    page = ActPage(
        title=text(f"h5_case.act.talk_{act}.title"),
        reference=view.reference,
        words=text(f"h5_case.act.talk_{act}.words"),
        back=Link(href=own, words=text("h5_case.back_to_talk")),
        form=form if is_open else None,
        state=text(view.state_key),
        problem=wrong or ("" if is_open else text("problem.h5_case.not_now")),
    )
    status = problem.status if problem is not None else 200 if is_open else 409
    return shown(door, "case_act.html", frame_for(request, door, visitor, own), page, status)


def _danger_words(door: H5Door) -> str:
    return door.words.text("h5_case.danger")


def _holders(request: Request, visitor: CaseVisitor) -> tuple[str, ...]:
    return tuple(dict.fromkeys((visitor.draft_holder(request), visit_holder(request))))


async def _found(door: H5Door, visitor: CaseVisitor, reference: str) -> InquiryView:
    """The person's own message. A receipt opens a complaint and nothing else."""
    view = None
    if visitor.case_id is None and visitor.account_id is not None:
        view = await inquiries.for_owner(door.inquiries, visitor.account_id, reference)
    if view is None:
        raise NotFound("problem.h5.no_such_case")
    return view
