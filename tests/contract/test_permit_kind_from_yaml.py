"""A kind that exists in YAML alone: read as a bureau's profile is, and taken from the first question to the clean place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.commands.profile import document_of, mistakes_of
from app.profile import whole_profile
from app.shipped import SHIPPED_PROFILE
from casework.documents.models import IssuedDocument
from casework.permits import accepting, checking, co_signing, deciding, drafts, in_force, surveying
from casework.permits.credentials import token_of, verify
from casework.permits.decision_rules import Grant
from casework.permits.eligibility import next_question, verdict
from casework.permits.forms import Filled, faults, read, visible_fields, visible_materials
from casework.permits.kinds import PermitKind, PermitsSection
from casework.permits.materials import FILE_KIND
from casework.permits.models import Permit, PermitApplication, PermitMaterial
from casework.permits.published_models import PermitFact
from casework.permits.submitting import submit
from casework.permits.surveying import Findings
from casework.permits.visits import Measured
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.models import FileState, StoredFile
from kit.problems import Invalid
from kit.signing_keys import SigningKeys
from tests.casework_setting import CITIZEN
from tests.permit_life_setting import SECOND, TRAFFIC, VISIT, life_desk_on, pass_until
from tests.permit_setting import APPROVER, CLERK, SURVEYOR

KIND = """\
units:
  - {code: permits, name: 行政许可科}
  - {code: traffic, name: 交警大队}
permits:
  document_short: 河
  kinds:
  - code: open_air_film
    name: 露天电影放映占道
    plain: 在广场、街边放露天电影
    flow: permit
    summary: 晚上在广场、街边放露天电影，摆银幕、放映机和椅子。
    unit: permits
    basis: [{law: 城市市容和环境卫生管理条例, article: 第十四条}]
    eligibility:
      - code: yard
        ask: 在哪里放？
        answers:
          - {code: street, name: 广场、街边}
          - {code: inside, name: 小区、单位院内, then: no_permit, because: 没有占用公共场地，不用办。, basis: [{law: 城市市容和环境卫生管理条例, article: 第十四条}]}
      - code: ticket
        ask: 卖不卖票？
        only_if: {field: yard, is_one_of: [street]}
        answers:
          - {code: free, name: 不卖票}
          - {code: sold, name: 卖票, then: not_possible, because: 只办公益放映。, basis: [{law: 《清河市公益放映办法》}]}
    fields:
      - {code: team, name: 放映队, type: organisation, role: holder, step: who, is_public: true}
      - {code: team_code, name: 统一社会信用代码, type: uscc, role: holder_number, step: who}
      - {code: phone, name: 联系电话, type: phone, role: phone, step: who}
      - {code: film, name: 片名, type: text, is_public: true}
      - {code: generator, name: 用发电机吗, type: yes_no}
      - {code: generator_power, name: 功率, type: number, least: 1, most: 50, unit: 千瓦, only_if: {field: generator, is_one_of: ["yes"]}}
      - {code: seats_area, name: 占地, type: area, role: area, step: where}
      - {code: ground, name: 占的是, type: choice, role: surface, step: where, choices: [{code: carriageway, name: 车行道}, {code: square, name: 广场}]}
      - {code: place, name: 地点, type: place, role: place, step: where}
      - {code: evening, name: 放映时间, type: time_span, role: when, step: where}
    materials:
      - {code: safety, name: 用电安全说明, only_if: {field: generator, is_one_of: ["yes"]}}
    co_signers:
      - code: traffic
        name: 交警大队
        unit: traffic
        when: {field: ground, is_one_of: [carriageway]}
        limit: {working_minutes: 120, basis: 《清河市会签办法》}
        basis: {law: 城市道路管理条例, article: 第三十一条}
    limits:
      survey: {working_minutes: 60, basis: 《清河市服务承诺》}
      promise: {working_days: 1, basis: 《清河市服务承诺》}
    term: {days_most: 3, remind_days_before: 1, restore_days: 1}
    area_most_m2: 500
    terms: [散场后把椅子收走。]
    fee: {fen: 0, basis: 《清河市免征通知》}
    papers:
      numbering: "{short}影{mark}〔{year}〕{seq:04d}号"
      marks: {grant: 准}
