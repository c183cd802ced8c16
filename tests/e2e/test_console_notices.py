"""One's own notices in the console: how many wait, reading them, and how one wants to be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.models import MODEL_MODULES
from app.profile import rule_book, whole_profile
from app.shipped import SHIPPED_PROFILE
from casework.complaints import actions
from casework.events import EVENTS
from casework.notifications.models import Delivery, NoticePreference
from casework.notifications.shape import Bundle
from casework.roles import Role
from content.amendments import document_in_force
from content.profile_store import load_profile
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from kit.outbox import Relay
from kit.profile import read_profile
from tests.casework_setting import PLANNER, filed
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from web.console.rule_forms import typed_of


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        yield setting
    await database.close()


async def given_a_case(console: ConsoleSetting) -> str:
    desk, people = console.door.desk, console.people
    case = await filed(desk)
    await actions.accept(desk, people["diaodu"].actor(), case.id, category="vending")
    await actions.assign(desk, people["diaodu"].actor(), case.id, assignee_id=people["banli"].id)
    relay = Relay(desk.db, {event: [PLANNER] for event in EVENTS}, lambda name, id, error: None)
    while await relay.step():
        pass
    return case.reference


async def test_opening_the_case_reads_the_notice_about_it(console: ConsoleSetting) -> None:
    reference = await given_a_case(console)
    async with Clerk(console) as clerk:
        await clerk.log_in("banli")
        page = await clerk.get("/console/notices")
        assert "1 条没有看" in page.text
        assert "新派单" in page.text
        assert f'href="/console/cases/{reference}"' in page.text
        assert '<span class="count">1' in page.text
        opened = await clerk.get(f"/console/cases/{reference}")
        assert '<span class="count">' not in opened.text
        assert "都看过了" in (await clerk.get("/console/notices")).text


async def test_a_notice_is_read_by_its_reader_and_by_nobody_else(console: ConsoleSetting) -> None:
    await given_a_case(console)
    (row,) = await Delivery.filter(recipient_id=console.people["banli"].id)
    async with Clerk(console) as other:
        await other.log_in("diaodu")
        page = await other.get("/console/notices")
        token = page.hidden("csrf_token")
        await other.post(f"/console/notices/{row.id}/read", {"csrf_token": token})
        assert (await Delivery.get(id=row.id)).read_at is None
        assert (await other.post("/console/notices/nonsense/read", {"csrf_token": token})).status == 404
    async with Clerk(console) as clerk:
        await clerk.log_in("banli")
        token = (await clerk.get("/console/notices")).hidden("csrf_token")
        for _ in range(2):
            await clerk.post(f"/console/notices/{row.id}/read", {"csrf_token": token})
        assert (await Delivery.get(id=row.id)).read_at is not None


async def test_everybody_chooses_how_to_be_told_of_all_but_danger(console: ConsoleSetting) -> None:
    async with Clerk(console) as clerk:
        await clerk.log_in("banli")
        page = await clerk.get("/console/notices")
        assert 'name="danger"' not in page.text
        token = page.hidden("csrf_token")
        fields = {"csrf_token": token, "work": "digest", "alarm": "now"}
        for _ in range(2):
            done = await clerk.post("/console/notices/choices", fields)
            assert "已保存" in done.text
        (row,) = await NoticePreference.all()
        assert (row.topic, row.choice) == ("work", "digest")
        chain = AuditEntry.filter(case_id=console.people["banli"].id, action="staff.choose_notices")
        assert await chain.count() == 1
        refused = await clerk.post(
            "/console/notices/choices", {**fields, "work": "sometimes", "alarm": "none"}
        )
        assert refused.status == 422
        assert "请选择" in refused.text
        assert await NoticePreference.all().count() == 1


async def ended(console: ConsoleSetting, **state: Any) -> Delivery:
    """The notice to the citizen that the case was taken in, after its end."""
    await given_a_case(console)

    async def work(_: Change) -> None:
        await Delivery.filter(rule="complaint_accepted_owner").update(**state)

    await console.door.db.change(work)
    return await Delivery.get(rule="complaint_accepted_owner")


async def test_what_failed_is_found_by_its_reason_and_tried_again(console: ConsoleSetting) -> None:
    row = await ended(console, state="failed", final_reason="configuration", attempts=1)
    async with Clerk(console) as clerk:
        await clerk.log_in("diaodu")
        listed = await clerk.get("/console/deliveries?reason=configuration")
        assert f'href="/console/deliveries/{row.id}"' in listed.text
        assert "送达率" in listed.text
        assert row.recipient_id.hex not in listed.text
        page = await clerk.get(f"/console/deliveries/{row.id}")
        assert "公众号的接口设置有误" in page.text
        token = page.hidden("csrf_token")
        for _ in range(2):
            done = await clerk.post(f"/console/deliveries/{row.id}/retry", {"csrf_token": token})
            assert "已重新排队" in done.text
        assert (await Delivery.get(id=row.id)).state == "queued"
        again = await clerk.post(
            "/console/deliveries/retry", {"csrf_token": token, "reason": "configuration"}
        )
        assert "已重新排队 0 条" in again.text


async def test_sending_once_more_asks_why_and_keeps_what_was_typed(console: ConsoleSetting) -> None:
    row = await ended(console, state="uncertain", final_reason="no_answer", attempts=1)
    async with Clerk(console) as clerk:
        await clerk.log_in("diaodu")
        page = await clerk.get(f"/console/deliveries/{row.id}")
        token = page.hidden("csrf_token")
        refused = await clerk.post(f"/console/deliveries/{row.id}/replay", {"csrf_token": token, "why": "嗯"})
        assert refused.status == 422
        assert 'value="嗯"' in refused.text
        done = await clerk.post(
            f"/console/deliveries/{row.id}/replay", {"csrf_token": token, "why": "市民来电说没收到"}
        )
        assert "已排队再发一条" in done.text
        (again,) = await Delivery.filter(replay_of=row.id)
        assert f"/console/deliveries/{again.id}" in (await clerk.get(f"/console/deliveries/{row.id}")).text
    async with Clerk(console) as other:
        await other.log_in("banli")
        assert (await other.get(f"/console/deliveries/{row.id}")).status == 403


async def test_a_rule_is_seen_with_real_words_and_changed_with_a_reason(console: ConsoleSetting) -> None:
    await loaded(console)
    reference = await given_a_case(console)
    await console.hire("guanli", "何芳", (Role.ADMINISTRATOR, None))
    code = "complaint_accepted_owner"
    async with Clerk(console) as clerk:
        await clerk.log_in("guanli")
        assert "投诉已受理 → 市民" in (await clerk.get("/console/rules")).text
        page = await clerk.get(f"/console/rules/{code}")
        assert reference in page.text
        shipped = console.door.rules.get(code)
        assert shipped is not None
        fields = {**typed_of(shipped), "csrf_token": page.hidden("csrf_token"), "seen": page.hidden("seen")}
        refused = await clerk.post(f"/console/rules/{code}", {**fields, "fresh_for": "soon", "reason": "试"})
        assert refused.status == 422
        assert 'value="soon"' in refused.text
        nothing = await clerk.post(
            f"/console/rules/{code}",
            {**fields, "way_1": "", "way_2": "", "way_3": "", "way_4": "", "reason": "试"},
        )
        assert nothing.status == 422
        assert "ways 至少要有一种发送方式" in nothing.text
        changed = {
            **fields,
            "bundle": "evening",
            "way_1": "custom",
            "way_4": "long_term",
            "reason": "少打扰市民",
        }
        done = await clerk.post(f"/console/rules/{code}", changed)
        assert "已保存" in done.text
        document = await document_in_force(console.door.amending)
        rule = rule_book(whole_profile(document)).get(code)
        assert rule is not None
        assert rule.bundle is Bundle.EVENING
        assert [way.value for way in rule.ways] == ["custom", "one_time", "template", "long_term"]
        assert (rule.event.name, rule.when, rule.must) == ("complaint.accepted", "", False)
        late = await clerk.post(f"/console/rules/{code}", {**changed, "bundle": "hourly"})
        assert late.status == 409
        token = (await clerk.get("/console/rules")).hidden("csrf_token")
        restored = {"csrf_token": token, "seen": "99", "reason": "恢复"}
        assert "已恢复" in (await clerk.post(f"/console/rules/{code}/restore", restored)).text
        unbound = await clerk.post(f"/console/rules/{code}/sample", {"csrf_token": token, "sample": ""})
        assert unbound.status == 409
    async with Clerk(console) as other:
        await other.log_in("diaodu")
        assert (await other.get("/console/rules")).status == 403
    await console.hire("bianji", "方雯", (Role.EDITOR, None))
    async with Clerk(console) as editor:
        await editor.log_in("bianji")
        page = await editor.get(f"/console/rules/{code}")
        # Rules are for whoever sees the settings; what was told of real cases is not.
        assert page.status == 200
        assert reference not in page.text


async def loaded(console: ConsoleSetting) -> None:
    async def work(change: Change) -> None:
        await load_profile(change, dict(read_profile(SHIPPED_PROFILE)))

    await console.door.db.change(work)
