"""How characters sound, without tones: one code character a syllable, so that texts that sound alike are equal strings.

The table `pinyin.txt` (a syllable and its characters a line, the 6,763 of GB 2312) was made once from pypinyin 0.55,
each character with its most frequent reading: `docs/adr/0051-the-engine.md` says how.
"""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")
_FIRST_CODE = 0xE000  # private use: no such character is left in a normalised text


@cache
def _codes() -> dict[int, int]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    spoken = [line.split(" ", 1)[1] for line in lines]
    return {ord(character): _FIRST_CODE + code for code, same in enumerate(spoken) for character in same}


def sound(text: str) -> str:
    """The text with every known character replaced by the code of its syllable: as long as the text."""
    return text.translate(_codes())


def syllable(code: str) -> str:
    """The letters of one code of `sound`; any other character stands for itself."""
    place = ord(code) - _FIRST_CODE
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return lines[place].split(" ", 1)[0] if 0 <= place < len(lines) else code


def warm() -> None:
    """Read the table now, so that forked processes share it."""
    _codes()
