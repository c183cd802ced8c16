"""Reading the official text of a law from Markdown or plain text: title, dates, articles; what is wrong, by line.

What belongs to what: everything before the first article is preamble (the title and dates are read from it); headings
of parts, chapters and sections are passed over; a paragraph without a number of its own belongs to the article before
it; what follows "附件" or "附表" is not the law. An article "第十条之一" is kept apart: it is named in `apart` and
never becomes part of the tenth.
"""

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from content.interpretations.numerals import article_number

LARGEST_FILE = 8_000_000  # bytes
_NUMERAL = "[0-9〇零一二三四五六七八九十百千]+"
_ARTICLE = re.compile(
    rf"[*_\s]*第\s*({_NUMERAL})\s*条(之[一二三四五六七八九十]+)?[*_]*(?:[\s\u3000:：]+|$|(?=\S))(.*)",
    re.DOTALL,
)
_HEADING = re.compile(
    rf"#|[*_\s]*第\s*{_NUMERAL}\s*(?:分编|[编章节])(?:[\s\u3000]|$)|附\s*则\s*$|目\s*录\s*$"
)
_APPENDIX = re.compile(r"[#*\s]*附\s*(?:件|表|录)\s*[0-9一二三四五六七八九十]*\s*(?:[:：]|$)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DATE = re.compile("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_ISO = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PASSED = re.compile("通过|公布|发布|批准|修订|修正|修改")
_BEGINS = re.compile("施行|实施|生效")
_ENTRY = re.compile(
    "自(?:([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日|(?:公布|发布|颁布)之日)起(?:施行|实施|生效)"
)
_EXCERPT = re.compile("摘录|节选|摘编")
_PART = re.compile("[\u4e00-\u9fff]{2,8}编")
_ENDED = re.compile("((?:[^。；《》]*《[^》]+》)+)[，,]?\\s*(?:自[^。；]{1,20}起)?(?:均|一并)?同时废止")
_NAMED = re.compile("《([^》]+)》(?!第)")
_REFERS = re.compile("[规第和、及的至或以之与所中]")  # 第三条规定的…… begins a sentence, not an article


class Article(msgspec.Struct, frozen=True):
    """One article: its text without its number, paragraphs on lines of their own; `line` is where it begins."""

    number: int
    text: str
    line: int


class LawReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. Only without `faults` is it a law; `notes` are said and do no harm.

    `dated_on` is the latest date of its head but for "施行" (None: the head has none), `begins_on` the day it says it
    takes effect; None with `begins_at_once` where it only says that this is the day it was published. `part` names the part of a code ("物权编") where the file is only one; "" for a whole law.
    """

    title: str
    articles: tuple[Article, ...]
    dated_on: date | None = None
    begins_on: date | None = None
    begins_at_once: bool = False
    part: str = ""
    apart: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def decoded(content: bytes) -> str:
    """Text of a file in UTF-8 (with or without a mark) or GB18030. Raises ValueError with a sentence."""
    if len(content) > LARGEST_FILE:
        raise ValueError(f"文件超过 {LARGEST_FILE // 1_000_000} MB，不像法律文本")
    if b"\0" in content:
        raise ValueError("不是文本文件；请另存为 Markdown 或纯文本（.md、.txt）")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("文件既不是 UTF-8 也不是 GB18030 编码")


def read_law(text: str) -> LawReading:
    """Split a text. Every fault is reported with its line (counted from 1)."""
    lines = _without_comments(text).splitlines()
    first = next((number for number, line in enumerate(lines) if _article_of(line, 0)), len(lines))
    head = [line.strip() for line in lines[:first]]
    title, part = _title(head)
    articles, apart, faults, notes = _split(lines, first)
    if not articles:
        faults.append("没有找到“第……条”，不是法律条文")
    elif articles[0].number != 1 and not part:
        faults.append(
            f"第 {articles[0].line} 行：从第 {articles[0].number} 条开始，缺了前面的条；只导入一编的，要在标题下写明编名"
        )
    if not title:
        faults.append("没有找到法律的名称；第一行应是名称")
    if any(_EXCERPT.search(line) for line in head):
        faults.append("是摘录，不是全文；只导入全文")
    dated_on, begins_on = _dates(head)
    closing = next((found for one in reversed(articles[-3:]) if (found := _ENTRY.search(one.text))), None)
    if begins_on is None and closing is not None and closing[1]:
        begins_on = _day(closing[1], closing[2], closing[3])
    return LawReading(
        title=title,
        articles=tuple(articles),
        dated_on=dated_on,
        begins_on=begins_on,
        begins_at_once=begins_on is None and closing is not None and not closing[1],
        part=part,
        apart=tuple(apart),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def ended_by(text: str) -> tuple[str, ...]:
    """The laws an article ends: 《城市规划法》同时废止 names one."""
    return tuple(
        dict.fromkeys(
            plain_title(name) for found in _ENDED.finditer(text) for name in _NAMED.findall(found[1])
        )
    )


def named_date(name: str) -> date | None:
    """The date in a file's name: 行政处罚法(2021-01-22).md"""
    found = _ISO.search(name)
    return _day(*found.groups()) if found else None


def plain_title(text: str) -> str:
    """A law's name as it is cited: no marks, no spaces, without the country's name before it."""
    name = re.sub(r"[#*《》\s\u3000]|[（(][^（()）]*[)）]$", "", text)
    return name.removeprefix("中华人民共和国")


def _without_comments(text: str) -> str:
    """Comments go, their lines stay, so that line numbers hold."""
    return _COMMENT.sub(
        lambda found: "\n" * found.group().count("\n"), text.replace("\r\n", "\n").replace("\r", "\n")
    )


def _article_of(line: str, before: int) -> tuple[int | None, str, str, str] | None:
    """(number, its words, 之一, the rest) where a line begins an article; `before` is the number of the last one."""
    found = _ARTICLE.match(line)
    if found is None:
        return None
    words, also, rest = found[1], found[2] or "", found[3]
    number = article_number(words)
    touches = bool(rest) and line[: found.start(3)].rstrip("*_").endswith(("条", also or "条"))
    if touches and (_REFERS.match(rest) or number != before + 1):
        return None
    return number, words, also, rest


def _split(lines: list[str], first: int) -> tuple[list[Article], list[str], list[str], list[str]]:
    articles: list[Article] = []
    apart: list[str] = []
    faults: list[str] = []
    notes: list[str] = []
    taken: list[str] | None = None  # paragraphs of the article being read; None: they belong to none
    number = line_number = 0

    def close() -> None:
        if taken is not None and number:
            text = "\n".join(taken)
            if not text:
                faults.append(f"第 {line_number} 行：第 {number} 条没有内容")
            articles.append(Article(number, text, line_number))

    for at, line in enumerate(lines[first:], start=first + 1):
        if _APPENDIX.match(line):
            notes.append(f"第 {at} 行起是附件，没有导入")
            break
        begun = _article_of(line, number)
        if begun is None:
            if taken is not None and line.strip() and not _HEADING.match(line.strip()):
                taken.append(_paragraph(line))
            continue
        found, words, also, rest = begun
        if also:
            close()
            taken = None
            apart.append(f"第{words}条{also}")
            notes.append(f"第 {at} 行：第{words}条{also}另行存放不了，没有导入，也不能引用")
            continue
        close()
        if found is None:
            faults.append(f"第 {at} 行：“第{words}条”不是正确的条号")
            taken = None
            continue
        faults += _out_of_order(at, number, found, is_first=not articles)
        taken, number, line_number = [_paragraph(rest)] if rest.strip() else [], found, at
    close()
    return articles, apart, faults, notes


def _paragraph(line: str) -> str:
    return line.strip(" \t\u3000*\ufeff")


def _out_of_order(at: int, before: int, number: int, *, is_first: bool) -> Iterator[str]:
    if is_first or number == before + 1:
        return
    if number <= before:
        yield f"第 {at} 行：第 {before} 条之后又是第 {number} 条"
    elif number == before + 2:
        yield f"第 {at} 行：第 {before} 条之后是第 {number} 条，缺第 {before + 1} 条"
    else:
        yield f"第 {at} 行：第 {before} 条之后是第 {number} 条，缺第 {before + 1} 至 {number - 1} 条"


def _title(head: list[str]) -> tuple[str, str]:
    """The law's name, and the part of a code the file holds."""
    named = [line for line in head if line]
    if not named:
        return "", ""
    title, follows = plain_title(named[0]), named[1:]
    if not title and follows:  # the country's name on a line of its own
        title, follows = plain_title(follows[0]), follows[1:]
    part = re.sub(r"[#*\s\u3000]", "", follows[0]) if follows else ""
    return title, part if _PART.fullmatch(part) else ""


def _dates(head: list[str]) -> tuple[date | None, date | None]:
    passed, begins = [], []
    for line in head[1:]:
        for found in _DATE.finditer(line):
            day = _day(*found.groups())
            after = line[found.end() :].lstrip("起\u3000 ")
            if day is None:
                continue
            if _BEGINS.match(after):
                begins.append(day)
            elif _PASSED.search(line):
                passed.append(day)
    return max(passed, default=None), max(begins, default=None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
