"""The amounts, periods, shares and sizes a text names, in one spelling, so that two texts can be compared.

"20000元", "15日" (working days too, and weeks), "3个月", "2年", "24小时", "30分钟", "22点", "6点30分", "3%", "5‱",
"10倍", "2/3", "45分贝", "10平方米", "14岁", "2人", "2026-08-15", "5月1日". What is no figure: the number of an article,
a telephone number, a year by itself, "the third day", and `{name}`, which stands for a figure of the bureau's own.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal

from content.interpretations.numerals import number_of

_SAME_UNIT = {
    "个工作日": "日", "工作日": "日", "个自然日": "日", "自然日": "日", "日历日": "日", "日": "日", "天": "日",
    "周": "周", "个星期": "周", "星期": "周", "个礼拜": "周", "礼拜": "周",
    "个小时": "小时", "小时": "小时", "个钟头": "小时", "钟头": "小时", "分钟": "分钟", "秒钟": "秒", "秒": "秒",
    "个月": "个月", "周年": "年", "年": "年", "元": "元", "块钱": "元", "块": "元", "倍": "倍", "分贝": "分贝",
    "毫米": "毫米", "厘米": "厘米", "公分": "厘米", "米": "米", "千米": "公里", "公里": "公里",
    "平方米": "平方米", "平米": "平方米", "m2": "平方米", "平方公里": "平方公里", "公顷": "公顷", "亩": "亩",
    "立方米": "立方米", "m3": "立方米", "吨": "吨", "公斤": "公斤", "千克": "公斤",
    "周岁": "岁", "岁": "岁", "人": "人", "名": "人", "个人(?!信息)": "人",
}  # fmt: skip
_UNIT = "|".join(sorted(_SAME_UNIT, key=len, reverse=True))
_DIGITS = r"[0-9]{1,15}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,9})?(?:\s*(?:[百千]?[万亿]|[百千](?!克|米)))?"
_CHINESE = "[零〇一二三四五六七八九十百两][零〇一二三四五六七八九十百千万亿两]{0,16}(?:点[零一二三四五六七八九]{1,9})?"
_CHARACTERS = "零〇一二三四五六七八九十百千万亿两"
_NUMBER = rf"(?<![第几数0-9.])(?:{_DIGITS}|{_CHINESE})"
_TO = r"\s*(?:至|到|-|~|—+|–)\s*"
_HOUR = "[0-9]{1,2}|[零〇一二三四五六七八九十两]{1,3}"
_DAYTIMES = "凌晨|清晨|早晨|早上|上午|中午|下午|午后|傍晚|晚上|夜里|夜间|夜晚|早|晚|次日|第二天"

_SENTENCE_COMMA = re.compile("，(?!000|０００)")  # 20，000元 is one number, 2，100元 are two
_PLACEHOLDER = re.compile(r"\{[a-z0-9_]*\}")
_LOOSE = re.compile("[一二两三四五六七八九]{2}")  # 两三天
_LEADING = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_KINDS = {"百": "%", "千": "‰", "万": "‱"}
_WEEK, _MONTHS_A_YEAR, _MINUTES_AN_HOUR, _LAST_YEAR = 7, 12, 60, 1_000


def figures(text: str) -> frozenset[str]:
    """Every figure of `text` in its one spelling; reading a spelling again gives itself."""
    left = _PLACEHOLDER.sub(" ", unicodedata.normalize("NFKC", _SENTENCE_COMMA.sub("；", text)))
    found: set[str] = set()
    for pattern, read in _READERS:
        for match in pattern.finditer(left):
            found.update(read(match))
        left = pattern.sub("；", left)
    return frozenset(found)


def ranges(text: str) -> frozenset[str]:
    """The spans between two figures: 二千元以上二万元以下 and 2000至2万元 are both "2000元–20000元"."""
    plain = _PLACEHOLDER.sub(" ", unicodedata.normalize("NFKC", _SENTENCE_COMMA.sub("；", text)))
    found = (figures(match[0]) for match in _RANGE.finditer(plain))
    return frozenset("–".join(sorted(ends, key=_size)) for ends in found if len(ends) == 2)


def _size(figure: str) -> Decimal:
    digits = _LEADING.match(figure)
    return Decimal(digits[0]) if digits else Decimal(0)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _one(number: Decimal, unit: str) -> Iterator[str]:
    """A figure in its own unit: twelve months are a year, sixty minutes an hour, a week is seven days."""
    if unit == "周":
        number, unit = number * _WEEK, "日"
    elif unit == "个月" and number and number % _MONTHS_A_YEAR == 0:
        number, unit = number / _MONTHS_A_YEAR, "年"
    elif unit == "分钟" and number and number % _MINUTES_AN_HOUR == 0:
        number, unit = number / _MINUTES_AN_HOUR, "小时"
    is_year, is_anybody = unit == "年" and number >= _LAST_YEAR, unit == "人" and number < 2
    if not is_year and not is_anybody:
        yield f"{_plain(number)}{unit}"


def _unit(written: str) -> str:
    return _SAME_UNIT.get(written, "人")


def _date(match: re.Match[str]) -> Iterator[str]:
    year, month, day = (group for group in match.groups() if group)
    yield f"{int(year):04d}-{int(month):02d}-{int(day):02d}"


def _day_of_year(match: re.Match[str]) -> Iterator[str]:
    if match["day"]:
        yield f"{number_of(match['month'])}月{number_of(match['day'])}日"


def _share(match: re.Match[str]) -> Iterator[str]:
    for share in (match["share"], match["until"]):
        if share:
            yield f"{_plain(number_of(share))}{_KINDS[match['base']]}"


def _percent(match: re.Match[str]) -> Iterator[str]:
    for share in (match["first"], match["share"]):
        if share:
            yield f"{_plain(number_of(share))}{match['sign']}"


def _fraction(match: re.Match[str]) -> Iterator[str]:
    lower, upper = match["lower"] or match["below"], match["upper"] or match["above"]
    yield f"{number_of(upper)}/{number_of(lower)}"


def _time_of_day(match: re.Match[str]) -> Iterator[str]:
    hour, prefix = int(number_of(match["hour"])), match["daytime"] or ""
    said_in_words = not match["hour"].isascii()
    if said_in_words and prefix in ("", "早", "晚") and 0 < hour < 4 and not match["o_clock"]:
        return  # 早一点, 注意两点: a little earlier, two remarks
    minute = 30 if match["half"] else int(number_of(match["minute"] or "0"))
    if prefix in ("下午", "午后", "傍晚") or (prefix == "中午" and hour < 4):
        hour += 12 if hour < 12 else 0
    elif prefix.startswith(("晚", "夜")):
        hour = 0 if hour == 12 else hour + 12 if 5 <= hour < 12 else hour
    if hour <= 24 and minute < 60:
        yield f"{hour % 24}点" + (f"{minute}分" if minute else "")


def _clock(match: re.Match[str]) -> Iterator[str]:
    hour, minute = int(match[1]), int(match[2])
    if hour <= 24 and minute < 60:
        yield f"{hour % 24}点" + (f"{minute}分" if minute else "")


def _half(match: re.Match[str]) -> Iterator[str]:
    whole = number_of(match["count"]) if match["count"] else Decimal(0)
    unit = match["unit"]
    if unit == "年":
        yield from _one(whole * 12 + 6, "个月")
    elif unit == "小时":
        yield from _one(whole * 60 + 30, "分钟")
    else:
        yield "15日" if not whole else f"{_plain(whole + Decimal('0.5'))}个月"


def _range(match: re.Match[str]) -> Iterator[str]:
    """3至5日, 1-10万元: what stands before takes the unit, and the ten thousands where it is the smaller number."""
    unit, first, second = _unit(match["unit"]), match["first"], match["second"].strip()
    yield from _one(number_of(second), unit)
    large = second[-1] if second[-1] in "万亿" else ""
    if large and not set(first) & set("万亿千百") and number_of(first) < number_of(second[:-1]):
        first += large
    yield from _one(number_of(first), unit)


def _days(match: re.Match[str]) -> Iterator[str]:
    for number in match[1].split("、"):
        yield from _one(number_of(number), "日")


def _amount(match: re.Match[str]) -> Iterator[str]:
    unit = _unit(match["unit"])
    numbers = list(match["number"]) if _LOOSE.fullmatch(match["number"]) else [match["number"]]
    for number in numbers:
        yield from _one(number_of(number), unit)


_END = rf"(?:百分之)?(?:{_DIGITS}|{_CHINESE})\s*(?:%|{_UNIT})?"
_RANGE = re.compile(rf"(?<![第几数0-9.{_CHARACTERS}]){_END}(?:以上|{_TO}){_END}")
_MONTH = "[0-9]{1,2}|[一二三四五六七八九十]{1,2}"
_DAY = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_SHARE = f"(?:{_DIGITS}|{_CHINESE})"
_MINUTE = "[0-9]{1,2}|[零一二三四五六七八九十]{1,3}"
# One after the other; what one has read, the next no longer sees.
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        ("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{4})-([0-9]{2})-([0-9]{2})", _date),
        (rf"(?<![0-9个])(?P<month>{_MONTH})月(?:(?P<day>{_DAY})[日号]|份|(?=[起底初中]))", _day_of_year),
        (
            rf"(?P<base>[百千万])分之(?P<share>{_SHARE})(?:{_TO}(?P<until>{_SHARE})(?![{_CHARACTERS}])(?!{_UNIT}|分之))?",
            _share,
        ),
        (
            "(?P<lower>[二三四五六七八九十]+)分之(?P<upper>[一二三四五六七八九十]+)"
            "|(?<![0-9/])(?P<above>[0-9]{1,2})/(?P<below>[0-9]{1,2})(?![0-9/])",
            _fraction,
        ),
        (rf"(?:(?P<first>{_NUMBER})\s*%?{_TO})?(?P<share>{_NUMBER})\s*(?P<sign>[%‰‱])", _percent),
        (r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?![0-9:])", _clock),
        (
            rf"(?P<daytime>{_DAYTIMES})?(?<![第几数0-9.{_CHARACTERS}])(?P<hour>{_HOUR})(?:点|时(?![候间刻期]))"
            rf"(?:(?P<o_clock>[钟整])|(?P<half>半)|(?P<minute>{_MINUTE})分)?(?![0-9{_CHARACTERS}])",
            _time_of_day,
        ),
        (rf"(?:(?P<count>{_NUMBER})\s*个?)?(?<!年)半个?(?P<unit>年|月|小时)", _half),
        (rf"(?P<count>{_NUMBER})\s*(?:个)?(?P<unit>年|小时)半", _half),
        (rf"(?P<first>{_NUMBER}){_TO}(?P<second>{_NUMBER})\s*(?P<unit>{_UNIT})", _range),
        (rf"({_NUMBER}(?:、{_NUMBER})+)\s*(?:个?工作日|日|天)", _days),
        (rf"(?P<number>{_NUMBER})\s*[多余来]?(?P<unit>{_UNIT})", _amount),
    )
)
