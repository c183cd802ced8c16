"""What the public may see of a case: nothing, until a clerk releases it in the clerk's own words.

A release is a text of its own, not the citizen's: it may not repeat the story unless the person agreed to public
display, holds no telephone or identity number, and names a place no finer than a street. Coordinates are put on a
grid of some 500 metres. State and category are those of the case at the moment of reading. ADR 0024.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint, ComplaintRelease
from casework.complaints.moving import ACTION
from casework.complaints.sight import require_on
from casework.complaints.wording import LEFT_OUT, kept, required
from casework.people.consents import Purpose, agreed
from casework.people.merging import root
from casework.people.models import Account
from casework.permissions import Operation, require
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from nlp.personal import Kind, personal_spans, without_personal
from nlp.redact import holds_personal_number

DESCRIPTION_AT_MOST = 500
PLACE_AT_MOST = 60
QUOTED_AT_MOST = 12
"""Characters in a row that a release may share with the story without the person's consent."""
GRID_PER_DEGREE = 200
"""Coordinates are rounded to a two-hundredth of a degree: some 550 m north and south, somewhat less east and west."""
LIST_AT_MOST = 200

_EXACT_PLACE = re.compile(r"[0-9０-９一二三四五六七八九十百]+\s*(号|號|室|栋|幢|单元|弄|楼|层|户)|门牌")


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One released case as anybody may read it. Coordinates are coarse, in WGS-84 degrees.

    `status_at` is when the case came into its state.
    """

    public_id: str
    state: State
    category: str | None
    category_name: str
    description: str
    place_text: str
    latitude: float | None
    longitude: float | None
    submitted_at: datetime
    released_at: datetime
    status_at: datetime


class ReleaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which releases; what is not given does not narrow the list. Both ends of the time span are included."""

    public_ids: tuple[str, ...] = ()
    categories: frozenset[str] | None = None
    states: frozenset[State] | None = None
    since: datetime | None = None
    until: datetime | None = None


class CoarseView(msgspec.Struct, frozen=True, kw_only=True):
    """All that an unguessable id shows of a case: where it stands, what kind it is, roughly where."""

    state: State
    category: str | None
    category_name: str
    latitude: float | None
    longitude: float | None
    submitted_at: datetime
    status_at: datetime
    due_at: datetime | None


def coarse(degrees: float | None) -> float | None:
    """A coordinate on the public grid."""
    return None if degrees is None else round(round(degrees * GRID_PER_DEGREE) / GRID_PER_DEGREE, 3)


async def suggestion(complaint_id: UUID, instead: Mapping[Kind, str] = LEFT_OUT) -> str:
    """The story without what leads to somebody, to start from, where the person agreed to be shown; otherwise it would
    be refused. `instead` says what stands in place of each kind.
    """
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None or row.account_id is None or not await agreed(row.account_id, Purpose.PUBLIC_DISPLAY):
        return ""
    return without_personal(kept(row.story), instead)[:DESCRIPTION_AT_MOST]


def marked(text: str) -> tuple[tuple[str, Kind], ...]:
    """What in a text may lead to somebody, each once, in order: for a clerk who words it anew."""
    found = ((text[one.start : one.end].strip(), one.kind) for one in personal_spans(text))
    return tuple(dict.fromkeys(found))


