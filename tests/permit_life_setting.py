"""A permit desk whose kinds are surveyed, co-signed and in force for a time, with its people; and the steps in between."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.areas.places import Places
from casework.complaints.place import Position
from casework.documents.models import IssuedDocument
from casework.people.models import Grant, Staff
from casework.permits import accepting, holder_heard, in_force, surveying
from casework.permits.deciding import grant
from casework.permits.decision_rules import Grant as Wish
from casework.permits.desk import PermitDesk
from casework.permits.drafts import begin, save
from casework.permits.ending_rules import EndingWish
from casework.permits.forms import Filled
from casework.permits.holder_heard import EndingNotice
from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit, PermitApplication
from casework.permits.parties import Said
from casework.permits.submitting import submit
from casework.permits.surveying import Findings
from casework.permits.visits import Measured, Visit
from casework.roles import Role
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests.casework_setting import CITIZEN, EVERYWHERE, person
from tests.permit_setting import APPROVER, CLERK, KINDS, PERMIT_HEAD, SURVEYOR, UNIT, permit_desk_on

SECOND = Actor(
    kind="staff", id=person(45), roles=frozenset({Role.SURVEY_OFFICER}), name="勘查乙", units=EVERYWHERE
)
TRAFFIC = Actor(
    kind="staff", id=person(46), roles=frozenset({Role.CO_SIGNER}), name="交警", units=frozenset({"traffic"})
)
OTHER_APPROVER = Actor(
    kind="staff", id=person(47), roles=frozenset({Role.APPROVER}), name="审批乙", units=frozenset({UNIT})
)
_SURFACES = [{"code": "carriageway", "name": "车行道"}, {"code": "footway", "name": "人行道"}]
_FIELDS: list[dict[str, Any]] = [
    *KINDS[0]["fields"],
    {"code": "place", "name": "地点", "type": "place", "role": "place", "step": "where"},
    {"code": "area", "name": "面积", "type": "area", "role": "area", "unit": "平方米", "step": "where"},
    {"code": "when", "name": "时间", "type": "time_span", "role": "when", "step": "where"},
    {"code": "surface", "name": "占用面", "type": "choice", "role": "surface", "step": "where", "choices": _SURFACES},
]  # fmt: skip
_ON_ROAD = {"field": "surface", "is_one_of": ["carriageway"]}
_ROAD_LAW = {"law": "城市道路管理条例", "article": "第三十一条"}
_STALL = {
    **KINDS[0],
    "fields": _FIELDS,
    "acts": ["new", "change", "renew", "cancel"],
    "terms": ["当日收摊后清理现场。"],
    "term": {"days_most": 30, "remind_days_before": 3, "restore_days": 1},
    "co_signers": [
        {
            "code": "traffic",
            "name": "交警大队",
            "unit": "traffic",
            "when": _ON_ROAD,
            "limit": {"working_minutes": 120, "basis": "会签办法"},
            "basis": _ROAD_LAW,
        },
        {
            "code": "works",
            "name": "市政工程处",
            "when": _ON_ROAD,
            "is_approval": False,
            "limit": {"working_minutes": 120, "basis": "会签办法"},
            "basis": _ROAD_LAW,
        },
    ],
}
SECTION = msgspec.convert({"kinds": [_STALL, *KINDS[2:]]}, PermitsSection)
REPAIR = EndingWish(
    ground="抢修",
    basis="行政许可法第八条",
    cause="circumstances_changed",
    compensation="搭建费凭票据补偿",
)
FRAUDULENT = EndingWish(ground="材料是假的", basis="行政许可法第六十九条", cause="fraud")
HERE = Position(30.1, 118.1, "wgs84")
VISIT = Visit(officer_id=SURVEYOR.id or person(44), second_officer_id=SECOND.id or person(45))
FITS = Findings(
    findings="净宽够，不占盲道",
    outcome="fits",
    measured=Measured(area_m2=11.5),
    no_photo_reason="在室内，不让拍照",
)


async def life_desk_on(db: Database, section: PermitsSection = SECTION) -> PermitDesk:
    """The desk, with its people in the database."""
    await db.change(_people)
    return dataclasses.replace(permit_desk_on(db, section=section), places=Places())


async def _people(change: Change) -> None:
    for actor in (SURVEYOR, SECOND, TRAFFIC, APPROVER, OTHER_APPROVER, CLERK, PERMIT_HEAD):
        row = Staff(
            id=actor.id, login=f"p{actor.id}"[-12:], name=actor.name, password_hash="", created_at=change.now
        )
        row.password_changed_at = change.now
        await row.save(force_create=True)
        (role,) = actor.roles
        unit = None if actor.units == EVERYWHERE else next(iter(actor.units))
        held = Grant(
            id=change.ids.new(), staff_id=actor.id, role=role.value, unit=unit, from_on=date(2026, 1, 1)
        )
        await held.save(force_create=True)


def spanning(filled: Filled, from_at: datetime, until_at: datetime) -> Filled:
    """The form with another time wanted."""
    when = f"{local(from_at):%Y-%m-%dT%H:%M}/{local(until_at):%Y-%m-%dT%H:%M}"
    return msgspec.structs.replace(filled, values={**filled.values, "when": when})


def form(desk: PermitDesk, *, surface: str = "footway", area: str = "12", east: float = 0.0) -> Filled:
    """A stall of two days from the day after tomorrow on; `east` moves it, in degrees."""
    begins = local(desk.db.clock.now()).replace(hour=9, minute=0) + timedelta(days=2)
    ends = begins + timedelta(days=1, hours=9)
    place = {"text": "湖滨路 18 号门前", "latitude": 30.1, "longitude": 118.1 + east, "datum": "wgs84"}
    return Filled(
        values={
            "holder": "清河商贸有限公司",
            "phone": "13800001234",
            "place": msgspec.json.encode(place).decode(),
            "area": area,
            "when": f"{begins:%Y-%m-%dT%H:%M}/{ends:%Y-%m-%dT%H:%M}",
            "surface": surface,
        }
    )


async def applied(
    desk: PermitDesk,
    actor: Actor = CITIZEN,
    *,
    filled: Filled | None = None,
    act: str = "new",
    concerns: UUID | None = None,
    online: bool = False,
) -> UUID:
    """A stall that was just applied for."""
    draft_id = await begin(desk, actor, "stall", act, concerns)  # type: ignore[arg-type]
    await save(desk, actor, draft_id, filled or form(desk), "where", 1)
    sent = await submit(desk, actor, draft_id, source="h5", delivery="online" if online else None)
    return sent.application_id


async def surveyed(desk: PermitDesk, id: UUID, findings: Findings = FITS) -> UUID:
    """The application accepted, looked at, and the record confirmed; the visit's id."""
    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    await surveying.record(desk, SURVEYOR, visit, findings)
    await surveying.confirm(desk, SECOND, visit)
    return visit


