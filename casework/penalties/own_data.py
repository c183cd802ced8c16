"""What is held of a party for the person's own export: notices, and consents to electronic delivery."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casework.penalties.models import DeliveryConsent, RectificationNotice
from kit.sealing import FieldSealer

Plain = dict[str, object]


async def penalty_holdings(sealer: FieldSealer, account_ids: Collection[UUID]) -> dict[str, list[Plain]]:
    """As plain values; what officers judge among themselves is no part of it."""
    ids = sorted(account_ids)
    return {
        "rectification_notices": [
            {
                "reference": row.reference,
                "party": sealer.open(
                    row.party_sealed, table="rectification_notice", column="party_sealed", row_id=row.id
                ),
                "facts": row.facts,
                "basis": row.basis,
                "demand": row.demand,
                "state": row.state,
                "issued_at": row.issued_at,
                "due_at": row.due_at,
                "report": row.report,
                "reported_at": row.reported_at,
                "checked_words": row.checked_words,
                "ended_at": row.ended_at,
            }
            for row in await RectificationNotice.filter(account_id__in=ids, anonymised_at=None).order_by(
                "issued_at", "id"
            )
        ],
        "delivery_consents": [
            {
                "channel": row.channel,
                "version": row.text_version,
                "signed_name": sealer.open(
                    row.signed_name_sealed,
                    table="delivery_consent",
                    column="signed_name_sealed",
                    row_id=row.id,
                ),
                "given_at": row.given_at,
                "revoked_at": row.revoked_at,
            }
            for row in await DeliveryConsent.filter(account_id__in=ids).order_by("given_at", "id")
        ],
    }
