"""Work orders: a contractor's queue and the bureau's, one order, its moves and its photos."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.work_orders.lifecycle import State
from casework.work_orders.queries import TABS, counts, file_of_photo, order_by_reference, orders
from casework.work_orders.views import OrderView
from kit.files.store import FileMissing, Variant
from kit.problems import Invalid, NotFound, Problem
from kit.workflow import is_blank
from web.console.addresses import case_address, tab_address
from web.console.case_routes import keep_photos
from web.console.door import ConsoleDoor
from web.console.form_shapes import PHOTOS_BYTES, Filled
from web.console.frame import ORDERS, frame_for, shown
from web.console.notice_pages import note_opened
from web.console.order_forms import ORDER_FORMS, TEXTS, acts_of
from web.console.order_screens import OrderPage, OrdersPage
from web.console.order_words import order_address, photos_of_order, row_of, state_chip
from web.console.screens import Fact, Link, Note
from web.console.submission import Typed, photo_fault, photos_of, revision_of, value_of
from web.console.visitor import Visitor

ROWS = 30
KEPT_AT_MOST = 4_000
DONE = frozenset({*ORDER_FORMS, "issue"})
BY_ITSELF = {State.DECLINED: "work_order.left", State.CANCELLED: "work_order.case_over"}
MOVED_ON = ("problem.work_order.moved_on", "problem.workflow.wrong_state")


async def show_orders(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/orders."""
    text, after = door.words.text, str(request.args.get("after", ""))
    waiting = await counts(visitor.actor)
    first = "open" if visitor.is_contractor or not waiting["done"] else "done"
    tab = str(request.args.get("tab", "")) or first
    if tab not in TABS:
        tab = first
    try:
        found = await orders(door.orders, visitor.actor, tab, after=after or None, limit=ROWS)
    except Invalid:
        after = ""
        found = await orders(door.orders, visitor.actor, tab, limit=ROWS)
    now = door.clock.now()
    page = OrdersPage(
        tabs=tuple(
            Link(
                href=tab_address(ORDERS, one),
                words=text(f"console.orders.tab.{one}") + (f" {waiting[one]}" if waiting.get(one) else ""),
                here=one == tab,
            )
            for one in TABS
        ),
        rows=tuple(row_of(door, one, now, names_contractor=not visitor.is_contractor) for one in found.rows),
        nothing=text(f"console.orders.nothing.{tab}"),
        note=text("console.orders.note_over" if tab == "over" else "console.orders.note"),
        more=tab_address(ORDERS, tab, found.after) if found.after else "",
        first=tab_address(ORDERS, tab) if after else "",
    )
    return shown(door, "orders.html", await frame_for(door, visitor, ORDERS), page)


