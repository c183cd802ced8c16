"""What differs between two wordings, and articles as a clerk types them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import read_once
from tests.knowledge_setting import FORCE, LAW, LAWS, OLD_LAW
from web.console.knowledge_changes import list_changes, text_changes
from web.console.knowledge_citing import cited
from web.console.words import Words

ON = date(2026, 11, 23)
WORDS = Words(read_once.catalogue())


def test_only_what_differs_is_marked() -> None:
    before, after = text_changes("罚款200元，限期改正。", "罚款500元，限期改正。")
    assert [one.words for one in before if one.changed] == ["200"]
    assert [one.words for one in after if one.changed] == ["500"]


@given(st.text(alphabet="罚款改正 12\n。a", max_size=40), st.text(alphabet="罚款改正 12\n。a", max_size=40))
def test_both_wordings_stay_whole_whatever_they_are(old: str, new: str) -> None:
    before, after = text_changes(old, new)
    assert ("".join(one.words for one in before), "".join(one.words for one in after)) == (old, new)
    assert any(one.changed for one in (*before, *after)) == (old != new)


@given(st.lists(st.sampled_from("甲乙丙丁")), st.lists(st.sampled_from("甲乙丙丁")))
def test_the_lines_of_both_lists_stay_in_their_order(old: list[str], new: list[str]) -> None:
    lines = list_changes(old, new)
    assert [one.words for one in lines if one.mark != "added"] == old
    assert [one.words for one in lines if one.mark != "gone"] == new


@pytest.mark.parametrize(
    ("law", "article"),
    [(LAW, "1"), (LAW, "一"), (LAW, "第一条"), (f" 《{LAW}》第一条 ", ""), (f"《{LAW}》", "第 1 条")],
)
def test_an_article_is_understood_however_it_is_written(law: str, article: str) -> None:
    citations, rows = cited(WORDS, {"cite.3.law": law, "cite.3.article": article}, LAWS, ON)
    assert [(one.law, one.article, one.label) for one in citations] == [(LAW, 1, f"《{LAW}》第一条")]
    assert "占道要先批" in rows[0].gist


@pytest.mark.parametrize(
    ("law", "article", "on", "said"),
    [
        (OLD_LAW, "1", ON, f"应引《{LAW}》"),
        (LAW, "1", FORCE.replace(year=2020), "没有在施行"),
        ("没听说过的法", "1", ON, "法条库里没有"),
        (LAW, "九十九", ON, "核对条号"),
        (LAW, "", ON, "核对条号"),
        ("", "5", ON, "法条库里没有"),
    ],
)
def test_what_cannot_be_cited_says_why_and_stays_as_it_was_typed(
    law: str, article: str, on: date, said: str
) -> None:
    citations, rows = cited(WORDS, {"cite.0.law": law, "cite.0.article": article}, LAWS, on)
    assert citations == ()
    assert (rows[0].law, rows[0].article, said in rows[0].wrong) == (law, article, True)
