"""What each kind of account may do, and what the papers say about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from app.shipped import CATALOGUE_FOLDER
from bot.capabilities import Capabilities, sentence_key
from bot.profile import WechatSection
from kit.catalogue import Catalogue
from kit.clock import FixedClock
from wechat.account_kinds import AccountKind, Right, rights
from wechat.endpoints import ENDPOINTS
from wechat.standin.rights import may_call

WORDS = Catalogue.load(CATALOGUE_FOLDER)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "wechat.md"


def test_a_certified_service_account_may_do_everything_and_no_kind_more() -> None:
    assert rights(AccountKind.CERTIFIED_SERVICE) == frozenset(Right)
    assert rights(AccountKind.UNCERTIFIED_SUBSCRIPTION) < rights(AccountKind.UNCERTIFIED_SERVICE)
    assert rights(AccountKind.UNCERTIFIED_SUBSCRIPTION) < rights(AccountKind.CERTIFIED_SUBSCRIPTION)


@pytest.mark.parametrize("kind", AccountKind)
def test_we_never_count_on_a_right_that_the_strict_platform_refuses(kind: AccountKind) -> None:
    counted_on = {one.path for one in ENDPOINTS if one.right in rights(kind) and one.app != "miniprogram"}
    assert counted_on
    assert {path for path in counted_on if not may_call(kind.value, path)} == set()


@pytest.mark.parametrize("right", Right)
def test_every_right_has_a_name_and_a_sentence_for_its_absence(right: Right) -> None:
    assert WORDS.text(f"wechat_check.right.{right.value}")
    assert WORDS.text(sentence_key(right)).endswith("。")


def test_the_table_in_the_document_is_the_one_in_the_code() -> None:
    assert rights_table() in PAGE.read_text(encoding="utf-8")


def rights_table() -> str:
    """The table of docs/wechat.md: what each kind may do, and what happens without."""
    kinds = tuple(AccountKind)
    names = " | ".join(WORDS.text(f"wechat_check.kind.{kind.value}") for kind in kinds)
    lines = [f"| 接口 | {names} | 没有时 |", f"|{'---|' * (len(kinds) + 2)}"]
    for right in Right:
        marks = " | ".join("有" if right in rights(kind) else "—" for kind in kinds)
        name = WORDS.text(f"wechat_check.right.{right.value}")
        lines.append(f"| {name} | {marks} | {WORDS.text(sentence_key(right))} |")
    return "\n".join(lines)


def test_a_right_refused_today_is_asked_for_again_tomorrow(clock: FixedClock) -> None:
    able = Capabilities.of_kind(AccountKind.CERTIFIED_SERVICE, clock)
    with structlog.testing.capture_logs() as lines:
        able.note_missing(Right.CUSTOM_MESSAGE)
        able.note_missing(Right.CUSTOM_MESSAGE)
    assert [line["event"] for line in lines] == ["wechat.right_missing"]
    assert able.missing() == [Right.CUSTOM_MESSAGE]
    assert not able.answers_later
    assert able.tells_news
    clock.advance(timedelta(days=1))
    assert able.answers_later


def test_people_answer_only_where_the_bureau_says_so() -> None:
    assert Right.CUSTOMER_SERVICE not in WechatSection().rights()
    assert Right.CUSTOMER_SERVICE in WechatSection(customer_service=True).rights()
    subscription = WechatSection(account_kind=AccountKind.UNCERTIFIED_SUBSCRIPTION, customer_service=True)
    assert Right.CUSTOMER_SERVICE not in subscription.rights()