async def release(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    description: str,
    place_text: str = "",
    is_checked: bool = False,
) -> ReleaseView:
    """Show a case to the public, in these words. A case already shown is shown in the new words, under the same id.

    Words that may name somebody (names, plates, house numbers, chat names) are refused until the clerk says that they
    were looked at: rules mistake a shop for a person. Numbers of telephones and documents are refused in any case.
    Raises Forbidden for a role that may not, NotFound, Conflict for a withdrawn case, Invalid naming the field.
    """
    require(actor, Operation.RELEASE_CASE)
    words = required(description, field="description", at_most=DESCRIPTION_AT_MOST)
    place = kept(place_text)
    if len(place) > PLACE_AT_MOST:
        raise Invalid("problem.release.place_too_long", field="place_text", at_most=PLACE_AT_MOST)
    if _EXACT_PLACE.search(place):
        raise Invalid("problem.release.place_too_exact", field="place_text")
    for field, text in (("description", words), ("place_text", place)):
        if holds_personal_number(text):
            raise Invalid("problem.release.personal_number", field=field)
    found = marked(words)
    if found and not is_checked:
        raise Invalid(
            "problem.release.names_somebody",
            field="description",
            found="\u3001".join(one for one, _ in found),
            proposed=without_personal(words, LEFT_OUT),
        )

    if actor.id is None:
        raise Forbidden()
    by = actor.id

    async def work(change: Change) -> ReleaseView:
        # The person first, then the case, as whoever takes a consent back does: neither slips past the other.
        owner = await Complaint.filter(id=complaint_id).values_list("account_id", flat=True)
        if owner and owner[0] is not None:
            await change.lock(Account, await root(cast("UUID", owner[0])))
        row = await change.lock(Complaint, complaint_id)
        if row is None:
            raise NotFound("problem.complaint.not_found")
        require_on(actor, Operation.RELEASE_CASE, row.unit, row.assignee_id)
        if row.state == State.WITHDRAWN.value:
            raise Conflict("problem.release.withdrawn_case")
        consents = row.account_id is not None and await agreed(row.account_id, Purpose.PUBLIC_DISPLAY)
        if not consents and shares_run(words, row.story, QUOTED_AT_MOST):
            raise Invalid("problem.release.quotes_citizen", field="description", at_most=QUOTED_AT_MOST)
        held = await _in_force(row.id)
        if held is None:
            held = ComplaintRelease(
                id=change.ids.new(),
                complaint_id=row.id,
                public_id=secrets.token_hex(8),
                latitude=coarse(row.latitude),
                longitude=coarse(row.longitude),
                submitted_at=row.submitted_at,
            )
        # Reworded, it stays the same request to whoever follows it; every wording is in the audit chain.
        held.description, held.place_text = words, place
        held.released_by_id, held.released_at = by, change.now
        await held.save()
        await change.audit(
            row.id,
            actor,
            ACTION + "release",
            {"content": {"description": words, "place": place, **({"checked": True} if found else {})}},
        )
        return _view(desk, held, row)

    return await desk.db.change(work)


async def withdraw_release(desk: Desk, actor: Actor, complaint_id: UUID) -> None:
    """Take a case back from the public. Raises NotFound where nothing is shown of it."""
    require(actor, Operation.RELEASE_CASE)

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, complaint_id)
        held = await _in_force(complaint_id)
        if row is None or held is None:
            raise NotFound("problem.release.not_released")
        require_on(actor, Operation.RELEASE_CASE, row.unit, row.assignee_id)
        await _end(change, held, actor)
        await change.audit(row.id, actor, ACTION + "withdraw_release", {})

    await desk.db.change(work)


async def withdraw_within(change: Change, actor: Actor, complaint_id: UUID) -> bool:
    """Take a locked case back from the public, if it is shown; whether it was."""
    held = await _in_force(complaint_id)
    if held is None:
        return False
    await _end(change, held, actor)
    await change.audit(complaint_id, actor, ACTION + "withdraw_release", {})
    return True


async def withdraw_all_of(change: Change, actor: Actor, account_ids: frozenset[UUID]) -> int:
    """Take every case of a person back from the public, when the consent to public display is taken back."""
    cases = Complaint.filter(account_id__in=list(account_ids)).order_by("id")
    ended = 0
    for id in await cases.values_list("id", flat=True):
        held = await _in_force(id)  # type: ignore[arg-type]
        if held is None:
            continue
        await change.lock(Complaint, held.complaint_id)
        ended += await withdraw_within(change, actor, held.complaint_id)
    return ended


