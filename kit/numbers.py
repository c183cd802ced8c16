"""Numbers with a check character that everybody in China has: of organisations and of persons.

Unified social credit codes follow GB 32100-2015, which takes its check character from GB/T 17710 (modulo 31); identity
numbers follow GB 11643-1999 (ISO 7064, modulo 11-2). Nothing here says that a number was ever given out.
"""

from __future__ import annotations

import unicodedata
from datetime import date

_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The letters of a unified social credit code: no I, O, S, V and Z."""
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_IDENTITY_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_IDENTITY_CHECKS = "10X98765432"
_EARLIEST = date(1850, 1, 1)


def folded_number(text: str) -> str:
    """The number in its one written form: narrow, capital, without spaces and dashes."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).upper() if one.isalnum())


def is_uscc(text: str) -> bool:
    """Whether it is a unified social credit code: 18 characters, the third to eighth digits, the last one the check.

    The check of the organisation code within it (GB 11714) is not looked at: a code of a real shop is not refused
    because a register was careless with a part that nobody reads by itself.
    """
    code = folded_number(text)
    if len(code) != 18 or any(one not in _CODE for one in code) or not code[2:8].isdigit():
        return False
    values = [_CODE.index(one) for one in code]
    total = sum(value * weight for value, weight in zip(values[:17], _CODE_WEIGHTS, strict=True))
    return (31 - total % 31) % 31 == values[17]


def is_identity_number(text: str) -> bool:
    """Whether it is a citizen's identity number: 18 characters with a day of birth that exists and the right check."""
    number = folded_number(text)
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()) or number[0] == "0":
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(one) * weight for one, weight in zip(number[:17], _IDENTITY_WEIGHTS, strict=True))
    return born >= _EARLIEST and _IDENTITY_CHECKS[total % 11] == number[17]
