"""Receipts and releases on both engines: one act one case, who may see it, and what the public sees."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from casework.actors import citizen
from casework.complaints import actions, releasing
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint, ComplaintReceipt
from casework.complaints.place import Position
from casework.complaints.receipts import (
    ReceiptKind,
    case_by_open311_id,
    case_by_receipt,
    revoke_receipts,
    secret_of,
    submit_once,
)
from casework.people import consents
from casework.people.models import Account
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from kit.secrets import KeyRing
from tests.casework_setting import AUDITOR, CITIZEN, DISPATCHER, HANDLER, HEAD, desk_on, filed, person, words

KEYS = KeyRing.random()
OWN_WORDS = "巡查发现一处占道摊点，已安排人员处理"


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


def unknown(desk: Desk, number: int = 40) -> tuple[NewComplaint, Account]:
    """Somebody without any identity, and the account made for them."""
    account = Account(id=person(number), created_at=desk.db.clock.now())
    return NewComplaint(account_id=account.id, story="路口有人摆摊", source=Source.H5), account


async def test_the_same_act_files_one_case_however_often_it_comes(desk: Desk) -> None:
    async def one_try() -> tuple[UUID, str]:
        done = await submit_once(
            desk, KEYS, CITIZEN, words(), key="h5:1", body=b"same", kind=ReceiptKind.RECEIPT
        )
        return done.view.id, done.secret

    found = await asyncio.gather(*(one_try() for _ in range(6)))
    assert len(set(found)) == 1
    assert await Complaint.all().count() == 1
    assert await ComplaintReceipt.all().count() == 1


async def test_the_same_key_with_other_words_is_a_conflict_and_files_nothing(desk: Desk) -> None:
    await submit_once(desk, KEYS, CITIZEN, words(), key="h5:1", body=b"one")
    with pytest.raises(Conflict):
        await submit_once(desk, KEYS, CITIZEN, words("又是别的事"), key="h5:1", body=b"two")
    assert await Complaint.all().count() == 1


async def test_a_receipt_opens_its_own_case_as_people_type_it(desk: Desk) -> None:
    new, account = unknown(desk)
    done = await submit_once(
        desk, KEYS, citizen(account.id), new, key="k", body=b"b", kind=ReceiptKind.RECEIPT, beside=(account,)
    )
    other = await filed(desk)
    typed = " " + done.secret.lower().replace("-", " ")
    assert await case_by_receipt(desk.db, KEYS, done.view.reference.lower(), typed) == done.view.id
    assert await case_by_receipt(desk.db, KEYS, other.reference, done.secret) is None
    assert await case_by_receipt(desk.db, KEYS, done.view.reference, done.secret[:-1] + "2") is None or (
        done.secret.endswith("2")
    )
    assert await case_by_receipt(desk.db, KEYS, "什么", "也不是") is None
    assert await Account.filter(id=account.id).exists()


async def test_no_row_holds_a_secret_and_each_kind_opens_only_its_own_door(desk: Desk) -> None:
    done = await submit_once(desk, KEYS, CITIZEN, words(), key="k", body=b"b", kind=ReceiptKind.OPEN311)
    row = await ComplaintReceipt.get()
    assert done.secret.upper() not in str(row.__dict__).upper()
    assert await case_by_open311_id(KEYS, done.secret) == done.view.id
    assert await case_by_receipt(desk.db, KEYS, done.view.reference, done.secret) is None
    assert await case_by_open311_id(KeyRing.random(), done.secret) is None
    assert secret_of(KEYS, done.view.id, ReceiptKind.RECEIPT) != done.secret


async def test_a_revoked_receipt_opens_nothing(desk: Desk) -> None:
    done = await submit_once(desk, KEYS, CITIZEN, words(), key="k", body=b"b", kind=ReceiptKind.RECEIPT)

    async def revoke(change: Change) -> None:
        await change.lock(Complaint, done.view.id)
        await revoke_receipts(change, DISPATCHER, done.view.id)

    await desk.db.change(revoke)
    assert await case_by_receipt(desk.db, KEYS, done.view.reference, done.secret) is None


# ---- releases


async def test_nothing_is_public_until_a_clerk_releases_it_and_nothing_after_it_is_withdrawn(
    desk: Desk,
) -> None:
    case = await filed(desk, position=Position(30.123456, 120.654321, "wgs84"))
    assert await releasing.released(desk, releasing.ReleaseFilter()) == ()
    view = await releasing.release(desk, DISPATCHER, case.id, description=OWN_WORDS, place_text="湖滨路")
    assert (view.latitude, view.longitude) == (30.125, 120.655)
    assert case.reference not in str(view)
    assert await releasing.released(desk, releasing.ReleaseFilter()) == (view,)
    again = await releasing.release(
        desk, HEAD, case.id, description="已派单，三天内答复", place_text="湖滨路"
    )
    assert again.public_id == view.public_id
    await releasing.withdraw_release(desk, HEAD, case.id)
    assert await releasing.released(desk, releasing.ReleaseFilter()) == ()
    with pytest.raises(NotFound):
        await releasing.withdraw_release(desk, HEAD, case.id)


@pytest.mark.parametrize("actor", [CITIZEN, HANDLER, AUDITOR], ids=["citizen", "handler", "auditor"])
async def test_only_a_dispatcher_or_a_head_releases(desk: Desk, actor: object) -> None:
    case = await filed(desk)
    with pytest.raises(Forbidden):
        await releasing.release(desk, actor, case.id, description=OWN_WORDS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "description", "place"),
    [
        ("description", "请联系 13800138000 了解", "湖滨路"),
        ("description", "有人说每天早上六点在菜场门口摆摊占道影响通行", "湖滨路"),
        ("description", "", "湖滨路"),
        ("place_text", OWN_WORDS, "湖滨路 12 号"),
        ("place_text", OWN_WORDS, "三单元楼下"),
        ("place_text", OWN_WORDS, "路" * 61),
    ],
)
async def test_what_would_point_at_somebody_is_not_released(
    desk: Desk, field: str, description: str, place: str
) -> None:
    case = await filed(desk, story="每天早上六点在菜场门口摆摊占道影响通行，没人管")
    with pytest.raises(Invalid) as refused:
        await releasing.release(desk, DISPATCHER, case.id, description=description, place_text=place)
    assert refused.value.field == field
    assert await releasing.release_of(desk, case.id) is None


async def test_whoever_agreed_to_public_display_may_be_quoted_until_they_take_it_back(desk: Desk) -> None:
    now = desk.db.clock.now()

    async def known(_: Change) -> None:
        await Account(id=CITIZEN.id, created_at=now).save(force_create=True)

    await desk.db.change(known)
    case = await filed(desk, story="每天早上六点在菜场门口摆摊占道影响通行")
    await consents.give(desk.db, desk.sealer, person(1), consents.Purpose.PUBLIC_DISPLAY, "2026-11", "h5")
    await releasing.release(desk, DISPATCHER, case.id, description="每天早上六点在菜场门口摆摊占道影响通行")
    assert await consents.revoke(desk.db, CITIZEN, person(1), consents.Purpose.PUBLIC_DISPLAY)
    assert await releasing.release_of(desk, case.id) is None


async def test_a_case_its_citizen_withdraws_is_shown_no_longer(desk: Desk) -> None:
    case = await filed(desk)
    await releasing.release(desk, DISPATCHER, case.id, description=OWN_WORDS)
    await actions.withdraw(desk, CITIZEN, case.id)
    assert await releasing.released(desk, releasing.ReleaseFilter()) == ()
    with pytest.raises(Conflict):
        await releasing.release(desk, DISPATCHER, case.id, description=OWN_WORDS)


async def test_releases_are_found_by_state_category_and_time(desk: Desk) -> None:
    one, two = await filed(desk), await filed(desk)
    for case in (one, two):
        await releasing.release(desk, DISPATCHER, case.id, description=OWN_WORDS)
    await actions.accept(desk, DISPATCHER, one.id, category="vending")
    accepted = releasing.ReleaseFilter(states=frozenset({State.ACCEPTED}))
    (found,) = await releasing.released(desk, accepted)
    assert found.category == "vending"
    assert await releasing.released(desk, releasing.ReleaseFilter(categories=frozenset({"noise"}))) == ()
    later = releasing.ReleaseFilter(since=desk.db.clock.now().replace(year=2099))
    assert await releasing.released(desk, later) == ()
    named = releasing.ReleaseFilter(public_ids=(found.public_id, "nothing"))
    assert [view.public_id for view in await releasing.released(desk, named)] == [found.public_id]
    assert len(await releasing.released(desk, releasing.ReleaseFilter(), limit=1)) == 1


async def test_words_that_may_name_somebody_are_published_only_when_they_were_looked_at(desk: Desk) -> None:
    case = await filed(desk)
    with pytest.raises(Invalid) as refused:
        await releasing.release(desk, DISPATCHER, case.id, description="王先生的店占道，车川A12345，已劝离")
    assert refused.value.params["found"] == "王、川A12345"
    assert refused.value.params["proposed"] == "…先生的店占道，车…，已劝离"
    shown = await releasing.release(
        desk, DISPATCHER, case.id, description="李老板饺子馆门口已清理", is_checked=True
    )
    assert shown.description == "李老板饺子馆门口已清理"


def test_a_run_of_shared_characters_is_found_across_punctuation() -> None:
    assert releasing.shares_run(
        "他们每天早上六点就开始，在菜场门口摆摊", "每天早上六点就开始在菜场门口摆摊", 12
    )
    assert not releasing.shares_run("菜场门口的摊点已劝离", "每天早上六点就开始在菜场门口摆摊", 12)
