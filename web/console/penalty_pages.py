"""Notices to put something right: the list, one with its acts, its photos and papers."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.opening import headers, open_paper
from casework.penalties import actions
from casework.penalties.queries import TABS, counts, notice_view, notices
from casework.penalties.views import NoticeView
from casework.permissions import Operation
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound, Problem
from web.console.case_screens import Photo
from web.console.door import ConsoleDoor
from web.console.frame import PENALTIES, frame_for, shown
from web.console.penalty_photos import ask_photos, ids_of, kept_words, photos_so_far, require_photos
from web.console.penalty_screens import NoticeAct, NoticeDetail, NoticesPage, PaperRow, PhotoGroup
from web.console.penalty_words import ask, desk_of, earlier_rows, notice_address, row_of, state_chip
from web.console.screens import Ask, Fact, Link, Note, Option
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

ROWS = 30
ACTS = ("deliver", "confirm", "exempt", "send_back", "find_undone", "renew_code", "withdraw")
SEEN = frozenset({"confirm", "exempt", "send_back", "find_undone"})
"""The moves after which officers may show what they saw."""
GRAVE = frozenset({"find_undone", "withdraw", "renew_code"})
DONE = frozenset({"issue", *ACTS})


async def show_notices_to_right(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/penalties?tab=&before=."""
    desk, text, now = desk_of(door), door.words.text, door.clock.now()
    waiting = await counts(visitor.actor)
    tab = str(request.args.get("tab", ""))
    tab = tab if tab in TABS else next((one for one in TABS if waiting.get(one)), "reported")
    before = str(request.args.get("before", ""))
    found = await notices(desk, visitor.actor, tab, before=before, limit=ROWS)
    page = NoticesPage(
        tabs=tuple(
            Link(
                href=_address(one),
                words=text(f"console_penalties.tab.{one}") + (f" {waiting[one]}" if waiting.get(one) else ""),
                here=one == tab,
            )
            for one in TABS
        ),
        rows=tuple(row_of(door, one, now) for one in found.rows),
        nothing=text(f"console_penalties.nothing.{tab}"),
        note=text("console_penalties.note"),
        new=f"{PENALTIES}/new" if visitor.may(Operation.KEEP_PENALTIES) else "",
        more=_address(tab, found.after) if found.after else "",
        first=_address(tab) if before else "",
    )
    return shown(door, "penalties.html", await frame_for(door, visitor, PENALTIES), page)


