"""The register of signs on both engines: codes from filings and approvals, yearly looks, hazards, reminders, the end."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from casework.complaints import actions
from casework.complaints.filing import Source, submit
from casework.complaints.models import Complaint
from casework.events import EVENTS
from casework.permits import drafts
from casework.permits.accepting import accept
from casework.permits.deciding import grant, register
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitsSection
from casework.permits.lifecycle import FILING
from casework.permits.models import Permit
from casework.permits.renewing import renew_by_silence
from casework.permits.submitting import submit as submit_application
from casework.scene_codes.models import SceneCode
from casework.sign_filings.checking import PHOTO_KIND, Look, check
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.hazards import HazardKeeper
from casework.sign_filings.keeping import clear, correct, end
from casework.sign_filings.lifecycle import SIGN
from casework.sign_filings.models import Sign, SignCheck, SignHazard
from casework.sign_filings.queries import counts, my_signs, sign_by_code, sign_view, signs
from casework.sign_filings.registering import NewSign, SignRegister, register_by_hand
from casework.sign_filings.reminding import remind_of_checks
from casework.sign_filings.section import SignsSection
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import AUDITOR, CITIZEN, DISPATCHER, NEIGHBOUR, desk_on, words
from tests.permit_setting import APPROVER, CLERK, KINDS, applied, filled, permit_desk_on, person

_MORE = [
    {"code": "sign_name", "name": "店名", "type": "text"},
    {"code": "width", "name": "宽", "type": "length"},
    {"code": "height", "name": "高", "type": "length"},
    {"code": "material", "name": "材质", "type": "choice", "choices": [{"code": "board", "name": "板材"}]},
    {"code": "unit_in_charge", "name": "维护单位", "type": "organisation"},
    {"code": "office_phone", "name": "办公电话", "type": "text", "required": False},
]
_SHOP = {**KINDS[2], "product": "sign", "term": {"days_most": 1825}, "fields": [*KINDS[2]["fields"], *_MORE]}
_AD = {
    **KINDS[1],
    "code": "large_ad",
    "name": "大型户外广告设置",
    "product": "sign",
    "term": {"days_most": 365},
}
SECTION = msgspec.convert({"kinds": [*KINDS[:2], _SHOP, _AD]}, PermitsSection)
SIGNS = msgspec.convert(
    {"questions": [{"code": "firm", "ask": "装得牢固吗？"}, {"code": "wiring", "ask": "电线完好吗？"}]},
    SignsSection,
)
FORM = {"sign_name": "清河面馆", "width": "3.2", "height": "0.9", "material": "board"}
FORM |= {"unit_in_charge": "清河物业", "office_phone": "0571-88880000"}
SAFE = {one.code: "yes" for one in SIGNS.questions}


@pytest.fixture
def permits(database: Database) -> PermitDesk:
    return dataclasses.replace(permit_desk_on(database, section=SECTION), signs=SignRegister(SIGNS))


@pytest.fixture
def desk(permits: PermitDesk) -> SignDesk:
    return SignDesk(db=permits.db, section=SIGNS, kinds=SECTION, sealer=permits.sealer)


async def _hung(permits: PermitDesk, **more: str) -> Sign:
    """A sign of CITIZEN's whose filing was registered."""
    filing = await applied(permits, kind="sign", **{**FORM, **more})
    await register(permits, APPROVER, filing)
    return await Sign.get(application_id=filing)


async def _photo(db: Database, account_id: UUID | None = CITIZEN.id) -> UUID:
    async def work(change: Change) -> UUID:
        row = StoredFile(
            id=change.ids.new(),
            account_id=account_id,
            kind=PHOTO_KIND,
            sniffed_type="image/jpeg",
            bytes_size=1,
            sha256="0" * 64,
            wrapped_key=b"k",
            state="ready",
            created_at=change.now,
        )
        await row.save(force_create=True)
        return row.id

    return await db.change(work)


async def _events() -> list[str]:
    rows = await OutboxEvent.filter(name__startswith="sign.").order_by("id")
    return [row.name.removeprefix("sign.") for row in rows]


def _by_hand(**more: object) -> NewSign:
    given = {
        "kind": "sign",
        "words": "老陈修鞋",
        "holder": "陈建国",
        "holder_kind": "person",
        "responsible_unit": "老陈修鞋",
        "contact_phone": "",
        "material": "木板",
        "width_m": 1.2,
        "height_m": 0.5,
        "place_text": "湖滨路 3 号",
        **more,
    }
    return msgspec.convert(given, NewSign)


