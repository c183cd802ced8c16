from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from content.interpretations.check import check_entries
from content.interpretations.commands import kb_ask, kb_build, kb_check
from content.interpretations.figures import figures
from content.interpretations.laws import KnowledgeError, LawIndex, article_label, chinese_number
from content.interpretations.load import read_starter
from content.interpretations.views import Citation, EntryView

TODAY = date(2026, 11, 23)
CODE_IN_FORCE = date(2026, 8, 15)


@pytest.fixture(scope="module")
def laws() -> LawIndex:
    return LawIndex.load()


@pytest.fixture(scope="module")
def starter(laws: LawIndex) -> list[EntryView]:
    return read_starter(laws)


def kinds(entry: EntryView, laws: LawIndex, on: date = TODAY) -> list[str]:
    return [finding.kind for finding in check_entries([entry], laws, on)]


def test_the_starter_knowledge_has_no_findings(starter: list[EntryView], laws: LawIndex) -> None:
    assert len(starter) >= 40
    assert check_entries(starter, laws, TODAY) == []


def test_answers_that_name_figures_are_marked_sensitive(starter: list[EntryView]) -> None:
    assert [entry.slug for entry in starter if figures(entry.answer) and not entry.sensitive] == []


def test_no_entry_is_valid_before_its_laws_are(starter: list[EntryView], laws: LawIndex) -> None:
    for entry in starter:
        assert all(laws.laws[citation.law].in_force_on <= entry.valid_from_on for citation in entry.citations)


def test_the_code_of_august_2026_cannot_be_cited_the_day_before(
    starter: list[EntryView], laws: LawIndex
) -> None:
    entry = next(entry for entry in starter if entry.slug == "open-air-barbecue")
    assert kinds(entry, laws, CODE_IN_FORCE) == []
    assert "not_yet_in_force" in kinds(entry, laws, CODE_IN_FORCE - timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"citations": (Citation("大气污染防治法", 81, date(2018, 10, 26), ""),)}, "repealed_law"),
        ({"citations": (Citation("不存在的法", 1, TODAY, ""),)}, "dead_citation"),
        ({"citations": ()}, "no_citation"),
        ({"answer": "长" * 181}, "too_long"),
        ({"more": "长" * 301}, "too_long"),
        ({"phrasings": ("一种问法", "两种问法")}, "few_phrasings"),
        ({"phrasings": ("摆摊行吗", "摆 摊 行 吗？", "摊子行吗")}, "duplicate_phrasing"),
        ({"phrasings": ("😀😀", "摆摊行吗", "摊子行吗")}, "empty_phrasing"),
        ({"answer": "可以处3万元以下罚款。"}, "figure_not_cited"),
    ],
)
def test_each_kind_of_mistake_is_found(
    starter: list[EntryView], laws: LawIndex, change: dict[str, object], kind: str
) -> None:
    entry = next(entry for entry in starter if entry.slug == "occupancy-fine")
    assert kind in kinds(msgspec.structs.replace(entry, **change), laws)


def test_a_citation_must_name_version_article_and_label_exactly(
    starter: list[EntryView], laws: LawIndex
) -> None:
    entry = next(entry for entry in starter if entry.slug == "permit-transfer")
    cited = entry.citations[0]
    for change, kind in [
        ({"version_on": date(2003, 8, 27)}, "old_version"),
        ({"article": 999}, "dead_citation"),
        ({"label": "《行政许可法》第八条"}, "wrong_label"),
    ]:
        wrong = msgspec.structs.replace(cited, **change)
        assert kinds(msgspec.structs.replace(entry, citations=(wrong,)), laws) == [kind]


def test_a_starter_file_cannot_cite_a_repealed_law(laws: LawIndex, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "category: 噪声\nentries:\n"
        "  - {slug: a, question: 太吵怎么办, phrasings: [太吵], answer: 请投诉, cites: [噪声污染防治法/81]}\n"
        "  - {slug: B!, question: 太吵怎么办, phrasings: [太吵], answer: 请投诉, cites: [消防法/28]}\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError) as caught:
        read_starter(laws, tmp_path)
    first, second = caught.value.faults
    assert "生态环境法典" in first
    assert "第 2 条" in second


@pytest.mark.parametrize("text", ["", "category: [", "category: 噪声", "- 1", "category: 噪声\nentries: 3"])
def test_a_broken_starter_file_is_named(laws: LawIndex, tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"broken\.yaml"):
        read_starter(laws, tmp_path)


def test_an_empty_folder_is_no_knowledge(laws: LawIndex, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="没有问答文件"):
        read_starter(laws, tmp_path)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3, "三"), (10, "十"), (16, "十六"), (20, "二十"), (100, "一百"), (103, "一百零三"), (110, "一百一十"),
        (572, "五百七十二"), (1000, "一千"), (1006, "一千零六"), (1128, "一千一百二十八"), (1242, "一千二百四十二"),
    ],
)  # fmt: skip
def test_articles_are_numbered_as_the_laws_do(number: int, text: str) -> None:
    assert chinese_number(number) == text
    assert article_label("消防法", number) == f"《消防法》第{text}条"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("处二千元以上二万元以下的罚款", {"2000元", "20000元"}),
        ("罚2000元至2万元", {"2000元", "20000元"}),
        ("二十日内，可延长10个工作日", {"20日", "10日"}),
        ("每日按百分之三加处", {"3%"}),
        ("造价的5%至10%", {"5%", "10%"}),
        ("造价一倍以下", {"1倍"}),
        ("晚上十点至次日早晨六点", {"22点", "6点"}),
        ("两年内", {"2年"}),
        ("打12345或110", set()),
    ],
)
def test_figures_in_words_and_digits_read_the_same(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_kb_check_passes_and_counts() -> None:
    code, text = kb_check(TODAY)
    assert code == 0
    assert "0 处问题" in text


def test_first_days_that_nobody_looked_up_are_a_reminder_and_no_fault() -> None:
    code, text = kb_check(TODAY)
    assert code == 0
    for law in ("网络安全法", "监察法", "消费者权益保护法", "招标投标法"):
        assert f"{law}：（提醒）施行日期没有在原文里核对过" in text
    assert "0 处问题，4 处提醒" in text


def test_kb_check_before_the_code_took_effect_fails_with_sentences() -> None:
    code, text = kb_check(CODE_IN_FORCE - timedelta(days=1))
    assert code != 0
    assert "才施行" in text


def test_kb_build_says_how_large_the_index_is() -> None:
    code, text = kb_build()
    assert code == 0
    assert "条问答" in text


def test_kb_ask_shows_answer_basis_and_words() -> None:
    code, text = kb_ask("路边能摆摊吗")
    assert code == 0
    assert "《城市道路管理条例》第三十条" in text
    assert "摆摊" in text


def test_kb_ask_without_a_question_is_refused_in_one_sentence() -> None:
    assert kb_ask("   ") == (2, "请在命令后面写上要问的话")
