"""What is held of who put up signs: for the person's own export, and how it goes when its time is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.scene_codes.models import SceneCode
from casework.sign_filings.models import Sign, SignCheck, SignPhoto
from kit.db import Change
from kit.files.models import StoredFile
from kit.sealing import FieldSealer

Plain = dict[str, object]


async def sign_holdings(sealer: FieldSealer, account_ids: Collection[UUID]) -> dict[str, list[Plain]]:
    """As plain values, each with its looks."""
    rows = await Sign.filter(account_id__in=sorted(account_ids)).order_by("registered_at", "id")
    looks = SignCheck.filter(sign_id__in=[row.id for row in rows]).order_by("sent_at", "id")
    checks = await looks if rows else []
    photos = SignPhoto.filter(sign_id__in=[row.id for row in rows]).order_by("sign_id", "stage", "position")
    files = await photos if rows else []
    return {"signs": [_sign(sealer, row, checks, files) for row in rows]}


def _sign(sealer: FieldSealer, row: Sign, checks: list[SignCheck], files: list[SignPhoto]) -> Plain:
    holder = sealer.open(bytes(row.holder_sealed), table="sign", column="holder_sealed", row_id=row.id)
    return {
        "code": row.code,
        "kind": row.kind,
        "state": row.state,
        "holder": holder,
        "words": row.words,
        "responsible_unit": row.responsible_unit,
        "contact_phone": row.contact_phone,
        "material": row.material,
        "width_m": row.width_m,
        "height_m": row.height_m,
        "place": row.place_text,
        "registered_at": row.registered_at,
        "valid_until_on": row.valid_until_on,
        "removed_on": row.removed_on,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason,
        "checks": [
            {"checked_on": one.checked_on, "answers": one.answers, "words": one.words}
            for one in checks
            if one.sign_id == row.id
        ],
        "files": [{"id": one.file_id, "stage": one.stage} for one in files if one.sign_id == row.id],
    }


async def signs_due(before: datetime, at_most: int) -> list[UUID]:
    """Signs that came down before then and still name who put them up, oldest first."""
    query = Sign.filter(ended_at__lt=before, anonymised_at=None).order_by("ended_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def anonymise_sign(
    change: Change, actor: Actor, sign_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """Make an ended sign nobody's; the ids of its files, whose bytes the caller removes. None where it is so already.

    Its code, kind, size and dates stay; whoever scans the old label hears that it ended.
    """
    row = await change.lock(Sign, sign_id)
    if row is None or row.ended_at is None or row.anonymised_at is not None:
        return None
    row.account_id, row.holder_sealed, row.holder_shown = None, b"", instead[:100]
    row.words = row.responsible_unit = instead[:100]
    row.contact_phone, row.place_text = "", instead
    row.latitude = row.longitude = row.place_cell = row.end_reason = None
    row.anonymised_at = row.updated_at = change.now
    await row.save()
    scene = SceneCode.filter(code=row.code)
    await scene.update(title=instead[:100], place_text=instead, contact=None, latitude=None, longitude=None)
    await SignCheck.filter(sign_id=row.id).update(words=None, account_id=None)
    files = tuple([one.file_id for one in await SignPhoto.filter(sign_id=row.id)])
    await SignPhoto.filter(sign_id=row.id).delete()
    await StoredFile.filter(id__in=list(files)).delete()
    await change.audit(row.id, actor, "sign.anonymise", {**content, "files": len(files)})
    return files
