"""From an event to delivery rows: run by the outbox relay, in the transaction that marks the event handled.

Rows come first, messages second. Nobody gets two rows about one event, however often it is handled.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from casework.complaints.events import ComplaintEvent
from casework.complaints.wording import moment_params
from casework.notifications.models import Delivery
from casework.notifications.rules import Audience, Rule, rules_for
from casework.people.staff import staff_ids_with_role
from casework.roles import Role
from kit.clock import local
from kit.db import Change

CONSOLE = "console"
EXCERPT_CHARACTERS = 300
QUEUED, SENDING, SENT, UNCERTAIN, FAILED, EXPIRED = (
    "queued",
    "sending",
    "sent",
    "uncertain",
    "failed",
    "expired",
)


async def on_event(change: Change, event_id: UUID, event: ComplaintEvent) -> None:
    """Plan the deliveries that the rules ask for."""
    params = msgspec.json.encode(params_of(event)).decode()
    now = await change.database_now()
    age = max(change.now - event.at, timedelta())
    rows: dict[UUID, Delivery] = {}
    for rule in rules_for(event):
        for recipient_id in await _recipients(change, rule.audience, event):
            row = _row(change, event_id, event, rule, recipient_id, params)
            # Sending is timed by the database's clock alone, the one all senders share.
            row.next_at, row.expires_at = now, now + rule.fresh_for - age
            rows.setdefault(recipient_id, row)
    if rows:
        await Delivery.bulk_create(rows.values(), ignore_conflicts=True)


def params_of(event: ComplaintEvent) -> dict[str, str]:
    """Every value the templates may name: text as it is, moments in their parts, long text shortened."""
    params: dict[str, str] = {}
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, datetime):
            params.update(moment_params(field.removesuffix("_at"), value))
        elif isinstance(value, str):
            params[field] = excerpt(value)
        elif isinstance(value, int):
            params[field] = str(int(value))
    return params


def excerpt(text: str, at_most: int = EXCERPT_CHARACTERS) -> str:
    """The beginning of a text, with an ellipsis if there is more."""
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


async def _recipients(change: Change, audience: Audience, event: ComplaintEvent) -> list[UUID]:
    if audience is Audience.OWNER:
        return [event.account_id] if event.account_id is not None else []
    if audience is Audience.ASSIGNEE:
        if event.assignee_id is not None:
            return [event.assignee_id]
        if event.unit is None:
            return []
        # Given to a unit as a whole: all who handle cases there.
        role, unit = Role.HANDLER, event.unit
        return sorted(await staff_ids_with_role(role, unit, local(change.now).date()))
    return sorted(await staff_ids_with_role(Role.DISPATCHER, None, local(change.now).date()))


def _row(
    change: Change, event_id: UUID, event: ComplaintEvent, rule: Rule, recipient_id: UUID, params: str
) -> Delivery:
    for_citizen = rule.audience is Audience.OWNER
    # The console shows the row itself: for staff there is nothing left to send.
    return Delivery(
        id=change.ids.new(),
        event_id=event_id,
        case_id=event.complaint_id,
        recipient_kind="account" if for_citizen else "staff",
        recipient_id=recipient_id,
        rule=rule.name,
        template=rule.template,
        params=params,
        state=QUEUED if for_citizen else SENT,
        attempts=0,
        fence=0,
        channel=None if for_citizen else CONSOLE,
        created_at=change.now,
        updated_at=change.now,
    )
