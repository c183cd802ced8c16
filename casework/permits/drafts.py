"""What somebody is filling in: kept at every step, gone on with at any door, gone when it was sent or forgotten.

A draft belongs to an account or to the clerk who writes it for somebody at the window; for all others there is none.
Its content is sealed. Each save names the revision it was made on, and a file that comes or goes makes a new one: of two
phones the later one is told. Nothing in it need be right yet: `forms.faults` is asked before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.people.merging import members
from casework.permissions import Operation, require
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled, clean, visible_materials
from casework.permits.kinds import Act, PermitKind
from casework.permits.materials import (
    AttachedFile,
    attach_within,
    attached_to,
    detach_within,
    forget_of_drafts,
)
from casework.permits.models import PermitDraft
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound, TooLarge

AT_MOST = 64 * 1024
"""Characters of one draft as JSON."""
DRAFTS_MOST = 30
STEP_MOST = 40
_PURGED_AT_ONCE = 200
_TABLE, _COLUMN = "permit_draft", "content_sealed"


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """A draft in somebody's list. `kind_name` is the code of a kind that is no longer there."""

    id: UUID
    kind: str
    kind_name: str
    act: Act
    step: str
    updated_at: datetime
    expires_at: datetime
    application_id: UUID | None = None


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a draft's files: its revision before and after, and the file that hangs there now."""

    before: int
    after: int
    file: AttachedFile | None = None


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with all that is in it."""

    id: UUID
    kind: PermitKind
    act: Act
    concerns_id: UUID | None
    application_id: UUID | None
    step: str
    filled: Filled
    files: tuple[AttachedFile, ...]
    revision: int
    updated_at: datetime
    expires_at: datetime
    is_applicants: bool = False
    """It is in a citizen's account, whoever goes on with it."""
    helped_until_at: datetime | None = None
    """Until when a clerk may go on with it too."""


async def begin(
    desk: PermitDesk,
    actor: Actor,
    kind: str,
    act: Act = "new",
    concerns_id: UUID | None = None,
    *,
    application_id: UUID | None = None,
    filled: Filled | None = None,
    key: str = "",
) -> UUID:
    """Begin to fill in. The same `key` once more is the same draft. `application_id` and `filled` where a correction of that application is written: of one, the
    draft that was begun already is gone on with.

    Raises NotFound for a kind that is not there, Invalid where the kind knows no such act, Conflict for too many drafts.
    """
    held = await _owned(desk, actor)
    definition = offered(desk, kind, act)
    words = written(definition, filled or Filled())

    async def work(change: Change) -> UUID:
        mine = PermitDraft.filter(held, expires_at__gt=change.now)
        if application_id is not None:
            begun = await mine.filter(application_id=application_id).first()
            if begun is not None:
                return begun.id
        if await mine.count() >= DRAFTS_MOST:
            raise Conflict("problem.permit.drafts_too_many", most=DRAFTS_MOST)
        row = new_row(
            desk,
            change,
            actor,
            definition,
            act,
            words,
            concerns_id=concerns_id,
            application_id=application_id,
        )
        await row.save(force_create=True)
        return row.id

    if not key:
        return await desk.db.change(work)
    said = [kind, act, str(concerns_id or ""), words]

    async def once(change: Change) -> bytes:
        return (await work(change)).bytes

    made = await desk.db.once(f"permit_draft:{key}", sha256(msgspec.json.encode(said)).digest(), once)
    return UUID(bytes=made.result)


def new_row(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    kind: PermitKind,
    act: Act,
    words: str,
    *,
    concerns_id: UUID | None,
    application_id: UUID | None = None,
) -> PermitDraft:
    """The unsaved row of a draft that holds what `written` gave."""
    id = change.ids.new()
    return PermitDraft(
        id=id,
        account_id=actor.id if actor.kind == "citizen" else None,
        staff_id=actor.id if actor.kind == "staff" else None,
        kind=kind.code,
        act=act,
        concerns_id=concerns_id,
        application_id=application_id,
        step="",
        content_sealed=_sealed(desk, id, words),
        revision=1,
        created_at=change.now,
        updated_at=change.now,
        expires_at=_until(desk, change.now),
    )


