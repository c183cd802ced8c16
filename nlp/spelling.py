"""Words that were typed as others that sound the same: read as the word the index knows."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.pinyin import sound

KNOWN_FROM = 2
"""Texts that must hold a word before something else is read as it."""


class Respeller:
    """Reads pairs of characters that no text holds, and that are no word, as the word of the index that sounds so.

    `often`: for each word of two characters of the index, how many texts hold it; `pairs`: what pairs they hold.
    """

    def __init__(self, often: dict[str, int], pairs: dict[str, int]) -> None:
        self._pairs = pairs
        self._words: dict[str, str] = {}
        for word in sorted(often, key=lambda one: (often[one], one)):
            if often[word] >= KNOWN_FROM:
                self._words[sound(word)] = word

    def respelt(self, plain: str, heard: str, cut: Sequence[str]) -> str:
        """The text with such pairs replaced; as it was when there is none. Shape, length and sound stay."""
        written = ""
        begin = 0
        for place, word in enumerate(cut):
            after = begin + len(word)
            alone = len(word) == 1 and place + 1 < len(cut) and len(cut[place + 1]) == 1
            if begin >= len(written) and (alone or len(word) == 2):
                meant = self._words.get(heard[begin : begin + 2])
                if meant is not None and plain[begin : begin + 2] not in self._pairs:
                    written += plain[len(written) : begin] + meant
            begin = after
        return written + plain[len(written) :]
