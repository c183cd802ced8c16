"""The demo's applications: each taken by its people as far as it goes, so that every list of the console has something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

import msgspec
from PIL import Image, ImageDraw

from app.core import Core, file_store
from app.documents import close_documents, document_desk_of
from app.permit_profile import SAMPLES
from app.permits import permit_desk_of
from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor
from casework.complaints.place import Position
from casework.permits import accepting, deciding, drafts, surveying
from casework.permits.capturing import add_photo, open_capture
from casework.permits.co_signing import answer, asked_of
from casework.permits.correcting import Item, request_correction
from casework.permits.delivering import deliver
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled, visible_materials
from casework.permits.materials import FILE_KIND, staff_holder
from casework.permits.seen_documents import seen_of
from casework.permits.submitting import submit
from casework.permits.surveying import Findings
from casework.permits.visits import Measured, Visit
from kit.clock import local
from kit.db import Change
from kit.files.receiving import receive
from kit.files.store import FileStore
from kit.files.uploads import Uploads

SURVEY_PHOTO = "permit_survey_photo"
People = Mapping[str, Actor]


@dataclass(frozen=True)
class DemoPermit:
    """One application. `until` is how far it was taken; `days` how long it lasts, from `begins_in` days on."""

    kind: str
    until: str
    answers: Mapping[str, str]
    values: Mapping[str, str]
    place: str
    latitude: float
    longitude: float
    begins_in: int = 2
    days: int = 2
    wrong: Mapping[str, str] = field(default_factory=dict)


def _firm(name: str, uscc: str, phone: str) -> dict[str, str]:
    return {
        "applicant_kind": "organisation",
        "organisation_name": name,
        "uscc": uscc,
        "phone": phone,
        "by_agent": "no",
        "is_joint": "no",
    }


_STALL = {"ground": "public", "purpose": "promotion", "days": "few"}
_FIRM = _firm("清河商贸有限公司", "91350100M000100Y43", "13800000021")
_BANNER = {"where_hung": "outside"}


def _stall(name: str, area: str, surface: str, **more: str) -> dict[str, str]:
    said = {"event_name": name, "activity": "publicity", "sells_food": "no", "stall_count": "4", "area": area}
    wide = {} if surface == "setback" else {"clear_width": "3"}
    return {**_FIRM, **said, "has_sound": "no", "surface": surface, **wide, **more}


DEMO_PERMITS = (
    DemoPermit(
        "stall",
        "submitted",
        _STALL,
        _stall("社区防诈骗宣传", "24", "footway"),
        "湖滨路 36 号门前",
        30.2702,
        120.1508,
    ),
    DemoPermit(
        "shop_sign",
        "submitted",
        {"change": "new", "kind_of_sign": "own"},
        {
            **_FIRM,
            "sign_name": "清河百货",
            "width": "6",
            "height": "1.2",
            "material": "letters",
            "unit_in_charge": "清河商贸有限公司",
        },
        "人民路 118 号",
        30.2741,
        120.1551,
    ),
    DemoPermit(
        "stall",
        "scheduled",
        _STALL,
        _stall("新品展销", "40", "carriageway", activity="promotion"),
        "学府路 9 号对面",
        30.2815,
        120.1663,
    ),
    DemoPermit(
        "road",
        "surveyed",
        {"dig": "no", "inside": "outside"},
        {
            **_FIRM,
            "use": "scaffold",
            "project_name": "外墙修缮",
            "site_contact": "刘工",
            "area": "60",
            "structure_height": "9",
            "at_night": "no",
            "surface": "footway",
            "clear_width": "2.5",
        },
        "文渊路 21 号楼前",
        30.2788,
        120.1605,
        days=20,
    ),
    DemoPermit(
        "stall",
        "in_force",
        _STALL,
        _stall("周末公益集市", "30", "setback"),
        "文化广场东侧",
        30.2722,
        120.1582,
        0,
        3,
    ),
    DemoPermit(
        "banner",
        "correction",
        _BANNER,
        {**_FIRM, "words_on_it": "全民健身日", "count": "6"},
        "体育馆外墙",
        30.2765,
        120.1533,
        wrong={
            "field:words_on_it": "没有写主办单位，请补上。",
            "material:picture": "看不清尺寸，请换一张标了长宽的。",
        },
    ),
    DemoPermit(
        "banner",
        "granted",
        _BANNER,
        {**_FIRM, "words_on_it": "图书馆周年展 主办：清河图书馆", "count": "2"},
        "图书馆正门",
        30.2751,
        120.1571,
    ),
    DemoPermit(
        "spoil_deposit",
        "accepted",
        {"finished": "yes", "paid": "yes"},
        {
            **_FIRM,
            "project_name": "学府路综合管网改造",
            "disposal_number": "ZT2026001",
            "receipt_number": "BZJ000123",
            "amount": "50000",
            "bank": "清水银行城东支行",
            "account_name": "清河商贸有限公司",
            "account_number": "6200000000000001",
        },
        "学府路工地",
        30.2819,
        120.1668,
    ),
)


async def applied(core: Core, people: People) -> None:
    """Make them all, through the same actions as anybody's."""
    documents = document_desk_of(core)
    try:
        desk = permit_desk_of(core, documents)
        for one in DEMO_PERMITS:
            if desk.section.kind(one.kind) is not None:
                await _apply(desk, file_store(core), people, one)
    finally:
        await close_documents(documents)


