"""Answers to begin from."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from casework.complaints.replies import RepliesSection, ReplyTemplate

ROOT = Path(__file__).resolve().parents[2]


def test_a_template_is_filled_in_and_offered_where_it_fits() -> None:
    general = ReplyTemplate(code="a", name="一般", text="{place}的“{category}”，{unit}{today}已办。")
    own = ReplyTemplate(code="b", name="违建", text="已立案", categories=("illegal_building",))
    section = RepliesSection(templates=(general, own))
    assert section.for_category("noise") == (general,)
    assert section.for_category("illegal_building") == (general, own)
    filled = general.filled(place="湖滨路", category="占道", unit="街面中队", today="今天")
    assert filled == "湖滨路的“占道”，街面中队今天已办。"
    assert general.filled() == "的“”，已办。"


def test_what_was_to_be_written_and_was_not_is_found_other_brackets_are_not() -> None:
    section = RepliesSection(
        templates=(ReplyTemplate(code="a", name="一般", text="【时间】到场，【写明情况】。"),)
    )
    assert section.blanks_in("【通知】3 日到场，【写明情况】。【写明情况】") == ("【写明情况】",)
    assert section.blanks_in("3 日到场，已清理。") == ()


def test_a_field_that_nobody_fills_and_a_code_given_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="phone"):
        ReplyTemplate(code="a", name="一般", text="{phone}")
    one = ReplyTemplate(code="a", name="一般", text="好")
    with pytest.raises(ValueError, match="两次"):
        RepliesSection(templates=(one, one))


def test_the_shipped_templates_are_sound() -> None:
    text = (ROOT / "content" / "bureau" / "replies.yaml").read_text(encoding="utf-8")
    section = msgspec.yaml.decode(text, type=dict[str, RepliesSection])["replies"]
    assert len(section.templates) >= 3
