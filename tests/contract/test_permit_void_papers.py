"""A permit's paper that should not have been issued as it was, on both engines: void, told of, replaced, looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import pytest

from casework.documents.models import IssuedDocument
from casework.documents.register import series_of, void_numbered
from casework.permits import deciding, delivering
from casework.permits.desk import PermitDesk
from casework.permits.kinds import Fee
from casework.permits.models import Permit
from casework.permits.verifying import verify_typed
from casework.permits.void_papers import void_paper
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests.casework_setting import CITIZEN
from tests.permit_life_setting import applied, granted, life_desk_on, papers_of, surveyed
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_a_grant_is_void_only_with_another_in_its_place_and_the_permit_bears_its_number(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    first = await IssuedDocument.get(about_id=permit.application_id, kind="grant")
    for actor in (CLERK, APPROVER, CITIZEN):
        with pytest.raises(Forbidden):
            await void_paper(desk, actor, first.id, "写错", is_replaced=True)
    for bad in ({"reason": " ", "is_replaced": True}, {"reason": "写错", "is_replaced": False}):
        with pytest.raises(Invalid):
            await void_paper(desk, PERMIT_HEAD, first.id, **bad)
    assert (await Permit.get(id=permit.id)).number == first.number
    second_id = await void_paper(desk, PERMIT_HEAD, first.id, "窗口电话印错", is_replaced=True)
    second = await IssuedDocument.get(id=second_id)
    assert second.number != first.number
    assert (second.replaces_id, second.delivery) == (first.id, "online")
    assert (await Permit.get(id=permit.id)).number == second.number
    with pytest.raises(Conflict):
        await void_paper(desk, PERMIT_HEAD, first.id, "再一次", is_replaced=True)

    (series,) = [one for one in await series_of(2026) if one.series == first.series]
    assert (series.last, series.void, series.gaps) == (2, 1, 0)
    found = await verify_typed(str(second.number), clock)
    assert found is not None
    assert found.outcome == "not_yet"
    lost = await void_numbered(str(first.number))
    assert lost is not None
    assert lost.replaced_by == second.number
    event = await OutboxEvent.get(name="permit_application.paper_voided")
    said = msgspec.json.decode(event.payload)
    assert (said["number"], said["replaced_by"], said["reason"]) == (
        first.number,
        second.number,
        "窗口电话印错",
    )
    assert await AuditEntry.filter(action="permit_application.void_paper").count() == 1
    assert await AuditEntry.filter(action="document.void", case_id=first.id).count() == 1


async def test_a_record_is_void_alone_and_what_was_delivered_at_the_window_waits_to_be_handed_over(
    desk: PermitDesk,
) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    survey = await IssuedDocument.get(about_id=id, kind="survey")
    assert await void_paper(desk, PERMIT_HEAD, survey.id, "人员写错", is_replaced=False) is None
    acceptance = await IssuedDocument.get(about_id=id, kind="acceptance")
    again = await void_paper(desk, PERMIT_HEAD, acceptance.id, "日期写错", is_replaced=True)
    assert (await IssuedDocument.get(id=again)).delivered_at is None
    with pytest.raises(NotFound):
        await void_paper(desk, PERMIT_HEAD, id, "没有这份", is_replaced=False)


@pytest.mark.parametrize("recipient", ["周明", ""])
async def test_what_is_issued_in_place_of_a_void_paper_is_handed_over_at_the_window_with_a_receipt(
    recipient: str, desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    await deciding.grant(desk, APPROVER, id)
    await delivering.deliver(desk, CLERK, id, delivery="window", recipient="周明")
    assert (await papers_of(id)).count("delivery") == 1
    wrong = await IssuedDocument.get(about_id=id, kind="grant")
    second_id = await void_paper(
        desk, PERMIT_HEAD, wrong.id, "电话印错", is_replaced=True, recipient=recipient
    )
    second = await IssuedDocument.get(id=second_id)
    is_there = bool(recipient)
    assert (second.delivery, second.delivered_at) == (("window", clock.now()) if is_there else (None, None))
    assert (await papers_of(id)).count("delivery") == (2 if is_there else 1)


async def test_a_profile_that_changes_later_changes_no_paper_and_no_fee_of_what_was_submitted(
    desk: PermitDesk,
) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    before = await printed(desk, id)
    assert (before["data"]["fee_fen"], before["data"]["fee_basis"]) == (0, "清政办〔2025〕3号")
    kinds = tuple(
        msgspec.structs.replace(
            one,
            fee=Fee(fen=9900, basis="新的收费文件"),
            papers=msgspec.structs.replace(one.papers, remedies="别的救济"),
        )
        for one in desk.section.kinds
    )
    issuer = msgspec.structs.replace(desk.documents.issuer, name="新的局名", phone="1")
    later = replace(
        desk,
        section=msgspec.structs.replace(desk.section, kinds=kinds),
        documents=replace(desk.documents, issuer=issuer),
    )
    await deciding.grant(later, APPROVER, id)
    assert await printed(later, id) == before
    granting = await printed(later, id, "grant")
    assert granting["data"]["fee_fen"] == 0
    assert granting["data"]["fee_basis"] == "清政办〔2025〕3号"
    assert granting["issuer"]["name"] == "新的局名"


async def printed(desk: PermitDesk, id: UUID, paper: str = "acceptance") -> dict[str, Any]:
    """All that a template is given for a paper."""
    row = await IssuedDocument.get(about_id=id, kind=paper)
    text = desk.sealer.open(row.data_sealed, table="issued_document", column="data_sealed", row_id=row.id)
    found: dict[str, Any] = msgspec.json.decode(text)
    return found
