"""Figures of the city's own in answers: where they stand, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from app.shipped import SHIPPED_PROFILE
from content.interpretations.commands import kb_check
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.profile import KnowledgeSection, places, unused_locals
from kit.profile import read_profile

TODAY = date(2026, 11, 23)


def test_every_place_has_words_until_the_profile_says_them() -> None:
    entries = read_starter(LawIndex.load())
    assert {
        entry.slug: places(entry) - entry.local.keys()
        for entry in entries
        if places(entry) - entry.local.keys()
    } == {}
    assert len(frozenset().union(*(places(entry) for entry in entries))) >= 20


def test_every_name_is_explained_in_the_shipped_profile() -> None:
    text = (Path(SHIPPED_PROFILE) / "knowledge.yaml").read_text(encoding="utf-8")
    names = frozenset().union(*(places(entry) for entry in read_starter(LawIndex.load())))
    assert [name for name in sorted(names) if f"{name}:" not in text] == []


def test_what_the_shipped_profile_says_is_used() -> None:
    section = msgspec.convert(read_profile(Path(SHIPPED_PROFILE))["knowledge"], KnowledgeSection)
    assert unused_locals(section.local, read_starter(LawIndex.load())) == ()


def test_a_name_of_the_profile_that_no_answer_has_is_told() -> None:
    code, text = kb_check(TODAY, local={"occupancy_promise": "1 个工作日", "no_such_name": "1 元"})
    assert code == 0
    assert "no_such_name" in text
    assert "occupancy_promise" not in text


def test_an_answer_is_too_long_with_the_words_of_the_profile() -> None:
    code, text = kb_check(TODAY, local={"occupancy_promise": "长" * 160})
    assert code != 0
    assert "occupancy-duration" in text


@pytest.mark.parametrize("text", ["", "长" * 61, " 前面有空格", "一行\n两行", "{套}"])
def test_words_that_would_not_fit_a_sentence_are_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"local": {"occupancy_promise": text}}, KnowledgeSection)
