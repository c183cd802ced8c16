"""Questions: what the published interpretations say, with their articles, or a way to a person. For anybody.

The same judgement and the same order as in chat: what tells on the bureau's own people goes elsewhere, danger comes
before every answer, then cases that are named, then the answer. Nothing of a question is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import html

from casework.dangers.finding import find_danger
from content.interpretations.render import citation_line
from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from kit.http.rate_limit import by_address
from kit.references import find_references
from web.h5.door import H5Door
from web.h5.frame import ASK, FILE, danger_numbers, frame_for, shown
from web.h5.message_page import MESSAGE, told_elsewhere
from web.h5.screens import Link
from web.h5.visitor import CASES, Visitor

QUESTION_AT_MOST = 200
QUESTIONS_A_MINUTE = 60
_MOST_MATCHED = 4


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question and what is said to it. `band`: "answer", "unsure", "lost", "misconduct" or "long".

    `lead` is said before everything else, `numbers` are to be called first; `to_person` leads to a message form that
    holds the question already.
    """

    question: str
    band: str
    lead: str = ""
    asked: str = ""
    answer: str = ""
    more: str = ""
    basis: str = ""
    matched: str = ""
    numbers: tuple[Link, ...] = ()
    cases: tuple[Link, ...] = ()
    suggestions: tuple[Link, ...] = ()
    to_person: str = ""
    to_filing: str = ""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The questions of one category."""

    name: str
    questions: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class AskPage:
    """The page: one turn where a question was asked, and all questions there are answers to."""

    typed: str
    most: int
    turn: Turn | None
    topics: tuple[Topic, ...]


async def show_ask(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/ask?q=… or ?pick=…: the page, or for htmx just what is said."""
    question = str(request.args.get("q", "")).strip()
    picked = str(request.args.get("pick", ""))
    turn = None
    if question or picked:
        await door.limits.take(
            "h5-ask", by_address(door.addresses.of(request)), per_minute=QUESTIONS_A_MINUTE
        )
        turn = _picked(door, picked) if picked else said_to(door, question)
    if turn is not None and "hx-request" in request.headers:
        return html(door.pages.render("h5/_turn.html", {"turn": turn}))
    # What was answered need not be typed again; what could not be is to be put in other words.
    typed = question if turn is not None and turn.band in ("lost", "long") else ""
    page = AskPage(typed=typed, most=QUESTION_AT_MOST, turn=turn, topics=_topics(door.answering.entries))
    return shown(door, "ask.html", frame_for(request, door, visitor, ASK), page)


def said_to(door: H5Door, question: str) -> Turn:
    """What the page says to a question. Pure: nothing is read but memory, nothing is kept."""
    text = door.words.text
    danger = find_danger(door.desk.policy.danger, question)
    numbers = danger_numbers(door) if danger else ()
    if door.misconduct.is_told_in(question):
        return Turn(question="", band="misconduct", lead=told_elsewhere(door), numbers=numbers)
    if len(question) > QUESTION_AT_MOST:
        lead = text("h5_ask.too_long", most=QUESTION_AT_MOST)
        return Turn(question="", band="long", lead=lead, numbers=numbers, to_person=MESSAGE, to_filing=FILE)
    named = tuple(
        Link(href=f"{CASES}/{one}", words=text("h5_ask.case", reference=str(one)))
        for one in find_references(question)[:3]
    )
    return _turn(door, question, door.answering.answer(question), numbers, named)


def _turn(
    door: H5Door, question: str, answer: Answer, numbers: tuple[Link, ...], cases: tuple[Link, ...]
) -> Turn:
    text, entry = door.words.text, answer.entry
    said = Turn(
        question=question,
        band="unsure" if answer.suggestions else "lost",
        numbers=numbers,
        cases=cases,
        suggestions=_links(answer.suggestions),
        to_person=f"{MESSAGE}?{urlencode({'about': question})}",
    )
    if entry is None:
        key = "h5_ask.unsure" if answer.suggestions else "h5_ask.lost"
        lead = "" if cases and not answer.suggestions else text(key)
        return replace(said, lead=lead, to_filing=FILE)
    return replace(
        said,
        band="answer",
        # About money, penalties, deadlines or rights: what exactly is being answered is said first.
        asked=text("qa.asked", question=entry.question) if entry.sensitive else "",
        answer=entry.answer,
        more=entry.more,
        basis=text("qa.basis", citations=citation_line(answer.citations)) if answer.citations else "",
        matched=text("qa.matched", words="、".join(answer.matched[:_MOST_MATCHED])) if answer.matched else "",
    )


def _picked(door: H5Door, slug: str) -> Turn:
    """The answer to a question that was tapped; it may have been withdrawn meanwhile."""
    entry = door.answering.entry(slug)
    if entry is None:
        return Turn(question="", band="lost", lead=door.words.text("h5_ask.withdrawn"), to_person=MESSAGE)
    answer = Answer(band="answer", entry=entry, citations=entry.citations, reason="picked")
    return _turn(door, entry.question, answer, (), ())


def _links(suggestions: Sequence[SuggestedQuestion]) -> tuple[Link, ...]:
    return tuple(
        Link(href=f"{ASK}?{urlencode({'pick': one.slug})}", words=one.question) for one in suggestions
    )


def _topics(entries: Sequence[EntryView]) -> tuple[Topic, ...]:
    found: dict[str, list[Link]] = {}
    for entry in entries:
        link = Link(href=f"{ASK}?{urlencode({'pick': entry.slug})}", words=entry.question)
        found.setdefault(entry.category, []).append(link)
    return tuple(Topic(name=name, questions=tuple(links)) for name, links in found.items())
