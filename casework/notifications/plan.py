"""From an event to delivery rows: run by the outbox relay, in the transaction that marks the event handled.

Rows come first, messages second. Nobody gets two rows about one event, however often it is handled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from casework.case_event import CaseEvent
from casework.complaints.wording import moment_params
from casework.dangers.events import DangerPaged
from casework.notifications.alerts import note_answered, raise_alert
from casework.notifications.models import Delivery, PageWatch
from casework.notifications.preferences import ACCOUNT, STAFF, WINDOW, Choice, choices_of, staff_choices
from casework.notifications.rule_book import RuleBook
from casework.notifications.shape import Audience, Bundle, Rule
from casework.notifications.states import BUNDLED, CONSOLE, QUEUED, SENT
from casework.notifications.times import next_hour, next_time
from casework.people.deputies import deputy_ids_of
from casework.people.staff import staff_ids_with_role
from casework.permits.models import PermitApplication
from casework.roles import Role
from kit.clock import local
from kit.db import Change

EXCERPT_CHARACTERS = 300
WHOLE = {"answer": 600, "update": 600, "items": 600}
"""Fields of which more is told: 600 characters still fit the 2,048 bytes of a customer-service message."""
BUNDLES_FRESH_FOR = timedelta(hours=12)
_SOONEST = (QUEUED, BUNDLED, SENT)
"""How a row begins: it goes out, waits for its bundle, or only the console shows it."""


class Planner:
    """Plans deliveries by the rules of one book. A handler of the relay, for every event."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        """Plan the deliveries that the rules ask for."""
        now = await change.database_now()
        # Before the rules: what this event itself calls for is not answered by it.
        await note_answered(change, event)
        rows: dict[UUID, Delivery] = {}
        for rule in self._book.rules_for(event):
            found = await recipients(change, rule.audience, event)
            called = await self._rows(change, event_id, event, rule, found, now)
            for row in called:
                held = rows.get(row.recipient_id)
                # Told once, by the rule that is soonest heard; of equals by the first.
                if held is None or _SOONEST.index(row.state) < _SOONEST.index(held.state):
                    rows[row.recipient_id] = row
            if rule.escalate_after is not None:
                # Who is let sleep, or is told in a bundle, has until then and as long again.
                since = min((row.digest_at or row.next_at for row in called), default=now)
                await raise_alert(change, event_id, event, rule, since, anybody=bool(found))
        if rows:
            await Delivery.bulk_create(rows.values(), ignore_conflicts=True)
        if isinstance(event, DangerPaged):
            # Also where there is nobody to be called: that is found out by the watch.
            watch = PageWatch(event_id=event_id, planned_at=change.now)
            await PageWatch.bulk_create([watch], ignore_conflicts=True)

    async def _rows(
        self,
        change: Change,
        event_id: UUID,
        event: CaseEvent,
        rule: Rule,
        found: Sequence[UUID],
        now: datetime,
    ) -> list[Delivery]:
        params = msgspec.json.encode(params_of(event)).decode()
        age = max(change.now - event.at, timedelta())
        choices = await _choices(rule, found)
        rows = []
        for recipient_id in found:
            row = new_row(change, event_id, event.case_id, rule, recipient_id, params)
            if rule.audience is Audience.OWNER and recipient_id == getattr(event, "application_id", None):
                row.recipient_kind = WINDOW
            # Sending is timed by the database's clock alone, the one all senders share.
            row.next_at, row.expires_at = now, now + rule.fresh_for - age
            self._time(row, rule, choices.get(recipient_id, "now"), now)
            rows.append(row)
        return rows

    def _time(self, row: Delivery, rule: Rule, choice: Choice, now: datetime) -> None:
        """When the row is to go out: at once, after the night, or in a bundle; or never, for staff who said so."""
        if row.recipient_kind == STAFF and (not rule.is_sent or (choice == "none" and not rule.must)):
            # The console shows the row itself: there is nothing left to send.
            row.state, row.channel, row.settled_at = SENT, CONSOLE, now
            return
        bundle = rule.bundle
        if choice == "digest" and bundle is Bundle.NEVER and not rule.must:
            bundle = Bundle.MORNING
        if bundle is not Bundle.NEVER and row.recipient_kind != WINDOW:
            row.state, row.digest_at = BUNDLED, self._bundle_at(bundle, now)
            # Its bundle tells it, however long the news itself would have been fresh.
            row.expires_at = max(row.expires_at, row.digest_at + BUNDLES_FRESH_FOR)
        elif rule.hold_at_night:
            row.next_at = self._book.quiet.over(now)

    def _bundle_at(self, bundle: Bundle, now: datetime) -> datetime:
        if bundle is Bundle.HOURLY:
            return self._book.quiet.over(next_hour(now))
        return next_time(now, self._book.bundle_times[bundle], self._book.quiet.zone)


async def _choices(rule: Rule, found: Sequence[UUID]) -> Mapping[UUID, Choice]:
    """Only bundling is decided here: whether a citizen wants any is asked when the message goes out."""
    if not found or rule.must:
        return {}
    if rule.audience is not Audience.OWNER:
        return await staff_choices(found, rule.topic) if rule.is_sent else {}
    chosen = await choices_of(ACCOUNT, found[0])
    return {found[0]: chosen.get(rule.topic, "now")}


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


async def recipients(change: Change, audience: Audience, event: CaseEvent) -> list[UUID]:
    """Whom an audience means for this event, in a fixed order."""
    match audience:
        case Audience.OWNER:
            return [event.account_id] if event.account_id is not None else await _at_window(event)
        case Audience.ASSIGNEE:
            assignee_id, unit = getattr(event, "assignee_id", None), getattr(event, "unit", None)
            if assignee_id is not None:
                today = local(change.now).date()
                return [assignee_id, *await deputy_ids_of(assignee_id, today)]
            # Given to a unit as a whole: all who handle cases there.
            return await _holders(change, Role.HANDLER, unit) if unit is not None else []
        case Audience.CONTRACTOR:
            contractor_id = getattr(event, "contractor_id", None)
            if contractor_id is None:
                return []
            return [contractor_id, *await deputy_ids_of(contractor_id, local(change.now).date())]
        case Audience.APPROVERS:
            return await _approvers(change, event)
        case Audience.CO_SIGNERS:
            unit = getattr(event, "organ_unit", None)
            return await _holders(change, Role.CO_SIGNER, unit) if unit is not None else []
        case Audience.SURVEYORS:
            return sorted(getattr(event, "officer_ids", ()))
        case Audience.DUTY_OFFICERS:
            on_duty = await _holders(change, Role.DUTY_OFFICER)
            return on_duty or await _holders(change, Role.DISPATCHER)
        case Audience.HEADS:
            return await _holders(change, Role.HEAD)
        case Audience.UNIT_HEADS:
            unit = getattr(event, "unit", None)
            of_unit = await _holders(change, Role.HEAD, unit) if unit is not None else []
            return of_unit or await _holders(change, Role.HEAD)
        case Audience.KEEPERS:
            keepers = {
                *await _holders(change, Role.ADMINISTRATOR),
                *await _holders(change, Role.AUDITOR),
            }
            return sorted(keepers - {getattr(event, "by_id", None), getattr(event, "staff_id", None)})
        case Audience.DISPATCHERS | Audience.INQUIRY_CLERKS:
            return await _holders(change, Role.DISPATCHER)


async def _at_window(event: CaseEvent) -> list[UUID]:
    """Who applied at the window without an account, as their application; their account, where they took it in since."""
    application_id = getattr(event, "application_id", None)
    if application_id is None:
        return []
    row = (
        await PermitApplication.filter(id=application_id)
        .only("id", "account_id", "source", "phone_sealed")
        .first()
    )
    if row is None:
        return []
    if row.account_id is not None:
        return [row.account_id]
    return [row.id] if row.source == "window" and row.phone_sealed is not None else []


async def _approvers(change: Change, event: CaseEvent) -> list[UUID]:
    assignee_id, unit = getattr(event, "assignee_id", None), getattr(event, "unit", None)
    if assignee_id is not None:
        return [assignee_id, *await deputy_ids_of(assignee_id, local(change.now).date())]
    clerks = await _holders(change, Role.WINDOW_CLERK, unit)
    return sorted({*clerks, *await _holders(change, Role.APPROVER, unit)})


async def _holders(change: Change, role: Role, unit: str | None = None) -> list[UUID]:
    return sorted(await staff_ids_with_role(role, unit, local(change.now).date()))


def new_row(
    change: Change, event_id: UUID, case_id: UUID | None, rule: Rule, recipient_id: UUID, params: str
) -> Delivery:
    """A row still to be timed: to be sent, nothing tried."""
    return Delivery(
        id=change.ids.new(),
        event_id=event_id,
        case_id=case_id,
        recipient_kind=ACCOUNT if rule.audience is Audience.OWNER else STAFF,
        recipient_id=recipient_id,
        rule=rule.code,
        template=rule.template,
        params=params,
        state=QUEUED,
        attempts=0,
        fence=0,
        lane=int(rule.lane),
        created_at=change.now,
        updated_at=change.now,
    )
