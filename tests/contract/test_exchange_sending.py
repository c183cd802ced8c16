"""Steps told to other platforms on both engines, over real HTTP: signed, in order, at least once, mended by a clerk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from app.posting import Posting
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.events import EVENTS
from casework.complaints.models import Complaint
from casework.exchange import mending
from casework.exchange.claims import ATTEMPTS_AT_MOST
from casework.exchange.forgetting import forget_messages
from casework.exchange.models import ExchangeMessage, ExchangeOrder
from casework.exchange.orders import NewOrder, take_order
from casework.exchange.planning import ExchangePlanner
from casework.exchange.profile import ExchangeSection, Peer
from casework.exchange.queries import Sought, messages, orders_of, what_waits
from casework.exchange.referring import refer_out
from casework.exchange.sending import Answered, Courier, Post
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.outbox import Relay
from kit.problems import Conflict, Forbidden, Invalid
from kit.shared_secrets import SharedSecrets
from tests.casework_setting import AUDITOR, CITIZEN, DISPATCHER, HANDLER, desk_on, filed
from tests.exchange_setting import HOTLINE, Listening, listening_peer, secrets_of, section


@dataclass
class Setting:
    """A desk, a platform that listens, and what sends to it."""

    desk: Desk
    peer: Listening
    platforms: ExchangeSection
    post: Posting

    @property
    def hotline(self) -> Peer:
        return self.platforms.peers[0]

    def courier(self, post: Post | None = None, **more: Any) -> Courier:
        return Courier(self.desk, self.platforms, secrets_of, post or self.post, **more)

    async def relay(self) -> None:
        failures: list[str] = []
        planner = ExchangePlanner(self.platforms)
        relay = Relay(
            self.desk.db,
            {event: [planner] for event in EVENTS},
            lambda name, id, error: failures.append(f"{name} {error!r}"),
        )
        while await relay.step():
            pass
        assert failures == []

    async def send(self, courier: Courier | None = None) -> None:
        courier = courier or self.courier()
        while await courier.step():
            pass

    async def ordered(self, number: str = "12345-1") -> UUID:
        """A case of the hotline's, accepted."""
        new = NewOrder(number=number, story="菜场门口摆摊", category="流动摊贩")
        await take_order(self.desk, self.hotline, new, number.encode())
        order = await ExchangeOrder.get(external_number=number)
        await actions.accept(self.desk, DISPATCHER, order.complaint_id)
        return order.complaint_id

    async def make_due(self) -> None:
        """As if the pause before another try were over."""

        async def work(change: Change) -> None:
            past = await change.database_now() - timedelta(seconds=1)
            await ExchangeMessage.filter(state="queued").update(next_at=past)

        await self.desk.db.change(work)


@pytest.fixture
async def setting(database: Database) -> AsyncIterator[Setting]:
    async with listening_peer() as peer:
        post = Posting()
        yield Setting(desk_on(database), peer, section(peer.url), post)
        await post.close()


async def test_each_step_is_told_once_in_order_and_says_nothing_of_the_citizen(setting: Setting) -> None:
    id = await setting.ordered()
    await actions.assign(setting.desk, DISPATCHER, id)
    await actions.answer(setting.desk, HANDLER, id, text="摊位已劝离。")
    await setting.relay()
    await setting.relay()
    await asyncio.gather(setting.send(), setting.send())
    assert [body["step"] for body in setting.peer.bodies] == ["accepted", "assigned", "answered"]
    assert [body["status"] for body in setting.peer.bodies] == ["20", "assigned", "40"]
    assert len(set(setting.peer.ids)) == 3
    answer = setting.peer.bodies[2]
    assert (answer["number"], answer["answer"]) == ("12345-1", "摊位已劝离。")
    assert not {"story", "place", "phone", "account_id"} & answer.keys()
    assert (await what_waits()).waiting == 0


async def test_a_later_step_waits_for_the_earlier_one_of_its_case_and_for_no_other_case(
    setting: Setting,
) -> None:
    first = await setting.ordered()
    await actions.assign(setting.desk, DISPATCHER, first)
    await setting.ordered("12345-2")
    await setting.relay()
    is_busy = [True]

    def said(number: int) -> web.Response:
        is_away = setting.peer.bodies[-1]["number"] == "12345-1" and is_busy[0]
        return web.Response(status=503 if is_away else 204)

    setting.peer.said = said
    await setting.send()
    told = [(body["number"], body["step"]) for body in setting.peer.bodies]
    assert sorted(told) == [("12345-1", "accepted"), ("12345-2", "accepted")]
    is_busy[0] = False
    await setting.make_due()
    await setting.send()
    assert [body["step"] for body in setting.peer.bodies if body["number"] == "12345-1"][-2:] == [
        "accepted",
        "assigned",
    ]


