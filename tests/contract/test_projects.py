"""Projects under a code and visits to enterprises, on both engines: who gets past the gate, and what nobody can tell."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import EVERY_UNIT, Actor, Held, citizen
from casework.complaints.place import Position
from casework.people.models import Account, Grant, Staff, StaffBinding
from casework.projects import actions, certificates, notices, queries, rating, rating_codes, visit_plans
from casework.projects.actions import ProjectWords
from casework.projects.confirming import confirm
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import VisitState
from casework.projects.models import EnterpriseVisit, OfficerCertificate, Project
from casework.projects.profile import ProjectsSection
from casework.projects.visiting import CheckedIn, CheckIn, check_in, require_let_in
from casework.roles import Role
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.queries import by_code
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound, Problem
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import desk_on, filed, person

USCC = "91330106MA2B1C3D45"
TODAY = date(2026, 11, 23)
YEAR = timedelta(days=365)
SECTION = {
    "visits_per_year": {"most": 1, "basis": "示例"},
    "bases": [{"code": "sites", "law": "城市市容和环境卫生管理条例", "article": "第十六条"}],
    "grounds": [{"code": "complaint", "name": "投诉举报"}],
    "key_contact_phone": "0571-88880001",
}


def staff(number: int, role: Role, unit: str = "street", *more: Role) -> Actor:
    return Actor(kind="staff", id=person(number), roles=frozenset({role, *more}), units=frozenset({unit}))


OFFICER, COLLEAGUE = staff(31, Role.HANDLER), staff(32, Role.SURVEY_OFFICER)
THIRD, FOURTH = staff(33, Role.HANDLER, "night"), staff(34, Role.HANDLER, "night")
PATROL = staff(35, Role.GRID_OFFICER)
HEAD = staff(36, Role.HEAD, EVERY_UNIT)
INSPECTOR = staff(37, Role.DISCIPLINE_INSPECTOR, EVERY_UNIT)
NUMBERS = {OFFICER.id: "A1", COLLEAGUE.id: "A2", THIRD.id: "A3", FOURTH.id: "A4", PATROL.id: "A5"}


def with_section(desk: ProjectDesk, **more: object) -> ProjectDesk:
    section = msgspec.convert(SECTION | more, ProjectsSection)
    return ProjectDesk(desk.db, section, desk.sealer)


@pytest.fixture
async def desk(database: Database) -> ProjectDesk:
    async def work(change: Change) -> None:
        for actor in (OFFICER, COLLEAGUE, THIRD, FOURTH, PATROL, HEAD):
            await Staff.create(
                id=actor.id,
                login=f"s{actor.id}"[-30:],
                name="某人",
                password_hash="-",
                created_at=change.now,
                password_changed_at=change.now,
            )
            for role in actor.roles:
                await Grant.create(
                    id=change.ids.new(), staff_id=actor.id, role=role.value, unit="street", from_on=TODAY
                )

    await database.change(work)
    section = msgspec.convert(SECTION, ProjectsSection)
    made = ProjectDesk(database, section, FieldSealer(KeyRing.random()))
    for staff_id, number in NUMBERS.items():
        assert staff_id is not None
        await certificates.add_certificate(made, HEAD, staff_id, number, TODAY, TODAY + YEAR)
    return made


def board(**more: object) -> ProjectWords:
    words = {
        "name": "湖滨小区改造",
        "builder": "清水建设有限公司",
        "builder_uscc": USCC,
        "contact_name": "项目部",
        "contact_phone": "0571-88881234",
        "place_text": "湖滨路 8 号",
        "unit": "street",
    }
    return ProjectWords(**(words | more))  # type: ignore[arg-type]


async def opened(desk: ProjectDesk, **more: object) -> Project:
    return await Project.get(id=await actions.open_project(desk, HEAD, board(**more)))


def said(code: str, second: str = "A2", **more: object) -> CheckIn:
    words = {"code": code, "second_number": second, "purpose": "查看围挡", "basis": "sites"}
    words["place_reason"] = "工地里没有信号"
    return CheckIn(**(words | more))  # type: ignore[arg-type]


async def let_in(
    desk: ProjectDesk, code: str, actor: Actor = OFFICER, second: str = "A2", other: Actor = COLLEAGUE
) -> UUID:
    """Checked in by the one and confirmed by the other."""
    visit_id = require_let_in(await check_in(desk, actor, said(code, second)))
    await confirm(desk, other, visit_id)
    return visit_id


async def visited(
    desk: ProjectDesk, code: str, actor: Actor = OFFICER, second: str = "A2", other: Actor = COLLEAGUE
) -> UUID:
    visit_id = await let_in(desk, code, actor, second, other)
    await visit_plans.end(desk, actor, visit_id, "没有发现问题")
    return visit_id


async def test_a_project_stands_under_one_code_and_a_complaint_keeps_it(desk: ProjectDesk) -> None:
    project = await opened(desk)
    sign = await by_code(project.code)
    assert sign is not None
    assert (sign.kind, sign.title, project.code[:3]) == (SceneKind.PROJECT, "湖滨小区改造", "pj_")
    with pytest.raises(Conflict):
        await opened(desk)
    await filed(desk_on(desk.db), scene_code=project.code)
    assert await queries.complaints_about(project.code) == 1
    await actions.close(desk, HEAD, project.id, project.revision)
    sign = await by_code(project.code)
    assert sign is not None
    assert sign.is_retired
    written = (
        await AuditEntry.filter(case_id=project.id).order_by("position").values_list("action", flat=True)
    )
    assert written == ["project.open", "project.close"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("builder_uscc", USCC[:-1] + "X"),
        ("contact_phone", "138 1234 5678"),
        ("contact_phone", "call me"),
        ("name", " "),
        ("ends_on", date(2020, 1, 1)),
    ],
)
async def test_a_board_says_nothing_wrong_and_no_private_number(
    desk: ProjectDesk, field: str, wrong: object
) -> None:
    with pytest.raises(Invalid) as refusal:
        await opened(desk, **({"starts_on": TODAY} | {field: wrong}))
    assert refusal.value.field == field
    assert await Project.all().count() == 0


async def test_a_notice_is_shown_for_its_time_and_kept_afterwards(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    project, now = await opened(desk), clock.now()
    until_at = now + timedelta(days=2)
    await notices.put_notice(desk, HEAD, project.id, title="夜间施工", words="今晚浇筑", until_at=until_at)
    second = await notices.put_notice(desk, HEAD, project.id, title="封闭车道", words="封闭一条车道")
    await notices.take_down(desk, HEAD, project.id, second, "已经恢复通行")
    view = await queries.project_behind(project.code, now)
    assert view is not None
    assert [one.title for one in view.shown_notices] == ["夜间施工"]
    view = await queries.project_behind(project.code, until_at)
    assert view is not None
    assert (len(view.notices), view.shown_notices) == (2, ())


async def test_the_one_to_one_contact_is_there_for_the_projects_own_people(desk: ProjectDesk) -> None:
    project, owner = await opened(desk, key_contact_id=OFFICER.id), citizen(person(1))
    with pytest.raises(NotFound):
        await actions.bind(desk, owner, project.id, "0" * 40)
    for _ in range(2):
        await actions.bind(desk, owner, project.id, actions.claim_secret(desk, project))
    with pytest.raises(Conflict):
        await actions.bind(desk, citizen(person(2)), project.id, actions.claim_secret(desk, project))
    view = await queries.project(HEAD, project.id, desk.db.clock.now())
    assert await queries.is_own(view, person(1))
    assert not await queries.is_own(view, person(2))
    contact = await queries.key_contact(desk, view, "12345")
    assert contact is not None
    assert contact.phone == "0571-88880001"


async def _turned_away(desk: ProjectDesk, actor: Actor, words: CheckIn) -> str:
    """Why, of a refused check-in; that it is kept as one and counts for nothing."""
    result = await check_in(desk, actor, words)
    row = await EnterpriseVisit.get(id=result.visit_id)
    assert (row.state, row.refused, row.checked_in_at) == (VisitState.REFUSED, result.refused, None)
    with pytest.raises(Conflict):
        require_let_in(result)
    return result.refused.removeprefix("problem.visit.")


async def test_only_two_officers_with_certificates_in_force_get_past_the_gate(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    code = (await opened(desk)).code
    assert await _turned_away(desk, PATROL, said(code)) == "never"
    both = staff(31, Role.HANDLER, "street", Role.GRID_OFFICER)
    assert await _turned_away(desk, both, said(code)) == "never"
    assert await _turned_away(desk, OFFICER, said(code, "A1")) == "same_person"
    assert await _turned_away(desk, OFFICER, said(code, "A5")) == "second_never"
    assert await _turned_away(desk, OFFICER, said(code, "nobody's")) == "second_unknown"
    row = await OfficerCertificate.get(number="A2")
    await certificates.revoke_certificate(desk, HEAD, row.id, "调离执法岗位")
    assert await _turned_away(desk, OFFICER, said(code)) == "second_certificate"
    assert await _turned_away(desk, COLLEAGUE, said(code, "A1")) == "certificate_revoked"
    stranger = staff(40, Role.HANDLER)
    assert await _turned_away(desk, stranger, said(code, "A1")) == "no_certificate"
    clock.advance(YEAR + timedelta(days=1))
    assert await _turned_away(desk, OFFICER, said(code, "A3")) == "certificate_expired"
    with pytest.raises(Invalid):
        await check_in(desk, OFFICER, said(code, basis="made up"))
    with pytest.raises(Invalid):
        await check_in(desk, OFFICER, said(code, purpose=" "))
    with pytest.raises(NotFound):
        await check_in(desk, OFFICER, said("pj_nothing"))
    assert await EnterpriseVisit.all().count() == 9


async def test_two_check_ins_at_once_do_not_pass_the_cap(desk: ProjectDesk) -> None:
    codes = [(await opened(desk, name=name)).code for name in ("一期", "二期")]
    results: list[CheckedIn] = await asyncio.gather(
        check_in(desk, OFFICER, said(codes[0])), check_in(desk, THIRD, said(codes[1], "A4"))
    )
    assert sorted(one.refused for one in results) == ["", "problem.visit.cap_reached"]
    assert sorted(await EnterpriseVisit.all().values_list("state", flat=True)) == ["refused", "waiting"]


async def test_a_doubled_tap_at_the_gate_is_one_visit_and_the_next_year_counts_anew(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    code = (await opened(desk)).code
    first, again = [await check_in(desk, OFFICER, said(code)) for _ in range(2)]
    assert first == again
    await confirm(desk, COLLEAGUE, first.visit_id)
    await visit_plans.end(desk, COLLEAGUE, first.visit_id, "围挡缺一块")
    assert (await check_in(desk, OFFICER, said(code))).refused == "problem.visit.cap_reached"
    clock.set(datetime(2027, 1, 2, 2, tzinfo=UTC))
    assert (await check_in(desk, OFFICER, said(code))).refused == ""


async def test_a_quiet_day_keeps_everybody_out_but_whom_a_head_allowed_in(desk: ProjectDesk) -> None:
    quiet = [{"name": "宁静日", "basis": "示例", "from_day": 20, "until_day": 25}]
    desk = with_section(desk, quiet=quiet)
    project = await opened(desk)
    plan = {"officer_id": OFFICER.id, "on": TODAY, "purpose": "查看围挡", "basis": "sites"}
    planned = await visit_plans.plan(desk, OFFICER, project.id, **plan)  # type: ignore[arg-type]
    view = await queries.visit(desk, OFFICER, planned)
    assert [key for key, _ in view.against] == ["problem.visit.quiet_day"]
    assert await _turned_away(desk, OFFICER, said(project.code)) == "quiet_day"
    with pytest.raises(Problem, match=r"not_your_role"):
        await visit_plans.allow(desk, OFFICER, planned, "complaint", "有人举报扬尘")
    with pytest.raises(Invalid):
        await visit_plans.allow(desk, HEAD, planned, "because", "有人举报扬尘")
    await visit_plans.allow(desk, HEAD, planned, "complaint", "有人举报扬尘")
    assert require_let_in(await check_in(desk, OFFICER, said(project.code))) == planned
    row = await EnterpriseVisit.get(id=planned)
    assert (row.exception, row.exception_by_id, row.state) == ("complaint", HEAD.id, VisitState.WAITING)


async def test_what_was_allowed_for_nothing_is_no_exception(desk: ProjectDesk) -> None:
    project = await opened(desk)
    planned = await visit_plans.plan(
        desk, OFFICER, project.id, officer_id=person(31), on=TODAY, purpose="查看", basis="sites"
    )
    await visit_plans.allow(desk, HEAD, planned, "complaint", "有人举报扬尘")
    await check_in(desk, OFFICER, said(project.code))
    assert (await EnterpriseVisit.get(id=planned)).exception is None


async def test_four_ratings_are_shown_to_nobody_and_sums_grow_by_five(desk: ProjectDesk) -> None:
    desk = with_section(desk, visits_per_year={"most": 20, "basis": "示例"})
    code = (await opened(desk)).code
    scores = [5, 5, 5, 5, 1, 1, 1, 1, 1, 1]
    shown = []
    for score in scores:
        visit_id = await visited(desk, code)
        await rating.rate(desk, rating_codes.rating_code(desk, visit_id), score)
        (found,) = await rating.sums(OFFICER, 2026)
        shown.append((found.count, found.mean))
    assert shown == [(None, None)] * 4 + [(5, 4.2)] * 5 + [(10, 2.6)]
    assert await rating.sums(THIRD, 2026) == ()
    # Whoever sees every unit sees each by itself: no total that could be taken apart.
    await visited(desk, code, THIRD, "A4", FOURTH)
    assert [(one.unit, one.count) for one in await rating.sums(HEAD, 2026)] == [
        ("night", None),
        ("street", 10),
    ]


async def test_only_the_code_rates_and_only_who_supervises_reads_the_words(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    visit_id = await visited(desk, (await opened(desk)).code)
    code = await rating_codes.give_code(desk, HEAD, visit_id)
    typed = code.lower().replace("-", " ")
    with pytest.raises(NotFound):
        await rating.rate(desk, code[:-1] + ("3" if code[-1] == "2" else "2"), 5)
    with pytest.raises(Invalid):
        await rating.rate(desk, code, 6)
    for _ in range(2):
        await rating.rate(desk, typed, 2, "态度不好")
    with pytest.raises(Conflict):
        await rating.rate(desk, code, 5)
    assert [one.words for one in await rating.words_of(INSPECTOR, 2026)] == ["态度不好"]
    for actor in (OFFICER, HEAD, staff(37, Role.DISCIPLINE_INSPECTOR, EVERY_UNIT, Role.HANDLER)):
        with pytest.raises(Forbidden):
            await rating.words_of(actor, 2026)
    seen = repr(await queries.visit(desk, OFFICER, visit_id))
    told = repr(await AuditEntry.filter(case_id=visit_id).values_list("action", "detail"))
    assert "态度不好" not in seen + told
    assert code not in told
    assert "enterprise_visit.rate" in told
    clock.advance(timedelta(days=31))
    with pytest.raises(Gone):
        await rating.rateable(desk, code)


async def test_the_code_to_rate_never_passes_through_the_hands_of_those_who_visited(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    project, owner = await opened(desk), citizen(person(1))
    await bound_to_staff(desk, person(2))
    with pytest.raises(Forbidden, match="staff_account"):
        await actions.bind(desk, citizen(person(2)), project.id, actions.claim_secret(desk, project))
    await actions.bind(desk, owner, project.id, actions.claim_secret(desk, project))
    visit_id = await visited(desk, project.code)
    for actor in (OFFICER, COLLEAGUE):
        with pytest.raises(Forbidden):
            await rating_codes.give_code(desk, actor, visit_id)
    there = Actor(kind="staff", id=OFFICER.id, roles=HEAD.roles, units=HEAD.units)
    stands_in = Actor(
        kind="staff",
        id=person(60),
        roles=HEAD.roles,
        units=HEAD.units,
        held=(Held(Role.HEAD, EVERY_UNIT, OFFICER.id),),
    )
    for actor in (there, stands_in):
        with pytest.raises(Forbidden, match="own_code"):
            await rating_codes.give_code(desk, actor, visit_id)
    (found,) = await rating_codes.own_visits(desk, project.id, {person(1)})
    assert await rating_codes.own_visits(desk, project.id, {person(2)}) == ()
    for who in ({"account_id": person(2)}, {"staff_id": OFFICER.id}):
        with pytest.raises(Forbidden, match="staff_rates"):
            await rating.rate(desk, found.code, 5, **who)  # type: ignore[arg-type]
    assert (await EnterpriseVisit.get(id=visit_id)).rating is None
    tried = AuditEntry.filter(case_id=visit_id, action="enterprise_visit.refuse_rating")
    assert await tried.count() == 2
    await rating.rate(desk, found.code, 4, account_id=person(1))
    assert await rating_codes.own_visits(desk, project.id, {person(1)}) == ()
    with pytest.raises(Conflict, match="no_code"):
        await rating_codes.give_code(desk, HEAD, visit_id)


async def bound_to_staff(desk: ProjectDesk, account_id: UUID) -> None:
    async def work(change: Change) -> None:
        await Account.create(id=account_id, created_at=change.now, updated_at=change.now)
        await StaffBinding.create(
            id=change.ids.new(), staff_id=OFFICER.id, account_id=account_id, bound_at=change.now
        )

    await desk.db.change(work)


async def test_no_visit_begins_before_the_second_officer_confirms_under_a_login_of_their_own(
    desk: ProjectDesk, clock: FixedClock
) -> None:
    code = (await opened(desk)).code
    visit_id = require_let_in(await check_in(desk, OFFICER, said(code)))
    assert (await check_in(desk, COLLEAGUE, said(code, "A1"))).visit_id == visit_id
    with pytest.raises(Problem, match="wrong_state"):
        await visit_plans.end(desk, OFFICER, visit_id, "看过了")
    for actor in (OFFICER, HEAD):
        with pytest.raises(Forbidden, match="not_second"):
            await confirm(desk, actor, visit_id)
    with pytest.raises(NotFound):
        await confirm(desk, THIRD, visit_id)
    row = await OfficerCertificate.get(number="A2")
    await certificates.revoke_certificate(desk, HEAD, row.id, "调离")
    with pytest.raises(Conflict, match="certificate_revoked"):
        await confirm(desk, COLLEAGUE, visit_id)
    await certificates.add_certificate(desk, HEAD, person(32), "B2", TODAY, TODAY + YEAR)
    clock.advance(timedelta(minutes=31))
    with pytest.raises(Gone, match="confirm_late"):
        await confirm(desk, COLLEAGUE, visit_id)
    assert (await EnterpriseVisit.get(id=visit_id)).state == VisitState.CANCELLED
    # What lapsed counts for nothing: the one visit of the year is still to come.
    again = require_let_in(await check_in(desk, OFFICER, said(code, "B2")))
    clock.advance(timedelta(minutes=31))
    third = require_let_in(await check_in(desk, OFFICER, said(code, "B2")))
    assert third != again
    for _ in range(2):
        await confirm(desk, COLLEAGUE, third)
    view = await queries.visit(desk, HEAD, third)
    assert (view.state, view.confirmed_at) == (VisitState.UNDER_WAY, clock.now())
    assert await AuditEntry.filter(case_id=again, action="enterprise_visit.lapse").count() == 1


async def test_where_the_officer_stood_is_kept_or_why_nobody_knows(desk: ProjectDesk) -> None:
    desk = with_section(desk, visits_per_year={"most": 9, "basis": "示例"})
    site = Position(30.27, 120.15, "wgs84")
    code = (await opened(desk, position=site)).code
    with pytest.raises(Invalid, match=r"visit\.place"):
        await check_in(desk, OFFICER, said(code, place_reason=" "))
    with pytest.raises(Invalid):
        await check_in(desk, OFFICER, said(code, position=Position(91, 0, "wgs84")))
    near = Position(30.271, 120.15, "wgs84")
    visit_id = require_let_in(await check_in(desk, OFFICER, said(code, position=near, accuracy_m=12.0)))
    view = await queries.visit(desk, HEAD, visit_id)
    assert (view.distance_m, view.accuracy_m, view.place_reason) == (111, 12.0, "")
    await visit_plans.cancel(desk, OFFICER, visit_id, "改天再来")
    visit_id = require_let_in(await check_in(desk, OFFICER, said(code)))
    view = await queries.visit(desk, HEAD, visit_id)
    assert (view.distance_m, view.has_position, view.place_reason) == (None, False, "工地里没有信号")


async def test_a_deputy_checks_in_with_a_certificate_of_their_own_or_not_at_all(desk: ProjectDesk) -> None:
    code = (await opened(desk)).code
    held = (Held(Role.HANDLER, "street", OFFICER.id),)
    clerk = Actor(
        kind="staff",
        id=person(41),
        roles=frozenset({Role.HANDLER}),
        units=frozenset({"street"}),
        held=held,
    )
    assert await _turned_away(desk, clerk, said(code)) == "no_certificate"
    # Standing in for somebody who patrols bars nobody who may inspect on their own account.
    patrols = (Held(Role.HANDLER, "street"), Held(Role.GRID_OFFICER, "street", PATROL.id))
    roles = frozenset({Role.HANDLER, Role.GRID_OFFICER})
    officer = Actor(kind="staff", id=OFFICER.id, roles=roles, units=frozenset({"street"}), held=patrols)
    assert (await check_in(desk, officer, said(code))).refused == ""


async def test_a_visit_is_seen_and_ended_only_by_those_whose_it_is(desk: ProjectDesk) -> None:
    visit_id = await let_in(desk, (await opened(desk)).code)
    with pytest.raises(NotFound):
        await visit_plans.end(desk, THIRD, visit_id, "看过了")
    with pytest.raises(Forbidden, match=r"not_yours"):
        await visit_plans.end(desk, HEAD, visit_id, "看过了")
    assert (await queries.visit_page(desk, THIRD)).rows == ()
    assert [one.id for one in (await queries.visit_page(desk, COLLEAGUE)).rows] == [visit_id]


async def test_nobody_enters_an_own_certificate_and_none_is_entered_twice(desk: ProjectDesk) -> None:
    with pytest.raises(Forbidden):
        await certificates.add_certificate(desk, HEAD, person(36), "B1", TODAY, TODAY)
    with pytest.raises(Conflict):
        await certificates.add_certificate(desk, HEAD, person(31), "a-1", TODAY, TODAY)
    with pytest.raises(Forbidden):
        await certificates.add_certificate(desk, OFFICER, person(32), "B2", TODAY, TODAY)
