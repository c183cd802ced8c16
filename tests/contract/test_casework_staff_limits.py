"""Nobody comes to hold by a detour what nobody may give them: over a deputy, a colleague's work, another unit."""

from __future__ import annotations

import pytest

from casework.complaints import actions
from casework.complaints.handing_over import hand_over
from casework.complaints.models import Complaint
from casework.complaints.notes import update_citizen
from casework.complaints.recordings import note_opening
from casework.complaints.releasing import release
from casework.people import deputies, second_factor, staff
from casework.people.views import DeputyView, StaffView
from casework.roles import Role
from kit.db import Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests.casework_setting import desk_on, filed
from tests.contract.test_casework_staff import DAY, PASSWORDS, fresh, hire, today


async def arranged(db: Database, by: StaffView, principal: StaffView, deputy: StaffView) -> DeputyView:
    return await deputies.name_deputy(
        db,
        by.actor(),
        principal_id=principal.id,
        deputy_id=deputy.id,
        from_on=today(db),
        until_on=today(db) + 5 * DAY,
    )


async def test_nobody_keeps_the_account_of_whom_they_stand_in_for(database: Database) -> None:
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    other = await hire(database, "other", (Role.ADMINISTRATOR, None))
    li = await hire(database, "li", (Role.HANDLER, "street"))
    await arranged(database, other, li, chief)
    standing = (await fresh(database, chief)).actor()
    # Whatever they are given, the deputy holds as well.
    with pytest.raises(Forbidden, match="not_oneself"):
        await staff.grant(database, standing, li.id, Role.DISPATCHER)
    for act in (
        staff.set_password(database, PASSWORDS, standing, "li", "another one"),
        second_factor.reset(database, standing, li.id),
    ):
        with pytest.raises(Forbidden, match="not_oneself"):
            await act
    given = await staff.grant(database, other.actor(), li.id, Role.DISPATCHER)
    assert Role.DISPATCHER in given.roles


async def test_a_deputy_named_by_a_head_never_comes_to_watch_over_others(database: Database) -> None:
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    head = await hire(database, "head", (Role.HEAD, "street"))
    li, wang = [await hire(database, name, (Role.HANDLER, "street")) for name in ("li", "wang")]
    # Given from a day on on which the deputy would stand in.
    await staff.grant(database, chief.actor(), li.id, Role.AUDITOR, from_on=today(database) + 3 * DAY)
    with pytest.raises(Forbidden, match="deputy_of_watchful"):
        await arranged(database, head, li, wang)
    # Given after the deputy was named.
    zhao = await hire(database, "zhao", (Role.HANDLER, "street"))
    await arranged(database, head, zhao, wang)
    await staff.grant(database, chief.actor(), zhao.id, Role.ADMINISTRATOR)
    assert Role.ADMINISTRATOR not in (await fresh(database, wang)).roles
    # Who has no role yet is nobody's in particular.
    nobody = await hire(database, "nobody")
    with pytest.raises(Forbidden):
        await arranged(database, head, nobody, wang)


async def test_work_is_handed_over_in_ones_own_units_and_never_to_oneself(database: Database) -> None:
    desk = desk_on(database)
    clerk = (await hire(database, "clerk", (Role.DISPATCHER, None))).actor()
    li = await hire(database, "li", (Role.HANDLER, "street"))
    night = await hire(database, "night", (Role.DISPATCHER, "night"), (Role.HANDLER, "night"))
    case = await filed(desk)
    await actions.accept(desk, clerk, case.id, category="vending")
    await actions.assign(desk, clerk, case.id, assignee_id=li.id)
    for to_id in (night.id, None):
        with pytest.raises((Forbidden, Conflict, Invalid)):
            await hand_over(desk, night.actor(), li.id, to_id=to_id)
    street = await hire(database, "street", (Role.DISPATCHER, "street"), (Role.HANDLER, "street"))
    with pytest.raises((Forbidden, Invalid)):
        await hand_over(desk, street.actor(), li.id, to_id=street.id)
    assert (await Complaint.get(id=case.id)).assignee_id == li.id
    assert (await hand_over(desk, street.actor(), li.id, to_id=None)).cases == 1


async def test_to_see_by_one_role_is_not_to_act_by_another(database: Database) -> None:
    desk = desk_on(database)
    clerk = (await hire(database, "clerk", (Role.DISPATCHER, None))).actor()
    watch = await hire(database, "watch", (Role.AUDITOR, None))
    li = await hire(database, "li", (Role.DISPATCHER, "night"), (Role.HANDLER, "night"))
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    await arranged(database, chief, watch, li)
    # Sees every case for the auditor, and distributes and handles in one unit.
    both = (await fresh(database, li)).actor()
    case = await filed(desk, phone="13800001234")
    await actions.accept(desk, clerk, case.id, category="vending")
    await actions.assign(desk, clerk, case.id, unit="street")
    for act in (
        actions.reveal_phone(desk, both, case.id),
        actions.answer(desk, both, case.id, text="已清理"),
        release(desk, both, case.id, description="路口的摊子已经劝离"),
        update_citizen(desk, both, case.id, "已经到现场", act="one"),
        note_opening(desk, both, case.id, case.id),
    ):
        with pytest.raises((Forbidden, NotFound)):
            await act
    await actions.hand_back(
        desk, (await hire(database, "wang", (Role.HANDLER, "street"))).actor(), case.id, ground="x"
    )
    with pytest.raises(Forbidden):
        await actions.assign(desk, both, case.id, unit="night")
    await actions.assign(desk, clerk, case.id, unit="night")
    assert await actions.reveal_phone(desk, both, case.id) == "13800001234"
    assert (await actions.answer(desk, both, case.id, text="已清理")).answer == "已清理"
