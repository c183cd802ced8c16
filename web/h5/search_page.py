"""The search box: everything published about some words, one tap from the answer. For anybody.

Today that is the questions; articles and public notices come in by shelves of their own (`H5Door.shelves`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.dangers.finding import find_danger
from content.interpretations.hearing import Door
from content.interpretations.searching import Found, search
from kit.http.rate_limit import by_address
from web.h5.ask_page import QUESTIONS_A_MINUTE, TYPED_AT_MOST
from web.h5.ask_turn import QUESTION_AT_MOST
from web.h5.door import H5Door
from web.h5.frame import ASK, FILE, danger_numbers, frame_for, shown
from web.h5.message_page import MESSAGE, told_elsewhere
from web.h5.screens import Link
from web.h5.visitor import Visitor

SEARCH = "/h5/search"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Part of a line; what was searched for `is_marked`."""

    words: str
    is_marked: bool


@dataclass(frozen=True, kw_only=True)
class FoundRow:
    """One thing found."""

    href: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    category: str


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """The page. `lead` says how it went; `ways` go on from there."""

    typed: str
    most: int
    lead: str
    rows: tuple[FoundRow, ...]
    ways: tuple[Link, ...]
    numbers: tuple[Link, ...]


async def show_search(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/search?q=…"""
    typed = str(request.args.get("q", "")).strip()
    if typed:
        await door.limits.take(
            "h5-ask", by_address(door.addresses.of(request)), per_minute=QUESTIONS_A_MINUTE
        )
    return shown(door, "search.html", frame_for(request, door, visitor, ASK), searched(door, typed))


def searched(door: H5Door, typed: str) -> SearchPage:
    """What is found, with danger and what tells on our own people before everything else."""
    text = door.words.text
    numbers = danger_numbers(door) if find_danger(door.desk.policy.danger, typed) else ()
    if not typed:
        return _page("", text("h5_ask.search.empty"))
    if door.misconduct.is_told_in(typed):
        return _page("", told_elsewhere(door), numbers=numbers)
    if len(typed) > QUESTION_AT_MOST:
        return _page(
            typed, text("h5_ask.too_long", most=QUESTION_AT_MOST), ways=_ways(door, ""), numbers=numbers
        )
    found = search(door.shelves, typed)
    if not found and not numbers:
        door.hearing.asked(typed, door.answering.answer(typed), Door.H5)
    lead = text("h5_ask.search.found", count=len(found)) if found else text("h5_ask.search.none")
    return _page(typed, lead, tuple(_row(one) for one in found), _ways(door, typed), numbers)


def _page(
    typed: str,
    lead: str,
    rows: tuple[FoundRow, ...] = (),
    ways: tuple[Link, ...] = (),
    numbers: tuple[Link, ...] = (),
) -> SearchPage:
    return SearchPage(typed=typed, most=TYPED_AT_MOST, lead=lead, rows=rows, ways=ways, numbers=numbers)


def _ways(door: H5Door, typed: str) -> tuple[Link, ...]:
    """Where to go with words that found nothing fitting."""
    text, asked = door.words.text, {"q": typed}
    return (
        Link(href=f"{ASK}?{urlencode(asked)}" if typed else ASK, words=text("h5_ask.search.ask"), icon="ask"),
        Link(
            href=f"{MESSAGE}?{urlencode({'about': typed})}" if typed else MESSAGE,
            words=text("h5_ask.to_person"),
            icon="person",
        ),
        Link(href=FILE, words=text("h5_ask.to_filing"), icon="report"),
    )


def _row(found: Found) -> FoundRow:
    href = f"{ASK}?{urlencode({'pick': found.name})}" if found.kind == "question" else found.name
    return FoundRow(
        href=href,
        title=pieces_of(found.title, found.matched),
        excerpt=pieces_of(found.excerpt, found.matched),
        category=found.category,
    )


def pieces_of(text: str, marked: Sequence[str]) -> tuple[Piece, ...]:
    """The text cut where words begin and end that are to be marked; the longest wins."""
    if not marked:
        return (Piece(words=text, is_marked=False),)
    pattern = "|".join(re.escape(one) for one in sorted(marked, key=len, reverse=True))
    cut = re.split(f"({pattern})", text)
    return tuple(Piece(words=one, is_marked=at % 2 == 1) for at, one in enumerate(cut) if one)
