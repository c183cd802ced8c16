"""Holders of signs, contacts on boards, words about visits and parties of notices: exported, kept, and gone in time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from casework.documents.models import IssuedDocument
from casework.penalties import actions as notice_acts
from casework.penalties import case_serving as serving
from casework.penalties import delivery_consents as consents
from casework.penalties.case_paying import NewPayment, close, record_payment
from casework.penalties.case_queries import case_view
from casework.penalties.case_requests import even_plan
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import (
    DeliveryConsent,
    PartyRequest,
    PenaltyCase,
    PenaltyPayment,
    RectificationNotice,
)
from casework.penalties.queries import notices
from casework.people.forgetting import has_matters
from casework.permits.desk import PermitDesk
from casework.projects import actions, rating, rating_codes
from casework.projects.desk import ProjectDesk
from casework.projects.models import EnterpriseVisit, Project
from casework.retention.parties import REGISTERS, count_due, forget_parties
from casework.retention.profile import RetentionSection
from casework.scene_codes.models import SceneCode
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.models import Sign, SignPhoto
from casework.sign_filings.own_data import sign_holdings
from casework.sign_filings.queries import sign_by_code
from casework.sign_filings.removing import remove
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests import penalty_case_setting as cases
from tests.casework_setting import CITIZEN
from tests.contract import test_projects as visiting
from tests.contract import test_rectification_notices as rectifying
from tests.contract.test_projects import HEAD, board, visited
from tests.contract.test_rectification_notices import OFFICER, issued, row_of
from tests.contract.test_signs import _photo
from tests.contract.test_signs_removed import TODAY, desk, hung, permits

__all__ = ["desk", "permits"]
INSTEAD = "（已去除）"
YEARS = RetentionSection()
projects = pytest.fixture(name="projects")(visiting.desk.__wrapped__)  # type: ignore[attr-defined]
penalties = pytest.fixture(name="penalties")(rectifying.desk.__wrapped__)  # type: ignore[attr-defined]


async def gone(db: Database) -> tuple[int, list[UUID]]:
    removed: list[UUID] = []

    async def take(id: UUID) -> None:
        removed.append(id)

    return await forget_parties(db, YEARS, take, instead=INSTEAD, at_most=20), removed


async def test_a_holder_has_signs_in_the_export_and_becomes_nobody_years_after_one_came_down(
    permits: PermitDesk, desk: SignDesk, clock: FixedClock
) -> None:
    row, photo = await hung(permits), await _photo(desk.db)
    assert CITIZEN.id is not None
    assert await has_matters([CITIZEN.id])
    await remove(desk, CITIZEN, row.id, TODAY, (photo,))
    (held,) = (await sign_holdings(desk.sealer, [CITIZEN.id]))["signs"]
    assert (held["holder"], held["words"]) == ("清河商贸有限公司", "清河面馆")
    assert held["files"] == [{"id": photo, "stage": "removed"}]
    clock.advance(timedelta(days=366 * 3))
    assert await gone(desk.db) == (0, [])
    clock.advance(timedelta(days=1))
    assert await count_due("signs", YEARS.signs.before(clock.now()), 9) == 1
    assert await gone(desk.db) == (1, [photo])
    assert await gone(desk.db) == (0, [])
    shown = await sign_by_code(desk, row.code)
    assert shown is not None
    assert (shown.state, shown.holder, shown.contact_phone) == ("ended", INSTEAD, "")
    row, scene = await Sign.get(id=row.id), await SceneCode.get(code=row.code)
    assert "清河" not in f"{row.words}{row.place_text}{row.responsible_unit}{scene.title}{scene.contact}"
    assert (row.account_id, bytes(row.holder_sealed)) == (None, b"")
    assert not await SignPhoto.exists()
    assert not await StoredFile.filter(id=photo).exists()
    assert await AuditEntry.filter(case_id=row.id, action="sign.anonymise").count() == 1


async def test_contacts_leave_the_board_and_words_the_visit_while_scores_still_count(
    projects: ProjectDesk, clock: FixedClock
) -> None:
    project_id = await actions.open_project(projects, HEAD, board())
    project = await Project.get(id=project_id)
    visit_id = await visited(projects, project.code)
    await rating.rate(projects, rating_codes.rating_code(projects, visit_id), 2, "李工说态度不好")
    await actions.close(projects, HEAD, project_id, project.revision)
    clock.advance(timedelta(days=366 * 3 + 1))
    assert await gone(projects.db) == (2, [])
    project, visit = await Project.get(id=project_id), await EnterpriseVisit.get(id=visit_id)
    assert (project.contact_name, project.contact_phone, project.builder) == (INSTEAD, "", "清水建设有限公司")
    assert (await SceneCode.get(code=project.code)).contact is None
    assert (visit.rating, visit.rating_words) == (2, None)


async def test_a_party_becomes_nobody_and_no_earlier_record_ten_years_after_the_end(
    penalties: PenaltyDesk, clock: FixedClock
) -> None:
    reference = await issued(penalties, is_first_violation=True, judgement="核对过台账。")
    row = await row_of(reference)
    clock.advance(timedelta(days=366 * 11))
    # Not while it is open, however old.
    assert await gone(penalties.db) == (0, [])
    await notice_acts.end(penalties, OFFICER, row.id, "confirm", "王掌柜已经收回桌子。")
    clock.advance(timedelta(days=366 * 10 + 1))
    assert await gone(penalties.db) == (1, [])
    row = await RectificationNotice.get(reference=reference)
    assert (row.state, row.facts, row.judgement, row.checked_words) == ("put_right", INSTEAD, None, None)
    assert row.party_index == ""
    assert [one.party for one in (await notices(penalties, OFFICER, "over")).rows] == [""]
    assert {bytes(one.data_sealed) for one in await IssuedDocument.filter(about_id=row.id)} == {b""}


async def test_a_penalty_case_names_nobody_ten_years_after_the_last_payment(
    database: Database, clock: FixedClock
) -> None:
    desk = await cases.desk_with_people(database)
    row, file = await cases.served(desk, clock), await _photo(desk.db)
    await serving.link_case(desk, cases.PARTY, await cases.access_of(desk, row))
    plan = even_plan(4_000_000, 1, date(2027, 1, 20))
    await cases.asks(desk, row, "delay", "王掌柜说下个月才有钱。", plan=plan, files=(file,))
    account_id = cases.PARTY.id
    assert account_id is not None
    assert await has_matters([account_id])
    new = NewPayment(amount="40000", receipt="ICBC-6222-0001", paid_on=local(clock.now()).date())
    await record_payment(desk, cases.OFFICER, row.id, new)
    clock.advance(timedelta(days=366 * 10 + 1))
    assert await gone(desk.db) == (0, [])  # Not while it is open, however old.
    await close(desk, cases.OFFICER, row.id, "王掌柜已经缴清。")
    clock.advance(timedelta(days=366 * 10))
    assert await gone(desk.db) == (0, [])
    clock.advance(timedelta(days=1))
    assert await count_due("penalties", YEARS.penalties.before(clock.now()), 9) == 1
    assert await gone(desk.db) == (1, [file])
    assert await gone(desk.db) == (0, [])
    kept = await cases.again(row)
    assert (kept.state, kept.decision_fen, kept.paid_fen) == ("closed", 4_000_000, 4_000_000)
    assert (kept.facts, kept.ended_words, kept.account_id, kept.party_index) == (None, None, None, "")
    (asked,) = await PartyRequest.filter(case_id=row.id)
    assert (asked.words, asked.account_id, asked.state) == (None, None, "withdrawn")
    assert [one.receipt for one in await PenaltyPayment.filter(case_id=row.id)] == ["-1"]
    assert {bytes(one.data_sealed) for one in await IssuedDocument.filter(about_id=row.id)} == {b""}
    assert not await StoredFile.filter(id=file).exists()
    shown = await case_view(desk, cases.HEAD, row.reference)
    assert (shown.line.party, shown.facts, shown.requests[0].words) == ("", "", "")
    entry = await AuditEntry.get(case_id=row.id, action="penalty_case.anonymise")
    assert YEARS.penalties.basis in entry.detail
    # Whoever it was may now have their account forgotten.
    assert not await has_matters([account_id])


async def test_a_consent_to_delivery_goes_with_the_last_that_names_its_party(
    database: Database, clock: FixedClock
) -> None:
    desk = await cases.desk_with_people(database)
    first, second = [await cases.served(desk, clock) for _ in range(2)]

    async def sign(change: Change) -> None:
        row = await PenaltyCase.get(id=first.id)
        assert cases.PARTY.id is not None
        await consents.sign(desk, change, cases.PARTY, cases.PARTY.id, row, "王掌柜")

    await desk.db.change(sign)
    for row in (first, second):
        on = local(clock.now()).date()
        await record_payment(desk, cases.OFFICER, row.id, NewPayment(amount="40000", receipt="1", paid_on=on))
        await close(desk, cases.OFFICER, row.id, "已经缴清。")
        clock.advance(timedelta(days=30))
    clock.advance(timedelta(days=366 * 10 - 60 + 1))
    assert await gone(desk.db) == (1, [])
    assert await DeliveryConsent.exists()
    clock.advance(timedelta(days=30))
    assert await gone(desk.db) == (1, [])
    assert not await DeliveryConsent.exists()


async def test_where_officers_stood_goes_though_nobody_wrote_about_the_visit(
    projects: ProjectDesk, clock: FixedClock
) -> None:
    project_id = await actions.open_project(projects, HEAD, board())
    project = await Project.get(id=project_id)
    id = await visited(projects, project.code)
    visit = EnterpriseVisit.filter(id=id)
    stood = {"latitude": 30.1, "longitude": 118.1, "accuracy_m": 5.0, "distance_m": 40.0}
    await projects.db.change(lambda _: visit.update(**stood))
    clock.advance(timedelta(days=366 * 3))
    assert await gone(projects.db) == (0, [])
    clock.advance(timedelta(days=1))
    assert [await gone(projects.db) for _ in range(2)] == [(1, []), (0, [])]
    row = await EnterpriseVisit.get(id=id)
    assert (row.latitude, row.longitude, row.accuracy_m, row.distance_m) == (None, None, None, 40.0)


def test_every_register_has_its_time_in_the_profile() -> None:
    assert {one.kind for one in REGISTERS} <= set(YEARS.by_kind())
