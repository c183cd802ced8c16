"""The question itself: normalised, without the courtesies around it, so that whoever asks politely asks the same.

Only what carries no meaning goes: a word that may begin or end one of the matter stays where it could (请问下水道, 投诉
加急, 送锦旗说声谢谢). A text of courtesies alone is what it was.
"""

from __future__ import annotations

import re

from nlp.normalise import normalise

_A_BIT = r"(?:问?(?:一下|下(?![水雨雪面周月班午岗调]))|问(?!题))"
_OPENINGS = re.compile(
    r"(?:请问(?!题)(?:BIT)?|[你您]好(?![好吗多坏像意歹不])呀?|我?想请?问(?![题责政卷])(?:BIT)?|我?想知道"
    r"|(?:我?想(?:了解|咨询)|问|请教|咨询|打扰)BIT|不好意思|麻烦[你您]?(?=请问|(?:问|咨询)BIT)|那个(?![人啥])"
    r"|[唉哎]呀?)+".replace("BIT", _A_BIT)
)
_ENDINGS = re.compile(
    r"(?:[太真]?(?<![声说道])谢谢(?:[你您]|大家|了|啦)?|多谢|在线等"
    r"|[很挺]?(?<![应内紧救着焦情告缓加太特心火危性])急+|[啊呢呀哦])+\Z"
)
_LAST = frozenset("谢你您家了啦等急啊呢呀哦")
"""What an ending may end with: most questions need not be searched."""


def bare(text: str) -> str:
    """The text normalised and without courtesies around it. Applying it twice changes nothing."""
    plain = normalise(text)
    opening = _OPENINGS.match(plain)
    begin = opening.end() if opening else 0
    ending = _ENDINGS.search(plain, begin) if plain and plain[-1] in _LAST else None
    end = ending.start() if ending else len(plain)
    return plain[begin:end] or plain
