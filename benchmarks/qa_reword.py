"""Says a question in other words by rules that can be read, so that what it means is known: for sets whose labels hold.

The rules are none of the engine's: the courtesies, particles and forms of asking below are lists of their own, synonyms
come from a file of groups as Cilin has them (`QA_SYNONYMS`: `Aa01A01= one two three`; without it none are put in), and
word order is turned where jieba cuts. A typo is another character of the same sound (`nlp.pinyin`, tones apart).
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nlp.pinyin import sound

Cut = Callable[[str], list[str]]

_BEFORE = [
    "请问一下",
    "你好请问",
    "想咨询下",
    "麻烦问问",
    "我想了解",
    "有谁知道",
    "大神们",
    "各位",
    "求解答",
    "弱弱地问",
]
_AFTER = ["求解", "谢谢了", "急求", "有人知道吗", "求大神", "啊啊", "求助"]
_PARTICLES = re.compile("[的了吗呢吧啊呀嘛]")
_TAILS = ["吗", "呢", "啊", "呀", "吧"]
_FORMS = tuple(
    tuple(line.split("|"))
    for line in """
怎么|如何|咋|怎样|咋样
什么|啥|哪种
为什么|为啥|为何
哪里|哪儿|什么地方|在哪
多少钱|啥价|什么价格|价格多少
怎么办|咋办|如何是好|怎么处理
有没有|有无|有
能不能|可不可以|可以|能否
是不是|是否|是
知道|了解|清楚
谁|哪个人|什么人
多久|多长时间|几天
喜欢|爱|中意
帮我|给我|替我
我要|我想|想要
不能|没法|不可以
现在|目前|如今
""".strip().splitlines()
)
"""Words that ask the same; each may take the place of the first of its line or of one another."""


class Amount(NamedTuple):
    """How often each rule is used, 0 to 1; `synonyms` and `dropped` may happen twice.

    So much that plain overlap of words and the measured method score what design notes say of the everyday set.
    """

    courtesy: float = 0.5
    particles: float = 0.5
    forms: float = 0.8
    synonyms: float = 0.55
    order: float = 0.3
    dropped: float = 0.05


class Rewording:
    """One set of rules with its dictionaries. The same question and seed give the same words."""

    def __init__(
        self, cut: Cut, often: Mapping[str, int], synonyms: Path | None = None, amount: Amount | None = None
    ) -> None:
        self._cut = cut
        self._often = often
        self._amount = amount or Amount()
        self._same = groups_of(synonyms, often) if synonyms else {}

    def reworded(self, text: str, draw: random.Random) -> str:
        """The question in other words; as it was where no rule fits."""
        amount = self._amount
        words = list(self._cut(text))
        for _ in range(2):
            if draw.random() < amount.synonyms:
                self._replace(words, draw)
        for _ in range(2):
            if len(words) > 3 and draw.random() < amount.dropped:
                del words[draw.randrange(len(words))]
        if len(words) > 2 and draw.random() < amount.order:
            at = draw.randrange(1, len(words))
            words = [*words[at:], *words[:at]]
        said = "".join(words)
        if draw.random() < amount.forms:
            said = _other_form(said, draw)
        if draw.random() < amount.particles:
            said = _PARTICLES.sub("", said) or said
        elif draw.random() < amount.particles:
            said += draw.choice(_TAILS)
        if draw.random() < amount.courtesy:
            said = draw.choice(_BEFORE) + said if draw.random() < 0.6 else said + draw.choice(_AFTER)
        return said

    def _replace(self, words: list[str], draw: random.Random) -> None:
        places = [at for at, word in enumerate(words) if word in self._same]
        if places:
            at = draw.choice(places)
            words[at] = draw.choice(self._same[words[at]])


def groups_of(path: Path, often: Mapping[str, int]) -> dict[str, list[str]]:
    """For each everyday word that stands in one group alone, the other everyday words of the group."""
    groups: dict[str, list[list[str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        head, *words = line.split()
        for word in words if head.endswith("=") else ():
            groups[word].append(words)
    same = {}
    for word, held in groups.items():
        others = [one for one in held[0] if one != word and len(one) > 1 and often.get(one, 0) >= EVERYDAY]
        if len(held) == 1 and len(word) > 1 and others:
            same[word] = others
    return same


EVERYDAY = 500
"""How often jieba's dictionary must have met a word for people to say it."""


def _other_form(text: str, draw: random.Random) -> str:
    fitting = [(one, forms) for forms in _FORMS for one in forms if one in text]
    if not fitting:
        return text
    longest = max(len(one) for one, _ in fitting)
    one, forms = draw.choice([pair for pair in fitting if len(pair[0]) == longest])
    return text.replace(one, draw.choice([other for other in forms if other != one]), 1)


def mistyped(text: str, alike: Mapping[str, Sequence[str]], draw: random.Random) -> str:
    """One character replaced by another of the same sound; as it was where none has one."""
    places = [at for at, one in enumerate(text) if alike.get(one)]
    if not places:
        return text
    at = draw.choice(places)
    return text[:at] + draw.choice(alike[text[at]]) + text[at + 1 :]


def sounding_alike(often: Mapping[str, int], most: int = 8) -> dict[str, list[str]]:
    """For every character the most frequent others that sound as it does."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    for one in sorted((word for word in often if len(word) == 1), key=lambda word: -often[word]):
        if sound(one) != one:
            by_sound[sound(one)].append(one)
    return {
        one: [other for other in same[: most + 1] if other != one]
        for same in by_sound.values()
        for one in same
    }


def full_width(text: str, draw: random.Random) -> str:
    """Latin characters and figures in full width, spaces between some of the others."""
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)
    return "".join(one + ("\u3000" if draw.random() < 0.3 else "") for one in wide)


_UNSAID = re.compile("[的了吗呢吧啊呀嘛哦一下个帮我给请你您们就都还也]")
_TWICE = re.compile(r"(.)\1+")
_ONE_FORM = (
    ("如何", "怎么"),
    ("咋", "怎么"),
    ("怎样", "怎么"),
    ("啥", "什么"),
    ("为何", "为什么"),
    ("哪儿", "哪里"),
    ("在哪里", "哪里"),
    ("可不可以", "能不能"),
)


def core_of(plain: str) -> str:
    """What is left of a normalised question when all that seldom changes what is asked is taken away, in any order.

    Questions with one core are near-duplicates: whoever finds one of them has found all.
    """
    for other, one in _ONE_FORM:
        plain = plain.replace(other, one)
    plain = _TWICE.sub(r"\1", plain)
    return "".join(sorted(_UNSAID.sub("", plain))) or plain
