"""What the pages of verifying show, already in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from web.public.screens import Fact


@dataclass(frozen=True, kw_only=True)
class AskPage:
    """The form: a code or a number is typed. `wrong` is why the last one led nowhere."""

    title: str
    typed: str = ""
    wrong: str = ""
    most: int = 0
    list_said: str = ""


@dataclass(frozen=True, kw_only=True)
class VerdictPage:
    """What a check came to. `tone`: "good", "soon" or "late"; `mark` is the sign that says the same without colour."""

    title: str
    tone: str
    mark: str
    word: str
    words: str
    facts: tuple[Fact, ...] = ()
    compare: str = ""
    checked: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class OfflinePage:
    """The tool that is saved: the ids of good keys, and its words by name."""

    title: str
    bureau: str
    trusted: tuple[str, ...]
    words: Mapping[str, str]
    nonce: str
