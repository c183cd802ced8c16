"""Answers to begin from: the bureau's own words with fields that the case fills in. What stands in brackets the handler writes."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from casework.complaints.scheme import Code, Name

FIELDS = ("reference", "category", "place", "unit", "today")
_FIELD = re.compile(r"\{([^{}]*)\}")
_BLANK = re.compile(r"\u3010[^\u3010\u3011]*\u3011")


class ReplyTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text, for these categories, or (none named) for all."""

    code: Code
    name: Name
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    categories: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(set(_FIELD.findall(self.text)) - set(FIELDS))
        if unknown:
            raise ValueError(
                f"答复模板 {self.code} 里的 {{{unknown[0]}}} 不是可以用的空，可以用：{'、'.join(FIELDS)}"
            )

    def filled(self, **values: str) -> str:
        """The text with its fields filled in; one that is not known stays empty."""
        return _FIELD.sub(lambda found: values.get(found[1], ""), self.text)


class RepliesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `replies`."""

    templates: tuple[ReplyTemplate, ...] = ()

    def __post_init__(self) -> None:
        codes = [one.code for one in self.templates]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"replies.templates 里的代码 {code} 写了两次")

    def blanks_in(self, answer: str) -> tuple[str, ...]:
        """What the handler was to write and did not: brackets of a template that still stand in an answer."""
        blanks = {found for one in self.templates for found in _BLANK.findall(one.text)}
        return tuple(dict.fromkeys(found for found in _BLANK.findall(answer) if found in blanks))

    def for_category(self, category: str | None) -> tuple[ReplyTemplate, ...]:
        """What may be begun from, in the order of the profile."""
        return tuple(one for one in self.templates if not one.categories or category in one.categories)
