"""What is held of a person who applied: for the person's own export, and what goes when the person is forgotten."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from casework.permits.forms import Filled
from casework.permits.materials import forget_of_drafts
from casework.permits.models import Permit, PermitApplication, PermitCorrection, PermitDraft, PermitMaterial
from casework.permits.written import TABLE
from kit.sealing import FieldSealer

Plain = dict[str, object]


async def permit_holdings(sealer: FieldSealer, account_ids: Collection[UUID]) -> dict[str, list[Plain]]:
    """Applications, permits and what is being filled in, as plain values."""
    ids = sorted(account_ids)
    applications = await PermitApplication.filter(account_id__in=ids).order_by("submitted_at", "id")
    permits = await Permit.filter(account_id__in=ids).order_by("granted_at", "id")
    drafts = await PermitDraft.filter(account_id__in=ids).order_by("created_at", "id")
    return {
        "permit_applications": [await _application(sealer, row) for row in applications],
        "permits": [
            {
                "number": row.number,
                "kind": row.kind_name,
                "state": row.state,
                "place": row.place_text,
                "valid_from_at": row.valid_from_at,
                "valid_until_at": row.valid_until_at,
                "terms": msgspec.json.decode(row.terms),
                "granted_at": row.granted_at,
                "ended_at": row.ended_at,
                "end_reason": row.end_reason,
            }
            for row in permits
        ],
        "permit_drafts": [
            {
                "kind": row.kind,
                "updated_at": row.updated_at,
                "filled": _filled(
                    sealer, bytes(row.content_sealed), "permit_draft", "content_sealed", row.id
                ),
            }
            for row in drafts
        ],
    }


async def forget_drafts_of(account_ids: Collection[UUID]) -> int:
    """Within a change: drafts of these accounts go, with their files. Returns how many."""
    rows = await PermitDraft.filter(account_id__in=sorted(account_ids)).only("id")
    ids = [row.id for row in rows]
    if not ids:
        return 0
    await forget_of_drafts(ids)
    return await PermitDraft.filter(id__in=ids).delete()


async def _application(sealer: FieldSealer, row: PermitApplication) -> Plain:
    corrections = await PermitCorrection.filter(application_id=row.id).order_by("round")
    filled: object = None
    if row.anonymised_at is None:
        filled = _filled(sealer, bytes(row.form_sealed), TABLE, "form_sealed", row.id)
    return {
        "reference": row.reference,
        "kind": row.kind,
        "act": row.act,
        "source": row.source,
        "state": row.state,
        "filled": filled,
        "place": row.place_text,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "files": await PermitMaterial.filter(application_id=row.id).count(),
        "submitted_at": row.submitted_at,
        "received_at": row.received_at,
        "accepted_at": row.accepted_at,
        "decided_at": row.decided_at,
        "ground": row.ground,
        "late_reason": row.late_reason,
        "corrections": [
            {"items": msgspec.json.decode(one.items), "words": one.words, "asked_at": one.asked_at}
            for one in corrections
        ],
        "rating": row.rating,
        "rating_comment": row.rating_comment,
    }


def _filled(sealer: FieldSealer, sealed: bytes, table: str, column: str, id: UUID) -> Plain:
    words = sealer.open(sealed, table=table, column=column, row_id=id)
    return msgspec.to_builtins(msgspec.json.decode(words, type=Filled))  # type: ignore[no-any-return]
