"""Law texts as rows, on both databases: imported once, never out of force, and what that does to the answers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from casework.actors import system
from content.interpretations import drafts, publishing
from content.interpretations.check import check_entries, citable
from content.interpretations.draft_views import draft_view
from content.interpretations.law_ending import end_law
from content.interpretations.law_files import LawFile, read_law_file
from content.interpretations.law_import import Imported, ImportOptions, LawRefused, import_law
from content.interpretations.law_library import known_laws, laws_for
from content.interpretations.law_queries import article_shown, check_imported, held_laws
from content.interpretations.laws import LawIndex, article_label, shipped_laws
from content.interpretations.load import load_starter, read_starter
from content.interpretations.models import KnowledgeEntry, LawArticle, LawText
from content.interpretations.queries import current_version, published_entries
from content.interpretations.views import Citation, EntryView
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.problems import Conflict
from tests.knowledge_setting import REVIEWER, SECOND_EDITOR, proposed

TODAY = date(2026, 11, 23)
LOCAL = "市容管理条例"
PHRASED = ("街面占了要罚吗", "东西摆到街上罚几百", "街上堆货被罚")
TEXT = """{title}
2026年5月1日 公布
2026年7月1日 施行
第一条 为了市容，制定本条例。
第二条 占用街面的，处五百元以上三千元以下罚款。
第三条 本条例自2026年7月1日起施行。
"""


def file_of(folder: Path, text: str = TEXT, title: str = LOCAL, name: str = "a.md") -> LawFile:
    path = folder / name
    path.write_text(text.format(title=title), encoding="utf-8")
    return read_law_file(path)


async def imported(db: Database, file: LawFile, **options: object) -> Imported:
    return await import_law(db, system(), file, TODAY, ImportOptions(**options))  # type: ignore[arg-type]


async def audited(law: str) -> list[dict[str, object]]:
    row = await LawText.get(title=law)
    return [
        msgspec.json.decode(one.detail)
        for one in await AuditEntry.filter(case_id=row.id).order_by("position")
    ]


def citing(law: str, version_on: date, article: int = 2) -> EntryView:
    return EntryView(
        slug="street",
        question="占了街面会罚多少？",
        phrasings=("街面被占了罚钱吗", "占街面怎么罚", "街上摆东西罚不罚"),
        answer="处500元以上3000元以下罚款。",
        citations=(Citation(law, article, version_on, article_label(law, article)),),
        category="街面",
        sensitive=True,
        valid_from_on=date(2026, 1, 1),
    )


async def test_the_same_text_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    first = await imported(database, file_of(tmp_path))
    assert (first.is_news, first.came, first.status) == (True, (1, 2, 3), "in_force")
    version = await current_version()
    again = await imported(
        database, file_of(tmp_path, TEXT.replace("，", ",").replace("第一条 ", "第一条\u3000"))
    )
    assert not again.is_news
    assert await current_version() == version
    assert (await LawText.all().count(), await LawArticle.all().count()) == (1, 3)
    assert len(await audited(LOCAL)) == 1


async def test_checking_writes_nothing(database: Database, tmp_path: Path) -> None:
    assert (await imported(database, file_of(tmp_path), is_check=True)).is_news
    assert await LawText.all().count() == 0


async def test_a_text_that_differs_is_replaced_only_with_a_reason(database: Database, tmp_path: Path) -> None:
    await imported(database, file_of(tmp_path))
    other = file_of(tmp_path, TEXT.replace("三千元", "五千元"))
    with pytest.raises(LawRefused, match="第 2 条与已有的不同"):
        await imported(database, other)
    shorter = file_of(tmp_path, TEXT.replace("第三条 本条例自2026年7月1日起施行。\n", ""))
    with pytest.raises(LawRefused, match="第 3 条"):
        await imported(database, shorter)
    before = await LawArticle.get(number=2)
    await imported(database, other, reason="前一份有错字")
    after = await LawArticle.get(number=2)
    assert "五千元" in after.text
    facts = (await audited(LOCAL))[-1]
    assert (facts["reason"], facts["replaced"]) == ("前一份有错字", [f"2:{before.digest}"])


async def test_parts_of_a_code_become_one_law(database: Database, tmp_path: Path) -> None:
    head = "# 中华人民共和国民法典\n\n# {part}\n\n2020年5月28日 通过\n\n2021年1月1日 施行\n\n{articles}"
    await imported(database, file_of(tmp_path, head.format(part="物权编", articles="第二百零五条 甲。")))
    second = file_of(tmp_path, head.format(part="侵权责任编", articles="第一千一百六十四条 乙。"))
    assert (await imported(database, second)).came == (1164,)
    assert not (await imported(database, second)).is_news
    assert await LawArticle.all().order_by("number").values_list("number", flat=True) == [205, 1164]
    law = (await known_laws(LawIndex(()))).laws["民法典"]
    assert sorted(law.articles) == [205, 1164]


async def test_what_was_repealed_is_kept_for_reading_and_never_cited(
    database: Database, tmp_path: Path
) -> None:
    file = file_of(tmp_path, TEXT.replace("2026", "2021"), "噪声污染防治法")
    with pytest.raises(LawRefused, match="生态环境法典"):
        await imported(database, file)
    assert await LawText.all().count() == 0
    kept = await imported(database, file, superseded=True)
    assert (kept.status, kept.ends_on) == ("superseded", date(2026, 8, 15))
    shown = await article_shown("噪声污染防治法", 2, None, TODAY)
    assert shown is not None
    assert (shown.standing.status, shown.text) == ("superseded", "占用街面的，处五百元以上三千元以下罚款。")
    entry = citing("噪声污染防治法", date(2021, 5, 1))
    found = check_entries([entry], await laws_for([entry]), TODAY)
    assert "repealed_law" in {one.kind for one in found}


async def test_an_imported_regulation_of_the_citys_own_can_be_cited(
    database: Database, tmp_path: Path
) -> None:
    entry = citing(LOCAL, date(2026, 5, 1))
    assert not citable(entry, await known_laws(), TODAY)
    await imported(database, file_of(tmp_path))
    laws = await laws_for([entry])
    assert check_entries([entry], laws, TODAY) == []
    wrong = msgspec.structs.replace(entry, answer="处5000元以下罚款。")
    assert [one.kind for one in check_entries([wrong], laws, TODAY)] == ["figure_not_cited"]
    assert not citable(citing(LOCAL, date(2026, 5, 1), 9), laws, TODAY)
    assert not citable(entry, laws, date(2026, 6, 30))


async def test_an_answer_ends_with_its_law_whatever_version_came(database: Database, tmp_path: Path) -> None:
    """A newer version that takes effect on a day takes the answers that cite the old one with it."""
    starter = [one for one in read_starter(shipped_laws()) if {c.law for c in one.citations} == {"消防法"}]
    assert starter

    async def load(change: Change) -> None:
        await load_starter(change, starter, change.now, change.ids)

    await database.change(load)
    slugs = {one.slug for one in starter}
    assert {one.slug for one in await published_entries(TODAY)} == slugs
    version = await current_version()
    newer = file_of(tmp_path, TEXT.replace("7月1日", "12月1日"), "消防法")
    announced = await imported(database, newer)
    assert (announced.status, any("引用旧版" in note for note in announced.notes)) == ("not_yet", True)
    assert await current_version() == version + 1
    assert {one.slug for one in await published_entries(date(2026, 11, 30))} == slugs
    assert await published_entries(date(2026, 12, 1)) == []
    assert await KnowledgeEntry.filter(published=True).count() == len(starter)


async def test_a_law_that_is_said_to_end_tomorrow_answers_today(database: Database, tmp_path: Path) -> None:
    starter = [one for one in read_starter(shipped_laws()) if {c.law for c in one.citations} == {"消防法"}]

    async def load(change: Change) -> None:
        await load_starter(change, starter, change.now, change.ids)

    await database.change(load)
    tomorrow = TODAY + timedelta(days=1)
    ended = await end_law(database, system(), "消防法", tomorrow, "新消防法", "决定文号", TODAY)
    assert set(ended.slugs) == {one.slug for one in starter}
    assert len(await published_entries(TODAY)) == len(starter)
    assert await published_entries(tomorrow) == []
    found = check_entries(starter, await laws_for(starter), tomorrow)
    assert any("应引《新消防法》" in one.text for one in found)
    await end_law(database, system(), "消防法", None, "", "记错了", TODAY)
    assert len(await published_entries(tomorrow)) == len(starter)
    assert len(await audited("消防法")) == 2
    for title, day in (("没有的法", tomorrow), ("消防法", date(2000, 1, 1))):
        with pytest.raises(LawRefused):
            await end_law(database, system(), title, day, "", "无", TODAY)


async def test_what_an_imported_law_ends_by_its_own_words_is_over(database: Database, tmp_path: Path) -> None:
    """Whichever text comes first: the one that is ended, or the one that ends it."""
    old = file_of(tmp_path, TEXT.replace("2026", "2020"), "老市容条例", "old.md")
    entry = citing("老市容条例", date(2020, 5, 1))
    await imported(database, old)
    assert citable(entry, await known_laws(), TODAY)
    closing = "起施行。《中华人民共和国老市容条例》、《暂行办法》同时废止。"
    done = await imported(database, file_of(tmp_path, TEXT.replace("起施行。", closing)))
    assert any("《老市容条例》《暂行办法》" in note for note in done.notes)
    laws = await known_laws()
    assert not citable(entry, laws, TODAY)
    assert citable(entry, laws, date(2026, 6, 30))
    assert laws.standing("老市容条例", date(2020, 5, 1), TODAY).successor == LOCAL
    with pytest.raises(LawRefused, match=LOCAL):
        await imported(database, file_of(tmp_path, TEXT.replace("2026", "2019"), "暂行办法", "temporary.md"))


async def test_a_draft_passes_the_legal_review_by_an_imported_text_and_only_while_it_is_in_force(
    database: Database, tmp_path: Path
) -> None:
    await imported(database, file_of(tmp_path))
    content = citing(LOCAL, date(2026, 5, 1))
    wrong = await proposed(
        database, msgspec.structs.replace(content, slug="wrong", answer="处8000元以下罚款。")
    )
    view = await draft_view(database, wrong, laws=await known_laws())
    assert {one.kind for one in view.faults} == {"figure_not_cited"}
    draft = await proposed(
        database, msgspec.structs.replace(content, question="占街面罚款多少？", phrasings=PHRASED)
    )
    await drafts.approve_edit(database, SECOND_EDITOR, draft)
    await end_law(database, system(), LOCAL, TODAY, "更新的条例", "决定文号", TODAY)
    with pytest.raises(Conflict) as refused:
        await drafts.approve_law(database, REVIEWER, draft)
    assert "应引《更新的条例》" in str(refused.value.params["faults"])
    await end_law(database, system(), LOCAL, None, "", "记错了", TODAY)
    await drafts.approve_law(database, REVIEWER, draft)
    number = await publishing.publish(database, SECOND_EDITOR, [draft], "例行更新", None, questions=())
    assert [one.slug for one in await published_entries(TODAY)] == ["street"]
    assert number == await current_version()


async def test_imported_texts_are_held_against_the_index(database: Database, tmp_path: Path) -> None:
    law = shipped_laws().laws["动物防疫法"]
    text = f"动物防疫法\n{law.version_on.year}年{law.version_on.month}月{law.version_on.day}日 公布\n"
    text += "2021年5月1日 施行\n第一条 甲。\n第二条 乙。"
    await imported(database, file_of(tmp_path, text))
    lines = await check_imported(shipped_laws(), TODAY)
    assert lines
    assert all("《动物防疫法》第" in line for line in lines)
    held = {(one.title, one.articles) for one in await held_laws(TODAY)}
    assert ("动物防疫法", 2) in held
    assert isinstance((await LawText.get(title="动物防疫法")).id, UUID)
