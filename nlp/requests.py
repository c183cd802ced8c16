"""What somebody asks for in a letter, and which of it an answer does not touch.

Rules, not a model: each request is a clause of the letter with the word that makes it one, so that a clerk sees at once
why it is listed and passes over it where the rule is wrong. A question for a time wants a time in the answer, one for
reasons a reason, one for somebody responsible a body; everything else wants some of its own words again. Few of
them are enough: the check is there to catch what was forgotten, not to judge a style.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import StrEnum

from nlp.normalise import normalise

REQUESTS_AT_MOST = 12
WORDS_AT_MOST = 60
SHARE = 0.25
"""Of the pairs of characters of a request so many must come again in the answer."""

_CLAUSES = re.compile(
    r"[。！？!?；;\n]+|(?<=[^0-9])[，,、](?=(?:[一二三四五六七八九]是|还有|另外|同时|并且|而且|顺便|请|希望|要求|能不能|能否|什么时候|为什么))"
)
_NUMBERED = re.compile(
    r"(?:^|(?<=[。；;，,：:\s]))(?:[（(]?[1-9一二三四五六七八九][）)、.．]|第[一二三四五六]|[一二三四五六]是)"
)
_MARKERS = re.compile(
    r"希望|恳请|敬请|请求|要求|强烈要求|建议|麻烦|拜托|盼望|盼|望(?=尽|早|予|能|给|有)|请(?=[^假客教柬])|能不能|能否|可否|可不可以|是否|"
    r"是不是|有没有|什么时候|何时|啥时候|多久|几时|为什么|为何|为啥|凭什么|怎么(?:还|没|不|会|办|处理)|哪个(?:部门|单位)|谁(?:来|管|负责)|"
    r"归谁|找谁|应该(?:处罚|整改|拆除|清理|恢复)|必须|尽快|尽早"
)
_ASKED = re.compile(r"[?？]|吗[。？?]?$|呢[。？?]?$")
_POLITE = re.compile(
    r"^(?:谢谢|感谢|辛苦|麻烦了|拜托了|谢谢了|多谢|请(?:领导)?(?:重视|关注|见谅|理解|打|联系|回电|致电|来电|加我)|望(?:重视|回复|答复)|盼(?:回复|复))"
)
_WHEN = re.compile(r"什么时候|何时|啥时候|多久|几时|哪天|几号")
_WHY = re.compile(r"为什么|为何|为啥|凭什么|依据|怎么(?:还|没|不)")
_WHO = re.compile(r"哪个(?:部门|单位)|谁(?:来|管|负责)|归谁|找谁")
_A_TIME = re.compile(
    r"\d+\s*(?:年|月|日|号|天|时|点|周|个?工作日|小时|分钟)|[一二三四五六七八九十]+(?:天|日|个?月|周|个?工作日|小时)|今天|今晚|当天|明天|本周|下周|本月|下月|月底|年底|已(?:经)?(?:于|在)?|立即|马上|随即|定期|每(?:天|日|周|月)"
)
_A_REASON = re.compile(r"因|由于|原因|鉴于|根据|依据|按照|经(?:查|核|了解|现场)|属于|系|所以|尚未|暂")
_A_BODY = re.compile(r"局|队|中心|公司|部门|单位|街道|社区|物业|所|处|办|委|科")
_SOFT = "的了吗呢吧啊我你您他她它们这那就也还都又再很太有是在和与及把被让给对向从到个一不没请能会可以上下里外"


class Asks(StrEnum):
    """What a request wants to be told."""

    TIME = "time"
    REASON = "reason"
    BODY = "body"
    DEED = "deed"


@dataclass(frozen=True)
class Request:
    """One request: its words as written, where they stand, what makes it one, and what it asks for."""

    words: str
    start: int
    marker: str
    asks: Asks


def requests_in(letter: str) -> tuple[Request, ...]:
    """The requests of a letter in their order; at most `REQUESTS_AT_MOST`."""
    found: list[Request] = []
    for start, clause in _clauses(letter):
        marker = _MARKERS.search(clause) or _ASKED.search(clause)
        if marker is None or _POLITE.match(clause) or len(normalise(clause)) < 4:
            continue
        found.append(Request(_shortened(clause), start, marker.group(), _asks(clause)))
        if len(found) == REQUESTS_AT_MOST:
            break
    return tuple(found)


def untouched(letter: str, answer: str) -> tuple[Request, ...]:
    """The requests of a letter about which an answer says nothing."""
    said = normalise(answer)
    return tuple(one for one in requests_in(letter) if not _touches(one, answer, said))


def _touches(request: Request, answer: str, said: str) -> bool:
    if request.asks is Asks.TIME:
        return _A_TIME.search(answer) is not None
    if request.asks is Asks.REASON:
        return _A_REASON.search(answer) is not None
    if request.asks is Asks.BODY:
        return _A_BODY.search(answer) is not None
    pairs = _pairs(normalise(_MARKERS.sub("", request.words)))
    if not pairs:
        return True
    again = sum(pair in said for pair in pairs)
    return again >= max(1, round(SHARE * len(pairs)))


def _pairs(text: str) -> set[str]:
    """Neighbouring characters, without those that every sentence has."""
    return {
        text[at : at + 2]
        for at in range(len(text) - 1)
        if text[at] not in _SOFT and text[at + 1] not in _SOFT
    }


def _asks(clause: str) -> Asks:
    if _WHEN.search(clause):
        return Asks.TIME
    if _WHO.search(clause):
        return Asks.BODY
    if _WHY.search(clause):
        return Asks.REASON
    return Asks.DEED


def _clauses(letter: str) -> list[tuple[int, str]]:
    """The clauses with where they begin; a question keeps its mark."""
    ends = [found.end() for found in _CLAUSES.finditer(letter)] + [
        found.start() for found in _NUMBERED.finditer(letter)
    ]
    bounds = sorted({0, len(letter), *ends})
    clauses = []
    for begin, end in itertools.pairwise(bounds):
        clause = letter[begin:end]
        left = len(clause) - len(clause.lstrip())
        clause = clause.strip().strip("，,、；;。")
        if clause:
            clauses.append((begin + left, clause))
    return clauses


def _shortened(clause: str) -> str:
    return clause if len(clause) <= WORDS_AT_MOST else clause[: WORDS_AT_MOST - 1] + "…"
