"""What casework holds of a person, as plain values for the person's own export: their words, ours to them, and
what they agreed to. No openid, no unionid, and no name of a member of staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintNote, ComplaintPhoto
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.notifications.models import Delivery
from casework.penalties.case_own_data import penalty_case_holdings
from casework.penalties.own_data import penalty_holdings
from casework.people import consents, phones, vouching
from casework.people.models import Account, AccountLink, PersonalConsent, StaffBinding, WechatIdentity
from casework.permits.own_data import permit_holdings
from casework.sign_filings.own_data import sign_holdings
from kit.db import Change, Database
from kit.problems import NotFound
from kit.sealing import FieldSealer

Plain = dict[str, object]


async def holdings(sealer: FieldSealer, account_id: UUID, member_ids: frozenset[UUID]) -> Plain:
    """Everything of the person behind `account_id`, whose accounts are `member_ids`."""
    ids = list(member_ids)
    guardian = await consents.guardian_of(sealer, account_id)
    return {
        "accounts": await _accounts(ids),
        "phone": await phones.own_phone(sealer, account_id),
        "verified_identities": [
            {
                "kind": one.kind,
                "name": one.name,
                "number": one.number,
                "legal_representative": one.person,
                "provider": one.provider,
                "verified_at": one.verified_at,
            }
            for one in await vouching.identities_of(sealer, account_id)
        ],
        "guardian": {"name": guardian.name, "phone": guardian.phone} if guardian is not None else None,
        "consents": [
            {
                "purpose": row.purpose,
                "version": row.text_version,
                "door": row.door,
                "given_at": row.given_at,
                "revoked_at": row.revoked_at,
            }
            for row in await PersonalConsent.filter(account_id__in=ids).order_by("given_at", "id")
        ],
        "complaints": [
            await _complaint(sealer, row)
            for row in await Complaint.filter(account_id__in=ids).order_by("submitted_at", "id")
        ],
        "inquiries": [
            await _inquiry(row)
            for row in await Inquiry.filter(account_id__in=ids).order_by("submitted_at", "id")
        ],
        "danger_alerts": [
            {
                "words": row.words,
                "place": row.place_text,
                "raised_at": row.raised_at,
                "source": row.source,
                "state": row.state,
                "taken_at": row.acknowledged_at,
                "outcome": row.outcome,
                "ended_at": row.ended_at,
            }
            for row in await DangerAlert.filter(account_id__in=ids).order_by("raised_at", "id")
        ],
        **await permit_holdings(sealer, ids),
        **await sign_holdings(sealer, ids),
        **await penalty_holdings(sealer, ids),
        **await penalty_case_holdings(sealer, ids),
        "messages_to_you": [
            {
                "template": row.template,
                "values": _values(row.params),
                "state": row.state,
                "channel": row.channel,
                "created_at": row.created_at,
            }
            for row in await Delivery.filter(recipient_id__in=ids).order_by("created_at", "id")
        ],
    }


async def note_export(db: Database, actor: Actor, account_id: UUID) -> None:
    """That everything of a person was handed out, in the chain of the account it was asked for by."""

    async def work(change: Change) -> None:
        if await change.lock(Account, account_id) is None:
            raise NotFound("problem.people.no_such_account")
        await change.audit(account_id, actor, "account.export", {})

    await db.change(work)


async def _accounts(ids: list[UUID]) -> list[Plain]:
    rows = await Account.filter(id__in=ids).order_by("id")
    identities = await WechatIdentity.filter(account_id__in=ids).order_by("id")
    links = await AccountLink.filter(account_id__in=ids).order_by("linked_at", "id")
    bindings = await StaffBinding.filter(account_id__in=ids).order_by("bound_at", "id")
    return [
        {
            "id": row.id,
            "created_at": row.created_at,
            "phone_verified_at": row.phone_verified_at,
            "wechat": [
                {
                    "app": one.appid,
                    "created_at": one.created_at,
                    "last_message_at": one.last_message_at,
                    "followed_at": one.followed_at,
                    "unfollowed_at": one.unfollowed_at,
                    "unionid_known": one.unionid_index is not None,
                }
                for one in identities
                if one.account_id == row.id
            ],
            "linked": [
                {
                    "into": one.into_id,
                    "basis": one.basis,
                    "linked_at": one.linked_at,
                    "unlinked_at": one.unlinked_at,
                }
                for one in links
                if one.account_id == row.id
            ],
            "staff_bindings": [
                {"bound_at": one.bound_at, "unbound_at": one.unbound_at}
                for one in bindings
                if one.account_id == row.id
            ],
        }
        for row in rows
    ]


async def _complaint(sealer: FieldSealer, row: Complaint) -> Plain:
    photos = await ComplaintPhoto.filter(complaint_id=row.id).order_by("stage", "position")
    additions = await ComplaintAddition.filter(complaint_id=row.id).order_by("position")
    told = ComplaintNote.filter(complaint_id=row.id, audience="public")
    updates = await told.order_by("position")
    phone = row.phone_sealed and sealer.open(
        bytes(row.phone_sealed), table="complaint", column="phone", row_id=row.id
    )
    name = row.name_sealed and sealer.open(
        bytes(row.name_sealed), table="complaint", column="name", row_id=row.id
    )
    return {
        "reference": row.reference,
        "source": row.source,
        "state": row.state,
        "submitted_at": row.submitted_at,
        "story": row.story,
        "place": row.place_text,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "place_original": row.place_original,
        "phone": phone or None,
        "name": name or None,
        "particulars": msgspec.json.decode(row.particulars) if row.particulars else [],
        "question_to_you": row.question,
        "kept_by_law": row.restriction_basis if row.restricted_at is not None else None,
        "category": row.category or row.suggested_category,
        "unit": row.unit,
        "answer": row.answer,
        "answered_at": row.answered_at,
        "refusal_reason": row.refusal_reason,
        "responsible_body": row.responsible_body,
        "dispute_reason": row.dispute_reason,
        "rating": row.rating,
        "rating_comment": row.rating_comment,
        "rating_parts": {
            "solved": row.rating_solved,
            "manner": row.rating_manner,
            "speed": row.rating_speed,
        },
        "closed_at": row.closed_at,
        "additions": [{"text": one.text, "at": one.at} for one in additions],
        "updates": [{"text": one.text, "at": one.at} for one in updates],
        "files": [{"id": one.file_id, "stage": one.stage, "medium": one.medium or "photo"} for one in photos],
    }


async def _inquiry(row: Inquiry) -> Plain:
    messages = await InquiryMessage.filter(inquiry_id=row.id).order_by("position")
    return {
        "reference": row.reference,
        "source": row.source,
        "topic": row.topic,
        "state": row.state,
        "submitted_at": row.submitted_at,
        "closed_at": row.closed_at,
        "messages": [{"by": one.author_kind, "text": one.text, "at": one.at} for one in messages],
    }


def _values(params: str) -> Mapping[str, object]:
    values: Mapping[str, object] = msgspec.json.decode(params, type=dict[str, object])
    return values