def test_a_filing_is_registered_or_comes_back_for_correction_and_is_never_denied() -> None:
    reached = {str(move.target) for move in FILING.moves if move.target is not None}
    assert reached == {"registered", "correction_requested", "submitted", "withdrawn"}
    by_the_bureau = {move.name for move in FILING.moves if set(move.by) & {"approver", "head"}}
    assert by_the_bureau == {"register", "request_correction", "assign"}
    assert not {move.name for move in SIGN.moves} & {"deny", "refuse", "approve", "revoke"}


async def test_registering_a_filing_makes_the_sign_with_its_code_in_the_same_transaction(
    permits: PermitDesk, desk: SignDesk
) -> None:
    row = await _hung(permits)
    shown = await sign_by_code(desk, row.code)
    assert shown is not None
    assert (shown.holder, shown.words, shown.material) == ("清河商贸有限公司", "清河面馆", "板材")
    assert (shown.width_m, shown.height_m, shown.contact_phone) == (3.2, 0.9, "0571-88880000")
    assert (shown.check, shown.approval) == ("in_order", "none")
    scene = await SceneCode.get(code=row.code)
    assert (scene.kind, scene.title) == ("sign", "清河面馆")
    assert row.code.startswith("sg_")
    await register(permits, APPROVER, row.application_id, expected_revision=1)
    assert await Sign.all().count() == 1


async def test_an_approval_that_silence_renews_keeps_the_code_of_its_sign(
    permits: PermitDesk, clock: FixedClock
) -> None:
    when = {"code": "when", "name": "时间", "type": "time_span", "role": "when"}
    kind = {**_AD, "acts": ["new", "renew"], "has_survey": False, "fields": [*_AD["fields"], when]}
    section = msgspec.convert({"kinds": [*KINDS[:1], kind]}, PermitsSection)
    desk = dataclasses.replace(permits, section=section)

    async def asked(act: str, concerns: UUID | None, first: int, last: int) -> UUID:
        begins, ends = (f"{local(clock.now()) + timedelta(days=one):%Y-%m-%dT%H:%M}" for one in (first, last))
        draft_id = await drafts.begin(desk, CITIZEN, "large_ad", act, concerns)  # type: ignore[arg-type]
        await drafts.save(desk, CITIZEN, draft_id, filled(when=f"{begins}/{ends}"), "what", 1)
        id = (await submit_application(desk, CITIZEN, draft_id, source="h5")).application_id
        await accept(desk, CLERK, id)
        return id

    first = await asked("new", None, 1, 40)
    await grant(desk, APPROVER, first)
    sign, old = await Sign.get(application_id=first), await Permit.get(application_id=first)
    renewal = await asked("renew", old.id, 40, 80)
    clock.advance(old.valid_until_at - clock.now() + timedelta(minutes=1))
    assert await renew_by_silence(desk) == 1
    renewed, new = await Sign.get(id=sign.id), await Permit.get(application_id=renewal)
    assert (renewed.code, renewed.permit_id) == (sign.code, new.id)
    assert renewed.valid_until_on is not None
    assert sign.valid_until_on is not None
    assert renewed.valid_until_on > sign.valid_until_on
    assert await Sign.all().count() == 1


async def test_no_mobile_number_ever_stands_in_public(permits: PermitDesk, desk: SignDesk) -> None:
    row = await _hung(permits, office_phone="13812345678")
    assert row.contact_phone == ""
    assert "138" not in str((await SceneCode.get(code=row.code)).contact)
    for typed in ("138 1234 5678", "+86 138-1234-5678", "１３８１２３４５６７８", "店长13812345678"):
        with pytest.raises(Invalid, match=r"problem\.sign\.contact"):
            await register_by_hand(desk, CLERK, _by_hand(contact_phone=typed))
    assert await Sign.all().count() == 1


async def test_a_large_advertisement_is_not_entered_without_its_permit_in_force(
    permits: PermitDesk, desk: SignDesk
) -> None:
    ad = _by_hand(kind="large_ad", permit_number="清城管许字〔2026〕第001号")
    with pytest.raises(Conflict, match="permit_first"):
        await register_by_hand(desk, CLERK, ad)
    permit = await _permit(permits.db, "large_ad", ad.permit_number)
    id = await register_by_hand(desk, CLERK, ad)
    shown = (await sign_view(desk, CLERK, id)).public
    assert (shown.approval, shown.permit_number, shown.holder) == ("in_force", ad.permit_number, "陈*")
    with pytest.raises(Conflict, match="has_code"):
        await register_by_hand(desk, CLERK, ad)
    await permits.db.change(lambda change: _expired(permit))
    assert (await sign_view(desk, CLERK, id)).public.approval == "over"
    await end(desk, CLERK, id, "已拆除")
    with pytest.raises(Conflict, match="permit_first"):
        await register_by_hand(desk, CLERK, ad)
    assert await Sign.all().count() == 1