async def show_order(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/orders/{reference}."""
    view, done = await find_order(door, visitor, reference), str(request.args.get("done", ""))
    notes: tuple[Note, ...] = ()
    if done in DONE:
        words = door.words.text(f"console.orders.done_note.{done}", reference=view.line.reference)
        notes = (Note(words=words),)
    return await _render(door, visitor, view, notes=notes)


async def take_order(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, act: str
) -> HTTPResponse:
    """POST /console/orders/{reference}/{move}: the order as it stands then, or its page with what is wrong."""
    form = ORDER_FORMS.get(act)
    if form is None:
        raise NotFound("problem.workflow.unknown_move")
    view = await find_order(door, visitor, reference)
    texts = {name: value_of(request, name)[:KEPT_AT_MOST] for name in TEXTS}
    photos, revision = photos_of(request), revision_of(request)
    wrong = _faults(door, act, texts, photo_fault(photos, PHOTOS_BYTES, door.words))
    if wrong:
        return await _render(door, visitor, view, typed=Typed(move=act, texts=texts, wrong=wrong), status=422)
    try:
        may = act in view.moves and revision == view.line.revision
        # For an outdated form nothing is stored: the action refuses it, or finds a doubled tap already done.
        ids = await keep_photos(door, photos) if may else tuple(door.db.ids.new() for _ in photos)
        filled = Filled(texts=texts, photos=ids, revision=revision)
        await form.take(door.orders, visitor.actor, view.line.id, filled)
    except Problem as problem:
        return await _refused(door, visitor, reference, problem, Typed(move=act, texts=texts))
    return redirect(f"{order_address(view.line.reference)}?done={act}", status=303)


async def show_order_photo(
    request: Request, door: ConsoleDoor, visitor: Visitor, photo_id: str
) -> HTTPResponse:
    """GET /console/orders/photos/{id}: the re-encoded copy, never the original, to whoever may see the order."""
    try:
        wanted = await file_of_photo(visitor.actor, UUID(photo_id))
    except ValueError:
        wanted = None
    if wanted is None:
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def find_order(door: ConsoleDoor, visitor: Visitor, reference: str) -> OrderView:
    """The order, if it exists and is the visitor's to see; otherwise the same NotFound."""
    view = await order_by_reference(door.orders, visitor.actor, reference)
    if view is None:
        raise NotFound("problem.work_order.not_found")
    return view


def _faults(door: ConsoleDoor, act: str, texts: dict[str, str], photos: str) -> dict[str, str]:
    wrong = {}
    for name, kind in ORDER_FORMS[act].fields:
        if kind == "photos" and photos:
            wrong[name] = photos
        elif kind != "photos" and is_blank(texts[name]):
            label = door.words.text(f"console.orders.field.{name}")
            wrong[name] = door.words.text("console.form.missing", field=label)
    return wrong


async def _refused(
    door: ConsoleDoor, visitor: Visitor, reference: str, problem: Problem, typed: Typed
) -> HTTPResponse:
    """The order as it stands now, with one sentence why not and what was typed."""
    view = await find_order(door, visitor, reference)
    key = "problem.work_order.moved_on" if problem.key in MOVED_ON else problem.key
    sentence = door.words.text(key, **problem.params)
    field = getattr(problem, "field", None) or problem.params.get("field")
    if problem.key.startswith("problem.file."):
        field = "after_photos"
    if isinstance(field, str) and field in dict(ORDER_FORMS[typed.move].fields):
        typed = Typed(move=typed.move, texts=typed.texts, wrong={field: sentence})
        return await _render(door, visitor, view, typed=typed, status=problem.status)
    lost = tuple(
        Note(words=words, tone="plain")
        for name, words in typed.texts.items()
        if words and name != "take_photos"
    )
    notes = (Note(words=sentence, tone="late"), *(lost if typed.move not in view.moves else ()))
    return await _render(door, visitor, view, notes=notes, typed=typed, status=problem.status)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: OrderView,
    *,
    notes: tuple[Note, ...] = (),
    typed: Typed | None = None,
    status: int = 200,
) -> HTTPResponse:
    line, text, now = view.line, door.words.text, door.clock.now()
    await note_opened(door, visitor, line.id)
    has_place = view.latitude is not None and view.longitude is not None
    after = photos_of_order(door, view.photos, "after")
    # What ended by itself has no words of anybody.
    ground = view.ground or (text(BY_ITSELF[line.state]) if line.state in BY_ITSELF else "")
    page = OrderPage(
        reference=line.reference,
        revision=str(line.revision),
        state=state_chip(door, line.state),
        due=door.words.time_left(line.due_at, now),
        due_words=text("console.orders.due_verify" if line.state is State.DONE else "console.orders.due"),
        category=line.category_name,
        words=line.words,
        place=line.place_text,
        map=f"geo:{view.latitude:.6f},{view.longitude:.6f}" if has_place else "",
        facts=_facts(door, visitor, view),
        before=photos_of_order(door, view.photos, "before"),
        after=after,
        report=view.report,
        ground_title=text(f"console.orders.ground.{line.state.value}") if ground else "",
        ground=ground,
        acts=acts_of(door, view, typed),
        notes=notes,
        case=case_address(view.case_reference) if view.case_reference else "",
        case_words=text("console.orders.to_case", reference=view.case_reference)
        if view.case_reference
        else "",
        takes_photos=bool(after),
    )
    return shown(door, "order.html", await frame_for(door, visitor, ORDERS), page, status)


def _facts(door: ConsoleDoor, visitor: Visitor, view: OrderView) -> tuple[Fact, ...]:
    text, now = door.words.text, door.clock.now()
    facts = [
        ("issued", door.words.moment(view.issued_at, now)),
        ("issued_by", view.issued_by_name),
    ]
    if not visitor.is_contractor:
        facts.append(("contractor", view.line.contractor_name))
    return tuple(Fact(name=text(f"console.orders.{name}"), words=words) for name, words in facts if words)
