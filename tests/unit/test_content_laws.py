"""Law texts read, dated and judged; what is in force on a day; digests and the checks that rest on them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
import yaml

from content.interpretations.check import Finding, check_entries, citable, dead_citations, refusing
from content.interpretations.commands import kb_check
from content.interpretations.figures import figures, ranges
from content.interpretations.law_digests import DIGESTS_FILE, digest_of, digested, write_digests
from content.interpretations.law_files import LawFile, law_paths, read_law_file, texts_by_version
from content.interpretations.law_import import ImportOptions, LawRefused, judged
from content.interpretations.law_queries import check_files
from content.interpretations.law_reading import decoded, ended_by, plain_title, read_law
from content.interpretations.laws import (
    ArticleNote,
    KnowledgeError,
    Law,
    LawIndex,
    SupersededLaw,
    article_label,
    shipped_laws,
)
from content.interpretations.load import read_starter
from content.interpretations.views import Citation, EntryView

TODAY = date(2026, 11, 23)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
OLD, NEW = date(2020, 1, 1), date(2026, 6, 1)

TEXT = """# 中华人民共和国街面法

2020年1月1日 第一次会议通过

2020年3月1日 施行

<!-- INFO END -->

## 第一章 总 则

第一条 为了街面整洁，制定本法。

第二条 占用街面的，处二千元以上二万元以下罚款。

有前款行为，逾期十五日不改正的，加倍处罚。

## 第二章 附则

