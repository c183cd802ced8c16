"""What was sent to whom, whether it arrived, why not, and how each rule fares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.notifications.overview import Overview, RuleRecord, overview
from casework.notifications.queries import DeliveryLine as Delivered
from casework.notifications.queries import Sought, deliveries, reason_key
from casework.notifications.replay import RETRIABLE, retry_all
from casework.notifications.states import STATES
from casework.people.staff import list_staff
from casework.permissions import Operation
from kit.problems import Invalid
from web.console.delivery_words import rule_words, whom
from web.console.door import ConsoleDoor
from web.console.frame import DELIVERIES, frame_for, shown
from web.console.notice_screens import DeliveriesPage, DeliveryLine, RuleLine
from web.console.screens import Link, Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS = 50
CHOSEN_AT_MOST = 80
KINDS = ("account", "staff")
COLUMNS = ("share", "sent", "uncertain", "failed", "waiting", "console", "repeated")


@dataclass(frozen=True, kw_only=True)
class _Filters:
    """As they stand in the address."""

    state: str = ""
    rule: str = ""
    whom: str = ""
    reason: str = ""

    def address(self, **changes: str) -> str:
        fields = {"state": self.state, "rule": self.rule, "whom": self.whom, "reason": self.reason, **changes}
        query = urlencode({name: value for name, value in fields.items() if value})
        return DELIVERIES + (f"?{query}" if query else "")

    @property
    def sought(self) -> Sought:
        states = (self.state,) if self.state else ()
        return Sought(states=states, rule=self.rule, recipient_kind=self.whom, reason=self.reason)


async def show_deliveries(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/deliveries, for those who see every case; others find a case's messages with the case."""
    text = door.words.text
    notes: list[Note] = []
    filters, status = _filters(request), 200
    if (filters.state and filters.state not in STATES) or (filters.whom and filters.whom not in KINDS):
        filters, status = _Filters(), 400
        notes.append(Note(words=text("console.queue.bad_filter"), tone="soon"))
    retried = str(request.args.get("retried", ""))
    if retried.isascii() and retried.isdigit():
        notes.append(Note(words=text("console_notices.deliveries.retried", count=retried[:6])))
    after = str(request.args.get("after", ""))
    try:
        found = await deliveries(filters.sought, after or None, ROWS)
    except Invalid as problem:
        after, status = "", 400
        notes.append(Note(words=text(problem.key, **problem.params), tone="soon"))
        found = await deliveries(filters.sought, None, ROWS)
    names = {person.id: person.name for person in await list_staff(door.db)}
    how, now = await overview(door.db), door.clock.now()
    page = DeliveriesPage(
        notes=tuple(notes),
        facts=_facts(door, how),
        tabs=tuple(
            Link(
                href=filters.address(state=one),
                words=door.words.delivery_state(one).words if one else text("console.deliveries.tab.all"),
                here=one == filters.state,
            )
            for one in ("", *STATES)
        ),
        state=filters.state,
        rules=tuple(_options(filters.rule, ((one.rule, rule_words(door, one.rule)) for one in how.rules))),
        people=tuple(
            _options(filters.whom, ((one, text(f"console_notices.deliveries.whom.{one}")) for one in KINDS))
        ),
        reasons=tuple(
            _options(filters.reason, ((one, text(reason_key(one))) for one, _ in how.reasons if one))
        ),
        rows=tuple(_line(door, row, names, now) for row in found.rows),
        fares=tuple(_fare(door, record, filters) for record in how.rules),
        heads=tuple(text(f"console_notices.deliveries.col.{name}") for name in COLUMNS),
        retry=_retriable(filters, visitor),
        rule=filters.rule,
        whom=filters.whom,
        reason=filters.reason,
        more=filters.address(after=found.after) if found.after else "",
        first=filters.address() if after else "",
    )
    return shown(door, "deliveries.html", await frame_for(door, visitor, DELIVERIES), page, status)


async def retry_deliveries(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/deliveries/retry: all that failed for one reason, now that its cause is mended."""
    reason, rule = value_of(request, "reason")[:CHOSEN_AT_MOST], value_of(request, "rule")[:CHOSEN_AT_MOST]
    done = await retry_all(door.db, visitor.actor, reason, rule) if reason else 0
    return redirect(f"{DELIVERIES}?{urlencode({'retried': done})}", status=303)


def _filters(request: Request) -> _Filters:
    def given(name: str) -> str:
        return str(request.args.get(name, ""))[:CHOSEN_AT_MOST]

    return _Filters(state=given("state"), rule=given("rule"), whom=given("whom"), reason=given("reason"))


def _retriable(filters: _Filters, visitor: Visitor) -> bool:
    """Only what was narrowed to one reason is tried again as a whole."""
    wanted = bool(filters.reason) and filters.state in ("", *RETRIABLE)
    return wanted and visitor.may(Operation.MEND_DELIVERIES)


def _facts(door: ConsoleDoor, how: Overview) -> tuple[str, ...]:
    text = door.words.text
    if how.oldest_unsent_s is None:
        oldest = text("console_notices.deliveries.none_waits")
    else:
        span = door.words.span(timedelta(seconds=how.oldest_unsent_s))
        oldest = text("console_notices.deliveries.oldest", span=span)
    sent, settled = (sum(getattr(one, name) for one in how.rules) for name in ("sent", "settled"))
    facts = [oldest, text("console_notices.deliveries.waiting", count=how.waiting)]
    if settled:
        share = _percent(sent / settled)
        facts.append(text("console_notices.deliveries.share", share=share, count=settled))
    return tuple(facts)


def _fare(door: ConsoleDoor, record: RuleRecord, filters: _Filters) -> RuleLine:
    return RuleLine(
        name=rule_words(door, record.rule),
        href=filters.address(rule=record.rule, state="", reason=""),
        share=_percent(record.success) if record.success is not None else "—",
        is_low=record.success is not None and record.success < LOW,
        sent=record.sent,
        uncertain=record.uncertain,
        failed=record.failed + record.expired,
        waiting=record.waiting,
        console=record.console,
        repeated=record.repeated,
    )


LOW = 0.8
"""Below this share a rule's line says so."""


def _percent(share: float) -> str:
    # Rounded down: what is not all must not look like all.
    return f"{int(share * 1000) / 10:g} %"


def _options(chosen: str, every: Iterable[tuple[str, str]]) -> list[Option]:
    options = [Option(value=value, words=words) for value, words in every]
    if chosen and chosen not in {one.value for one in options}:
        options.append(Option(value=chosen, words=chosen))
    return options


def _line(door: ConsoleDoor, row: Delivered, names: dict[UUID, str], now: datetime) -> DeliveryLine:
    text = door.words.text
    return DeliveryLine(
        href=f"{DELIVERIES}/{row.id}",
        state=door.words.delivery_state(row.state),
        what=text(f"{row.template}.title"),
        why=text(row.reason_key) if row.reason_key else door.words.receipt(row.receipt),
        whom=whom(door, row, names),
        tries=text("console.deliveries.tries", count=row.attempts) if row.attempts else "—",
        reference=row.params.get("reference", ""),
        at=door.words.moment(row.updated_at, now),
    )
