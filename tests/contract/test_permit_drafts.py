"""Drafts and their files, and what clashes at a place, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from tortoise.models import Model

from casework.actors import Actor
from casework.complaints.place import Position
from casework.people.merging import Basis, link
from casework.people.models import Account
from casework.permits import drafts
from casework.permits.clashes import clashes
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled
from casework.permits.kinds import PermitsSection
from casework.permits.materials import FILE_KIND, files_of_permits, hand_over, staff_holder
from casework.permits.models import PermitApplication, PermitDraft, PermitMaterial
from casework.permits.submitting import submit
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.models import FileState, StoredFile, Upload, UploadState
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests.casework_setting import CITIZEN, HANDLER, person
from tests.permit_rows import PLACE, permit_row
from tests.permit_setting import CLERK, SECTION, applied, filled, permit_desk_on

STRANGER = Actor(kind="citizen", id=person(91), roles=CITIZEN.roles)
LATITUDE, LONGITUDE = PLACE


@pytest.fixture
def desk(database: Database) -> PermitDesk:
    return permit_desk_on(database)


async def test_a_draft_is_gone_on_with_and_its_words_are_sealed(desk: PermitDesk, clock: FixedClock):
    id = await drafts.begin(desk, CITIZEN, "stall")
    assert await drafts.save(desk, CITIZEN, id, filled(words="卖春联", stranger="x"), "what", 1) == 2
    view = await drafts.draft_view(desk, CITIZEN, id)
    assert (view.step, view.revision, view.filled.values["words"]) == ("what", 2, "卖春联")
    assert "stranger" not in view.filled.values
    row = await PermitDraft.get(id=id)
    assert "春联".encode() not in bytes(row.content_sealed)
    assert [one.id for one in await drafts.drafts_of(desk, CITIZEN)] == [id]
    with pytest.raises(Conflict, match="draft_moved_on"):
        await drafts.save(desk, CITIZEN, id, filled(words="别的"), "who", 1)
    assert (await drafts.draft_view(desk, CITIZEN, id)).filled.values["words"] == "卖春联"


async def test_anothers_draft_is_not_there(desk: PermitDesk):
    id = await drafts.begin(desk, CITIZEN, "stall")
    for nobody in (STRANGER, CLERK):
        for attempt in (
            drafts.draft_view(desk, nobody, id),
            drafts.save(desk, nobody, id, Filled(), "who", 1),
            drafts.attach(desk, nobody, id, "receipt", person(1)),
            drafts.discard(desk, nobody, id),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await drafts.drafts_of(desk, nobody) == ()
    with pytest.raises(Forbidden):
        await drafts.begin(desk, HANDLER, "stall")


async def test_a_draft_follows_a_person_whose_accounts_are_linked(desk: PermitDesk):
    now = desk.db.clock.now()
    await _put(desk, *(Account(id=one.id, created_at=now, updated_at=now) for one in (CITIZEN, STRANGER)))
    id = await drafts.begin(desk, CITIZEN, "stall")
    await desk.db.change(lambda change: link(change, CITIZEN.id, STRANGER.id, Basis.PHONE, CITIZEN))  # type: ignore[arg-type]
    assert (await drafts.draft_view(desk, STRANGER, id)).id == id


async def test_unknown_kinds_acts_and_too_many_drafts_are_refused(desk: PermitDesk):
    with pytest.raises(NotFound, match="kind_unknown"):
        await drafts.begin(desk, CITIZEN, "castle")
    with pytest.raises(Invalid, match="act"):
        await drafts.begin(desk, CITIZEN, "board", "renew")
    for _ in range(drafts.DRAFTS_MOST):
        await drafts.begin(desk, CITIZEN, "stall")
    with pytest.raises(Conflict, match="drafts_too_many"):
        await drafts.begin(desk, CITIZEN, "stall")


async def _put(desk: PermitDesk, *rows: Model) -> None:
    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)

    await desk.db.change(work)


async def _set(desk: PermitDesk, application_id: UUID, **values: object) -> None:
    async def work(_: Change) -> None:
        await PermitApplication.filter(id=application_id).update(**values)

    await desk.db.change(work)


async def _file(desk: PermitDesk, account_id: UUID | None, holder: str = "", **changed: object) -> UUID:
    now, id = desk.db.clock.now(), desk.db.ids.new()
    values: dict[str, object] = {
        "kind": FILE_KIND, "sniffed_type": "image/png", "bytes_size": 9, "sha256": "0" * 64,
        "wrapped_key": b"k", "state": FileState.READY.value, "created_at": now,
    }  # fmt: skip
    file = StoredFile(id=id, account_id=account_id, **values | changed)
    upload = Upload(
        id=id, holder=holder or f"account:{account_id}", account_id=account_id, kind=FILE_KIND, file_id=id,
        state=UploadState.COMPLETE.value, bytes_total=9, bytes_received=9, created_at=now, expires_at=now,
    )  # fmt: skip
    await _put(desk, file, upload)
    return id


async def test_files_are_attached_as_they_arrive_and_only_ones_own(desk: PermitDesk):
    id = await drafts.begin(desk, CITIZEN, "deposit")
    mine, refused = await _file(desk, CITIZEN.id), await _file(desk, CITIZEN.id, state="refused", reason=None)
    hung = await drafts.attach(desk, CITIZEN, id, "receipt", mine)
    first = hung.file
    assert first is not None
    assert (hung.before, hung.after) == (1, 2)
    again = await drafts.attach(desk, CITIZEN, id, "receipt", mine)
    assert (again.file, again.before, again.after) == (first, 2, 2)
    for wrong, material in (
        (await _file(desk, STRANGER.id), "receipt"),
        (await _file(desk, CITIZEN.id, kind="complaint_photo"), "receipt"),
        (refused, "receipt"),
        (await _file(desk, CITIZEN.id), "castle"),
        (desk.db.ids.new(), "receipt"),
    ):
        with pytest.raises(Invalid):
            await drafts.attach(desk, CITIZEN, id, material, wrong)
    for _ in range(2):
        await drafts.attach(desk, CITIZEN, id, "receipt", await _file(desk, CITIZEN.id))
    with pytest.raises(Conflict, match="material_too_many"):
        await drafts.attach(desk, CITIZEN, id, "receipt", await _file(desk, CITIZEN.id))
    other = await drafts.begin(desk, CITIZEN, "deposit")
    with pytest.raises(Conflict, match="file_used"):
        await drafts.attach(desk, CITIZEN, other, "receipt", mine)
    assert await files_of_permits([mine, refused]) == {mine}
    gone = await drafts.detach(desk, CITIZEN, id, first.id)
    assert gone.after == gone.before + 1
    assert (await drafts.detach(desk, CITIZEN, id, first.id)).after == gone.after
    assert len((await drafts.draft_view(desk, CITIZEN, id)).files) == 2
    assert not await StoredFile.exists(id=mine)


async def test_of_two_tabs_the_one_that_has_not_seen_a_file_come_or_go_is_told(desk: PermitDesk):
    id = await drafts.begin(desk, CITIZEN, "deposit")
    hung = await drafts.attach(desk, CITIZEN, id, "receipt", await _file(desk, CITIZEN.id))
    with pytest.raises(Conflict, match="draft_moved_on"):
        await drafts.save(desk, CITIZEN, id, filled(), "who", hung.before)
    assert await drafts.save(desk, CITIZEN, id, filled(), "who", hung.after) == 3
    with pytest.raises(Conflict, match="draft_changed"):
        await submit(desk, CITIZEN, id, source="h5", expected_revision=hung.after)
    assert hung.file is not None
    await drafts.detach(desk, CITIZEN, id, hung.file.id)
    with pytest.raises(Conflict, match="draft_changed"):
        await submit(desk, CITIZEN, id, source="h5", expected_revision=3)


async def test_a_draft_begun_twice_with_one_key_is_one_draft(desk: PermitDesk):
    first = await drafts.begin(desk, CITIZEN, "stall", key="a tap")
    assert await drafts.begin(desk, CITIZEN, "stall", key="a tap") == first
    assert await drafts.begin(desk, CITIZEN, "stall", key="another tap") != first
    with pytest.raises(Conflict, match="idempotency"):
        await drafts.begin(desk, CITIZEN, "board", key="a tap")


async def test_a_clerk_attaches_what_the_clerk_uploaded(desk: PermitDesk):
    id = await drafts.begin(desk, CLERK, "deposit")
    with pytest.raises(Invalid, match="not_yours"):
        await drafts.attach(desk, CLERK, id, "receipt", await _file(desk, CITIZEN.id))
    file_id = await _file(desk, None, staff_holder(CLERK.id))  # type: ignore[arg-type]
    assert (await drafts.attach(desk, CLERK, id, "receipt", file_id)).file.state == "ready"  # type: ignore[union-attr]
    visit = await _file(desk, None, "visit:abc")
    assert (
        await drafts.attach(desk, CLERK, id, "receipt", visit, holders=("visit:abc",))
    ).file.file_id == visit  # type: ignore[union-attr]


async def test_what_nobody_came_back_for_goes_with_its_files(desk: PermitDesk, clock: FixedClock):
    id = await drafts.begin(desk, CITIZEN, "deposit")
    file_id = await _file(desk, CITIZEN.id)
    await drafts.attach(desk, CITIZEN, id, "receipt", file_id)
    clock.advance(timedelta(days=59))
    await drafts.save(desk, CITIZEN, id, Filled(), "who", 2)
    clock.advance(timedelta(days=59))
    assert await drafts.forget_expired(desk.db) == 0
    clock.advance(timedelta(days=1))
    with pytest.raises(NotFound):
        await drafts.draft_view(desk, CITIZEN, id)
    assert await drafts.forget_expired(desk.db) == 1
    assert not await PermitDraft.exists()
    assert not await PermitMaterial.exists()
    assert not await StoredFile.exists(id=file_id)


async def test_what_replaces_a_file_of_an_application_stands_beside_it(desk: PermitDesk):
    application_id = desk.db.ids.new()
    for _ in range(2):
        draft_id = await drafts.begin(desk, CITIZEN, "deposit")
        await drafts.attach(desk, CITIZEN, draft_id, "receipt", await _file(desk, CITIZEN.id))

        async def taken(change: Change, draft_id: UUID = draft_id) -> int:
            return await hand_over(change, draft_id, application_id, {"receipt"})

        assert await desk.db.change(taken) == 1
    rows = await PermitMaterial.filter(application_id=application_id).order_by("added_at", "id")
    assert [row.replaced_at is not None for row in rows] == [True, False]


def _square(east_m: float, north_m: float, side_m: float) -> str:
    """A GeoJSON square whose south-western corner lies so far from the place."""
    x, y = LONGITUDE + east_m / 92_600, LATITUDE + north_m / 111_195
    dx, dy = side_m / 92_600, side_m / 111_195
    ring = [[x, y], [x + dx, y], [x + dx, y + dy], [x, y + dy], [x, y]]
    return msgspec.json.encode({"type": "Polygon", "coordinates": [ring]}).decode()


async def test_only_what_shares_ground_and_time_clashes(desk: PermitDesk):
    now = desk.db.clock.now()
    here = Position(LATITUDE, LONGITUDE, "wgs84")
    rows = {
        "same": permit_row(now),
        "drawn": permit_row(now, outline=_square(3, 0, 5)),
        "beside": permit_row(now, at=(LATITUDE, LONGITUDE + 0.00012)),
        "far": permit_row(now, at=(LATITUDE + 0.002, LONGITUDE)),
        "ended": permit_row(now, state="revoked"),
        "earlier": permit_row(now, valid_until_at=now),
        "elsewhere": permit_row(now, at=(LATITUDE, LONGITUDE + 0.0025), outline=_square(-50, -5, 230)),
        "no_clash": permit_row(now, kind="sign"),
    }
    await _put(desk, *rows.values())
    kinds = [msgspec.structs.replace(one, clashes=one.code != "sign") for one in SECTION.kinds]
    desk = _desk_with(desk, kinds)
    found = await clashes(desk, here, 9.0, now, now + timedelta(hours=8))
    named = {name for name, row in rows.items() if row.id in {one.id for one in found}}
    assert named == {"same", "drawn", "beside", "elsewhere"}
    extents = {one.id: one.extent for one in found}
    assert extents[rows["beside"].id] == "near"
    assert extents[rows["elsewhere"].id] == "overlap"
    assert not any(one.is_drawn for one in found)
    own = rows["same"].application_id
    outline = _square(0, 0, 2)
    left = await clashes(desk, outline, None, now, now + timedelta(hours=8), leaving_out=(own,))
    drawn = {one.id: (one.extent, one.is_drawn, one.distance_m) for one in left}
    assert rows["same"].id not in drawn
    assert drawn[rows["drawn"].id] == ("near", True, 1.0)
    after = rows["same"].valid_until_at
    assert await clashes(desk, here, 9.0, after, after + timedelta(hours=1)) == ()


async def test_an_open_application_clashes_until_it_is_over(desk: PermitDesk):
    begins = desk.db.clock.now() + timedelta(days=8)
    id = await applied(desk)
    row = await PermitApplication.get(id=id)
    near = permit_row(begins)
    values = {"latitude": near.latitude, "longitude": near.longitude, "place_cell": near.place_cell}
    span = {"wanted_from_at": begins, "wanted_until_at": begins + timedelta(hours=9), "area_m2": 12.0}
    await _set(desk, id, **values, **span)
    here = Position(LATITUDE, LONGITUDE, "wgs84")

    async def found(from_at: datetime) -> list[str]:
        return [
            one.reference for one in await clashes(desk, here, 9.0, from_at, from_at + timedelta(hours=2))
        ]

    assert await found(begins + timedelta(hours=1)) == [row.reference]
    assert await found(begins + timedelta(hours=9)) == []
    await _set(desk, id, ended_at=begins, state="withdrawn")
    assert await found(begins + timedelta(hours=1)) == []


def _desk_with(desk: PermitDesk, kinds: list[object]) -> PermitDesk:
    """The same desk with other kinds."""
    section = msgspec.structs.replace(desk.section, kinds=tuple(kinds))
    assert isinstance(section, PermitsSection)
    return PermitDesk(
        db=desk.db,
        calendar=desk.calendar,
        section=section,
        sealer=desk.sealer,
        bureau_code=desk.bureau_code,
        documents=desk.documents,
    )