async def show_notice_to_right(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """GET /console/penalties/{reference}."""
    view = await notice_view(desk_of(door), visitor.actor, reference)
    done = str(request.args.get("done", ""))
    notes = (Note(words=door.words.text(f"console_penalties.done.{done}")),) if done in DONE else ()
    return await _shown(door, visitor, view, notes)


async def take_notice(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, act: str
) -> HTTPResponse:
    """POST /console/penalties/{reference}/{act}. Refused, nothing typed is lost."""
    desk = desk_of(door)
    view = await notice_view(desk, visitor.actor, reference)
    if act not in ACTS:
        raise NotFound("problem.workflow.unknown_move")
    revision, words = revision_of(request), value_of(request, "words")
    id, delivery = view.line.id, value_of(request, "delivery")
    kept = await photos_so_far(request, door) if act in SEEN else ""
    try:
        require_photos(request, door)
        photos = ids_of(kept)
        if act == "deliver":
            await actions.deliver(desk, visitor.actor, id, delivery, revision)
        elif act == "send_back":
            await actions.send_back(desk, visitor.actor, id, words, revision, photos=photos)
        elif act == "renew_code":
            await actions.renew_code(desk, visitor.actor, id, revision)
        else:
            await actions.end(desk, visitor.actor, id, act, words, revision, photos=photos)
    except Problem as problem:
        view = await notice_view(desk, visitor.actor, reference)
        sentence = door.words.text(problem.key, **problem.params)
        return await _shown(door, visitor, view, (), (act, sentence, words), problem.status, kept)
    return redirect(f"{notice_address(view.line.reference)}?done={act}", status=303)


async def show_notice_paper(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, document_id: str
) -> HTTPResponse:
    """GET /console/penalties/{reference}/papers/{id}: the PDF; that it was opened is audited first."""
    desk = desk_of(door)
    view = await notice_view(desk, visitor.actor, reference)
    wanted = next((one for one in view.papers if str(one.id) == document_id), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    opened = await open_paper(desk.documents, visitor.actor, wanted.id, "console")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_notice_photo(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /console/penalties/{reference}/photos/{id}: the re-encoded copy of what the party sent."""
    view = await notice_view(desk_of(door), visitor.actor, reference)
    wanted = next((one for one in view.photos if str(one.file_id) == file_id and one.is_ready), None)
    if wanted is None:
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(UUID(file_id), variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _shown(
    door: ConsoleDoor,
    visitor: Visitor,
    view: NoticeView,
    notes: tuple[Note, ...],
    wrong: tuple[str, str, str] | None = None,
    status: int = 200,
    kept: str = "",
) -> HTTPResponse:
    text, line, now = door.words.text, view.line, door.clock.now()
    if wrong is not None:
        notes = (*notes, Note(words=wrong[1], tone="late"))
    own = notice_address(line.reference)
    page = NoticeDetail(
        reference=line.reference,
        revision=str(line.revision),
        title=line.ground_name,
        state=state_chip(line),
        due=door.words.time_left(line.due_at, now) if line.due_at is not None else None,
        due_words=text(f"console_penalties.due.{line.state}") if line.due_at is not None else "",
        facts=_facts(door, view),
        found=view.facts,
        demand=view.demand,
        report=view.report,
        reported=door.words.moment(view.reported_at, now) if view.reported_at is not None else "",
        checked=view.checked_words,
        photos=_photos(door, view, own),
        papers=tuple(
            PaperRow(
                href=f"{own}/papers/{one.id}",
                name=text(f"document.name.{one.paper}"),
                number=one.number or "",
                at=door.words.moment(one.issued_at, now),
            )
            for one in view.papers
        ),
        reckoning=view.reckoning,
        basis=view.limit_basis,
        judgement=view.judgement,
        judged_by=view.judged_by,
        earlier=earlier_rows(door, view.earlier, now),
        is_first_violation=line.is_first_violation,
        acts=tuple(_act(door, view, one, wrong, kept) for one in ACTS if one in view.moves),
        code=view.code if {"renew_code"} & set(view.moves) else "",
        notes=notes,
    )
    return shown(door, "penalty.html", await frame_for(door, visitor, PENALTIES), page, status)


def _photos(door: ConsoleDoor, view: NoticeView, own: str) -> tuple[PhotoGroup, ...]:
    text = door.words.text
    groups = []
    for stage in dict.fromkeys(one.stage for one in view.photos):
        photos = tuple(
            Photo(
                href=f"{own}/photos/{one.file_id}" if one.is_ready else "",
                small=f"{own}/photos/{one.file_id}?size=small" if one.is_ready else "",
                words=text(f"console_penalties.photo{'' if one.is_ready else '_waiting'}", number=number),
            )
            for number, one in enumerate((one for one in view.photos if one.stage == stage), start=1)
        )
        groups.append(PhotoGroup(title=text(f"console_penalties.photos_of.{stage}"), photos=photos))
    return tuple(groups)


def _facts(door: ConsoleDoor, view: NoticeView) -> tuple[Fact, ...]:
    text, line, now = door.words.text, view.line, door.clock.now()
    delivery = text(f"console_penalties.delivery.{view.delivery}")
    delivered = (
        door.words.moment(view.delivered_at, now)
        if view.delivered_at is not None
        else text("console_penalties.not_delivered")
    )
    found = (
        ("party", line.party),
        ("party_number", view.party_number),
        ("place_text", line.place_text),
        ("basis", view.basis),
        ("officers", text("console_penalties.join").join(view.officers)),
        ("issued", door.words.moment(line.issued_at, now)),
        ("delivery", text("console_penalties.delivered", how=delivery, at=delivered)),
    )
    return tuple(
        Fact(name=text(f"console_penalties.field.{name}"), words=words) for name, words in found if words
    )


def _act(
    door: ConsoleDoor, view: NoticeView, name: str, wrong: tuple[str, str, str] | None, kept: str = ""
) -> NoticeAct:
    text = door.words.text
    mine = wrong if wrong is not None and wrong[0] == name else None
    asks: tuple[Ask, ...] = (ask(door, "words", typed=mine[2] if mine is not None else ""),)
    if name in SEEN:
        asks = (*asks, ask_photos(door))
    if name == "deliver":
        ways = tuple(
            Option(value=one, words=text(f"console_penalties.delivery.{one}")) for one in ("window", "post")
        )
        asks = (ask(door, "delivery", typed=view.delivery, options=ways),)
    return NoticeAct(
        move=name,
        words=text(f"rectification.move.{name}"),
        button=text(f"console_penalties.button.{name}"),
        hint=text(f"console_penalties.hint.{name}"),
        action=f"{notice_address(view.line.reference)}/{name}",
        asks=asks if name != "renew_code" else (),
        open=mine is not None,
        grave=name in GRAVE,
        kept=kept if mine is not None else "",
        kept_words=kept_words(door, kept) if mine is not None else "",
    )


def _address(tab: str, before: str = "") -> str:
    return f"{PENALTIES}?{urlencode({'tab': tab} | ({'before': before} if before else {}))}"
