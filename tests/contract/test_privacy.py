"""Names and numbers: who sees them, who finds by them, how long they stay, on both engines."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from tortoise import Tortoise

from casework.actors import EVERY_UNIT, Actor, system
from casework.complaints import actions, queries
from casework.complaints.adding import add_material
from casework.complaints.correcting import Corrected, correct_person
from casework.complaints.desk import Desk
from casework.complaints.filing import Source, submit
from casework.complaints.forgetting import forget_case, forget_thread
from casework.complaints.lookup import find_by_phone
from casework.complaints.media import AddedMedium
from casework.complaints.models import Complaint, ComplaintNote, ComplaintPhoto
from casework.complaints.notes import note_internally
from casework.complaints.place import Position
from casework.complaints.releasing import coarse
from casework.complaints.restricting import lift_restriction, open_restricted, restrict_case
from casework.complaints.revealing import Person, reveal_person, reveal_story
from casework.inquiries import actions as threads
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.people.export import holdings
from casework.people.models import Staff
from casework.retention.anonymising import keep_no_longer
from casework.retention.due import next_cases, report
from casework.retention.profile import ArchiveDuty, Kept, RetentionSection
from casework.roles import Role
from casework.work_orders.models import WorkOrder, WorkOrderPhoto
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from kit.rows import new_row
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NIGHT_HANDLER,
    WINDOW_CLERK,
    asked,
    desk_on,
    filed,
    inquiry_desk_on,
    person,
    words,
)
from tests.conftest import AUDIT_KEY

NAME, PHONE = "慕容白鹭", "13800001234"
ADMINISTRATOR = Actor(
    kind="staff",
    id=person(18),
    roles=frozenset({Role.ADMINISTRATOR}),
    name="管理员",
    units=frozenset({EVERY_UNIT}),
)
A_YEAR = RetentionSection(
    complaints=Kept(years=1, basis="归档范围表第三条"),
    not_taken_on=Kept(years=1, basis="归档范围表第四条"),
    recordings=Kept(years=1, basis="归档范围表第五条"),
    inquiries=Kept(years=1, basis="归档范围表第六条"),
)
PAST = timedelta(days=367)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


class Shelf:
    """Remembers what was to be removed from the disk."""

    def __init__(self) -> None:
        self.removed: list[UUID] = []

    async def remove(self, file_id: UUID) -> None:
        self.removed.append(file_id)


async def write(desk: Desk, *rows: object) -> None:
    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)  # type: ignore[attr-defined]

    await desk.db.change(work)


async def stored(desk: Desk, id: UUID) -> StoredFile:
    row = StoredFile(
        id=id, kind="complaint_photo", sniffed_type="image/jpeg", bytes_size=1, sha256="0", wrapped_key=b""
    )
    row.state, row.attempts, row.created_at = "ready", 0, desk.db.clock.now()
    await write(desk, row)
    return row


async def handled(desk: Desk, **more: object) -> tuple[UUID, str]:
    """A case of CITIZEN's with a name and a number, answered and closed."""
    fields: dict[str, object] = {"person_name": NAME, "phone": PHONE, "place_text": "文渊路 3 号"} | more
    case = await filed(desk, story=f"{NAME}家门口的摊子", **fields)
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id)
    await note_internally(desk, HANDLER, case.id, f"给{NAME}打了电话", act="note")
    await actions.answer(desk, HANDLER, case.id, text=f"王先生您好，{NAME}的摊子已劝离，电话 {PHONE}。")
    await actions.rate(desk, CITIZEN, case.id, score=3, comment=f"谢谢，{NAME}")
    return case.id, case.reference


async def everything(db: Database, but: tuple[str, ...] = ("AuditEntry", "OutboxEvent")) -> str:
    """Every row of every table, as text; as a rule without the audit chain and the outbox."""
    found = []
    for model in Tortoise.apps["chengguan"].values():
        if model.__name__ not in but:
            found += [repr(dict(row)) for row in await model.all().values()]
    return "\n".join(found)


