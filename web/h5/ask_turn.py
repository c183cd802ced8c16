"""What the page says to one question: the same judgement and the same order as in chat.

What tells on the bureau's own people goes elsewhere, danger comes before every answer, then cases that are named, then
the answer: one found by itself, or one that goes on with the entry shown before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlencode

from casework.dangers.finding import find_danger
from content.interpretations.follow_up import UNSAID, follow_up
from content.interpretations.hearing import Door
from content.interpretations.leading import lead_of
from content.interpretations.manners import looked_up
from content.interpretations.render import citation_line
from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from kit.references import find_references
from nlp.redact import redact
from web.h5.door import H5Door
from web.h5.frame import ASK, FILE, danger_numbers
from web.h5.message_page import MESSAGE, told_elsewhere
from web.h5.screens import Fact, Link
from web.h5.visitor import CASES

QUESTION_AT_MOST = 200
_MOST_MATCHED, _MOST_NEAR, _MOST_LOOKED_AT = 4, 3, 12
_SAYS_LITTLE = 6
"""Characters: shorter questions that were misunderstood are looked up again together with what was understood."""
HELPED, NOT_HELPED, NOT_THIS = "helped", "not_helped", "not_this"
SAID = (HELPED, NOT_HELPED, NOT_THIS)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question and what is said to it. `band`: "answer", "unsure", "lost", "misconduct" or "long".

    `lead` is said before everything else and `note` after it, `numbers` are to be called first; `slug` names the entry that is shown,
    `articles` are its law with what it says. `to_person` leads to a message form that holds the question already, `ways`
    are for whom the answer did not help. `said` is one of SAID where the reader has spoken about the answer; until then
    `csrf_token` lets them.
    """

    question: str
    band: str
    slug: str = ""
    lead: str = ""
    note: str = ""
    asked: str = ""
    answer: str = ""
    more: str = ""
    basis: str = ""
    articles: tuple[Fact, ...] = ()
    matched: str = ""
    go_on: Link | None = None
    numbers: tuple[Link, ...] = ()
    cases: tuple[Link, ...] = ()
    suggestions: tuple[Link, ...] = ()
    to_person: str = ""
    to_filing: str = ""
    said: str = ""
    thanks: str = ""
    ways: tuple[Link, ...] = ()
    can_deny: bool = False
    csrf_token: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether what was typed is worth putting in other words."""
        return self.band in ("lost", "long")


def said_to(door: H5Door, question: str, after: str = "") -> Turn:
    """What the page says to a question, typed below the entry `after`. Whoever learns from questions hears of it."""
    if stopped := _stopped(door, question):
        return stopped
    asked, text = looked_up(question), door.words.text
    answer = (follow_up(door.answering, after, asked) if after else None) or door.answering.answer(asked)
    numbers = _numbers(door, question)
    if not numbers:
        door.hearing.asked(asked, answer, Door.H5)
    named = tuple(
        Link(href=f"{CASES}/{one}", words=text("h5_ask.case", reference=str(one)))
        for one in find_references(question)[:3]
    )
    turn = _turn(door, redact(question), answer, cases=named)
    if asked != question:
        # Whoever is written to needs the number; everybody else sees that it was not wanted.
        turn = replace(
            turn, note=text("h5_ask.numbers"), to_person=f"{MESSAGE}?{urlencode({'about': question})}"
        )
    if turn.band == "lost" and numbers:
        turn = replace(turn, lead=text("h5_ask.danger"))
    elif answer.entry is None and not named and (unasked := door.manners.unasked(question)):
        # Who is angry may have asked something all the same; in a number or another language there is nothing near.
        near = turn.suggestions if unasked == "insult" else ()
        lead = text(f"h5_ask.unasked.{unasked}", phone=door.bureau.phone)
        turn = replace(turn, band="unsure" if near else "lost", lead=lead, note="", suggestions=near)
    return replace(turn, numbers=numbers)


def picked(door: H5Door, slug: str, question: str = "", said: str = "") -> Turn:
    """The answer to a question that was tapped, or that was shown to `question`; it may have been withdrawn meanwhile.

    `said` is what its reader has said about it.
    """
    entry = door.answering.entry(slug)
    if entry is None:
        lead = door.words.text("h5_ask.withdrawn")
        return Turn(question="", band="lost", lead=lead, to_person=MESSAGE)
    if question and (stopped := _stopped(door, question)):
        return stopped
    answer = Answer(band="answer", entry=entry, citations=entry.citations, reason="picked")
    turn = _turn(door, question or entry.question, answer)
    if question:
        turn = replace(turn, numbers=_numbers(door, question), can_deny=True)
    return _after_vote(door, turn, entry, said) if said in SAID else turn


def _stopped(door: H5Door, question: str) -> Turn | None:
    """What is said instead of any answer."""
    if door.misconduct.is_told_in(question):
        numbers = _numbers(door, question)
        return Turn(question="", band="misconduct", lead=told_elsewhere(door), numbers=numbers)
    if len(question) > QUESTION_AT_MOST:
        lead = door.words.text("h5_ask.too_long", most=QUESTION_AT_MOST)
        numbers = _numbers(door, question)
        return Turn(question="", band="long", lead=lead, numbers=numbers, to_person=MESSAGE, to_filing=FILE)
    return None


def _numbers(door: H5Door, question: str) -> tuple[Link, ...]:
    return danger_numbers(door) if find_danger(door.desk.policy.danger, question) else ()


def _turn(door: H5Door, question: str, answer: Answer, cases: tuple[Link, ...] = ()) -> Turn:
    text, entry = door.words.text, answer.entry
    turn = Turn(
        question=question,
        band="unsure" if answer.suggestions else "lost",
        cases=cases,
        suggestions=_links(answer.suggestions),
        to_person=f"{MESSAGE}?{urlencode({'about': question})}",
    )
    if entry is None:
        key = "h5_ask.unsure" if answer.suggestions else "h5_ask.lost"
        if answer.reason == UNSAID:
            key = "h5_ask.unsaid" if answer.suggestions else "h5_ask.unsaid_alone"
        lead = "" if cases and not answer.suggestions else text(key)
        return replace(turn, lead=lead, to_filing=FILE)
    # About money, penalties, deadlines or rights, and wherever the last answer was gone on with: what exactly is being
    # answered is said first.
    is_named = entry.sensitive or answer.reason.startswith("follow_up")
    is_tapped = answer.reason == "picked" and question == entry.question
    return replace(
        turn,
        band="answer",
        slug=entry.slug,
        asked=text("qa.asked", question=entry.question) if is_named and not is_tapped else "",
        answer=entry.answer,
        more=entry.more,
        basis=text("h5_ask.basis", citations=citation_line(answer.citations)) if answer.citations else "",
        articles=tuple(
            Fact(name=one.label, words=gist)
            for one in answer.citations
            if (gist := door.gists.get((one.law, one.article)))
        ),
        matched=text("qa.matched", words="、".join(answer.matched[:_MOST_MATCHED])) if answer.matched else "",
        go_on=_go_on(door, entry),
        can_deny=answer.reason != "picked",
    )


def _go_on(door: H5Door, entry: EntryView) -> Link | None:
    lead = lead_of(entry)
    if lead is None:
        return None
    is_known = lead.kind != "complaint" or lead.code in door.desk.policy.groups
    return Link(href=lead.href if is_known else FILE, words=door.words.text(f"h5_ask.go_on.{lead.kind}"))


def _after_vote(door: H5Door, turn: Turn, entry: EntryView, said: str) -> Turn:
    """The turn once its reader has spoken: thanks, and where it did not help the other ways there are."""
    text = door.words.text
    turn = replace(turn, said=said, thanks=text(f"h5_ask.vote.thanks.{said}"), can_deny=False)
    if said == HELPED:
        return turn
    about = text("h5_ask.vote.about", question=turn.question)
    ways = (
        Link(href=f"{MESSAGE}?{urlencode({'about': about})}", words=text("h5_ask.vote.write"), icon="person"),
        Link(
            href=f"tel:{door.bureau.phone}",
            words=text("h5_ask.vote.call", phone=door.bureau.phone.replace("-", "\u2060-\u2060")),
            icon="phone",
        ),
    )
    turn = replace(turn, ways=ways, to_person="", suggestions=_near(door, entry, turn.question))
    if said == NOT_THIS:
        blank = replace(turn, asked="", answer="", more="", basis="", articles=(), matched="", go_on=None)
        return replace(blank, band="unsure", slug="")
    return turn


def _near(door: H5Door, entry: EntryView, question: str) -> tuple[Link, ...]:
    """Other questions that may have been meant."""
    asked = question if len(question) >= _SAYS_LITTLE else f"{question}{entry.question}"
    ranked = [one for one, _ in door.answering.ranked(asked, _MOST_LOOKED_AT)]
    beside = [
        one for one in door.answering.entries if one.topic == entry.topic or one.category == entry.category
    ]
    # Of the same matter first, of these and of all others what is near before what only stands beside.
    found = sorted((*ranked, *beside), key=lambda one: not entry.topic or one.topic != entry.topic)
    others = {one.slug: one.question for one in found if one.slug != entry.slug}
    return _links([SuggestedQuestion(*one) for one in islice(others.items(), _MOST_NEAR)])


def _links(suggestions: Sequence[SuggestedQuestion]) -> tuple[Link, ...]:
    return tuple(
        Link(href=f"{ASK}?{urlencode({'pick': one.slug})}", words=one.question) for one in suggestions
    )
