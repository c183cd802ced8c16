"""The moves that several cases can take together: what each asks once, and which action takes it with each case."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from casework.actors import Actor
from casework.complaints import actions, handling
from casework.complaints.desk import Desk
from web.console.forms import Field, Filled, MoveForm


async def _accept(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    category = given.texts.get("category") or None
    return await actions.accept(desk, actor, case, category=category, expected_revision=given.revision)


async def _assign(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    unit, person = _to(given)
    return await actions.assign(
        desk, actor, case, unit=unit, assignee_id=person, expected_revision=given.revision
    )


async def _refer(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    unit, person = _to(given)
    return await handling.refer(
        desk,
        actor,
        case,
        reason=given.texts["reason"],
        unit=unit,
        assignee_id=person,
        expected_revision=given.revision,
    )


async def _remind(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    return await handling.remind(desk, actor, case, expected_revision=given.revision)


async def _supervise(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    return await handling.supervise(
        desk, actor, case, instruction=given.texts["instruction"], expected_revision=given.revision
    )


async def _close(desk: Desk, actor: Actor, case: UUID, given: Filled) -> object:
    return await actions.close(
        desk, actor, case, ground=given.texts["ground"], expected_revision=given.revision
    )


def _to(given: Filled) -> tuple[str, UUID | None]:
    unit, _, person = given.texts["assignee"].partition("/")
    return unit, UUID(person) if person else None


ASSIGNEE = Field(name="assignee", kind="choice", offered="assignees", help=False)
SEVERAL: Mapping[str, MoveForm] = {
    "accept": MoveForm(
        fields=(Field(name="category", kind="choice", offered="categories", optional=True, help=False),),
        take=_accept,
    ),
    "assign": MoveForm(fields=(ASSIGNEE,), take=_assign),
    "refer": MoveForm(fields=(ASSIGNEE, Field(name="reason", kind="long", help=False)), take=_refer),
    "remind": MoveForm(take=_remind),
    "supervise": MoveForm(fields=(Field(name="instruction", kind="long", help=False),), take=_supervise),
    "close": MoveForm(fields=(Field(name="ground", kind="long", help=False),), take=_close, grave=True),
}
SEVERAL_KEYS: Mapping[str, str] = {
    "accept": "a",
    "assign": "s",
    "refer": "r",
    "remind": "m",
    "supervise": "v",
    "close": "c",
}
"""The letter that opens each on the keyboard."""
