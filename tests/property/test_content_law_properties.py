"""Laws made up of every shape split back into what they were made of; numbers and figures read the same both ways."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from content.interpretations.figures import figures
from content.interpretations.law_digests import article_digest, text_digest
from content.interpretations.law_reading import decoded, read_law
from content.interpretations.numerals import article_number, chinese_number, number_of

numbers = st.integers(min_value=1, max_value=9_999)
# A paragraph never begins as an article, a heading or an appendix does: that is what the texts promise.
paragraphs = st.lists(
    st.text(
        alphabet="应当按照规定办理，不得占用道路；（一）二三１２3罚款元。日", min_size=1, max_size=30
    ).map("前款".__add__),
    min_size=1,
    max_size=4,
)
spaces = st.sampled_from([" ", "\u3000", "  ", "\u3000\u3000"])
headings = st.sampled_from(
    ["", "## 第一章 总 则", "第二章　附则", "### 第三节　罚 则", "附　则", "# 第一分编  通则"]
)
breaks = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n"])


@given(numbers)
def test_a_number_is_written_and_read_the_same(number: int) -> None:
    words = chinese_number(number)
    assert article_number(words) == number_of(words) == number
    assert article_number(str(number)) == number
    assert article_number(words.replace("零", "〇")) == number


@given(st.text(alphabet="零一二三四五六七八九十百千两万", max_size=8))
def test_whatever_is_read_as_an_article_is_that_article(words: str) -> None:
    number = article_number(words)
    assert number is None or words in (chinese_number(number), f"一{chinese_number(number)}")


@given(
    st.lists(st.tuples(headings, paragraphs, spaces), min_size=1, max_size=25),
    breaks,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.booleans(),
)
def test_a_law_splits_into_the_articles_it_was_made_of(
    articles: list[tuple[str, list[str], str]], new_line: str, encoding: str, with_contents: bool
) -> None:
    lines = [
        "# 中华人民共和国试验法",
        "2020年1月2日 第一次会议通过",
        "2021年3月4日 施行",
        "<!-- INFO",
        "END -->",
    ]
    lines += ["目　录", "第一章　总则", "第二章　附则"] if with_contents else []
    for number, (heading, texts, space) in enumerate(articles, start=1):
        lines += [heading, f"第{chinese_number(number)}条{space}{texts[0]}", *texts[1:]]
    reading = read_law(decoded(new_line.join(lines).encode(encoding)))
    assert reading.faults == ()
    assert (reading.title, reading.dated_on, reading.begins_on) == (
        "试验法",
        date(2020, 1, 2),
        date(2021, 3, 4),
    )
    assert [one.number for one in reading.articles] == list(range(1, len(articles) + 1))
    assert [one.text.split("\n") for one in reading.articles] == [texts for _, texts, _ in articles]


@given(st.integers(min_value=3, max_value=60), st.data())
def test_a_missing_article_is_named_with_its_line(count: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(min_value=2, max_value=count - 1))
    kept = [number for number in range(1, count + 1) if number != gone]
    reading = read_law("\n".join(["试验法", *(f"第{chinese_number(one)}条 内容。" for one in kept)]))
    line = 1 + kept.index(gone + 1) + 1
    assert reading.faults == (f"第 {line} 行：第 {gone - 1} 条之后是第 {gone + 1} 条，缺第 {gone} 条",)


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    reading = read_law(text)
    assert reading.faults or reading.articles
    figures(text)


@given(paragraphs)
def test_neither_width_nor_breaks_matter_to_a_digest(texts: list[str]) -> None:
    wide = "\u3000\n".join(texts).replace("1", "１").replace("，", ",")
    assert article_digest(wide) == article_digest("".join(texts))
    assert text_digest({1: "a", 2: "b"}) == text_digest({2: "b", 1: "a"})


amounts = st.integers(min_value=2, max_value=9_999)
units = st.sampled_from(["元", "日", "个月", "年", "小时", "分钟", "倍", "米", "平方米", "吨", "分贝"])


@given(amounts, units)
def test_words_digits_and_commas_name_one_figure(amount: int, unit: str) -> None:
    words, digits = figures(f"{chinese_number(amount)}{unit}以下"), figures(f"{amount}{unit}以下")
    assert words == digits == figures(f"{amount:,} {unit}") == figures(f"{amount}{unit}".translate(_WIDE))
    if unit != "年" or amount < 1_000:
        assert len(words) == 1
    for figure in words:
        assert figures(figure) == words


@given(st.integers(min_value=1, max_value=999))
def test_ten_thousands_are_the_same_however_written(amount: int) -> None:
    expected = {f"{amount * 10_000}元"}
    for text in (
        f"{amount}万元",
        f"{chinese_number(amount)}万元",
        f"{amount}0000元",
        f"{amount * 10_000:,}元",
    ):
        assert figures(f"处{text}以下罚款") == expected


@given(st.lists(st.tuples(amounts, st.sampled_from(["元", "日", "倍"])), min_size=1, max_size=5))
def test_every_figure_of_a_sentence_is_found_and_no_other(named: list[tuple[int, str]]) -> None:
    text = "，".join(f"处{chinese_number(amount)}{unit}以下" for amount, unit in named)
    assert figures(text) == {f"{amount}{unit}" for amount, unit in named}


@given(st.text(alphabet="{}abc_1", max_size=10), amounts)
def test_a_figure_in_braces_is_the_bureaus_own(name: str, amount: int) -> None:
    assert figures("{max_fine}元以下") == frozenset()
    assert f"{amount}元" in figures(f"{name}，{amount}元")


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
