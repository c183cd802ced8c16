"""Who applied at the window without an account is told by text message, else by a clerk; on both engines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from bot.push import WeChatPush
from casework.events import EVENTS
from casework.notifications.dispatch import Dispatcher
from casework.notifications.models import Delivery
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.notifications.sms import LoggedSms, SmsSender
from casework.people.models import Account
from casework.permits import claiming
from casework.permits.calls import calls, phoned
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationSubmitted
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Forbidden, NotFound
from tests import read_once
from tests.casework_setting import CITIZEN
from tests.contract.test_notice_sending import APP_ID, PLAIN, Platform
from tests.permit_setting import CLERK, applied, permit_desk_on, row_of


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return permit_desk_on(database)


async def _told(desk: PermitDesk, id: UUID) -> list[Delivery]:
    """What is planned for whoever applied: the event of the submission, handled once more as the relay does."""
    row = await row_of(id)
    event = ApplicationSubmitted(
        application_id=id, reference=row.reference, kind=row.kind, kind_name="临时占道设摊", unit=row.unit,
        assignee_id=None, due_at=row.due_at, account_id=None, at=desk.db.clock.now(), source=row.source,
        **_promised(row),
    )  # fmt: skip

    async def work(change: Change) -> None:
        await Planner(RuleBook.of(NotificationsSection(), EVENTS))(change, change.ids.new(), event)

    await desk.db.change(work)
    return await Delivery.filter(recipient_kind__in=("window", "account")).order_by("created_at")


def _promised(row: Any) -> dict[str, Any]:
    return (
        {"promised_at": row.promise_due_at} if "promised_at" in ApplicationSubmitted.__struct_fields__ else {}
    )


def _push(desk: PermitDesk, sms: SmsSender | None) -> WeChatPush:
    return WeChatPush(desk.db, desk.sealer, Platform(), read_once.catalogue(), APP_ID, sms=sms)


async def test_by_text_message_where_there_are_any(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk, CLERK, source="window")
    (planned,) = await _told(desk, id)
    assert (planned.recipient_kind, planned.recipient_id, planned.state) == ("window", id, "queued")
    await Dispatcher(desk.db, _push(desk, LoggedSms()), rules=lambda _: PLAIN).step()
    sent = await Delivery.get(id=planned.id)
    assert (sent.state, sent.channel) == ("sent", "sms")
    assert await calls(desk, CLERK) == ()


async def test_by_a_clerk_on_the_telephone_where_there_are_none(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk, CLERK, source="window")
    (planned,) = await _told(desk, id)
    await Dispatcher(desk.db, _push(desk, None), rules=lambda _: PLAIN).step()
    assert (await Delivery.get(id=planned.id)).final_reason == "to_be_phoned"
    (call,) = await calls(desk, CLERK)
    assert call.reference == (await row_of(id)).reference
    assert call.reference in read_once.catalogue().text(f"{call.template}.text", **call.params)
    with pytest.raises(Forbidden):
        await calls(desk, CITIZEN)
    elsewhere = msgspec.structs.replace(CLERK, id=CITIZEN.id, units=frozenset({"elsewhere"}))
    assert await calls(desk, elsewhere) == ()
    with pytest.raises(NotFound):
        await phoned(desk, elsewhere, call.id)
    for _ in range(2):
        await phoned(desk, CLERK, call.id)
    assert await calls(desk, CLERK) == ()
    assert await AuditEntry.filter(case_id=id, action="permit_application.phoned").count() == 1


async def test_in_the_account_once_it_was_taken_in(desk: PermitDesk) -> None:
    id = await applied(desk, CLERK, source="window")

    async def work(change: Change) -> None:
        row = Account(id=CITIZEN.id, created_at=change.now, phone_verified_at=change.now)
        row.phone_index = desk.sealer.blind_index("13800001234").hex()
        await row.save(force_create=True)

    await desk.db.change(work)
    await claiming.claim(desk, CITIZEN, (await row_of(id)).reference)
    (planned,) = await _told(desk, id)
    assert (planned.recipient_kind, planned.recipient_id) == ("account", CITIZEN.id)
