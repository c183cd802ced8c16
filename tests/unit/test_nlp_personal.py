from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.personal import Kind, mask_name, masked, personal_spans, without_personal

INSTEAD = {Kind.NAME: "某", Kind.PLATE: "（车牌略）"}


@pytest.mark.parametrize(
    ("text", "marked", "proposed"),
    [
        ("找张师傅，电话13800001234", ["张", "13800001234"], "找某师傅，电话"),
        ("我是李梅，家住文一路12号3单元402", ["李梅", "12号3单元402"], "我是某，家住文一路"),
        ("联系人：欧阳建国，微信 abc_123456", ["欧阳建国", "abc_123456"], "联系人：某，微信 "),
        ("邻居王大妈说的", ["王"], "邻居某大妈说的"),
        ("川A12345 和苏A·D12345 堵在门口", ["川A12345", "苏A·D12345"], "（车牌略） 和（车牌略） 堵在门口"),
        ("身份证11010519491231002X", ["11010519491231002X"], "身份证"),
        ("邮箱 li.mei@example.com", ["li.mei@example.com"], "邮箱 "),
        ("3栋2单元501漏水", ["3栋2单元501"], "漏水"),
    ],
)
def test_what_names_a_person_is_marked_and_can_be_left_out(
    text: str, marked: list[str], proposed: str
) -> None:
    assert [text[one.start : one.end] for one in personal_spans(text)] == marked
    assert without_personal(text, INSTEAD) == proposed


@pytest.mark.parametrize(
    "text",
    [
        "5月3号早上占道，罚款2000元",
        "坐2号线到路口，周边的老板都知道",
        "李家门口的摊子，业主反映多次",
        "打12345，编号 QS-TS-261122-0051-K",
        "马路老板不管，方便老师们",
    ],
)
def test_dates_lines_amounts_and_ordinary_words_are_left_alone(text: str) -> None:
    assert personal_spans(text) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王建国", "王**"), ("李梅", "李*"), ("欧阳修", "欧阳*"), ("王", "王*"), ("Tom Li", "T**"), ("", "")],
)
def test_a_name_is_shown_by_its_surname(name: str, shown: str) -> None:
    assert mask_name(name) == shown


_PIECES = st.lists(
    st.sampled_from("我是李梅王先生文一路12号3单元川A12345微信abc138 0000 1234，。@.x-号栋"), max_size=40
).map("".join)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=80), _PIECES))
def test_spans_lie_inside_in_order_and_none_over_another(text: str) -> None:
    at = 0
    for one in personal_spans(text):
        assert at <= one.start < one.end <= len(text)
        at = one.end
    assert len(masked(text)) == len(text)


@settings(max_examples=60)
@given(st.integers(13_000_000_000, 19_999_999_999), st.integers(10_000, 99_999), _PIECES, _PIECES)
def test_no_telephone_and_no_plate_is_in_the_proposed_wording(
    phone: int, plate: int, before: str, after: str
) -> None:
    proposed = without_personal(f"{before}。{phone}。川A{plate}。{after}", INSTEAD)
    assert str(phone) not in proposed
    assert f"川A{plate}" not in proposed
    assert str(phone) not in masked(f"{before}。{phone}。{after}")
