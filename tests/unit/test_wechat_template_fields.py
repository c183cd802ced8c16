from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.standin.fields import FIELD_KINDS
from wechat.template_fields import FieldError, fit, fit_fields, shown_time


@given(
    st.sampled_from(["thing1", "character_string2", "letter3", "phrase4", "name5", "enum6", "keyword7"]),
    st.text(),
)
def test_whatever_is_fitted_the_platform_takes(name: str, value: str) -> None:
    try:
        fitted = fit(name, value)
    except FieldError:
        return
    assert FIELD_KINDS.get(name.rstrip("0123456789"), FIELD_KINDS["thing"])(fitted)


def test_long_and_many_lined_texts_become_one_short_line() -> None:
    assert (
        fit("thing2", "门口有人\n占道经营，\t烧烤油烟很大，请尽快来处理")
        == "门口有人 占道经营， 烧烤油烟很大，请…"
    )
    assert fit("thing2", "很好👍") == "很好👍"


def test_each_kind_keeps_only_its_own_characters() -> None:
    fields = {
        "phrase3": "已受理（今天）请放心",
        "character_string1": "案号 QS-TS-1",
        "name5": "张三 13800138000",
    }
    assert fit_fields(fields) == {"phrase3": "已受理今天", "character_string1": "QS-TS-1", "name5": "张三"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number1", "12.5"),
        ("number1", "1" * 32),
        ("symbol1", "！！！！！"),
        ("amount2", "¥12.50"),
        ("phone_number3", "0571-12345678"),
        ("car_number4", "浙A12345"),
    ],
)
def test_exact_values_pass_unchanged(name: str, value: str) -> None:
    assert fit(name, f" {value} ") == value
    assert FIELD_KINDS[name.rstrip("0123456789")](value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number1", "twelve"),
        ("number1", "1" * 33),
        ("number1", "1" * 30 + ".55"),
        ("symbol1", "！！！！！！"),
        ("amount2", "12.345"),
        ("phone_number3", "1" * 18),
        ("time4", "明天"),
        ("thing5", " \n "),
        ("phrase6", "ok"),
        ("character_string7", "案号"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_field_name_without_the_value(name: str, value: str) -> None:
    with pytest.raises(FieldError, match=name) as caught:
        fit(name, value)
    assert value not in str(caught.value)


def test_moments_are_shown_on_the_clock_in_shanghai() -> None:
    shown = shown_time(datetime(2026, 11, 22, 17, 5, tzinfo=UTC))
    assert shown == "2026年11月23日 01:05"
    assert fit("time1", shown) == fit("date2", shown) == shown
    assert FIELD_KINDS["time"](shown)
    assert FIELD_KINDS["date"](shown)