async def test_a_name_is_masked_for_staff_shown_to_its_owner_and_each_look_is_on_record(desk: Desk) -> None:
    case = await filed(desk, story=f"我叫{NAME}，微信 bailu_2026", person_name=NAME, phone=PHONE)
    own = await queries.for_owner(desk, person(1), case.reference)
    assert own is not None
    assert own.person_name == NAME
    seen = await queries.detail(desk, case.id, DISPATCHER)
    assert seen is not None
    assert (seen.masked_name, seen.masked_phone, seen.view.person_name) == ("慕容**", "138****1234", "")
    for nobody in (CITIZEN, AUDITOR):
        with pytest.raises(Forbidden):
            await reveal_person(desk, nobody, case.id)
    assert await reveal_person(desk, DISPATCHER, case.id) == Person(name=NAME, phone=PHONE)
    await reveal_story(desk, DISPATCHER, case.id)
    looks = await AuditEntry.filter(case_id=case.id, action__startswith="complaint.reveal").order_by(
        "position"
    )
    assert [one.action for one in looks] == ["complaint.reveal_phone", "complaint.reveal_story"]
    assert '"shown":["name","phone"]' in looks[0].detail
    assert NAME not in "".join(one.detail for one in looks)
    exported = await holdings(desk.sealer, person(1), frozenset({person(1)}))
    assert exported["complaints"][0]["name"] == NAME


async def test_a_name_from_any_source_is_nowhere_in_clear(desk: Desk) -> None:
    for source in Source:
        if source in (Source.WECHAT, Source.MINIPROGRAM, Source.H5, Source.OPEN311):
            await filed(desk, source=source, person_name=NAME, phone=PHONE)
        else:
            await submit(
                desk, WINDOW_CLERK, words(source=source, account_id=None, person_name=NAME, phone=PHONE)
            )
    left = await everything(desk.db, ())
    assert left.count("name_sealed") == len(Source)
    assert (NAME in left, PHONE in left) == (False, False)


async def test_a_caller_is_found_by_number_in_ones_own_sight_and_that_is_on_record(desk: Desk) -> None:
    await write(desk, *(_clerk(desk, one) for one in (HANDLER, NIGHT_HANDLER, DISPATCHER)))
    _, reference = await handled(desk)
    await filed(desk, phone="13900000000")
    assert [one.reference for one in (await find_by_phone(desk, HANDLER, " 138-0000 1234")).rows] == [
        reference
    ]
    assert (await find_by_phone(desk, NIGHT_HANDLER, PHONE)).rows == ()
    with pytest.raises(Invalid):
        await find_by_phone(desk, DISPATCHER, "12345")
    with pytest.raises(Forbidden):
        await find_by_phone(desk, AUDITOR, PHONE)
    looks = await AuditEntry.filter(action="staff.find_by_phone")
    assert {one.case_id for one in looks} == {HANDLER.id, NIGHT_HANDLER.id}
    assert PHONE not in "".join(one.detail for one in looks)


async def test_who_asks_has_number_name_and_place_corrected_and_only_digests_remember(desk: Desk) -> None:
    await write(desk, _clerk(desk, WINDOW_CLERK))
    case = await filed(desk, person_name=NAME, phone=PHONE, place_text="文渊路")
    with pytest.raises(Forbidden):
        await correct_person(desk, HANDLER, case.id, Corrected(phone="13900000000"))
    with pytest.raises(Invalid):
        await correct_person(desk, WINDOW_CLERK, case.id, Corrected(phone=PHONE, name=NAME))
    await correct_person(
        desk, WINDOW_CLERK, case.id, Corrected(phone="13900000000", name="", place_text="湖滨路")
    )
    seen = await queries.detail(desk, case.id, DISPATCHER)
    assert seen is not None
    assert (seen.masked_phone, seen.masked_name, seen.view.place_text) == ("139****0000", None, "湖滨路")
    assert len((await find_by_phone(desk, WINDOW_CLERK, "13900000000")).rows) == 1
    entry = await AuditEntry.get(case_id=case.id, action="complaint.correct_person")
    assert set(msgspec.json.decode(entry.detail)["content"]) == {
        f"{field}{which}_digest" for field in ("phone", "name", "place") for which in ("", "_before")
    }


