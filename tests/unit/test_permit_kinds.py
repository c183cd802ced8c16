"""Kinds of permits as data: what is wrong with one is said with file and line, and the shipped ones are right."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from app.cli import main
from app.commands.profile import mistakes_of
from app.permit_profile import basis_fault
from app.profile import whole_profile
from app.shipped import SHIPPED_PROFILE
from casework.permits.kinds import Basis, PermitsSection
from content.interpretations.laws import shipped_laws
from kit.profile import ProfileDocument, ProfileError, read_profile

ON = date(2026, 11, 23)
KIND = """\
permits:
  kinds:
  - code: stall
    name: 临时设摊
    plain: 摆摊
    flow: permit
    product: permit
    summary: 摆摊办的许可
    unit: permits
    acts: [new]
    basis: [{law: 城市道路管理条例, article: 第三十一条}]
    eligibility:
      - code: ground
        ask: 摆在哪里？
        answers:
          - {code: public, name: 路边}
          - {code: own, name: 店里, then: no_permit, because: 不占道, basis: [{law: 城市道路管理条例, article: 第三十条}]}
    fields:
      - {code: holder, name: 单位, type: organisation, role: holder, step: who}
      - {code: uscc, name: 代码, type: uscc, role: holder_number, step: who}
      - {code: phone, name: 电话, type: phone, role: phone, step: who}
      - {code: by_agent, name: 委托吗, type: yes_no, step: who}
      - {code: agent, name: 代理人, type: person, role: agent, step: who, only_if: {field: by_agent, is_one_of: ["yes"]}}
      - {code: area, name: 面积, type: area, role: area}
      - {code: surface, name: 占的是, type: choice, role: surface, choices: [{code: road, name: 车道}, {code: foot, name: 人行道}]}
      - {code: lanes, name: 剩几米, type: length, only_if: {field: surface, is_one_of: [road]}}
      - {code: place, name: 地点, type: place, role: place, step: where}
      - {code: when, name: 时间, type: time_span, role: when, step: where}
    materials:
      - {code: plan, name: 布置图, sample: plan.png}
      - {code: letter, name: 委托书, only_if: {field: by_agent, is_one_of: ["yes"]}}
    co_signers:
      - {code: police, name: 交警, unit: traffic_police, when: {field: surface, is_one_of: [road]}, limit: {working_days: 1, basis: 办法}, basis: {law: 办法}}
    limits:
      survey: {working_minutes: 60, basis: 承诺}
      promise: {working_days: 1, basis: 承诺}
      decide: {working_days: 20, basis: 行政许可法第四十二条}
    term: {days_most: 7, remind_days_before: 1}
    fee: {fen: 0, basis: 免征文件}
    papers: {numbering: "{short}许{mark}〔{year}〕第{seq:03d}号"}
