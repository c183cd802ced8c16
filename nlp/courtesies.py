"""The question itself: normalised, without the courtesies around it, so that whoever asks politely asks the same.

Only what carries no meaning goes: a word that may begin or end one of the matter stays where it could (请问下水道, 投诉
加急, 送锦旗说声谢谢). A text of courtesies alone is what it was.
"""

from __future__ import annotations

import re

from nlp.normalise import normalise

_A_BIT = r"(?:问?(?:一下|下(?![水雨雪面周月班午岗调]))|问(?!题))"
_WISE = r"(?:大神|大佬|高手)"
_OPENINGS = re.compile(
    r"(?:请问(?!题)(?:BIT)?|[你您]好(?![好吗多坏像意歹不])呀?|我?想请?问(?![题责政卷])(?:BIT)?|我?想(?:知道|了解(?!更))"
    r"|(?:我?想(?:了解|咨询|打听)|问|请教|咨询|打扰|打听)BIT|不好意思|麻烦[你您]?(?=请问|(?:问|咨询)BIT)|那个(?![人啥])"
    r"|(?:有没有人|有人|有谁|谁|哪位|WISE)(?:知道|晓得|懂得)(?![的吗么嘛呢啊])|弱弱[地的]问(?:BIT)?|求解答|求WISE(?:解答|指点)?"
    r"|各位(?:WISE|朋友|老师|领导)?(?![业房租居住村])|WISE们|[唉哎]呀?)+".replace("BIT", _A_BIT).replace(
        "WISE", _WISE
    )
)
_ENDINGS = re.compile(
    r"(?:[太真]?(?<![声说道])谢谢(?:[你您]|大家|了|啦)?|多谢|在线等|有(?:没有)?(?:人|谁|WISE)(?:知道|晓得|懂)的?[吗么嘛]?"
    r"|[急跪]?(?<![请要需追恳寻谋征哀乞么样何以可能去来谁里处])求(?:WISE|各位|大家)?(?:解答?|助|教|指教|指点|帮忙|告知|支招|回复|WISE)"
    r"|(?<![请要需追恳寻谋])[急跪]求"
    r"|[很挺]?(?<![应内紧救着焦情告缓加太特心火危性])急+|[啊呢呀哦])+\Z".replace("WISE", _WISE)
)
_LAST = frozenset("谢你您家了啦等急啊呢呀哦求解答助教点忙知招复神佬手")
_ASKING = tuple(
    verb + end for verb in ("知道", "晓得", "懂") for end in ("", "的", "吗", "么", "嘛", "的吗", "的么")
)
"""What an ending may end with: most questions need not be searched."""


def bare(text: str) -> str:
    """The text normalised and without courtesies around it. Applying it twice changes nothing."""
    plain = normalise(text)
    opening = _OPENINGS.match(plain)
    begin = opening.end() if opening else 0
    searched = plain and (plain[-1] in _LAST or plain.endswith(_ASKING))
    ending = _ENDINGS.search(plain, begin) if searched else None
    end = ending.start() if ending else len(plain)
    return plain[begin:end] or plain
