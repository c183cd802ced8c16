"""What a citizen sends about a case after filing it: words, photos, voice messages, films.

No move of the case: its state, its limit and its revision stay as they are, and a clerk who is about to answer
is not turned away for it. Whoever has the case is told. Where the bureau waits for the citizen's word it goes on.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintAddedTo
from casework.complaints.handling import resume_step
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.media import AT_MOST, IN_ALL_AT_MOST, AddedMedium, media_rows
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.moving import ACTION, may_see, move_within, seen_by
from casework.complaints.telling import common
from casework.complaints.views import ComplaintView
from casework.complaints.wording import digest, optional
from casework.dangers.alerts import new_alert_rows, put_in
from casework.dangers.finding import find_danger
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

TEXT_AT_MOST = 2_000
ADDITIONS_AT_MOST = 20
ADDED = "added"


async def add_material(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    text: str = "",
    media: tuple[AddedMedium, ...] = (),
    act: str,
    body: bytes = b"",
) -> ComplaintView:
    """Add to an open case of one's own. `act` is the keyed name of the message: the same act adds once.

    Raises Invalid when nothing was sent or too much, NotFound for other people's cases, Conflict when the case
    is over, or when the same act comes with another `body`.
    """
    if actor.kind != "citizen":
        raise Forbidden()
    words = optional(text, field="text", at_most=TEXT_AT_MOST)
    if words is None and not media:
        raise Invalid("problem.complaint.empty", field="text")
    if len(media) > AT_MOST:
        raise Invalid("problem.complaint.too_many_media", field="media", at_most=AT_MOST)

    async def work(change: Change) -> bytes:
        row = await change.lock(Complaint, complaint_id)
        if row is None or not await may_see(actor, row):
            raise NotFound("problem.complaint.not_found")
        if row.state not in OPEN_STATES:
            raise Conflict("problem.complaint.over")
        await add_to(change, desk, actor, row, words, media, act=act)
        return b""

    said = hashlib.sha256(body).digest() if body else b""
    await desk.db.once(f"material:{complaint_id.hex}:{act}", said, work)
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None or not await may_see(actor, row):
        raise NotFound("problem.complaint.not_found")
    return await seen_by(desk, row, actor)


async def add_to(
    change: Change,
    desk: Desk,
    actor: Actor,
    row: Complaint,
    words: str | None,
    media: tuple[AddedMedium, ...] = (),
    *,
    act: str,
) -> None:
    """Add to a locked row, whoever brings it. Raises Invalid when there is too much already."""
    await _add(change, desk, actor, row, words, media)
    await _alert(change, desk, actor, row, words, act)
    if row.state == State.WAITING:
        # What the bureau waited for may be in it: whoever has the case looks, and the limit runs on.
        await move_within(desk, change, actor, row, resume_step(desk, actor))


async def _add(
    change: Change,
    desk: Desk,
    actor: Actor,
    row: Complaint,
    words: str | None,
    media: tuple[AddedMedium, ...],
) -> None:
    said = await ComplaintAddition.filter(complaint_id=row.id).count()
    sent = await ComplaintPhoto.filter(complaint_id=row.id, stage=ADDED).count()
    if words is not None and said >= ADDITIONS_AT_MOST:
        raise Invalid("problem.complaint.too_many_additions", field="text", at_most=ADDITIONS_AT_MOST)
    if sent + len(media) > IN_ALL_AT_MOST:
        raise Invalid("problem.complaint.too_many_media", field="media", at_most=IN_ALL_AT_MOST)
    if words is not None:
        addition = ComplaintAddition(
            id=change.ids.new(), complaint_id=row.id, position=said + 1, text=words, at=change.now
        )
        await addition.save(force_create=True)
    files = media_rows(change.ids, row.id, ADDED, media, sent + 1)
    if files:
        await ComplaintPhoto.bulk_create(files)
    row.updated_at = change.now
    await row.save(update_fields=["updated_at"])
    facts: dict[str, object] = {
        "content": {
            "text_digest": digest(desk.sealer, words),
            "addition": said + 1 if words is not None else 0,
            "media": len(files),
        },
    }
    await change.audit(row.id, actor, ACTION + "add_material", facts)
    change.emit(ComplaintAddedTo(**common(desk, row), media=len(files)), row.id)


async def _alert(
    change: Change, desk: Desk, actor: Actor, row: Complaint, words: str | None, act: str
) -> None:
    """What is added may tell of danger that the story did not."""
    matched = find_danger(desk.policy.danger, words or "")
    if not matched:
        return
    alert = new_alert_rows(
        desk.db,
        act=f"material:{row.id.hex}:{act}",
        account_id=actor.id,
        source=row.source,
        words=words or "",
        matched=matched,
        place_text=row.place_text or None,
        complaint_id=row.id,
        actor=actor,
    )
    await put_in(change, alert, actor)
