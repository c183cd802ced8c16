"""One's own signs: the list, one with the form of its yearly look, and taking the look with its photos."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters
from sanic.response import redirect

from casework.people.merging import members
from casework.sign_filings.checking import NO, PHOTO_KIND, YES, Look, check
from casework.sign_filings.queries import file_of_photo, my_signs, sign_view, successors_of
from casework.sign_filings.removing import remove, replace
from casework.sign_filings.views import SignLine, SignView
from kit.files.store import FileMissing, Variant
from kit.http.csrf import check_csrf, check_origin
from kit.problems import NotFound, Problem
from web.h5.door import H5Door, door_of
from web.h5.drafts import visit_holder
from web.h5.filing_reading import FormRead, read_form
from web.h5.frame import frame_for, shown
from web.h5.permit_screens import ApplicationRow
from web.h5.screens import Fact, Option
from web.h5.sign_screens import AskedLook, LookLine, OwnSignPage, OwnSignsPage
from web.h5.sign_words import CHECK_TONES, SIGNS, TONES, day, sign_facts
from web.h5.visitor import Visitor, to_the_entrance, visitor_of

ANSWER, DONE = "answer_", frozenset({"done_safe", "done_unsafe", "done_removed", "done_replaced"})


async def show_own_signs(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/signs."""
    rows = await my_signs(door.permits.signs, await members(visitor.account_id))
    page = OwnSignsPage(rows=tuple(_row(door, one) for one in rows))
    return shown(door, "signs.html", frame_for(request, door, visitor, SIGNS), page)


async def show_own_sign(request: Request, door: H5Door, visitor: Visitor, sign_id: str) -> HTTPResponse:
    """GET /h5/me/signs/<id>: another's and one that is not there look the same."""
    view = await sign_view(door.permits.signs, visitor.actor, _uuid(sign_id))
    return await _page(request, door, visitor, view)


async def take_sign_check(request: Request, sign_id: str) -> HTTPResponse:
    """POST /h5/me/signs/<id>: the yearly look with its photos. The body is read as it comes: strangers' photos are passed over."""
    door, id = door_of(request), _uuid(sign_id)
    visitor = await visitor_of(request, door)
    request.ctx.visitor = visitor
    check_origin(request, door.public_url)
    desk = door.permits.signs

    async def before_files(read: FormRead) -> bool:
        return visitor is not None

    read = await read_form(
        request,
        door,
        holder=visit_holder(request),
        account_id=visitor.account_id if visitor is not None else None,
        file_field="photos",
        room=lambda so_far: desk.section.photos_most - len(so_far.photos),
        before_files=before_files,
        kind=PHOTO_KIND,
    )
    request.parsed_form, request.parsed_files = RequestParameters(read.fields), RequestParameters()
    if visitor is None:
        return to_the_entrance(f"{SIGNS}/{id}")
    check_csrf(request, visitor.session.csrf, door.public_url)
    typed = {name: values[0][:2_000] for name, values in read.fields.items() if values}
    try:
        if read.refused:
            raise read.refused[0]
        revision = typed.get("revision", "")
        expected = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None
        act = typed.get("act", "")
        if act == "remove":
            on = _day(typed.get("removed_on", ""))
            await remove(desk, visitor.actor, id, on, tuple(read.photos), expected)
            return redirect(f"{SIGNS}/{id}?done=done_removed", status=303)
        if act == "replace":
            await replace(desk, visitor.actor, id, typed.get("successor", ""), expected)
            return redirect(f"{SIGNS}/{id}?done=done_replaced", status=303)
        answers = {one.code: typed.get(ANSWER + one.code, "") for one in desk.section.questions}
        look = Look(answers=answers, photos=tuple(read.photos), words=typed.get("words", ""))
        is_safe = await check(desk, visitor.actor, id, look, expected)
    except Problem as problem:
        view = await sign_view(desk, visitor.actor, id)
        return await _page(request, door, visitor, view, typed, problem)
    return redirect(f"{SIGNS}/{id}?done=done_{'safe' if is_safe else 'unsafe'}", status=303)


