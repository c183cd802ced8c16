"""Window and phone work on one application: a code for a draft, a receipt or a telephone for what the window entered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.people.models import Account
from casework.permits import claiming, drafts, handover
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication, PermitDraft
from casework.permits.seen_documents import seen_of
from casework.permits.submitting import application_by_receipt, submit
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Forbidden, NotFound
from tests.casework_setting import CITIZEN, NEIGHBOUR
from tests.permit_setting import CLERK, SURVEYOR, applied, filled, permit_desk_on, row_of


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return permit_desk_on(database)


async def _account(desk: PermitDesk, owner: Any, phone: str = "") -> None:
    async def work(change: Change) -> None:
        row = Account(id=owner.id, created_at=change.now)
        if phone:
            row.phone_index, row.phone_verified_at = desk.sealer.blind_index(phone).hex(), change.now
        await row.save(force_create=True)

    await desk.db.change(work)


async def test_a_clerk_goes_on_with_a_citizens_draft_and_it_stays_the_citizens(desk: PermitDesk) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall")
    await drafts.save(desk, CITIZEN, id, filled(words="卖春联"), "who", 1)
    with pytest.raises(NotFound):
        await drafts.draft_view(desk, CLERK, id)
    made = await handover.offer(desk, CITIZEN, id)
    row = await PermitDraft.get(id=id)
    assert row.code_hash is not None
    assert made.code.replace(" ", "") not in row.code_hash
    assert await handover.take_over(desk, CLERK, f" {made.code} ") == id
    view = await drafts.draft_view(desk, CLERK, id)
    assert view.filled.values["words"] == "卖春联"
    assert (await drafts.draft_view(desk, CITIZEN, id)).helped_until_at is not None
    assert [one.id for one in await drafts.drafts_of(desk, CLERK)] == [id]
    with pytest.raises(Forbidden, match="draft_of_applicant"):
        await drafts.discard(desk, CLERK, id)
    await drafts.save(desk, CLERK, id, filled(words="卖春联和福字"), "what", view.revision)
    sent = await submit(desk, CLERK, id, source="window", seen=seen_of("identity_card", "11010519491231002X"))
    application = await row_of(sent.application_id)
    assert (application.account_id, application.filed_by_id) == (CITIZEN.id, CLERK.id)
    assert sent.receipt_secret is None
    chain = await AuditEntry.filter(case_id=id).order_by("position")
    assert [one.action.rpartition(".")[2] for one in chain] == ["offer_draft", "take_draft", "submit"]


async def test_a_code_works_once_for_minutes_and_for_clerks_of_the_window(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall")
    for nobody in (CITIZEN, SURVEYOR):
        with pytest.raises(Forbidden):
            await handover.take_over(desk, nobody, "12345678")
    with pytest.raises(NotFound):
        await handover.offer(desk, NEIGHBOUR, id)
    old = await handover.offer(desk, CITIZEN, id)
    new = await handover.offer(desk, CITIZEN, id)
    for wrong in (old.code, "", "x" * 500, "１２３"):
        with pytest.raises(NotFound, match="handover_code"):
            await handover.take_over(desk, CLERK, wrong)
    await handover.take_over(desk, CLERK, new.code)
    with pytest.raises(NotFound, match="handover_code"):
        await handover.take_over(desk, CLERK, new.code)
    late = await handover.offer(desk, CITIZEN, id)
    clock.advance(handover.LIVES + timedelta(seconds=1))
    with pytest.raises(NotFound, match="handover_code"):
        await handover.take_over(desk, CLERK, late.code)


async def test_the_citizen_takes_the_draft_back_and_at_night_it_is_theirs_alone(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await drafts.begin(desk, CITIZEN, "stall")
    await handover.take_over(desk, CLERK, (await handover.offer(desk, CITIZEN, id)).code)
    await handover.take_back(desk, CITIZEN, id)
    with pytest.raises(NotFound):
        await drafts.draft_view(desk, CLERK, id)
    await handover.take_over(desk, CLERK, (await handover.offer(desk, CITIZEN, id)).code)
    clock.advance(handover.HELPS + timedelta(seconds=1))
    with pytest.raises(NotFound):
        await drafts.draft_view(desk, CLERK, id)


async def test_what_the_window_entered_is_taken_into_an_account_by_its_receipt(desk: PermitDesk) -> None:
    await _account(desk, CITIZEN)
    await _account(desk, NEIGHBOUR)
    draft_id = await drafts.begin(desk, CLERK, "stall")
    await drafts.save(desk, CLERK, draft_id, filled(), "who", 1)
    made = await submit(desk, CLERK, draft_id, source="window")
    assert made.receipt_secret is not None
    for reference, secret in ((made.reference, "AAAA-BBBB"), (made.reference, ""), ("XK-nonsense", "x")):
        with pytest.raises(NotFound, match="does_not_fit"):
            await claiming.claim(desk, CITIZEN, reference, secret)
    assert await claiming.claim(desk, CITIZEN, made.reference, made.receipt_secret.lower()) == made.reference
    assert await claiming.claim(desk, CITIZEN, made.reference) == made.reference
    assert (await row_of(made.application_id)).account_id == CITIZEN.id
    assert await application_by_receipt(desk, made.reference, made.receipt_secret) is None
    with pytest.raises(NotFound, match="does_not_fit"):
        await claiming.claim(desk, NEIGHBOUR, made.reference, made.receipt_secret)
    entries = await AuditEntry.filter(case_id=made.application_id, action="permit_application.claim")
    assert len(entries) == 1


async def test_what_the_window_entered_is_offered_to_whose_telephone_it_has(desk: PermitDesk) -> None:
    await _account(desk, CITIZEN, "13800001234")
    await _account(desk, NEIGHBOUR, "13900001234")
    id = await applied(desk, CLERK, source="window")
    reference = (await row_of(id)).reference
    assert [one.id for one in await claiming.claimable(CITIZEN.id)] == [id]  # type: ignore[arg-type]
    assert await claiming.claimable(NEIGHBOUR.id) == ()  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await claiming.claim(desk, NEIGHBOUR, reference)
    await claiming.claim(desk, CITIZEN, reference)
    assert (await PermitApplication.get(id=id)).account_id == CITIZEN.id
