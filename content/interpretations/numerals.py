"""Numbers as laws write them (二十一, 一百零三) and as people do (20,000, 1.5万), both ways."""

from decimal import Decimal

LARGEST_ARTICLE = 9_999

_NUMERALS = "零一二三四五六七八九"
_DIGITS = {character: value for value, character in enumerate(_NUMERALS)} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}


def chinese_number(number: int) -> str:
    """1 to 9,999 as articles are numbered: 十, 二十一, 一百零三, 一千一百六十九."""
    if not 1 <= number <= LARGEST_ARTICLE:
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


def article_number(text: str) -> int | None:
    """The number of an article from its words or digits; None where they are not a proper number of 1 to 9,999.

    A number said loosely (一百三 for 130) is none: it would be another article's.
    """
    if text.isascii() and text.isdigit():
        number = int(text)
        return number if 1 <= number <= LARGEST_ARTICLE else None
    words = text.replace("〇", "零")
    if not words or set(words) - set(_NUMERALS) - set(_UNITS):
        return None
    number = int(number_of(words))
    if not 1 <= number <= LARGEST_ARTICLE:
        return None
    proper = chinese_number(number)
    return number if words in (proper, f"一{proper}") else None


def number_of(text: str) -> Decimal:
    """An amount in digits, words or both: "20,000", "1.5万", "二万五千", "一百零三", "2千", "一点五", "二〇二六".

    `text` holds nothing else. Raises ValueError where it is no number at all.
    """
    text = text.replace(",", "").replace(" ", "")
    if not text:
        raise ValueError("no number")
    for name, worth in sorted(_LARGE.items(), key=lambda item: -item[1]):
        before, found, after = text.partition(name)
        if found:
            return number_of(before or "1") * worth + (_after(after, worth) if after else 0)
    return _small(text)


def _after(text: str, worth: int) -> Decimal:
    """What follows 万 or 亿: 两万五 is 25,000, 两万五千 too, 两万零五 is 20,005."""
    if len(text) == 1 and text in _DIGITS and text not in "零〇":
        return Decimal(_DIGITS[text] * worth // 10)
    return number_of(text)


def _small(text: str) -> Decimal:
    """Below 10,000: digits, digits with a unit (5百), words, words with a decimal part."""
    unit = _UNITS.get(text[-1])
    if unit and text[:-1].replace(".", "", 1).isascii() and text[:-1].replace(".", "", 1).isdigit():
        return Decimal(text[:-1]) * unit
    if text.isascii():
        try:
            return Decimal(text)
        except ArithmeticError as error:
            raise ValueError(f"no number: {text}") from error
    whole, point, fraction = text.partition("点")
    if point:
        digits = "".join(str(_DIGITS[character]) for character in fraction if character in _DIGITS)
        return Decimal(f"{_words(whole)}.{digits}" if digits else str(_words(whole)))
    return Decimal(_words(text))


def _words(text: str) -> int:
    if len(text) > 1 and not set(text) & set(_UNITS):  # 二〇二六, 一二三: digit by digit
        if set(text) - set(_DIGITS):
            raise ValueError(f"no number: {text}")
        return int("".join(str(_DIGITS[character]) for character in text))
    total = digit = 0
    last = 1
    for character in text:
        if character in _UNITS:
            last = _UNITS[character]
            total += (digit or 1) * last
            digit = 0
        elif character in _DIGITS:
            digit = _DIGITS[character]
        else:
            raise ValueError(f"no number: {text}")
    loose = digit and last > 10 and len(text) > 1 and text[-2] in _UNITS  # 两百五 is 250
    return total + (digit * last // 10 if loose else digit)