async def save(
    desk: PermitDesk, actor: Actor, draft_id: UUID, filled: Filled, step: str, expected_revision: int
) -> int:
    """Keep what was filled in, in place of what was; the new revision. `step` is where to go on.

    Raises NotFound, TooLarge, Conflict where it was saved elsewhere meanwhile: then nothing has changed.
    """
    held = await _owned(desk, actor)

    async def work(change: Change) -> int:
        row = await _locked(change, draft_id, held)
        words = written(_kind(desk, row), filled)
        if row.revision != expected_revision:
            raise Conflict("problem.permit.draft_moved_on")
        row.content_sealed = _sealed(desk, row.id, words)
        row.step = step[:STEP_MOST]
        row.revision += 1
        await _touch(desk, change, row)
        return row.revision

    return await desk.db.change(work)


async def draft_view(desk: PermitDesk, actor: Actor, draft_id: UUID) -> DraftView:
    """All of it. Raises NotFound for another's, Gone for a kind that is no longer offered."""
    now = desk.db.clock.now()
    row = await PermitDraft.filter(await _owned(desk, actor), id=draft_id, expires_at__gt=now).first()
    if row is None:
        raise NotFound("problem.permit.draft_not_found")
    return DraftView(
        id=row.id,
        kind=_kind(desk, row),
        act=cast("Act", row.act),
        concerns_id=row.concerns_id,
        application_id=row.application_id,
        step=row.step,
        filled=filled_of(desk, row),
        files=await attached_to(draft_id=row.id),
        revision=row.revision,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        is_applicants=row.account_id is not None,
        helped_until_at=row.helper_until_at if row.helper_until_at and row.helper_until_at > now else None,
    )


async def drafts_of(desk: PermitDesk, actor: Actor) -> tuple[DraftLine, ...]:
    """The actor's own, the last touched first."""
    mine = PermitDraft.filter(await _owned(desk, actor), expires_at__gt=desk.db.clock.now())
    rows = await mine.order_by("-updated_at", "-id").limit(2 * DRAFTS_MOST)
    return tuple(_line(desk, row) for row in rows)


async def attach(
    desk: PermitDesk,
    actor: Actor,
    draft_id: UUID,
    material: str,
    file_id: UUID,
    *,
    holders: Iterable[str] = (),
) -> FileChange:
    """Put an uploaded file (`materials.FILE_KIND`) under a material that is asked for.

    `holders` are further names under which this very request uploads, such as its visit. Raises NotFound, Invalid for
    somebody else's file or an unknown material, Conflict for one too many.
    """
    held = await _owned(desk, actor)

    async def work(change: Change) -> FileChange:
        row = await _locked(change, draft_id, held)
        before = row.revision
        asked = visible_materials(_kind(desk, row), filled_of(desk, row))
        found = next((one for one in asked if one.code == material), None)
        if found is None:
            raise Invalid("problem.permit.form.material_unknown", field="material")
        attached, is_new = await attach_within(change, actor, row, found, file_id, holders)
        row.revision += is_new
        await _touch(desk, change, row)
        return FileChange(before=before, after=row.revision, file=attached)

    return await desk.db.change(work)


async def detach(desk: PermitDesk, actor: Actor, draft_id: UUID, attached_id: UUID) -> FileChange:
    """Take a file away again. Nothing happens where it is not there. Raises NotFound for another's draft."""
    held = await _owned(desk, actor)

    async def work(change: Change) -> FileChange:
        row = await _locked(change, draft_id, held)
        before = row.revision
        row.revision += await detach_within(row, attached_id)
        await _touch(desk, change, row)
        return FileChange(before=before, after=row.revision)

    return await desk.db.change(work)


