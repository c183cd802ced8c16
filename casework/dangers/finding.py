"""Whether somebody's life may be in danger, judged from their words: the one judgement for every door.

It errs on the side of asking people to telephone. A keyword is enough; so is a thing with what happens to it,
in either order, in one clause and no more than a few characters apart. Words that only look like danger
(一起火锅) are taken out first. Who asks afterwards (谁赔) or at leisure (怎么预约) is in no hurry unless a
keyword says so. Nothing here decides anything but whom to tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.complaints.wording import folded
from casework.dangers.profile import DangerSection
from nlp.normalise import simplified

CHARACTERS_BETWEEN = 8
_GAP = rf"[^，。！？；、,.!?;]{{0,{CHARACTERS_BETWEEN}}}?"
_TAKEN_OUT = "▢"


@dataclass(frozen=True, slots=True)
class _Pair:
    things: tuple[str, ...]
    happenings: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Signs:
    any: re.Pattern[str]
    keywords: tuple[str, ...]
    pairs: tuple[_Pair, ...]
    harmless: tuple[str, ...]
    calm: tuple[str, ...]


def find_danger(section: DangerSection, text: str) -> tuple[str, ...]:
    """The words that show danger, as they stand in the text; empty when there is no hurry."""
    if not text:
        return ()
    signs, words = _signs_of(section), _written(text)
    # Nearly everything people write ends here.
    if signs.any.search(words) is None:
        return ()
    for harmless in signs.harmless:
        if harmless in words:
            words = words.replace(harmless, _TAKEN_OUT)
    found = [keyword for keyword in signs.keywords if keyword in words]
    for pair in () if any(calm in words for calm in signs.calm) else signs.pairs:
        if any(thing in words for thing in pair.things) and any(what in words for what in pair.happenings):
            match = pair.pattern.search(words)
            if match is not None:
                found.append(match[0])
    return tuple(
        one for one in dict.fromkeys(found) if not any(one != other and one in other for other in found)
    )


_known: dict[int, tuple[DangerSection, _Signs]] = {}


def _signs_of(section: DangerSection) -> _Signs:
    """Compiled once for each section. Found by identity: hashing hundreds of words costs more than the search."""
    known = _known.get(id(section))
    if known is None or known[0] is not section:
        if len(_known) > 8:
            _known.clear()
        known = _known[id(section)] = (section, _signs(section))
    return known[1]


def _signs(section: DangerSection) -> _Signs:
    pairs = []
    for pair in section.pairs:
        things, happenings = tuple(map(_written, pair.things)), tuple(map(_written, pair.happenings))
        one, other = _any_of(things), _any_of(happenings)
        pattern = re.compile(f"(?:{one}){_GAP}(?:{other})|(?:{other}){_GAP}(?:{one})")
        pairs.append(_Pair(things, happenings, pattern))
    # Longer ones first, so that none is cut up by one of its parts.
    harmless = sorted(map(_written, section.harmless), key=len, reverse=True)
    keywords = tuple(map(_written, section.keywords))
    whatever = (what for pair in pairs for what in pair.happenings)
    return _Signs(
        any=re.compile(_any_of((*keywords, *whatever))),
        keywords=keywords,
        pairs=tuple(pairs),
        harmless=tuple(harmless),
        calm=tuple(map(_written, section.calm)),
    )


def _written(text: str) -> str:
    """One written form for the text and for the words looked for: traditional characters are the same words."""
    return simplified(folded(text))


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
