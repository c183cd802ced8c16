from __future__ import annotations

import pytest

from nlp.redact import holds_personal_number, redact


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我电话13800012345，回我", "我电话***********，回我"),
        ("电话138 0001 2345", "电话*************"),
        ("电话138-0001-2345", "电话*************"),
        ("+8613800012345", "**************"),
        ("１３８０００１２３４５", "***********"),
        ("身份证11010519491231002X", "身份证******************"),
        ("身份证110105 19491231 0021", "身份证" + "*" * 20),
        ("座机0999-8212345", "座机************"),
        ("一三八零零零一二三四五", "***********"),
        ("卡号6222021234567890123", "卡号*******************"),
    ],
)
def test_phone_and_identity_numbers_are_masked(text: str, masked: str) -> None:
    assert redact(text) == masked
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "QS-TS-261122-0051-K",
        "QS-TS-261122-100512-K",
        "打12345还是110",
        "罚款20000元，2026-11-22 到期",
        "车牌川A12345",
        "",
    ],
)
def test_case_references_hotlines_amounts_and_dates_stay(text: str) -> None:
    assert redact(text) == text
    assert not holds_personal_number(text)