"""
ANSWERS = {"yard": "street", "ticket": "free"}
VALUES: dict[str, str | list[str]] = {
    "team": "清河公益放映队",
    "team_code": "91350100M000100Y43",
    "phone": "13800001234",
    "film": "地道战",
    "generator": "yes",
    "generator_power": "5",
    "seats_area": "120",
    "ground": "carriageway",
    "place": '{"text":"文化广场北侧","latitude":30.1,"longitude":118.1,"datum":"wgs84"}',
    "evening": "2026-11-25T18:00/2026-11-25T22:00",
}


def _section(folder: Path) -> PermitsSection:
    """As `chengguan profile check` and `migrate` read it, beside the sections of the shipped profile."""
    path = folder / "open_air_film.yaml"
    path.write_text(KIND, encoding="utf-8")
    shipped = document_of(SHIPPED_PROFILE, SHIPPED_PROFILE)
    own = document_of(path, SHIPPED_PROFILE)
    # Cases go on being sent to the shipped units.
    own["units"] = [*shipped["units"], *(one for one in own["units"] if one["code"] == "traffic")]
    assert mistakes_of(own, date(2026, 11, 23)) == []
    return whole_profile(own).section(PermitsSection)


async def _uploaded(database: Database) -> UUID:
    async def work(change: Change) -> UUID:
        file = StoredFile(
            id=change.ids.new(), account_id=CITIZEN.id, kind=FILE_KIND, sniffed_type="image/png", bytes_size=1,
            sha256="0" * 64, wrapped_key=b"k", state=FileState.READY.value, created_at=change.now,
        )  # fmt: skip
        await file.save(force_create=True)
        return file.id

    return await database.change(work)


def _asked(kind: PermitKind) -> dict[str, str]:
    """The questions as a wizard asks them, one after the other."""
    answers: dict[str, str] = {}
    while (question := next_question(kind, answers)) is not None:
        answers[question.code] = ANSWERS[question.code]
    return answers


async def test_a_kind_of_yaml_alone_is_taken_through_its_life(
    database: Database, clock: FixedClock, tmp_path: Path
):
    desk = await life_desk_on(database, _section(tmp_path))
    kind = desk.section.kinds[0]
    assert verdict(kind, {"yard": "inside"}).then == "no_permit"
    assert _asked(kind) == ANSWERS
    assert verdict(kind, ANSWERS).then == "go_on"

    draft_id = await drafts.begin(desk, CITIZEN, kind.code)
    revision, so_far = 1, Filled(answers=ANSWERS)
    for step in ("who", "what", "where"):
        values = {
            one.code: VALUES[one.code]
            for one in visible_fields(kind, Filled(values=VALUES))
            if one.step == step
        }
        so_far = Filled(answers=ANSWERS, values={**so_far.values, **values})
        assert faults(kind, so_far, step=step, now=clock.now()) == {}
        revision = await drafts.save(desk, CITIZEN, draft_id, so_far, step, revision)
    assert [one.code for one in visible_materials(kind, so_far)] == ["safety"]
    with pytest.raises(Invalid, match="material_missing"):
        await submit(desk, CITIZEN, draft_id, source="h5", delivery="online")
    await drafts.attach(desk, CITIZEN, draft_id, "safety", await _uploaded(database))
    sent = await submit(desk, CITIZEN, draft_id, source="h5", delivery="online")
    id = sent.application_id
    assert sent.reference.startswith("QS-XK-")
    assert await PermitMaterial.filter(application_id=id).count() == 1

    await accepting.accept(desk, CLERK, id)
    visit = await surveying.schedule(desk, APPROVER, id, VISIT)
    found = Findings(
        findings="场地空旷", outcome="fits", measured=Measured(area_m2=118.0), no_photo_reason="镜头坏了"
    )
    await surveying.record(desk, SURVEYOR, visit, found)
    await surveying.confirm(desk, SECOND, visit)
    (asked,) = await co_signing.asked_of(id)
    await co_signing.answer(desk, TRAFFIC, asked.id, opinion="agreed_with_terms", words="留一条车道")
    await deciding.grant(desk, APPROVER, id, Grant())

    row, permit = await PermitApplication.get(id=id), await Permit.get(application_id=id)
    assert (row.state, permit.state, permit.area_m2) == ("delivered", "in_force", 120)
    papers = {one.kind: one.number for one in await IssuedDocument.filter(about_id=id)}
    assert set(papers) == {"acceptance", "survey", "grant", "delivery"}
    assert papers["grant"] == permit.number
    assert permit.number.endswith("影准〔2026〕0001号")
    assert "散场后把椅子收走。" in permit.terms
    assert "留一条车道" in permit.terms
    fact = await PermitFact.get(application_id=id)
    assert (fact.kind, fact.is_survey_kept, fact.is_promise_kept) == (kind.code, True, True)
    assert read(kind, so_far).facts["film"] == "地道战"
    assert "清河公益放映队" not in row.facts
    assert "13800001234" not in row.facts

    signing = SigningKeys(tmp_path)
    signing.add(clock.now(), use=True)
    token, keys = token_of(signing.held().active, permit), signing.held().good
    assert verify(token, keys, {}, permit.valid_from_at).outcome == "valid"
    assert (
        verify(
            token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1], keys, {}, permit.valid_from_at
        ).outcome
        == "fake"
    )

    pass_until(clock, permit.valid_until_at)
    assert await in_force.expire_past_end(desk) == 1
    assert verify(token, keys, {}, clock.now()).outcome == "expired"
    clock.advance(timedelta(hours=12))
    check = await checking.plan_check(desk, SURVEYOR, permit.id, "restoration", VISIT)
    clean = checking.CheckFindings(findings="椅子收走了，地面干净", is_in_order=True)
    await checking.record_check(desk, SURVEYOR, check, clean)
    await checking.confirm_check(desk, SECOND, check)
    assert (await Permit.get(id=permit.id)).state == "restored"