async def _apply(desk: PermitDesk, store: FileStore, people: People, one: DemoPermit) -> None:
    clerk = people["chuangkou"]
    draft_id = await drafts.begin(desk, clerk, one.kind)
    filled = _filled(one, local(desk.db.clock.now()))
    await drafts.save(desk, clerk, draft_id, filled, "check", 1)
    await _papers(desk, store, clerk, one.kind, draft_id, filled)
    seen = seen_of("business_licence", str(filled.values["uscc"]))
    made = await submit(desk, clerk, draft_id, source="window", delivery="window", seen=seen)
    await _take(desk, store, people, one, made.application_id)


def _filled(one: DemoPermit, now: datetime) -> Filled:
    begins = (now + timedelta(days=one.begins_in)).replace(hour=9, minute=0, second=0, microsecond=0)
    if one.begins_in == 0:
        begins = (now + timedelta(minutes=2)).replace(second=0, microsecond=0)
    ends = (begins + timedelta(days=one.days - 1)).replace(hour=18, minute=0)
    place = {"text": one.place, "latitude": one.latitude, "longitude": one.longitude, "datum": "gcj02"}
    values: dict[str, str | list[str]] = {
        **one.values,
        "place": msgspec.json.encode(place).decode(),
        "when": f"{begins:%Y-%m-%dT%H:%M}/{ends:%Y-%m-%dT%H:%M}",
    }
    if one.kind == "banner":
        values["form"] = ["banner"]
    if one.kind == "spoil_deposit":
        values["finished_on"] = f"{now - timedelta(days=3):%Y-%m-%d}"
    return Filled(answers=dict(one.answers), values=values)


async def _papers(
    desk: PermitDesk, store: FileStore, clerk: Actor, kind: str, draft_id: UUID, filled: Filled
) -> None:
    """Each paper that is needed: the sample of it, or a picture."""
    found, uploads = desk.section.kind(kind), Uploads(desk.db, store)
    if found is None or clerk.id is None:
        return
    for one in visible_materials(found, filled):
        if one.required and not one.original_at_window:
            sample = SHIPPED_PROFILE / SAMPLES / one.sample
            content = sample.read_bytes() if one.sample.endswith(".png") and sample.exists() else _picture()
            holder = staff_holder(clerk.id)
            row = await uploads.whole(content, holder=holder, account_id=None, kind=FILE_KIND)
            await drafts.attach(desk, clerk, draft_id, one.code, row.id)


async def _take(desk: PermitDesk, store: FileStore, people: People, one: DemoPermit, id: UUID) -> None:
    clerk, approver = people["chuangkou"], people["shenpi"]
    if one.until == "submitted":
        return
    if one.until == "correction":
        items = [Item(item=item, wrong=wrong) for item, wrong in one.wrong.items()]
        await request_correction(desk, clerk, id, items)
        return
    await accepting.accept(desk, clerk, id)
    if one.until == "accepted":
        return
    if one.until == "granted":
        await deciding.grant(desk, approver, id)
        return
    visit = await surveying.schedule(desk, approver, id, _visit(people))
    if one.until == "scheduled":
        return
    await _look(desk, store, people, one, visit)
    for asked in await asked_of(id):
        signer = people["jiaojing" if asked.unit == "traffic_police" else "shizhengke"]
        await answer(desk, signer, asked.id, opinion="agreed")
    if one.until == "in_force":
        await deciding.grant(desk, approver, id)
        await deliver(desk, clerk, id, delivery="window", recipient="王经理")


def _visit(people: People) -> Visit:
    first, second = people["kancha1"].id, people["kancha2"].id
    if first is None or second is None:
        raise LookupError
    return Visit(officer_id=first, second_officer_id=second)


async def _look(desk: PermitDesk, store: FileStore, people: People, one: DemoPermit, visit: UUID) -> None:
    officer = people["kancha1"]
    nonce = await open_capture(desk, officer, visit)
    row = await receive(
        store,
        _picture(),
        file_id=desk.db.ids.new(),
        account_id=None,
        kind=SURVEY_PHOTO,
        at=desk.db.clock.now(),
    )

    async def work(change: Change) -> None:
        await row.save(force_create=True)

    await desk.db.change(work)
    at = Position(one.latitude, one.longitude, "gcj02")
    await add_photo(desk, officer, visit, row.id, nonce=nonce, position=at)
    found = Findings(
        findings="净宽够，不占盲道和消防通道，出入口没有遮挡。",
        outcome="fits",
        measured=Measured(area_m2=float(one.values["area"])),
    )
    await surveying.record(desk, officer, visit, found)
    await surveying.confirm(desk, people["kancha2"], visit)


def _picture() -> bytes:
    image = Image.new("RGB", (800, 600), "#9fb3c0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 380, 800, 600), fill="#6d6a64")
    draw.rectangle((180, 240, 620, 470), fill="#c8a45a")
    made = BytesIO()
    image.save(made, "JPEG")
    return made.getvalue()
