"""The e-permit on its holder's phone: the card, the big code to hold out, and what can be asked for from it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.opening import documents_of
from casework.people.merging import members
from casework.permits import drafts, holder_heard
from casework.permits.card import card_pdf
from casework.permits.credentials import code_shown
from casework.permits.held import card_of, terms_of
from casework.permits.kinds import Act
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import ABOUT_PERMIT
from casework.permits.parties import Answer, Said
from casework.permits.written import opened_form
from kit.problems import Invalid, NotFound, Problem
from kit.secrets import KeyRingError
from web.h5 import typed
from web.h5.door import H5Door
from web.h5.drafts import visit_holder
from web.h5.frame import frame_for, shown
from web.h5.held_files import files_said_by_holder, serve_statement_file, statement_links
from web.h5.permit_case_words import paper_links
from web.h5.permit_screens import EPermitPage, OwnForm
from web.h5.permit_words import CARDS, OWN, PERMITS, is_never, permit_standing
from web.h5.screens import Fact, Link, Option
from web.h5.typed import Typed
from web.h5.visitor import Visitor

ACTS: tuple[Act, ...] = ("renew", "change", "cancel")
PER_MINUTE = 20


async def show_card(request: Request, door: H5Door, visitor: Visitor, permit_id: str) -> HTTPResponse:
    """GET /h5/me/e-permits/<id>."""
    permit = await _permit(visitor, permit_id)
    return await _page(request, door, visitor, permit, "permit_card.html")


async def show_big(request: Request, door: H5Door, visitor: Visitor, permit_id: str) -> HTTPResponse:
    """GET /h5/me/e-permits/<id>/show: nothing but the code, as large as the phone, on white."""
    permit = await _permit(visitor, permit_id)
    return await _page(request, door, visitor, permit, "permit_show.html")


async def show_card_pdf(request: Request, door: H5Door, visitor: Visitor, permit_id: str) -> HTTPResponse:
    """GET /h5/me/e-permits/<id>/card: the card to print and hang up."""
    permit = await _permit(visitor, permit_id)
    if permit.state != PermitState.IN_FORCE:
        raise NotFound()
    content = await card_pdf(door.permits.desk, permit, door.permits.keys, door.public_url)
    disposition = {"content-disposition": f'inline; filename="card-{permit.id.hex[-6:]}.pdf"'}
    return HTTPResponse(content, content_type="application/pdf", headers=disposition)


async def show_holder_file(
    request: Request, door: H5Door, visitor: Visitor, permit_id: str, file_id: str
) -> HTTPResponse:
    """GET /h5/me/e-permits/<id>/files/<file>: what the holder handed in before the permit was to be ended."""
    permit = await _permit(visitor, permit_id)
    return await serve_statement_file(request, door, await files_said_by_holder(door, permit.id), file_id)


async def ask_about(
    request: Request, door: H5Door, visitor: Visitor, permit_id: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/me/e-permits/<id>/<act>: into the form, with what was granted filled in."""
    permit = await _permit(visitor, permit_id)
    if act == "state":
        return await _state(request, door, visitor, permit, form)
    wanted = next((one for one in ACTS if one == act), None)
    row = await PermitApplication.get_or_none(id=permit.application_id)
    if wanted is None or row is None:
        raise NotFound()
    desk = door.permits.desk
    for line in await drafts.drafts_of(desk, visitor.actor):
        if line.act == wanted and line.kind == permit.kind and line.application_id is None:
            begun = await drafts.draft_view(desk, visitor.actor, line.id)
            if begun.concerns_id == permit.id:
                return redirect(f"{PERMITS}/drafts/{line.id}", status=303)
    try:
        draft_id = await drafts.begin(
            desk, visitor.actor, permit.kind, wanted, permit.id, filled=opened_form(desk, row)
        )
    except Problem as problem:
        return await _page(request, door, visitor, permit, "permit_card.html", problem)
    # Whoever wants no more of it has nothing to fill in: a look, and it is sent.
    where = "?step=preview" if wanted == "cancel" else ""
    return redirect(f"{PERMITS}/drafts/{draft_id}{where}", status=303)


async def _state(
    request: Request, door: H5Door, visitor: Visitor, permit: Permit, form: Typed
) -> HTTPResponse:
    """The holder's own say before the bureau undoes it or takes it back; refused, nothing typed is lost."""
    words, answer = (form.text(name)[:4_000] for name in ("words", "score"))
    try:
        await door.limits.take("h5-permit-act", str(visitor.session.id), per_minute=PER_MINUTE)
        if door.misconduct.is_told_in(words):
            raise Invalid("problem.h5_case.about_staff", field="words", phone=door.bureau.phone)
        if form.fault is not None:
            raise form.fault
        answered: Answer = "nothing" if answer == "nothing" else "stated"
        said = Said(answer=answered, words=words, files=form.photos)
        await holder_heard.state_holder(door.permits.desk, visitor.actor, permit.id, said)
    except Problem as problem:
        return await _page(request, door, visitor, permit, "permit_card.html", problem, words, form.photos)
    await typed.drop(door, (visit_holder(request),))
    return redirect(f"{CARDS}/{permit.id}?done=state", status=303)


async def _permit(visitor: Visitor, permit_id: str) -> Permit:
    try:
        wanted = UUID(permit_id)
    except ValueError:
        raise NotFound("problem.permit.not_found") from None
    permit = await Permit.get_or_none(id=wanted, account_id__in=sorted(await members(visitor.account_id)))
    if permit is None:
        raise NotFound("problem.permit.not_found")
    return permit


