"""The register of signs: the list, one sign with what can be done about it, entering one that hangs already, its label."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from uuid import UUID

import segno
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation, may
from casework.sign_filings.keeping import clear, correct, end
from casework.sign_filings.queries import TABS, counts, file_of_photo, sign_view, signs
from casework.sign_filings.registering import NewSign, register_by_hand
from casework.sign_filings.removing import remove, replace
from casework.sign_filings.views import CheckView, SignLine, SignView
from kit.clock import local
from kit.files.store import FileMissing, Variant
from kit.problems import Invalid, NotFound, Problem
from web.console.addresses import case_address, tab_address
from web.console.case_screens import Photo
from web.console.door import ConsoleDoor
from web.console.frame import SIGNS, frame_for, shown
from web.console.screens import Ask, Chip, Link, Note
from web.console.sign_screens import LookRow, NewSignPage, OneSignPage, SignAct, SignRow, SignsPage
from web.console.sign_words import (
    ENTERED,
    PARTICULARS,
    asks_of,
    check_chip,
    day_or_none,
    facts_of,
    field_of,
    number_or_nan,
    signs_of,
    state_chip,
)
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

ROWS, TYPED_AT_MOST = 30, 1_000
ACTS = ("clear", "correct", "remove", "replace", "end")
DONE = frozenset({*ACTS, "register"})
LABELS = {"png": "image/png", "pdf": "application/pdf"}
_REASONS = {"clear": "words", "end": "reason", "replace": "successor"}
_LABELS = {"clear": "clear_words", "end": "end_reason", "replace": "successor"}


async def show_signs(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/signs."""
    desk, text, after = signs_of(door), door.words.text, str(request.args.get("after", ""))
    waiting = await counts(desk, visitor.actor)
    first = next((tab for tab in ("hazard", "due") if waiting[tab]), "all")
    tab = str(request.args.get("tab", "")) or first
    if tab not in TABS:
        tab = first
    try:
        found = await signs(desk, visitor.actor, tab, after=after or None, limit=ROWS)
    except Invalid:
        after = ""
        found = await signs(desk, visitor.actor, tab, limit=ROWS)
    page = SignsPage(
        tabs=tuple(
            Link(
                href=tab_address(SIGNS, one),
                words=text(f"console_signs.tab.{one}") + (f" {waiting[one]}" if waiting.get(one) else ""),
                here=one == tab,
            )
            for one in TABS
        ),
        rows=tuple(_row(door, one) for one in found.rows),
        nothing=text(f"console_signs.nothing.{tab}"),
        note=text("console_signs.note"),
        more=tab_address(SIGNS, tab, found.after) if found.after else "",
        first=tab_address(SIGNS, tab) if after else "",
        new=f"{SIGNS}/new" if may(visitor.actor, Operation.KEEP_SIGNS) else "",
    )
    return shown(door, "signs.html", await frame_for(door, visitor, SIGNS), page)


