"""Who is chief of a street, officer of a grid, or on duty: posted, changed, taken back.

A head posts people of their own units for work of those units, an administrator anybody for any. Each act is audited in
a chain of the posting's own. A street or grid has one person at a time, a duty list as many as a shift needs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.areas.models import Area
from casework.complaints.desk import Desk
from casework.complaints.wording import optional
from casework.people.models import Grant
from casework.people.staff_rows import locked_here
from casework.permissions import Operation, require
from casework.roles import Role
from casework.routing.loading import HANDLING
from casework.routing.models import Posting
from casework.routing.posting_queries import PostingView, views_of
from casework.routing.roster import Post
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

NOTE_AT_MOST = 200
LONGEST_DUTY = timedelta(days=31)
FARTHEST = timedelta(days=731)
_LOCK = 0x706F7374


class NewPosting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a post for some time. `area` is the code or name of a polygon; a duty list needs a unit and an end."""

    post: Post
    staff_id: UUID
    unit: str | None = None
    area: str | None = None
    begins_at: datetime
    ends_at: datetime | None = None
    note: str = ""

    def __post_init__(self) -> None:
        # SQLite compares moments as text.
        msgspec.structs.force_setattr(self, "begins_at", self.begins_at.astimezone(UTC))
        if self.ends_at is not None:
            msgspec.structs.force_setattr(self, "ends_at", self.ends_at.astimezone(UTC))


async def post(desk: Desk, actor: Actor, new: NewPosting) -> PostingView:
    """Post somebody. Raises Invalid naming the field, Forbidden, Conflict where the post is taken at that time."""
    _may_keep(actor, new.unit)

    async def work(change: Change) -> UUID:
        await turn_of_its_own(change)
        return (await made(change, desk, actor, new)).id

    return await _read(await desk.db.change(work))


async def change(
    desk: Desk,
    actor: Actor,
    posting_id: UUID,
    *,
    staff_id: UUID,
    begins_at: datetime,
    ends_at: datetime | None,
    note: str = "",
) -> PostingView:
    """Somebody else, or another time. What it is a post of stays. Raises as `post` does."""

    async def work(change: Change) -> None:
        await turn_of_its_own(change)
        row = await _locked(change, actor, posting_id)
        if row.revoked_at is not None:
            raise Conflict("problem.posting.revoked")
        new = NewPosting(
            post=Post(row.post),
            staff_id=staff_id,
            unit=row.unit,
            area=row.area,
            begins_at=begins_at,
            ends_at=ends_at,
            note=note,
        )
        await _check(change, desk, actor, new, but=row.id)
        before = _facts(row)
        row.staff_id, row.begins_at, row.ends_at = staff_id, new.begins_at, new.ends_at
        row.note = optional(note, field="note", at_most=NOTE_AT_MOST)
        after = _facts(row)
        if after != before:
            await row.save()
            await change.audit(row.id, actor, "posting.change", {**after, "before": before})

    await desk.db.change(work)
    return await _read(posting_id)


async def revoke(desk: Desk, actor: Actor, posting_id: UUID) -> PostingView:
    """Take it back, from this moment on. What was revoked before stays as it is."""

    async def work(change: Change) -> None:
        row = await _locked(change, actor, posting_id)
        if row.revoked_at is None:
            row.revoked_at = change.now
            await row.save(update_fields=["revoked_at"])
            await change.audit(row.id, actor, "posting.revoke", {})

    await desk.db.change(work)
    return await _read(posting_id)


def may_keep(actor: Actor, unit: str | None) -> bool:
    """Whether it is theirs to say who holds a post of this unit (None: of the whole bureau)."""
    return _keeps_any(actor) or actor.holds(Role.HEAD, unit if unit is not None else EVERY_UNIT)


def may_post(actor: Actor, units: Collection[str | None]) -> bool:
    """Whether it is theirs to post somebody who handles cases in these units (None: in the whole bureau)."""
    return _keeps_any(actor) or any(unit is None or actor.holds(Role.HEAD, unit) for unit in units)


async def made(change: Change, desk: Desk, actor: Actor, new: NewPosting) -> Posting:
    """Post somebody inside a change that has its turn. Whoever calls has asked `may_keep`."""
    area = await _check(change, desk, actor, new)
    row = Posting(
        id=change.ids.new(),
        post=new.post.value,
        unit=new.unit,
        area=area,
        staff_id=new.staff_id,
        begins_at=new.begins_at,
        ends_at=new.ends_at,
        note=optional(new.note, field="note", at_most=NOTE_AT_MOST),
        created_by_id=actor.id,
        created_at=change.now,
    )
    await row.save(force_create=True)
    await change.audit(row.id, actor, "posting.make", _facts(row))
    return row


