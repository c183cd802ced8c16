"""Making and retiring the codes on signs. Each act is audited in a chain of the code's own."""

from __future__ import annotations

import secrets
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.place import Position, checked
from casework.complaints.wording import optional, required
from casework.roles import Role
from casework.scene_codes.kinds import PREFIXES, SceneKind
from casework.scene_codes.models import SceneCode
from casework.scene_codes.queries import view_of
from casework.scene_codes.views import SceneCodeView
from kit.db import Change, Database
from kit.problems import Forbidden, Invalid, NotFound

KEEPERS = frozenset({Role.DISPATCHER, Role.HEAD, Role.ADMINISTRATOR})
"""Who makes and retires codes, beside the command line."""
UNGUESSABLE_CHARACTERS = 16
# No character that is mistaken for another where somebody types a code off a sign.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class NewSceneCode(msgspec.Struct, frozen=True, kw_only=True):
    """What a new code is to open. `unit` and `target` are codes or paths of other features', not checked here."""

    kind: SceneKind
    title: str
    place_text: str = ""
    position: Position | None = None
    unit: str | None = None
    contact: str = ""
    target: str = ""


async def add(db: Database, actor: Actor, new: NewSceneCode) -> SceneCodeView:
    """Make a code. Raises Invalid naming the field that cannot be used."""
    _may_keep(actor)
    _checked(new)
    return await db.change(lambda change: add_within(change, actor, new))


async def add_within(change: Change, actor: Actor, new: NewSceneCode) -> SceneCodeView:
    """The same in somebody else's transaction, who has asked whether the actor may. Raises Invalid."""
    title, place_text, contact, target = _checked(new)
    wgs84 = checked(new.position).as_wgs84() if new.position is not None else None
    row = SceneCode(
        id=change.ids.new(),
        code=new_code(new.kind),
        kind=new.kind.value,
        title=title,
        place_text=place_text,
        latitude=wgs84.latitude if wgs84 is not None else None,
        longitude=wgs84.longitude if wgs84 is not None else None,
        unit=new.unit,
        contact=contact,
        target=target,
        created_at=change.now,
    )
    await row.save(force_create=True)
    facts: dict[str, object] = {
        "code": row.code,
        "kind": row.kind,
        "title": title,
        "place_text": place_text,
        "unit": new.unit,
        "target": target,
    }
    await change.audit(row.id, actor, "scene_code.add", facts)
    return view_of(row)


async def retire(db: Database, actor: Actor, code_id: UUID) -> SceneCodeView:
    """The sign comes down. A code retired before stays as it is."""
    _may_keep(actor)

    async def work(change: Change) -> SceneCodeView:
        row = await _locked(change, code_id)
        if row.retired_at is None:
            row.retired_at = change.now
            await row.save(update_fields=["retired_at"])
            await change.audit(row.id, actor, "scene_code.retire", {})
        return view_of(row)

    return await db.change(work)


async def note_platform_url(db: Database, actor: Actor, code_id: UUID, url: str) -> SceneCodeView:
    """Keep the address that the platform's own code for this one encodes."""
    _may_keep(actor)
    address = required(url, field="platform_url", at_most=300)

    async def work(change: Change) -> SceneCodeView:
        row = await _locked(change, code_id)
        if row.platform_url != address:
            row.platform_url = address
            await row.save(update_fields=["platform_url"])
            await change.audit(row.id, actor, "scene_code.note_platform_url", {"url": address})
        return view_of(row)

    return await db.change(work)


def new_code(kind: SceneKind) -> str:
    """The kind's prefix and 16 characters nobody can guess (79 bits)."""
    return PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(UNGUESSABLE_CHARACTERS))


def _checked(new: NewSceneCode) -> tuple[str, str | None, str | None, str | None]:
    """Title, place, contact and target as they are kept."""
    target = optional(new.target, field="target", at_most=300)
    if new.kind is SceneKind.ARTICLE and target is None:
        raise Invalid("problem.scene_code.target", field="target")
    return (
        required(new.title, field="title", at_most=100),
        optional(new.place_text, field="place_text", at_most=300),
        optional(new.contact, field="contact", at_most=100),
        target,
    )


def _may_keep(actor: Actor) -> None:
    if actor.kind != "system" and actor.roles.isdisjoint(KEEPERS):
        raise Forbidden()


async def _locked(change: Change, code_id: UUID) -> SceneCode:
    row = await change.lock(SceneCode, code_id)
    if row is None:
        raise NotFound("problem.scene_code.not_found")
    return row
