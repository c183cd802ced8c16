"""What one was told: the list, what is read and what not, and how one wants to be told."""

from __future__ import annotations

import contextlib
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.notifications.preferences import STAFF, TOPICS_OF, choices_of, choose_as_staff
from casework.notifications.queries import DeliveryLine, mark_case_read, mark_read, notices_for, unread_for
from casework.notifications.shape import Topic
from casework.people.staff_binding import account_of
from kit.db import DATABASE_AWAY
from kit.problems import Busy, Invalid, NotFound
from kit.references import parse_reference
from web.console.door import ConsoleDoor
from web.console.frame import CASES, INQUIRIES, NOTICES, ORDERS, frame_for, shown
from web.console.notice_screens import NoticeLine, NoticesPage
from web.console.screens import Ask, Note, Option, OptionGroup
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS = 30
READ_AT_ONCE = 100
DONE = frozenset({"read", "all_read", "chosen"})
_PAGES = {"TS": CASES, "LY": INQUIRIES, "GD": ORDERS}


async def show_notices(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/notices."""
    done = request.args.get("done", "")
    notes = [Note(words=door.words.text(f"console_notices.done.{done}"))] if done in DONE else []
    return await _render(door, visitor, request.args.get("after", ""), notes)


async def read_notice(request: Request, door: ConsoleDoor, visitor: Visitor, notice_id: str) -> HTTPResponse:
    """POST /console/notices/{id}/read: seen; a call is answered by it. A doubled tap changes nothing."""
    try:
        wanted = UUID(notice_id)
    except ValueError:
        raise NotFound() from None
    await mark_read(door.db, visitor.staff.id, [wanted])
    return redirect(f"{NOTICES}?done=read", status=303)


async def read_all(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/notices/read: everything up to now."""
    waiting = await unread_for(visitor.staff.id, READ_AT_ONCE)
    await mark_read(door.db, visitor.staff.id, [row.id for row in waiting])
    return redirect(f"{NOTICES}?done=all_read", status=303)


async def choose_notices(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/notices/choices: how one wants to be told, topic by topic."""
    typed = {topic: value_of(request, topic.value) for topic in TOPICS_OF[STAFF]}
    try:
        await choose_as_staff(
            door.db, visitor.actor, {topic: choice for topic, choice in typed.items() if choice}
        )
    except Invalid as problem:
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        return await _render(door, visitor, "", [note], status=422)
    return redirect(f"{NOTICES}?done=chosen", status=303)


async def _render(
    door: ConsoleDoor, visitor: Visitor, after: str, notes: list[Note], status: int = 200
) -> HTTPResponse:
    text = door.words.text
    try:
        found = await notices_for(visitor.staff.id, after or None, ROWS)
    except Invalid as problem:
        after, status = "", 400
        notes.append(Note(words=text(problem.key, **problem.params), tone="soon"))
        found = await notices_for(visitor.staff.id, None, ROWS)
    now = door.clock.now()
    page = NoticesPage(
        notes=tuple(notes),
        rows=tuple(_line(door, row, now) for row in found.rows),
        unread=len(await unread_for(visitor.staff.id, READ_AT_ONCE)),
        asks=await _asks(door, visitor),
        bound="" if await account_of(visitor.staff.id) is not None else text("console_notices.not_bound"),
        more=f"{NOTICES}?{urlencode({'after': found.after})}" if found.after else "",
        first=NOTICES if after else "",
    )
    return shown(door, "notices.html", await frame_for(door, visitor, NOTICES), page, status)


def _line(door: ConsoleDoor, row: DeliveryLine, now: datetime) -> NoticeLine:
    text = door.words.text
    reference = row.params.get("reference", "")
    return NoticeLine(
        title=text(f"{row.template}.title"),
        words=text(f"{row.template}.text", **row.params),
        reference=reference,
        href=address_of(reference),
        at=door.words.moment(row.created_at, now),
        read="" if row.read_at is None else door.words.moment(row.read_at, now),
        read_action=f"{NOTICES}/{row.id}/read" if row.read_at is None else "",
        urgent=row.lane == 0,
        why=text(row.reason_key) if row.reason_key and row.state != "sent" else "",
    )


async def note_opened(door: ConsoleDoor, visitor: Visitor, case_id: UUID) -> None:
    """Opened is read: whoever was called about this case has answered. The page is shown also when nothing can be
    written at the moment; the notice then stays unread until the next time."""
    with contextlib.suppress(Busy, *DATABASE_AWAY):
        await mark_case_read(door.db, visitor.staff.id, case_id)


def address_of(reference: str) -> str:
    """The console's page of a case, "" where its kind has none."""
    parsed = parse_reference(reference)
    page = _PAGES.get(parsed.kind) if parsed is not None else None
    return f"{page}/{reference}" if page else ""


async def _asks(door: ConsoleDoor, visitor: Visitor) -> tuple[Ask, ...]:
    held = await choices_of(STAFF, visitor.staff.id)
    return tuple(_ask(door, topic, held.get(topic, "now")) for topic in TOPICS_OF[STAFF])


def _ask(door: ConsoleDoor, topic: Topic, held: str) -> Ask:
    text = door.words.text
    options = tuple(
        Option(value=choice, words=text(f"console_notices.choice.{choice}"))
        for choice in ("now", "digest", "none")
    )
    return Ask(
        name=topic.value,
        kind="choice",
        label=text(f"console_notices.topic.{topic.value}"),
        typed=held,
        groups=(OptionGroup(name="", options=options),),
    )
