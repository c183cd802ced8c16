"""Campaigns on both databases, against the stand-in: nothing twice, nothing unaccounted for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from casework.actors import Held
from casework.roles import Role
from content.campaigns import actions
from content.campaigns.lifecycle import BatchState, State
from content.campaigns.platform import MassSend, Outcome
from content.campaigns.quota import left, used_in
from content.campaigns.reporting import CampaignReports
from content.campaigns.views import Counts
from content.campaigns.wording import Words
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Conflict, Forbidden, Invalid
from tests.campaign_setting import EDITOR, HEAD, Campaigns, campaigns_on, staff
from wechat.account_kinds import AccountKind

SEND_ALL = "/cgi-bin/message/mass/sendall"


@pytest.fixture
async def campaigns(database: Database, clock: FixedClock) -> AsyncIterator[Campaigns]:
    async with campaigns_on(database, clock) as setting:
        await setting.follower("oA")
        await setting.follower("oB")
        yield setting


async def test_every_follower_is_accounted_for(campaigns: Campaigns) -> None:
    group = await campaigns.tag("文渊街", "oA")
    for number in range(4):
        message = {"filter": {"is_to_all": False, "tag_id": group.tag_id}, "clientmsgid": f"by-hand-{number}"}
        await campaigns.standin.api(
            "message/mass/sendall", message | {"msgtype": "text", "text": {"content": "通知"}}
        )
    view = await campaigns.released()
    await campaigns.work()
    await campaigns.work()
    view = await campaigns.again(view)
    assert (view.state, view.batches[0].state) == (State.DONE, BatchState.REPORTED)
    # Who has had four this month is left out by the platform, and so it is counted.
    assert view.counts == Counts(total=2, filtered_out=1, sent=1, errors=0)
    assert view.counts.missing == 0
    assert (await campaigns.shown()).count("oB") == 1
    entries = await AuditEntry.filter(case_id=view.id).order_by("position").values_list("action", flat=True)
    assert list(entries) == [
        "campaign.draft",
        "campaign.release",
        "campaign.start",
        "campaign.batch_taken",
        "campaign.batch_reported",
        "campaign.finish",
    ]


class Killed:
    """A worker that dies between the platform's yes and its own note."""

    def __init__(self, campaigns: Campaigns) -> None:
        self._campaigns = campaigns
        self.sent = asyncio.Event()

    async def send(self, message: MassSend) -> Outcome:
        await self._campaigns.platform.send(message)
        self.sent.set()
        await asyncio.Event().wait()
        raise AssertionError

    status = reports = None  # type: ignore[assignment]


async def test_a_worker_killed_after_sending_sends_nothing_twice_and_the_report_that_came_first_counts(
    campaigns: Campaigns,
) -> None:
    view = await campaigns.released()
    killed = Killed(campaigns)
    dying = asyncio.create_task(campaigns.sending(killed, lease_s=0.05).step())  # type: ignore[arg-type]
    await killed.sent.wait()
    dying.cancel()
    await asyncio.wait([dying])
    # The report is there before anybody knows the number it is about.
    await campaigns.hear()
    await asyncio.sleep(0.06)
    await campaigns.work()
    view = await campaigns.again(view)
    assert (view.state, view.counts) == (State.DONE, Counts(total=2, sent=2))
    assert view.batches[0].attempts == 2
    assert await campaigns.shown() == ["oA", "oB"]


async def test_a_lost_answer_is_asked_for_again_under_the_same_id_by_several_workers_at_once(
    campaigns: Campaigns,
) -> None:
    await campaigns.standin.post(
        "/_standin/faults", {"endpoint": SEND_ALL, "kind": "reset_after", "times": 1}
    )
    view = await campaigns.released()
    await asyncio.gather(*(campaigns.sending().step() for _ in range(3)))
    (batch,) = (await campaigns.again(view)).batches
    assert (batch.state, batch.reason) == (BatchState.QUEUED, "no_answer")
    await campaigns.change_batches(view, next_at=datetime(2026, 1, 1, tzinfo=UTC))
    await asyncio.gather(*(campaigns.sending().step() for _ in range(3)))
    assert (await campaigns.again(view)).batches[0].state is BatchState.TAKEN
    await campaigns.work()
    assert (await campaigns.again(view)).counts == Counts(total=2, sent=2)
    assert await campaigns.shown() == ["oA", "oB"]