async def test_what_the_law_keeps_is_restricted_and_the_owner_told_why(desk: Desk, clock: FixedClock) -> None:
    await write(desk, _clerk(desk, HANDLER))
    duty = ArchiveDuty(years=1, basis="《档案法》第十四条")
    id, reference = await handled(desk)
    with pytest.raises(Conflict):
        await forget_case(desk.db, ADMINISTRATOR, id, instead="—", duty=duty)
    with pytest.raises(Forbidden):
        await restrict_case(desk.db, DISPATCHER, id, basis=duty.basis)
    for _ in range(2):
        await restrict_case(desk.db, ADMINISTRATOR, id, basis=duty.basis)
    with pytest.raises(NotFound):
        await reveal_person(desk, HANDLER, id)
    assert (await find_by_phone(desk, HANDLER, PHONE)).rows == ()
    own = await queries.for_owner(desk, person(1), reference)
    assert own is not None
    assert own.restricted_on == duty.basis
    assert [entry.params["basis"] for entry in own.timeline if entry.action == "restrict"] == [duty.basis]
    await open_restricted(desk.db, AUDITOR, id, reason="复议机关调阅")
    with pytest.raises(Forbidden):
        await open_restricted(desk.db, DISPATCHER, id, reason="看看")
    await lift_restriction(desk.db, ADMINISTRATOR, id, reason="本人改变主意")
    assert len((await find_by_phone(desk, HANDLER, PHONE)).rows) == 1
    clock.advance(PAST)
    assert await forget_case(desk.db, ADMINISTRATOR, id, instead="—", duty=duty) == ()


async def test_a_file_that_another_case_or_order_holds_stays(desk: Desk) -> None:
    ids = [desk.db.ids.new() for _ in range(3)]
    for one in ids:
        await stored(desk, one)
    id, _ = await handled(desk, photos=tuple(ids))
    other = await filed(desk, photos=(ids[1],))
    order = desk.db.ids.new()
    await write(
        desk,
        new_row(
            WorkOrderPhoto, id=desk.db.ids.new(), order_id=order, file_id=ids[2], position=1, stage="before"
        ),
    )
    assert await forget_case(desk.db, system(), id, instead="—") == (ids[0],)
    assert set(await StoredFile.all().values_list("id", flat=True)) == set(ids[1:])
    assert [one.file_id for one in await ComplaintPhoto.filter(complaint_id=other.id)] == [ids[1]]


async def test_forgetting_a_case_empties_notes_and_threads_that_speak_of_it(desk: Desk) -> None:
    id, reference = await handled(desk)
    spoken, other = await _thread(desk, f"{reference} 里写错了，我叫{NAME}"), await _thread(desk, "路灯坏了")
    await forget_case(desk.db, system(), id, instead="（已删除）")
    assert await ComplaintNote.filter(text__contains=NAME).count() == 0
    assert await _said(spoken) == {"（已删除）"}
    assert await _said(other) == {"路灯坏了"}
    await forget_thread(desk.db, system(), other, instead="—")
    assert await _said(other) == {"—"}


