"""The forms of the moves between taking a case on and closing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from casework.actors import Actor
from casework.complaints import actions, handling, merging, on_spot, splitting
from casework.complaints.desk import Desk
from casework.complaints.filing import STORY_AT_MOST
from casework.complaints.handling import Correction
from casework.complaints.place import Position
from casework.complaints.queries import case_id_of
from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintView
from kit.problems import Invalid
from web.console.form_shapes import PHOTOS_BYTES, Field, Filled, MoveForm

NUMBER_AT_MOST = 4
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?)\s*[,\uff0c\s]\s*(-?\d{1,3}(?:\.\d{1,12})?)", re.ASCII)
_GROUND = Field(name="ground", kind="long", help=False)
_REASON = Field(name="reason", kind="long", help=False)
_ANSWER = Field(name="answer", kind="long", at_most=actions.ANSWER_AT_MOST)
LEFT_OUT = Field(name="left_out_ground", kind="long", optional=True, help=False, when_asked=True)
_AFTER = Field(name="after_photos", kind="photos", optional=True, at_most=PHOTOS_BYTES)


def pointed(said: str) -> Position:
    """A point as a map says it, latitude first (WGS-84). Raises Invalid for anything else.

    The other order is understood where it cannot be meant otherwise, as everywhere in China.
    """
    found = _POINT.fullmatch(said.strip())
    if found is None:
        raise Invalid("problem.complaint.point", field="point")
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 60 > abs(longitude):
        latitude, longitude = longitude, latitude
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Invalid("problem.complaint.point", field="point")
    return Position(latitude, longitude, "wgs84")


def chosen(value: str) -> tuple[str, UUID | None]:
    """A unit, and perhaps a person in it, as the list of those who can have a case names them."""
    unit, _, person = value.partition("/")
    return unit, UUID(person) if person else None


async def _reclassify(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    said = given.texts
    correction = Correction(
        category=said.get("category") or None,
        urgency=Urgency(said["urgency"]) if said.get("urgency") else None,
        place_text=said.get("place") or None,
        position=pointed(said["point"]) if said.get("point") else None,
    )
    return await handling.reclassify(
        desk, actor, case, correction=correction, expected_revision=given.revision
    )


async def _refer(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    unit, person = chosen(given.texts["assignee"])
    return await handling.refer(
        desk,
        actor,
        case,
        reason=given.texts["reason"],
        unit=unit,
        assignee_id=person,
        expected_revision=given.revision,
    )


async def _ask(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    question, revision = given.texts["question"], given.revision
    return await handling.ask(desk, actor, case, question=question, expected_revision=revision)


async def _resume(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    ground, revision = given.texts["ground"], given.revision
    return await handling.resume(desk, actor, case, ground=ground, expected_revision=revision)


async def _extend(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await handling.extend(
        desk,
        actor,
        case,
        reason=given.texts["reason"],
        amount=int(given.texts["amount"]),
        expected_revision=given.revision,
    )


async def _supervise(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    instruction, revision = given.texts["instruction"], given.revision
    return await handling.supervise(desk, actor, case, instruction=instruction, expected_revision=revision)


async def _remind(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await handling.remind(desk, actor, case, expected_revision=given.revision)


async def _report_handled(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await handling.report_handled(
        desk,
        actor,
        case,
        text=given.texts["answer"],
        after_photos=given.photos,
        left_out_ground=given.texts.get("left_out_ground"),
        expected_revision=given.revision,
    )


async def _close_on_spot(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await on_spot.close_on_spot(
        desk,
        actor,
        case,
        text=given.texts["answer"],
        after_photos=given.photos,
        expected_revision=given.revision,
    )


async def _verify(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await handling.verify(desk, actor, case, expected_revision=given.revision)


async def _send_back(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    ground, revision = given.texts["ground"], given.revision
    return await handling.send_back(desk, actor, case, ground=ground, expected_revision=revision)


async def _redo(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    reason, revision = given.texts["reason"], given.revision
    return await handling.redo(desk, actor, case, reason=reason, expected_revision=revision)


async def _unmerge(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    reason, revision = given.texts["reason"], given.revision
    return await merging.unmerge(desk, actor, case, reason=reason, expected_revision=revision)


async def _close(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    ground, revision = given.texts["ground"], given.revision
    return await actions.close(desk, actor, case, ground=ground, expected_revision=revision)


async def _withdraw(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    ground, revision = given.texts["ground"], given.revision
    return await actions.withdraw(desk, actor, case, ground=ground, expected_revision=revision)


async def _merge(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    lead_id = await case_id_of(given.texts["lead"])
    if lead_id is None:
        raise Invalid("problem.complaint.no_such_lead", field="lead")
    return await merging.merge(desk, actor, case, lead_id=lead_id, expected_revision=given.revision)


async def _split(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    parts = tuple(
        splitting.Part(story=given.texts[story], category=given.texts[category])
        for story, category in PARTS
        if given.texts.get(story) and given.texts.get(category)
    )
    return await splitting.split(desk, actor, case, parts=parts, expected_revision=given.revision)


PARTS = tuple((f"part_{number}", f"part_{number}_category") for number in range(1, 5))
_PART_FIELDS = tuple(
    field
    for number, (story, category) in enumerate(PARTS)
    for field in (
        Field(name=story, kind="long", at_most=STORY_AT_MOST, optional=number > 1, help=False),
        Field(name=category, kind="choice", offered="categories", optional=number > 1, help=False),
    )
)

HANDLING_FORMS: Mapping[str, MoveForm] = {
    "report_handled": MoveForm(fields=(_ANSWER, _AFTER, LEFT_OUT), take=_report_handled),
    "close_on_spot": MoveForm(
        fields=(
            _ANSWER,
            Field(name="after_photos", kind="photos", at_most=PHOTOS_BYTES),
        ),
        take=_close_on_spot,
    ),
    "verify": MoveForm(take=_verify),
    "send_back": MoveForm(fields=(_GROUND,), take=_send_back),
    "ask": MoveForm(
        fields=(Field(name="question", kind="long", at_most=handling.QUESTION_AT_MOST),), take=_ask
    ),
    "resume": MoveForm(fields=(_GROUND,), take=_resume),
    "refer": MoveForm(
        fields=(Field(name="assignee", kind="choice", offered="assignees", help=False), _REASON), take=_refer
    ),
    "reclassify": MoveForm(
        fields=(
            Field(name="category", kind="choice", offered="categories", optional=True, help=False),
            Field(name="urgency", kind="choice", offered="urgencies", optional=True, help=False),
            Field(name="place", kind="short", optional=True, at_most=handling.PLACE_AT_MOST, help=False),
            Field(name="point", kind="point", optional=True, at_most=60),
        ),
        take=_reclassify,
    ),
    "supervise": MoveForm(fields=(Field(name="instruction", kind="long", help=False),), take=_supervise),
    "remind": MoveForm(take=_remind),
    "extend": MoveForm(
        fields=(Field(name="amount", kind="choice", offered="extensions", help=False), _REASON),
        take=_extend,
        grave=True,
    ),
    "close": MoveForm(fields=(_GROUND,), take=_close, grave=True),
    "redo": MoveForm(fields=(_REASON,), take=_redo, grave=True),
    "merge": MoveForm(fields=(Field(name="lead", kind="short", at_most=40),), take=_merge, grave=True),
    "split": MoveForm(fields=_PART_FIELDS, take=_split, grave=True),
    "unmerge": MoveForm(fields=(_REASON,), take=_unmerge, grave=True),
    "withdraw": MoveForm(fields=(_GROUND,), take=_withdraw, grave=True),
}
