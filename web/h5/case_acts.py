"""What can be done about one's own complaint: rate, dispute, add, withdraw. A refusal loses nothing that was typed."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints import actions, handling
from casework.complaints.actions import REASON_AT_MOST
from casework.complaints.adding import TEXT_AT_MOST
from casework.complaints.filing import Source
from casework.complaints.media import AddedMedium
from casework.complaints.views import ComplaintView
from casework.dangers.alerts import raise_alert
from casework.dangers.finding import find_danger
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.h5 import talk_page, typed
from web.h5.case_screens import ActForm, ActPage, Aspect, Choice, TextField
from web.h5.case_visitor import CaseVisitor, case_of
from web.h5.claiming import take_claim
from web.h5.door import H5Door
from web.h5.drafts import carry_visit, visit_holder
from web.h5.frame import frame_for, shown
from web.h5.reckoning import standing_of
from web.h5.screens import Link
from web.h5.typed import ABOUT_STAFF, Typed
from web.h5.visitor import CASES

ACTS = ("rate", "dispute", "add", "remind", "withdraw")
ASPECTS = ("solved", "manner", "speed")
PER_MINUTE = 20
FACES = (("3", "happy"), ("2", "even"), ("1", "sad"))
_TEXTS = {
    "rate": ("comment", REASON_AT_MOST),
    "dispute": ("reason", REASON_AT_MOST),
    "add": ("text", TEXT_AT_MOST),
}
"""The field of words of each act, and how long it may be."""
_ACT = re.compile(r"[0-9a-f]{16,32}", re.ASCII)


def may(view: ComplaintView, act: str) -> bool:
    """Whether the case takes this act now."""
    return view.may_add if act == "add" else act in view.moves


async def show_act(
    request: Request, door: H5Door, visitor: CaseVisitor, reference: str, act: str
) -> HTTPResponse:
    """GET /h5/cases/<reference>/<act>: the form, with what was typed before if it was not taken."""
    view = await case_of(door, visitor, reference)
    if view is None:
        return await talk_page.show_act(request, door, visitor, reference, act)
    if act not in ACTS:
        raise NotFound()
    kept = await typed.before(door, _holders(request, visitor), request.path)
    return _shown(request, door, visitor, view, act, kept or Typed())


async def take_act(
    request: Request, door: H5Door, visitor: CaseVisitor, reference: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/cases/<reference>/<act>. Sent twice it acts once."""
    view = await case_of(door, visitor, reference)
    if view is None:
        return await talk_page.take_act(request, door, visitor, reference, act, form)
    if act == "claim":
        return await take_claim(request, door, visitor, view)
    if act not in ACTS:
        raise NotFound()
    try:
        await door.limits.take("h5-act", str(visitor.session.id), per_minute=PER_MINUTE)
        danger = await _take(door, visitor, view, act, form, _holders(request, visitor))
    except Problem as problem:
        view = await case_of(door, visitor, reference)
        if view is None:
            raise
        return _shown(request, door, visitor, view, act, form, problem)
    await typed.drop(door, _holders(request, visitor))
    said = {"done": f"rate_{form.text('score')}" if act == "rate" else act} | (
        {"danger": "1"} if danger else {}
    )
    return redirect(f"{CASES}/{view.reference}?{urlencode(said)}", status=303)


async def _take(
    door: H5Door, visitor: CaseVisitor, view: ComplaintView, act: str, form: Typed, holders: tuple[str, ...]
) -> bool:
    """Do it; whether the words tell of danger to life."""
    desk, actor = door.desk, visitor.actor
    name, _ = _TEXTS.get(act, ("", 0))
    words = form.text(name)
    if door.misconduct.is_told_in(words):
        raise Invalid(ABOUT_STAFF, field=name, phone=door.bureau.phone)
    if form.fault is not None:
        raise form.fault
    danger = find_danger(desk.policy.danger, words)
    if danger and act != "add":
        await raise_alert(
            door.db,
            act=f"h5:{_act_of(form)}",
            account_id=visitor.account_id,
            source=Source.H5.value,
            words=words,
            matched=danger,
            place_text=view.place_text or None,
            complaint_id=view.id,
            actor=actor,
        )
    revision = _number(form.text("revision"))
    if act == "rate":
        score = _number(form.text("score")) or 0
        aspects = {name: _number(form.text(name)) for name in ASPECTS}
        await actions.rate(
            desk, actor, view.id, score=score, comment=words, expected_revision=revision, **aspects
        )
    elif act == "dispute":
        if not words.strip():
            raise Invalid("problem.complaint.empty", field=name)
        await actions.dispute(desk, actor, view.id, reason=words, expected_revision=revision)
    elif act == "remind":
        await handling.remind(desk, actor, view.id, expected_revision=revision)
    elif act == "withdraw":
        await actions.withdraw(desk, actor, view.id, expected_revision=revision)
    else:
        own = () if visitor.account_id is None else (visitor.account_id,)
        await door.uploads.own_files(form.photos, holders=holders, account_ids=own)
        media = tuple(AddedMedium(one) for one in form.photos)
        await actions.add_material(desk, actor, view.id, text=words, media=media, act=f"h5:{_act_of(form)}")
    return bool(danger)


