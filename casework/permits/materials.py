"""Files handed in under the materials of a kind: whose they are, where they hang, and when they go.

A file is attached as it arrives, to a draft; the application takes the rows over. A file hangs in one place only and
goes with the row that held it; what replaces it in an application stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.people.merging import members
from casework.permits.kinds import Material
from casework.permits.models import PermitDraft, PermitMaterial
from casework.permits.survey_models import PermitSurveyPhoto
from kit.db import Change
from kit.files.models import FileState, StoredFile, Upload
from kit.files.uploads import account_holder
from kit.problems import Conflict, Invalid, NotFound

FILE_KIND = "permit_material"
"""What a file is for (`StoredFile.kind`), to be named where it is uploaded."""
STATEMENT_FILE = "st-"
"""What codes of files begin with that hang under a statement (`casework.permits.heard_files`); no code of a kind has a dash."""
_PDF = "application/pdf"


class AttachedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file under a material. `state` is its file's: "received", "ready", "refused" (`reason`: why), "gone"."""

    id: UUID
    material: str
    file_id: UUID | None
    position: int
    state: str
    reason: str | None = None
    media_type: str = ""
    bytes_size: int = 0
    is_seen: bool = False


def staff_holder(staff_id: UUID) -> str:
    """The holder of what a clerk uploads at the window."""
    return f"staff:{staff_id}"


async def attached_to(
    *, draft_id: UUID | None = None, application_id: UUID | None = None
) -> tuple[AttachedFile, ...]:
    """The files of a draft, or of an application (without those replaced since), in the order they came. What others handed in
    with what they said is none of them.
    """
    held = PermitMaterial.filter(replaced_at=None).exclude(code__startswith=STATEMENT_FILE)
    held = (
        held.filter(draft_id=draft_id)
        if application_id is None
        else held.filter(application_id=application_id)
    )
    rows = await held.order_by("code", "position", "id")
    ids = [row.file_id for row in rows if row.file_id is not None]
    files = {one.id: one for one in await StoredFile.filter(id__in=ids)} if ids else {}
    return tuple(shown_file(row, files.get(row.file_id) if row.file_id is not None else None) for row in rows)


async def attach_within(
    change: Change,
    actor: Actor,
    draft: PermitDraft,
    material: Material,
    file_id: UUID,
    holders: Iterable[str],
) -> tuple[AttachedFile, bool]:
    """Hang a file under a material of a locked draft, and whether that is new; the same one again changes nothing.

    Raises Invalid for a file that is not the actor's, was refused or is of a type not taken here, Conflict for one
    too many.
    """
    file = await own_file(actor, file_id, material, holders)
    rows = await PermitMaterial.filter(draft_id=draft.id, code=material.code).order_by("position")
    if (same := next((row for row in rows if row.file_id == file_id), None)) is not None:
        return shown_file(same, file), False
    if await PermitMaterial.filter(file_id=file_id).exists():
        raise Conflict("problem.permit.file_used")
    if len(rows) >= material.count_most:
        raise Conflict(
            "problem.permit.form.material_too_many",
            field=material.code,
            name=material.name,
            most=material.count_most,
        )
    row = PermitMaterial(
        id=change.ids.new(),
        draft_id=draft.id,
        code=material.code,
        file_id=file_id,
        position=rows[-1].position + 1 if rows else 1,
        added_at=change.now,
    )
    await row.save(force_create=True)
    return shown_file(row, file), True


async def detach_within(draft: PermitDraft, attached_id: UUID) -> bool:
    """Take a file from a locked draft, and with it the file itself; whether it was there."""
    row = await PermitMaterial.get_or_none(id=attached_id, draft_id=draft.id, application_id=None)
    if row is None:
        return False
    await _remove([row])
    return True


async def forget_of_drafts(draft_ids: Collection[UUID]) -> None:
    """Within a change: what hangs on these drafts goes with them; the bytes are swept as strays."""
    await _remove(await PermitMaterial.filter(draft_id__in=list(draft_ids), application_id=None))


