"""A small bureau for the tests of casework: its policy, its calendar, its people."""

from __future__ import annotations

from uuid import UUID

from casework.actors import EVERY_UNIT, Actor, citizen, system
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.profile import (
    Category,
    ComplaintPolicy,
    ComplaintsSection,
    Group,
    NotOurs,
    PromisedLimit,
    PromisedLimits,
    Question,
    Unit,
)
from casework.complaints.views import ComplaintView
from casework.dangers.profile import DangerSection, Paging
from casework.events import EVENTS
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.filing import NewInquiry
from casework.inquiries.filing import submit as leave
from casework.inquiries.profile import InquiriesSection, InquiryLimits
from casework.inquiries.views import InquiryView
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, QuietSection, RuleBook
from casework.people.merging import Basis, link
from casework.people.models import Account
from casework.permits.finding import RowPermitFinder
from casework.roles import Role
from kit.calendar import WorkingCalendar
from kit.db import Change, Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once

RULE_BOOK = RuleBook.of(NotificationsSection(quiet_hours=QuietSection(begins="00:00", ends="00:00")), EVENTS)
"""As shipped, without quiet hours."""
PLANNER = Planner(RULE_BOOK)
POLICY = ComplaintPolicy.of(
    ComplaintsSection(
        groups=(
            Group(code="street", name="街面", plain="小摊、占道"),
            Group(code="noise", name="噪声", plain="太吵"),
        ),
        categories=(
            Category(
                code="vending",
                name="占道摆摊",
                group="street",
                keywords=("摆摊", "小贩", "占道"),
                unit="street",
                answer_working_days=3,
                permits=True,
                questions=(
                    Question(
                        code="when",
                        text="一般什么时候摆？",
                        choices=("早上", "晚上"),
                        only_if_words=("三轮车",),
                        unless_words=("早上", "夜里"),
                    ),
                ),
            ),
            Category(
                code="noise",
                name="噪声扰民",
                group="noise",
                keywords=("噪声", "太吵", "广场舞", "广场舞太吵"),
                unit="night",
            ),
        ),
        limits=PromisedLimits(
            accept=PromisedLimit(working_days=1, basis="承诺第一条"),
            answer=PromisedLimit(working_days=5, basis="承诺第二条"),
            close=PromisedLimit(natural_days=10, basis="承诺第三条"),
        ),
    ),
    (Unit(code="street", name="街面中队"), Unit(code="night", name="夜间中队")),
    (NotOurs(name="工资", keywords=("欠薪", "工资"), responsible_body="人社局", phone="12333"),),
    DangerSection(keywords=("着火", "漏气"), sentence_key="qa.danger", paging=Paging(basis="值班制度")),
)

INQUIRIES = InquiriesSection(
    limits=InquiryLimits(
        answer=PromisedLimit(working_days=1, basis="承诺第四条"),
        close=PromisedLimit(natural_days=7, basis="承诺第五条"),
        own_data=PromisedLimit(working_days=15, basis="承诺第六条"),
    )
)


def calendar() -> WorkingCalendar:
    """The shipped calendar with ordinary office hours."""
    return WorkingCalendar(read_once.holidays())


def desk_on(db: Database) -> Desk:
    """A complaint desk with keys of its own."""
    return Desk(
        db=db,
        calendar=calendar(),
        policy=POLICY,
        sealer=FieldSealer(KeyRing.random()),
        bureau_code="QS",
        permits=RowPermitFinder(),
    )


def inquiry_desk_on(db: Database) -> InquiryDesk:
    """A desk for messages to a person, with keys of its own."""
    return InquiryDesk(
        db=db,
        calendar=calendar(),
        policy=INQUIRIES,
        sealer=FieldSealer(KeyRing.random()),
        bureau_code="QS",
        danger=POLICY.danger,
    )


def person(number: int) -> UUID:
    """A fixed id for the test's n-th person."""
    return UUID(int=(7 << 76) | (2 << 62) | number)


EVERYWHERE = frozenset({EVERY_UNIT})
CITIZEN = citizen(person(1))
NEIGHBOUR = citizen(person(2))
DISPATCHER = Actor(
    kind="staff", id=person(11), roles=frozenset({Role.DISPATCHER}), name="派单员", units=EVERYWHERE
)
HANDLER = Actor(
    kind="staff", id=person(12), roles=frozenset({Role.HANDLER}), name="办理员", units=frozenset({"street"})
)
NIGHT_HANDLER = Actor(
    kind="staff", id=person(13), roles=frozenset({Role.HANDLER}), name="夜班", units=frozenset({"night"})
)
WINDOW_CLERK = Actor(
    kind="staff", id=person(14), roles=frozenset({Role.WINDOW_CLERK}), name="窗口", units=EVERYWHERE
)
DUTY_OFFICER = Actor(
    kind="staff", id=person(15), roles=frozenset({Role.DUTY_OFFICER}), name="值班员", units=EVERYWHERE
)
HEAD = Actor(kind="staff", id=person(16), roles=frozenset({Role.HEAD}), name="负责人", units=EVERYWHERE)
GRID_OFFICER = Actor(
    kind="staff", id=person(19), roles=frozenset({Role.GRID_OFFICER}), name="网格员", units=EVERYWHERE
)
AUDITOR = Actor(kind="staff", id=person(17), roles=frozenset({Role.AUDITOR}), name="审计员", units=EVERYWHERE)


def words(story: str = "路口有人摆摊，占道", **more: object) -> NewComplaint:
    """A complaint of CITIZEN's, filed in chat unless said otherwise."""
    fields: dict[str, object] = {"account_id": CITIZEN.id, "story": story, "source": Source.WECHAT} | more
    return NewComplaint(**fields)  # type: ignore[arg-type]


async def filed(desk: Desk, **more: object) -> ComplaintView:
    """A complaint that CITIZEN has just filed."""
    return await submit(desk, CITIZEN, words(**more))  # type: ignore[arg-type]


async def asked(desk: InquiryDesk, text: str = "临街装空调外机有什么要求？") -> InquiryView:
    """A message that CITIZEN has just left."""
    new = NewInquiry(account_id=CITIZEN.id or person(1), text=text, source=Source.WECHAT)
    return await leave(desk, CITIZEN, new)


async def linked(db: Database, one: UUID, other: UUID) -> None:
    """Two accounts found to be one person's."""
    now = db.clock.now()

    async def work(change: Change) -> None:
        await Account.bulk_create([Account(id=id, created_at=now) for id in (one, other)])
        await link(change, other, one, Basis.PHONE, system())

    await db.change(work)
