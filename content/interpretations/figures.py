"""The amounts, periods and shares a text names, in one spelling, so that two texts can be compared."""

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?万?|[零一二三四五六七八九十百千万两]+"
_FIGURE = re.compile(
    rf"(?P<count>{_NUMBER})\s*(?P<unit>个工作日|工作日|日|天|个月|年|元)"
    r"|百分之(?P<share>[零一二三四五六七八九十百]+)|(?P<percent>[0-9]+)[%％]"
    r"|(?P<times>[一二三四五六七八九十]+)倍|(?P<hour>[0-9]{1,2}|[一二三四五六七八九十]{1,3})点"
)
_SAME_UNIT = {"个工作日": "日", "工作日": "日", "天": "日"}


def _number(text: str) -> int:
    if text[0].isdigit():
        value = float(text.removesuffix("万"))
        return int(value * 10_000) if text.endswith("万") else int(value)
    total = part = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            part += (digit or 1) * _UNITS[character]
            digit = 0
        else:  # 万
            total, part, digit = (total + part + digit) * 10_000, 0, 0
    return total + part + digit


def figures(text: str) -> frozenset[str]:
    """For example {"20000元", "15日", "3%", "10点"}; working days and days share the unit 日."""
    found = set()
    for match in _FIGURE.finditer(text):
        if match["count"]:
            found.add(f"{_number(match['count'])}{_SAME_UNIT.get(match['unit'], match['unit'])}")
        elif match["share"]:
            found.add(f"{_number(match['share'])}%")
        elif match["percent"]:
            found.add(f"{int(match['percent'])}%")
        elif match["times"]:
            found.add(f"{_number(match['times'])}倍")
        else:
            found.add(f"{_number(match['hour'])}点")
    return frozenset(found)
