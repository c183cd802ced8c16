"""The search box of the mini-program: what is published about some words. Today these are the questions alone."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from sanic import HTTPResponse

from casework.dangers.finding import find_danger
from content.interpretations.hearing import Door
from content.interpretations.searching import search
from miniapp_api.cases import Notice
from miniapp_api.operations import Call
from miniapp_api.speaking import answer
from miniapp_api.words import VISIBLE, danger_numbers


class SearchQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: what was typed."""

    q: Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=200)]


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found. A question's `name` is its slug; `matched` are words to highlight in title and excerpt."""

    kind: Literal["question", "article", "notice"]
    name: str
    title: str
    excerpt: str
    category: str
    matched: tuple[str, ...]


class SearchPage(msgspec.Struct, frozen=True):
    """The nearest twenty, best first. `notice` is to be shown before them."""

    hits: tuple[SearchHit, ...]
    notice: Notice | None


async def find(call: Call[None, SearchQuery]) -> HTTPResponse:
    """GET /search?q=…"""
    door, words = call.door, call.query.q
    if door.misconduct.is_told_in(words):
        said = door.text("problem.api.misconduct", phone=door.bureau.phone)
        return answer(SearchPage((), Notice("misconduct", said)))
    found = search(door.shelves, words)
    is_danger = bool(find_danger(door.desk.policy.danger, words))
    if not found and not is_danger:
        door.hearing.asked(words, door.answerer.answer(words), Door.MINIPROGRAM)
    hits = tuple(
        SearchHit(
            kind=one.kind,
            name=one.name,
            title=one.title,
            excerpt=one.excerpt,
            category=one.category,
            matched=one.matched,
        )
        for one in found
    )
    return answer(SearchPage(hits, Notice("danger", danger_numbers(door)) if is_danger else None))
