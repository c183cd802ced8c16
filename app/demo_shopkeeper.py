"""The demo's shopkeeper, a citizen with a telephone: a registered sign that somebody reported, and notices to put things right."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.core import Core, file_store
from app.demo_people import SHOPKEEPER
from app.documents import close_documents, document_desk_of
from app.doors import desk_of
from app.penalties import penalty_desk_of
from app.permit_profile import SAMPLES
from app.permits import permit_desk_of
from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor, citizen
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.filing import submit as file_complaint
from casework.penalties import actions as acts
from casework.penalties.access import access_by_code, current_code
from casework.penalties.delivery_consents import give_consent
from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import earlier_records, seen_mark
from casework.penalties.issuing import NewNotice, issue_notice
from casework.penalties.models import RectificationNotice
from casework.people.identities import found_or_made
from casework.permits import deciding, drafts
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled, visible_materials
from casework.permits.materials import FILE_KIND
from casework.permits.submitting import submit
from casework.sign_filings.models import Sign
from kit.files.uploads import Uploads, account_holder
from kit.sealing import FieldSealer

SHOP, NUMBER, PLACE = "周记面馆", "92330106MA2C7K2P37", "人民路 126 号"
KIND = "shop_sign"
_ANSWERS = {"change": "new", "kind_of_sign": "own"}
_VALUES = {
    "applicant_kind": "organisation",
    "organisation_name": SHOP,
    "uscc": NUMBER,
    "phone": "13800000026",
    "by_agent": "no",
    "is_joint": "no",
    "sign_name": SHOP,
    "width": "4",
    "height": "0.9",
    "material": "letters",
    "unit_in_charge": SHOP,
}
_PLACE = {"text": PLACE, "latitude": 30.2742, "longitude": 120.1553, "datum": "gcj02"}
OUTSIDE = NewNotice(
    party_kind="organisation",
    party=SHOP,
    party_number=NUMBER,
    ground="shop_outside",
    facts="在店门外人行道上摆放 2 张桌子经营。",
    demand="立即将桌椅收回店内，恢复人行道通行。",
    place_text=PLACE,
    is_first_violation=True,
    judgement="系统和纸质台账里都没有同类记录，占道面积小，没有造成他人损害。",
)
LITTERING = msgspec.structs.replace(
    OUTSIDE,
    ground="littering_area",
    facts="门前责任区有烟头、菜叶，没有清扫。",
    demand="清扫责任区，保持门前整洁。",
    judgement="第一次发现，当场表示马上清扫。",
)


async def shopkeeper(core: Core, people: Mapping[str, Actor]) -> None:
    """Fill in the person and what is theirs, through the same doors as anybody's."""
    account = await found_or_made(core.db, FieldSealer(core.keys), core.settings.wechat_app_id, SHOPKEEPER)
    owner = citizen(account.id)
    documents = document_desk_of(core)
    try:
        await _sign(core, permit_desk_of(core, documents), owner, people)
        await _notices(penalty_desk_of(core, documents), owner, people)
    finally:
        await close_documents(documents)


async def _sign(core: Core, desk: PermitDesk, owner: Actor, people: Mapping[str, Actor]) -> None:
    """File it, register it, and have a passer-by report it by its code."""
    kind = desk.section.kind(KIND)
    if kind is None or owner.id is None:
        return
    draft_id = await drafts.begin(desk, owner, KIND)
    filled = Filled(answers=_ANSWERS, values={**_VALUES, "place": msgspec.json.encode(_PLACE).decode()})
    await drafts.save(desk, owner, draft_id, filled, "check", 1)
    uploads = Uploads(desk.db, file_store(core))
    for one in visible_materials(kind, filled):
        if one.required and not one.original_at_window:
            content = (SHIPPED_PROFILE / SAMPLES / one.sample).read_bytes()
            row = await uploads.whole(
                content, holder=account_holder(owner.id), account_id=owner.id, kind=FILE_KIND
            )
            await drafts.attach(desk, owner, draft_id, one.code, row.id)
    made = await submit(desk, owner, draft_id, source="h5", delivery="online")
    await deciding.register(desk, people["chuangkou"], made.application_id)
    sign = await Sign.get(application_id=made.application_id)
    report = NewComplaint(
        account_id=None,
        story=f"招牌“{SHOP}”左下角的螺丝松了，风大的时候会晃。",
        source=Source.PHONE,
        place_text=PLACE,
        scene_code=sign.code,
    )
    await file_complaint(desk_of(core), people["diaodu"], report)


async def _notices(desk: PenaltyDesk, owner: Actor, people: Mapping[str, Actor]) -> None:
    """One that waits for the shopkeeper, who has signed for electronic delivery on it; one that waits for the officers."""
    if desk.section.ground(OUTSIDE.ground) is None or desk.section.ground(LITTERING.ground) is None:
        return
    officer, second = people["banli"], people["zaosheng"]
    for new in (OUTSIDE, LITTERING):
        records = await earlier_records(desk, officer, new.party_kind, new.party_number, new.ground)
        new = msgspec.structs.replace(new, seen=seen_mark(records), second_officer_id=second.id)
        reference = await issue_notice(desk, officer, new)
        row = await RectificationNotice.get(reference=reference)
        await acts.deliver(desk, officer, row.id, "window")
        access_id = await access_by_code(desk, reference, await current_code(desk, row.id))
        if access_id is None:
            raise LookupError(reference)
        await give_consent(desk, owner, access_id, f"{SHOP} 周明")
        if new.ground == LITTERING.ground:
            await acts.report(
                desk, owner, row.id, "已经清扫干净，以后每天早晚各扫一次。", access_id=access_id
            )
