"""Filing a complaint: insert-only, so that many citizens share one fsync.

One builder, `new_complaint_rows`, makes the rows of a complaint: the case, its photos, the first entry of
its audit chain and the outbox event; a danger alert too where the story tells of danger. Chat hands them to `Database.write` together with its own rows; other
doors call `submit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from tortoise.models import Model

from casework.actors import Actor
from casework.complaints.assembly import owner_view
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintSubmitted
from casework.complaints.lifecycle import State
from casework.complaints.limits import deadline
from casework.complaints.media import AT_MOST, PHOTO, AddedMedium, media_rows
from casework.complaints.models import Complaint
from casework.complaints.place import Position, checked
from casework.complaints.ports import Suggested
from casework.complaints.suggestion import suggest_by_keywords
from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintView
from casework.complaints.views import Particular as Particular
from casework.complaints.whereabouts import place_columns
from casework.complaints.wording import digest, optional, required
from casework.dangers.alerts import new_alert_rows
from casework.dangers.finding import find_danger
from casework.people.phone import normalised_phone
from casework.scene_codes.queries import position_at
from kit.clock import local
from kit.db import Change
from kit.problems import Forbidden, Invalid
from kit.references import make_reference
from kit.rows import new_row

KIND = "TS"
STORY_AT_MOST = 12_000
PLACE_AT_MOST = 300
PHOTOS_AT_MOST = 9
SCENE_CODE_AT_MOST = 40
NAME_AT_MOST = 40
PARTICULARS_AT_MOST, QUESTION_AT_MOST, PARTICULAR_AT_MOST = 10, 100, 300
CLERKS = frozenset({"dispatcher", "handler", "head", "window_clerk", "grid_officer", "volunteer"})


class Source(StrEnum):
    """Through which door a complaint came in."""

    WECHAT = "wechat"
    MINIPROGRAM = "miniprogram"
    H5 = "h5"
    WINDOW = "window"
    PHONE = "phone"
    OPEN311 = "open311"
    PATROL = "patrol"
    VOLUNTEER = "volunteer"
    EXCHANGE = "exchange"
    IMPORT = "import"
    OTHER = "other"


class NewComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says. Only the story must be there; rude words are no reason to refuse it.

    `category` is a code the person chose, `photos` are ids of stored files, `media` voice messages and films
    beside them, `scene_code` the code on a sign that led here, `phone` and `person_name` are as typed. `particulars`
    are answers to the category's questions, `same_as_id` the case the person says it is the same as. `urgency` is what
    a member of staff or another platform says; `external_due_at` when that platform wants it answered.
    """

    account_id: UUID | None
    story: str
    source: Source
    photos: tuple[UUID, ...] = ()
    media: tuple[AddedMedium, ...] = ()
    scene_code: str | None = None
    place_text: str = ""
    position: Position | None = None
    phone: str | None = None
    category: str | None = None
    person_name: str | None = None
    particulars: tuple[Particular, ...] = ()
    same_as_id: UUID | None = None
    urgency: Urgency | None = None
    external_due_at: datetime | None = None


@dataclass(frozen=True)
class NewComplaintRows:
    """Unsaved rows, in the order in which they are to be inserted, and what they will look like."""

    complaint_id: UUID
    reference: str
    rows: tuple[Model, ...]
    view: ComplaintView


