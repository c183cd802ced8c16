"""Finding what names a person in a text: names, telephones, numbers of documents, plates, house numbers, chat names.

Rules, no model: each span says what it was taken for, so that a clerk sees why it is marked. They are suggestions;
what is left out is decided by whoever words the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nlp.redact import sensitive_spans


class Kind(StrEnum):
    """What a span was taken for."""

    NUMBER = "number"
    PLATE = "plate"
    HOUSE = "house"
    CHAT_NAME = "chat_name"
    MAIL = "mail"
    NAME = "name"


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int
    kind: Kind


_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗凤花俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安乐傅卞齐康伍余顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝臧戴谈宋茅庞熊纪舒屈项祝董梁"
    "杜阮蓝闵季麻贾娄江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫裘缪宗丁宣邓郁单洪包左石崔吉钮龚程邢裴"
    "陆荣翁荀甄封芮储靳段焦谷侯仰仲伊宫宁仇栾甘厉祖武刘景龙叶幸司黎薄白怀蒲赖卓蔺屠蒙池乔闻党翟谭申扶堵冉"
    "桑桂牛尚柴瞿阎慕习艾鱼慎戈廖终衡耿匡文寇欧沃利蔚越夔隆师聂晁勾敖融冷辛阚简饶曾关游闫肖邸佟"
)
_SURNAME = (
    "(?:欧阳|太史|端木|上官|司马|东方|独孤|南宫|诸葛|尉迟|皇甫|慕容|司徒|令狐|夏侯|公孙|轩辕|长孙"
    f"|[{_SURNAMES}])"
)
_GIVEN = "(?:(?![的了在是有个位这那些和与及说来去就都也很被把给边围家门口里上下先老总路层])[\u4e00-\u9fff])"
_TITLE = "(?:先生|女士|小姐|老师|师傅|阿姨|叔叔|大爷|大妈|大娘|大伯|大叔|大哥|大姐|奶奶|爷爷|经理|老板娘?|主任|队长|书记|医生|同学|婆婆)"
_AFTER_NAME = '(?=[\\s，。！？；：、,.!?;:（(）)"”』」]|$|的|电话|手机|微信|身份证|住|家住|，)'
_CALLED = "(?:我叫|名叫|名字叫|名字是|姓名|联系人|当事人|投诉人|举报人|户主|业主|房东|租客|店主|负责人|老板|司机|邻居)"
_NAME = re.compile(
    f"(?P<titled>{_SURNAME}{_GIVEN}{{0,2}})(?={_TITLE})"
    f"|{_CALLED}[\\s:：]*(?:叫|是|为|姓名)?[\\s:：]*(?P<called>{_SURNAME}(?!{_TITLE}){_GIVEN}{{1,2}}){_AFTER_NAME}"
    f"|(?:我是|本人)[\\s:：]*(?P<self>{_SURNAME}{_GIVEN}{{1,2}})(?=[\\s，。！？；、,.!?;]|$)"
)
_MAY_NAME = re.compile(
    f"{_CALLED}[\\s:：]*(?:叫|是|为|姓)?[\\s:：]*{_SURNAME}|姓[\\s]*{_SURNAME}|{_SURNAME}(?:某|某某|总|工|哥|姐|姨|叔|嫂|老板)"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE = re.compile(
    f"[{_PROVINCES}][A-HJ-NP-Z][·•.\\-\\s]?(?=[A-HJ-NP-Z]{{0,6}}[0-9])[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]"
    "(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_COUNT = "(?:[0-9]{1,5}(?:[-－—][0-9]{1,5})*|[一二三四五六七八九十百]{1,5})"
_PART = f"(?:{_COUNT}\\s*(?:号楼|号院|号|號|栋|幢|座|单元|弄|室|楼|层|户|房))"
_HOUSE = re.compile(
    f"(?<=[路街巷道弄里村庄坊区苑园城厦府湾庭居])\\s*{_PART}(?:之[0-9一二三四五六七八九])?"
    f"(?:[\\s,，-]*{_PART})*(?:\\s*[0-9]{{3,4}}室?)?(?!线|窗口|门诊)"
    f"|{_COUNT}\\s*(?:号楼|栋|幢|座|单元)(?:[\\s,，-]*{_PART})*(?:\\s*[0-9]{{3,4}}室?)?"
    "|[0-9]{1,3}[-－—][0-9]{1,2}[-－—][0-9]{3,4}室?"
)
_CHAT_NAME = re.compile(
    "(?:微信号?|威信|薇信|V信|VX|WX|QQ号?)[\\s:：是为]{0,3}([A-Za-z][-_A-Za-z0-9]{5,19}|[1-9][0-9]{4,11})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_PATTERNS = (
    (_PLATE, 0, Kind.PLATE),
    (_HOUSE, 0, Kind.HOUSE),
    (_MAIL, 0, Kind.MAIL),
    (_CHAT_NAME, 1, Kind.CHAT_NAME),
)
EVERY_KIND = frozenset(Kind)
MASKED_KINDS = frozenset({Kind.NUMBER, Kind.CHAT_NAME, Kind.MAIL})
"""What nobody needs to see in order to go to a place and put things right."""


def personal_spans(text: str, kinds: Collection[Kind] = EVERY_KIND) -> tuple[Span, ...]:
    """What names a person, in order, none over another: where two rules meet, the one that begins first, then the longer."""
    found = sorted(_found(text, kinds), key=lambda one: (one.start, -one.end))
    kept: list[Span] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def without_personal(text: str, instead: Mapping[Kind, str], kinds: Collection[Kind] = EVERY_KIND) -> str:
    """The text with other words for each span; what `instead` does not name is left out without a trace."""
    parts, at = [], 0
    for one in personal_spans(text, kinds):
        parts += [text[at : one.start], instead.get(one.kind, "")]
        at = one.end
    return "".join([*parts, text[at:]])


def masked(text: str, names: Collection[str] = ()) -> str:
    """The text with numbers, chat names, addresses of mail and the given names as asterisks, its length unchanged."""
    plain = text
    for one in personal_spans(text, MASKED_KINDS):
        plain = plain[: one.start] + "*" * (one.end - one.start) + plain[one.end :]
    for name in names:
        if len(name) > 1:
            plain = plain.replace(name, mask_name(name)[: len(name)].ljust(len(name), "*"))
    return plain


def may_name_somebody(text: str) -> bool:
    """Whether a text may name a person, a number, a plate or a house: rather too often than once too seldom."""
    return bool(personal_spans(text)) or _MAY_NAME.search(text) is not None


def mask_name(name: str) -> str:
    """The name as lists show it: the surname, then an asterisk for each letter of the given name, two at most."""
    name = name.strip()
    surname = re.match(_SURNAME, name)
    shown = surname.group() if surname is not None and len(name) > len(surname.group()) else name[:1]
    return shown + "*" * min(2, max(1, len(name) - len(shown))) if name else ""


def _found(text: str, kinds: Collection[Kind]) -> Iterator[Span]:
    if Kind.NUMBER in kinds:
        for start, end in sensitive_spans(text):
            yield Span(start, end, Kind.NUMBER)
    for pattern, group, kind in _PATTERNS:
        if kind in kinds:
            for found in pattern.finditer(text):
                yield Span(*found.span(group), kind)
    if Kind.NAME in kinds:
        for found in _NAME.finditer(text):
            name = found.lastgroup
            if name is not None:
                yield Span(*found.span(name), Kind.NAME)