async def test_what_is_past_its_time_becomes_a_tombstone_and_not_a_day_before(
    desk: Desk, clock: FixedClock
) -> None:
    shelf, file_id, voice_id = Shelf(), desk.db.ids.new(), desk.db.ids.new()
    await stored(desk, file_id)
    await stored(desk, voice_id)
    id, reference = await handled(desk, photos=(file_id,), position=Position(30.123456, 120.654321, "wgs84"))
    open_case = await filed(desk, story="还没有办的事")
    voiced = await filed(desk, story="有语音的")
    await add_material(
        desk, CITIZEN, voiced.id, text="", media=(AddedMedium(voice_id, "voice"),), act="voice"
    )
    await actions.withdraw(desk, CITIZEN, voiced.id)
    await _order(desk, id)
    await _thread(desk, f"我是{NAME}")
    clock.advance(PAST - timedelta(days=2))
    assert await _kept(desk, shelf) == 0
    assert [(line.kind, line.due, line.soon) for line in await report(A_YEAR, clock.now())][:4] == [
        ("complaints", 0, 1),
        ("not_taken_on", 0, 1),
        ("recordings", 0, 1),
        ("inquiries", 0, 1),
    ]
    assert (await next_cases(A_YEAR))[0].reference in (reference, voiced.reference)
    clock.advance(timedelta(days=3))
    assert await _kept(desk, shelf) > 0
    assert set(shelf.removed) == {file_id, voice_id}
    row = await Complaint.get(id=id)
    assert (row.reference, row.category, row.state, row.rating) == (reference, "vending", "closed", 3)
    assert (row.account_id, row.name_sealed, row.phone_index, row.place_text) == (None, None, None, "")
    assert (row.latitude, row.place_original) == (coarse(30.123456), None)
    assert row.anonymised_at == clock.now()
    assert (await Complaint.get(id=open_case.id)).story == "还没有办的事"
    assert await Inquiry.all().count() == 0
    left = await everything(desk.db)
    assert NAME not in left
    assert PHONE not in left
    seen = await queries.detail(desk, id, DISPATCHER)
    assert seen is not None
    # The chain keeps what the bureau's own people wrote; none of it is shown.
    assert NAME not in repr(seen)
    assert PHONE not in repr(seen)
    assert "归档范围表第三条" in repr(seen.view.timeline[-1].params)
    chain = await AuditEntry.filter(case_id=id).order_by("position")
    assert chain[-1].action == "complaint.anonymise"
    assert all(is_genuine(AUDIT_KEY, entry) for entry in chain)


async def _kept(desk: Desk, shelf: Shelf) -> int:
    done = 0
    while some := await keep_no_longer(desk, A_YEAR, shelf.remove, instead="（已去除）", at_most=1):
        done += some
    return done


def _clerk(desk: Desk, actor: Actor) -> Staff:
    return new_row(
        Staff,
        id=actor.id,
        login=f"clerk{actor.id.int & 0xFF}" if actor.id is not None else "",
        name=actor.name,
        password_hash="",
        created_at=desk.db.clock.now(),
        password_changed_at=desk.db.clock.now(),
    )


async def _said(inquiry_id: UUID) -> set[str]:
    return {one.text for one in await InquiryMessage.filter(inquiry_id=inquiry_id)}


async def _thread(desk: Desk, text: str) -> UUID:
    """A message thread of CITIZEN's that is over."""
    inquiries = inquiry_desk_on(desk.db)
    left = await asked(inquiries, text)
    await threads.answer(inquiries, WINDOW_CLERK, left.id, answer=text)
    await threads.close(inquiries, CITIZEN, left.id)
    return left.id


async def _order(desk: Desk, complaint_id: UUID) -> None:
    now = desk.db.clock.now()
    await write(
        desk,
        new_row(
            WorkOrder,
            id=desk.db.ids.new(),
            reference="QS-GD-1",
            complaint_id=complaint_id,
            contractor_id=person(9),
            state="done",
            state_since_at=now,
            revision=1,
            words=f"清走{NAME}门口的垃圾",
            place_text="文渊路 3 号",
            working_minutes=840,
            limit_started_at=now,
            issued_by_id=person(11),
            issued_at=now,
            report="已清走",
            updated_at=now,
        ),
    )
