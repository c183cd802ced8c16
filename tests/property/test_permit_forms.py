"""Numbers with check characters, and forms: whatever is typed, nothing hidden or personal gets out, nothing breaks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.permits.eligibility import next_question, verdict
from casework.permits.forms import (
    QUESTIONS,
    Filled,
    clean,
    faults,
    material_faults,
    merged,
    read,
    visible_fields,
    visible_materials,
)
from casework.permits.kinds import FormField, PermitKind, PermitsSection
from kit.numbers import is_identity_number, is_uscc
from tests import read_once

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SECTION = read_once.profile().section(PermitsSection)
STALL = msgspec.structs.replace(SECTION.kinds[0])
USCC, IDENTITY = "91110000600037341L", "11010519491231002X"
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLACE = '{"text":"湖滨路 1 号门前","latitude":30.2,"longitude":120.1,"datum":"gcj02"}'
FILLED = Filled(
    answers={"ground": "public", "purpose": "promotion", "days": "few"},
    values={
        "applicant_kind": "organisation",
        "organisation_name": "清河商贸有限公司",
        "uscc": USCC,
        "phone": "138 0000 1234",
        "by_agent": "no",
        "is_joint": "no",
        "event_name": "年货节",
        "activity": "promotion",
        "sells_food": "no",
        "stall_count": "4",
        "area": "24.50 平方米",
        "has_sound": "否",
        "surface": "footway",
        "clear_width": "3",
        "place": PLACE,
        "when": "2026-12-01T09:00/2026-12-03T18:00",
    },
)


def _with(**values: str | list[str]) -> Filled:
    return Filled(answers=FILLED.answers, values={**FILLED.values, **values})


@given(
    st.text(_LETTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(_LETTERS, min_size=9, max_size=9),
)
def test_a_credit_code_has_one_check_character_and_no_slip_passes(kind: str, area: str, code: str):
    body = kind + area + code
    right = [one for one in _LETTERS if is_uscc(body + one)]
    assert len(right) == 1
    whole = body + right[0]
    assert is_uscc(f" {whole[:4].lower()} {whole[4:]} ")
    for place in range(17):
        other = _LETTERS[(_LETTERS.index(whole[place]) + 1) % 31]
        assert not is_uscc(whole[:place] + other + whole[place + 1 :])
    for place in range(8, 16):
        a, b = whole[place], whole[place + 1]
        assert a == b or not is_uscc(whole[:place] + b + a + whole[place + 2 :])


@given(st.integers(100_000, 999_999), st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999))
def test_an_identity_number_has_one_check_character_and_no_slip_passes(area: int, born: date, serial: int):
    body = f"{area}{born:%Y%m%d}{serial:03d}"
    right = [one for one in "0123456789X" if is_identity_number(body + one)]
    assert len(right) == 1
    whole = body + right[0]
    assert is_identity_number(whole.lower())
    for place in range(17):
        other = str((int(whole[place]) + 1) % 10)
        assert not is_identity_number(whole[:place] + other + whole[place + 1 :])


@pytest.mark.parametrize("number", [USCC, "91350100M000100Y43", "91330106673959654P"])
def test_published_credit_codes_are_right(number: str):
    assert is_uscc(number)


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491331002X", "01010519491231002X", "", "十一"]
)
def test_wrong_identity_numbers_are_wrong(number: str):
    assert is_identity_number(IDENTITY)
    assert not is_identity_number(number)


def test_a_form_that_is_right_has_no_faults_and_is_read():
    assert faults(STALL, FILLED, now=NOW) == {}
    found = read(STALL, FILLED)
    assert (found.holder, found.holder_kind, found.holder_number) == (
        "清河商贸有限公司",
        "organisation",
        USCC,
    )
    assert (found.area_m2, found.surface, found.phone) == (24.5, "footway", "13800001234")
    assert found.wanted_from_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert found.place is not None
    assert found.facts["activity"] == "商品促销"
    assert not {"organisation_name", "uscc", "phone"} & set(found.facts)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("area", "0", "not_positive"),
        ("area", "-3", "not_positive"),
        ("area", "1000000", "too_large"),
        ("area", "很大", "number"),
        ("area", "nan", "number"),
        ("area", "1e9", "number"),
        ("when", "2026-12-03T18:00/2026-12-01T09:00", "ends_before"),
        ("when", "2026-12-01T09:00/2026-12-01T09:00", "ends_before"),
        ("when", "2026-11-23T09:29/2026-11-24T09:00", "begins_before_now"),
        ("when", "2026-12-01T09:00/2026-12-20T09:00", "lasts_too_long"),
        ("when", "2036-12-01T09:00/2036-12-02T09:00", "begins_too_late"),
        ("when", "2026-12-01T09:00+08:00/2026-12-02T09:00", "time_span"),
        ("when", "明天", "time_span"),
        ("uscc", USCC[:-1] + "M", "uscc"),
        ("phone", "12345", "phone"),
        ("organisation_name", "123", "name"),
        ("activity", "dancing", "choice"),
        ("by_agent", "也许", "yes_no"),
        ("event_name", "年" * 61, "too_long"),
        ("stall_count", "0", "too_small"),
        ("stall_count", "1.5", "whole"),
        ("stall_count", "三", "whole"),
        ("stall_count", "9" * 30, "whole"),
        ("place", "{broken", "place"),
        ("place", '{"text":"路边","latitude":91.0,"longitude":0.0}', "position"),
        ("place", '{"text":"路边","latitude":30.0}', "position"),
        ("place", '{"text":"路边","latitude":30.0,"longitude":120.0,"outline":[[120.0,30.0],[120.1,30.0]]}', "outline"),
        (
            "place",
            '{"text":"路边","latitude":30.0,"longitude":120.0,'
            '"outline":[[120.0,30.0],[120.001,30.001],[120.001,30.0],[120.0,30.001]]}',
            "outline",
        ),
        (
            "place",
            '{"text":"路边","latitude":30.0,"longitude":120.0,'
            '"outline":[[120.01,30.0],[120.011,30.0],[120.011,30.001]]}',
            "outline_far",
        ),
        ("event_name", "  \u202e ", "missing"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_sentence(field: str, value: str, said: str):
    found = faults(STALL, _with(**{field: value}), now=NOW)
    assert list(found) == [field]
    assert found[field].key == f"problem.permit.form.{said}"
    sentence = read_once.catalogue().text(found[field].key, **found[field].params)
    assert sentence.endswith("。")
    assert "{" not in sentence


def test_an_outline_is_taken_over_in_wgs84():
    place = (
        '{"text":"路边","latitude":30.0,"longitude":120.0,"datum":"wgs84",'
        '"outline":[[120.0,30.0],[120.00005,30.0],[120.00005,30.00005],[120.0,30.00005]]}'
    )
    assert faults(STALL, _with(place=place), now=NOW) == {}
    assert read(STALL, _with(place=place)).outline == (
        '{"type":"Polygon","coordinates":[[[120.0,30.0],[120.00005,30.0],[120.00005,30.00005],[120.0,30.00005],[120.0,30.0]]]}'
    )


def test_an_outline_fits_the_area_that_is_asked_for():
    def drawn(side: float) -> str:
        corners = f"[[120.0,30.0],[{120 + side},30.0],[{120 + side},{30 + side}],[120.0,{30 + side}]]"
        return (
            f'{{"text":"路边","latitude":{30 + side / 2},"longitude":{120 + side / 2},"outline":{corners}}}'
        )

    assert faults(STALL, _with(place=drawn(0.00005)), now=NOW) == {}
    large = faults(STALL, _with(place=drawn(0.0002)), now=NOW)
    assert large["place"].key == "problem.permit.form.outline_large"
    sign = SECTION.kind("shop_sign")
    assert sign is not None
    found = faults(sign, Filled(values={"place": drawn(0.004)}), now=NOW)
    assert found["place"].key == "problem.permit.form.outline_large"


def test_a_step_takes_the_place_of_what_it_said_before():
    before = clean(STALL, FILLED)
    after = merged(STALL, before, "where", {"surface": "setback", "place": PLACE, "phone": "1"})
    assert "clear_width" not in after.values
    assert "when" not in after.values
    assert after.values["phone"] == "13800001234"
    assert (
        merged(
            STALL,
            before,
            "where",
            {code: FILLED.values[code] for code in ("surface", "clear_width", "place", "when")},
        )
        == before
    )


def test_whoever_comes_for_others_hands_in_their_word_and_names_them():
    several = _with(
        by_agent="yes", agent_name="李四", agent_phone="13900001234", is_joint="yes",
        co_applicants=f"清水酒业有限公司 {USCC}\n张三　{IDENTITY}",
    )  # fmt: skip
    assert faults(STALL, several, now=NOW) == {}
    assert read(STALL, several).co_applicants == (f"清水酒业有限公司 {USCC}", f"张三 {IDENTITY}")
    assert read(STALL, several).agent == "李四"
    missing = material_faults(STALL, several, {"layout": 1})
    assert set(missing) == {"authorisation", "joint_agreement"}
    assert faults(STALL, _with(stall_count="３.０个"), now=NOW) == {}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("张三 1", "co_applicant"),
        ("张三", "co_applicant"),
        (IDENTITY, "co_applicant"),
        (f"张三 {IDENTITY[:-1]}", "co_applicant_length"),
        (f"张三 {IDENTITY[:-1]}{'1' if IDENTITY[-1] != '1' else '2'}", "co_applicant_identity"),
        (f"张三 {IDENTITY[:-1]}Y", "co_applicant_identity"),
        (f"张三商行 {USCC[:-1]}M", "co_applicant_uscc"),
    ],
)
def test_what_is_wrong_with_the_number_of_one_of_several_is_said(line: str, what: str):
    said = f"清水酒业有限公司 {USCC}\n{line}"
    wrong = faults(STALL, _with(is_joint="yes", co_applicants=said), now=NOW)["co_applicants"]
    assert (wrong.key, wrong.params["row"]) == (f"problem.permit.form.{what}", 2)


def test_the_questions_come_first_and_end_where_no_permit_is_needed():
    assert verdict(STALL, {}).then == "open"
    assert next_question(STALL, {"ground": "public"}).code == "purpose"  # type: ignore[union-attr]
    ended = verdict(STALL, {"ground": "own", "purpose": "promotion"})
    assert (ended.then, ended.basis[0].article) == ("no_permit", "第三十条")
    assert next_question(STALL, {"ground": "own"}) is None
    assert verdict(STALL, {"ground": "public", "purpose": "works"}).other_kind == "road"
    assert QUESTIONS in faults(STALL, Filled(answers={"ground": "own"}, values=FILLED.values), now=NOW)
    assert clean(STALL, Filled(answers={"ground": "own", "purpose": "promotion"})).answers == {
        "ground": "own"
    }


_TYPED = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["yes", "no", "organisation", "person", "carriageway", "footway", "-1", "1e5", "12.50", PLACE, USCC, "a/b"]),
    st.lists(st.text(max_size=10), max_size=3),
)  # fmt: skip


@st.composite
def _forms(draw: st.DrawFn) -> tuple[PermitKind, Filled]:
    kind = draw(st.sampled_from(SECTION.kinds))
    codes = [one.code for one in kind.fields]
    values = draw(st.dictionaries(st.sampled_from([*codes, "stranger"]), _TYPED, max_size=len(codes)))
    answers = {
        one.code: draw(st.sampled_from([*(each.code for each in one.answers), "?"]))
        for one in kind.eligibility
    }
    return kind, Filled(answers=answers, values=values)


@settings(max_examples=150)
@given(_forms())
def test_whatever_is_typed_what_is_hidden_never_leaves_the_form(given: tuple[PermitKind, Filled]):
    kind, filled = given
    tidy = clean(kind, filled)
    assert clean(kind, tidy) == tidy
    shown = {one.code for one in visible_fields(kind, tidy)}
    assert set(tidy.values) <= shown
    found = faults(kind, filled, now=NOW)
    assert set(found) <= {QUESTIONS, *shown}
    for one in found.values():
        assert "{" not in read_once.catalogue().text(one.key, **one.params)
    said = read(kind, filled)
    personal = {one.code for one in kind.fields if one.is_personal or one.role == "holder"}
    assert not personal & set(said.facts)
    assert set(said.facts) <= set(tidy.values)
    materials = {one.code for one in visible_materials(kind, tidy)}
    assert set(material_faults(kind, tidy, {})) <= materials


def test_a_time_that_has_begun_since_is_still_right_for_a_correction():
    begun = _with(when="2026-11-24T09:00/2026-11-25T09:00")
    later = NOW + timedelta(days=2)
    assert "when" in faults(STALL, begun, now=later)
    assert faults(STALL, begun, now=NOW) == {}


def _right_value(kind: PermitKind, field: FormField, choose: int) -> str | list[str]:
    """Something that fits the field; `choose` picks among its choices."""
    number = (
        field.most
        if field.type not in ("count", "number") and field.most and field.most < 10
        else max(field.least or 0, 2)
    )
    values: dict[str, str | list[str]] = {
        "choices": [one.code for one in field.choices],
        "yes_no": ("yes", "no")[choose % 2],
        "person": "张三",
        "organisation": "清河商贸有限公司",
        "uscc": USCC,
        "identity_number": IDENTITY,
        "phone": "13800001234",
        "place": PLACE,
        "time_span": "2026-12-01T09:00/2026-12-03T18:00",
        "date": "2026-11-20",
        **dict.fromkeys(("count", "number", "area", "length", "money"), f"{number:g}"),
    }
    if field.role == "co_applicants":
        return f"李四 {IDENTITY}"
    if field.type == "choice":
        return field.choices[choose % len(field.choices)].code
    return values.get(field.type, "0" * max(int(field.least or 0), 8))


@pytest.mark.parametrize("kind", SECTION.kinds, ids=[one.code for one in SECTION.kinds])
def test_every_shipped_kind_can_be_filled_in_whoever_comes(kind: PermitKind):
    answers = {one.code: one.answers[0].code for one in kind.eligibility}
    assert verdict(kind, answers).then == "go_on"
    for choose in range(6):
        filled = Filled(
            answers=answers, values={one.code: _right_value(kind, one, choose) for one in kind.fields}
        )
        assert faults(kind, filled, now=NOW) == {}
        found = read(kind, filled)
        assert found.holder
        assert found.holder_number
        assert found.phone
        assert found.place_text
        assert is_uscc(found.holder_number) is (found.holder_kind == "organisation")
