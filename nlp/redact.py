"""Masking phone and identity numbers before a text may reach a log or a suggestion list."""

import re
import unicodedata

_GAP = r"[\s\-—.·_]{0,2}"
_SENSITIVE = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx](?![\dXx])"  # identity number, 18 characters
    rf"|(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"  # mobile
    rf"|(?<!\d)0\d{{2,3}}{_GAP}\d{{7,8}}(?!\d)"  # landline with area code
    r"|(?<!\d)(?<![A-Za-z]-)\d(?:[\s\-]?\d){10,}[Xx]?"  # other long numbers; not those of a case reference
    r"|[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{11,}"  # spelled out
)
_DIGIT = re.compile(r"[\d零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]")
"""Nothing is masked without one; most of what people write has none."""
_OTHERWISE_WRITTEN = re.compile(r"(?![0-9])\d|[\uff38\uff58\uff0d\u3000]")


def _ascii_digits(text: str) -> str:
    """The text with every decimal digit of any script as ASCII, length unchanged."""
    if text.isascii() or _OTHERWISE_WRITTEN.search(text) is None:
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character for character in text
    ).translate({0xFF38: "X", 0xFF58: "x", 0xFF0D: "-", 0x3000: " "})


def redact(text: str) -> str:
    """The text with phone, identity and other long numbers as asterisks; length and the rest unchanged.

    Case references survive: what follows a letter and a hyphen is only masked when it reads as a phone or identity number.
    """
    spans = sensitive_spans(text)
    if not spans:
        return text
    masked = list(text)
    for start, end in spans:
        masked[start:end] = "*" * (end - start)
    return "".join(masked)


def sensitive_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where `redact` masks: (start, end), end exclusive, in order."""
    if _DIGIT.search(text) is None:
        return ()
    return tuple(found.span() for found in _SENSITIVE.finditer(_ascii_digits(text)))


def holds_personal_number(text: str) -> bool:
    """Whether `redact` would change the text."""
    return _DIGIT.search(text) is not None and _SENSITIVE.search(_ascii_digits(text)) is not None