async def new_complaint_rows(desk: Desk, actor: Actor, new: NewComplaint) -> NewComplaintRows:
    """Build the rows of a complaint, writing nothing. Raises Invalid naming the field that cannot be used."""
    if actor.kind == "citizen" and new.account_id != actor.id:
        raise Forbidden()
    if actor.kind != "citizen" and actor.roles.isdisjoint(CLERKS):
        raise Forbidden("problem.complaint.not_a_clerk")
    story = required(new.story, field="story", at_most=STORY_AT_MOST)
    place_text = optional(new.place_text, field="place", at_most=PLACE_AT_MOST) or ""
    if len(new.photos) > PHOTOS_AT_MOST:
        raise Invalid("problem.complaint.too_many_photos", field="photos", at_most=PHOTOS_AT_MOST)
    if len(new.media) > AT_MOST:
        raise Invalid("problem.complaint.too_many_media", field="media", at_most=AT_MOST)
    if new.category is not None and new.category not in desk.policy.categories:
        raise Invalid("problem.complaint.category", field="category")
    scene_code = optional(new.scene_code, field="scene_code", at_most=SCENE_CODE_AT_MOST)
    phone = _phone(new.phone)
    person_name = optional(new.person_name, field="person_name", at_most=NAME_AT_MOST)
    position = checked(new.position) if new.position is not None else None
    if position is None and scene_code is not None:
        position = await position_at(scene_code, place_text)
    particulars = _particulars(new.particulars)

    db, at = desk.db, desk.db.clock.now()
    id = db.ids.new()
    on = local(at).date()
    reference = make_reference(desk.bureau_code, KIND, on, await db.next_serial(KIND, on))
    guess = suggested(desk, story)
    limit = deadline(State.SUBMITTED, at, new.category, desk.policy, desk.calendar)
    due_at = limit.at if limit is not None else None
    if due_at is not None and new.external_due_at is not None:
        due_at = min(due_at, new.external_due_at)
    complaint = new_row(
        Complaint,
        id=id,
        reference=reference,
        account_id=new.account_id,
        source=new.source.value,
        scene_code=scene_code,
        state=State.SUBMITTED.value,
        state_since_at=at,
        revision=1,
        category=new.category,
        suggested_category=guess.category if guess is not None else None,
        suggestion=msgspec.json.encode(guess).decode() if guess is not None else None,
        urgency=new.urgency.value if new.urgency is not None else None,
        particulars=msgspec.json.encode(particulars).decode() if particulars else None,
        story=story,
        place_text=place_text,
        **place_columns(desk, position),
        phone_sealed=phone and desk.sealer.seal(phone, table="complaint", column="phone", row_id=id),
        phone_index=phone and desk.sealer.blind_index(phone).hex(),
        name_sealed=person_name
        and desk.sealer.seal(person_name, table="complaint", column="name", row_id=id),
        filed_by_id=actor.id if actor.kind == "staff" else None,
        said_same_as_id=new.same_as_id,
        external_due_at=new.external_due_at,
        submitted_at=at,
        limit_started_at=at,
        due_at=due_at,
        calendar=desk.calendar.fingerprint,
        times_disputed=0,
        updated_at=at,
    )
    media = [*(AddedMedium(file_id, PHOTO) for file_id in new.photos), *new.media]
    photos = media_rows(db.ids, id, "before", media)
    facts: dict[str, object] = {
        "to": State.SUBMITTED.value,
        "revision": 1,
        "content": {
            "source": new.source.value,
            "category": new.category,
            "photos": len(photos),
            "story_digest": digest(desk.sealer, story),
            "has_phone": phone is not None,
            "particulars": len(particulars),
            "scene_code": scene_code,
        },
        "case": {"category": new.category, "unit": None, "assignee_id": None},
        "due_at": due_at.isoformat() if due_at is not None else None,
    }
    entry = db.first_audit_row(id, actor, "complaint.submit", facts)
    event = ComplaintSubmitted(
        complaint_id=id,
        reference=reference,
        account_id=new.account_id,
        at=at,
        category_name=desk.policy.category_name(new.category),
        source=new.source.value,
        accept_by_at=due_at,
    )
    rows = (
        complaint,
        *photos,
        entry,
        db.event_row(event, id),
        *_alert(desk, actor, new, id, story, place_text),
    )
    return NewComplaintRows(id, reference, rows, owner_view(desk, complaint, photos))


def _alert(
    desk: Desk, actor: Actor, new: NewComplaint, id: UUID, story: str, place_text: str
) -> tuple[Model, ...]:
    """Whoever tells of danger to life, through whatever door, has the duty officer called."""
    matched = find_danger(desk.policy.danger, story)
    if not matched:
        return ()
    return new_alert_rows(
        desk.db,
        act=f"complaint:{id.hex}",
        account_id=new.account_id,
        source=new.source.value,
        words=story,
        matched=matched,
        place_text=place_text or None,
        complaint_id=id,
        actor=actor,
    )


async def submit(desk: Desk, actor: Actor, new: NewComplaint) -> ComplaintView:
    """File a complaint in a transaction of its own. Not repeatable by itself: wrap it, or guard with a key."""
    prepared = await new_complaint_rows(desk, actor, new)

    async def work(_: Change) -> None:
        by_model: dict[type[Model], list[Model]] = {}
        for row in prepared.rows:
            by_model.setdefault(type(row), []).append(row)
        for model, rows in by_model.items():
            await model.bulk_create(rows)

    await desk.db.change(work)
    return prepared.view


def _particulars(given: tuple[Particular, ...]) -> tuple[Particular, ...]:
    if len(given) > PARTICULARS_AT_MOST:
        raise Invalid(
            "problem.complaint.too_many_particulars", field="particulars", at_most=PARTICULARS_AT_MOST
        )
    kept = (
        Particular(
            required(one.question, field="particulars", at_most=QUESTION_AT_MOST),
            optional(one.answer, field="particulars", at_most=PARTICULAR_AT_MOST) or "",
        )
        for one in given
    )
    return tuple(one for one in kept if one.answer)


def suggested(desk: Desk, story: str) -> Suggested | None:
    """What the words suggest: by the desk's own suggester, or by the profile's keywords."""
    if desk.suggester is not None:
        return desk.suggester.suggest(story)
    return suggest_by_keywords(story, desk.policy)


def _phone(typed: str | None) -> str | None:
    text = optional(typed, field="phone", at_most=40)
    if text is None:
        return None
    phone = normalised_phone(text)
    if phone is None:
        raise Invalid("problem.complaint.phone", field="phone")
    return phone