async def show_sign_photo(request: Request, door: H5Door, visitor: Visitor, photo_id: str) -> HTTPResponse:
    """GET /h5/me/signs/photos/<id>: the re-encoded copy of a photo of a look at one's own sign."""
    wanted = await file_of_photo(visitor.actor, _uuid(photo_id))
    if wanted is None:
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    view: SignView,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> HTTPResponse:
    """The page; with `problem`, the form as it was sent and why it was not taken."""
    text, sign, section = door.words.text, view.public, door.permits.signs.section
    given = typed or {}
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    field = str(getattr(problem, "field", "") or (problem.params.get("field", "") if problem else ""))
    named = {one.code for one in section.questions} | {"photos", "words", "removed_on", "removal_photos"}
    named.add("successor")
    act = given.get("act", "")
    if wrong and typed:
        wrong_above = f"{wrong if field not in named else ''}{text('h5_signs.own.again')}"
    else:
        wrong_above = ""
    done = str(request.args.get("done", ""))
    options = (
        Option(value=YES, words=text("h5_signs.own.yes")),
        Option(value=NO, words=text("h5_signs.own.no")),
    )
    is_open = "check" in view.moves
    page = OwnSignPage(
        title=sign.words,
        state=text(f"sign.state.{sign.state}"),
        tone=TONES.get(sign.state, ""),
        done=text(f"h5_signs.own.{done}", on=day(sign.check_due_on)) if done in DONE else "",
        problem=wrong_above,
        due=text("h5_signs.due", on=day(sign.check_due_on)) if is_open and sign.check_due_on else "",
        facts=sign_facts(door, sign),
        public=f"/h5/codes/{sign.code}",
        action=f"{SIGNS}/{view.id}",
        revision=view.revision,
        questions=tuple(
            AskedLook(
                name=ANSWER + one.code,
                ask=one.ask,
                hint=one.hint,
                options=options,
                chosen=given.get(ANSWER + one.code, ""),
                wrong=wrong if field == one.code else "",
            )
            for one in section.questions
            if is_open
        ),
        photos_hint=text("h5_signs.own.photos_hint", least=section.photos_least, most=section.photos_most),
        photos_wrong=wrong if field == "photos" and act != "remove" else "",
        words=given.get("words", ""),
        words_wrong=wrong if field == "words" else "",
        looks=tuple(
            LookLine(
                at=day(one.checked_on),
                what=text("h5_signs.own.safe" if one.is_safe else "h5_signs.own.unsafe"),
                tone="good" if one.is_safe else "late",
                words=" ".join((*one.unsafe, one.words)).strip(),
                photos=tuple(
                    (f"{SIGNS}/photos/{each}", f"{SIGNS}/photos/{each}?size=small") for each in one.photos
                ),
                waiting=text("h5_signs.own.photos_waiting", count=one.waiting) if one.waiting else "",
            )
            for one in view.checks
        ),
        hazards=tuple(
            Fact(
                name=text(f"complaint.state.{one.state}"),
                words=text("h5_signs.own.hazard_line", at=door.words.moment(one.reported_at)),
            )
            for one in view.hazards
        ),
        may_end="remove" in view.moves,
        removed_on=given.get("removed_on", ""),
        removed_on_wrong=wrong if field == "removed_on" else "",
        removal_photos_wrong=wrong
        if field == "removal_photos" or (act == "remove" and field == "photos")
        else "",
        is_removing=act == "remove",
        successors=tuple(
            Option(value=reference, words=f"{reference} {place}")
            for reference, place in await successors_of(
                door.permits.signs, await members(visitor.account_id), view.id
            )
        )
        if "replace" in view.moves
        else (),
        successor_wrong=wrong if field == "successor" else "",
        replacing=view.successor_reference if "replace" in view.moves else "",
    )
    frame = frame_for(request, door, visitor, f"{SIGNS}/{view.id}")
    return shown(door, "sign_own.html", frame, page, problem.status if problem is not None else 200)


def _row(door: H5Door, one: SignLine) -> ApplicationRow:
    text = door.words.text
    is_told = one.check in ("soon", "overdue", "unsafe")
    return ApplicationRow(
        href=f"{SIGNS}/{one.id}",
        title=one.words,
        state=text(f"sign.check.{one.check}") if is_told else text(f"sign.state.{one.state}"),
        tone=CHECK_TONES[one.check] if is_told else TONES.get(one.state, ""),
        note=one.place_text,
        at=text("h5_signs.due", on=day(one.check_due_on)) if one.check_due_on is not None else "",
        reference="",
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("problem.sign.not_found") from None