async def show_sign(request: Request, door: ConsoleDoor, visitor: Visitor, sign_id: str) -> HTTPResponse:
    """GET /console/signs/{id}."""
    view, done = await _find(door, visitor, sign_id), str(request.args.get("done", ""))
    notes = (Note(words=door.words.text(f"console_signs.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, view, notes=notes)


async def take_sign(
    request: Request, door: ConsoleDoor, visitor: Visitor, sign_id: str, act: str
) -> HTTPResponse:
    """POST /console/signs/{id}/{act}: the sign as it stands then, or its page with what is wrong."""
    view, desk = await _find(door, visitor, sign_id), signs_of(door)
    if act not in ACTS:
        raise NotFound("problem.workflow.unknown_move")
    typed, revision = (
        _typed(request, (*PARTICULARS, "words", "reason", "removed_on", "successor")),
        revision_of(request),
    )
    try:
        if act == "correct":
            await correct(desk, visitor.actor, view.id, _new(typed), revision)
        elif act == "clear":
            await clear(desk, visitor.actor, view.id, typed["words"], revision)
        elif act == "remove":
            await remove(desk, visitor.actor, view.id, day_or_none(typed["removed_on"]), (), revision)
        elif act == "replace":
            await replace(desk, visitor.actor, view.id, typed["successor"], revision)
        else:
            await end(desk, visitor.actor, view.id, typed["reason"], revision)
    except Problem as problem:
        view = await _find(door, visitor, sign_id)
        words, field = door.words.text(problem.key, **problem.params), field_of(problem)
        named = (*PARTICULARS, "reason", "removed_on", "successor") if act != "clear" else ("words",)
        wrong = {field: words} if field in named and act in view.moves else {}
        notes = () if wrong else (Note(words=words, tone="late"),)
        return await _render(
            door, visitor, view, notes=notes, act=act, typed=typed, wrong=wrong, status=problem.status
        )
    return redirect(f"{SIGNS}/{view.id}?done={act}", status=303)


async def show_new_sign(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/signs/new."""
    page = NewSignPage(notes=(), asks=asks_of(door, ENTERED, {"holder_kind": "organisation"}, {}))
    return shown(door, "sign_new.html", await frame_for(door, visitor, SIGNS), page)


async def enter_sign(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/signs/new: its page, or the form again with what was typed and what is wrong."""
    typed = _typed(request, ENTERED)
    try:
        id = await register_by_hand(signs_of(door), visitor.actor, _new(typed))
    except Problem as problem:
        words, field = door.words.text(problem.key, **problem.params), field_of(problem)
        wrong = {field: words} if field in ENTERED else {}
        notes = () if wrong else (Note(words=words, tone="late"),)
        page = NewSignPage(notes=notes, asks=asks_of(door, ENTERED, typed, wrong))
        frame = await frame_for(door, visitor, SIGNS)
        return shown(door, "sign_new.html", frame, page, problem.status)
    return redirect(f"{SIGNS}/{id}?done=register", status=303)


async def give_label(
    request: Request, door: ConsoleDoor, visitor: Visitor, sign_id: str, form: str
) -> HTTPResponse:
    """GET /console/signs/{id}/label/{png or pdf}: the code to print on the label."""
    view = await _find(door, visitor, sign_id)
    if form not in LABELS or ("end" not in view.moves and view.public.state == "ended"):
        raise NotFound("problem.sign.not_found")
    drawn = io.BytesIO()
    # A sign gets dirty: a quarter of the code may be lost.
    code = segno.make(f"{signs_of(door).public_url}/h5/codes/{view.public.code}", error="q", micro=False)
    code.save(drawn, kind=form, scale=20 if form == "png" else 6, border=4)
    disposition = {"content-disposition": f'inline; filename="{view.public.code}.{form}"'}
    return HTTPResponse(drawn.getvalue(), content_type=LABELS[form], headers=disposition)


async def show_sign_photo(
    request: Request, door: ConsoleDoor, visitor: Visitor, photo_id: str
) -> HTTPResponse:
    """GET /console/signs/photos/{id}: the re-encoded copy, never the original."""
    wanted = await file_of_photo(visitor.actor, _uuid(photo_id))
    if wanted is None:
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _find(door: ConsoleDoor, visitor: Visitor, sign_id: str) -> SignView:
    return await sign_view(signs_of(door), visitor.actor, _uuid(sign_id))


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: SignView,
    *,
    notes: tuple[Note, ...] = (),
    act: str = "",
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    text, sign, here = door.words.text, view.public, f"{SIGNS}/{view.id}"
    now = door.clock.now()
    notes += tuple(
        Note(
            words=text(f"console_signs.oversize_{one.what}", most=f"{one.most:g}", basis=one.basis),
            tone="soon",
        )
        for one in sign.oversizes
        if sign.state != "ended"
    )
    labels = tuple(Link(href=f"{here}/label/{one}", words=text(f"console_signs.{one}")) for one in LABELS)
    page = OneSignPage(
        title=sign.words,
        code=sign.code,
        state=state_chip(door, sign.state),
        check=check_chip(door, sign.check),
        notes=notes,
        facts=facts_of(door, visitor, sign, view.application_reference, view.successor_reference),
        links=(
            *(labels if sign.state != "ended" else ()),
            Link(
                href=f"{signs_of(door).public_url}/h5/codes/{sign.code}", words=text("console_signs.public")
            ),
        ),
        removal_photos=_photos(door, view.removal_photos, "removal_photo"),
        looks=tuple(_look(door, one) for one in view.checks),
        hazards=tuple(
            Link(
                href=case_address(one.reference) if visitor.may(Operation.SEE_CASES) else "",
                words=f"{one.reference} {text(f'complaint.state.{one.state}')} "
                f"{door.words.moment(one.reported_at, now)}",
            )
            for one in view.hazards
        ),
        acts=tuple(
            _act(door, view, one, typed if one == act else None, wrong or {}, is_open=one == act)
            for one in ACTS
            if one in view.moves
        ),
        revision=view.revision,
    )
    return shown(door, "sign.html", await frame_for(door, visitor, SIGNS), page, status)


def _look(door: ConsoleDoor, one: CheckView) -> LookRow:
    text = door.words.text
    waiting = (Photo(href="", small="", words=text("console_signs.photo_waiting", count=one.waiting)),)
    return LookRow(
        at=one.checked_on.isoformat(),
        state=Chip(
            words=text(f"console_signs.look_{'safe' if one.is_safe else 'unsafe'}"),
            tone="good" if one.is_safe else "late",
        ),
        words=" ".join((*one.unsafe, one.words)).strip(),
        photos=_photos(door, one.photos, "photo") + (waiting if one.waiting else ()),
    )


def _photos(door: ConsoleDoor, ids: Iterable[UUID], word: str) -> tuple[Photo, ...]:
    return tuple(
        Photo(
            href=f"{SIGNS}/photos/{each}",
            small=f"{SIGNS}/photos/{each}?size=small",
            words=door.words.text(f"console_signs.{word}", number=number),
        )
        for number, each in enumerate(ids, 1)
    )


def _act(
    door: ConsoleDoor,
    view: SignView,
    name: str,
    typed: Mapping[str, str] | None,
    wrong: Mapping[str, str],
    *,
    is_open: bool,
) -> SignAct:
    text, sign = door.words.text, view.public
    if name == "correct":
        now = {one: _typed_as(getattr(sign, one)) for one in PARTICULARS}
        asks = asks_of(door, PARTICULARS, typed or now, wrong if is_open else {})
    elif name == "remove":
        asks = (
            Ask(
                name="removed_on",
                kind="short",
                label=text("console_signs.removed_on"),
                help=text("console_signs.removed_on_help"),
                typed=(typed or {}).get("removed_on", local(door.clock.now()).date().isoformat()),
                wrong=wrong.get("removed_on", "") if is_open else "",
                at_most=10,
            ),
        )
    else:
        field = _REASONS[name]
        asks = (
            Ask(
                name=field,
                kind="short" if name == "replace" else "long",
                label=text(f"console_signs.{_LABELS[name]}"),
                typed=(typed or {}).get(field, ""),
                wrong=wrong.get(field, "") if is_open else "",
                at_most=TYPED_AT_MOST,
            ),
        )
    return SignAct(
        name=name,
        words=text(f"console_signs.{name}_title"),
        action=f"{SIGNS}/{view.id}/{name}",
        asks=asks,
        button=text(f"console_signs.{name}"),
        hint=text(f"console_signs.{name}_note") if name in ("end", "remove", "replace") else "",
        grave=name in ("end", "remove"),
        open=is_open or (name == "clear" and not typed),
    )


def _typed_as(value: str | float) -> str:
    """As somebody would type it: 3 metres, not 3.0."""
    return f"{value:g}" if isinstance(value, float) else value


def _row(door: ConsoleDoor, one: SignLine) -> SignRow:
    due = one.check_due_on
    return SignRow(
        href=f"{SIGNS}/{one.id}",
        words=one.words,
        kind=one.kind_name,
        state=state_chip(door, one.state),
        check=check_chip(door, one.check),
        due=door.words.text("console_signs.due_on", on=due.isoformat()) if due is not None else "",
        holder=one.holder,
        place=one.place_text,
        code=one.code,
    )


def _new(typed: Mapping[str, str]) -> NewSign:
    said = {name: typed.get(name, "") for name in ENTERED if name not in ("width_m", "height_m")}
    sides = {name: number_or_nan(typed.get(name, "")) for name in ("width_m", "height_m")}
    return NewSign(**said, **sides)  # type: ignore[arg-type]


def _typed(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value_of(request, name).strip()[:TYPED_AT_MOST] for name in names}


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("problem.sign.not_found") from None
