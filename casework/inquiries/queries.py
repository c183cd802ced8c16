"""Reading inquiries. Lists are paged by key. A reference grants nothing: other people's look like unknown ones."""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.inquiries.assembly import inquiry_line, inquiry_view
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.lifecycle import State
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.inquiries.views import InquiryLine, InquiryPage, InquiryView
from casework.keyset import page_key, page_token
from casework.people.merging import members
from casework.people.models import Staff
from casework.roles import STAFF_ROLES
from kit.db import Change, Database
from kit.problems import Forbidden, NotFound
from kit.references import parse_reference

PAGE_AT_MOST = 100


async def mine(desk: InquiryDesk, account_id: UUID, limit: int = 20, after: str | None = None) -> InquiryPage:
    """A person's inquiries, newest first. `after` is the page before's."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Inquiry.filter(account_id__in=list(await members(account_id)))
    if after is not None:
        at, id = page_key(after)
        query = query.filter(Q(submitted_at__lte=at) & (Q(submitted_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-submitted_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = page_token(rows[-1].submitted_at, rows[-1].id) if more else None
    return InquiryPage(rows=await _lines(desk, rows), after=last)


async def for_owner(desk: InquiryDesk, account_id: UUID, reference: str) -> InquiryView | None:
    """A person's own inquiry with everything said. None for anything else, whatever the reason."""
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    row = await Inquiry.get_or_none(reference=str(parsed), account_id__in=list(await members(account_id)))
    if row is None:
        return None
    messages = await InquiryMessage.filter(inquiry_id=row.id).order_by("position")
    return inquiry_view(row, messages, desk.db.clock.now())


async def waiting(desk: InquiryDesk, after: str | None = None, limit: int = 30) -> InquiryPage:
    """What waits for an answer, due first."""
    return await _by_due(desk, State.SUBMITTED, after, limit)


async def own_data_requests(
    desk: InquiryDesk, *, is_over: bool = False, limit: int = 50
) -> tuple[InquiryLine, ...]:
    """Requests of people about their own data: what waits for an answer, due first; or what was answered, latest first."""
    requests = Inquiry.filter(topic__isnull=False)
    if is_over:
        rows = requests.exclude(state=State.SUBMITTED.value).order_by("-submitted_at", "-id")
    else:
        rows = requests.filter(state=State.SUBMITTED.value).order_by("due_at", "id")
    return await _lines(desk, await rows.limit(max(1, min(limit, PAGE_AT_MOST))))


async def note_read(db: Database, actor: Actor, inquiry_id: UUID) -> UUID:
    """Note that the words of a request were read as they were written; whose request it is."""

    async def work(change: Change) -> UUID:
        row = await change.lock(Inquiry, inquiry_id)
        if row is None:
            raise NotFound("problem.inquiry.not_found")
        await change.audit(row.id, actor, "inquiry.reveal_words", {})
        return row.account_id

    return await db.change(work)


async def account_of(inquiry_id: UUID) -> UUID | None:
    """Whose message it is: for whoever handles a request about their data, never for a door of citizens."""
    row = await Inquiry.get_or_none(id=inquiry_id)
    return row.account_id if row is not None else None


async def answered(desk: InquiryDesk, after: str | None = None, limit: int = 30) -> InquiryPage:
    """What is answered and not closed yet, first what the clock closes first."""
    return await _by_due(desk, State.ANSWERED, after, limit)


async def closed(desk: InquiryDesk, after: str | None = None, limit: int = 30) -> InquiryPage:
    """What is over, the latest message first."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Inquiry.filter(state=State.CLOSED.value)
    if after is not None:
        at, id = page_key(after)
        query = query.filter(Q(submitted_at__lte=at) & (Q(submitted_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-submitted_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = page_token(rows[-1].submitted_at, rows[-1].id) if more else None
    return InquiryPage(rows=await _lines(desk, rows), after=last)


async def one(desk: InquiryDesk, inquiry_id: UUID, viewer: Actor | None = None) -> InquiryView | None:
    """An inquiry as staff see it, with the names of who answered and the moves open to `viewer`.

    Raises Forbidden for a viewer who is not staff.
    """
    return await _seen(desk, await Inquiry.get_or_none(id=inquiry_id), viewer)


async def by_reference(desk: InquiryDesk, reference: str, viewer: Actor | None = None) -> InquiryView | None:
    """The same by reference, as somebody typed it."""
    parsed = parse_reference(reference)
    row = await Inquiry.get_or_none(reference=str(parsed)) if parsed is not None else None
    return await _seen(desk, row, viewer)


async def _seen(desk: InquiryDesk, row: Inquiry | None, viewer: Actor | None) -> InquiryView | None:
    if viewer is not None and (viewer.kind != "staff" or viewer.roles.isdisjoint(STAFF_ROLES)):
        raise Forbidden()
    if row is None:
        return None
    messages = await InquiryMessage.filter(inquiry_id=row.id).order_by("position")
    staff_ids = {one.author_id for one in messages if one.author_kind == "staff"}
    names = dict(await Staff.filter(id__in=list(staff_ids)).values_list("id", "name")) if staff_ids else {}
    roles = viewer.roles if viewer is not None else frozenset()
    return inquiry_view(row, messages, desk.db.clock.now(), roles, names)


async def _by_due(desk: InquiryDesk, state: State, after: str | None, limit: int) -> InquiryPage:
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Inquiry.filter(state=state.value, due_at__isnull=False)
    if after is not None:
        at, id = page_key(after)
        query = query.filter(Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=id)))
    rows = await query.order_by("due_at", "id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    after = page_token(last.due_at, last.id) if last is not None and last.due_at is not None else None
    return InquiryPage(rows=await _lines(desk, rows), after=after)


async def _lines(desk: InquiryDesk, rows: list[Inquiry]) -> tuple[InquiryLine, ...]:
    ids = [row.id for row in rows]
    firsts = await InquiryMessage.filter(inquiry_id__in=ids, position=1) if ids else []
    words = {one.inquiry_id: one.text for one in firsts}
    now = desk.db.clock.now()
    return tuple(inquiry_line(row, words.get(row.id, ""), now) for row in rows)
