"""What somebody typed into the search of a queue: a reference or a piece of one, a day, a telephone, words of a place.

No search reads a million rows. A piece of a reference is made whole: a serial alone stands for the cases of that
number within the last `SERIAL_DAYS` days, each a reference of its own that an index finds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from casework.complaints.filing import KIND
from casework.people.phone import normalised_phone
from kit.clock import SHANGHAI
from kit.references import make_reference, parse_reference

SERIAL_DAYS = 60
FIND_AT_MOST = 60
SHORTEST_WORDS = 2

_LETTERS = r"(?:[A-Z]{2,4}-?[A-Z]{2}-?)?"
_DAY_AND_SERIAL = re.compile(_LETTERS + r"(\d{6})-?(\d{4,9})?-?([0-9A-Z])?", re.ASCII)
_SERIAL = re.compile(r"(\d{1,9}?)(?:-([0-9A-Z])|([A-Z]))?", re.ASCII)
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d]")
_LIKE_A_REFERENCE = re.compile(r"[A-Z]{2,4}-?[A-Z]{2}-?\d{6}-?\d{4,9}-?[0-9A-Z]", re.ASCII)

Meant = Literal["nothing", "reference", "wrong", "references", "day", "phone", "words"]


@dataclass(frozen=True)
class Sought:
    """What was meant: "reference" is one whole reference (`references` holds it), "wrong" one with a slip in it.

    `from_at` and `before_at` bound the day, `phone` is the normalised number, `words` are to be found in a place.
    """

    meant: Meant
    references: tuple[str, ...] = ()
    from_at: datetime | None = None
    before_at: datetime | None = None
    phone: str = ""
    words: str = ""


def sought(typed: str, bureau_code: str, today: date) -> Sought:
    """What `typed` means on a local date. Never fails."""
    text = " ".join(unicodedata.normalize("NFKC", typed).split())[:FIND_AT_MOST]
    if not text:
        return Sought("nothing")
    whole = parse_reference(text)
    if whole is not None:
        return Sought("reference", (str(whole),))
    phone = normalised_phone(text)
    if phone is not None and len(phone) >= 11:
        return Sought("phone", phone=phone)
    tight = _DASHES.sub("-", text).upper().replace(" ", "").strip("-")
    if _LIKE_A_REFERENCE.fullmatch(tight):
        return Sought("wrong")
    return _piece(tight, bureau_code, today) or _place(" ".join(typed.split())[:FIND_AT_MOST])


def _piece(tight: str, bureau_code: str, today: date) -> Sought | None:
    found = _DAY_AND_SERIAL.fullmatch(tight)
    on = _date(found.group(1)) if found is not None else None
    if found is not None and on is not None:
        if found.group(2) is not None:
            return Sought("references", _made(bureau_code, [on], int(found.group(2))))
        begins = datetime.combine(on, time(), SHANGHAI)
        return Sought("day", from_at=begins, before_at=begins + timedelta(days=1))
    alone = _SERIAL.fullmatch(tight)
    if alone is not None:
        days = [today - timedelta(days=back) for back in range(SERIAL_DAYS)]
        check = alone.group(2) or alone.group(3) or ""
        made = _made(bureau_code, days, int(alone.group(1)))
        return Sought("references", tuple(one for one in made if one.endswith(check)))
    return None


def _place(text: str) -> Sought:
    # Letters, digits and dashes alone are a reference that went wrong, or nothing anybody calls a place.
    if text.isascii() or len(text) < SHORTEST_WORDS:
        return Sought("wrong")
    return Sought("words", words=text)


def _date(digits: str) -> date | None:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None


def _made(bureau_code: str, days: list[date], serial: int) -> tuple[str, ...]:
    return tuple(make_reference(bureau_code, KIND, on, serial) for on in days) if serial else ()
