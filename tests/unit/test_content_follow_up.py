"""Questions that go on with the entry shown last, and those that do not."""

from __future__ import annotations

from datetime import date

import pytest

from content.interpretations.answering import Answerer
from content.interpretations.follow_up import BASIS, FOLLOW_UP, LONGEST, UNSAID, follow_up, words
from content.interpretations.views import Citation, EntryView

ON = date(2026, 1, 1)


def entry(slug: str, topic: str, question: str, answer: str, *phrasings: str) -> EntryView:
    return EntryView(
        slug=slug,
        topic=topic,
        question=question,
        phrasings=phrasings,
        answer=answer,
        citations=(Citation("城市道路管理条例", 30, ON, "《城市道路管理条例》第三十条"),),
        category=topic,
        valid_from_on=ON,
    )


ENTRIES = (
    entry("stall", "vending", "在路边摆摊要先经过批准吗？", "没有批准不能摆。占用道路要先经市政和交警两家同意。"),
    entry(
        "stall-fine", "vending", "没批准就占用道路会罚多少钱？", "可以处2万元以下罚款。", "摆摊被抓罚款几百", "摆摊要罚多少"
    ),
    entry("stall-compound", "vending", "小区里面的路能占来摆摊吗？", "个人罚1000元至1万元。"),
    entry("seizure", "vending", "城管能扣我的车和货吗？", "授权了才能扣。", "扣押最多扣多久"),
    entry("permit", "permit", "怎么申请临时占道？", "网上填申请或到窗口都行，写清位置。", "占道许可怎么办"),
    entry("permit-time", "permit", "临时占道许可多久能批下来？", "受理后20个工作日。"),
    entry("dog-bite", "dog", "被狗咬了谁来赔？", "先打疫苗。主人要赔。"),
    entry("dog-leash", "dog", "遛狗不牵绳怎么处罚？", "公安机关可罚1000元以下。"),
    entry("fumes", "fumes", "饭店油烟太大，怎么投诉？", "在这里投诉，罚5000元至5万元。", "油烟太大"),
)  # fmt: skip


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return Answerer(ENTRIES)


@pytest.mark.parametrize(
    ("last", "text", "slug"),
    [
        ("stall", "那罚多少", "stall-fine"),
        ("stall", "最多罚多少钱？", "stall-fine"),
        ("stall", "那小区里呢", "stall-compound"),
        ("stall", "找谁办", "stall"),
        ("fumes", "罚多少呢", "fumes"),
        ("permit", "要多久", "permit-time"),
        ("permit", "要带什么材料", "permit"),
        ("permit", "网上能辦嗎", "permit"),
        ("permit-time", "怎么申请", "permit"),
    ],
)
def test_a_side_of_the_matter_is_found_in_the_last_entry_or_beside_it(
    answerer: Answerer, last: str, text: str, slug: str
) -> None:
    found = follow_up(answerer, last, text)
    assert found is not None
    assert found.entry is not None
    assert (found.entry.slug, found.reason) == (slug, FOLLOW_UP)
    assert found.citations


def test_the_basis_is_of_the_last_entry(answerer: Answerer) -> None:
    for text in ("依据是什么", "根据哪一条", "法律有规定吗"):
        found = follow_up(answerer, "stall", text)
        assert found is not None
        assert found.entry is not None
        assert (found.entry.slug, found.reason) == ("stall", BASIS)


@pytest.mark.parametrize(
    ("last", "text", "first"),
    [
        ("stall", "要多久", "seizure"),  # only asked for beside its own question: a choice, never the answer
        ("dog-bite", "那罚多少", "dog-leash"),  # the fine of something else
        ("fumes", "要带什么材料", ""),
        ("permit", "半夜呢", "permit-time"),
    ],
)
def test_what_the_entry_does_not_say_is_said_so_with_others_of_its_matter(
    answerer: Answerer, last: str, text: str, first: str
) -> None:
    found = follow_up(answerer, last, text)
    assert found is not None
    assert found.entry is None
    assert found.reason == UNSAID
    assert [one.slug for one in found.suggestions][:1] == ([first] if first else [])
    assert found.band == ("unsure" if first else "lost")


@pytest.mark.parametrize(
    "text",
    ["占道罚多少", "违建罚多少", "那油烟呢", "罚款交不起怎么办", "小区里养鸡罚多少", "我家狗丢了呢", "被狗咬了找谁", "1", "",
     "。。。", "好的", "谢谢", "那", "怎么", "😀", "罚" * (LONGEST + 1), "select * from t", "how much", "罚" * 5_000],
)  # fmt: skip
def test_a_question_with_a_topic_of_its_own_is_never_bent(answerer: Answerer, text: str) -> None:
    assert all(follow_up(answerer, one.slug, text) is None for one in ENTRIES if one.topic != "fumes")


def test_nothing_goes_on_with_an_entry_that_is_gone(answerer: Answerer) -> None:
    assert follow_up(answerer, "withdrawn", "那罚多少") is None


def test_every_side_can_be_asked_for_and_all_but_the_basis_said() -> None:
    asked = {text: words().asked(text) for text in ("凭什么", "罚款多少", "带什么", "收费吗", "几天", "网上行吗", "在哪办", "归谁管", "流程", "怎么举报")}  # fmt: skip
    assert [one.intent for one in asked.values() if one] == [
        "basis", "penalty", "materials", "fee", "duration", "online", "where", "who", "how", "complain"
    ]  # fmt: skip
