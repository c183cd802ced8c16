"""The life of a permit after its acceptance, on both engines: looked at, decided, delivered, in force, over, cleaned up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from app.models import MODEL_MODULES
from casework.documents.models import IssuedDocument
from casework.people.models import StaffBinding
from casework.permits import (
    accepting,
    checking,
    deciding,
    in_force,
    rating,
    surveying,
)
from casework.permits.decision_rules import Grant
from casework.permits.desk import PermitDesk
from casework.permits.facts import figures
from casework.permits.granting import shown_holder
from casework.permits.models import Permit, PermitApplication
from casework.permits.my_work import my_visits
from casework.permits.permit_queries import my_permits, permit_view, permits
from casework.permits.published_models import PermitFact
from casework.permits.reminding import remind_before_end
from casework.permits.submitting import receipt_secret
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import CITIZEN, NEIGHBOUR, person
from tests.conftest import AUDIT_KEY
from tests.permit_life_setting import (
    FITS,
    FRAUDULENT,
    HERE,
    OTHER_APPROVER,
    REPAIR,
    SECOND,
    SECTION,
    VISIT,
    applied,
    ended,
    form,
    granted,
    life_desk_on,
    papers_of,
    pass_until,
    photo_file,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR, audited
from tests.permit_setting import applied as applied_for


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_a_permit_lives_from_the_form_to_the_clean_place(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk, online=True)
    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    assert [(one.id, one.wants) for one in await my_visits(desk, SECOND)] == [(visit, "go")]
    nonce = await surveying.open_capture(desk, SURVEYOR, visit)
    assert nonce == await surveying.open_capture(desk, SECOND, visit)  # one visit, two phones
    clock.advance(timedelta(minutes=20))
    photo = await surveying.add_photo(
        desk, SURVEYOR, visit, await photo_file(desk), nonce=nonce, position=HERE
    )
    assert (photo.is_bound, photo.taken_at, photo.latitude) == (True, clock.now(), 30.1)
    await surveying.record(desk, SURVEYOR, visit, FITS)
    assert [one.wants for one in await my_visits(desk, SECOND)] == ["confirm"]
    assert await my_visits(desk, SURVEYOR) == ()
    await surveying.confirm(desk, SECOND, visit)
    await deciding.grant(desk, APPROVER, id, Grant(terms=("音量不超标。",)))

    row, permit = await row_of(id), await Permit.get(application_id=id)
    assert (row.state, row.due_at) == ("delivered", None)
    assert permit.state == "in_force"
    assert permit.number.endswith("号")
    assert len(permit.code) == 12
    assert permit.holder_shown == "清河商贸有限公司"
    assert permit.area_m2 == 12
    assert msgspec.json.decode(permit.terms) == ["当日收摊后清理现场。", "音量不超标。"]
    assert await papers_of(id) == ["acceptance", "survey", "grant", "delivery"]
    decision = await IssuedDocument.get(about_id=id, kind="grant")
    assert (decision.number, decision.delivery) == (permit.number, "online")
    fact = await PermitFact.get(application_id=id)
    assert (fact.outcome, fact.is_survey_kept, fact.survey_minutes, fact.survey_limit_minutes) == (
        "granted",
        True,
        20,
        60,
    )
    assert fact.is_promise_kept
    assert fact.late_reason is None

    await rating.rate(desk, CITIZEN, id, 5, "很快")
    await rating.rate(desk, CITIZEN, id, 5, "很快")
    with pytest.raises(Conflict):
        await rating.rate(desk, CITIZEN, id, 1)
    assert (await PermitFact.get(application_id=id)).rating == 5

    clock.advance(permit.valid_until_at - timedelta(hours=12) - clock.now())
    assert await remind_before_end(desk.db, desk.section) == 1
    assert await remind_before_end(desk.db, desk.section) == 0  # once each
    assert await in_force.expire_past_end(desk) == 0
    pass_until(clock, permit.valid_until_at)
    assert await in_force.expire_past_end(desk) == 1
    permit = await Permit.get(id=permit.id)
    assert permit.state == "expired"
    assert permit.ended_at == permit.valid_until_at
    assert permit.restore_by_at is not None
    assert await in_force.alarm_not_restored(desk) == 0
    pass_until(clock, permit.restore_by_at)
    assert await in_force.alarm_not_restored(desk) == 1
    assert await in_force.alarm_not_restored(desk) == 0

    for is_clean, state in ((False, "expired"), (True, "restored")):
        check = await checking.plan_check(desk, SURVEYOR, permit.id, "restoration", VISIT)
        found = checking.CheckFindings(findings="看过现场", is_in_order=is_clean)
        await checking.record_check(desk, SURVEYOR, check, found)
        assert (await Permit.get(id=permit.id)).state == "expired"  # one officer alone says nothing
        await checking.confirm_check(desk, SECOND, check)
        assert (await Permit.get(id=permit.id)).state == state
    actions = audited(await AuditEntry.filter(case_id=id).order_by("position"))
    assert actions[:4] == ["submit", "accept", "schedule_survey", "open_capture"]
    assert actions[-3:] == ["permit_find_dirty", "confirm_survey", "permit_confirm_restored"]
    told = await OutboxEvent.filter(case_id=permit.id).order_by("id").values_list("name", flat=True)
    assert list(told) == [
        "permit.ending",
        "permit.expired",
        "permit.not_restored",
        "permit.found",
        "permit.found",
        "permit.restored",
    ]
    assert (await figures(desk, 202611)).whole.decisions_kept == 1


async def test_a_decision_on_an_own_application_is_refused_and_audited(desk: PermitDesk) -> None:
    id = await applied(desk)
    await surveyed(desk, id)

    async def bind(change: Change) -> None:
        await StaffBinding(
            id=change.ids.new(), staff_id=APPROVER.id, account_id=CITIZEN.id, bound_at=change.now
        ).save(force_create=True)

    await desk.db.change(bind)
    with pytest.raises(Forbidden):
        await deciding.grant(desk, APPROVER, id)
    with pytest.raises(Forbidden):
        await deciding.deny(desk, APPROVER, id, ground="不")
    actions = audited(await AuditEntry.filter(case_id=id).order_by("position"))
    assert actions[-2:] == ["own_refused", "own_refused"]
    assert (await row_of(id)).state == "surveyed"
    assert not await PermitFact.all().exists()
    await deciding.grant(desk, OTHER_APPROVER, id)


async def test_of_two_deciders_at_once_one_decides(desk: PermitDesk) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    revision = (await row_of(id)).revision
    done = await asyncio.gather(
        deciding.grant(desk, APPROVER, id, expected_revision=revision),
        deciding.deny(desk, OTHER_APPROVER, id, ground="不行", expected_revision=revision),
        return_exceptions=True,
    )
    assert sum(one is None for one in done) == 1
    assert sum(isinstance(one, Conflict) for one in done) == 1
    assert await PermitFact.all().count() == 1
    is_granted = (await row_of(id)).state == "granted"
    assert await Permit.all().count() == int(is_granted)


async def test_ground_is_granted_twice_only_by_the_head_with_a_reason(desk: PermitDesk) -> None:
    ids = [await applied(desk), await applied(desk)]
    for id in ids:
        await surveyed(desk, id)
    done = await asyncio.gather(*(deciding.grant(desk, APPROVER, id) for id in ids), return_exceptions=True)
    (refused,) = [one for one in done if one is not None]
    assert isinstance(refused, Conflict)
    assert refused.key == "problem.permit.clash"
    left = ids[done.index(refused)]
    with pytest.raises(Conflict):
        await deciding.grant(desk, PERMIT_HEAD, left)
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, left, Grant(clash_reason="商量好了"))
    await deciding.grant(desk, PERMIT_HEAD, left, Grant(clash_reason="商量好了"))
    numbers = await Permit.all().values_list("number", flat=True)
    assert len(set(numbers)) == 2


@pytest.mark.parametrize(
    "wish",
    [
        {"area_m2": 0.0},
        {"area_m2": -3.0},
        {"area_m2": 12.5},
        {"area_m2": float("inf")},
        {"until_at": timedelta(days=-1)},
        {"from_at": timedelta(days=1), "until_at": timedelta(hours=23)},
        {"from_at": timedelta(days=1), "until_at": timedelta(days=40)},
        {"from_at": timedelta(hours=-2)},
        {"from_at": timedelta(hours=2)},
        {"from_at": timedelta(days=3), "until_at": timedelta(days=3, hours=12)},
        {"terms": ("长" * 501,)},
    ],
)
async def test_what_cannot_be_granted_changes_nothing(
    wish: dict[str, object], sqlite_url: str, clock: FixedClock
) -> None:
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    try:
        desk = await life_desk_on(db)
        id = await applied(desk)
        await surveyed(desk, id)
        given = {name: clock.now() + one if isinstance(one, timedelta) else one for name, one in wish.items()}
        with pytest.raises(Invalid):
            await deciding.grant(desk, APPROVER, id, Grant(**given))  # type: ignore[arg-type]
        assert (await row_of(id)).state == "surveyed"
        assert not await IssuedDocument.filter(about_id=id, kind="grant").exists()
    finally:
        await db.close()


async def test_what_is_decided_after_its_wanted_beginning_begins_with_the_decision(
    desk: PermitDesk, clock: FixedClock
) -> None:
    ids = [await applied(desk), await applied(desk, filled=form(desk, east=0.02))]
    for id in ids:
        await surveyed(desk, id)
    wanted_until_at = (await row_of(ids[0])).wanted_until_at
    pass_until(clock, (await row_of(ids[0])).wanted_from_at, timedelta(hours=1))
    await deciding.grant(desk, APPROVER, ids[0], Grant(late_reason="人手不够"))
    permit = await Permit.get(application_id=ids[0])
    assert (permit.valid_from_at, permit.valid_until_at) == (clock.now(), wanted_until_at)
    # "Now" is typed before the papers are looked at.
    typed = Grant(from_at=clock.now() - timedelta(minutes=20), late_reason="人手不够")
    await deciding.grant(desk, APPROVER, ids[1], typed)
    assert (await Permit.get(application_id=ids[1])).valid_from_at == clock.now()


async def test_a_renewal_asked_for_in_time_keeps_a_permit_until_it_is_decided(
    desk: PermitDesk, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_until_at - timedelta(hours=30) - clock.now())
    renewal = await applied(desk, act="renew", concerns=old.id, online=True)
    pass_until(clock, old.valid_until_at)
    assert await in_force.expire_past_end(desk) == 0
    assert (await Permit.get(id=old.id)).state == "in_force"
    await surveyed(desk, renewal)
    await deciding.grant(desk, APPROVER, renewal, Grant(late_reason="周末"))
    old, new = await Permit.get(id=old.id), await Permit.get(application_id=renewal)
    assert (old.state, old.replaced_by_id, new.replaces_id) == ("replaced", new.id, old.id)
    assert old.restore_by_at is None
    assert new.valid_from_at <= clock.now() < new.valid_until_at
    assert "renewal" in await papers_of(renewal)
    # Denied, the old one ends.
    again = await applied(desk, act="renew", concerns=new.id, filled=form(desk))
    await accepting.accept(desk, CLERK, again)
    pass_until(clock, new.valid_until_at)
    with pytest.raises(Invalid):
        await deciding.deny(desk, APPROVER, again, ground="不再适合")  # nobody went to look in time: why?
    assert await in_force.expire_past_end(desk) == 0
    await deciding.deny(desk, APPROVER, again, ground="不再适合", late_reason="人手不够")
    assert (await PermitFact.get(application_id=again)).is_survey_kept is False
    assert await in_force.expire_past_end(desk) == 1
    # What is over is not renewed.
    new = await granted(desk, filled=form(desk, east=0.02))
    asked = await applied(desk, act="change", concerns=new.id)
    await surveyed(desk, asked)
    await ended(desk, "revoke", new.id, FRAUDULENT)
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, asked)


async def test_a_permit_is_taken_back_by_the_head_and_struck_off_when_its_holder_asks(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    with pytest.raises(Problem) as refused:
        await in_force.withdraw(desk, APPROVER, permit.id, REPAIR)
    assert refused.value.status == 403
    with pytest.raises(Invalid):
        await in_force.withdraw(desk, PERMIT_HEAD, permit.id, msgspec.structs.replace(REPAIR, basis=" "))
    pass_until(clock, permit.valid_from_at)
    await ended(desk, "withdraw", permit.id, REPAIR)
    gone = await Permit.get(id=permit.id)
    assert (gone.state, gone.end_reason) == ("withdrawn", "抢修")
    assert gone.restore_by_at is not None
    assert await papers_of(permit.id) == ["ending_notice", "withdrawal"]
    other = await granted(desk, filled=form(desk, east=0.01))
    on_road = form(desk, surface="carriageway", east=0.01)
    asked = await applied(desk, act="cancel", concerns=other.id, filled=on_road)
    await accepting.accept(desk, CLERK, asked)
    await deciding.grant(desk, APPROVER, asked)
    other = await Permit.get(id=other.id)
    # It had not begun: there is nothing to clean up, and nobody is sent to look.
    assert (other.state, other.restore_by_at) == ("cancelled", None)
    assert await Permit.all().count() == 2
    assert "cancellation" in await papers_of(asked)


async def test_permits_are_listed_by_tab_for_the_bureau_and_for_their_holder(
    desk: PermitDesk, clock: FixedClock
) -> None:
    made = [await granted(desk, filled=form(desk, east=0.01 * number)) for number in range(3)]
    ids = [one.id for one in made]
    page = await permits(desk, APPROVER, "in_force", limit=2)
    assert page.after is not None
    rest = await permits(desk, APPROVER, "in_force", after=page.after, limit=2)
    assert [one.id for one in (*page.rows, *rest.rows)] == ids
    assert rest.after is None
    assert [one.id for one in await my_permits(desk, [CITIZEN.id or person(1)])] == ids[::-1]
    pass_until(clock, made[0].valid_until_at)
    await in_force.expire_past_end(desk)
    over = await permits(desk, APPROVER, "over", limit=2)
    assert len((await permits(desk, APPROVER, "over", after=over.after)).rows) == 1
    assert len((await permits(desk, APPROVER, "to_restore")).rows) == 3
    check = await checking.plan_check(desk, SURVEYOR, ids[0], "restoration", VISIT)
    seen = await permit_view(desk, PERMIT_HEAD, ids[0])
    assert [one.id for one in seen.checks] == [check]
    assert seen.checks[0].officers == ("勘查甲", "勘查乙")
    assert (await permit_view(desk, CITIZEN, ids[0])).checks == ()
    fresh = await granted(desk, filled=form(desk))
    assert (await permit_view(desk, PERMIT_HEAD, fresh.id)).moves == (
        "withdraw",
        "revoke",
        "cancel",
        "tell_holder",
        "record_holder",
    )
    assert (await permit_view(desk, APPROVER, fresh.id)).moves == (
        "cancel",
        "tell_holder",
        "record_holder",
    )
    with pytest.raises(NotFound):
        await permit_view(desk, NEIGHBOUR, fresh.id)
    with pytest.raises(Forbidden):
        await permits(desk, CITIZEN, "over")


async def test_a_deposit_is_paid_back_in_full_view_and_a_filing_registered(
    desk: PermitDesk, clock: FixedClock
) -> None:
    deposit = await refund(desk)
    await accepting.accept(desk, CLERK, deposit)
    with pytest.raises(Invalid):
        await deciding.approve(desk, APPROVER, deposit, amount_fen=0)
    await deciding.approve(desk, APPROVER, deposit, amount_fen=1_200_050)
    on = clock.now().date()
    with pytest.raises(Invalid):
        await deciding.pay_out(desk, CLERK, deposit, paid_on=on, amount_fen=1_200_000)
    with pytest.raises(Invalid):
        await deciding.pay_out(desk, CLERK, deposit, paid_on=on + timedelta(days=1), amount_fen=1_200_050)
    await deciding.pay_out(desk, CLERK, deposit, paid_on=on, amount_fen=1_200_050, recipient="周明")
    row = await row_of(deposit)
    assert (row.state, row.paid_on, row.amount_fen) == ("paid_out", on, 1_200_050)
    paper = await IssuedDocument.get(about_id=deposit, kind="refund")
    assert (paper.delivery, paper.delivered_at) == ("window", clock.now())
    assert (await papers_of(deposit))[-1] == "delivery"
    filing = await applied_for(desk, kind="sign")
    with pytest.raises(Problem):
        await deciding.deny(desk, APPROVER, filing, ground="不好看")
    assert await deciding.register_past_limit(desk) == 0
    clock.advance(timedelta(days=20))
    assert await deciding.register_past_limit(desk) == 1  # silence registers
    assert (await row_of(filing)).state == "registered"
    assert await papers_of(filing) == ["filing"]
    fact = await PermitFact.get(application_id=filing)
    assert fact.is_promise_kept is False
    assert fact.late_reason
    with pytest.raises(Forbidden):
        await rating.rate(desk, CLERK, filing, 5)
    with pytest.raises(Problem):
        await rating.rate(desk, NEIGHBOUR, filing, 5)
    await rating.rate(desk, CITIZEN, filing, 2, "打我电话 13812345678")
    with pytest.raises(Conflict):
        await rating.release_comment(desk, PERMIT_HEAD, filing)  # it says who it was


async def test_whoever_holds_the_receipt_rates_and_comments_are_public_only_once_released(
    desk: PermitDesk,
) -> None:
    id = await applied_for(desk, CLERK, kind="sign", source="window")
    reference = (await row_of(id)).reference
    secret = receipt_secret(desk, id)
    with pytest.raises(Conflict):
        await rating.rate_by_receipt(desk, reference, secret, 5)
    await deciding.register(desk, PERMIT_HEAD, id)
    with pytest.raises(NotFound):
        await rating.rate_by_receipt(desk, reference, secret[:-1] + "?", 5)
    with pytest.raises(Invalid):
        await rating.rate_by_receipt(desk, reference, secret, 6)
    await rating.rate_by_receipt(desk, reference, secret, 5, "窗口很耐心")
    assert (await PermitFact.get(application_id=id)).rating == 5
    assert await OutboxEvent.filter(case_id=id, name="permit_application.rated").count() == 1
    assert await rating.released_comments(desk.db.clock.now()) == []
    with pytest.raises(Forbidden):
        await rating.release_comment(desk, CLERK, id)
    await rating.release_comment(desk, PERMIT_HEAD, id)
    assert await rating.released_comments(desk.db.clock.now()) == [(5, "窗口很耐心")]


async def test_a_refund_of_whoever_has_papers_online_is_delivered_with_its_receipt_at_once(
    desk: PermitDesk, clock: FixedClock
) -> None:
    deposit = await refund(desk, delivery="online")
    await accepting.accept(desk, CLERK, deposit)
    await deciding.approve(desk, APPROVER, deposit, amount_fen=100)
    assert await papers_of(deposit) == ["acceptance", "refund", "delivery"]
    paper = await IssuedDocument.get(about_id=deposit, kind="refund")
    assert (paper.delivery, paper.delivered_at) == ("online", clock.now())
    # Told once: whoever signs at the window has nothing left to sign for.
    on = clock.now().date()
    await deciding.pay_out(desk, CLERK, deposit, paid_on=on, amount_fen=100, recipient="周明")
    assert await papers_of(deposit) == ["acceptance", "refund", "delivery"]
    assert (await row_of(deposit)).state == "paid_out"


async def refund(desk: PermitDesk, delivery: str | None = None) -> UUID:
    """A deposit's refund, without its paper: the materials have a test of their own."""
    id = await applied_for(desk, kind="sign")
    await PermitApplication.get(id=id)

    async def turn(change: Change) -> None:
        await PermitApplication.filter(id=id).update(kind="deposit", flow="refund", delivery=delivery)

    await desk.db.change(turn)
    return id


def test_a_person_is_shown_by_the_family_name_alone() -> None:
    assert shown_holder("张三丰", "person") == "张*"
    assert shown_holder("清河商贸有限公司", "organisation") == "清河商贸有限公司"
    assert SECTION.four_eyes
