"""Filing at the console: for a caller, at the window, on the round; and mended on the spot where that is all it took.

Whatever goes wrong, the form comes back as it was filled in; photos wait in the browser. ADR 0050.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sanic import HTTPResponse, Request
from sanic.request import File

from casework.complaints.filing import NewComplaint
from casework.complaints.lifecycle import State
from casework.complaints.on_spot import close_on_spot
from casework.complaints.queries import detail_by_reference
from casework.complaints.receipts import ReceiptKind, Submitted, submit_once
from casework.complaints.taking_in import FOR_CALLERS, closes_on_spot
from casework.dangers.finding import find_danger
from kit.clock import local
from kit.db import DATABASE_AWAY, Change
from kit.files.models import StoredFile
from kit.files.receiving import receive
from kit.problems import Busy, Conflict, Problem
from web.console.addresses import case_address
from web.console.case_routes import PHOTO_KIND
from web.console.door import ConsoleDoor
from web.console.frame import FILE, frame_for, shown
from web.console.map_pages import let_base_in
from web.console.screens import Link, Note
from web.console.submission import KEY_LENGTH
from web.console.taking_form import BEFORE, TEXTS, Taken, body_of, faults_of, new_form, taken_of
from web.console.taking_screens import FiledPage
from web.console.taking_words import hints_part, taking_page
from web.console.visitor import Visitor

FILINGS_A_MINUTE, AT_ONCE = 20, 10
"""More than anybody can type; past it is a script or a stuck key."""
FIELD_OF_PROBLEM = {"place_text": "place", "position": "place", "latitude": "place", "longitude": "place"}


async def show_taking(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/cases/new."""
    return await render_taking(request, door, visitor, new_form())


