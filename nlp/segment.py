"""Cutting Chinese text into words behind one door.

`RjiebaSegmenter` serves (fast, small); `JiebaSegmenter` is the reference it is tested against and the
fallback where no wheel of rjieba exists. Both use the same general dictionary and HMM.
"""

import logging
import os
import re
import stat
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from nlp.lexicon import SAME_WORD, TERMS
from nlp.normalise import normalise

# Frequent enough that the term wins over the pieces the general dictionary knows, whatever they are.
_TERM_FREQUENCY = 2_000_000
_TERM_TAG = "nz"
OWN_TERMS = tuple(sorted({*TERMS, *(word for word in SAME_WORD if len(word) > 1)}))
"""What both segmenters cut whole, whatever the general dictionary knows."""


class SegmenterError(ValueError):
    """A segmenter was asked for with a folder or a term it must not use."""


class Term(msgspec.Struct, frozen=True):
    """A word of a bureau's own: cut whole, and standing for `same_as` where that is not empty."""

    term: str
    same_as: str = ""


class Segmenter(Protocol):
    """Cuts normalised text into words, in order, losing no character."""

    def cut(self, text: str) -> list[str]: ...


def _checked(terms: Iterable[str]) -> list[str]:
    checked = []
    for term in terms:
        if not 1 <= len(term) <= 20 or term.split() != [term]:
            raise SegmenterError(f"词条“{term[:20]}”应为 1—20 个字，中间没有空格")
        checked.append(term)
    return checked


class RjiebaSegmenter:
    """The serving segmenter. `terms` are the bureau's own words, beside the terms of the trade."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        import rjieba

        own = _checked(terms)
        # Importing it has read the dictionary once: whoever adds no words of their own needs no second, of 24 MB.
        self._jieba: Any = rjieba.Jieba() if own else rjieba
        for term in (*OWN_TERMS, *own):
            # rjieba has no load_userdict, and its add_word does nothing useful without these two.
            self._jieba.add_word(term, _TERM_FREQUENCY, _TERM_TAG)

    def cut(self, text: str) -> list[str]:
        return list(self._jieba.cut(text, True))


class TermSegmenter:
    """Another segmenter with terms that belong to one index: the longest term wins wherever one begins.

    The general dictionary stays as it is, so that terms can be taken away again. Terms are compared as normalised.
    """

    def __init__(self, beneath: Segmenter, terms: Iterable[str]) -> None:
        self._beneath = beneath
        words = sorted(
            {plain for term in terms if (plain := normalise(term))}, key=lambda word: (-len(word), word)
        )
        self._terms = re.compile("|".join(map(re.escape, words))) if words else None

    def cut(self, text: str) -> list[str]:
        if self._terms is None:
            return self._beneath.cut(text)
        words: list[str] = []
        done = 0
        for found in self._terms.finditer(text):
            if found.start() > done:
                words += self._beneath.cut(text[done : found.start()])
            words.append(found.group())
            done = found.end()
        if done < len(text):
            words += self._beneath.cut(text[done:])
        return words


class JiebaSegmenter:
    """The reference segmenter: slower to load and larger, and the one others are measured by.

    jieba keeps its prefix dictionary as a marshal file and loads whatever lies there, by default in a
    folder every user can write to. So the folder is required, must be ours and closed to others.
    """

    def __init__(self, cache_folder: Path, terms: Iterable[str] = ()) -> None:
        cache_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = cache_folder.stat()
        if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise SegmenterError(f"分词缓存目录 {cache_folder} 必须属于当前用户，且别人不可写")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its regular expressions predate raw strings
            import jieba
        jieba.setLogLevel(logging.WARNING)
        self._tokenizer: Any = jieba.Tokenizer()
        self._tokenizer.tmp_dir = str(cache_folder)
        self._tokenizer.initialize()
        for term in (*OWN_TERMS, *_checked(terms)):
            self._tokenizer.add_word(term, _TERM_FREQUENCY, _TERM_TAG)

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.lcut(text, HMM=True))
