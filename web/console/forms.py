"""How the console asks for what a move needs, and which action takes it.

Which moves there are, from where and for whom is the lifecycle's to say; here stands only how each looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.views import ComplaintView

PHOTOS_BYTES = 30 * 1024 * 1024
"""All photos of one form; the server takes 32 MB with everything around them."""

FieldKind = Literal["short", "long", "choice", "photos"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form. `offered` names the list it chooses from or suggests."""

    name: str
    kind: FieldKind
    optional: bool = False
    at_most: int = actions.REASON_AT_MOST
    offered: Literal["", "categories", "assignees", "responsible_bodies"] = ""
    help: bool = True


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A checked form: texts by field name, and the photos' ids."""

    texts: Mapping[str, str]
    photos: tuple[UUID, ...] = ()
    revision: int


Take = Callable[[Desk, Actor, UUID, Filled], Awaitable[ComplaintView]]


@dataclass(frozen=True, kw_only=True)
class MoveForm:
    """The form of one move. `grave`: what it does is not easily undone."""

    fields: tuple[Field, ...] = ()
    take: Take
    grave: bool = False


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
    unit, _, person = given.texts["assignee"].partition("/")
    return await actions.assign(
        desk,
        actor,
        case,
        unit=unit,
        assignee_id=UUID(person) if person else None,
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
        expected_revision=given.revision,
    )


async def _close(desk: Desk, actor: Actor, case: UUID, given: Filled) -> ComplaintView:
    return await actions.close(desk, actor, case, expected_revision=given.revision)


FORMS: Mapping[str, MoveForm] = {
    "accept": MoveForm(
        fields=(Field(name="category", kind="choice", offered="categories", help=False),), take=_accept
    ),
    "refuse": MoveForm(
        fields=(
            Field(name="reason", kind="long"),
            Field(
                name="responsible_body",
                kind="short",
                offered="responsible_bodies",
                at_most=actions.NAME_AT_MOST,
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
        ),
        take=_answer,
    ),
    "close": MoveForm(take=_close),
}

FIELD_OF_PROBLEM: Mapping[str, str] = {"unit": "assignee", "assignee_id": "assignee", "text": "answer"}
"""Where a refusal by the action shows, when the form's field has another name."""

TEXT_FIELDS: Mapping[str, Field] = {
    field.name: field for form in FORMS.values() for field in form.fields if field.kind != "photos"
}
"""Every field that can hold typed text, for keeping it when a form could not be sent."""
