"""A project gets its code, is put right and closed; its own people's account is bound to it.

Each act is audited in the project's chain. The contact on the board is an office line: a private number is refused.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.place import Position
from casework.complaints.wording import optional, required
from casework.people.merging import members
from casework.people.models import Staff, StaffBinding
from casework.people.phone import normalised_phone
from casework.permissions import Operation, require
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import PROJECT, ProjectState
from casework.projects.models import Project
from casework.scene_codes.actions import NewSceneCode, add_within
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.models import SceneCode
from kit.db import Change
from kit.numbers import folded_number, is_uscc
from kit.problems import Conflict, Forbidden, Invalid, NotFound

NOT_FOUND = "problem.project.not_found"
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_OFFICE = re.compile(r"[0-9][0-9-]{4,19}", re.ASCII)


class ProjectWords(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a project's board, as typed. Dates are days in Shanghai."""

    name: str
    builder: str
    builder_uscc: str
    contractor: str = ""
    supervisor: str = ""
    contact_name: str
    contact_phone: str
    place_text: str
    starts_on: date | None = None
    ends_on: date | None = None
    unit: str | None = None
    key_contact_id: UUID | None = None
    position: Position | None = None


async def open_project(desk: ProjectDesk, actor: Actor, words: ProjectWords) -> UUID:
    """One project under one new code. Raises Invalid naming the field, Forbidden, Conflict for one that is open already."""
    require(actor, Operation.KEEP_PROJECTS)
    values = _values(words)

    async def work(change: Change) -> UUID:
        await _check_contact(words.key_contact_id)
        taken = await Project.filter(
            name=values["name"], builder_uscc=values["builder_uscc"], state=ProjectState.OPEN.value
        ).exists()
        if taken:
            raise Conflict("problem.project.open_already")
        code = await add_within(
            change,
            actor,
            NewSceneCode(
                kind=SceneKind.PROJECT,
                title=words.name,
                place_text=words.place_text,
                position=words.position,
                unit=words.unit,
                contact=f"{values['contact_name']} {values['contact_phone']}",
            ),
        )
        place = code.position
        row = Project(
            id=change.ids.new(),
            code=code.code,
            latitude=place.latitude if place is not None else None,
            longitude=place.longitude if place is not None else None,
            state=ProjectState.OPEN.value,
            revision=1,
            created_at=change.now,
            updated_at=change.now,
            **values,
        )
        await row.save(force_create=True)
        await change.audit(row.id, actor, "project.open", {"code": row.code, **_facts(values)})
        return row.id

    return await desk.db.change(work)


async def amend(
    desk: ProjectDesk, actor: Actor, project_id: UUID, words: ProjectWords, expected_revision: int
) -> None:
    """Put right what stands on the board. The enterprise's number stays: its visits are counted by it."""
    require(actor, Operation.KEEP_PROJECTS)
    values = _values(words)

    async def work(change: Change) -> None:
        row = await locked(change, project_id)
        PROJECT.check("amend", row.state, actor.roles, {})
        if row.revision != expected_revision:
            raise Conflict("problem.project.moved_on")
        if values["builder_uscc"] != row.builder_uscc:
            raise Invalid("problem.project.uscc_stays", field="builder_uscc")
        await _check_contact(words.key_contact_id)
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return
        row.update_from_dict(changed)
        await _save(change, row)
        sign = await change.lock(SceneCode, await _sign_id(row))
        if sign is not None:
            sign.title, sign.place_text, sign.unit = row.name, row.place_text, row.unit
            sign.contact = f"{row.contact_name} {row.contact_phone}"
            await sign.save(update_fields=["title", "place_text", "unit", "contact"])
        await change.audit(row.id, actor, "project.amend", _facts(changed))

    await desk.db.change(work)


