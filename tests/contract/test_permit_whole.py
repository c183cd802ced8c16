"""An application that comes in one message, on both engines: once per act, and nothing of what is refused."""

from __future__ import annotations

from uuid import UUID

import pytest
from tortoise.models import Model

from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled
from casework.permits.materials import FILE_KIND
from casework.permits.models import PermitApplication, PermitDraft, PermitMaterial
from casework.permits.whole import Whole, submit_whole
from kit.db import Change, Database
from kit.files.models import FileState, StoredFile
from kit.problems import Conflict, Invalid, NotFound
from tests.casework_setting import CITIZEN, person
from tests.permit_setting import filled, permit_desk_on


@pytest.fixture
def desk(database: Database) -> PermitDesk:
    return permit_desk_on(database)


async def sent(desk: PermitDesk, whole: Whole, key: str = "act-1", body: bytes = b"body"):
    return await submit_whole(desk, CITIZEN, whole, source="miniprogram", key=key, body=body)


async def receipt(desk: PermitDesk, number: int) -> UUID:
    """A file that the citizen has sent."""
    row: Model = StoredFile(
        id=person(number),
        kind=FILE_KIND,
        account_id=CITIZEN.id,
        state=FileState.READY.value,
        sniffed_type="image/png",
        bytes_size=10,
        sha256="0" * 64,
        wrapped_key=bytes(32),
        created_at=desk.db.clock.now(),
    )

    async def work(_: Change) -> None:
        await row.save(force_create=True)

    await desk.db.change(work)
    return person(number)


async def test_a_doubled_message_is_one_application(desk: PermitDesk):
    file_id = await receipt(desk, 71)
    whole = Whole(kind="proof", filled=filled(), files={"receipt": [file_id]})
    first, second = await sent(desk, whole), await sent(desk, whole)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.reference == second.reference
    assert await PermitApplication.all().count() == 1
    assert await PermitDraft.all().count() == 0
    assert (await PermitMaterial.get()).application_id == first.application_id
    with pytest.raises(Conflict, match="idempotency_conflict"):
        await sent(desk, whole, body=b"another")


async def test_of_what_is_refused_nothing_is_kept_and_the_same_act_may_try_again(desk: PermitDesk):
    file_id = await receipt(desk, 72)
    for wrong, problem in (
        (Whole(kind="castle"), NotFound),
        (Whole(kind="stall", act="cancel", filled=filled()), Invalid),
        (Whole(kind="stall", filled=Filled(values={"holder": "清河商贸有限公司"})), Invalid),
        (Whole(kind="proof", filled=filled()), Invalid),
        (Whole(kind="stall", filled=filled(), files={"receipt": [file_id]}), Invalid),
        (Whole(kind="proof", filled=filled(), files={"receipt": [person(99)]}), Invalid),
    ):
        with pytest.raises(problem):
            await sent(desk, wrong)
    assert await PermitApplication.all().count() == await PermitDraft.all().count() == 0
    assert await PermitMaterial.all().count() == 0
    assert not (await sent(desk, Whole(kind="stall", filled=filled()))).is_repeat