def form_of(
    door: H5Door, view: ComplaintView, act: str, form: Typed, problem: Problem | None = None
) -> ActForm:
    """The form of an act as it stands, with the fault beside the field it is about."""
    text = door.words.text
    name, at_most = _TEXTS.get(act, ("", 0))
    at = getattr(problem, "field", "")
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    field = None
    if name:
        field = TextField(
            name=name,
            label=text(f"h5_case.act.{act}.label"),
            hint=text(f"h5_case.act.{act}.hint"),
            value=form.text(name),
            wrong=wrong if at == name else "",
            at_most=at_most,
            is_optional=act in ("rate", "add"),
            rows=3 if act == "rate" else 6,
        )
    count = len(form.photos)
    photo_fault = problem is not None and (at in ("photos", "media", "file") or problem is form.fault)
    return ActForm(
        action=f"{CASES}/{view.reference}/{act}",
        revision=view.revision,
        act=_act_of(form),
        button=text(f"h5_case.act.{act}.button"),
        is_grave=act == "withdraw",
        scores=_faces(door) if act == "rate" else (),
        scores_legend=text("h5_case.act.rate.legend") if act == "rate" else "",
        scores_wrong=wrong if at == "score" else "",
        score=form.text("score"),
        aspects=_aspects(door, form) if act == "rate" else (),
        aspects_title=text("h5_case.act.rate.aspects") if act == "rate" else "",
        text=field,
        takes_photos=act == "add",
        photos=tuple(str(one) for one in form.photos),
        photos_said=text("h5_case.act.add.kept_photos", count=count) if count else "",
        photos_wrong=wrong if photo_fault else "",
        is_told=problem is not None and problem.key == ABOUT_STAFF,
    )


def _shown(
    request: Request,
    door: H5Door,
    visitor: CaseVisitor,
    view: ComplaintView,
    act: str,
    form: Typed,
    problem: Problem | None = None,
) -> HTTPResponse:
    """The page of an act. What may not be done any more is shown with the words, so that they can be taken elsewhere."""
    text = door.words.text
    allowed = may(view, act)
    if problem is None and not allowed:
        problem = _not_now(door, view, act)
    name, _ = _TEXTS.get(act, ("", 0))
    page = ActPage(
        title=text(f"h5_case.act.{act}.title"),
        reference=view.reference,
        words=text(f"h5_case.act.{act}.words"),
        back=Link(href=f"{CASES}/{view.reference}", words=text("h5_case.back_to_case")),
        form=form_of(door, view, act, form, problem) if allowed else None,
        problem=text(problem.key, **problem.params) if problem is not None else "",
        kept=text("h5_case.kept") if form.is_kept and allowed else "",
        said=form.text(name) if not allowed else "",
        state=standing_of(door, view).state,
    )
    status = problem.status if problem is not None else 200
    response = shown(
        door, "case_act.html", frame_for(request, door, visitor, f"{CASES}/{view.reference}"), page, status
    )
    if problem is not None and problem.retry_after_s is not None:
        response.headers["retry-after"] = str(problem.retry_after_s)
    return carry_visit(request, door, response)


def _not_now(door: H5Door, view: ComplaintView, act: str) -> Conflict:
    if act == "remind" and view.remind_from is not None:
        return Conflict("problem.complaint.remind_too_early", moment=door.words.moment(view.remind_from))
    return Conflict("problem.h5_case.not_now")


def _aspects(door: H5Door, form: Typed) -> tuple[Aspect, ...]:
    """What can be rated by itself, if somebody wants to."""
    text = door.words.text
    scores = tuple(Choice(value=value, words=text(f"complaint.score.{value}")) for value, _ in FACES)
    return tuple(
        Aspect(name=name, label=text(f"h5_case.act.rate.{name}"), choices=scores, chosen=form.text(name))
        for name in ASPECTS
    )


def _faces(door: H5Door) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=value, words=door.words.text(f"complaint.score.{value}"), icon=icon)
        for value, icon in FACES
    )


def _holders(request: Request, visitor: CaseVisitor) -> tuple[str, ...]:
    """Whose drafts and photos count: the visitor's, and those this browser sent before it signed in."""
    return tuple(dict.fromkeys((visitor.draft_holder(request), visit_holder(request))))


def _act_of(form: Typed) -> str:
    act = form.text("act")
    return act if _ACT.fullmatch(act) else secrets.token_hex(8)


def _number(words: str) -> int | None:
    return int(words) if re.fullmatch(r"[0-9]{1,9}", words, re.ASCII) else None
