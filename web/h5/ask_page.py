"""Questions: what the published interpretations say, with their articles, or a way to a person. For anybody.

Nothing of a question is kept, but for those that nobody can answer yet: without who asked, and without names and
numbers, for the people who write answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import html, redirect

from casework.complaints.wording import kept
from content.interpretations.hearing import Door, Vote
from content.interpretations.views import EntryView
from kit.http.csrf import check_origin
from kit.http.rate_limit import by_address
from kit.problems import Forbidden
from web.h5.ask_turn import HELPED, NOT_THIS, SAID, Turn, picked, said_to
from web.h5.door import H5Door
from web.h5.drafts import carry_visit, visit_holder, visit_token
from web.h5.frame import ASK, frame_for, shown
from web.h5.screens import Link
from web.h5.visitor import Visitor

QUESTIONS_A_MINUTE, VOTES_A_MINUTE = 60, 60
TYPED_AT_MOST = 600
"""Characters a line takes: more than may be asked, so that nothing typed is cut off without a word."""
_LISTED_AT_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The questions of one category: how many, and which where it is unfolded."""

    name: str
    href: str
    count: int
    questions: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AskPage:
    """The page: one turn where a question was asked, and all questions there are answers to, folded by category."""

    typed: str
    most: int
    turn: Turn | None
    topics: tuple[Topic, ...]


async def show_ask(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/ask?q=…&after=…, ?pick=…&q=…&said=… or ?topic=…: the page, or for htmx just what is said."""
    asked = {
        name: str(request.args.get(name, "")).strip() for name in ("q", "pick", "after", "said", "topic")
    }
    turn = None
    if asked["q"] or asked["pick"]:
        await door.limits.take(
            "h5-ask", by_address(door.addresses.of(request)), per_minute=QUESTIONS_A_MINUTE
        )
        if asked["pick"]:
            turn = picked(door, asked["pick"], asked["q"], asked["said"])
        else:
            turn = said_to(door, asked["q"], asked["after"])
        return _said(request, door, visitor, turn, asked["q"])
    topics = _topics(door.answering.entries, asked["topic"])
    if "hx-request" in request.headers and asked["topic"]:
        unfolded = next((one for one in topics if one.questions), None)
        return html(door.pages.render("h5/_topic.html", {"topic": unfolded}))
    page = AskPage(typed="", most=TYPED_AT_MOST, turn=None, topics=topics)
    return shown(door, "ask.html", frame_for(request, door, visitor, ASK), page)


async def vote(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/ask/vote: whether an answer helped, or another question was meant. Counted once a day for a person."""
    slug, words, said = (_field(request, name) for name in ("slug", "words", "said"))
    entry = door.answering.entry(slug)
    if entry is None or said not in SAID:
        return _said(request, door, visitor, picked(door, slug, words), words)
    try:
        door.filings.check(request)
    except Forbidden:
        check_origin(request, door.public_url)
        # The page lay open for longer than its token lasts: shown anew, one more tap says it.
        again = replace(picked(door, slug, words), lead=door.words.text("h5_ask.vote.old"))
        return _said(request, door, visitor, again, words, status=403)
    address = by_address(door.addresses.of(request))
    await door.limits.take("h5-vote", address, per_minute=VOTES_A_MINUTE)
    turn = picked(door, slug, words, said)
    await door.hearing.voted(
        Vote(
            person=_person(request, visitor, address),
            slug=slug,
            version=entry.version,
            helped=said == HELPED,
            door=Door.H5,
            # What tells on our own people, or is no question at all, is kept nowhere.
            words=kept(words) if turn.question == words else "",
            not_this=said == NOT_THIS,
        )
    )
    if "hx-request" in request.headers:
        return _said(request, door, visitor, turn, words)
    return redirect(f"{ASK}?{urlencode({'pick': slug, 'q': words, 'said': said})}", status=303)


def _said(
    request: Request, door: H5Door, visitor: Visitor | None, turn: Turn, question: str, status: int = 200
) -> HTTPResponse:
    """The turn alone for htmx, else the page with it."""
    can_vote = bool(turn.slug) and not turn.said
    if can_vote:
        turn = replace(turn, csrf_token=visit_token(request, door))
    if "hx-request" in request.headers:
        response = html(door.pages.render("h5/_turn.html", {"turn": turn, "is_alone": True}))
    else:
        # What was answered need not be typed again; what could not be is to be put in other words.
        page = AskPage(
            typed=question if turn.is_kept else "",
            most=TYPED_AT_MOST,
            turn=turn,
            topics=_topics(door.answering.entries),
        )
        response = shown(door, "ask.html", frame_for(request, door, visitor, ASK), page, status)
    return carry_visit(request, door, response) if can_vote else response


def _person(request: Request, visitor: Visitor | None, address: str) -> str:
    """Who speaks: the account, else this browser at this address. Kept as a keyed digest by whoever counts."""
    return f"account:{visitor.account_id}" if visitor is not None else f"{address} {visit_holder(request)}"


def _field(request: Request, name: str) -> str:
    return str(request.form.get(name, "")).strip()[:TYPED_AT_MOST] if request.form else ""


def _topics(entries: Sequence[EntryView], unfolded: str = "") -> tuple[Topic, ...]:
    """All categories, the fullest first, with the questions of one of them."""
    counted = Counter(entry.category for entry in entries)
    questions = [
        Link(href=f"{ASK}?{urlencode({'pick': entry.slug})}", words=entry.question)
        for entry in entries
        if entry.category == unfolded
    ]
    return tuple(
        Topic(
            name=name,
            href=f"{ASK}?{urlencode({'topic': name})}",
            count=count,
            questions=tuple(questions[:_LISTED_AT_MOST]) if name == unfolded else (),
        )
        for name, count in counted.most_common()
    )