async def discard(desk: PermitDesk, actor: Actor, draft_id: UUID) -> None:
    """Throw it away with its files. Raises NotFound."""
    held = await _owned(desk, actor)

    async def work(change: Change) -> None:
        row = await _locked(change, draft_id, held)
        if actor.kind == "staff" and row.staff_id != actor.id:
            raise Forbidden("problem.permit.draft_of_applicant")
        await forget_of_drafts([row.id])
        await row.delete()

    await desk.db.change(work)


async def forget_expired(db: Database) -> int:
    """Remove one portion of the drafts nobody came back for, with their files; how many went."""
    over = PermitDraft.filter(expires_at__lte=db.clock.now()).order_by("expires_at")
    ids = [row.id for row in await over.limit(_PURGED_AT_ONCE).only("id")]
    if not ids:
        return 0

    async def work(change: Change) -> int:
        # Asked again inside: somebody may have come back at the last moment.
        still = await PermitDraft.filter(id__in=ids, expires_at__lte=change.now).only("id")
        gone = [row.id for row in still]
        await forget_of_drafts(gone)
        return await PermitDraft.filter(id__in=gone).delete()

    return await db.change(work)


async def locked_draft(desk: PermitDesk, change: Change, actor: Actor, draft_id: UUID) -> PermitDraft:
    """The actor's draft, locked, for what sends it. Raises NotFound for another's, or one that was sent already."""
    return await _locked(change, draft_id, await _owned(desk, actor))


def filled_of(desk: PermitDesk, row: PermitDraft) -> Filled:
    """What is in a draft."""
    words = desk.sealer.open(bytes(row.content_sealed), table=_TABLE, column=_COLUMN, row_id=row.id)
    return msgspec.json.decode(words, type=Filled)


async def _owned(desk: PermitDesk, actor: Actor) -> Q:
    """Whose drafts these are, as a condition. Raises Forbidden for staff who enter no applications."""
    if actor.kind == "citizen" and actor.id is not None:
        return Q(account_id__in=sorted(await members(actor.id)))
    require(actor, Operation.ENTER_PERMITS)
    helped = Q(helper_id=actor.id, helper_until_at__gt=desk.db.clock.now())
    return Q(staff_id=actor.id) | helped


async def _locked(change: Change, draft_id: UUID, held: Q) -> PermitDraft:
    query = PermitDraft.filter(held, id=draft_id, expires_at__gt=change.now)
    row = await (query.select_for_update() if change.is_postgres else query).first()
    if row is None:
        raise NotFound("problem.permit.draft_not_found")
    return row


async def _touch(desk: PermitDesk, change: Change, row: PermitDraft) -> None:
    row.updated_at = change.now
    row.expires_at = _until(desk, change.now)
    await row.save()


def _kind(desk: PermitDesk, row: PermitDraft) -> PermitKind:
    kind = desk.section.kind(row.kind)
    if kind is None:
        raise Gone("problem.permit.kind_gone")
    return kind


def _until(desk: PermitDesk, now: datetime) -> datetime:
    return now + timedelta(days=desk.section.draft_days)


def offered(desk: PermitDesk, kind: str, act: Act) -> PermitKind:
    """The kind, where it can be applied for in this way. Raises NotFound, Invalid."""
    definition = desk.section.kind(kind)
    if definition is None:
        raise NotFound("problem.permit.kind_unknown")
    if act not in definition.acts:
        raise Invalid("problem.permit.act", field="act")
    return definition


def written(kind: PermitKind, filled: Filled) -> str:
    """What a draft keeps of it, cleaned. Raises TooLarge."""
    words = msgspec.json.encode(clean(kind, filled)).decode()
    if len(words) > AT_MOST:
        raise TooLarge("problem.permit.draft_too_large")
    return words


def _sealed(desk: PermitDesk, id: UUID, words: str) -> bytes:
    return desk.sealer.seal(words, table=_TABLE, column=_COLUMN, row_id=id)


def _line(desk: PermitDesk, row: PermitDraft) -> DraftLine:
    kind = desk.section.kind(row.kind)
    return DraftLine(
        id=row.id,
        kind=row.kind,
        kind_name=kind.name if kind is not None else row.kind,
        act=cast("Act", row.act),
        step=row.step,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        application_id=row.application_id,
    )
