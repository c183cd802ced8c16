"""Files that somebody handed in with what they said: kept beside the statement, apart from the applicant's materials."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casework.actors import Actor
from casework.permits.desk import PermitDesk
from casework.permits.hearing_models import PermitStatement
from casework.permits.kinds import Material
from casework.permits.lifecycle import CLERKS, OPEN_STATES
from casework.permits.materials import STATEMENT_FILE, AttachedFile, own_file, shown_file
from casework.permits.models import PermitMaterial
from casework.permits.moving import locked, note
from casework.permits.sight import acts_here
from kit.db import Change
from kit.files.models import StoredFile
from kit.problems import Conflict, Forbidden, NotFound

FILES_MOST = 10
_AS = Material(code="files", name="statement", count_most=FILES_MOST)


async def attach_to_statement(desk: PermitDesk, actor: Actor, statement_id: UUID, file_id: UUID) -> None:
    """Put a file that this clerk uploaded beside a statement; the same twice is one. Raises NotFound, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> None:
        statement = await PermitStatement.get_or_none(id=statement_id)
        if statement is None:
            raise NotFound("problem.permit.statement_not_found")
        row = await locked(change, actor, statement.application_id)
        if actor.roles.isdisjoint(CLERKS) or not acts_here(actor, CLERKS, row):
            raise Forbidden("problem.permit.not_your_unit")
        if row.state not in OPEN_STATES:
            raise Conflict("problem.permit.decided_already")
        if not await hang_within(change, actor, row.id, statement_id, (file_id,)):
            return
        await note(change, actor, row, "statement_file", {"statement": statement_id})

    await desk.db.change(work)


async def hang_within(
    change: Change, actor: Actor, application_id: UUID, statement_id: UUID, file_ids: Collection[UUID]
) -> int:
    """Within a change: put files that the actor uploaded beside a statement; how many are new. Raises Invalid, Conflict."""
    code = _code(statement_id)
    known = await PermitMaterial.filter(application_id=application_id, code=code)
    held = {one.file_id for one in known}
    fresh = [one for one in dict.fromkeys(file_ids) if one not in held]
    if len(known) + len(fresh) > FILES_MOST:
        raise Conflict("problem.permit.statement_files", most=FILES_MOST)
    for position, file_id in enumerate(fresh, len(known) + 1):
        await own_file(actor, file_id, _AS, ())
        if await PermitMaterial.filter(file_id=file_id).exists():
            raise Conflict("problem.permit.file_used")
        one = PermitMaterial(
            id=change.ids.new(),
            application_id=application_id,
            code=code,
            file_id=file_id,
            position=position,
            added_at=change.now,
        )
        await one.save(force_create=True)
    return len(fresh)


async def files_of_statements(application_id: UUID) -> dict[UUID, tuple[AttachedFile, ...]]:
    """Their files, by statement."""
    held = PermitMaterial.filter(application_id=application_id, code__startswith=STATEMENT_FILE)
    rows = await held.order_by("code", "position")
    ids = [row.file_id for row in rows if row.file_id is not None]
    stored = {one.id: one for one in await StoredFile.filter(id__in=ids)} if ids else {}
    found: dict[UUID, list[AttachedFile]] = {}
    for row in rows:
        file = stored.get(row.file_id) if row.file_id is not None else None
        found.setdefault(UUID(row.code.removeprefix(STATEMENT_FILE)), []).append(shown_file(row, file))
    return {id: tuple(files) for id, files in found.items()}


def _code(statement_id: UUID) -> str:
    return f"{STATEMENT_FILE}{statement_id.hex}"