async def granted(desk: PermitDesk, **more: Any) -> Permit:
    """A permit of CITIZEN's in force, delivered online at once."""
    id = await applied(desk, online=True, **more)
    await surveyed(desk, id)
    await grant(desk, APPROVER, id, Wish())
    return await Permit.get(application_id=id)


async def ended(
    desk: PermitDesk, move: Literal["withdraw", "revoke"], permit_id: UUID, wish: EndingWish
) -> None:
    """Its holder told of it, with nothing to say, and then ended."""
    notice = EndingNotice(move=move, cause=wish.cause, ground=wish.ground, basis=wish.basis)
    await holder_heard.tell_holder(desk, PERMIT_HEAD, permit_id, notice)
    await holder_heard.record_holder(desk, CLERK, permit_id, Said(answer="nothing"))
    await getattr(in_force, move)(desk, PERMIT_HEAD, permit_id, wish)


async def row_of(id: UUID) -> PermitApplication:
    return await PermitApplication.get(id=id)


def pass_until(clock: FixedClock, at: Any, more: timedelta = timedelta(minutes=1)) -> None:
    """Let time pass until after a moment."""
    clock.advance(at - clock.now() + more)


async def papers_of(about: UUID) -> list[str]:
    rows = await IssuedDocument.filter(about_id=about).order_by("issued_at", "id")
    return [row.kind for row in rows]


async def photo_file(desk: PermitDesk, of: str = "") -> UUID:
    async def work(change: Change) -> UUID:
        id = change.ids.new()
        digest = hashlib.sha256((of or id.hex).encode()).hexdigest()
        file = StoredFile(
            id=id, kind="photo", sniffed_type="image/jpeg", bytes_size=1, sha256=digest,
            wrapped_key=b"k", state="received", created_at=change.now,
        )  # fmt: skip
        await file.save(force_create=True)
        return file.id

    return await desk.db.change(work)