async def _page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    permit: Permit,
    template: str,
    problem: Problem | None = None,
    stated: str | None = None,
    files: Collection[UUID] = (),
) -> HTTPResponse:
    text, moment, own = door.words.text, door.words.moment, f"{CARDS}/{permit.id}"
    now, is_in_force = door.clock.now(), permit.state == PermitState.IN_FORCE
    qr, url, verify_at = "", "", ""
    lines: tuple[str, ...] = ()
    if is_in_force:
        try:
            card = await card_of(permit, door.permits.keys.held().active, door.public_url)
            qr, url, verify_at = card.qr_svg, card.url, card.verify_at
        except KeyRingError:
            # The bureau has no key to sign with: the paper at the window holds all the same, and the page says so.
            lines = (text("h5_permits.card.no_key"),)
    facts = [
        Fact(name=text("h5_permits.card.holder"), words=permit.holder_shown),
        Fact(name=text("h5_permits.card.place"), words=permit.place_text),
        Fact(
            name=text("h5_permits.card.time"),
            words=text(
                "h5_permits.from_until",
                begin=moment(permit.valid_from_at),
                until=door.words.end(permit.valid_until_at),
            ),
        ),
    ]
    if permit.area_m2 is not None:
        facts.append(
            Fact(
                name=text("h5_permits.card.area"),
                words=text("h5_permits.card.m2", area=f"{permit.area_m2:g}"),
            )
        )
    kind = door.permits.desk.section.kind(permit.kind)
    is_soon = is_in_force and permit.valid_from_at > now
    state, tone = permit_standing(door, permit)
    acts = [one for one in ACTS if kind is not None and one in kind.acts and is_in_force]
    if permit.replaced_from_at is not None:
        # What is to change now is the one that takes its place.
        acts = [one for one in acts if one == "cancel"]
    if kind is not None and kind.term is not None and not kind.term.can_renew and "renew" in acts:
        acts.remove("renew")
    application = await PermitApplication.get_or_none(id=permit.application_id)
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    heard = await holder_heard.holder_heard(door.permits.desk, permit.id)
    if str(request.args.get("done", "")) == "state":
        lines = (*lines, text("h5_permits.done.state"))
    page = EPermitPage(
        id=str(permit.id),
        number=permit.number,
        kind=permit.kind_name,
        state=state,
        tone=tone,
        is_in_force=is_in_force,
        facts=tuple(facts),
        terms=terms_of(permit),
        note=_note(door, permit, is_soon=is_soon),
        qr=Markup(qr),  # noqa: S704  (drawn by us)
        code=code_shown(permit.code),
        verify=url,
        verify_at=verify_at,
        papers=paper_links(door, await documents_of(ABOUT_PERMIT, permit.id)),
        application=Link(href=f"{OWN}/{application.reference}", words=text("h5_permits.card.application"))
        if application is not None
        else None,
        acts=tuple(Link(href=f"{own}/{one}", words=text(f"h5_permits.card.{one}")) for one in acts),
        problem=wrong if stated is None else "",
        lines=lines,
        heard=_heard(door, heard) if heard is not None else (),
        heard_files=statement_links(door, own, ((one.said_at, one.files) for one in heard.said))
        if heard is not None
        else (),
        state_own=OwnForm(
            action=f"{own}/state",
            revision=permit.revision,
            wrong=wrong if stated is not None else "",
            typed=stated or "",
            score="stated",
            files=tuple(str(one) for one in files),
        )
        if heard is not None and is_in_force
        else None,
        answers=tuple(
            Option(value=one, words=text(f"h5_permits.heard.answer.{one}")) for one in ("stated", "nothing")
        ),
    )
    frame = frame_for(request, door, visitor, own)
    return shown(door, template, frame, page, problem.status if problem is not None else 200)


def _heard(door: H5Door, heard: holder_heard.HolderHeard) -> tuple[Fact, ...]:
    """What the bureau means to do and why, and what the holder said to it."""
    text, moment = door.words.text, door.words.moment
    found = [
        Fact(
            name=text(f"permit_said.ending.{heard.move}"),
            words="\n".join((text(f"permit_end_cause.{heard.cause}"), heard.ground, heard.basis)),
        ),
        Fact(
            name=text("h5_permits.ending.until"),
            words=text("h5_permits.heard.right_until", due=door.words.end(heard.due_at)),
        ),
    ]
    for one in heard.said:
        name = text("h5_permits.heard.you_said", at=moment(one.said_at))
        attached = text("h5_permits.heard.attached", count=len(one.files)) if one.files else ""
        found.append(Fact(name=name, words="\n".join(filter(None, (one.words, attached)))))
        if one.outcome:
            outcome = text(f"permit_said.holder_outcome.{one.outcome}")
            words = text("h5_permits.heard.weighed", outcome=outcome, why=one.why)
            found.append(Fact(name=text("h5_permits.ending.became"), words=words))
    return tuple(found)


def _note(door: H5Door, permit: Permit, *, is_soon: bool) -> str:
    """What its holder has to know of it now."""
    text = door.words.text
    if permit.state == PermitState.IN_FORCE and permit.valid_until_at <= door.clock.now():
        return text("h5_permits.card.renewing")
    if permit.state == PermitState.IN_FORCE and is_never(permit):
        return text("h5_permits.card.replaced_before")
    if permit.state == PermitState.IN_FORCE and permit.replaced_from_at is not None:
        return text("h5_permits.card.replaced_from", at=door.words.moment(permit.replaced_from_at))
    if permit.state == PermitState.IN_FORCE:
        return text("h5_permits.card.not_yet", at=door.words.moment(permit.valid_from_at)) if is_soon else ""
    notes = [text(f"h5_permits.card.over.{permit.state}")]
    if permit.end_reason:
        notes.append(permit.end_reason)
    if permit.restore_by_at is not None and permit.restored_at is None:
        notes.append(text("h5_permits.card.restore", at=door.words.end(permit.restore_by_at)))
    return "\n".join(notes)