async def hand_over(change: Change, draft_id: UUID, application_id: UUID, codes: Collection[str]) -> int:
    """Within a change: the application takes over the draft's files; how many.

    Files under materials that are not among `codes` (hidden by what was answered) go. Files the application had under
    a material that new ones came for are marked as replaced.
    """
    rows = await PermitMaterial.filter(draft_id=draft_id, application_id=None)
    await _remove([row for row in rows if row.code not in codes])
    kept = [row for row in rows if row.code in codes]
    fresh = {row.code for row in kept}
    former = PermitMaterial.filter(application_id=application_id, replaced_at=None, code__in=sorted(fresh))
    await former.update(replaced_at=change.now)
    ids = [row.id for row in kept]
    await PermitMaterial.filter(id__in=ids).update(application_id=application_id, draft_id=None)
    return len(ids)


async def mark_seen(change: Change, actor: Actor, application_id: UUID, attached_id: UUID) -> None:
    """Within a change: a clerk has held the original against it. Raises NotFound."""
    row = PermitMaterial.filter(id=attached_id, application_id=application_id, replaced_at=None)
    if not await row.update(seen_at=change.now, seen_by_id=actor.id):
        raise NotFound("problem.permit.not_found")


async def files_of_permits(ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that a draft, an application or a survey holds."""
    wanted = list(ids)
    handed_in = await PermitMaterial.filter(file_id__in=wanted).values_list("file_id", flat=True)
    taken = await PermitSurveyPhoto.filter(file_id__in=wanted).values_list("file_id", flat=True)
    return {*handed_in, *taken}  # type: ignore[arg-type]


def accepts(material: Material, media_type: str) -> bool:
    """Whether a file of this type may be handed in here."""
    return ("pdf" if media_type == _PDF else "photo") in material.accepts


async def own_file(actor: Actor, file_id: UUID, material: Material, holders: Iterable[str]) -> StoredFile:
    """A stored file that the actor sent and that is taken here. Raises Invalid."""
    row = await StoredFile.get_or_none(id=file_id, kind=FILE_KIND)
    if row is None or not await _is_own(actor, row, frozenset(holders)):
        raise Invalid("problem.upload.not_yours", field=material.code)
    if row.state == FileState.REFUSED.value:
        raise Invalid(row.reason or "problem.file.undecodable", field=material.code)
    if not accepts(material, row.sniffed_type):
        raise Invalid("problem.permit.form.material_type", field=material.code, name=material.name)
    return row


async def _is_own(actor: Actor, row: StoredFile, holders: frozenset[str]) -> bool:
    """Whether the account (or another of the same person), the clerk, or a visit the door vouches for sent it."""
    if actor.id is None:
        return False
    if actor.kind == "staff":
        holders |= {staff_holder(actor.id)}
    else:
        accounts = await members(actor.id)
        if row.account_id in accounts:
            return True
        holders |= {account_holder(one) for one in accounts}
    return await Upload.filter(file_id=row.id, holder__in=sorted(holders)).exists()


async def _remove(rows: Collection[PermitMaterial]) -> None:
    if not rows:
        return
    await PermitMaterial.filter(id__in=[row.id for row in rows]).delete()
    await StoredFile.filter(id__in=[row.file_id for row in rows if row.file_id is not None]).delete()


def shown_file(row: PermitMaterial, file: StoredFile | None) -> AttachedFile:
    """A row with its file, as it is shown."""
    return AttachedFile(
        id=row.id,
        material=row.code,
        file_id=row.file_id,
        position=row.position,
        state=file.state if file is not None else "gone",
        reason=file.reason if file is not None else None,
        media_type=file.sniffed_type if file is not None else "",
        bytes_size=file.bytes_size if file is not None else 0,
        is_seen=row.seen_at is not None,
    )
