"""What a person asks to have deleted is gone, on both engines; what the bureau did stays and can be verified."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app.erasures import Erasure, note_erasures, repeat_erasures
from casework.actors import system
from casework.complaints import actions, queries
from casework.complaints.adding import add_material
from casework.complaints.desk import Desk
from casework.complaints.forgetting import forget_case
from casework.complaints.media import AddedMedium
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.receipts import ReceiptKind, case_by_receipt, revoke_receipts, submit_once
from casework.complaints.releasing import ReleaseFilter, release, released
from casework.people.claiming import claim
from casework.people.forgetting import forget_at_once, has_matters
from casework.people.merging import members
from casework.people.models import Account
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.http.sessions import Sessions
from kit.problems import Conflict, Forbidden, NotFound
from kit.secrets import KeyRing
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    desk_on,
    filed,
    person,
    words,
)
from tests.conftest import AUDIT_KEY

KEYS = KeyRing.random()


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def accounts(db: Database, *numbers: int) -> None:
    async def work(change: Change) -> None:
        await Account.bulk_create([Account(id=person(one), created_at=change.now) for one in numbers])

    await db.change(work)


async def nothing_else(_: Change, __: object) -> None:
    return None


async def test_a_closed_case_keeps_what_was_done_and_forgets_for_whom(desk: Desk) -> None:
    await accounts(desk.db, 1)
    done = await submit_once(
        desk,
        KEYS,
        CITIZEN,
        words("李梅家门口的摊子", phone="13800001234", place_text="文渊路 3 号"),
        key="one",
        body=b"",
        kind=ReceiptKind.RECEIPT,
    )
    id, reference = done.view.id, done.view.reference
    photo = AddedMedium(desk.db.ids.new())
    await add_material(desk, CITIZEN, id, text="我是李梅", media=(photo,), act="add")
    with pytest.raises(Conflict):
        await forget_case(desk.db, system(), id, instead="—")
    await actions.accept(desk, DISPATCHER, id, category="vending")
    await actions.assign(desk, DISPATCHER, id)
    await actions.answer(desk, HANDLER, id, text="已经劝离。")
    await actions.rate(desk, CITIZEN, id, score=3, comment="谢谢，李梅")
    await release(desk, DISPATCHER, id, description="路口的摊子已经劝离", place_text="文渊路")
    for nobody in (CITIZEN, DISPATCHER, HEAD):
        with pytest.raises(Forbidden):
            await forget_case(desk.db, nobody, id, instead="—")
    for _ in range(2):
        files = await forget_case(desk.db, system(), id, instead="（已删除）")
    assert files == ()
    row = await Complaint.get(id=id)
    assert (row.story, row.place_text, row.account_id, row.phone_sealed) == ("（已删除）", "", None, None)
    assert (row.answer, row.rating, row.state) == ("已经劝离。", 3, "closed")
    assert await ComplaintPhoto.all().count() == 0
    assert await released(desk, ReleaseFilter()) == ()
    assert await case_by_receipt(desk.db, KEYS, reference, done.secret) is None
    assert await queries.for_owner(desk, person(1), reference) is None
    detail = await queries.detail(desk, id, HEAD)
    assert detail is not None
    assert "李梅" not in repr(detail)
    chain = await AuditEntry.filter(case_id=id).order_by("position")
    assert chain[-1].action == "complaint.forget"
    assert [entry.action for entry in chain].count("complaint.withdraw_release") == 1
    assert all(is_genuine(AUDIT_KEY, entry) for entry in chain)


async def test_a_receipt_that_is_revoked_closes_what_it_opened(desk: Desk) -> None:
    await accounts(desk.db, 1)
    case = await submit_once(
        desk, KEYS, CITIZEN, words("李梅家门口的摊子"), key="one", body=b"", kind=ReceiptKind.RECEIPT
    )
    sessions = Sessions(desk.db, KEYS)
    found = await sessions.create("receipt", case.view.id)

    async def work(change: Change) -> None:
        await revoke_receipts(change, DISPATCHER, case.view.id)

    await desk.db.change(work)
    assert await sessions.read(found.token, "receipt") is None
    assert await case_by_receipt(desk.db, KEYS, case.view.reference, case.secret) is None


async def test_only_who_has_nothing_on_record_is_forgotten_at_once(desk: Desk) -> None:
    await accounts(desk.db, 1, 2)
    with pytest.raises(NotFound):
        await forget_at_once(desk.db, NEIGHBOUR, person(1), nothing_else)
    await filed(desk)
    assert await has_matters(await members(person(1)))
    assert not await forget_at_once(desk.db, CITIZEN, person(1), nothing_else)
    assert await forget_at_once(desk.db, NEIGHBOUR, person(2), nothing_else)
    assert await AuditEntry.filter(case_id=person(2), action="account.forget").count() == 1


async def test_a_case_is_claimed_alone_and_never_with_what_stands_beside_it(desk: Desk) -> None:
    await accounts(desk.db, 1, 2)
    alone = await filed(desk)
    await claim(desk.db, person(2), alone.id)
    await claim(desk.db, person(2), alone.id)
    assert await members(person(2)) == {person(1), person(2)}
    await accounts(desk.db, 3)
    with pytest.raises(NotFound):
        await claim(desk.db, person(3), desk.db.ids.new())
    # What was linked once is somebody's, and not free any more.
    with pytest.raises(Conflict):
        await claim(desk.db, person(3), alone.id)


async def test_what_a_restored_backup_brings_back_is_deleted_again(desk: Desk, tmp_path: Path) -> None:
    await accounts(desk.db, 1)
    known, back, still_open = [await filed(desk) for _ in range(3)]
    for one in (known, back):
        await actions.withdraw(desk, CITIZEN, one.id)
    await forget_case(desk.db, system(), known.id, instead="—")
    assert [await note_erasures(tmp_path) for _ in range(2)] == [1, 0]
    now, gone = desk.db.clock.now(), []

    async def remove(id: UUID) -> None:
        gone.append(id)

    with (tmp_path / "erasures-2026.jsonl").open("ab") as file:
        file.write(b'{"entry": "0')  # a kill came between
    lines = [
        Erasure(desk.db.ids.new(), now, "complaint.forget", one)
        for one in (back.id, still_open.id, person(9))
    ]
    (tmp_path / "erasures-2027.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    for needless in (2, 3):
        found = await repeat_erasures(desk, tmp_path, remove, instead="—", duty=None)
        assert (found.done, found.needless, found.waiting) == (3 - needless, needless, (still_open.id,))
    assert [(await Complaint.get(id=one.id)).story for one in (known, back)] == ["—", "—"]
    assert (await Complaint.get(id=still_open.id)).story != "—"
    phone = await submit_once(
        desk,
        KEYS,
        CITIZEN,
        words("又来了", phone="13800001234"),
        key="two",
        body=b"",
        kind=ReceiptKind.RECEIPT,
    )
    line = Erasure(desk.db.ids.new(), now, "account.forget_phone", phone.view.id)
    (tmp_path / "late.jsonl").write_bytes(msgspec.json.encode(line))
    assert (await repeat_erasures(desk, tmp_path / "late.jsonl", remove, instead="—", duty=None)).done == 1
    assert (await Complaint.get(id=phone.view.id)).phone_sealed is None
    # What was done again is noted once more, behind the line that was cut short.
    assert (await note_erasures(tmp_path), await note_erasures(tmp_path)) == (2, 0)
