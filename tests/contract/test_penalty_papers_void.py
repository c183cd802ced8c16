"""Papers of penalty cases that are declared void: with another in their place, and what they told of stands; on both engines."""

from __future__ import annotations

import pytest

from casework.documents.models import IssuedDocument
from casework.documents.opening import pdf
from casework.penalties import case_serving as serving
from casework.penalties.case_queries import case_view
from casework.penalties.case_serving import Delivery
from casework.penalties.case_voiding import void_case_paper
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from casework.people.models import StaffBinding
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from tests.casework_setting import person
from tests.paper_thumbnails import text_of
from tests.penalty_case_setting import (
    HEAD,
    NOBODY,
    OFFICER,
    PARTY,
    access_of,
    again,
    desk_with_people,
    issued,
    refusal,
    served,
    told,
)


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    return await desk_with_people(database)


async def paper(row: PenaltyCase, kind: str) -> IssuedDocument:
    return await IssuedDocument.get(about_id=row.id, kind=kind, voided_at=None)


async def test_a_decision_is_void_only_with_another_in_its_place_and_its_limits_stand(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    await serving.link_case(desk, PARTY, await access_of(desk, row))
    before, wrong = await again(row), await paper(row, "penalty_decision")
    assert (
        await refusal(void_case_paper(desk, OFFICER, wrong.id, "地址印错", is_replaced=True)) == "forbidden"
    )
    assert (
        await refusal(void_case_paper(desk, HEAD, wrong.id, "地址印错", is_replaced=False))
        == "must_be_replaced"
    )
    assert await refusal(void_case_paper(desk, HEAD, wrong.id, " ", is_replaced=True)) == "void_reason"
    await void_case_paper(desk, HEAD, wrong.id, "地址印错", is_replaced=True)
    assert await refusal(void_case_paper(desk, HEAD, wrong.id, "再来", is_replaced=True)) == "void_already"
    right = await paper(row, "penalty_decision")
    assert (right.replaces_id, right.number) == (wrong.id, "清城管罚字〔2026〕第002号")
    after = await again(row)
    assert (after.state, after.due_at, after.payment_due_on) == (
        before.state,
        before.due_at,
        before.payment_due_on,
    )
    view = await case_view(desk, NOBODY, row.reference, await access_of(desk, row))
    assert {one.id for one in view.papers} >= {wrong.id, right.id}
    assert await AuditEntry.filter(case_id=row.id, action="penalty_case.void_paper").count() == 1
    event = await OutboxEvent.get(name="penalty_case.paper_voided")
    assert str(PARTY.id) in event.payload
    assert "第002号" in event.payload


async def test_a_paper_nobody_has_had_yet_is_no_news_to_its_party(desk: PenaltyDesk) -> None:
    row = await issued(desk)
    wrong = await paper(row, "penalty_notice")
    await void_case_paper(desk, HEAD, wrong.id, "案发地点印错", is_replaced=True)
    assert str(PARTY.id) not in (await OutboxEvent.get(name="penalty_case.paper_voided")).payload
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("window"))
    assert (await paper(row, "penalty_notice")).delivered_at is not None
    assert (await IssuedDocument.get(id=wrong.id)).delivered_at is None


async def test_the_one_in_its_place_bears_the_code_that_is_in_force_and_a_copy_needs_none(
    desk: PenaltyDesk,
) -> None:
    row = await told(desk)
    first = await paper(row, "penalty_notice")
    ended = (await case_view(desk, OFFICER, row.reference)).code
    await serving.renew_code(desk, OFFICER, row.id)
    code = (await case_view(desk, OFFICER, row.reference)).code
    assert code != ended
    second = await IssuedDocument.get(
        about_id=row.id, kind="penalty_notice", voided_at=None, id__not=first.id
    )
    assert await void_case_paper(desk, HEAD, second.id, "多出了一份", is_replaced=False) is None
    successor_id = await void_case_paper(desk, HEAD, first.id, "地址印错", is_replaced=True)
    assert successor_id is not None
    words = text_of(await pdf(desk.documents, successor_id))
    assert code in words
    assert ended not in words


async def test_nobody_makes_a_paper_of_their_own_case_void(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await served(desk, clock)
    await serving.link_case(desk, PARTY, await access_of(desk, row))

    async def bind(change: Change) -> None:
        await StaffBinding(
            id=change.ids.new(), staff_id=HEAD.id, account_id=person(67), bound_at=change.now
        ).save(force_create=True)

    await desk.db.change(bind)
    wrong = await paper(row, "penalty_decision")
    assert await refusal(void_case_paper(desk, HEAD, wrong.id, "不想要", is_replaced=True)) == "own_case"
    assert (await paper(row, "penalty_decision")).id == wrong.id
    assert await AuditEntry.filter(case_id=row.id, action="penalty_case.own_refused").exists()
