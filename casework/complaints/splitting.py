"""One complaint about several matters, made several cases: each its own unit, limit and answer, told to the same citizen.

The first one stands as `split` and closes by itself when the last of its parts is over.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintClosed, ComplaintSplit, ComplaintSplitOff
from casework.complaints.filing import KIND, STORY_AT_MOST
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.media import AddedMedium, media_rows
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.moving import ACTION, Step, take
from casework.complaints.running import set_due
from casework.complaints.sending import send_by_rules
from casework.complaints.telling import common
from casework.complaints.views import ComplaintView
from casework.complaints.wording import digest, required
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid
from kit.references import make_reference
from kit.rows import new_row

PARTS_AT_MOST = 6
LOOKED_AT_AT_ONCE = 500


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One matter: what of the story is about it, and its category."""

    story: str
    category: str


async def split(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    parts: tuple[Part, ...],
    expected_revision: int | None = None,
) -> ComplaintView:
    """Make several cases of one. Each starts accepted, with the photos, the place and the citizen of the whole."""
    if not 2 <= len(parts) <= PARTS_AT_MOST:
        raise Invalid("problem.complaint.parts", field="parts", at_most=PARTS_AT_MOST)
    for part in parts:
        required(part.story, field="parts", at_most=STORY_AT_MOST)
        if part.category not in desk.policy.categories:
            raise Invalid("problem.complaint.category", field="parts")
    on = local(desk.db.clock.now()).date()
    references = [
        make_reference(desk.bureau_code, KIND, on, await desk.db.next_serial(KIND, on)) for _ in parts
    ]

    async def settle(_: Change, row: Complaint) -> None:
        if row.parent_id is not None or await _leads(row):
            raise Conflict("problem.complaint.not_splittable")

    async def follow(change: Change, row: Complaint) -> None:
        for part, reference in zip(parts, references, strict=True):
            await _split_off(desk, change, actor, row, part, reference)

    # Who taps twice drew other numbers the second time: what counts is what was split.
    content = {
        "parts": [{"category": one.category, "digest": digest(desk.sealer, one.story)} for one in parts]
    }
    step = Step(
        move="split",
        given={"parts": parts},
        content=content,
        settle=settle,
        tell=lambda row: ComplaintSplit(
            **common(desk, row), parts=len(parts), references="\u3001".join(references)
        ),
        follow=follow,
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def parts_of(parent_id: UUID) -> list[Complaint]:
    """The cases a case was split into, in the order in which they were made."""
    return await Complaint.filter(parent_id=parent_id).order_by("id")


async def close_split_through(desk: Desk, limit: int = 100) -> int:
    """The clock closes split cases whose parts are all over. Returns how many. Safe to repeat, in several workers."""
    ids = await _split_through()
    step = Step(
        move="close_with_parts",
        given={},
        content={},
        tell=lambda row: ComplaintClosed(**common(desk, row), by_clock=True),
    )

    async def one(id: UUID) -> None:
        await take(desk, clock(), id, step)

    return await close_each(ids, one, at_most=limit)


async def _split_through() -> list[UUID]:
    """The oldest split cases none of whose parts is open any more."""
    split = Complaint.filter(state=State.SPLIT.value).order_by("id")
    still_open = Complaint.filter(state__in=sorted(state.value for state in OPEN_STATES))
    found: list[UUID] = []
    after = UUID(int=0)
    while True:
        ids = [row.id for row in await split.filter(id__gt=after).only("id").limit(LOOKED_AT_AT_ONCE)]
        if not ids:
            return found
        after = ids[-1]
        waiting = set(await still_open.filter(parent_id__in=ids).values_list("parent_id", flat=True))
        found += [id for id in ids if id not in waiting]


async def _leads(row: Complaint) -> bool:
    return await Complaint.filter(merged_into_id=row.id, state=State.MERGED.value).exists()


async def _split_off(
    desk: Desk, change: Change, actor: Actor, whole: Complaint, part: Part, reference: str
) -> None:
    id = change.ids.new()
    story = required(part.story, field="parts", at_most=STORY_AT_MOST)
    sealed = {}
    for column in ("phone", "name"):
        value = getattr(whole, f"{column}_sealed")
        if value:
            # A sealed field opens in its own row alone.
            clear = desk.sealer.open(bytes(value), table="complaint", column=column, row_id=whole.id)
            sealed[f"{column}_sealed"] = desk.sealer.seal(clear, table="complaint", column=column, row_id=id)
    row = new_row(
        Complaint,
        id=id,
        reference=reference,
        account_id=whole.account_id,
        source=whole.source,
        scene_code=whole.scene_code,
        state=State.ACCEPTED.value,
        state_since_at=change.now,
        revision=1,
        category=part.category,
        suggested_category=None,
        urgency=whole.urgency,
        story=story,
        place_text=whole.place_text,
        latitude=whole.latitude,
        longitude=whole.longitude,
        place_original=whole.place_original,
        place_area=whole.place_area,
        place_grid=whole.place_grid,
        place_standing=whole.place_standing,
        place_cell=whole.place_cell,
        phone_index=whole.phone_index,
        **sealed,
        filed_by_id=whole.filed_by_id,
        parent_id=whole.id,
        submitted_at=whole.submitted_at,
        accepted_at=whole.accepted_at or change.now,
        # The citizen was promised an answer when the whole was taken on.
        limit_started_at=whole.answer_started_at or whole.limit_started_at,
        external_due_at=whole.external_due_at,
        times_disputed=whole.times_disputed,
        updated_at=change.now,
    )
    await send_by_rules(desk, change, row)
    await set_due(desk, row)
    await row.save(force_create=True)
    photos = await ComplaintPhoto.filter(complaint_id=whole.id, stage__in=("before", "added")).order_by(
        "-stage", "position"
    )
    media = [AddedMedium(one.file_id, one.medium or "photo") for one in photos]  # type: ignore[arg-type]
    if media:
        await ComplaintPhoto.bulk_create(media_rows(change.ids, id, "before", media))
    facts: dict[str, object] = {
        "to": row.state,
        "revision": 1,
        "content": {"whole": whole.reference, "story_digest": digest(desk.sealer, story)},
        "case": {"category": row.category, "unit": row.unit, "assignee_id": None},
        "due_at": row.due_at.isoformat() if row.due_at is not None else None,
    }
    await change.audit(id, actor, ACTION + "split_off", facts)
    change.emit(ComplaintSplitOff(**common(desk, row), answer_by_at=row.due_at), id)
