"""From an event to delivery rows: run by the outbox relay, in the transaction that marks the event handled.

Rows come first, messages second. Nobody gets two rows about one event, however often it is handled.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from casework.case_event import CaseEvent
from casework.complaints.wording import moment_params
from casework.dangers.events import DangerPaged
from casework.notifications.models import Delivery, PageWatch
from casework.notifications.rules import Audience, Rule, rules_for
from casework.people.deputies import deputy_ids_of
from casework.people.staff import staff_ids_with_role
from casework.roles import Role
from kit.clock import local
from kit.db import Change

CONSOLE = "console"
ACCOUNT, STAFF = "account", "staff"
EXCERPT_CHARACTERS = 300
WHOLE = {"answer": 600, "update": 600}
"""Fields of which more is told: 600 characters still fit the 2,048 bytes of a customer-service message."""
QUEUED, SENDING, SENT, UNCERTAIN, FAILED, EXPIRED = (
    "queued",
    "sending",
    "sent",
    "uncertain",
    "failed",
    "expired",
)


async def on_event(change: Change, event_id: UUID, event: CaseEvent) -> None:
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
    if isinstance(event, DangerPaged):
        # Also where there is nobody to be called: that is found out by the watch.
        watch = PageWatch(event_id=event_id, planned_at=change.now)
        await PageWatch.bulk_create([watch], ignore_conflicts=True)


def params_of(event: CaseEvent) -> dict[str, str]:
    """Every value the templates may name: text as it is, moments in their parts, long text shortened."""
    params: dict[str, str] = {}
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, datetime):
            params.update(moment_params(field.removesuffix("_at"), value))
        elif isinstance(value, str):
            params[field] = excerpt(value, WHOLE.get(field, EXCERPT_CHARACTERS))
        elif isinstance(value, int):
            params[field] = str(int(value))
    return params


def excerpt(text: str, at_most: int = EXCERPT_CHARACTERS) -> str:
    """The beginning of a text, with an ellipsis if there is more."""
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


async def _recipients(change: Change, audience: Audience, event: CaseEvent) -> list[UUID]:
    match audience:
        case Audience.OWNER:
            return [event.account_id] if event.account_id is not None else []
        case Audience.ASSIGNEE:
            assignee_id, unit = getattr(event, "assignee_id", None), getattr(event, "unit", None)
            if assignee_id is not None:
                today = local(change.now).date()
                return [assignee_id, *await deputy_ids_of(assignee_id, today)]
            # Given to a unit as a whole: all who handle cases there.
            return await _holders(change, Role.HANDLER, unit) if unit is not None else []
        case Audience.DUTY_OFFICERS:
            on_duty = await _holders(change, Role.DUTY_OFFICER)
            return on_duty or await _holders(change, Role.DISPATCHER)
        case Audience.HEADS:
            return await _holders(change, Role.HEAD)
        case Audience.DISPATCHERS | Audience.INQUIRY_CLERKS:
            return await _holders(change, Role.DISPATCHER)


async def _holders(change: Change, role: Role, unit: str | None = None) -> list[UUID]:
    return sorted(await staff_ids_with_role(role, unit, local(change.now).date()))


def _row(
    change: Change, event_id: UUID, event: CaseEvent, rule: Rule, recipient_id: UUID, params: str
) -> Delivery:
    for_citizen = rule.audience is Audience.OWNER
    to_send = for_citizen or rule.page
    # The console shows the row itself: for staff there is nothing left to send, unless they are to be called.
    return Delivery(
        id=change.ids.new(),
        event_id=event_id,
        case_id=event.case_id,
        recipient_kind=ACCOUNT if for_citizen else STAFF,
        recipient_id=recipient_id,
        rule=rule.name,
        template=rule.template,
        params=params,
        state=QUEUED if to_send else SENT,
        attempts=0,
        fence=0,
        channel=None if to_send else CONSOLE,
        created_at=change.now,
        updated_at=change.now,
    )