async def test_who_may_not_keep_signs_enters_none(desk: SignDesk) -> None:
    for actor in (AUDITOR, DISPATCHER, CITIZEN):
        with pytest.raises(Forbidden):
            await register_by_hand(desk, actor, _by_hand())
    for side in (0.0, -1.0, float("nan"), 1_000.0):
        with pytest.raises(Invalid, match="side"):
            await register_by_hand(desk, CLERK, _by_hand(width_m=side))
    assert not await Sign.exists()


async def test_the_yearly_look_is_kept_with_its_photos_and_puts_the_next_one_a_year_on(
    permits: PermitDesk, desk: SignDesk
) -> None:
    row = await _hung(permits)
    photo = await _photo(desk.db)
    with pytest.raises(Invalid, match="photos"):
        await check(desk, CITIZEN, row.id, Look(answers=SAFE))
    with pytest.raises(Invalid, match="answer"):
        await check(desk, CITIZEN, row.id, Look(answers={}, photos=(photo,)))
    with pytest.raises(NotFound):
        await check(desk, NEIGHBOUR, row.id, Look(answers=SAFE, photos=(photo,)))
    with pytest.raises(Invalid, match="photo_unknown"):
        theirs = await _photo(desk.db, NEIGHBOUR.id)
        await check(desk, CITIZEN, row.id, Look(answers=SAFE, photos=(theirs,)))
    assert not await SignCheck.exists()
    look = Look(answers=SAFE, photos=(photo,))
    assert await check(desk, CITIZEN, row.id, look, expected_revision=1)
    assert await check(desk, CITIZEN, row.id, look, expected_revision=1)
    assert await SignCheck.all().count() == 1
    with pytest.raises(Invalid, match="photo_unknown"):
        await check(desk, CITIZEN, row.id, look)


async def test_a_look_that_finds_something_is_a_hazard_until_a_later_one_or_a_clerk_says_it_is_not(
    permits: PermitDesk, desk: SignDesk
) -> None:
    row = await _hung(permits)
    unsafe = {**SAFE, "firm": "no"}
    with pytest.raises(Invalid, match="say_what"):
        await check(desk, CITIZEN, row.id, Look(answers=unsafe, photos=(await _photo(desk.db),)))
    look = Look(answers=unsafe, photos=(await _photo(desk.db),), words="左边螺丝松了")
    assert not await check(desk, CITIZEN, row.id, look)
    view = await sign_view(desk, APPROVER, row.id)
    assert (view.public.state, view.public.check, view.checks[0].words) == (
        "hazard",
        "unsafe",
        "左边螺丝松了",
    )
    await check(desk, CITIZEN, row.id, Look(answers=SAFE, photos=(await _photo(desk.db),)))
    assert (await Sign.get(id=row.id)).state == "in_use"
    await check(desk, CITIZEN, row.id, msgspec.structs.replace(look, photos=(await _photo(desk.db),)))
    await clear(desk, APPROVER, row.id, "到现场看过，已加固")
    assert (await Sign.get(id=row.id)).state == "in_use"


async def test_whoever_scans_reports_a_hazard_that_stands_until_the_complaint_is_over(
    permits: PermitDesk, desk: SignDesk
) -> None:
    row, complaints = await _hung(permits), desk_on(desk.db)
    relay = Relay(desk.db, dict.fromkeys(EVENTS, (HazardKeeper(),)), lambda *_: pytest.fail("event failed"))
    told = words("招牌要掉下来了", account_id=NEIGHBOUR.id, source=Source.H5, scene_code=row.code)
    filed = await submit(complaints, NEIGHBOUR, told)
    while await relay.step():
        pass
    assert await SignHazard.filter(sign_id=row.id, complaint_id=filed.id).count() == 1
    assert (await Sign.get(id=row.id)).state == "hazard"
    # A look by the holder does not do away with what somebody else has reported.
    await check(desk, CITIZEN, row.id, Look(answers=SAFE, photos=(await _photo(desk.db),)))
    assert (await Sign.get(id=row.id)).state == "hazard"
    assert (await counts(desk, APPROVER))["hazard"] == 1
    await actions.withdraw(complaints, NEIGHBOUR, filed.id)
    while await relay.step():
        pass
    assert (await Complaint.get(id=filed.id)).state == "withdrawn"
    assert (await Sign.get(id=row.id)).state == "in_use"
    assert await _events() == ["registered", "hazard_reported", "checked", "cleared"]


