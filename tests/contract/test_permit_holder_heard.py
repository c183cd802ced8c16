"""The holder is heard before a permit is undone or taken back (行政许可法 7); on both engines."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import IssuedDocument
from casework.documents.sheets import Sheet
from casework.permits import holder_heard, in_force
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import EndingWish
from casework.permits.hearing_models import PermitParty, PermitStatement
from casework.permits.holder_heard import EndingNotice
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit
from casework.permits.parties import Said
from casework.permits.party_rows import forget_heard
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import CITIZEN, NEIGHBOUR
from tests.permit_life_setting import FRAUDULENT, REPAIR, granted, life_desk_on, papers_of, pass_until
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR

NOTICE = EndingNotice(move="revoke", cause="fraud", ground="营业执照是伪造的", basis="行政许可法第六十九条")
WORDS = "执照是真的，可以去查，我的电话 13800001234"


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def state_of(permit: Permit) -> str:
    return (await Permit.get(id=permit.id)).state


async def last_paper(desk: PermitDesk, permit: Permit) -> tuple[str, tuple[str, ...]]:
    row = await IssuedDocument.filter(about_id=permit.id).order_by("-issued_at", "-id").first()
    assert row is not None
    text = desk.documents.sealer.open(row.data_sealed, table=TABLE, column=COLUMN, row_id=row.id)
    return row.kind, msgspec.json.decode(text, type=Sheet).data.reasons


@pytest.mark.parametrize(("act", "wish"), [("revoke", FRAUDULENT), ("withdraw", REPAIR)])
async def test_nothing_is_undone_or_taken_back_before_its_holder_was_told(
    desk: PermitDesk, act: str, wish: EndingWish
) -> None:
    permit = await granted(desk)
    with pytest.raises(Conflict, match="holder_not_told"):
        await getattr(in_force, act)(desk, PERMIT_HEAD, permit.id, wish)
    assert await state_of(permit) == PermitState.IN_FORCE


async def test_the_holder_is_told_in_writing_and_has_their_time(desk: PermitDesk, clock: FixedClock) -> None:
    permit = await granted(desk)
    soon = msgspec.structs.replace(NOTICE, answer_by_at=clock.now() + timedelta(days=1, hours=10))
    await holder_heard.tell_holder(desk, APPROVER, permit.id, soon)
    kind, reasons = await last_paper(desk, permit)
    assert kind == "ending_notice"
    assert reasons[0] == "拟撤销该行政许可"
    assert reasons[-1] == "营业执照是伪造的"
    told = await OutboxEvent.filter(case_id=permit.id).values_list("name", flat=True)
    assert "permit.ending_proposed" in told
    with pytest.raises(Conflict, match="holder_waiting"):
        await in_force.revoke(desk, PERMIT_HEAD, permit.id, FRAUDULENT)
    assert await state_of(permit) == PermitState.IN_FORCE
    party = await PermitParty.get(application_id=permit.id)
    assert party.due_at == soon.answer_by_at
    pass_until(clock, party.due_at)
    await in_force.revoke(desk, PERMIT_HEAD, permit.id, FRAUDULENT)
    kind, reasons = await last_paper(desk, permit)
    assert kind == "revocation"
    assert "没有提出意见" in reasons[-1]


async def test_what_the_holder_says_is_answered_on_the_paper(desk: PermitDesk) -> None:
    permit = await granted(desk)
    with pytest.raises(Conflict, match="holder_not_told"):
        await holder_heard.state_holder(desk, CITIZEN, permit.id, Said(answer="stated", words=WORDS))
    await holder_heard.tell_holder(desk, APPROVER, permit.id, NOTICE)
    with pytest.raises(NotFound):
        await holder_heard.state_holder(desk, NEIGHBOUR, permit.id, Said(answer="stated", words=WORDS))
    with pytest.raises(Invalid, match="statement_words"):
        await holder_heard.state_holder(desk, CITIZEN, permit.id, Said(answer="stated", words=" "))
    for _ in range(2):
        await holder_heard.state_holder(desk, CITIZEN, permit.id, Said(answer="stated", words=WORDS))
    one = await PermitStatement.get(application_id=permit.id)
    assert WORDS.encode() not in bytes(one.words_sealed)
    with pytest.raises(Invalid, match="holder_reply"):
        await in_force.revoke(desk, PERMIT_HEAD, permit.id, FRAUDULENT)
    wish = msgspec.structs.replace(FRAUDULENT, reply="登记机关回函：没有发过这张执照")
    await in_force.revoke(desk, PERMIT_HEAD, permit.id, wish)
    _, reasons = await last_paper(desk, permit)
    assert WORDS in reasons[-1]
    assert "不予采纳，理由：登记机关回函" in reasons[-1]
    heard = await holder_heard.holder_heard(desk, permit.id)
    assert heard is not None
    assert [(said.words, said.outcome) for said in heard.said] == [(WORDS, "not_adopted")]
    for entry in await AuditEntry.filter(case_id=permit.application_id):
        assert "13800001234" not in entry.detail
        assert "伪造" not in entry.detail


async def test_who_was_told_of_something_else_is_told_again(desk: PermitDesk) -> None:
    permit = await granted(desk)
    await holder_heard.tell_holder(desk, APPROVER, permit.id, NOTICE)
    await holder_heard.state_holder(desk, CITIZEN, permit.id, Said(answer="nothing"))
    for act, wish in (
        ("withdraw", REPAIR),
        ("revoke", msgspec.structs.replace(FRAUDULENT, cause="procedure", compensation="无损失")),
    ):
        with pytest.raises(Conflict, match="holder_told_otherwise"):
            await getattr(in_force, act)(desk, PERMIT_HEAD, permit.id, wish)
    again = EndingNotice(
        move="withdraw", cause="circumstances_changed", ground="抢修", basis="行政许可法第八条"
    )
    await holder_heard.tell_holder(desk, APPROVER, permit.id, again)
    with pytest.raises(Conflict, match="holder_waiting"):
        await in_force.withdraw(desk, PERMIT_HEAD, permit.id, REPAIR)
    await holder_heard.record_holder(desk, CLERK, permit.id, Said(answer="nothing"))
    await in_force.withdraw(desk, PERMIT_HEAD, permit.id, REPAIR)
    assert await state_of(permit) == PermitState.WITHDRAWN
    assert (await papers_of(permit.id)).count("ending_notice") == 2


async def test_what_does_not_fit_is_refused_and_nobody_else_tells_or_records(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    for wrong, problem in (
        ({"move": "cancel", "cause": "died"}, "ending_cause"),
        ({"cause": "law_changed"}, "ending_cause"),
        ({"told_how": "rumour"}, "told_how"),
        ({"answer_by_at": clock.now() + timedelta(minutes=10)}, "answer_by"),
        ({"answer_by_at": clock.now() + timedelta(days=30)}, "answer_by"),
    ):
        with pytest.raises(Invalid, match=problem):
            await holder_heard.tell_holder(
                desk, APPROVER, permit.id, msgspec.structs.replace(NOTICE, **wrong)
            )
    for nobody in (CITIZEN, SURVEYOR, CLERK):
        with pytest.raises(Problem, match="role"):
            await holder_heard.tell_holder(desk, nobody, permit.id, NOTICE)
    await holder_heard.tell_holder(desk, APPROVER, permit.id, NOTICE)
    early = Said(answer="nothing", said_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Invalid, match="said_at"):
        await holder_heard.record_holder(desk, CLERK, permit.id, early)
    with pytest.raises(Problem, match="role"):
        await holder_heard.record_holder(desk, CITIZEN, permit.id, Said(answer="nothing"))
    elsewhere = msgspec.structs.replace(CLERK, units=frozenset({"elsewhere"}))
    with pytest.raises((Forbidden, NotFound)):
        await holder_heard.record_holder(desk, elsewhere, permit.id, Said(answer="nothing"))


async def test_what_the_holder_said_is_erased_with_the_application(desk: PermitDesk) -> None:
    permit = await granted(desk)
    await holder_heard.tell_holder(desk, APPROVER, permit.id, NOTICE)
    await holder_heard.state_holder(desk, CITIZEN, permit.id, Said(answer="stated", words=WORDS))
    await desk.db.change(lambda _: forget_heard(permit.application_id))
    assert bytes((await PermitStatement.get(application_id=permit.id)).words_sealed) == b""
    assert await holder_heard.holder_heard(desk, permit.id) is None
