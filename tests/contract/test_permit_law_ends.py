"""What the law does to a permit: changed from a day ahead, renewed by silence, ended only in its own cases; both engines."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import IssuedDocument
from casework.documents.sheets import Sheet
from casework.permits import accepting, checking, deciding, hearings, in_force
from casework.permits.checking import CheckFindings
from casework.permits.credentials import token_of
from casework.permits.decision_rules import Grant as Wish
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import EndingWish
from casework.permits.forms import Filled
from casework.permits.key_lists import latest_list, publish_due, read_list, verify_offline
from casework.permits.models import Permit, PermitApplication
from casework.permits.permit_queries import permit_view, permits
from casework.permits.published_models import PermitFact
from casework.permits.renewing import renew_by_silence
from casework.permits.replacing import replace_begun
from casework.permits.verifying import verify_token, verify_typed
from casework.permits.withdrawing import withdraw
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Invalid
from kit.signing_keys import SigningKeys
from tests.casework_setting import CITIZEN
from tests.permit_life_setting import (
    FRAUDULENT,
    REPAIR,
    SECOND,
    VISIT,
    applied,
    ended,
    form,
    granted,
    life_desk_on,
    papers_of,
    pass_until,
    row_of,
    spanning,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR

DAY = timedelta(days=1)


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


@pytest.fixture
def keys(tmp_path: Path, desk: PermitDesk) -> SigningKeys:
    keys = SigningKeys(tmp_path)
    keys.add(desk.db.clock.now(), use=True)
    return keys


async def told(desk: PermitDesk, keys: SigningKeys, permit: Permit) -> tuple[str, str]:
    """What a check comes to with the record, and without a network by the latest list."""
    token = token_of(keys.held().active, permit)
    online = await verify_token(token, keys.held(), desk.db.clock)
    await publish_due(desk.db, keys, "清水市")
    row = await latest_list()
    assert row is not None
    offline = verify_offline(token, read_list(row.content)[0], desk.db.clock.now())
    assert offline.is_renewing == online.is_renewing
    return online.outcome + ("+" if online.is_renewing else ""), offline.outcome


async def changed(desk: PermitDesk, old: Permit, from_at: datetime, until_at: datetime) -> Permit:
    filled = spanning(form(desk), from_at, until_at)
    id = await applied(desk, act="change", concerns=old.id, filled=filled)
    await surveyed(desk, id)
    await deciding.grant(desk, APPROVER, id)
    return await Permit.get(application_id=id)


async def test_a_changed_permit_that_begins_later_leaves_the_old_one_in_force_until_then(
    desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_from_at + timedelta(hours=1) - clock.now())
    new = await changed(desk, old, old.valid_until_at - timedelta(hours=6), old.valid_until_at + DAY)
    old = await Permit.get(id=old.id)
    assert (old.state, old.replaced_by_id, old.replaced_from_at) == ("in_force", new.id, new.valid_from_at)
    assert await told(desk, keys, old) == ("valid", "valid")
    assert await told(desk, keys, new) == ("not_yet", "not_yet")
    verdict = await verify_typed(old.code, clock)
    assert verdict is not None
    assert verdict.ended is not None
    assert (verdict.ended.by, verdict.ended.at) == (new.number, new.valid_from_at)
    # Nothing else may be asked for about the old one, and the worker has nothing to do yet.
    another = await applied(desk, act="change", concerns=old.id, filled=form(desk))
    await surveyed(desk, another)
    with pytest.raises(Conflict, match="replaced_gone"):
        await deciding.grant(desk, APPROVER, another, Wish(late_reason="周末"))
    assert await replace_begun(desk) == 0
    pass_until(clock, new.valid_from_at)
    # The moment counts, not the worker.
    assert await told(desk, keys, old) == ("replaced", "replaced")
    assert await told(desk, keys, new) == ("valid", "valid")
    clock.advance(timedelta(hours=20))
    assert await in_force.expire_past_end(desk) == 0
    assert await replace_begun(desk) == 1
    old = await Permit.get(id=old.id)
    assert (old.state, old.ended_at, old.restore_by_at) == ("replaced", new.valid_from_at, None)
    assert await told(desk, keys, old) == ("replaced", "replaced")
    assert await replace_begun(desk) == 0


@pytest.mark.parametrize("east", [0.0, 0.01])
async def test_a_permit_replaced_by_one_elsewhere_leaves_its_place_to_clean_up(
    east: float, desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_from_at + timedelta(hours=1) - clock.now())
    begins = old.valid_until_at - timedelta(hours=6)
    filled = spanning(form(desk, east=east), begins, old.valid_until_at + DAY)
    id = await applied(desk, act="change", concerns=old.id, filled=filled)
    await surveyed(desk, id)
    await deciding.grant(desk, APPROVER, id)
    pass_until(clock, begins)
    assert await replace_begun(desk) == 1
    old = await Permit.get(id=old.id)
    if not east:
        assert (old.state, old.restore_by_at) == ("replaced", None)
        with pytest.raises(Conflict, match="nothing_to_restore"):
            await checking.plan_check(desk, SURVEYOR, old.id, "restoration", VISIT)
        return
    assert old.restore_by_at is not None
    assert old.restore_by_at > begins
    assert [one.id for one in (await permits(desk, APPROVER, "to_restore")).rows] == [old.id]
    (event,) = await OutboxEvent.filter(case_id=old.id, name="permit.replaced")
    assert "restore_by_at" in event.payload
    pass_until(clock, old.restore_by_at)
    assert await in_force.alarm_not_restored(desk) == 1
    visit = await checking.plan_check(desk, SURVEYOR, old.id, "restoration", VISIT)
    await checking.record_check(desk, SURVEYOR, visit, CheckFindings(findings="干净", is_in_order=True))
    await checking.confirm_check(desk, SECOND, visit)
    old = await Permit.get(id=old.id)
    assert old.state == "restored"
    assert await told(desk, keys, old) == ("replaced", "replaced")


async def test_what_was_to_replace_a_permit_and_is_undone_before_it_began_leaves_it_as_it_was(
    desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_from_at + timedelta(hours=1) - clock.now())
    new = await changed(desk, old, old.valid_until_at - timedelta(hours=6), old.valid_until_at + DAY)
    assert await told(desk, keys, await Permit.get(id=old.id)) == ("valid", "valid")
    await ended(desk, "revoke", new.id, FRAUDULENT)
    old = await Permit.get(id=old.id)
    assert (old.replaced_by_id, old.replaced_from_at) == (None, None)
    clock.advance(new.valid_from_at + timedelta(minutes=5) - clock.now())
    assert await told(desk, keys, old) == ("valid", "valid")
    assert await told(desk, keys, await Permit.get(id=new.id)) == ("revoked", "revoked")
    pass_until(clock, old.valid_until_at)
    assert await in_force.expire_past_end(desk) == 1


async def _long(desk: PermitDesk) -> Permit:
    """A permit that ends in forty days."""
    permit = await granted(desk)
    until = desk.db.clock.now() + timedelta(days=40)
    await _write(desk, Permit.filter(id=permit.id).update(valid_until_at=until))
    return await Permit.get(id=permit.id)


async def test_a_renewal_asked_for_in_time_and_not_decided_is_granted_by_silence_with_its_paper(
    desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await _long(desk)
    renewal = await applied(desk, act="renew", concerns=old.id, filled=_days(desk, 40, 60), online=True)
    await accepting.accept(desk, CLERK, renewal)
    await hearings.call_hearing(desk, APPROVER, renewal, basis="公共利益")
    assert await renew_by_silence(desk) == 0
    pass_until(clock, old.valid_until_at)
    assert await told(desk, keys, old) == ("valid+", "valid")
    assert await in_force.expire_past_end(desk) == 0
    assert (await permit_view(desk, APPROVER, old.id)).is_renewing
    assert await renew_by_silence(desk) == 1
    row, new = await row_of(renewal), await Permit.get(application_id=renewal)
    assert (row.state, row.is_silent, row.decided_by_id) == ("delivered", True, None)
    assert (new.valid_from_at, new.place_text, new.area_m2) == (
        old.valid_until_at,
        old.place_text,
        old.area_m2,
    )
    assert timedelta(days=19) < new.valid_until_at - old.valid_until_at <= timedelta(days=20)
    old = await Permit.get(id=old.id)
    assert (old.state, old.replaced_by_id) == ("replaced", new.id)
    assert (await told(desk, keys, old))[0] == "replaced"
    assert await told(desk, keys, new) == ("valid", "valid")
    assert _sheet(desk, await IssuedDocument.get(about_id=renewal, kind="renewal")).data.is_silent
    fact = await PermitFact.get(application_id=renewal)
    assert (fact.is_promise_kept, fact.late_reason) == (False, "有效期届满没有作出决定，依法视为准予延续")
    names = await OutboxEvent.filter(case_id=renewal).values_list("name", flat=True)
    assert "permit_application.renewed_by_silence" in names
    assert await renew_by_silence(desk) == 0


async def test_of_one_permit_one_renewal_is_asked_for_at_a_time(desk: PermitDesk, clock: FixedClock) -> None:
    old = await _long(desk)
    wish = _days(desk, 40, 60)
    first = await applied(desk, act="renew", concerns=old.id, filled=wish)
    with pytest.raises(Conflict, match="renewal_open"):
        await applied(desk, act="renew", concerns=old.id, filled=wish)
    await withdraw(desk, CITIZEN, first, ground="不续了")
    assert await applied(desk, act="renew", concerns=old.id, filled=wish) != first


async def test_a_renewal_asked_for_late_or_not_yet_complete_is_not_granted_by_silence_but_keeps_the_permit(
    desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_until_at - timedelta(hours=30) - clock.now())
    renewal = await applied(desk, act="renew", concerns=old.id, filled=form(desk))
    await accepting.accept(desk, CLERK, renewal)
    pass_until(clock, old.valid_until_at)
    assert await renew_by_silence(desk) == 0
    assert await told(desk, keys, old) == ("valid+", "valid")
    row = await latest_list()
    assert row is not None
    # A list says so for two days; whoever has an older one has to fetch another.
    stale = verify_offline(
        token_of(keys.held().active, old), read_list(row.content)[0], clock.now() + timedelta(days=3)
    )
    assert stale.outcome == "expired"
    await deciding.deny(desk, APPROVER, renewal, ground="不再适合", late_reason="人手不够")
    assert await in_force.expire_past_end(desk) == 1
    assert await told(desk, keys, await Permit.get(id=old.id)) == ("expired", "expired")


async def test_what_was_undone_while_its_renewal_kept_it_stays_undone_whatever_time_goes_by(
    desk: PermitDesk, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_until_at - timedelta(hours=30) - clock.now())
    renewal = await applied(desk, act="renew", concerns=old.id, filled=form(desk))
    await accepting.accept(desk, CLERK, renewal)
    pass_until(clock, old.valid_until_at, timedelta(hours=3))
    assert await told(desk, keys, old) == ("valid+", "valid")
    await ended(desk, "revoke", old.id, FRAUDULENT)
    gone = await Permit.get(id=old.id)
    # Until then it held, by its renewal: the place is cleaned up after that.
    assert (gone.ended_at, gone.restore_by_at is not None) == (clock.now(), True)
    assert gone.restore_by_at is not None
    assert gone.restore_by_at > clock.now()
    assert await told(desk, keys, gone) == ("revoked", "revoked")
    visit = await checking.plan_check(desk, SURVEYOR, old.id, "restoration", VISIT)
    await checking.record_check(desk, SURVEYOR, visit, CheckFindings(findings="干净", is_in_order=True))
    await checking.confirm_check(desk, SECOND, visit)
    gone = await Permit.get(id=old.id)
    assert gone.state == "restored"
    assert await told(desk, keys, gone) == ("revoked", "revoked")
    verdict = await verify_typed(old.code, clock)
    assert verdict is not None
    assert verdict.ended is not None
    assert verdict.ended.ending == "revoked"


@pytest.mark.parametrize(
    ("act", "wish", "wrong"),
    [
        ("withdraw", {"cause": ""}, "ending_cause"),
        ("withdraw", {"cause": "fraud"}, "ending_cause"),
        ("withdraw", {"cause": "law_changed", "compensation": ""}, "compensation"),
        ("revoke", {"cause": "procedure", "compensation": " "}, "compensation"),
        ("revoke", {"cause": "fraud", "compensation": "赔一万"}, "compensation_for_fraud"),
        ("revoke", {"cause": "procedure", "harms_public": True}, "revoking_harms"),
        ("cancel", {"cause": "procedure"}, "ending_cause"),
    ],
)
async def test_a_permit_is_ended_early_only_in_a_case_the_law_knows(
    act: str, wish: dict[str, object], wrong: str, desk: PermitDesk
) -> None:
    permit = await granted(desk)
    with pytest.raises((Invalid, Conflict), match=wrong):
        await getattr(in_force, act)(desk, PERMIT_HEAD, permit.id, msgspec.structs.replace(REPAIR, **wish))
    assert (await Permit.get(id=permit.id)).state == "in_force"


async def test_what_ends_is_struck_off_and_its_paper_says_the_case_and_the_compensation(
    desk: PermitDesk, clock: FixedClock
) -> None:
    taken, undone, over = [await granted(desk, filled=form(desk, east=0.01 * one)) for one in range(3)]
    await ended(desk, "withdraw", taken.id, REPAIR)
    await ended(desk, "revoke", undone.id, FRAUDULENT)
    pass_until(clock, over.valid_until_at)
    await in_force.expire_past_end(desk)
    found = {one.end_cause: one.struck_off_at for one in await Permit.all()}
    assert set(found) == {"circumstances_changed", "fraud", "expired"}
    assert None not in found.values()
    data = _sheet(desk, await IssuedDocument.get(about_id=taken.id, kind="withdrawal")).data
    assert data.compensation == "搭建费凭票据补偿"
    assert data.reasons[:2] == ("准予行政许可所依据的客观情况发生重大变化", "抢修")
    assert "没有提出意见" in data.reasons[2]
    for entry in await AuditEntry.filter(case_id=taken.application_id):
        assert not any(one in entry.detail for one in ("抢修", "搭建费"))


async def test_a_holder_that_died_or_was_dissolved_has_the_permit_struck_off(desk: PermitDesk) -> None:
    permit = await granted(desk)
    wish = EndingWish(ground="公司已注销登记", basis="行政许可法第七十条第三项", cause="dissolved")
    await in_force.cancel(desk, APPROVER, permit.id, wish)
    gone = await Permit.get(id=permit.id)
    assert (gone.state, gone.end_cause, await papers_of(permit.id)) == (
        "cancelled",
        "dissolved",
        ["cancellation"],
    )


async def test_a_permit_is_not_changed_for_somebody_else(desk: PermitDesk) -> None:
    old = await granted(desk)
    id = await applied(desk, act="change", concerns=old.id, filled=form(desk))
    await surveyed(desk, id)
    await _write(desk, Permit.filter(id=old.id).update(holder_index="a"))
    await _write(desk, PermitApplication.filter(id=id).update(holder_index="b"))
    with pytest.raises(Conflict, match="other_holder"):
        await deciding.grant(desk, APPROVER, id)


def _days(desk: PermitDesk, first: int, last: int) -> Filled:
    """The usual form, asking for the time between two days from now."""
    filled, now = form(desk), local(desk.db.clock.now())
    begins, ends = (f"{now + timedelta(days=one):%Y-%m-%dT%H:%M}" for one in (first, last))
    return msgspec.structs.replace(filled, values={**filled.values, "when": f"{begins}/{ends}"})


def _sheet(desk: PermitDesk, paper: IssuedDocument) -> Sheet:
    words = desk.documents.sealer.open(paper.data_sealed, table=TABLE, column=COLUMN, row_id=paper.id)
    return msgspec.json.decode(words, type=Sheet)


async def _write(desk: PermitDesk, query: Awaitable[object]) -> None:
    async def work(_: Change) -> None:
        await query

    await desk.db.change(work)