async def test_holders_are_reminded_once_before_and_once_after(
    permits: PermitDesk, desk: SignDesk, clock: FixedClock
) -> None:
    row = await _hung(permits)
    assert await remind_of_checks(desk) == 0
    clock.advance(timedelta(days=SIGNS.check_every_days - SIGNS.remind_days_before))
    assert [await remind_of_checks(desk), await remind_of_checks(desk)] == [1, 0]
    clock.advance(timedelta(days=SIGNS.remind_days_before + 1))
    assert [await remind_of_checks(desk), await remind_of_checks(desk)] == [1, 0]
    assert await _events() == ["registered", "check_due", "check_missed"]
    assert [one.check for one in (await signs(desk, APPROVER, "due")).rows] == ["overdue"]
    await check(desk, CITIZEN, row.id, Look(answers=SAFE, photos=(await _photo(desk.db),)))
    assert await remind_of_checks(desk) == 0
    assert (await Sign.get(id=row.id)).reminded_at is None


async def test_an_ended_sign_says_so_and_takes_nothing_any_more(permits: PermitDesk, desk: SignDesk) -> None:
    row = await _hung(permits)
    await correct(desk, APPROVER, row.id, _by_hand(words="清河面馆总店", contact_phone="400-800-1234"))
    with pytest.raises(Conflict, match="moved_on"):
        await end(desk, APPROVER, row.id, "已拆除", expected_revision=1)
    await end(desk, APPROVER, row.id, "已拆除", expected_revision=2)
    await end(desk, APPROVER, row.id, "已拆除", expected_revision=2)
    shown = await sign_by_code(desk, row.code)
    assert shown is not None
    assert (shown.state, shown.end_reason, shown.words) == ("ended", "已拆除", "清河面馆总店")
    assert (await SceneCode.get(code=row.code)).retired_at is not None
    with pytest.raises(Problem, match="wrong_state"):
        await check(desk, CITIZEN, row.id, Look(answers=SAFE, photos=(await _photo(desk.db),)))
    chain = await AuditEntry.filter(case_id=row.id).order_by("position")
    assert [one.action for one in chain] == ["sign.register", "sign.correct", "sign.end"]
    assert [one.id for one in await my_signs(desk, [CITIZEN.id or row.id])] == [row.id]


async def test_the_list_is_paged_by_key_and_every_tab_can_be_read(
    permits: PermitDesk, desk: SignDesk
) -> None:
    made = {await register_by_hand(desk, CLERK, _by_hand(words=f"第 {number} 家")) for number in range(5)}
    for tab in ("all", "due"):
        desk = dataclasses.replace(desk, section=msgspec.structs.replace(SIGNS, remind_days_before=1_000))
        seen, after = [], None
        while True:
            page = await signs(desk, AUDITOR, tab, after=after, limit=2)
            seen += [one.id for one in page.rows]
            if (after := page.after) is None:
                break
        assert set(seen) == made, tab
        assert len(seen) == 5, tab
    with pytest.raises(Forbidden):
        await signs(desk, CITIZEN, "all")
    with pytest.raises(Invalid):
        await signs(desk, APPROVER, "all", after="x")


async def _expired(permit: Permit) -> None:
    permit.state = "expired"
    await permit.save(update_fields=["state"])


async def _permit(db: Database, kind: str, number: str) -> Permit:
    async def work(change: Change) -> Permit:
        row = Permit(
            id=change.ids.new(),
            number=number,
            code=f"p{change.ids.new().hex[:20]}",
            application_id=person(77),
            kind=kind,
            kind_name="大型户外广告设置",
            account_id=CITIZEN.id,
            state="in_force",
            state_since_at=change.now,
            revision=1,
            holder_kind="organisation",
            holder_sealed=b"",
            holder_shown="某广告公司",
            place_text="湖滨路",
            valid_from_at=change.now,
            valid_until_at=change.now + timedelta(days=300),
            terms="[]",
            granted_at=change.now,
            updated_at=change.now,
        )
        await row.save(force_create=True)
        return row

    return await db.change(work)