"""
FILING = (
    ("flow: permit", "flow: filing"),
    ("product: permit", "product: sign"),
)

MISTAKES = [
    # what is changed, what stands on the line that is named, and what is said of it
    ("field: surface, is_one_of: [road]}}\n      - {code: place", "field: surfase, is_one_of: [road]}}\n      - {code: place", "{code: lanes", "没有这个栏目或问题"),
    ("type: length, only_if: {field: surface, is_one_of: [road]}", "type: length, only_if: {field: surface, is_one_of: [rood]}", "{code: lanes", "没有这个回答"),
    ("type: length, only_if: {field: surface,", "type: length, only_if: {field: area,", "{code: lanes", "没有固定的回答"),
    ("role: area}", "role: area, only_if: {field: lanes, is_one_of: [x]}}", "{code: area", "排在后面"),
    ("{code: by_agent, name: 委托吗, type: yes_no, step: who}", "{code: by_agent, name: 委托吗, type: yes_no, step: who, only_if: {field: agent, is_one_of: [x]}}", "{code: by_agent", "by_agent → agent → by_agent"),
    (", choices: [{code: road, name: 车道}, {code: foot, name: 人行道}]", "", "{code: surface", "至少要写两个 choices"),
    ("{code: lanes, name: 剩几米, type: length,", "{code: lanes, name: 剩几米, type: area, role: area,", "{code: lanes", "role 都是 area"),
    ("type: organisation, role: holder,", "type: organisation,", "- code: stall", "没有哪个栏目的 role 是 holder"),
    ("type: place, role: place,", "type: place,", "- code: stall", "没有哪个栏目的 role 是 place"),
    ("type: time_span, role: when,", "type: time_span,", "- code: stall", "没有哪个栏目的 role 是 when"),
    ("type: time_span, role: when,", "type: date, role: when,", "{code: when", "类型应是 time_span"),
    ("type: place, role: place,", "type: place, role: place, required: false,", "{code: place", "必须填"),
    ("type: organisation, role: holder,", 'type: organisation, role: holder, only_if: {field: ground, is_one_of: [own]},', "{code: holder", "有时不出现"),
    ("when: {field: surface, is_one_of: [road]}", "when: {field: surface, is_one_of: [lane]}", "{code: police", "会签单位 police 的条件写了“lane”"),
    ("unit: traffic_police", "unit: nobody", "{code: police", "不在 units 里"),
    ("unit: permits", "unit: nobody", "unit: permits", "承办单位 nobody 不在 units 里"),
    ("survey: {working_minutes: 60,", "survey: {working_minutes: 60, working_days: 1,", "survey:", "恰好用一个单位"),
    ("promise: {working_days: 1,", "promise: {working_days: 21,", "promise:", "承诺时限比法定时限 decide还长"),
    ("promise: {working_days: 1,", "promise: {natural_days: 1,", "promise:", "无法比较"),
    ("survey: {working_minutes: 60,", "survey: {working_minutes: 600,", "survey:", "踏勘时限比承诺时限"),
    ("limit: {working_days: 1,", "limit: {working_days: 30,", "{code: police", "会签单位 police 的时限比"),
    ("decide: {working_days: 20,", "decide: {working_days: 30,", "decide:", "另有法律、法规规定"),
    ("{seq:03d}", "一", "papers:", "缺少 {seq}"),
    ("〔{year}〕", "", "papers:", "缺少 {year}"),
    ("{mark}", "{sign}", "papers:", "只能用"),
    ("sample: plan.png", "sample: plan2.png", "{code: plan", "samples 文件夹里没有"),
    ("{code: public, name: 路边}", "{code: public, name: 路边, then: other, kind: fair, because: 办集市}", "{code: public", "没有这个事项"),
    ("because: 不占道, ", "", "{code: own", "要写清为什么"),
    (", basis: [{law: 城市道路管理条例, article: 第三十条}]", "", "{code: own", "要写依据"),
    ("{code: public, name: 路边}", "{code: public, name: 路边, then: not_possible, because: 无, basis: [{law: 办法}]}", "- code: ground", "永远问不到"),
    ("      - {code: letter, name: 委托书, only_if: {field: by_agent, is_one_of: [\"yes\"]}}\n", "", "{code: agent", "授权委托书"),
    ("    term: {days_most: 7, remind_days_before: 1}\n", "", "- code: stall", "请写 term"),
    ("remind_days_before: 1", "remind_days_before: 9", "term:", "提前得少一些"),
    ("type: phone, role: phone,", "type: phone, role: phone, is_public: true,", "{code: phone", "个人信息"),
    ("type: area, role: area", "type: area, role: area, least: 9, most: 3", "{code: area", "填什么都不对"),
    ("article: 第三十一条", "article: 第九十九条", "basis: [{law: 城市道路管理条例, article: 第三十一条", "不在法条索引里"),
    ("{law: 城市道路管理条例, article: 第三十一条}", "{law: 道路条例, article: 第三十一条}", "basis: [{law: 城市道路管理条例, article: 第三十一条", "不在法条索引里"),
    ("acts: [new]", "acts: [change]", "acts:", "acts 里要有 new"),
    ("product: permit", "product: none", "term:", "没有有效期可言"),
    ("plain: 摆摊", "plane: 摆摊", "plain:", "不认识“plane”"),
]  # fmt: skip


@cache
def _base() -> ProfileDocument:
    document = read_profile(SHIPPED_PROFILE)
    # What the kinds are not held against need not be built again for each mistake.
    return ProfileDocument({"units": document["units"]}, {})


def _mistakes(folder: Path, text: str) -> list[str]:
    (folder / "samples").mkdir(exist_ok=True)
    (folder / "samples" / "plan.png").touch()
    path = folder / "permits.yaml"
    path.write_text(text, encoding="utf-8")
    return [
        one
        for one in mistakes_of(_base().with_sections(read_profile(path)), ON)
        if not one.startswith("单位画像缺少")
    ]


def test_a_kind_without_mistakes_is_not_complained_of(tmp_path: Path):
    assert _mistakes(tmp_path, KIND) == []


@pytest.mark.parametrize(("was", "becomes", "anchor", "said"), MISTAKES)
def test_every_mistake_is_explained_with_its_line(
    tmp_path: Path, was: str, becomes: str, anchor: str, said: str
):
    assert was in KIND
    line = KIND[: KIND.index(anchor)].count("\n") + 1
    found = _mistakes(tmp_path, KIND.replace(was, becomes, 1))
    assert any(f"permits.yaml 第 {line} 行" in one and said in one for one in found), found


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("{days_most: 7, remind_days_before: 1}", "没有人来得及"),
        ("{days_most: 40, remind_days_before: 1}", "提醒时已经晚了"),
        ("{days_most: 40, remind_days_before: 30}", ""),
    ],
)
def test_a_renewal_can_be_asked_for_in_time_by_who_is_reminded(tmp_path: Path, term: str, said: str):
    text = KIND.replace("acts: [new]", "acts: [new, renew]", 1)
    found = _mistakes(tmp_path, text.replace("{days_most: 7, remind_days_before: 1}", term, 1))
    line = text[: text.index("    term:")].count("\n") + 1
    assert (
        [one for one in found if "延续" in one and f"第 {line} 行" in one and said in one]
        if said
        else not found
    )


def test_a_filing_has_no_survey_no_organs_and_no_denial(tmp_path: Path):
    text = KIND
    for was, becomes in FILING:
        text = text.replace(was, becomes, 1)
    found = "\n".join(_mistakes(tmp_path, text.replace("papers: {", "papers: {marks: {denial: 否}, ")))
    for said in ("has_survey: false", "不经会签", "limits.promise", "没有准予、不予"):
        assert said in found


def test_limits_for_all_kinds_are_no_longer_than_the_law(tmp_path: Path):
    limits = "permits:\n  limits:\n    accept: {working_days: 6, basis: 办法}\n    deliver: {working_days: 10, basis: 办法}\n"
    found = _mistakes(tmp_path, KIND.replace("permits:\n", limits, 1))
    assert len(found) == 1
    assert "permits.yaml 第 3 行" in found[0]
    assert "第三十二条" in found[0]


def test_two_kinds_may_not_share_a_code_or_a_name(tmp_path: Path):
    body = KIND.partition("  kinds:\n")[2]
    found = _mistakes(tmp_path, KIND + body)
    assert any("code “stall”与第 1 个事项相同" in one for one in found)
    assert any("name “临时设摊”与第 1 个事项相同" in one for one in found)


def test_several_mistakes_are_told_at_once(tmp_path: Path):
    text = KIND.replace("unit: permits", "unit: nobody").replace("第{seq:03d}号", "号")
    assert len(_mistakes(tmp_path, text)) == 2


def test_contradictions_are_told_beside_what_cannot_be_read_at_all(tmp_path: Path):
    second = KIND.partition("  kinds:\n")[2].replace("code: stall", "code: other").replace("临时设摊", "别的")
    misspelt = KIND.replace("type: area, role: area", "type: area, rol: area", 1)
    text = misspelt.replace("第{seq:03d}号", "号", 1) + second.replace("unit: permits", "unit: nobody", 1)
    text = text.replace("remind_days_before: 1", "remind_days_before: 9", 1) + "  draft_days: 很久\n"
    found = _mistakes(tmp_path, text)
    line = text[: text.index("- code: other")].count("\n") + 1
    for said in (
        "不认识“rol”",
        "draft_days",
        "缺少 {seq}",
        "提前得少一些",
        f"第 {line + 6} 行：“别的”：承办单位 nobody",
    ):
        assert any(said in one for one in found), (said, found)
    # What only the misspelt role brings about is not said.
    assert len(found) == 5, found


def test_a_kind_that_cannot_be_read_keeps_no_other_from_being_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    second = KIND.partition("  kinds:\n")[2].replace("code: stall", "code: other").replace("临时设摊", "别的")
    path = tmp_path / "permits.yaml"
    path.write_text(
        KIND.replace("    flow: permit\n", "", 1) + second.replace("unit: permits", "unit: nobody"), "utf-8"
    )
    assert main(["profile", "check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "缺少“flow”" in out
    assert "“别的”：承办单位 nobody 不在 units 里" in out
    assert "第 1 个事项缺少必须有的" in out


def test_the_shipped_kinds_are_right_and_rest_on_law_in_force(capsys: pytest.CaptureFixture[str]):
    assert main(["profile", "check", str(SHIPPED_PROFILE)]) == 0
    assert "没有发现问题" in capsys.readouterr().out


def test_where_a_permit_is_given_it_is_known_to_whom_before_it_is_handed_over():
    kinds = whole_profile(read_profile(SHIPPED_PROFILE)).section(PermitsSection).kinds
    asked = {one.code: one.identity_by for one in kinds if one.flow == "permit"}
    assert asked == dict.fromkeys(("stall", "road", "large_ad", "banner"), "delivery")


def test_the_command_names_file_and_line_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "permits.yaml"
    path.write_text(KIND.replace("unit: permits", "unit: nobody"), encoding="utf-8")
    assert main(["profile", "check", str(path)]) == 1
    out = capsys.readouterr().out
    assert f"{path} 第 9 行" in out
    assert "samples 文件夹里没有" in out


def test_a_profile_whose_kinds_contradict_is_not_taken_over():
    document = read_profile(SHIPPED_PROFILE)
    kinds = [{**document["permits"]["kinds"][0], "unit": "nobody"}]
    with pytest.raises(ProfileError, match="不在 units 里"):
        whole_profile({**document, "permits": {"kinds": kinds}})


def test_a_law_that_has_ended_is_no_basis():
    wrong = basis_fault(shipped_laws(), ON)
    assert wrong(Basis(law="《中华人民共和国行政许可法》", article="第四十二条")) is None
    assert wrong(Basis(law="清水市占道办法")) is None
    assert "不在法条索引里" in str(wrong(Basis(law="固体废物污染环境防治法", article="第六十三条")))
    assert "条号不对" in str(wrong(Basis(law="行政许可法", article="第四十二、四十三条")))


def test_a_file_without_kinds_is_held_against_those_of_the_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "units.yaml"
    path.write_text("units: [{code: street, name: 中队}]\n", encoding="utf-8")
    assert main(["profile", "check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "承办单位 permits 不在 units 里" in out
    assert "samples" not in out
