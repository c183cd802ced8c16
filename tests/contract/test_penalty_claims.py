"""A party finds its own cases by the identity that the unified login vouches for, and nobody else's; on both engines."""

from __future__ import annotations

from uuid import UUID

import pytest

from casework.actors import Actor
from casework.penalties import case_serving as serving
from casework.penalties.case_claiming import claim_cases, claimable_cases
from casework.penalties.case_queries import case_view, cases_of
from casework.penalties.desk import PenaltyDesk
from casework.people import vouching
from casework.people.unified_login import Vouched
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from tests.casework_setting import person
from tests.penalty_case_setting import (
    NOBODY,
    NUMBER,
    PARTY,
    STRANGER,
    access_of,
    desk_with_people,
    issued,
    refusal,
    told,
)

MEI = "11010519491231002X"


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    return await desk_with_people(database)


def id_of(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


async def vouched(desk: PenaltyDesk, actor: Actor, number: str, kind: str = "organisation") -> None:
    """The login has said who this is."""
    who = Vouched(kind=kind, name="好滋味", number=number, subject=number, level="high", nonce="n")  # type: ignore[arg-type]

    async def work(change: Change) -> None:
        await vouching.keep(change, desk.sealer, actor, id_of(actor), who, "省统一身份认证")

    await desk.db.change(work)


async def test_whoever_is_vouched_for_as_the_party_takes_its_cases_into_the_account(
    desk: PenaltyDesk,
) -> None:
    first, second = await told(desk), await told(desk)
    undelivered = await issued(desk)
    anothers = await told(desk, party_kind="person", party_number=MEI)
    assert await claimable_cases(desk, id_of(PARTY)) == ()
    assert await claim_cases(desk, PARTY) == 0
    await vouched(desk, PARTY, NUMBER.lower())
    found = await claimable_cases(desk, id_of(PARTY))
    assert {one.reference for one in found} == {first.reference, second.reference}
    # To be found is not to be read: it has to be taken first, and that stands in the chain.
    assert await refusal(case_view(desk, PARTY, first.reference)) == "not_found"
    assert await claim_cases(desk, PARTY) == 2
    assert await claim_cases(desk, PARTY) == 0
    assert {one.reference for one in await cases_of(desk, id_of(PARTY))} == {
        first.reference,
        second.reference,
    }
    assert "state" in (await case_view(desk, PARTY, first.reference)).moves
    for row in (undelivered, anothers):
        assert await refusal(case_view(desk, PARTY, row.reference)) == "not_found"
    (entry,) = await AuditEntry.filter(case_id=first.id, action="penalty_case.claim")
    assert (entry.actor_id, "unified_login" in entry.detail) == (PARTY.id, True)


async def test_nobody_takes_what_is_in_an_account_already_or_without_signing_in(desk: PenaltyDesk) -> None:
    row = await told(desk)
    await serving.link_case(desk, STRANGER, await access_of(desk, row))
    await vouched(desk, PARTY, NUMBER)
    assert await claimable_cases(desk, id_of(PARTY)) == ()
    assert await claim_cases(desk, PARTY) == 0
    assert {one.reference for one in await cases_of(desk, id_of(STRANGER))} == {row.reference}
    assert await refusal(claim_cases(desk, NOBODY)) == "sign_in_first"


async def test_an_identity_that_was_taken_away_leads_nowhere(desk: PenaltyDesk) -> None:
    await told(desk, party_kind="person", party_number=MEI)
    await vouched(desk, PARTY, MEI, kind="person")
    assert len(await claimable_cases(desk, id_of(PARTY))) == 1

    async def away(change: Change) -> None:
        await vouching.forget_identities(change, PARTY, frozenset({person(67)}), "asked")

    await desk.db.change(away)
    assert await claimable_cases(desk, id_of(PARTY)) == ()
