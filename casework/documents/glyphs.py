"""Which characters our type has. What it lacks (pictures, the rarest ideographs) is printed as its code, never as nothing."""

from __future__ import annotations

import struct
from bisect import bisect_right
from pathlib import Path

_IGNORED = frozenset(range(0x20)) | {0x7F, *range(0x200B, 0x2010), *range(0xFE00, 0xFE10), 0xFEFF}
"""Control characters, joiners and variation selectors: no glyph is wanted for them."""


class Glyphs:
    """The characters of a font file, from its table `cmap` (format 12); of a collection those of its first font."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            head = file.read(16)
            at = struct.unpack(">I", head[12:16])[0] if head[:4] == b"ttcf" else 0
            file.seek(at)
            tables = struct.unpack(">4xH6x", file.read(12))[0]
            records = (struct.unpack(">4sIII", file.read(16)) for _ in range(tables))
            offset, length = next((place, size) for tag, _, place, size in records if tag == b"cmap")
            file.seek(offset)
            cmap = file.read(length)
        groups = _groups(cmap)
        self._starts = [start for start, _ in groups]
        self._ends = [end for _, end in groups]

    def has(self, character: str) -> bool:
        """Whether there is a glyph for it."""
        code = ord(character)
        at = bisect_right(self._starts, code) - 1
        return at >= 0 and code <= self._ends[at]

    def spelled(self, text: str) -> str:
        """The text with [U+1F600] in the place of what has no glyph."""
        lacking = {
            ord(one): f"[U+{ord(one):04X}]"
            for one in set(text)
            if ord(one) not in _IGNORED and not self.has(one)
        }
        return text.translate(lacking) if lacking else text


def _groups(cmap: bytes) -> list[tuple[int, int]]:
    """First and last character of each run, in order."""
    (count,) = struct.unpack_from(">2xH", cmap)
    for number in range(count):
        (offset,) = struct.unpack_from(">4xI", cmap, 4 + 8 * number)
        (format,) = struct.unpack_from(">H", cmap, offset)
        if format == 12:
            (groups,) = struct.unpack_from(">I", cmap, offset + 12)
            runs = struct.iter_unpack(">III", cmap[offset + 16 : offset + 16 + 12 * groups])
            return [(start, end) for start, end, _ in runs]
    raise ValueError("the font has no table of all characters")