async def test_what_was_being_sent_when_its_worker_died_goes_out_again_under_the_same_id(
    setting: Setting,
) -> None:
    await setting.ordered()
    await setting.relay()
    hanging = asyncio.Event()

    async def dies(url: str, headers: Any, body: bytes) -> Answered:
        await setting.post(url, headers, body)
        await hanging.wait()
        return Answered(200)

    dead = asyncio.create_task(setting.courier(dies, lease_s=0.05).step())
    while not setting.peer.heard:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await setting.send()
    assert len(setting.peer.heard) == 2
    assert len(set(setting.peer.ids)) == 1
    row = await ExchangeMessage.get()
    assert (row.state, row.attempts) == ("delivered", 2)
    # Whoever comes back after its lease writes nothing.
    fence = row.fence
    setting.peer.said = lambda number: web.Response(status=500)
    hanging.set()
    await dead
    row = await ExchangeMessage.get()
    assert (row.state, row.fence, row.attempts) == ("delivered", fence, 2)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (200, "delivered", None),
        (302, "queued", "redirected"),
        (403, "queued", "not_trusted"),
        (422, "failed", "refused"),
        (429, "queued", "busy"),
        (500, "queued", "server_error"),
    ],
)
async def test_an_answer_decides_whether_it_is_tried_again(
    setting: Setting, status: int, state: str, reason: str | None
) -> None:
    await setting.ordered()
    await setting.relay()
    setting.peer.said = lambda number: web.Response(
        status=status, headers={"location": setting.peer.url, "retry-after": "99999999"}, body=b"x" * 9000
    )
    await setting.send()
    row = await ExchangeMessage.get()
    assert (row.state, row.last_status, row.last_reason) == (state, status, reason)
    assert len(setting.peer.heard) == 1
    now = await setting.desk.db.database_now()
    assert row.next_at - now <= timedelta(hours=1)


async def test_after_so_many_tries_it_fails_with_its_reason_and_a_clerk_has_all_tried_again(
    setting: Setting,
) -> None:
    await setting.ordered()
    await setting.relay()
    await ExchangeMessage.exists()

    async def nearly(change: Change) -> None:
        await ExchangeMessage.all().update(attempts=ATTEMPTS_AT_MOST - 1)

    await setting.desk.db.change(nearly)

    async def nobody_there(url: str, headers: Any, body: bytes) -> Answered:
        return Answered(None, fault="unreachable")

    await setting.send(setting.courier(nobody_there))
    row = await ExchangeMessage.get()
    assert (row.state, row.last_reason) == ("failed", "unreachable")
    with pytest.raises(Forbidden):
        await mending.retry_all(setting.desk.db, AUDITOR, HOTLINE)
    assert await mending.retry_all(setting.desk.db, DISPATCHER, HOTLINE) == 1
    await mending.retry(setting.desk.db, DISPATCHER, row.id)
    await setting.send()
    assert (await ExchangeMessage.get()).state == "delivered"
    assert setting.peer.ids == [str(row.id)]
    acts = [entry.action for entry in await AuditEntry.filter(case_id=row.case_id).order_by("position")]
    assert acts.count("exchange.retry") == 1


async def test_what_arrived_is_sent_once_more_only_with_a_reason_and_as_a_message_of_its_own(
    setting: Setting,
) -> None:
    await setting.ordered()
    await setting.relay()
    await setting.send()
    (first,) = (await messages(Sought(state="delivered"))).rows
    with pytest.raises(Conflict):
        await mending.retry(setting.desk.db, DISPATCHER, first.id)
    with pytest.raises(Invalid):
        await mending.replay(setting.desk.db, DISPATCHER, first.id, " ")
    again = await mending.replay(setting.desk.db, DISPATCHER, first.id, "对方丢了数据")
    assert await mending.replay(setting.desk.db, DISPATCHER, first.id, "对方丢了数据") == again
    await setting.send()
    assert setting.peer.ids == [str(first.id), str(again)]
    assert setting.peer.bodies[1]["replay_of"] == str(first.id)


async def test_a_case_of_ours_goes_to_the_platform_whose_it_is_without_numbers_of_the_citizen(
    setting: Setting,
) -> None:
    case = await filed(setting.desk, story="占道停车，我的电话 13800001234", phone="13800001234")
    await refer_out(setting.desk, DISPATCHER, case.id, setting.hotline, reason="归交警管")
    assert "占道" not in (await ExchangeMessage.get()).body
    await actions.withdraw(setting.desk, CITIZEN, case.id)
    await setting.relay()
    await setting.send()
    sent, withdrawn = setting.peer.bodies
    assert (sent["step"], sent["number"], sent["reason"]) == ("order", case.reference, "归交警管")
    assert sent["story"] == "占道停车，我的电话 ***********"
    assert (withdrawn["step"], withdrawn["number"]) == ("withdrawn", case.reference)
    (order,) = await orders_of(case.id)
    assert (order.direction, order.number) == ("outbound", "HZ-1")
    assert await Complaint.filter(id=case.id, state="withdrawn").exists()


async def test_messages_are_deleted_years_after_they_ended_and_no_sooner(setting: Setting) -> None:
    await setting.ordered()
    await setting.relay()
    assert await forget_messages(setting.desk.db, kept_for=timedelta(0)) == 0
    await setting.send()
    assert await forget_messages(setting.desk.db) == 0
    assert await forget_messages(setting.desk.db, kept_for=timedelta(seconds=-1)) == 1


async def test_without_a_secret_or_a_platform_nothing_is_sent_and_the_page_says_why(
    setting: Setting, tmp_path: Path
) -> None:
    await setting.ordered()
    await setting.relay()
    secrets = SharedSecrets(tmp_path)
    await setting.send(Courier(setting.desk, setting.platforms, secrets.of, setting.post))
    assert (await ExchangeMessage.get()).last_reason == "no_secret"
    await setting.make_due()
    await setting.send(Courier(setting.desk, ExchangeSection(), secrets.of, setting.post))
    row = await ExchangeMessage.get()
    assert (row.state, row.last_reason, setting.peer.heard) == ("failed", "no_peer", [])