async def release_of(desk: Desk, complaint_id: UUID) -> ReleaseView | None:
    """What the public sees of a case now; None where it sees nothing."""
    held = await _in_force(complaint_id)
    row = await Complaint.get_or_none(id=complaint_id) if held is not None else None
    return _view(desk, held, row) if held is not None and row is not None else None


async def released(desk: Desk, wanted: ReleaseFilter, limit: int = LIST_AT_MOST) -> tuple[ReleaseView, ...]:
    """Released cases, newest first. A case its citizen withdrew is not shown any more, whoever released it."""
    narrowed = Q(withdrawn_at__isnull=True)
    if wanted.public_ids:
        narrowed &= Q(public_id__in=list(wanted.public_ids))
    if wanted.since is not None:
        narrowed &= Q(submitted_at__gte=wanted.since)
    if wanted.until is not None:
        narrowed &= Q(submitted_at__lte=wanted.until)
    limit = max(1, min(limit, LIST_AT_MOST))
    found: list[ReleaseView] = []
    before: ComplaintRelease | None = None
    while len(found) < limit:
        query = ComplaintRelease.filter(narrowed)
        if before is not None:
            query = query.filter(
                Q(submitted_at__lt=before.submitted_at)
                | Q(submitted_at=before.submitted_at, id__lt=before.id)
            )
        page = await query.order_by("-submitted_at", "-id").limit(LIST_AT_MOST)
        cases = {row.id: row for row in await Complaint.filter(id__in=[one.complaint_id for one in page])}
        for one in page:
            row = cases.get(one.complaint_id)
            if row is not None and _is_wanted(row, wanted):
                found.append(_view(desk, one, row))
        if len(page) < LIST_AT_MOST:
            break
        before = page[-1]
    return tuple(found[:limit])


async def coarse_view(desk: Desk, complaint_id: UUID) -> CoarseView | None:
    """What whoever holds the unguessable id of a case may know of it."""
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None:
        return None
    return CoarseView(
        state=State(row.state),
        category=_category(row),
        category_name=desk.policy.category_name(_category(row)),
        latitude=coarse(row.latitude),
        longitude=coarse(row.longitude),
        submitted_at=row.submitted_at,
        status_at=row.state_since_at,
        due_at=row.due_at,
    )


def shares_run(text: str, story: str, at_most: int) -> bool:
    """Whether more than `at_most` characters in a row stand in both, white space and punctuation aside."""
    mine, theirs = (re.sub(r"[\W_]+", "", one).casefold() for one in (text, story))
    length = at_most + 1
    runs = {theirs[at : at + length] for at in range(len(theirs) - length + 1)}
    return any(mine[at : at + length] in runs for at in range(len(mine) - length + 1))


def _is_wanted(row: Complaint, wanted: ReleaseFilter) -> bool:
    return (
        row.state != State.WITHDRAWN.value
        and (wanted.states is None or State(row.state) in wanted.states)
        and (wanted.categories is None or _category(row) in wanted.categories)
    )


def _category(row: Complaint) -> str | None:
    """The clerk's, the citizen's, or what the words suggest."""
    return row.category or row.suggested_category


async def _in_force(complaint_id: UUID) -> ComplaintRelease | None:
    return await ComplaintRelease.filter(complaint_id=complaint_id, withdrawn_at=None).first()


async def _end(change: Change, held: ComplaintRelease, actor: Actor) -> None:
    held.withdrawn_at, held.withdrawn_by_id = change.now, actor.id
    await held.save(update_fields=["withdrawn_at", "withdrawn_by_id"])


def _view(desk: Desk, made: ComplaintRelease, row: Complaint) -> ReleaseView:
    return ReleaseView(
        public_id=made.public_id,
        state=State(row.state),
        category=_category(row),
        category_name=desk.policy.category_name(_category(row)),
        description=made.description,
        place_text=made.place_text,
        latitude=made.latitude,
        longitude=made.longitude,
        submitted_at=made.submitted_at,
        released_at=made.released_at,
        status_at=row.state_since_at,
    )