async def close(desk: ProjectDesk, actor: Actor, project_id: UUID, expected_revision: int) -> None:
    """The project is done and its board comes down: the code says so from now on. One closed before stays as it is."""
    require(actor, Operation.KEEP_PROJECTS)

    async def work(change: Change) -> None:
        row = await locked(change, project_id)
        if row.state == ProjectState.CLOSED:
            return
        PROJECT.check("close", row.state, actor.roles, {})
        if row.revision != expected_revision:
            raise Conflict("problem.project.moved_on")
        row.state, row.closed_at = ProjectState.CLOSED.value, change.now
        await _save(change, row)
        sign = await change.lock(SceneCode, await _sign_id(row))
        if sign is not None and sign.retired_at is None:
            sign.retired_at = change.now
            await sign.save(update_fields=["retired_at"])
        await change.audit(row.id, actor, "project.close", {})

    await desk.db.change(work)


def claim_secret(desk: ProjectDesk, row: Project) -> str:
    """The secret of the link by which the project's own people bind their account. Nobody guesses it without the keys."""
    return desk.sealer.blind_index(str(row.id), purpose="project_claim").hex()[:40]


async def bind(desk: ProjectDesk, actor: Actor, project_id: UUID, secret: str) -> None:
    """Bind the actor's account to the project, once. The same account again changes nothing. Raises NotFound, Conflict."""
    if actor.kind != "citizen" or actor.id is None:
        raise Forbidden()
    ids = sorted(await members(actor.id))

    async def work(change: Change) -> None:
        row = await change.lock(Project, project_id)
        if row is None or not secrets.compare_digest(secret.encode(), claim_secret(desk, row).encode()):
            raise NotFound(NOT_FOUND)
        if row.account_id == actor.id:
            return
        if await StaffBinding.filter(account_id__in=ids, unbound_at=None).exists():
            # Whoever is bound is told how to rate visits: nobody of ours.
            raise Forbidden("problem.project.staff_account")
        if row.account_id is not None:
            raise Conflict("problem.project.bound_already")
        PROJECT.check("bind", row.state, actor.roles, {})
        row.account_id = actor.id
        await _save(change, row)
        await change.audit(row.id, actor, "project.bind", {})

    await desk.db.change(work)


async def locked(change: Change, project_id: UUID) -> Project:
    """The row, locked. Raises NotFound."""
    row = await change.lock(Project, project_id)
    if row is None:
        raise NotFound(NOT_FOUND)
    return row


async def _save(change: Change, row: Project) -> None:
    row.revision += 1
    row.updated_at = change.now
    await row.save()


async def _sign_id(row: Project) -> UUID:
    sign = await SceneCode.get(code=row.code)
    return sign.id


async def _check_contact(staff_id: UUID | None) -> None:
    if staff_id is not None and not await Staff.filter(id=staff_id, left_at=None).exists():
        raise Invalid("problem.project.key_contact", field="key_contact_id")


def _values(words: ProjectWords) -> dict[str, object]:
    """The columns. Raises Invalid."""
    uscc = folded_number(words.builder_uscc)
    if not is_uscc(uscc):
        raise Invalid("problem.project.uscc", field="builder_uscc")
    if words.starts_on is not None and words.ends_on is not None and words.ends_on < words.starts_on:
        raise Invalid("problem.project.ends_before", field="ends_on")
    return {
        "name": required(words.name, field="name", at_most=100),
        "builder": required(words.builder, field="builder", at_most=100),
        "builder_uscc": uscc,
        "contractor": optional(words.contractor, field="contractor", at_most=100),
        "supervisor": optional(words.supervisor, field="supervisor", at_most=100),
        "contact_name": required(words.contact_name, field="contact_name", at_most=40),
        "contact_phone": _office_phone(words.contact_phone),
        "is_key": words.key_contact_id is not None,
        "key_contact_id": words.key_contact_id,
        "place_text": required(words.place_text, field="place_text", at_most=300),
        "unit": words.unit,
        "starts_on": words.starts_on,
        "ends_on": words.ends_on,
    }


def _office_phone(typed: str) -> str:
    phone = required(typed, field="contact_phone", at_most=20).replace(" ", "")
    if _MOBILE.fullmatch(normalised_phone(phone) or ""):
        raise Invalid("problem.project.private_phone", field="contact_phone")
    if not _OFFICE.fullmatch(phone):
        raise Invalid("problem.project.phone", field="contact_phone")
    return phone


def _facts(values: Mapping[str, object]) -> dict[str, object]:
    """What the chain keeps: no name of a person and no number of theirs."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name not in ("contact_name", "contact_phone")
    }