第三条 本法自2020年3月1日起施行。
"""


def law(title: str = "街面法", version_on: date = OLD, **more: object) -> Law:
    note = ArticleNote("占用街面的罚则", ("2000元", "20000元"))
    fields = {"in_force_on": version_on, "articles": {2: note}, **more}
    return Law(title=title, version_on=version_on, **fields)  # type: ignore[arg-type]


def entry(**more: object) -> EntryView:
    fields: dict[str, object] = {
        "slug": "street",
        "question": "占了街面会罚多少？",
        "phrasings": ("街面被占了罚钱吗", "占街面怎么罚", "街上摆东西罚不罚"),
        "answer": "处2000元以上2万元以下罚款。",
        "citations": (Citation("街面法", 2, OLD, article_label("街面法", 2)),),
        "category": "街面",
        "sensitive": True,
        "valid_from_on": OLD,
        **more,
    }
    return EntryView(**fields)  # type: ignore[arg-type]


def kinds(found: list[Finding]) -> set[str]:
    return {one.kind for one in found} - {"no_digest"}


def text_file(folder: Path, text: str = TEXT, name: str = "街面法.md") -> LawFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_law_file(path)


# Reading


def test_a_text_is_read_with_its_title_dates_and_articles(tmp_path: Path) -> None:
    file = text_file(tmp_path)
    assert (file.title, file.version_on, file.in_force_on, file.faults) == (
        "街面法",
        OLD,
        date(2020, 3, 1),
        (),
    )
    assert [article.number for article in file.articles] == [1, 2, 3]
    assert file.articles[1].text.count("\n") == 1
    assert "第二章" not in file.articles[1].text


def test_an_article_inserted_later_is_kept_apart_and_never_joins_its_neighbour() -> None:
    reading = read_law("试验法\n第一条 甲。\n第一条之一 乙。\n乙的第二款。\n第二条 丙。")
    assert [(one.number, one.text) for one in reading.articles] == [(1, "甲。"), (2, "丙。")]
    assert reading.apart == ("第一条之一",)
    assert "第 3 行" in reading.notes[0]


def test_a_paragraph_that_speaks_of_an_article_is_no_article() -> None:
    reading = read_law(
        "试验法\n第一条 甲。\n第二条规定的情形除外。\n第二条乙。\n第三条 丙。\n附件：\n第九条 表格"
    )
    assert [one.text for one in reading.articles] == ["甲。\n第二条规定的情形除外。", "乙。", "丙。"]
    assert reading.notes == ("第 6 行起是附件，没有导入",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有找到“第……条”"),
        ("通知\n请大家注意。", "没有找到“第……条”"),
        ("试验法\n第三条 甲。", "从第 3 条开始"),
        ("试验法\n第一条 甲。\n第四条 乙。", "第 3 行：第 1 条之后是第 4 条，缺第 2 至 3 条"),
        ("试验法\n第一条 甲。\n第二条 乙。\n第二条 丙。", "第 4 行：第 2 条之后又是第 2 条"),
        ("试验法\n第一条 甲。\n第二条\n第三条 丙。", "第 3 行：第 2 条没有内容"),
        ("试验法\n第一条 甲。\n第二十百条 乙。", "“第二十百条”不是正确的条号"),
        ("试验法（摘录）\n第一条 甲。", "摘录"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_with_its_line(text: str, said: str) -> None:
    assert any(said in fault for fault in read_law(text).faults)


def test_a_part_of_a_code_may_begin_anywhere() -> None:
    reading = read_law("# 中华人民共和国民法典\n\n# 物权编\n\n第二百零五条 甲。\n第二百零六条 乙。")
    assert (reading.title, reading.part, reading.faults) == ("民法典", "物权编", ())


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04\0\0", "不是文本文件"), (b"\xff\xfe\xfa\x81", "编码"), (b"a" * 8_000_001, "超过")],
)
def test_what_is_no_text_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decoded(content)


def test_names_lose_the_country_and_their_year() -> None:
    assert plain_title("# 中华人民共和国行政处罚法（2021年修订）") == "行政处罚法"
    assert plain_title("《国务院关于在线政务服务的若干规定》") == "国务院关于在线政务服务的若干规定"


def test_dates_come_from_the_name_the_head_or_the_closing_article(tmp_path: Path) -> None:
    revised = text_file(tmp_path, TEXT, "街面法(2024-05-06).md")
    assert (revised.version_on, revised.in_force_on, revised.begins_by) == (
        date(2024, 5, 6),
        date(2024, 5, 6),
        "version",
    )
    assert any("--in-force" in note for note in revised.notes)
    behind = text_file(tmp_path, TEXT, "街面法(2019-05-06).md")
    assert any("文件名" in fault for fault in behind.faults)
    undated = text_file(tmp_path, "街面法\n第一条 甲。", "a.txt")
    assert any("--version" in fault for fault in undated.faults)
    assert any("--in-force" in fault for fault in read_law_file(tmp_path / "a.txt", OLD).faults)
    assert read_law_file(tmp_path / "a.txt", OLD, NEW).faults == ()
    at_once = text_file(tmp_path, "街面法\n2020年1月1日公布\n第一条 本法自公布之日起施行。", "b.txt")
    assert (at_once.in_force_on, at_once.begins_by) == (OLD, "version")


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("本法自公布之日起施行。《中华人民共和国城市规划法》同时废止。", ("城市规划法",)),
        ("1960年批准的《甲办法》，1988年发布的《乙条例》，同时废止。", ("甲办法", "乙条例")),
        ("《甲法》、《乙法》自本法施行之日起同时废止", ("甲法", "乙法")),
        ("依照《甲法》办理。《乙条例》第三条同时废止。", ()),
    ],
)
def test_the_laws_an_article_ends_are_read_from_it(text: str, ended: tuple[str, ...]) -> None:
    assert ended_by(text) == ended


def test_a_folder_is_read_without_the_folders_within(tmp_path: Path) -> None:
    (tmp_path / "superseded").mkdir()
    (tmp_path / "a.md").touch()
    (tmp_path / "b.pdf").touch()
    assert [path.name for path in law_paths(tmp_path)] == ["a.md"]


# In force


def test_standing_follows_from_dates_and_successors() -> None:
    ended = law("旧法", repealed_on=TODAY, successor="新法")
    index = LawIndex(
        (law(), law(version_on=NEW), ended, law("将来法", TOMORROW)), (SupersededLaw("老法", OLD, "新法"),)
    )
    assert index.standing("街面法", OLD, NEW - timedelta(days=1)).status == "in_force"
    assert index.standing("街面法", OLD, NEW).status == "superseded"
    assert index.standing("街面法", NEW, TODAY).status == "in_force"
    assert index.standing("街面法", date(2019, 1, 1), TODAY).status == "superseded"
    assert index.standing("旧法", OLD, YESTERDAY).ends_on == TODAY
    assert index.standing("旧法", OLD, TODAY).status == "superseded"
    assert index.standing("老法", OLD, TODAY).successor == "新法"
    assert index.standing("将来法", TOMORROW, TODAY).status == "not_yet"
    assert index.standing("没有的法", OLD, TODAY).status == "unknown"
    assert index.current("街面法", TODAY) == law(version_on=NEW)
    assert index.current("旧法", TODAY) is None


def test_what_a_law_replaces_is_superseded_from_its_first_day() -> None:
    index = LawIndex((law("法典", NEW, replaces=("旧法",)), law("旧法")))
    assert index.standing("旧法", OLD, NEW - timedelta(days=1)).status == "in_force"
    assert index.standing("旧法", OLD, NEW).successor == "法典"


def test_a_law_repealed_tomorrow_answers_today_and_not_tomorrow() -> None:
    index = LawIndex((law(repealed_on=TOMORROW, successor="新法"),))
    assert citable(entry(), index, TODAY)
    assert not citable(entry(), index, TOMORROW)
    (warned,) = [one for one in check_entries([entry()], index, TODAY) if one.kind == "law_ends_on"]
    assert str(TOMORROW) in warned.text
    assert not warned.forbids
    assert refusing(entry(), index, TODAY) == ()
    assert [one.kind for one in refusing(entry(), index, TOMORROW)] == ["repealed_law"]
    assert (dead_citations([entry()], index, TODAY), dead_citations([entry()], index, TOMORROW)) == (0, 1)


# Judging an import


def test_a_repealed_law_cannot_be_imported_as_current(tmp_path: Path) -> None:
    file = text_file(tmp_path)
    index = LawIndex((), (SupersededLaw("街面法", TODAY, "城市法典"),))
    assert judged(file, index, YESTERDAY, ImportOptions()).status == "in_force"
    with pytest.raises(LawRefused, match="由《城市法典》取代"):
        judged(file, index, TODAY, ImportOptions())
    kept = judged(file, index, TODAY, ImportOptions(superseded=True))
    assert (kept.status, kept.ends_on, kept.successor) == ("superseded", TODAY, "城市法典")


def test_an_old_version_cannot_be_imported_as_current(tmp_path: Path) -> None:
    with pytest.raises(LawRefused, match="已有新版"):
        judged(text_file(tmp_path), LawIndex((law(version_on=NEW),)), TODAY, ImportOptions())


def test_a_law_in_force_is_not_filed_away_as_superseded_without_a_date(tmp_path: Path) -> None:
    file = text_file(tmp_path)
    with pytest.raises(LawRefused, match="--repealed-on"):
        judged(file, LawIndex(()), TODAY, ImportOptions(superseded=True))
    options = ImportOptions(superseded=True, repealed_on=YESTERDAY, successor="城市法典")
    assert judged(file, LawIndex(()), TODAY, options).status == "superseded"


def test_the_index_knows_the_first_day_where_the_text_does_not(tmp_path: Path) -> None:
    file = text_file(tmp_path, TEXT, "街面法(2024-05-06).md")
    begun = date(2024, 7, 1)
    index = LawIndex((law(version_on=date(2024, 5, 6), in_force_on=begun),))
    assert judged(file, index, TODAY, ImportOptions()).in_force_on == begun


def test_a_newer_version_is_announced(tmp_path: Path) -> None:
    found = judged(text_file(tmp_path), LawIndex((law(version_on=date(2010, 1, 1)),)), TODAY, ImportOptions())
    assert any("引用旧版" in note for note in found.notes)


# Digests


def test_digests_written_twice_are_the_same_file_and_are_read_back(tmp_path: Path) -> None:
    texts = texts_by_version([text_file(tmp_path)])
    index = LawIndex((law(articles={2: ArticleNote("罚则", ("3000元",)), 9: ArticleNote("没有的条")}),))
    report = digested(index, texts)
    assert [line for line in report.wrong if "3000元" in line]
    assert [line for line in report.missing if "第九条" in line]
    path = tmp_path / "law_digests.yaml"
    assert write_digests(report.digests, path)
    assert not write_digests(report.digests, path)
    (tmp_path / "laws.yaml").write_text(
        "laws:\n- {title: 街面法, version_on: 2020-01-01, in_force_on: 2020-03-01, articles: {2: {gist: 罚则}}}\n",
        encoding="utf-8",
    )
    loaded = LawIndex.load(tmp_path / "laws.yaml")
    held = loaded.digest("街面法", OLD, 2)
    assert held is not None
    assert held.figures == ("15日", "20000元", "2000元")
    assert digested(loaded, {}).digests == report.digests


def test_a_text_that_differs_from_the_index_is_found(tmp_path: Path) -> None:
    file = text_file(tmp_path)
    digests = digested(LawIndex((law(),)), texts_by_version([file])).digests
    index = LawIndex((law(in_force_on=date(2020, 3, 1)),), (), digests)
    assert check_files(index, [file]) == []
    other = text_file(tmp_path, TEXT.replace("二万元", "三万元"))
    assert any("摘要不一致" in line for line in check_files(index, [other]))
    later = msgspec.structs.replace(file, in_force_on=date(2020, 4, 1))
    assert any("2020-04-01" in line for line in check_files(index, [later]))


def test_figures_of_the_official_text_count_before_those_of_the_note(tmp_path: Path) -> None:
    index = LawIndex(
        (law(articles={2: ArticleNote("罚则")}),),
        (),
        digested(LawIndex((law(),)), texts_by_version([text_file(tmp_path)])).digests,
    )
    assert kinds(check_entries([entry()], index, TODAY)) == set()
    wrong = entry(answer="处3万元以下罚款。")
    assert kinds(check_entries([wrong], index, TODAY)) == {"figure_not_cited"}


@pytest.mark.parametrize("text", ["laws: [", "laws: 3", "- 1"])
def test_a_broken_digests_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "laws.yaml").write_text("laws: []", encoding="utf-8")
    (tmp_path / "law_digests.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"law_digests\.yaml"):
        LawIndex.load(tmp_path / "laws.yaml")


# The shipped index


def test_every_cited_article_has_a_gist_and_a_digest_and_no_figure_of_its_own() -> None:
    index = shipped_laws()
    for one in index.laws.values():
        for number, note in one.articles.items():
            digest = index.digest(one.title, one.version_on, number)
            assert note.gist.strip()
            assert digest is not None, (one.title, number)
            assert set(note.figures) <= set(digest.figures), (one.title, number)


def test_the_digests_file_is_as_it_is_written(tmp_path: Path) -> None:
    index = shipped_laws()
    path = tmp_path / "law_digests.yaml"
    write_digests(digested(index, {}).digests, path)
    assert path.read_bytes() == DIGESTS_FILE.read_bytes()


def test_no_citation_of_the_shipped_knowledge_is_dead() -> None:
    starter = read_starter(shipped_laws())
    assert dead_citations(starter, shipped_laws(), TODAY) == 0
    assert all(citable(one, shipped_laws(), TODAY) for one in starter)


def test_answers_of_the_shipped_knowledge_lead_to_groups_and_kinds_of_permits_there_are() -> None:
    profile = yaml.safe_load(Path("content/bureau/complaints.yaml").read_text(encoding="utf-8"))
    groups = {f"complaint:{group['code']}" for group in profile["complaints"]["groups"]}
    kinds = yaml.safe_load(Path("content/bureau/permits.yaml").read_text(encoding="utf-8"))["permits"][
        "kinds"
    ]
    permits = {f"permit:{kind['code']}" for kind in kinds}
    code, text = kb_check(TODAY, places={*groups, *permits}, as_json=True)
    assert (code, '"dead_citations":0' in text) == (0, True)


# Words


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"sensitive": False}, "not_sensitive"),
        ({"link": "complaint:nowhere"}, "unknown_place"),
        ({"answer": "以{max_fine}为准，会罚款。"}, "no_fallback"),
        ({"answer": "以{Max}为准，会罚款。", "local": {}}, "no_fallback"),
        ({"local": {"unused": "按本市规定"}}, "unused_local"),
        ({"valid_until_on": TOMORROW}, "ends_on"),
        ({"valid_until_on": YESTERDAY}, "expired"),
        ({"answer": "晚上10点后罚款。"}, "figure_not_cited"),
        ({"phrasings": ("占街面怎么罚", "占街面怎么罚呢", "街上摆东西罚不罚")}, "near_duplicate"),
        ({"answer": "罚款{fine}。", "local": {"fine": "长" * 180}}, "too_long"),
    ],
)
def test_each_kind_of_words_is_judged(change: dict[str, object], kind: str) -> None:
    assert kinds(check_entries([entry()], LawIndex((law(),)), TODAY, {"complaint:street"})) == set()
    found = check_entries([entry(**change)], LawIndex((law(),)), TODAY, {"complaint:street"})
    assert kinds(found) == {kind}


def test_local_figures_are_exempt_and_dates_of_the_law_are_backed() -> None:
    told = entry(answer="罚{fine}；2020年1月1日起，处2000元以上罚款。", local={"fine": "3万元"})
    assert kinds(check_entries([told], LawIndex((law(),)), TODAY)) == set()


def test_an_imported_text_that_nobody_read_has_no_gist() -> None:
    bare = LawIndex((law(articles={2: ArticleNote("")}),))
    assert "no_gist" in kinds(check_entries([entry()], bare, TODAY))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1至10万元", {"10000元", "100000元"}),
        ("500元至1万元", {"500元", "10000元"}),
        ("五至十倍", {"5倍", "10倍"}),
        ("20，000元", {"20000元"}),
        ("二十二时至次日六时", {"22点", "6点"}),
        ("22:00—6:00", {"22点", "6点"}),
        ("下午2点半", {"14点30分"}),
        ("半年、半个月、一年半、一周", {"6个月", "15日", "18个月", "7日"}),
        ("十二个月或六十分钟", {"1年", "1小时"}),
        ("两三天", {"2日", "3日"}),
        ("百分之零点五，千分之二，万分之五，三分之二", {"0.5%", "2‰", "5‱", "2/3"}),
        ("2026年8月15日起，每年3月1日", {"2026-08-15", "3月1日"}),
        ("不满十四周岁，两名人员，十平方米，四十五分贝", {"14岁", "2人", "10平方米", "45分贝"}),
        ("第三十条，第3天，几百元，早一点，注意两点，一个人，同时，2026年", set()),
    ],
)
def test_figures_are_found_however_they_are_said(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_a_digest_keeps_figures_and_no_words() -> None:
    assert digest_of("处二万元以下罚款。").figures == ("20000元",)


@pytest.mark.parametrize(
    "text", ["一" * 5_000 + "元", "9" * 5_000 + "元", "1," * 3_000 + "元", "百分之" * 2_000]
)
def test_a_number_without_end_is_no_reason_to_fail(text: str) -> None:
    assert len(figures(text)) <= 2


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("处二千元以上二万元以下罚款", {"2000元–20000元"}),
        ("罚2000至2万元，拘留5日至10日", {"2000元–20000元", "5日–10日"}),
        ("1至10万元，一倍以上十倍以下", {"10000元–100000元", "1倍–10倍"}),
        ("造价百分之五以上百分之十以下", {"5%–10%"}),
        ("造价百分之五至百分之十", {"5%–10%"}),
        ("第三条至第五条，二万元以上，晚上10点至6点", set()),
    ],
)
def test_a_span_is_the_same_in_a_law_and_in_plain_words(text: str, spans: set[str]) -> None:
    assert ranges(text) == spans


def test_figures_of_two_spans_are_not_put_together(tmp_path: Path) -> None:
    """500 to 3,000 for one, 10,000 to 50,000 for another: nobody pays 500 to 50,000."""
    text = TEXT.replace(
        "处二千元以上二万元以下罚款", "个人处五百元以上三千元以下、单位处一万元以上五万元以下罚款"
    )
    digests = digested(LawIndex((law(),)), texts_by_version([text_file(tmp_path, text)])).digests
    index = LawIndex((law(),), (), digests)
    assert check_entries([entry(answer="个人罚500元至3000元，单位1万至5万元。")], index, TODAY) == []
    (wrong,) = check_entries([entry(answer="罚500元至5万元。")], index, TODAY)
    assert (wrong.kind, "500元–50000元" in wrong.text) == ("figure_not_cited", True)