async def give_hints(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/cases/new/hints: what is known about what was told so far. Nothing is kept."""
    page = await hints_part(door, visitor, taken_of(request))
    return shown(door, "_taking_hints.html", await frame_for(door, visitor, FILE), page)


async def file_case(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/cases/new: filed, and closed where it was mended; or the form again with what is wrong."""
    taken, text = taken_of(request), door.words.text
    wrong, before, after = faults_of(request, taken, door.desk, visitor.actor, door.words)
    if wrong:
        note = Note(words=text("console_file.not_yet"), tone="late")
        return await render_taking(request, door, visitor, taken, wrong=wrong, notes=(note,), status=422)
    closes = taken.closes and closes_on_spot(visitor.actor)
    try:
        await door.limits.take(
            "console-file",
            str(visitor.staff.id),
            per_minute=FILINGS_A_MINUTE,
            burst=AT_ONCE,
            problem="problem.complaint.too_often",
        )
        stored = [
            await _received(door, visitor, before),
            await _received(door, visitor, after if closes else []),
        ]
        done = await _filed(door, visitor, taken, stored[0], stored[1])
    except Conflict:
        # The browser's back button led to a form that was sent, and its words were changed.
        fresh = replace(taken, act=secrets.token_hex(KEY_LENGTH // 2))
        note = Note(words=text("console_file.sent_before"), tone="soon")
        return await render_taking(request, door, visitor, fresh, notes=(note,), status=409)
    except DATABASE_AWAY:
        return await _refused(request, door, visitor, taken, Busy())
    except Problem as problem:
        return await _refused(request, door, visitor, taken, problem)
    notes = await _closed(door, visitor, taken, done, stored[1]) if closes else ()
    return await _receipt(door, visitor, taken, done, notes)


async def render_taking(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    taken: Taken,
    *,
    wrong: Mapping[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    """The form as it was filled in."""
    page = await taking_page(door, visitor, taken, wrong=wrong, notes=notes)
    let_base_in(request, door)
    return shown(door, "taking.html", await frame_for(door, visitor, FILE), page, status)


async def _refused(
    request: Request, door: ConsoleDoor, visitor: Visitor, taken: Taken, problem: Problem
) -> HTTPResponse:
    sentence = door.words.text(problem.key, **problem.params)
    field = str(getattr(problem, "field", "") or "")
    if problem.key.startswith("problem.file."):
        field = "photos"
    field = FIELD_OF_PROBLEM.get(field, field)
    # What no field of the page shows is said above the form.
    wrong = {field: sentence} if field in TEXTS or field == BEFORE else {}
    note = Note(words=door.words.text("console_file.not_yet") if wrong else sentence, tone="late")
    # In the place of a page that is there, one of a server in trouble is not shown.
    status, is_kept = problem.status, problem.status >= 500 and "hx-request" in request.headers
    response = await render_taking(
        request, door, visitor, taken, wrong=wrong, notes=(note,), status=409 if is_kept else status
    )
    if problem.retry_after_s is not None:
        response.headers["retry-after"] = str(problem.retry_after_s)
    return response


async def _received(door: ConsoleDoor, visitor: Visitor, photos: Iterable[File]) -> list[StoredFile]:
    """Sealed and stored, their rows not yet saved: an original without a row is swept away."""
    return [
        await receive(
            door.files,
            photo.body,
            file_id=door.db.ids.new(),
            account_id=None,
            kind=PHOTO_KIND,
            at=door.clock.now(),
        )
        for photo in photos
    ]


async def _filed(
    door: ConsoleDoor, visitor: Visitor, taken: Taken, before: list[StoredFile], after: list[StoredFile]
) -> Submitted:
    source = taken.source(visitor.actor)
    same = await detail_by_reference(door.desk, taken.text("same_as"), visitor.actor)
    new = NewComplaint(
        account_id=None,
        story=taken.text("story"),
        source=source,
        photos=tuple(one.id for one in before),
        place_text=taken.text("place"),
        position=taken.position,
        phone=taken.text("phone") or None,
        category=taken.text("category") or None,
        person_name=taken.text("person_name") or None,
        particulars=taken.answers(door.desk),
        same_as_id=same.view.id if same is not None and visitor.sees(same) else None,
        urgency=taken.urgency,
    )
    is_a_callers = source in FOR_CALLERS or bool(new.phone or new.person_name)
    return await submit_once(
        door.desk,
        door.keys,
        visitor.actor,
        new,
        key=f"console:{visitor.staff.id}:{taken.act}",
        body=body_of(taken, sorted(one.sha256 for one in (*before, *after))),
        kind=ReceiptKind.RECEIPT if is_a_callers else None,
        beside=(*before, *after),
    )


async def _closed(
    door: ConsoleDoor, visitor: Visitor, taken: Taken, done: Submitted, after: list[StoredFile]
) -> tuple[Note, ...]:
    """Close what was just filed. What hinders that does not undo the filing: the case's page has the form for it."""
    text = door.words.text
    if done.is_repeat:
        if done.view.state is not State.SUBMITTED:
            return (Note(words=text("console_file.closed"), tone="good"),)

        async def work(change: Change) -> None:
            for row in after:
                await row.save(force_create=True)

        # The first try was filed and died before it was closed: its photos are these.
        await door.db.change(work)
    try:
        await close_on_spot(
            door.desk,
            visitor.actor,
            done.view.id,
            text=taken.text("answer"),
            after_photos=tuple(one.id for one in after),
        )
    except Problem as problem:
        why = text(problem.key, **problem.params)
        return (Note(words=text("console_file.not_closed", why=why), tone="late"),)
    return (Note(words=text("console_file.closed"), tone="good"),)


async def _receipt(
    door: ConsoleDoor, visitor: Visitor, taken: Taken, done: Submitted, notes: tuple[Note, ...]
) -> HTTPResponse:
    """The page after filing: the number, and what a caller follows it with, read out or printed this once."""
    text, view = door.words.text, done.view
    case = await detail_by_reference(door.desk, view.reference, visitor.actor)
    state = case.view.state if case is not None else view.state
    facts = [
        (text("console_file.fact.source"), text(f"complaint.source.{taken.source(visitor.actor).value}")),
        (text("console_file.fact.at"), f"{local(view.submitted_at):%Y-%m-%d %H:%M}"),
    ]
    if view.due_at is not None and state is State.SUBMITTED:
        facts.append((text("console_file.fact.due"), f"{local(view.due_at):%Y-%m-%d %H:%M}"))
    danger = find_danger(door.desk.policy.danger, view.story)
    page = FiledPage(
        reference=view.reference,
        href=case_address(view.reference),
        secret=done.secret,
        follow=text("console_file.follow", bureau=door.bureau_name) if done.secret else "",
        address=f"{door.public_url}/h5/receipt".split("://")[-1],
        state=door.words.state(state),
        facts=tuple(facts),
        danger=text("console_file.danger_called", words="、".join(danger)) if danger else "",
        notes=notes,
        links=(
            Link(href=FILE, words=text("console_file.another")),
            Link(href=case_address(view.reference), words=text("console_file.open")),
        ),
    )
    return shown(door, "taken.html", await frame_for(door, visitor, FILE), page)
