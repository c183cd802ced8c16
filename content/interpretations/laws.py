"""The law index shipped with the program: enough of each cited law to check citations without its text."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import yaml

LAWS_FILE = Path(__file__).with_name("laws.yaml")

_NUMERALS = "零一二三四五六七八九"


class KnowledgeError(ValueError):
    """The knowledge files are wrong; `faults` lists every mistake, each a sentence."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class ArticleNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article's gist in our own words and the figures its official text contains."""

    gist: str
    figures: tuple[str, ...] = ()


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a law: `version_on` is when it was passed, `in_force_on` when it took effect."""

    title: str
    version_on: date
    in_force_on: date
    status: Literal["in_force", "repealed"]
    replaces: tuple[str, ...] = ()
    articles: dict[int, ArticleNote]


class SupersededLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A law that must not be cited any more, and what replaced it."""

    title: str
    repealed_on: date
    successor: str


class _LawsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    laws: tuple[Law, ...]
    superseded: tuple[SupersededLaw, ...] = ()


class LawIndex:
    """Laws by title."""

    def __init__(self, laws: tuple[Law, ...], superseded: tuple[SupersededLaw, ...] = ()) -> None:
        self.laws: Mapping[str, Law] = {law.title: law for law in laws}
        self.superseded: Mapping[str, SupersededLaw] = {law.title: law for law in superseded}

    @classmethod
    def load(cls, path: Path = LAWS_FILE) -> "LawIndex":
        """Read the index file; a mistake in it raises `KnowledgeError`."""
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            file = msgspec.convert(document, _LawsFile, strict=False)
        except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
            raise KnowledgeError(f"法条索引 {path.name} 读不了：{error}") from error
        return cls(file.laws, file.superseded)


def chinese_number(number: int) -> str:
    """1 to 9,999 as articles are numbered: 十, 二十一, 一百零三, 一千一百六十九."""
    if not 1 <= number <= 9_999:
        raise ValueError("条号应在 1 到 9999 之间")
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap else "") + _NUMERALS[digit] + name
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if 10 <= number < 20 else text


def article_label(title: str, article: int) -> str:
    """《城市道路管理条例》第三十条"""
    return f"《{title}》第{chinese_number(article)}条"
