"""Which template fields the stand-in takes, and which it refuses by name."""

import pytest

from wechat.standin.fields import FIELD_KINDS, checked_fields
from wechat.standin.refusals import Refusal

GOOD = {
    "thing": ["人民路占道经营", "a" * 20],
    "number": ["12", "-3.5", "1" * 32],
    "letter": ["ABC", "z" * 32],
    "symbol": ["#&%", "！"],
    "character_string": ["QS-TS-261122-0051-K", "a" * 32],
    "time": ["15:01", "2019年10月1日 15:01", "09:00~18:00", "2026-11-22 15:01:30"],
    "date": ["2019年10月1日", "2018-01-01", "2018/01/01", "2018.01.01", "10月1日", "2019年10月"],
    "amount": ["¥12.50", "3元", "100"],
    "phone_number": ["+86-0766-66888866"],
    "car_number": ["粤A8Z888挂"],
    "name": ["林晓梅", "John O'Neil"],
    "phrase": ["已受理", "配送中"],
    "enum": ["办理中"],
    "const": ["固定"],
}
BAD = {
    "thing": ["", "a" * 21, "两\n行", "   "],
    "number": ["12a", "1" * 33, "１２"],
    "letter": ["A1", "字母", "z" * 33],
    "symbol": ["a", "######", "汉"],
    "character_string": ["编号1", "a" * 33, "a b"],
    "time": ["25:01", "下午三点", "2026-13-01 10:00", "2026年2月30日"],
    "date": ["明天", "2026-02-30", "15:01"],
    "amount": ["十元", "12345678901", "1.234"],
    "phone_number": ["1" * 18, "电话110"],
    "car_number": ["粤A8Z888挂挂", "ab"],
    "name": ["王" * 11, "a" * 21, "小明3"],
    "phrase": ["已经全部受理", "ok", "已受理1"],
    "enum": ["a" * 21],
    "const": [""],
}


def test_every_kind_has_examples_on_both_sides() -> None:
    assert set(GOOD) == set(BAD) == set(FIELD_KINDS)


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in GOOD.items() for value in values]
)
def test_fitting_values_are_taken(kind: str, value: str) -> None:
    assert checked_fields((f"{kind}1",), {f"{kind}1": {"value": value}}) == {f"{kind}1": value}


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values]
)
def test_other_values_are_refused_naming_the_field(kind: str, value: str) -> None:
    with pytest.raises(Refusal, match=rf"47003 .*data\.{kind}1\.value"):
        checked_fields((f"{kind}1",), {f"{kind}1": {"value": value}})


def test_fields_come_back_in_the_order_of_the_template() -> None:
    given = {"thing2": {"value": "b"}, "thing1": {"value": "a"}}
    assert list(checked_fields(("thing1", "thing2"), given)) == ["thing1", "thing2"]


@pytest.mark.parametrize("given", [None, [], "text", {}, {"thing1": "bare"}, {"thing1": {"value": True}}])
def test_missing_or_misshapen_fields_are_refused(given: object) -> None:
    with pytest.raises(Refusal, match="47003"):
        checked_fields(("thing1",), given)


def test_fields_the_template_does_not_have_are_refused() -> None:
    with pytest.raises(Refusal, match=r"data\.remark"):
        checked_fields(("thing1",), {"thing1": {"value": "a"}, "remark": {"value": "b"}})


def test_names_without_a_kind_take_twenty_characters_in_one_line() -> None:
    assert checked_fields(("keyword1",), {"keyword1": {"value": "字" * 20}})
    with pytest.raises(Refusal, match="47003"):
        checked_fields(("keyword1",), {"keyword1": {"value": "字" * 21}})
