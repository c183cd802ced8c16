"""Notices to put something right, on both engines: earlier records, consent to e-delivery, codes, limits, letting go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor, citizen
from casework.documents.models import IssuedDocument
from casework.penalties import actions
from casework.penalties.access import access_by_code, notice_behind
from casework.penalties.case_issuing import NewCase, issue_case
from casework.penalties.delivery_consents import give_consent, revoke_consents
from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import earlier_records, seen_mark
from casework.penalties.issuing import NewNotice, issue_notice
from casework.penalties.kinds import PenaltiesSection
from casework.penalties.models import DeliveryConsent, PenaltyCase, RectificationNotice
from casework.penalties.own_data import penalty_holdings
from casework.penalties.photos import PHOTO_KIND
from casework.penalties.queries import notice_view, notices, notices_of
from casework.people.models import Account, Staff, StaffBinding
from casework.people.own_numbers import number_index
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.casework_setting import calendar, person
from tests.permit_setting import document_desk_on

NUMBER = "91350100M000100Y43"
STREET = frozenset({"street"})
OFFICER = Actor(kind="staff", id=person(51), roles=frozenset({Role.HANDLER}), name="甲", units=STREET)
SECOND = person(52)
ELSEWHERE = Actor(
    kind="staff", id=person(53), roles=frozenset({Role.HANDLER}), name="丙", units=frozenset({"park"})
)
AUDITOR = Actor(
    kind="staff", id=person(54), roles=frozenset({Role.AUDITOR}), name="丁", units=frozenset({"*"})
)
PARTY, STRANGER = citizen(person(55)), citizen(person(56))
NOBODY = Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))
LAW = [{"law": "城市市容和环境卫生管理条例", "article": "第十四条"}]
SECTION = msgspec.convert(
    {
        "limits": {
            "rectify": {"natural_days": 3, "basis": "整改规定第六条"},
            "recheck": {"working_days": 2, "basis": "整改规定第九条"},
        },
        "grounds": [
            {
                "code": "shop",
                "name": "跨门经营",
                "basis": LAW,
                "demand": "收回店内。",
                "first_violation": {"conditions": ["首次被发现"], "basis": LAW},
            },
            {"code": "spill", "name": "沿途遗撒", "basis": LAW, "demand": "立即清扫。"},
        ],
    },
    PenaltiesSection,
)


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    await database.change(people)
    sealer, keys = FieldSealer(KeyRing.random()), KeyRing.random()
    return PenaltyDesk(
        db=database,
        calendar=calendar(),
        section=SECTION,
        sealer=sealer,
        keys=keys,
        bureau_code="QS",
        documents=document_desk_on(database, sealer),
        public_url="https://cg.example.gov.cn",
    )


async def people(change: Change) -> None:
    for number in (51, 52, 53):
        await Staff(
            id=person(number),
            login=f"officer{number}",
            name=f"执法{number}",
            password_hash="x",
            password_changed_at=change.now,
            created_at=change.now,
        ).save(force_create=True)
    for actor in (PARTY, STRANGER):
        assert actor.id is not None
        await Account(id=actor.id, created_at=change.now, updated_at=change.now).save(force_create=True)


async def issued(desk: PenaltyDesk, **other: object) -> str:
    """A notice that was just issued, with what its form had shown."""
    new = NewNotice(
        party_kind="organisation",
        party="清水市好滋味餐饮有限公司",
        party_number=NUMBER,
        ground="shop",
        facts="店门外摆放三张桌子。",
        demand="收回店内。",
        second_officer_id=SECOND,
    )
    new = msgspec.structs.replace(new, **other)
    found = await earlier_records(desk, OFFICER, new.party_kind, new.party_number, new.ground)
    return await issue_notice(desk, OFFICER, msgspec.structs.replace(new, seen=seen_mark(found)))


async def row_of(reference: str) -> RectificationNotice:
    return await RectificationNotice.get(reference=reference)


async def access_of(desk: PenaltyDesk, reference: str) -> UUID:
    """Entering with what stands on the paper."""
    code = (await notice_view(desk, OFFICER, reference)).code
    found = await access_by_code(desk, reference, code)
    assert found is not None
    return found


async def refusal(work: object) -> Problem:
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]
    return caught.value


async def test_a_notice_goes_from_the_paper_to_letting_go_by_a_person(desk: PenaltyDesk) -> None:
    reference = await issued(desk, is_first_violation=True, judgement="系统里没有记录，本人核对过纸质台账。")
    row, access_id = await row_of(reference), await access_of(desk, reference)
    assert (row.state, row.unit, row.earlier, row.judged_by_id) == ("issued", "street", "[]", OFFICER.id)
    await actions.deliver(desk, OFFICER, row.id, "window", expected_revision=1)
    assert (await refusal(actions.deliver(desk, OFFICER, row.id, "post"))).key == "problem.penalty.delivered"
    await actions.report(desk, NOBODY, row.id, "已经收回。", access_id=access_id)
    assert [one.reference for one in (await notices(desk, OFFICER, "reported")).rows] == [reference]
    await actions.send_back(desk, OFFICER, row.id, "还有一张桌子。")
    await actions.report(desk, NOBODY, row.id, "全部收回。", access_id=access_id)
    await actions.end(desk, OFFICER, row.id, "exempt", "复查已恢复通行。")
    row = await row_of(reference)
    assert (row.state, row.due_at) == ("exempted", None)
    assert row.exempted_at == row.ended_at
    papers = IssuedDocument.filter(about_id=row.id).order_by("id")
    assert await papers.values_list("kind", "delivery") == [
        ("rectification", "window"),
        ("first_violation_exemption", None),
    ]
    said = await AuditEntry.filter(case_id=row.id).order_by("position").values_list("action", flat=True)
    assert [one.removeprefix("rectification.") for one in said] == [
        "issue",
        "deliver",
        "report",
        "send_back",
        "report",
        "exempt",
    ]


async def test_earlier_records_are_found_however_the_number_is_written_and_a_person_judges(
    desk: PenaltyDesk,
) -> None:
    first = await issued(desk)
    written = "９１３５０１００ m000100y43"
    found = await earlier_records(desk, OFFICER, "organisation", written, "shop")
    assert [one.reference for one in found] == [first]
    assert await earlier_records(desk, OFFICER, "organisation", NUMBER, "spill") == ()
    wrong = await refusal(earlier_records(desk, OFFICER, "organisation", NUMBER[:-1] + "4", "shop"))
    assert (wrong.key, wrong.status) == ("problem.penalty.uscc", 422)
    # Nothing is decided by itself: with a record, a person may still judge otherwise, and must say why.
    refused = await refusal(issued(desk, is_first_violation=True))
    assert refused.key == "problem.penalty.judgement"
    second = await issued(desk, is_first_violation=True, judgement="前一份发错了对象。")
    kept = (await notice_view(desk, OFFICER, second)).earlier
    assert [one.reference for one in kept] == [first]
    refused = await refusal(issued(desk, ground="spill", is_first_violation=True, judgement="无"))
    assert refused.key == "problem.penalty.not_on_list"
    row = await row_of(first)
    assert (
        await refusal(actions.end(desk, OFFICER, row.id, "exempt", "好"))
    ).key == "problem.penalty.not_judged"


async def test_a_penalty_for_the_same_is_an_earlier_record_and_one_taken_back_is_none(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    case = NewCase(
        party_kind="organisation",
        party="清水市好滋味餐饮有限公司",
        party_number=NUMBER,
        address="清水市学府路 21 号",
        ground="shop",
        facts="店门外摆放三张桌子。",
        evidence="现场照片。",
        intended="罚款伍佰元。",
        amount="500",
        filed_on=local(clock.now()).date(),
        second_officer_id=SECOND,
    )
    punished = await issue_case(desk, OFFICER, case)
    clock.advance(timedelta(days=1))
    notice = await issued(desk)
    found = await earlier_records(desk, OFFICER, "organisation", NUMBER, "shop")
    assert [(one.kind, one.reference, one.state) for one in found] == [
        ("rectification", notice, "issued"),
        ("penalty_case", punished, "issued"),
    ]
    assert await earlier_records(desk, OFFICER, "organisation", NUMBER, "spill") == ()
    kept = (await notice_view(desk, OFFICER, notice)).earlier
    assert [one.reference for one in kept] == [punished]

    async def taken_back(change: Change) -> None:
        await PenaltyCase.filter(reference=punished).update(state="withdrawn")

    await desk.db.change(taken_back)
    found = await earlier_records(desk, OFFICER, "organisation", NUMBER, "shop")
    assert [one.reference for one in found] == [notice]


async def test_what_came_in_between_is_shown_again_before_anything_is_issued(desk: PenaltyDesk) -> None:
    new = NewNotice(
        party_kind="organisation",
        party="某公司",
        party_number=NUMBER,
        ground="shop",
        facts="摆放桌子。",
        demand="收回。",
        second_officer_id=SECOND,
        seen=seen_mark(()),
    )
    await issue_notice(desk, OFFICER, new)
    with pytest.raises(Conflict, match="look_again"):
        await issue_notice(desk, OFFICER, new)
    alone = msgspec.structs.replace(new, second_officer_id=OFFICER.id)
    assert (await refusal(issue_notice(desk, OFFICER, alone))).key == "problem.penalty.second_officer"
    with pytest.raises(Forbidden):
        await issue_notice(desk, AUDITOR, new)
    assert await RectificationNotice.all().count() == 1


async def test_a_second_notice_is_the_party_s_own_too_and_is_signed_for_once(desk: PenaltyDesk) -> None:
    references = [await issued(desk) for _ in range(2)]
    for reference in references:
        await give_consent(desk, PARTY, await access_of(desk, reference), "周明")
    assert PARTY.id is not None
    assert {one.reference for one in await notices_of(desk, PARTY.id)} == set(references)
    assert await DeliveryConsent.all().count() == 1


async def test_nothing_is_delivered_electronically_without_consent_signed_before(desk: PenaltyDesk) -> None:
    refused = await refusal(issued(desk, delivery="online"))
    assert isinstance(refused, Invalid)
    assert refused.key == "problem.penalty.no_consent"
    access_id = await access_of(desk, await issued(desk))
    with pytest.raises(Forbidden):
        await give_consent(desk, NOBODY, access_id, "王掌柜")
    await give_consent(desk, PARTY, access_id, "王掌柜")
    await give_consent(desk, PARTY, access_id, "王掌柜")
    reference = await issued(desk, delivery="online")
    row = await row_of(reference)
    assert (row.account_id, row.delivery) == (PARTY.id, "online")
    assert row.delivered_at == row.issued_at
    assert PARTY.id is not None
    assert len(await notices_of(desk, PARTY.id)) == 2
    assert (await notice_view(desk, PARTY, reference)).code == ""
    held = await penalty_holdings(desk.sealer, [PARTY.id])
    assert [one["reference"] for one in held["rectification_notices"]][-1] == reference
    assert [one["signed_name"] for one in held["delivery_consents"]] == ["王掌柜"]
    with pytest.raises(NotFound):
        await notice_view(desk, STRANGER, reference)
    assert await revoke_consents(desk, PARTY) == 1
    assert (await refusal(issued(desk, delivery="online"))).key == "problem.penalty.no_consent"


async def test_a_code_opens_one_notice_until_another_is_made(desk: PenaltyDesk) -> None:
    reference, other = await issued(desk), await issued(desk, ground="spill")
    row = await row_of(reference)
    code = (await notice_view(desk, OFFICER, reference)).code
    access_id = await access_by_code(desk, reference.lower(), code.lower().replace("-", " "))
    assert access_id is not None
    assert await notice_behind(access_id) == row.id
    for number, typed in ((other, code), (reference, code[:-1]), (reference, "A" * 16), ("x", code)):
        assert await access_by_code(desk, number, typed) is None
    with pytest.raises(NotFound):
        await notice_view(desk, NOBODY, other, access_id)
    await actions.renew_code(desk, OFFICER, row.id)
    assert await access_by_code(desk, reference, code) is None
    assert await notice_behind(access_id) is None
    with pytest.raises(NotFound):
        await actions.report(desk, NOBODY, row.id, "好了", access_id=access_id)
    assert (await notice_view(desk, OFFICER, reference)).code != code
    with pytest.raises(NotFound):
        await notice_view(desk, ELSEWHERE, reference)
    with pytest.raises(NotFound):
        await actions.end(desk, ELSEWHERE, row.id, "confirm", "好")


async def test_limits_run_over_a_holiday_and_say_how(desk: PenaltyDesk, clock: FixedClock) -> None:
    # Wednesday, 30 September 2026; three days later is the holiday, of which 8 October is the first working day.
    clock.set(datetime(2026, 9, 30, 2, tzinfo=UTC))
    reference = await issued(desk)
    view = await notice_view(desk, OFFICER, reference)
    assert view.line.due_at == datetime(2026, 10, 8, 16, tzinfo=UTC)
    assert len(view.reckoning) == 9
    access_id = await access_of(desk, reference)
    await actions.report(desk, NOBODY, view.line.id, "改好了", access_id=access_id)
    view = await notice_view(desk, OFFICER, reference)
    # Two working days: the 8th and the 9th.
    assert view.line.due_at is not None
    assert view.line.due_at.date().isoformat() == "2026-10-09"
    assert view.limit_basis == "整改规定第九条"
    assert read_once.catalogue().has(f"rectification.state.{view.line.state}")


async def _photo(desk: PenaltyDesk, kind: str = PHOTO_KIND) -> UUID:
    async def work(change: Change) -> UUID:
        row = StoredFile(
            id=change.ids.new(),
            account_id=None,
            kind=kind,
            sniffed_type="image/jpeg",
            bytes_size=1,
            sha256="0" * 64,
            wrapped_key=b"k",
            state="ready",
            created_at=change.now,
        )
        await row.save(force_create=True)
        return row.id

    return await desk.db.change(work)


async def test_the_party_sees_what_the_officers_photographed_before_and_after(desk: PenaltyDesk) -> None:
    found, seen, elsewhere = await _photo(desk), await _photo(desk), await _photo(desk, "complaint_photo")
    refused = await refusal(issued(desk, photos=(elsewhere,)))
    assert refused.key == "problem.penalty.photo_unknown"
    assert not await RectificationNotice.exists()
    reference = await issued(desk, photos=(found,))
    row, access_id = await row_of(reference), await access_of(desk, reference)
    await actions.report(desk, NOBODY, row.id, "收回了。", access_id=access_id)
    refused = await refusal(actions.send_back(desk, OFFICER, row.id, "还有一张", photos=(found,)))
    assert refused.key == "problem.penalty.photo_unknown"
    await actions.send_back(desk, OFFICER, row.id, "还有一张", photos=(seen,))
    last = await _photo(desk)
    await actions.end(desk, OFFICER, row.id, "confirm", "好了", photos=(last,))
    view = await notice_view(desk, NOBODY, reference, access_id)
    assert [(one.stage, one.file_id) for one in view.photos] == [
        ("found", found),
        ("recheck", seen),
        ("recheck", last),
    ]


async def _bound(desk: PenaltyDesk, staff_id: UUID, account_id: UUID) -> None:
    async def work(change: Change) -> None:
        await StaffBinding.create(
            id=change.ids.new(), staff_id=staff_id, account_id=account_id, bound_at=change.now
        )

    await desk.db.change(work)


async def test_an_officer_who_is_the_party_is_refused_and_that_is_kept(desk: PenaltyDesk) -> None:
    assert OFFICER.id is not None
    assert PARTY.id is not None
    person_number = "11010519491231002X"

    async def known(change: Change) -> None:
        await Staff.filter(id=SECOND).update(identity_index=number_index(desk.sealer, person_number))

    await desk.db.change(known)
    mine = {"party_kind": "person", "party": "某人", "party_number": person_number}
    assert (await refusal(issued(desk, **mine))).key == "problem.penalty.own_notice"
    assert not await RectificationNotice.exists()
    tried = AuditEntry.filter(action="rectification.own_refused")
    assert await tried.count() == 1
    reference = await issued(desk)
    row, access_id = await row_of(reference), await access_of(desk, reference)
    await give_consent(desk, PARTY, access_id, "王掌柜")
    await _bound(desk, OFFICER.id, PARTY.id)
    for work in (
        actions.end(desk, OFFICER, row.id, "confirm", "好"),
        actions.report(desk, PARTY, row.id, "好了"),
        give_consent(desk, PARTY, access_id, "王掌柜"),
    ):
        refused = await refusal(work)
        assert (refused.key, refused.status) == ("problem.penalty.own_notice", 403)
    assert (await row_of(reference)).state == "issued"
    assert await AuditEntry.filter(case_id=row.id, action="rectification.own_refused").count() == 3
    assert (await refusal(issued(desk))).key == "problem.penalty.own_notice"