async def test_past_the_day_in_which_the_platform_knows_an_id_nothing_is_asked_again(
    campaigns: Campaigns,
) -> None:
    await campaigns.standin.post(
        "/_standin/faults", {"endpoint": SEND_ALL, "kind": "reset_after", "times": 1}
    )
    view = await campaigns.released()
    await campaigns.sending().step()
    assert (await campaigns.again(view)).batches[0].was_asked
    past = datetime.now(UTC) - timedelta(hours=23, minutes=1)
    await campaigns.change_batches(view, next_at=past, asked_at=past)
    await campaigns.work()
    view = await campaigns.again(view)
    assert (view.state, view.batches[0].state) == (State.DONE, BatchState.UNCERTAIN)
    assert await campaigns.shown() == ["oA", "oB"]


async def test_what_may_have_gone_out_is_stopped_and_not_cancelled(campaigns: Campaigns) -> None:
    fault = {"endpoint": SEND_ALL, "kind": "reset_after", "times": 1}
    await campaigns.standin.post("/_standin/faults", fault)
    view = await campaigns.released()
    await campaigns.sending().step()
    await actions.pause(campaigns.desk, HEAD, view.id)
    with pytest.raises(Conflict, match="already_out"):
        await actions.call_off(campaigns.desk, HEAD, view.id, "cancel")
    view = await actions.call_off(campaigns.desk, HEAD, view.id, "stop")
    assert (view.state, view.batches[0].state) == (State.DONE, BatchState.UNCERTAIN)
    # It may have been delivered, so it keeps its place in the month.
    assert (await used_in("2026-11")).everybody == 1


async def test_a_pause_between_two_groups_holds_the_second_back_until_it_goes_on(
    campaigns: Campaigns,
) -> None:
    first, second = await campaigns.tag("文渊街", "oA"), await campaigns.tag("湖滨街", "oB")
    view = await campaigns.released(first, second)
    await campaigns.sending().step()
    view = await actions.pause(campaigns.desk, HEAD, view.id)
    await campaigns.work()
    view = await campaigns.again(view)
    assert [one.state for one in view.batches] == [BatchState.REPORTED, BatchState.PLANNED]
    assert await campaigns.shown() == ["oA"]
    with pytest.raises(Conflict, match="already_out"):
        await actions.call_off(campaigns.desk, HEAD, view.id, "cancel")
    await actions.resume(campaigns.desk, HEAD, view.id)
    await campaigns.work()
    view = await campaigns.again(view)
    assert (view.state, view.counts) == (State.DONE, Counts(total=2, sent=2))
    assert await campaigns.shown() == ["oA", "oB"]


async def test_the_month_has_four_and_the_next_month_four_more(campaigns: Campaigns) -> None:
    quota = campaigns.desk.quota()
    assert quota is not None
    campaigns.clock.set(datetime(2026, 11, 30, 2, 0, tzinfo=UTC))
    for number in range(4):
        assert left(quota, await used_in("2026-11")) == 4 - number
        await campaigns.released()
    fifth = await campaigns.drafted()
    with pytest.raises(Conflict, match="quota_month"):
        await actions.release(campaigns.desk, HEAD, fifth.id)
    # Half past eight on the first of December in Shanghai is still November in Greenwich.
    december = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    sixth = await campaigns.released(send_at=december)
    assert left(quota, await used_in("2026-12")) == 3
    await actions.call_off(campaigns.desk, HEAD, sixth.id, "cancel")
    assert left(quota, await used_in("2026-12")) == 4


async def test_promised_in_november_and_sent_in_december_counts_in_december(campaigns: Campaigns) -> None:
    campaigns.clock.set(datetime(2026, 11, 30, 2, 0, tzinfo=UTC))
    view = await campaigns.released()
    await actions.pause(campaigns.desk, HEAD, view.id)
    assert (await used_in("2026-11")).everybody == 1
    campaigns.clock.set(datetime(2026, 12, 1, 2, 0, tzinfo=UTC))
    await actions.resume(campaigns.desk, HEAD, view.id)
    await campaigns.work()
    assert ((await used_in("2026-11")).everybody, (await used_in("2026-12")).everybody) == (0, 1)


