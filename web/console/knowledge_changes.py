"""What differs between two wordings: texts word by word, lists line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKEN = re.compile(r"[0-9A-Za-z.%]+|\s+|.", re.DOTALL)
LONELY = 1
"""So few characters that stayed between two that changed are shown as changed: marks of one character cannot be read."""


@dataclass(frozen=True)
class Piece:
    """Words in a row; `changed` where the other wording has something else."""

    words: str
    changed: bool = False


@dataclass(frozen=True)
class LineChange:
    """One line of a list."""

    words: str
    mark: Literal["kept", "added", "gone"]


def text_changes(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, those marked that the other one does not have."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (step, a, b, c, d) in enumerate(steps):
        is_between = 0 < number < len(steps) - 1
        kept = step == "equal" and not (is_between and len("".join(before[a:b]).strip()) <= LONELY)
        _put(left, "".join(before[a:b]), not kept)
        _put(right, "".join(after[c:d]), not kept)
    return tuple(left), tuple(right)


def list_changes(old: Sequence[str], new: Sequence[str]) -> tuple[LineChange, ...]:
    """The lines of both, in the order of the new list; what is gone stands where it stood."""
    found: list[LineChange] = []
    for step, a, b, c, d in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        if step == "equal":
            found += [LineChange(line, "kept") for line in new[c:d]]
            continue
        found += [LineChange(line, "gone") for line in old[a:b]]
        found += [LineChange(line, "added") for line in new[c:d]]
    return tuple(found)


def _put(pieces: list[Piece], words: str, changed: bool) -> None:
    if not words:
        return
    if pieces and pieces[-1].changed == changed:
        words = pieces.pop().words + words
    pieces.append(Piece(words, changed))
