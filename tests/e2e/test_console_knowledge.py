"""The knowledge base in the console: from a question nobody could answer to its answer, and back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.knowledge import Knowledge, build_knowledge
from casework.roles import Role
from content.interpretations.evaluation import Question
from content.interpretations.hearing import Door, Vote
from content.interpretations.laws import article_label, shipped_laws
from content.interpretations.misses import MissLog
from content.interpretations.models import KnowledgeDraft, LawArticle, LawText, LexiconTerm, QuestionMiss
from content.interpretations.views import Citation
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from tests.knowledge_setting import DOG as UNFOUNDED_DOG
from tests.knowledge_setting import STALL as UNFOUNDED_STALL
from tests.knowledge_setting import with_entries
from web.console.knowledge_door import KnowledgeDoor

HERE = "/console/knowledge"
LAW, OLD_LAW = "城市道路管理条例", "大气污染防治法"
PASSED = shipped_laws().laws[LAW].version_on
STALL = replace(UNFOUNDED_STALL, citations=(Citation(LAW, 30, PASSED, article_label(LAW, 30)),))
DOG = replace(UNFOUNDED_DOG, citations=(Citation(LAW, 27, PASSED, article_label(LAW, 27)),))
ASKED = "流动小贩能不能停在地铁口"
QUESTIONS = (Question(ASKED, "stall"), Question("遛狗要牵绳吗", "dog"), Question("今天天气", None, "far"))


@dataclass
class Setting:
    """A console and the index that citizens would be answered from."""

    console: ConsoleSetting
    knowledge: Knowledge
    misses: MissLog

    async def ask(self, *words: str) -> None:
        """Citizens ask; what is not answered is written down."""
        for one in words:
            self.misses.asked(one, self.knowledge.answer(one), Door.H5)
        await self.misses.flush()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Setting]:
    await with_entries(database, STALL, DOG)
    knowledge = Knowledge(await build_knowledge(clock), clock, lambda *_, **__: None)
    door = KnowledgeDoor(
        serving=lambda: knowledge.answerer,
        version=lambda: knowledge.version,
        laws=lambda: knowledge.laws,
        questions=QUESTIONS,
    )
    async with console_on(database, tmp_path, knowledge=door) as console:
        await console.hire("bianji", "林悦", (Role.EDITOR, None))
        await console.hire("erbian", "周洁", (Role.EDITOR, None))
        await console.hire("fazhi", "程律", (Role.LEGAL_REVIEWER, None))
        await console.hire("lingdao", "陈立", (Role.HEAD, None))
        yield Setting(console, knowledge, MissLog(database, b"secret" * 8))


async def signed_in(setting: Setting, login: str) -> Clerk:
    clerk = setting.console.client()
    await clerk.log_in(login)
    return clerk


def fields_of(page: Page, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    form = next(
        one
        for one in re.findall(r"<form.*?</form>", page.text, re.S)
        if f'method="post" action="{action}"' in one
    )
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def push(clerk: Clerk, page: Page, action: str, **typed: str) -> Page:
    return await clerk.post(action, fields_of(page, action) | typed)


async def move(clerk: Clerk, address: str, name: str, **typed: str) -> Page:
    return await push(clerk, await clerk.get(address), f"{address}/{name}", **typed)


def typed_in(page: Page) -> dict[str, str]:
    """The form of an entry as a browser would send it back."""
    text = page.text[page.text.index('class="case knowledge-form"') :]
    typed = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text))
    for tag in re.findall(r"<input [^>]*>", text):
        name, value = re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name and "checkbox" not in tag and 'type="hidden"' not in tag:
            typed[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.S):
        typed[name] = unescape(value)
    return typed | {"link": ""}


async def test_a_question_nobody_could_answer_becomes_a_phrasing_and_is_answered_until_that_is_undone(
    setting: Setting,
) -> None:
    assert setting.knowledge.answer(ASKED).band != "answer"
    await setting.ask(ASKED, ASKED)
    async with (
        await signed_in(setting, "bianji") as editor,
        await signed_in(setting, "fazhi") as reviewer,
    ):
        page = await editor.get(f"{HERE}/misses")
        assert ASKED in page.text
        assert "2 次" in page.text
        miss = await QuestionMiss.get()
        page = await push(editor, page, f"{HERE}/misses", act="phrasings", slug="stall", miss=str(miss.id))
        draft = page.path
        assert (page.status, "加问法 1 种" in page.text) == (200, True)
        assert f"<ins>{ASKED}</ins>" in page.text
        page = await move(editor, draft, "approve_edit")
        assert "编辑已确认" in page.text
        assert "approve_law" not in page.text
        assert draft in (await reviewer.get(f"{HERE}/drafts")).text
        page = await move(reviewer, draft, "approve_law")
        assert "法制审核已通过" in page.text
        preview = await editor.get(f"{HERE}/publish?draft={draft.rpartition('/')[2]}")
        assert "1 个变好" in preview.text
        page = await push(editor, preview, f"{HERE}/publish", reason=" ")
        assert page.status == 422
        page = await push(editor, preview, f"{HERE}/publish", reason="市民常问")
        release = page.path
        assert "已发布" in page.text
        assert "正在各处换用" in page.text
        assert await setting.knowledge.renewed()
        assert "已经在用这一版" in (await editor.get(f"{release}/reach")).text
        answer = setting.knowledge.answer(ASKED)
        assert (answer.band, answer.entry.slug if answer.entry else "") == ("answer", "stall")
        assert "第 2 版" in (await editor.get(f"{HERE}/entries/stall")).text
        # Sent again, it does nothing; back it goes with a reason and a look.
        assert (await push(editor, preview, f"{HERE}/publish", reason="市民常问")).status == 409
        look = await editor.get(f"{release}/back")
        assert f"<del>{ASKED}</del>" in look.text
        page = await push(editor, look, f"{release}/back", reason="答得不对")
        assert "已恢复" in page.text
        assert await setting.knowledge.renewed()
        assert setting.knowledge.answer(ASKED).band != "answer"
        listed = (await editor.get(f"{HERE}/releases")).text
        assert listed.index("答得不对") < listed.index("市民常问")


async def test_nobody_approves_their_own_words_and_who_only_looks_changes_nothing(setting: Setting) -> None:
    async with (
        await signed_in(setting, "fazhi") as reviewer,
        await signed_in(setting, "bianji") as editor,
        await signed_in(setting, "erbian") as second,
        await signed_in(setting, "lingdao") as head,
    ):
        form = await reviewer.get(f"{HERE}/entries/dog/edit")
        page = await reviewer.post(
            f"{HERE}/entries/dog/edit", typed_in(form) | {"answer": "要牵绳，人多处收短。"}
        )
        draft = page.path
        assert "<ins>" in page.text
        token = {"csrf_token": page.hidden("csrf_token"), "expected_revision": "1"}
        assert (await reviewer.post(f"{draft}/approve_edit", token)).status == 403
        await move(editor, draft, "approve_edit")
        token["expected_revision"] = "2"
        own = await reviewer.post(f"{draft}/approve_law", token)
        assert (own.status, "不能是同一个人" in own.text) == (403, True)
        # No law is cited when an entry is taken out: another editor says yes.
        page = await move(editor, f"{HERE}/entries/stall", "withdraw", reason="")
        assert page.status == 422
        page = await move(editor, f"{HERE}/entries/stall", "withdraw", reason="归别的部门了")
        out = page.path
        assert "approve_edit" not in page.text
        assert "approve_edit" in (await second.get(out)).text
        page = await move(second, out, "refuse", reason="还归我们")
        assert "不用了" in page.text
        for path in ("", "/misses", "/drafts", "/publish", "/releases", "/terms", "/entries/dog"):
            assert (await head.get(HERE + path)).status == 200, path
        page = await head.get(draft)
        token = {"csrf_token": page.hidden("csrf_token"), "reason": "不好", "expected_revision": "2"}
        assert (await head.post(f"{draft}/refuse", token)).status == 403
        assert (await head.get(f"{HERE}/new")).status == 403
        assert (await head.post(f"{HERE}/terms", token)).status == 403
    assert (await KnowledgeDraft.get(slug="dog")).state == "edited"


async def test_a_form_says_beside_each_field_what_is_wrong_and_keeps_what_was_typed(setting: Setting) -> None:
    async with await signed_in(setting, "bianji") as editor:
        form = await editor.get(f"{HERE}/new")
        typed = typed_in(form) | {
            "question": "夜里施工谁管？",
            "phrasings": "半夜打桩\n工地通宵",
            "answer": "先看有没有证明。" + "再" * 190,
            "category": "噪声",
            "valid_until_on": "2026-02-31",
            "local": "没有等号的一行",
            "cite.0.law": OLD_LAW,
            "cite.0.article": "1",
            "cite.1.law": LAW,
            "cite.1.article": "九十九",
        }
        page = await editor.post(f"{HERE}/new", typed)
        assert page.status == 422
        for words in (
            "应引《生态环境法典》",
            f"没有《{LAW}》的“九十九”条",
            "日期不对",
            "没有等号的一行",
            "现在 198 字，最多 180 字",
            "夜里施工谁管？",
        ):
            assert words in page.text, words
        assert await KnowledgeDraft.all().count() == 0
        mended = typed_in(page) | {
            "valid_until_on": "",
            "local": "",
            "cite.0.law": f"《{LAW}》第三十条",
            "cite.0.article": "",
            "cite.1.law": "",
            "cite.1.article": "",
        }
        look = await editor.post(f"{HERE}/new", mended | {"act": "look"})
        assert "不得占用、挖掘道路" in look.text
        assert "超过 180 字" in look.text
        assert await KnowledgeDraft.all().count() == 0
        page = await editor.post(f"{HERE}/new", mended)
        assert (page.status, "处不能发布" in (await editor.get(f"{HERE}/drafts?turn=editing")).text) == (
            200,
            True,
        )
        assert "超过 180 字" in page.text
        # The same form once more is the same draft.
        assert (await editor.post(f"{HERE}/new", mended)).path == page.path


async def test_who_was_slower_keeps_their_words_and_sees_both(setting: Setting) -> None:
    async with (
        await signed_in(setting, "bianji") as editor,
        await signed_in(setting, "erbian") as second,
    ):
        form = await editor.get(f"{HERE}/entries/dog/edit")
        draft = (await editor.post(f"{HERE}/entries/dog/edit", typed_in(form) | {"answer": "要牵绳。"})).path
        mine, theirs = await editor.get(f"{draft}/edit"), await second.get(f"{draft}/edit")
        await second.post(f"{draft}/edit", typed_in(theirs) | {"answer": "出门要牵绳。"})
        page = await editor.post(f"{draft}/edit", typed_in(mine) | {"answer": "必须牵绳，违者受罚。"})
        assert page.status == 409
        for words in ("别人已经动过", "必须牵绳，违者受罚。", "您写的"):
            assert words in page.text, words
        page = await editor.post(f"{draft}/edit", typed_in(page))
        assert (page.path, "已保存" in page.text) == (draft, True)
    assert (await KnowledgeDraft.get()).content["answer"] == "必须牵绳，违者受罚。"


async def test_a_draft_whose_entry_was_published_anew_is_worded_on_top_of_that(setting: Setting) -> None:
    drafts = []
    async with (
        await signed_in(setting, "bianji") as editor,
        await signed_in(setting, "fazhi") as reviewer,
    ):
        address = f"{HERE}/entries/dog/edit"
        for answer in ("要牵绳。", "出门要牵绳，挂犬牌。"):
            form = await editor.get(address)
            drafts.append((await editor.post(address, typed_in(form) | {"answer": answer})).path)
            await move(editor, drafts[-1], "approve_edit")
        await move(reviewer, drafts[0], "approve_law")
        preview = await editor.get(f"{HERE}/publish?draft={drafts[0].rpartition('/')[2]}")
        await push(editor, preview, f"{HERE}/publish", reason="说得短些")
        page = await reviewer.get(drafts[1])
        assert "已经发布了新的版本" in page.text
        assert "approve_law" not in page.text
        token = {"csrf_token": page.hidden("csrf_token"), "expected_revision": "2"}
        assert (await reviewer.post(f"{drafts[1]}/approve_law", token)).status == 409
        form = await editor.get(f"{drafts[1]}/edit")
        page = await editor.post(f"{drafts[1]}/edit", typed_in(form))
        assert "已保存" in page.text
        assert "已经发布了新的版本" not in page.text
        assert "待编辑确认" in page.text


async def test_a_reviewer_approves_several_at_once_and_reads_why_one_was_not(setting: Setting) -> None:
    drafts = []
    async with (
        await signed_in(setting, "bianji") as editor,
        await signed_in(setting, "fazhi") as reviewer,
    ):
        for slug in ("stall", "dog"):
            address = f"{HERE}/entries/{slug}/edit"
            form = await editor.get(address)
            page = await editor.post(address, typed_in(form) | {"more": "带上身份证。"})
            await move(editor, page.path, "approve_edit")
            drafts.append(page.path)
        page = await reviewer.get(f"{HERE}/drafts?turn=law")
        assert "带上身份证。" in page.text
        ticks = re.findall(r'name="draft" value="([^"]+)"', page.text)
        assert len(ticks) == 2
        fields = [("csrf_token", page.hidden("csrf_token")), *(("draft", one) for one in ticks)]
        assert (await reviewer.post(f"{HERE}/drafts/approve-law", fields[:1])).status == 422
        await move(editor, drafts[0], "send_back", reason="再改改")
        page = await reviewer.post(f"{HERE}/drafts/approve-law", fields)
        assert page.status == 409
        assert "已通过 1 条" in page.text
        assert "没有通过" in page.text
    assert sorted([one.state for one in await KnowledgeDraft.all()]) == ["proposed", "reviewed"]


async def test_the_list_shows_what_would_be_answered_and_is_narrowed(
    setting: Setting, database: Database
) -> None:
    for number in range(3):
        vote = Vote(person=f"p{number}", slug="dog", version=1, helped=False, door=Door.H5)
        assert await setting.misses.voted(vote)
    async with await signed_in(setting, "lingdao") as head:
        page = await head.get(f"{HERE}?q=遛狗要牵绳吗")
        for words in ("直接答", "把握", "先申请，批下来再办。", LAW):
            assert words in page.text, words
        page = await head.get(f"{HERE}?show=unhelpful")
        assert "遛狗要牵绳吗" in page.text
        assert "0 / 3" in page.text
        assert "门口能摆摊吗" not in page.text
        assert (await head.get(f"{HERE}?show=nonsense&category=nonsense&from=-1")).status == 200
        assert (await head.get(f"{HERE}/entries/nothing")).status == 404
        assert (await head.get(f"{HERE}/drafts/nothing")).status == 404
        assert (await head.get(f"{HERE}/releases/nothing")).status == 404
        assert (await head.get(f"{HERE}/misses/nothing")).status == 404


async def test_who_looks_at_the_law_reads_the_official_text_where_it_was_imported(
    setting: Setting, database: Database
) -> None:
    text = "城市道路范围内禁止下列行为：擅自占用或者挖掘城市道路。"

    async def work(change: Change) -> None:
        law, digest = change.ids.new(), "0" * 64
        dates = {"version_on": PASSED, "in_force_on": PASSED, "imported_at": change.now}
        await LawText.create(id=law, title=LAW, digest=digest, **dates)
        await LawArticle.create(id=change.ids.new(), law_id=law, number=27, text=text, digest=digest)

    await database.change(work)
    async with await signed_in(setting, "fazhi") as reviewer:
        page = await reviewer.get(f"{HERE}/entries/dog")
        assert text in page.text
        assert "现行" in page.text
        assert "官方条文" not in (await reviewer.get(f"{HERE}/entries/stall")).text


async def test_questions_are_given_to_another_entry_or_a_new_one_or_set_aside(setting: Setting) -> None:
    await setting.ask("狗狗出门拴不拴", "三轮车堵在楼道", "胡言乱语一通")
    async with await signed_in(setting, "bianji") as editor:
        page = await editor.get(f"{HERE}/misses")
        ids = {one.words: str(one.id) for one in await QuestionMiss.all()}
        token = {"csrf_token": page.hidden("csrf_token")}
        key = re.search(rf'id="miss-([^"]+)">{"狗狗出门拴不拴"}', page.text)
        assert key
        page = await editor.get(f"{HERE}/misses/{key[1]}?find=牵绳")
        assert "遛狗要牵绳吗" in page.text
        none = token | {"act": "phrasings", "key": key[1], "here": "1"}
        page = await editor.post(f"{HERE}/misses", none)
        assert (page.status, "请先勾选" in page.text) == (422, True)
        page = await editor.post(f"{HERE}/misses", none | {"miss": ids["狗狗出门拴不拴"], "slug": "dog"})
        assert "加问法" in page.text
        page = await editor.post(f"{HERE}/misses", token | {"act": "entry", "miss": ids["三轮车堵在楼道"]})
        assert page.path == f"{HERE}/new"
        assert 'value="三轮车堵在楼道"' in page.text
        page = await editor.post(f"{HERE}/misses", token | {"act": "set_aside", "miss": ids["胡言乱语一通"]})
        assert "已搁置" in page.text
    states = dict(await QuestionMiss.all().values_list("words", "state"))
    assert states == {"狗狗出门拴不拴": "proposed", "三轮车堵在楼道": "open", "胡言乱语一通": "set_aside"}


async def test_a_word_of_the_bureaus_is_tried_added_and_removed(setting: Setting) -> None:
    async with await signed_in(setting, "bianji") as editor:
        page = await editor.get(f"{HERE}/terms")
        typed = {"csrf_token": page.hidden("csrf_token"), "term": "清水墩", "same_as": "", "kind": "street"}
        page = await editor.post(f"{HERE}/terms", typed | {"say": "清水墩摆摊", "act": "look"})
        assert "<mark>清水墩</mark>" in page.text
        assert await LexiconTerm.all().count() == 0
        page = await editor.post(f"{HERE}/terms", typed | {"term": "两 个词"})
        assert (page.status, "两 个词" in page.text) == (422, True)
        page = await editor.post(f"{HERE}/terms", typed)
        assert "已加上" in page.text
        assert await setting.knowledge.renewed()
        again = await editor.post(f"{HERE}/terms", typed)
        assert (again.status, "已经在词条里了" in again.text) == (409, True)
        term = await LexiconTerm.get()
        page = await editor.post(f"{HERE}/terms/{term.id}/remove", typed)
        assert "已去掉" in page.text
        assert (await editor.post(f"{HERE}/terms/{term.id}/remove", typed)).status == 409
        assert (await editor.post(f"{HERE}/terms/nonsense/remove", typed)).status == 404
