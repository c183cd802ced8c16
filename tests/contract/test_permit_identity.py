"""Whether it is known who applies, and what is not handed over while it is not; on both engines."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from casework.actors import Actor
from casework.people.models import Account
from casework.people.own_numbers import keep_numbers, number_index
from casework.people.unified_login import Vouched
from casework.permits import accepting, deciding, delivering, drafts, surveying
from casework.permits.correcting import Item, request_correction
from casework.permits.desk import PermitDesk
from casework.permits.detail import view_by_id
from casework.permits.identity import confirm_identity, keep_vouched
from casework.permits.kinds import FormField, PermitsSection
from casework.permits.models import Permit, PermitApplication
from casework.permits.seen_documents import seen_number, seen_of
from casework.permits.submitting import submit
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, Problem
from tests.casework_setting import CITIZEN, EVERYWHERE, NEIGHBOUR, person
from tests.permit_life_setting import (
    SECOND,
    SECTION,
    VISIT,
    applied,
    form,
    granted,
    life_desk_on,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, audited

KEEPER = Actor(
    kind="staff", id=person(48), roles=frozenset({Role.ADMINISTRATOR}), name="管理员", units=EVERYWHERE
)
USCC = "91350100M000100Y43"
CARD = "11010519491231002X"
SHOP = Vouched(
    kind="organisation",
    name="清河商贸有限公司",
    number=USCC,
    subject="o-1",
    level="high",
    nonce="n",
    person="李梅",
)

AGENT = FormField(code="agent", name="代理人", type="person", role="agent", step="who", required=False)


def section(by: str) -> PermitsSection:
    kinds = [msgspec.structs.replace(one, identity_by=by) for one in SECTION.kinds]
    return msgspec.structs.replace(SECTION, kinds=tuple(kinds))


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    found = await life_desk_on(database, section("delivery"))
    await database.change(_accounts)
    return found


async def _accounts(change: Change) -> None:
    for one in (CITIZEN, NEIGHBOUR):
        await Account(id=one.id, created_at=change.now).save(force_create=True)


async def _numbered(desk: PermitDesk, id: Any) -> None:
    index = number_index(desk.sealer, USCC)
    await desk.db.change(lambda _: PermitApplication.filter(id=id).update(holder_index=index))


async def test_what_nobody_knows_the_applicant_of_waits_for_the_window(desk: PermitDesk) -> None:
    permit = await granted(desk)  # asked for online
    id = permit.application_id
    assert (await row_of(id)).state == "granted"
    with pytest.raises(Conflict, match="identity_before_delivery"):
        await delivering.deliver(desk, CLERK, id, delivery="window", recipient="李梅")
    with pytest.raises(Invalid):
        await confirm_identity(desk, CLERK, id, "library_card", USCC)
    await confirm_identity(desk, CLERK, id, "business_licence", USCC)
    await confirm_identity(desk, CLERK, id, "business_licence", USCC)
    row = await row_of(id)
    assert (row.identity, row.identity_document, row.identity_by_id) == (
        "window",
        "business_licence",
        CLERK.id,
    )
    entries = await AuditEntry.filter(case_id=id, action="permit_application.confirm_identity")
    assert len(audited(entries)) == 1
    await delivering.deliver(desk, CLERK, id, delivery="window", recipient="李梅")
    assert (await row_of(id)).state == "delivered"


async def test_what_was_seen_has_a_number_that_fits_and_is_the_applicants(desk: PermitDesk) -> None:
    id = await applied(desk)
    await _numbered(desk, id)  # the application names the shop's code
    for document, number, said in (
        ("identity_card", "110105194912310021", "identity_number"),
        ("identity_card", "", "identity_number"),
        ("business_licence", "91350100M000100Y44", "identity_uscc"),
        ("authorisation", USCC, "identity_number"),
        ("passport", "护照", "identity_number"),
        ("residence_permit", "810000199408230020", "identity_number"),
        ("identity_card", CARD, "identity_mismatch"),
        ("passport", "E12345678", "identity_mismatch"),
        ("business_licence", "91350100MA00000001", "identity_uscc"),
    ):
        with pytest.raises(Invalid, match=said) as refused:
            await confirm_identity(desk, CLERK, id, document, number)
        assert refused.value.field == "document_number"
    row = await row_of(id)
    assert (row.identity, row.identity_document, row.identity_number_sealed) == (None, None, None)
    assert not await AuditEntry.filter(case_id=id, action="permit_application.confirm_identity").exists()
    await confirm_identity(desk, CLERK, id, "business_licence", f"{USCC[:8]} {USCC[8:].lower()}")
    row = await row_of(id)
    assert row.identity_number_sealed is not None
    assert USCC.encode() not in bytes(row.identity_number_sealed)
    assert seen_number(desk, row) == USCC
    view = await view_by_id(desk, CLERK, id)
    assert view.identity_number == "913*************43"
    with pytest.raises(Conflict, match="identity_known"):
        await confirm_identity(desk, CLERK, id, "authorisation", CARD)


async def test_a_kind_may_want_to_know_before_it_is_granted(database: Database) -> None:
    desk = await life_desk_on(database, section("decision"))
    id = await applied(desk, online=True)
    await surveyed(desk, id)
    with pytest.raises(Conflict, match="identity_before_decision"):
        await deciding.grant(desk, APPROVER, id)
    assert not await Permit.exists()
    await confirm_identity(desk, CLERK, id, "identity_card", CARD)
    await deciding.grant(desk, APPROVER, id)
    assert (await row_of(id)).state == "delivered"


async def test_strangers_and_citizens_confirm_nobody(desk: PermitDesk) -> None:
    id = await applied(desk)
    for nobody in (CITIZEN, msgspec.structs.replace(CLERK, units=frozenset({"elsewhere"}))):
        with pytest.raises(Problem):
            await confirm_identity(desk, nobody, id, "identity_card", CARD)
    assert (await row_of(id)).identity is None


async def test_officers_who_look_at_the_place_confirm_who_applies_there(desk: PermitDesk) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    with pytest.raises(Forbidden):
        await confirm_identity(desk, SECOND, id, "identity_card", CARD)  # nobody was sent yet
    await surveying.schedule(desk, APPROVER, id, VISIT)
    await confirm_identity(desk, SECOND, id, "identity_card", CARD)
    row = await row_of(id)
    assert (row.identity, row.identity_document, row.identity_by_id) == (
        "on_site",
        "identity_card",
        SECOND.id,
    )


async def test_whoever_is_vouched_for_is_known_with_what_is_open_already(desk: PermitDesk) -> None:
    assert CITIZEN.id is not None
    ids = [await applied(desk, online=True), await applied(desk, filled=form(desk, east=0.01))]
    await _numbered(desk, ids[0])
    assert await keep_vouched(desk, CITIZEN, CITIZEN.id, SHOP, "login.gov.example") == 1
    assert [(await row_of(id)).identity for id in ids] == ["unified_login", None]
    chain = await AuditEntry.filter(case_id=ids[0], action="permit_application.identity_vouched")
    assert len(chain) == 1
    await surveyed(desk, ids[0])
    await deciding.grant(desk, APPROVER, ids[0])
    assert (await row_of(ids[0])).state == "delivered"


async def test_a_stranger_who_is_vouched_for_makes_nobody_elses_application_known(desk: PermitDesk) -> None:
    assert NEIGHBOUR.id is not None
    id = await applied(desk)
    await _numbered(desk, id)
    assert await keep_vouched(desk, NEIGHBOUR, NEIGHBOUR.id, SHOP, "login.gov.example") == 0
    assert (await row_of(id)).identity is None


async def test_an_account_is_vouched_for_as_one_person(desk: PermitDesk) -> None:
    assert CITIZEN.id is not None
    mei = dataclasses.replace(SHOP, kind="person", name="李梅", number="11010519491231002X", person="")
    await keep_vouched(desk, CITIZEN, CITIZEN.id, mei, "login.gov.example")
    await keep_vouched(desk, CITIZEN, CITIZEN.id, mei, "login.gov.example")
    await keep_vouched(desk, CITIZEN, CITIZEN.id, SHOP, "login.gov.example")
    with pytest.raises(Conflict, match="another_person"):
        other = dataclasses.replace(mei, number="110101199003070070")
        await keep_vouched(desk, CITIZEN, CITIZEN.id, other, "login.gov.example")


async def test_at_the_window_it_is_known_when_and_from_what(desk: PermitDesk) -> None:
    draft_id = await drafts.begin(desk, CLERK, "stall")
    await drafts.save(desk, CLERK, draft_id, form(desk), "where", 1)
    made = await submit(desk, CLERK, draft_id, source="window", seen=seen_of("identity_card", CARD))
    row = await row_of(made.application_id)
    assert (row.identity, row.identity_document, row.identity_by_id) == ("window", "identity_card", CLERK.id)
    assert row.identity_at == row.submitted_at


async def test_a_correction_that_names_another_holder_is_not_granted_on_the_earlier_ones_identity(
    database: Database,
) -> None:
    desk = await life_desk_on(database, section("decision"))
    id = await applied(desk, online=True)
    await confirm_identity(desk, CLERK, id, "business_licence", USCC)
    await _corrected(desk, id, phone="13800001235")
    assert (await row_of(id)).identity == "window"  # the same holder
    await _corrected(desk, id, holder="清河新城商贸有限公司")
    row = await row_of(id)
    assert (row.identity, row.identity_at, row.identity_by_id, row.identity_document) == (None,) * 4
    assert row.identity_number_sealed is None
    assert await AuditEntry.filter(case_id=id, action="permit_application.identity_anew").count() == 1
    await surveyed(desk, id)
    with pytest.raises(Conflict, match="identity_before_decision"):
        await deciding.grant(desk, APPROVER, id)


async def test_a_correction_that_names_another_agent_drops_what_was_seen_of_the_first(
    database: Database,
) -> None:
    kinds = [
        msgspec.structs.replace(
            one, identity_by="decision", fields=(*one.fields, AGENT) if one.code == "stall" else one.fields
        )
        for one in SECTION.kinds
    ]
    desk = await life_desk_on(database, msgspec.structs.replace(SECTION, kinds=tuple(kinds)))
    by_agent, by_card = await applied(desk, online=True), await applied(desk, filled=form(desk, east=0.01))
    await confirm_identity(desk, CLERK, by_agent, "authorisation", CARD)
    await confirm_identity(desk, CLERK, by_card, "identity_card", CARD)
    for id in (by_agent, by_card):
        await _corrected(desk, id, agent="陈刚")
    row = await row_of(by_agent)
    assert (row.identity, row.identity_at, row.identity_by_id, row.identity_document) == (None,) * 4
    assert (await row_of(by_card)).identity == "window"  # the holder's own card


async def _corrected(desk: PermitDesk, id: Any, **values: str) -> None:
    wrong = [Item(item="field:holder", wrong="与营业执照不一致")]
    await request_correction(desk, PERMIT_HEAD, id, wrong, head_reason="又不一致")
    given = form(desk)
    filled = msgspec.structs.replace(given, values={**given.values, **values})
    draft_id = await drafts.begin(desk, CITIZEN, "stall", application_id=id, filled=filled)
    await submit(desk, CITIZEN, draft_id, source="h5")


async def test_nobody_confirms_their_own_identity(desk: PermitDesk) -> None:
    assert CLERK.id is not None
    id = await applied(desk)
    await keep_numbers(desk.db, desk.sealer, KEEPER, CLERK.id, phone="13800001234")
    with pytest.raises(Forbidden, match="own_application"):
        await confirm_identity(desk, CLERK, id, "identity_card", CARD)


async def test_a_renewal_at_the_window_stays_in_its_holders_account(desk: PermitDesk) -> None:
    permit = await granted(desk)
    draft_id = await drafts.begin(desk, CLERK, "stall", "cancel", permit.id, filled=form(desk))
    made = await submit(desk, CLERK, draft_id, source="window")
    assert made.receipt_secret is None
    assert (await row_of(made.application_id)).account_id == CITIZEN.id
    await accepting.accept(desk, CLERK, made.application_id)