async def turn_of_its_own(change: Change) -> None:
    """One at a time, or two would post two people to one street. SQLite has one writer anyway."""
    if change.is_postgres:
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])


async def _check(
    change: Change, desk: Desk, actor: Actor, new: NewPosting, but: UUID | None = None
) -> str | None:
    """The code of the area. Raises for whatever cannot be."""
    if new.unit is not None and new.unit not in desk.policy.units:
        raise Invalid("problem.posting.unit", field="unit")
    if new.post is Post.ON_DUTY and new.unit is None:
        raise Invalid("problem.posting.unit", field="unit")
    _check_time(new, change.now)
    area = None if new.post is Post.ON_DUTY else await _area(new)
    person = await locked_here(change, new.staff_id)
    units = await _handles_in(person.id, new.begins_at)
    if not units:
        raise Invalid("problem.posting.not_a_handler", field="staff", name=person.name)
    if not may_post(actor, units):
        raise Forbidden("problem.posting.not_your_colleague", field="staff", name=person.name)
    await _refuse_taken(new, area, but)
    return area


def _check_time(new: NewPosting, now: datetime) -> None:
    if new.ends_at is None:
        if new.post is Post.ON_DUTY:
            raise Invalid("problem.posting.no_end", field="ends_at")
    elif new.ends_at <= new.begins_at:
        raise Invalid("problem.posting.order", field="ends_at")
    elif new.post is Post.ON_DUTY and new.ends_at - new.begins_at > LONGEST_DUTY:
        raise Invalid("problem.posting.too_long", field="ends_at", days=LONGEST_DUTY.days)
    if abs(new.begins_at - now) > FARTHEST:
        raise Invalid("problem.posting.far_away", field="begins_at")


async def _area(new: NewPosting) -> str:
    """The polygon's code; as long as there are no polygons, the name as the bureau writes it."""
    named = optional(new.area, field="area", at_most=40)
    if named is None:
        raise Invalid("problem.posting.area", field="area")
    rows = await Area.filter(Q(code=named) | Q(name=named)).only("code", "kind").order_by("code")
    by_code = [row for row in rows if row.code == named] or rows
    if len(by_code) > 1:
        raise Invalid("problem.posting.area_of_that_name", field="area", area=named)
    if not by_code:
        if await Area.all().exists():
            raise Invalid("problem.posting.no_such_area", field="area", area=named)
        return named
    if new.post is Post.GRID_OFFICER and by_code[0].kind != "grid":
        raise Invalid("problem.posting.no_grid", field="area", area=named)
    return by_code[0].code


async def _handles_in(staff_id: UUID, at: datetime) -> frozenset[str | None]:
    """Where cases can be given to somebody when the post begins, or later on; None for the whole bureau."""
    day = local(at).date()
    held = Grant.filter(staff_id=staff_id, role__in=[role.value for role in HANDLING])
    held = held.filter(Q(until_on__isnull=True) | Q(until_on__gte=day))
    return frozenset(await held.values_list("unit", flat=True))  # type: ignore[arg-type]


async def _refuse_taken(new: NewPosting, area: str | None, but: UUID | None) -> None:
    same = Posting.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=new.begins_at), revoked_at__isnull=True)
    if new.ends_at is not None:
        same = same.filter(begins_at__lt=new.ends_at)
    if but is not None:
        same = same.exclude(id=but)
    if new.post is Post.ON_DUTY:
        if await same.filter(post=new.post.value, unit=new.unit, staff_id=new.staff_id).exists():
            raise Conflict("problem.posting.on_duty_already", field="begins_at")
    else:
        held = await same.filter(post=new.post.value, area=area).first()
        if held is not None:
            raise Conflict("problem.posting.taken", field="area", name=(await _read(held.id)).staff_name)


def _keeps_any(actor: Actor) -> bool:
    return actor.kind == "system" or Role.ADMINISTRATOR in actor.roles


def _may_keep(actor: Actor, unit: str | None) -> None:
    if actor.kind != "system":
        require(actor, Operation.KEEP_POSTINGS)
    if not may_keep(actor, unit):
        raise Forbidden("problem.posting.not_your_unit")


async def _locked(change: Change, actor: Actor, posting_id: UUID) -> Posting:
    row = await change.lock(Posting, posting_id)
    if row is None:
        raise NotFound("problem.posting.not_found")
    _may_keep(actor, row.unit)
    return row


def _facts(row: Posting) -> dict[str, object]:
    return {
        "post": row.post,
        "unit": row.unit,
        "area": row.area,
        "staff": row.staff_id,
        "begins_at": row.begins_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at is not None else None,
        "note": row.note,
    }


async def _read(posting_id: UUID) -> PostingView:
    return (await views_of([await Posting.get(id=posting_id)]))[0]
