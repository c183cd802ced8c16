"""How the console asks for what a move needs, and which action takes it.

Which moves there are, from where and for whom is the lifecycle's to say; here stands only how each looks. Beside the
moves there are acts that leave the case where it is: notes, news for the citizen, showing it to the public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.actors import Actor
from casework.complaints import actions, notes, releasing
from casework.complaints.desk import Desk
from casework.complaints.views import ComplaintView
from casework.permissions import Operation
from web.console.form_shapes import PHOTOS_BYTES, Field, Filled, MoveForm
from web.console.form_shapes import FieldKind as FieldKind
from web.console.handling_forms import HANDLING_FORMS, LEFT_OUT, chosen


@dataclass(frozen=True, kw_only=True)
class SideForm(MoveForm):
    """The form of an act beside the moves, and who may use it."""

    may: Operation


async def _accept(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await actions.accept(
        desk, actor, case, category=given.texts["category"], expected_revision=given.revision
    )


async def _refuse(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await actions.refuse(
        desk,
        actor,
        case,
        reason=given.texts["reason"],
        responsible_body=given.texts["responsible_body"],
        expected_revision=given.revision,
    )


async def _assign(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    unit, person = chosen(given.texts["assignee"])
    return await actions.assign(
        desk,
        actor,
        case,
        unit=unit,
        assignee_id=person,
        expected_revision=given.revision,
    )


async def _hand_back(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await actions.hand_back(
        desk, actor, case, ground=given.texts["ground"], expected_revision=given.revision
    )


async def _answer(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await actions.answer(
        desk,
        actor,
        case,
        text=given.texts["answer"],
        after_photos=given.photos,
        left_out_ground=given.texts.get("left_out_ground"),
        expected_revision=given.revision,
    )


FORMS: Mapping[str, MoveForm] = {
    "accept": MoveForm(
        fields=(Field(name="category", kind="choice", offered="categories", help=False),), take=_accept
    ),
    "refuse": MoveForm(
        fields=(
            Field(name="reason", kind="long", when_elsewhere=True),
            Field(
                name="responsible_body",
                kind="short",
                offered="responsible_bodies",
                at_most=actions.NAME_AT_MOST,
                when_elsewhere=True,
            ),
        ),
        take=_refuse,
        grave=True,
    ),
    "assign": MoveForm(fields=(Field(name="assignee", kind="choice", offered="assignees"),), take=_assign),
    "hand_back": MoveForm(
        fields=(Field(name="ground", kind="long", help=False),), take=_hand_back, grave=True
    ),
    "answer": MoveForm(
        fields=(
            Field(name="answer", kind="long", at_most=actions.ANSWER_AT_MOST),
            Field(name="after_photos", kind="photos", optional=True, at_most=PHOTOS_BYTES),
            LEFT_OUT,
        ),
        take=_answer,
    ),
    **HANDLING_FORMS,
}


async def _note(desk: Desk, actor: Actor, case: UUID, given: Filled) -> None:
    await notes.note_internally(desk, actor, case, given.texts["note"], act=given.act)


async def _update(desk: Desk, actor: Actor, case: UUID, given: Filled) -> None:
    await notes.update_citizen(desk, actor, case, given.texts["update"], act=given.act)


async def _release(desk: Desk, actor: Actor, case: UUID, given: Filled) -> None:
    await releasing.release(
        desk,
        actor,
        case,
        description=given.texts["description"],
        place_text=given.texts.get("place_text", ""),
        is_checked=given.texts.get("checked") == "1",
    )


async def _withdraw_release(desk: Desk, actor: Actor, case: UUID, given: Filled) -> None:
    await releasing.withdraw_release(desk, actor, case)


SIDE_FORMS: Mapping[str, SideForm] = {
    "note": SideForm(
        fields=(Field(name="note", kind="long", at_most=notes.NOTE_AT_MOST, help=False),),
        take=_note,
        may=Operation.NOTE_INTERNALLY,
    ),
    "update": SideForm(
        fields=(
            Field(name="update", kind="long", at_most=notes.UPDATE_AT_MOST),
            Field(name="told", kind="tick", help=False),
        ),
        take=_update,
        may=Operation.UPDATE_CITIZEN,
    ),
    "release": SideForm(
        fields=(
            Field(name="description", kind="long", at_most=releasing.DESCRIPTION_AT_MOST),
            Field(name="place_text", kind="short", optional=True, at_most=releasing.PLACE_AT_MOST),
            Field(name="checked", kind="tick", optional=True, help=False),
        ),
        take=_release,
        may=Operation.RELEASE_CASE,
    ),
    "withdraw_release": SideForm(take=_withdraw_release, grave=True, may=Operation.RELEASE_CASE),
}
"""What can be done on a case besides moving it on. The last segment of the address is the name."""


def is_act(name: str) -> bool:
    """Whether a case has a form of this name, for a move or beside one."""
    return name in FORMS or name in SIDE_FORMS


def form_of(name: str) -> MoveForm | None:
    return FORMS.get(name) or SIDE_FORMS.get(name)


FIELD_OF_PROBLEM: Mapping[str, str] = {"unit": "assignee", "assignee_id": "assignee", "text": "answer"}
"""Where a refusal by the action shows, when the form's field has another name."""

TEXT_FIELDS: Mapping[str, Field] = {
    field.name: field
    for form in (*FORMS.values(), *SIDE_FORMS.values())
    for field in form.fields
    if field.kind != "photos"
}
"""Every field that can hold typed text, for keeping it when a form could not be sent."""