async def test_what_the_platform_refuses_halts_the_campaign_until_somebody_tries_again(
    campaigns: Campaigns,
) -> None:
    for number in range(4):
        message = {"filter": {"is_to_all": True}, "clientmsgid": f"by-hand-{number}"}
        await campaigns.standin.api(
            "message/mass/sendall", message | {"msgtype": "text", "text": {"content": "通知"}}
        )
    view = await campaigns.released()
    await campaigns.work()
    view = await campaigns.again(view)
    assert (view.state, view.batches[0].state) == (State.PAUSED, BatchState.FAILED)
    assert view.batches[0].reason == "mass_quota"
    assert (await used_in("2026-11")).everybody == 0
    campaigns.clock.set(datetime(2026, 12, 1, 2, 0, tzinfo=UTC))
    await actions.resume(campaigns.desk, HEAD, view.id, again=True)
    await campaigns.work()
    assert (await campaigns.again(view)).counts == Counts(total=2, sent=2)


async def test_a_campaign_is_released_by_somebody_else_than_who_wrote_it(campaigns: Campaigns) -> None:
    both = staff(3, Role.EDITOR, Role.HEAD)
    own = await campaigns.drafted(by=both)
    with pytest.raises(Forbidden, match="own"):
        await actions.release(campaigns.desk, both, own.id)
    await actions.edit(campaigns.desk, EDITOR, own.id, Words("停水", "text", "周日停水"), None)
    with pytest.raises(Forbidden, match="own"):
        await actions.release(campaigns.desk, both, own.id)
    changed = await campaigns.drafted()
    await actions.edit(campaigns.desk, both, changed.id, Words("停水", "text", "周日停水"), None)
    with pytest.raises(Forbidden, match="own"):
        await actions.release(campaigns.desk, both, changed.id)
    deputy = staff(4, Role.HEAD)
    deputy = type(deputy)(
        kind="staff", id=deputy.id, roles=deputy.roles, held=(Held(Role.HEAD, "*", for_id=both.id),)
    )
    with pytest.raises(Forbidden, match="own"):
        await actions.release(campaigns.desk, deputy, changed.id)
    with pytest.raises(Conflict, match="moved_on"):
        await actions.release(campaigns.desk, HEAD, changed.id, seen=1)
    assert (await actions.release(campaigns.desk, HEAD, changed.id, seen=2)).state is State.RELEASED


async def test_nothing_goes_out_by_night(campaigns: Campaigns) -> None:
    night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    with pytest.raises(Invalid, match="quiet"):
        await campaigns.drafted(send_at=night)
    campaigns.clock.set(night)
    view = await campaigns.released()
    await campaigns.work()
    assert (await campaigns.again(view)).batches[0].state is BatchState.QUEUED
    campaigns.clock.set(datetime(2026, 11, 23, 23, 1, tzinfo=UTC))
    await campaigns.change_batches(view, next_at=datetime(2026, 1, 1, tzinfo=UTC))
    await campaigns.work()
    assert (await campaigns.again(view)).state is State.DONE


async def test_without_a_report_the_platform_is_asked_and_numbers_that_come_late_still_count(
    campaigns: Campaigns,
) -> None:
    view = await campaigns.released()
    await campaigns.sending().step()
    await campaigns.change_batches(view, next_at=datetime(2026, 1, 1, tzinfo=UTC))
    reports = CampaignReports(campaigns.desk, campaigns.platform)
    assert await reports.step() == 1
    view = await campaigns.again(view)
    assert (view.batches[0].state, view.batches[0].reason) == (BatchState.REPORTED, "no_report")
    assert view.counts == Counts(unreported=1)
    await campaigns.hear()
    assert (await reports.step(), await reports.step()) == (1, 0)
    assert (await campaigns.again(view)).counts == Counts(total=2, sent=2)


async def test_a_subscription_account_sends_once_a_day_and_an_unverified_one_never(
    sqlite_url: str, database: Database, clock: FixedClock
) -> None:
    async with campaigns_on(database, clock, AccountKind.CERTIFIED_SUBSCRIPTION) as campaigns:
        await campaigns.follower("oA")
        await campaigns.released()
        second = await campaigns.drafted()
        with pytest.raises(Conflict, match="quota_day"):
            await actions.release(campaigns.desk, HEAD, second.id)
        clock.set(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
        await actions.release(campaigns.desk, HEAD, second.id)
    async with campaigns_on(database, clock, AccountKind.UNCERTIFIED_SERVICE) as campaigns:
        with pytest.raises(Conflict, match="no_right"):
            await campaigns.released()
