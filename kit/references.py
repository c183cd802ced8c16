"""Case references such as `QS-TS-261122-0051-J`: short enough to read out, checked against slips.

Parts: the bureau's letters, two letters for the kind of case, the local date, a serial of at least four
digits, a check character (ISO 7064, hybrid system MOD 37,36). A reference never grants access.

The check system's one blind spot is a swap of two characters that are neighbours in its alphabet. So the
alphabet is interleaved here: no two digits are neighbours in it, and a swap of two digits is always caught.
Twenty-six letters cannot all be kept apart, so `make_reference` refuses the few combinations of bureau and
kind letters in which a swap would go unseen; `letters_are_safe` tells beforehand. A letter in a digit's
place is caught by the form itself. Together: one wrong character or one swap of neighbours is always caught.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_ALPHABET = "0A1B2C3D4E5F6G7H8I9JKLMNOPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_LETTERS = re.compile(r"[A-Z]{2,4}")
_KIND = re.compile(r"[A-Z]{2}")
_MAX_SERIAL = 999_999_999

# Hyphens as keyboards, word processors and speech input leave them; NFKC has already made the wide one narrow.
_GAP = r"[\s\-_.‐‑‒–—―−ー·]{1,4}"
_PARTS = ("([A-Z]{2,4})", "([A-Z]{2})", r"(\d{6})", r"(\d{4,9})", "([0-9A-Z])")
_APART = re.compile(_GAP.join(_PARTS), re.ASCII)
_TOGETHER = re.compile("".join(_PARTS), re.ASCII)
_IN_TEXT = re.compile(
    f"(?<![0-9A-Z])(?:{_APART.pattern}|{_TOGETHER.pattern})(?![0-9A-Z])",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference whose check character is right; `str()` gives the one canonical spelling."""

    bureau: str
    kind: str
    on: date
    serial: int
    check: str

    def __str__(self) -> str:
        return f"{self.bureau}-{self.kind}-{self.on:%y%m%d}-{self.serial:04d}-{self.check}"


def make_reference(bureau: str, kind: str, on: date, serial: int) -> str:
    """The canonical reference of the `serial`-th case of a kind on a local date. ValueError if it cannot be."""
    if not letters_are_safe(bureau, kind):
        raise ValueError(
            f"{bureau}-{kind}: not 2-4 and 2 capital letters in which every swap would be noticed"
        )
    if not 1 <= serial <= _MAX_SERIAL:
        raise ValueError(f"a serial is between 1 and {_MAX_SERIAL}: {serial}")
    if not 2000 <= on.year <= 2099:
        raise ValueError(f"a reference's year is between 2000 and 2099: {on.year}")
    check = _check_character(f"{bureau}{kind}{on:%y%m%d}{serial:04d}")
    return str(Reference(bureau, kind, on, serial, check))


def letters_are_safe(bureau: str, kind: str) -> bool:
    """Whether references may begin with these letters: the right form, and no unnoticed swap within them."""
    if not _LETTERS.fullmatch(bureau) or not _KIND.fullmatch(kind):
        return False
    letters = bureau + kind
    swaps = (
        letters[:i] + letters[i + 1] + letters[i] + letters[i + 2 :]
        for i in range(len(letters) - 1)
        if letters[i] != letters[i + 1]
    )
    right = _state(letters)
    return all(_state(swapped) != right for swapped in swaps)


def parse_reference(text: str) -> Reference | None:
    """The reference a person typed, or None if it is not one or has a slip in it.

    Small letters, full-width characters, any dash and spaces between the parts are fine, and so is leaving
    out the hyphens altogether. Leaving out some of them is not: the parts could then be cut in two ways.
    """
    typed = unicodedata.normalize("NFKC", text).upper().strip()
    if len(typed) > 64:
        return None
    found = _APART.fullmatch(typed) or _TOGETHER.fullmatch(typed)
    return _checked(found.groups()) if found else None


def find_references(text: str) -> list[Reference]:
    """Every right reference in free text, in order, each once."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = (_checked(match.groups()) for match in _IN_TEXT.finditer(plain))
    return list(dict.fromkeys(reference for reference in found if reference is not None))


def holds_mistyped_reference(text: str) -> bool:
    """Whether something in free text has the form of a reference, but no right one is there: a slip in typing."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = [_checked(match.groups()) for match in _IN_TEXT.finditer(plain)]
    return bool(found) and not any(found)


def _checked(groups: tuple[str | None, ...]) -> Reference | None:
    # The free-text pattern has two alternatives of five groups; one of them is empty.
    bureau, kind, day, digits, check = (group for group in groups if group is not None)
    if _check_character(bureau + kind + day + digits) != check:
        return None
    serial = int(digits)
    if digits != f"{serial:04d}" or serial == 0:
        return None
    try:
        on = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError:
        return None
    return Reference(bureau, kind, on, serial, check)


def _state(characters: str) -> int:
    state = 36
    for character in characters:
        state = (state + _VALUE[character]) % 36 or 36
        state = state * 2 % 37
    return state


def _check_character(characters: str) -> str:
    return _ALPHABET[(1 - _state(characters)) % 36]
