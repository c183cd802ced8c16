"""Whether an entry is written so that it can be kept at all; whether it is right is for `check` to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.interpretations.views import EntryView
from kit.problems import Invalid
from nlp.normalise import normalise

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TOPIC = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*)?")
_LINK = re.compile(r"((permit|complaint):[a-z0-9_-]+)?")
_LOCAL = re.compile(r"[a-z][a-z0-9_]*")
SLUG_AT_MOST, LINE_AT_MOST, CATEGORY_AT_MOST, TEXT_AT_MOST = 80, 200, 40, 2_000
PHRASINGS_AT_MOST, CITATIONS_AT_MOST = 200, 20


def check_shape(entry: EntryView) -> None:
    """Raises Invalid naming the first field that cannot be kept."""
    for field, at_most in _wrong(entry):
        raise Invalid(f"problem.knowledge.shape.{field}", field=field, at_most=at_most)


def _wrong(entry: EntryView) -> Iterator[tuple[str, int]]:
    if not SLUG.fullmatch(entry.slug) or len(entry.slug) > SLUG_AT_MOST:
        yield "slug", SLUG_AT_MOST
    if not 2 <= len(entry.question.strip()) <= LINE_AT_MOST or not normalise(entry.question):
        yield "question", LINE_AT_MOST
    lines = entry.phrasings
    if len(lines) > PHRASINGS_AT_MOST or any(not 2 <= len(one.strip()) <= LINE_AT_MOST for one in lines):
        yield "phrasings", LINE_AT_MOST
    if len(entry.answer) > TEXT_AT_MOST:
        yield "answer", TEXT_AT_MOST
    if len(entry.more) > TEXT_AT_MOST:
        yield "more", TEXT_AT_MOST
    if not 1 <= len(entry.category.strip()) <= CATEGORY_AT_MOST:
        yield "category", CATEGORY_AT_MOST
    if len(entry.citations) > CITATIONS_AT_MOST:
        yield "citations", CITATIONS_AT_MOST
    if entry.valid_until_on is not None and entry.valid_until_on < entry.valid_from_on:
        yield "valid_until_on", 0
    if not _TOPIC.fullmatch(entry.topic) or len(entry.topic) > CATEGORY_AT_MOST:
        yield "topic", CATEGORY_AT_MOST
    if not _LINK.fullmatch(entry.link) or len(entry.link) > 60:
        yield "link", 60
    if any(not _LOCAL.fullmatch(name) or len(name) > 40 for name in entry.local):
        yield "local", 40
