"""How large signs may be, what of people stands on them, and how they come down or make way, on both engines."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.people.office_phone import without_private
from casework.permits.deciding import register, register_past_limit
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.scene_codes.models import SceneCode
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.keeping import correct
from casework.sign_filings.models import Sign
from casework.sign_filings.queries import sign_by_code, sign_view, successors_of
from casework.sign_filings.registering import SignRegister, register_by_hand
from casework.sign_filings.removing import remove, replace
from casework.sign_filings.section import SignsSection
from kit.clock import FixedClock
from kit.db import Database
from kit.problems import Conflict, Invalid, NotFound, Problem
from tests.casework_setting import AUDITOR, CITIZEN, NEIGHBOUR
from tests.contract.test_signs import FORM, SECTION, _by_hand, _photo
from tests.permit_setting import APPROVER, CLERK, applied, permit_desk_on

SIGNS = msgspec.convert(
    {
        "questions": [{"code": "firm", "ask": "装得牢固吗？"}],
        "sizes": [
            {
                "kinds": ["sign"],
                "width_most_m": 10,
                "height_most_m": 2,
                "area_most_m2": 15,
                "basis": "招牌规范第八条",
            }
        ],
    },
    SignsSection,
)
TODAY = date(2026, 11, 23)
IDENTITY = "11010519491231002X"


@pytest.fixture
def permits(database: Database) -> PermitDesk:
    return dataclasses.replace(permit_desk_on(database, section=SECTION), signs=SignRegister(SIGNS))


@pytest.fixture
def desk(permits: PermitDesk) -> SignDesk:
    return SignDesk(db=permits.db, section=SIGNS, kinds=SECTION, sealer=permits.sealer)


async def hung(permits: PermitDesk, **more: str) -> Sign:
    filing = await applied(permits, kind="sign", **{**FORM, **more})
    await register(permits, APPROVER, filing)
    return await Sign.get(application_id=filing)


@pytest.mark.parametrize(
    ("width", "height", "key"),
    [("10.1", "1", "width"), ("3", "2.1", "height"), ("9", "1.9", "area")],
)
async def test_a_shop_sign_larger_than_the_profile_says_is_not_registered_and_says_which_limit(
    permits: PermitDesk, width: str, height: str, key: str
) -> None:
    filing = await applied(permits, kind="sign", **{**FORM, "width": width, "height": height})
    with pytest.raises(Invalid, match=f"oversize_{key}") as refused:
        await register(permits, APPROVER, filing)
    assert refused.value.params["basis"] == "招牌规范第八条"
    assert (await PermitApplication.get(id=filing)).state == "submitted"
    assert not await Sign.exists()


async def test_what_silence_takes_in_is_shown_to_be_too_large(
    permits: PermitDesk, desk: SignDesk, clock: FixedClock
) -> None:
    await applied(permits, kind="sign", **{**FORM, "width": "12"})
    clock.advance(timedelta(days=20))
    assert await register_past_limit(permits) == 1
    row = await Sign.all().first()
    assert row is not None
    assert [one.what for one in (await sign_view(desk, CLERK, row.id)).public.oversizes] == ["width"]


async def test_a_clerk_enters_and_corrects_within_the_same_limits(
    permits: PermitDesk, desk: SignDesk
) -> None:
    with pytest.raises(Invalid, match="oversize_width"):
        await register_by_hand(desk, CLERK, _by_hand(width_m=11))
    row = await hung(permits)
    with pytest.raises(Invalid, match="oversize_height"):
        await correct(desk, APPROVER, row.id, _by_hand(height_m=3))
    assert (await Sign.get(id=row.id)).revision == 1


@pytest.mark.parametrize("field", ["responsible_unit", "place_text", "words"])
@pytest.mark.parametrize("private", ["13812345678", "１３８ １２３４ ５６７８", IDENTITY])
async def test_no_number_of_a_person_is_typed_into_what_stands_in_public(
    desk: SignDesk, field: str, private: str
) -> None:
    with pytest.raises(Invalid, match="private_number") as refused:
        await register_by_hand(desk, CLERK, _by_hand(**{field: f"清河物业 {private} 老王"}))
    assert refused.value.field == field
    assert not await Sign.exists()


async def test_what_a_filing_brought_of_a_person_is_left_out(permits: PermitDesk, desk: SignDesk) -> None:
    row = await hung(permits, unit_in_charge="清河物业 13812345678", sign_name=f"老王面馆{IDENTITY}")
    shown = repr(await sign_by_code(desk, row.code))
    scene = await SceneCode.get(code=row.code)
    for private in ("138", IDENTITY):
        assert private not in shown + f"{scene.title} {scene.contact}"
    assert row.responsible_unit == "清河物业 …"
    assert without_private("0571-88880000 转 8201") == "0571-88880000 转 8201"


async def test_who_put_it_up_takes_it_down_with_a_day_and_a_photo(
    permits: PermitDesk, desk: SignDesk
) -> None:
    row = await hung(permits)
    photo = await _photo(desk.db)
    with pytest.raises(Invalid, match="photos"):
        await remove(desk, CITIZEN, row.id, TODAY)
    with pytest.raises(Invalid, match="removed_on"):
        await remove(desk, CITIZEN, row.id, None, (photo,))
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(Invalid, match="removed_on"):
            await remove(desk, CITIZEN, row.id, day, (photo,))
    with pytest.raises(NotFound):
        await remove(desk, NEIGHBOUR, row.id, TODAY, (photo,))
    with pytest.raises(Invalid, match="photo_unknown"):
        await remove(desk, CITIZEN, row.id, TODAY, (await _photo(desk.db, NEIGHBOUR.id),))
    assert (await Sign.get(id=row.id)).state == "in_use"
    for _ in range(2):
        await remove(desk, CITIZEN, row.id, TODAY, (photo,), expected_revision=1)
    view = await sign_view(desk, CITIZEN, row.id)
    assert (view.public.state, view.public.removed_on, view.removal_photos) == ("ended", TODAY, (photo,))
    assert (await SceneCode.get(code=row.code)).retired_at is not None


async def test_a_clerk_who_saw_that_it_is_gone_needs_no_photo(permits: PermitDesk, desk: SignDesk) -> None:
    row = await hung(permits)
    with pytest.raises(Problem, match="not_your_role"):
        await remove(desk, AUDITOR, row.id, TODAY)
    await remove(desk, CLERK, row.id, TODAY)
    assert (await Sign.get(id=row.id)).removed_on == TODAY


async def test_a_sign_makes_way_when_the_filing_that_takes_its_place_is_registered(
    permits: PermitDesk, desk: SignDesk
) -> None:
    old = await hung(permits)
    filing = await applied(permits, kind="sign", **{**FORM, "sign_name": "清河面馆新店"})
    reference = (await PermitApplication.get(id=filing)).reference
    assert CITIZEN.id is not None
    assert [one for one, _ in await successors_of(desk, [CITIZEN.id], old.id)] == [reference]
    with pytest.raises(Invalid, match="successor"):
        await replace(desk, CITIZEN, old.id, "QS-XX-261123-0001-X")
    with pytest.raises(NotFound):
        await replace(desk, NEIGHBOUR, old.id, reference)
    await replace(desk, CITIZEN, old.id, reference)
    with pytest.raises(Conflict, match="replaced_already"):
        await replace(desk, CITIZEN, old.id, reference)
    assert (await Sign.get(id=old.id)).state == "in_use"
    await register(permits, APPROVER, filing)
    new = await Sign.get(application_id=filing)
    shown = await sign_by_code(desk, old.code)
    assert shown is not None
    assert (shown.state, shown.successor_code, new.state) == ("ended", new.code, "in_use")
    with pytest.raises(Problem, match="wrong_state"):
        await replace(desk, CLERK, old.id, reference)


async def test_one_that_was_registered_already_takes_the_place_at_once(
    permits: PermitDesk, desk: SignDesk
) -> None:
    old, new = await hung(permits), await hung(permits, sign_name="清河面馆新店")
    assert new.application_id is not None
    reference = (await PermitApplication.get(id=UUID(str(new.application_id)))).reference
    await replace(desk, CLERK, old.id, reference)
    assert [(await Sign.get(id=one.id)).state for one in (old, new)] == ["ended", "in_use"]
