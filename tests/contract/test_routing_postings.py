"""Postings on both engines: who may post whom, what leads where, duty lists that are taken whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import EVERY_UNIT, Actor, system
from casework.areas.models import Area
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.ports import RoutingFacts
from casework.complaints.urgency import Urgency
from casework.people import deputies, staff
from casework.people.passwords import Passwords
from casework.people.views import StaffView
from casework.roles import Role
from casework.routing import postings
from casework.routing.desk import RoutingDesk
from casework.routing.duty_list import DutyReport, import_duty_list
from casework.routing.models import Posting
from casework.routing.posting_queries import in_places, on_duty_between
from casework.routing.postings import NewPosting
from casework.routing.profile import RoutingSection
from casework.routing.roster import Post
from casework.routing.router import RuleRouter
from casework.routing.trial import compare
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid
from tests.casework_setting import DISPATCHER, HEAD, POLICY, calendar, desk_on, filed, person

PASSWORDS = Passwords(memory_kib=64, passes=1)
DAY = timedelta(days=1)
STREET_HEAD = Actor(
    kind="staff", id=person(18), roles=frozenset({Role.HEAD}), name="中队长", units=frozenset({"street"})
)
ADMINISTRATOR = Actor(
    kind="staff",
    id=person(19),
    roles=frozenset({Role.ADMINISTRATOR}),
    name="管理员",
    units=frozenset({EVERY_UNIT}),
)
RULES = [
    {"code": "chief", "name": "找街长", "when": {"areas": ["湖东街道"]}, "to": {"street_chief": True}},
    {"code": "duty", "name": "找值班", "to": {"on_duty": "night"}},
]


def rules(*written: dict[str, object]) -> RuleRouter:
    section = msgspec.convert({"rules": written or RULES}, RoutingSection)
    return RuleRouter(section, POLICY, calendar())


@pytest.fixture
async def desk(database: Database) -> Desk:
    async def work(change: Change) -> None:
        for code, name, kind, parent in (
            ("D-1", "清水区", "district", None),
            ("S-3", "湖东街道", "street", "D-1"),
            ("G-12", "三网格", "grid", "S-3"),
        ):
            await Area.create(
                id=change.ids.new(),
                code=code,
                name=name,
                kind=kind,
                parent_code=parent,
                geometry="{}",
                west=0,
                south=0,
                east=0,
                north=0,
                import_id=UUID(int=1),
            )

    await database.change(work)
    return replace(desk_on(database), router=RoutingDesk(rules()))


async def hire(
    desk: Desk, login: str, role: Role = Role.HANDLER, unit: str | None = "street", name: str = ""
) -> StaffView:
    return await staff.add_staff(
        desk.db,
        PASSWORDS,
        system(),
        login=login,
        name=name or login.upper(),
        password="long enough",
        grants=((role, unit),),
    )


def now(desk: Desk) -> datetime:
    return desk.db.clock.now()


def chief_of(desk: Desk, who: StaffView, **more: object) -> NewPosting:
    given = {
        "post": Post.STREET_CHIEF,
        "staff_id": who.id,
        "unit": "street",
        "area": "湖东街道",
        "begins_at": now(desk),
    }
    return NewPosting(**(given | more))  # type: ignore[arg-type]


def in_the_grid(desk: Desk) -> RoutingFacts:
    return RoutingFacts(
        category="noise", area="S-3", grid="G-12", urgency=Urgency.ORDINARY, source="wechat", at=now(desk)
    )


async def test_a_chief_is_posted_changed_and_taken_back_and_each_is_on_record(desk: Desk) -> None:
    wang, li = await hire(desk, "wang"), await hire(desk, "li")
    made = await postings.post(desk, STREET_HEAD, chief_of(desk, wang))
    assert (made.area, made.area_name, made.staff_name) == ("S-3", "湖东街道", "WANG")
    with pytest.raises(Conflict, match="taken"):
        await postings.post(desk, STREET_HEAD, chief_of(desk, li, area="S-3"))
    until = now(desk) + 30 * DAY
    for _ in range(2):
        changed = await postings.change(
            desk, STREET_HEAD, made.id, staff_id=li.id, begins_at=made.begins_at, ends_at=until
        )
    assert (changed.staff_name, changed.ends_at) == ("LI", until)
    assert [one.staff_name for one in await in_places(now(desk))] == ["LI"]
    for _ in range(2):
        await postings.revoke(desk, STREET_HEAD, made.id)
    with pytest.raises(Conflict):
        await postings.change(desk, HEAD, made.id, staff_id=li.id, begins_at=until, ends_at=None)
    assert await in_places(now(desk)) == ()
    written = AuditEntry.filter(case_id=made.id).order_by("position")
    actions = await written.values_list("action", flat=True)
    assert actions == ["posting.make", "posting.change", "posting.revoke"]


async def test_heads_post_for_their_own_units_and_others_not_at_all(desk: Desk) -> None:
    wang = await hire(desk, "wang")
    duty = NewPosting(
        post=Post.ON_DUTY, staff_id=wang.id, unit="night", begins_at=now(desk), ends_at=now(desk) + DAY
    )
    for actor, new in (
        (DISPATCHER, chief_of(desk, wang)),
        (STREET_HEAD, duty),
        (STREET_HEAD, chief_of(desk, wang, unit=None)),
    ):
        with pytest.raises(Forbidden):
            await postings.post(desk, actor, new)
    made = await postings.post(desk, HEAD, duty)
    with pytest.raises(Forbidden):
        await postings.revoke(desk, STREET_HEAD, made.id)
    assert [one.id for one in await on_duty_between(now(desk), now(desk) + DAY, "night")] == [made.id]


async def test_heads_post_their_own_people_administrators_anybody(desk: Desk) -> None:
    wang, elsewhere = await hire(desk, "wang"), await hire(desk, "elsewhere", unit="night")
    anywhere = await hire(desk, "anywhere", unit=None)
    with pytest.raises(Forbidden, match="not_your_colleague") as refused:
        await postings.post(desk, STREET_HEAD, chief_of(desk, elsewhere))
    assert refused.value.params["field"] == "staff"
    made = await postings.post(desk, STREET_HEAD, chief_of(desk, wang))
    with pytest.raises(Forbidden, match="not_your_colleague"):
        await postings.change(
            desk, STREET_HEAD, made.id, staff_id=elsewhere.id, begins_at=made.begins_at, ends_at=None
        )
    for actor, who in ((STREET_HEAD, anywhere), (ADMINISTRATOR, elsewhere)):
        changed = await postings.change(
            desk, actor, made.id, staff_id=who.id, begins_at=made.begins_at, ends_at=None
        )
        assert changed.staff_name == who.name


async def test_what_cannot_be_posted_is_refused_by_field(desk: Desk) -> None:
    wang, clerk = await hire(desk, "wang"), await hire(desk, "clerk", Role.WINDOW_CLERK)
    begins = now(desk)
    for field, new in (
        ("unit", chief_of(desk, wang, unit="nobody")),
        ("area", chief_of(desk, wang, area="")),
        ("area", chief_of(desk, wang, area="湖西街道")),
        ("area", chief_of(desk, wang, post=Post.GRID_OFFICER)),
        ("ends_at", chief_of(desk, wang, ends_at=begins)),
        ("ends_at", chief_of(desk, wang, post=Post.ON_DUTY)),
        ("ends_at", chief_of(desk, wang, post=Post.ON_DUTY, ends_at=begins + 40 * DAY)),
        ("begins_at", chief_of(desk, wang, begins_at=begins + 900 * DAY)),
        ("staff", chief_of(desk, clerk)),
        ("note", chief_of(desk, wang, note="长" * 300)),
    ):
        with pytest.raises(Invalid) as refused:
            await postings.post(desk, HEAD, new)
        assert refused.value.field == field
    assert not await Posting.all().exists()


async def test_a_case_finds_the_chief_of_its_grids_street_then_the_deputy_then_who_is_on_duty(
    desk: Desk, clock: FixedClock
) -> None:
    wang, li, night = (
        await hire(desk, "wang"),
        await hire(desk, "li"),
        await hire(desk, "night", unit="night"),
    )
    await postings.post(desk, HEAD, chief_of(desk, wang))
    begins = now(desk)
    duty = {"post": Post.ON_DUTY, "area": None, "unit": "night", "ends_at": begins + 9 * DAY}
    await postings.post(desk, HEAD, chief_of(desk, night, **duty))
    routed = await desk.router.route(in_the_grid(desk))
    assert routed is not None
    assert (routed.unit, routed.assignee_id, routed.rule) == ("street", wang.id, "chief")

    tomorrow = local(begins).date() + DAY
    await deputies.name_deputy(
        desk.db, system(), principal_id=wang.id, deputy_id=li.id, from_on=tomorrow, until_on=tomorrow
    )
    clock.advance(DAY)
    assert (await desk.router.route(in_the_grid(desk))).assignee_id == li.id  # type: ignore[union-attr]
    clock.advance(DAY)
    await staff.leave(desk.db, system(), wang.id)
    routed = await desk.router.route(in_the_grid(desk))
    assert routed is not None
    assert (routed.unit, routed.assignee_id) == ("night", night.id)
    assert '"tried":"chief=g duty=+"' in (routed.explanation or "")
    clock.advance(9 * DAY)
    assert (await desk.router.route(in_the_grid(desk))).rule is None  # type: ignore[union-attr]


async def sent(desk: Desk, *lines: str, actor: Actor = HEAD, encoding: str = "utf-8") -> DutyReport:
    return await import_duty_list(desk, actor, "\r\n".join(lines).encode(encoding))


HEADING = "单位,登录名,开始,结束,备注"


async def test_a_duty_list_is_taken_whole_once(desk: Desk) -> None:
    await hire(desk, "wang", name="王强")
    lines = (
        HEADING,
        "街面中队,wang,2027-02-06,2027-02-06,春节",
        "street,王强,2027/2/7 8:00,2027/2/7 20:00",
        "",
        "street,wang,2027年2月8日,2027年2月8日,",
    )
    report = await sent(desk, *lines, encoding="gb18030")
    assert (report.taken, report.known, report.faults) == (3, 0, ())
    assert await sent(desk, *lines) == DutyReport(known=3)
    rows = await on_duty_between(*(datetime(2027, 2, day, tzinfo=local(now(desk)).tzinfo) for day in (6, 9)))
    spans = [(local(one.begins_at), local(one.ends_at or one.begins_at)) for one in rows]
    assert [(one.date(), two - one) for one, two in spans] == [
        (date(2027, 2, 6), DAY),
        (date(2027, 2, 7), DAY / 2),
        (date(2027, 2, 8), DAY),
    ]


async def test_one_bad_line_of_a_duty_list_keeps_all_of_it_out_and_is_named(desk: Desk) -> None:
    for login in ("wang", "li"):
        await hire(desk, login, name="王强")
    report = await sent(
        desk,
        HEADING,
        "street,wang,2027-02-06,2027-02-06",
        "street,wang,2027-02-06 08:00,2027-02-06 09:00",
        "elsewhere,wang,2027-02-06,2027-02-06",
        "street,nobody,2027-02-06,2027-02-06",
        "street,王强,2027-02-06,2027-02-06",
        "street,wang,2027-02-30,2027-02-30",
        "street,wang,2027-02-08,2027-02-07",
        "street",
    )
    assert [(one.line, one.key.rpartition(".")[2]) for one in report.faults] == [
        (3, "on_duty_already"),
        (4, "no_such_unit"),
        (5, "no_such_person"),
        (6, "several_people"),
        (7, "moment"),
        (8, "order"),
        (9, "columns"),
    ]
    assert not await Posting.all().exists()
    others = await sent(desk, "night,wang,2027-02-06,2027-02-06", actor=STREET_HEAD)
    assert [one.key for one in others.faults] == ["problem.posting.not_your_unit"]


async def test_a_file_that_is_no_duty_list_is_refused(desk: Desk) -> None:
    for content in (
        b"",
        b"\xff\xfe\x00\x01",
        b"\x00" * 10,
        HEADING.encode(),
        b"a" * 500_001,
        b"street,wang,2027-02-06,2027-02-06\n" * 501,
        b'"street,wang\n' * 20_000,
    ):
        with pytest.raises(Invalid):
            await import_duty_list(desk, HEAD, content)


async def test_a_trial_says_how_many_of_the_last_cases_would_go_elsewhere(desk: Desk) -> None:
    wang = await hire(desk, "wang")
    begins = now(desk) - DAY
    await postings.post(desk, HEAD, chief_of(desk, wang, begins_at=begins))
    for number in range(3):
        case = await filed(desk, category="vending" if number else "noise")

        async def into_the_grid(_: Change, id: UUID = case.id) -> None:
            await Complaint.filter(id=id).update(place_grid="G-12", place_area="S-3")

        await desk.db.change(into_the_grid)
    to_chief = rules({**RULES[0], "when": {"areas": ["清水区"], "categories": ["noise"]}})
    found = await compare(POLICY, rules({"code": "none", "name": "空", "to": {"on_duty": "night"}}), to_chief)
    assert (found.cases, found.elsewhere) == (3, 1)
    assert {one.unit: (one.now, one.then) for one in found.shares} == {"street": (2, 3), "night": (1, 0)}
    assert [one.then.assignee_id for one in found.moved] == [wang.id]
