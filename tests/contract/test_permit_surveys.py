"""The look at the place and the say of other organs, on both engines: two officers, photos bound to a visit, limits of each."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from casework.actors import Actor
from casework.permits import (
    accepting,
    capturing,
    co_signing,
    deciding,
    delivering,
    surveying,
    withdrawing,
)
from casework.permits.decision_rules import Grant
from casework.permits.desk import PermitDesk
from casework.permits.models import CoSignature, Permit
from casework.permits.my_work import asked_of_us, my_visits
from casework.permits.published_models import PermitFact
from casework.permits.survey_models import PermitSurvey, PermitSurveyPhoto
from casework.permits.survey_queries import visit_view
from casework.permits.surveying import Findings
from casework.permits.visits import Measured, Visit
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Conflict, Forbidden, Invalid, Problem
from tests.casework_setting import CITIZEN, person
from tests.permit_life_setting import (
    FITS,
    HERE,
    SECOND,
    TRAFFIC,
    VISIT,
    applied,
    form,
    life_desk_on,
    papers_of,
    pass_until,
    photo_file,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_photos_are_of_a_visit_only_with_its_own_nonce_while_it_is_open(
    desk: PermitDesk, clock: FixedClock
) -> None:
    visits = []
    for east in (0.0, 0.01):
        id = await applied(desk, filled=form(desk, east=east))
        await accepting.accept(desk, CLERK, id)
        visits.append(await surveying.schedule(desk, APPROVER, id, VISIT))
    here, elsewhere = visits
    own = await surveying.open_capture(desk, SURVEYOR, here)
    other = await surveying.open_capture(desk, SURVEYOR, elsewhere)
    assert own != other
    assert own not in str(await PermitSurvey.all().values())
    for nonce in (None, "", other, own[:-1] + ("0" if own[-1] != "0" else "1"), "x" * 9_000):
        photo = await capturing.add_photo(
            desk, SURVEYOR, here, await photo_file(desk), nonce=nonce, position=HERE
        )
        assert (photo.is_bound, photo.taken_at, photo.latitude) == (False, None, None)
    file_id = await photo_file(desk)
    for _ in range(2):
        photo = await capturing.add_photo(desk, SECOND, here, file_id, nonce=own)
        assert photo.is_bound
    assert await PermitSurveyPhoto.filter(survey_id=here).count() == 6
    with pytest.raises(Forbidden):
        await surveying.open_capture(
            desk, Actor("staff", person(90), SURVEYOR.roles, units=SURVEYOR.units), here
        )
    with pytest.raises(Invalid):
        await capturing.add_photo(desk, SURVEYOR, here, person(91))
    await surveying.record(desk, SURVEYOR, here, FITS)
    late = await capturing.add_photo(desk, SURVEYOR, here, await photo_file(desk), nonce=own)
    assert not late.is_bound
    # Put off: the page of the old visit is worth nothing.
    id = (await PermitSurvey.get(id=elsewhere)).about_id
    with pytest.raises(Invalid):
        await surveying.reschedule(desk, SURVEYOR, id, VISIT)
    moved = await surveying.reschedule(desk, SURVEYOR, id, msgspec.structs.replace(VISIT, reason="下雨"))
    assert moved != elsewhere
    with pytest.raises(Conflict):
        await capturing.add_photo(desk, SURVEYOR, elsewhere, await photo_file(desk), nonce=other)
    photo = await capturing.add_photo(desk, SURVEYOR, moved, await photo_file(desk), nonce=other)
    assert not photo.is_bound


async def test_the_same_photo_posted_twice_at_the_same_moment_is_one(desk: PermitDesk) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    nonce = await capturing.open_capture(desk, SURVEYOR, visit)
    files = [await photo_file(desk, of="sidewalk") for _ in range(2)]
    both = await asyncio.gather(
        *(capturing.add_photo(desk, SURVEYOR, visit, one, nonce=nonce, position=HERE) for one in files)
    )
    assert both[0] == both[1]
    assert await PermitSurveyPhoto.filter(survey_id=visit).count() == 1
    await capturing.add_photo(desk, SURVEYOR, visit, await photo_file(desk, of="kerb"), nonce=nonce)
    assert await PermitSurveyPhoto.filter(survey_id=visit).count() == 2


async def test_a_record_rests_on_a_photo_taken_there_or_says_why_there_is_none(desk: PermitDesk) -> None:
    bare = msgspec.structs.replace(FITS, no_photo_reason="")
    visits = []
    for east in (0.0, 0.01):
        id = await applied(desk, filled=form(desk, east=east))
        await accepting.accept(desk, CLERK, id)
        visits.append(await surveying.schedule(desk, APPROVER, id, VISIT))
    for visit in visits:
        nonce = await surveying.open_capture(desk, SURVEYOR, visit)
        await capturing.add_photo(desk, SURVEYOR, visit, await photo_file(desk), position=HERE)
        await capturing.add_photo(desk, SURVEYOR, visit, await photo_file(desk), nonce=nonce)
        with pytest.raises(Invalid, match="survey_proof"):  # one from the album, one without a place
            await surveying.record(desk, SURVEYOR, visit, bare)
        assert (await PermitSurvey.get(id=visit)).recorded_at is None
    photo = await photo_file(desk)
    await capturing.add_photo(desk, SURVEYOR, visits[1], photo, nonce=nonce, position=HERE)
    await surveying.record(desk, SURVEYOR, visits[1], bare)
    with pytest.raises(Invalid, match="reason_personal"):
        why = msgspec.structs.replace(FITS, no_photo_reason="问 13800001234")
        await surveying.record(desk, SURVEYOR, visits[0], why)
    await surveying.record(desk, SURVEYOR, visits[0], FITS)
    shown = [(await visit_view(desk, SURVEYOR, visit)).findings for visit in visits]
    assert ["不让拍照" in one for one in shown] == [True, False]


async def test_nobody_goes_where_the_application_was_taken_back(desk: PermitDesk) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    await withdrawing.withdraw(desk, CITIZEN, id, ground="不办了")
    assert await my_visits(desk, SURVEYOR) == ()
    for act in (surveying.open_capture(desk, SURVEYOR, visit), surveying.record(desk, SURVEYOR, visit, FITS)):
        with pytest.raises(Conflict):
            await act


async def test_a_record_is_not_confirmed_once_the_application_is_over(desk: PermitDesk) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    await surveying.record(desk, SURVEYOR, visit, FITS)
    assert [one.wants for one in await my_visits(desk, SECOND)] == ["confirm"]
    await withdrawing.withdraw(desk, CITIZEN, id, ground="不办了")
    with pytest.raises(Conflict) as refused:
        await surveying.confirm(desk, SECOND, visit)
    assert refused.value.key == "problem.permit.survey_too_late"
    assert (await PermitSurvey.get(id=visit)).confirmed_by_id is None
    assert await papers_of(id) == ["acceptance"]
    assert await my_visits(desk, SECOND) == ()
    assert not (await visit_view(desk, SECOND, visit)).line.is_mine_to_confirm


async def test_the_place_is_looked_at_by_two_and_nobody_decides_alone(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    assert SURVEYOR.id is not None
    assert SECOND.id is not None
    with pytest.raises(Invalid):
        await surveying.schedule(
            desk, APPROVER, id, Visit(officer_id=SURVEYOR.id, second_officer_id=SURVEYOR.id)
        )
    with pytest.raises(Invalid):
        await surveying.schedule(
            desk, APPROVER, id, Visit(officer_id=SURVEYOR.id, second_officer_id=person(47))
        )
    too_late = clock.now() + timedelta(days=1)
    with pytest.raises(Invalid):
        await surveying.schedule(desk, APPROVER, id, msgspec.structs.replace(VISIT, meeting_at=too_late))
    visit = await surveying.schedule(
        desk, APPROVER, id, msgspec.structs.replace(VISIT, meeting_at=too_late, reason="申请人约明天")
    )
    with pytest.raises(Problem):
        await deciding.grant(desk, APPROVER, id)
    for bad in (
        msgspec.structs.replace(FITS, measured=Measured(area_m2=-1.0)),
        msgspec.structs.replace(FITS, measured=Measured(area_m2=float("nan"))),
        msgspec.structs.replace(FITS, measured=Measured(area_m2=1_000_000.0)),
        msgspec.structs.replace(FITS, measured=Measured()),
        msgspec.structs.replace(FITS, outcome="fits_less", measured=Measured(area_m2=12.0)),
        msgspec.structs.replace(FITS, measured=Measured(area_m2=1, outline='{"type":"Point"}')),
    ):
        with pytest.raises(Invalid):
            await surveying.record(desk, SURVEYOR, visit, bad)
    with pytest.raises(Problem):
        await surveying.record(desk, SURVEYOR, visit, msgspec.structs.replace(FITS, findings=" "))
    less = Findings(
        findings="盲道边要让开",
        outcome="fits_less",
        measured=Measured(area_m2=8.0),
        no_photo_reason="夜里太暗",
    )
    await surveying.record(desk, SURVEYOR, visit, less)
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, id)  # the other officer has not confirmed it
    with pytest.raises(Forbidden):
        await surveying.confirm(desk, SURVEYOR, visit)
    await surveying.confirm(desk, SECOND, visit)
    both = Actor("staff", SURVEYOR.id, SURVEYOR.roles | APPROVER.roles, units=SURVEYOR.units | APPROVER.units)
    with pytest.raises(Forbidden):
        await deciding.grant(desk, both, id)
    with pytest.raises(Invalid):
        await deciding.grant(desk, APPROVER, id, Grant(area_m2=9.0))
    await deciding.grant(desk, APPROVER, id)
    assert (await Permit.get(application_id=id)).area_m2 == 8.0
    await deciding.grant(
        desk, APPROVER, id, expected_revision=(await row_of(id)).revision - 1
    )  # a doubled tap
    assert await Permit.all().count() == 1
    assert (await row_of(id)).state == "granted"
    with pytest.raises(Invalid):
        await delivering.deliver(desk, CLERK, id, delivery="window")
    await delivering.deliver(desk, CLERK, id, delivery="window", recipient="张三")
    assert (await papers_of(id))[-2:] == ["grant", "delivery"]


async def test_a_late_look_is_explained_by_whoever_went_and_a_late_decision_by_whoever_decides(
    desk: PermitDesk, clock: FixedClock
) -> None:
    ids = [await applied(desk, filled=form(desk, east=0.01 * number)) for number in range(2)]
    for id, why in zip(ids, ("路上堵车", ""), strict=True):
        await accepting.accept(desk, CLERK, id)
        visit = await surveying.schedule(desk, APPROVER, id, VISIT)
        clock.advance(timedelta(minutes=61))
        await surveying.record(desk, SURVEYOR, visit, msgspec.structs.replace(FITS, late_reason=why))
        await surveying.confirm(desk, SECOND, visit)
    explained, silent = ids
    await deciding.grant(desk, APPROVER, explained)
    fact = await PermitFact.get(application_id=explained)
    assert (fact.is_survey_kept, fact.is_promise_kept, fact.late_reason) == (False, True, "路上堵车")
    assert fact.survey_minutes == 61
    with pytest.raises(Invalid):
        await deciding.grant(desk, APPROVER, silent)
    pass_until(clock, (await row_of(silent)).promise_due_at)
    for reason in ("", " \u200b"):
        with pytest.raises(Invalid):
            await deciding.grant(desk, APPROVER, silent, Grant(late_reason=reason))
    await deciding.grant(desk, APPROVER, silent, Grant(late_reason="人手不够"))
    assert (await PermitFact.get(application_id=silent)).late_reason == "人手不够"


async def test_an_unfit_place_is_denied_or_looked_at_again(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk)
    await surveyed(desk, id, Findings(findings="占了盲道", outcome="unfit", no_photo_reason="下暴雨"))
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, id)
    await surveying.survey_again(desk, APPROVER, id, ground="申请人挪了位置")
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    await surveying.record(
        desk, SECOND, visit, Findings(findings="还是占盲道", outcome="unfit", no_photo_reason="下暴雨")
    )
    await surveying.confirm(desk, SURVEYOR, visit)
    with pytest.raises(Problem):
        await deciding.deny(desk, APPROVER, id, ground="\u200b")
    await deciding.deny(desk, APPROVER, id, ground="占压盲道")
    row = await row_of(id)
    assert (row.state, row.ground) == ("denied", "占压盲道")
    assert row.due_at is not None
    assert "denial" in await papers_of(id)
    assert not await Permit.all().exists()
    assert (await PermitFact.get(application_id=id)).outcome == "denied"


async def test_organs_are_asked_by_surface_and_their_lateness_stops_no_clock(
    desk: PermitDesk, clock: FixedClock
) -> None:
    plain = await applied(desk)
    id = await applied(desk, filled=form(desk, surface="carriageway", east=0.01))
    await surveyed(desk, id)
    await accepting.accept(desk, CLERK, plain)
    assert not await CoSignature.filter(application_id=plain).exists()
    traffic, works = await co_signing.asked_of(id)
    assert [one.id for one in await asked_of_us(desk, TRAFFIC)] == [traffic.id]
    assert await asked_of_us(desk, APPROVER) == ()
    due_at = (await row_of(id)).promise_due_at
    with pytest.raises(Conflict):
        await deciding.grant(desk, APPROVER, id)
    with pytest.raises(Forbidden):
        await co_signing.answer(desk, TRAFFIC, works.id, opinion="agreed")
    with pytest.raises(Invalid):
        await co_signing.answer(desk, TRAFFIC, traffic.id, opinion="refused")
    with pytest.raises(Invalid):
        await co_signing.answer(desk, CLERK, works.id, opinion="agreed")
    clock.advance(timedelta(hours=5))
    terms = "高峰时段不得占用"
    await co_signing.answer(desk, TRAFFIC, traffic.id, opinion="agreed_with_terms", words=terms)
    with pytest.raises(Invalid):
        await deciding.grant(desk, APPROVER, id)  # the other organ is past its limit: why not wait?
    assert (await row_of(id)).promise_due_at == due_at
    pass_until(clock, due_at)
    with pytest.raises(Invalid) as late:
        await deciding.grant(desk, APPROVER, id, Grant(co_signer_reason="电话里答应了"))
    assert late.value.key == "problem.permit.late_reason"
    wish = Grant(co_signer_reason="电话里答应了", late_reason="会签逾期")
    await deciding.grant(desk, APPROVER, id, wish)
    assert f"交警大队会签要求：{terms}" in msgspec.json.decode((await Permit.get(application_id=id)).terms)
    fact = await PermitFact.get(application_id=id)
    assert (fact.is_promise_kept, fact.late_reason, fact.late_organ) == (False, "会签逾期", "works")
    assert {one.state for one in await co_signing.asked_of(id)} == {"closed", "passed_over"}


async def test_nothing_is_granted_against_an_approval_that_the_law_asks_for(desk: PermitDesk) -> None:
    id = await applied(desk, filled=form(desk, surface="carriageway"))
    await surveyed(desk, id)
    traffic, works = await co_signing.asked_of(id)
    await co_signing.answer(desk, CLERK, works.id, opinion="refused", words="管线", by_name="李工")
    await co_signing.answer(desk, TRAFFIC, traffic.id, opinion="refused", words="堵")
    against = Grant(co_signer_reason="必须办")
    with pytest.raises(Conflict):
        await deciding.grant(desk, PERMIT_HEAD, id, against)
    await co_signing.answer(desk, TRAFFIC, traffic.id, opinion="agreed")  # put right before the decision
    with pytest.raises(Forbidden):
        await deciding.grant(desk, APPROVER, id, against)
    await deciding.grant(desk, PERMIT_HEAD, id, against)
    with pytest.raises(Problem):
        await co_signing.answer(desk, TRAFFIC, traffic.id, opinion="refused", words="堵")
