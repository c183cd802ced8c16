"""The bureau's own words: the list, adding and removing one, and how a sentence is cut with and without a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content.interpretations import terms
from content.interpretations.answering import serving_segmenter
from content.interpretations.terms import KINDS, TERM_AT_MOST, TermView
from kit.problems import Conflict, Invalid, NotFound, Problem
from nlp.normalise import normalise
from nlp.segment import TermSegmenter
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_changes import Piece
from web.console.knowledge_pages import notes_of
from web.console.knowledge_screens import Cut, TermGroup, TermLine, TermsPage
from web.console.knowledge_words import ADDRESSES, names_of, tabs
from web.console.screens import Ask, Note, Option, OptionGroup
from web.console.submission import value_of
from web.console.visitor import Visitor

TERMS = ADDRESSES["terms"]
FIELDS = ("term", "same_as", "kind")
SAY_AT_MOST = 120
DONE = frozenset({"term_added", "term_removed"})


async def show_terms(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/terms?say=…&term=…: the words, and a sentence cut with and without a new one."""
    typed = {name: str(request.args.get(name, ""))[: TERM_AT_MOST * 4] for name in FIELDS}
    say = " ".join(str(request.args.get("say", "")).split())[:SAY_AT_MOST]
    return await _render(door, visitor, typed, say=say, notes=notes_of(request, door, DONE))


async def add_term(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/knowledge/terms: added, or the form again: with what is wrong, or with a sentence cut."""
    typed = {name: value_of(request, name)[: TERM_AT_MOST * 4] for name in FIELDS}
    say = " ".join(value_of(request, "say").split())[:SAY_AT_MOST]
    if value_of(request, "act") == "look":
        return await _render(door, visitor, typed, say=say)
    try:
        await terms.add_term(door.db, visitor.actor, typed["term"], typed["same_as"], typed["kind"])
    except (Invalid, Conflict) as problem:
        return await _render(door, visitor, typed, say=say, problem=problem)
    return redirect(f"{TERMS}?done=term_added", status=303)


async def remove_term(request: Request, door: ConsoleDoor, visitor: Visitor, term_id: str) -> HTTPResponse:
    """POST /console/knowledge/terms/{id}/remove."""
    try:
        await terms.remove_term(door.db, visitor.actor, UUID(term_id))
    except ValueError:
        raise NotFound("problem.knowledge.no_term") from None
    except Conflict as problem:
        return await _render(door, visitor, dict.fromkeys(FIELDS, ""), problem=problem)
    return redirect(f"{TERMS}?done=term_removed", status=303)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    typed: Mapping[str, str],
    *,
    say: str = "",
    problem: Problem | None = None,
    notes: tuple[Note, ...] = (),
) -> HTTPResponse:
    text, held = door.words.text, await terms.terms_in_force()
    wrong: dict[str, str] = {}
    if problem is not None:
        field = str(problem.params.get("field") or getattr(problem, "field", "") or "")
        sentence = text(problem.key, **problem.params)
        if field in FIELDS or (isinstance(problem, Conflict) and typed["term"]):
            wrong[field if field in FIELDS else "term"] = sentence
        else:
            notes = (*notes, Note(words=sentence, tone="late"))
    names = await names_of(door, {one.added_by_id for one in held})
    cuts = _cuts(door, held, say, typed["term"].strip()) if say else ()
    page = TermsPage(
        tabs=tabs(door, "terms"),
        groups=_groups(door, held, names),
        count=text("console_knowledge.term_count", count=len(held)),
        asks=_asks(door, typed, wrong),
        say=Ask(
            name="say",
            kind="short",
            label=text("console_knowledge.say"),
            help=text("console_knowledge.say_help"),
            optional=True,
            typed=say,
            at_most=SAY_AT_MOST,
        ),
        cuts=cuts,
        verdict=_verdict(door, cuts),
        may=visitor.may(Operation.KEEP_KNOWLEDGE),
        notes=notes,
    )
    status = problem.status if problem is not None else 200
    return shown(door, "knowledge_terms.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


def _cuts(door: ConsoleDoor, held: tuple[TermView, ...], say: str, term: str) -> tuple[Cut, ...]:
    """The sentence as it is cut now, and with the new word if there is one."""
    plain, known = normalise(say), [one.term for one in held]
    same = {normalise(one.term): one.same_as for one in held}
    found = [("now", known)] if not term else [("without", known), ("with", [*known, term])]
    return tuple(
        Cut(
            label=door.words.text(f"console_knowledge.cut.{name}"),
            words=tuple(
                Piece(_said(word, same), name == "with" and word == normalise(term))
                for word in TermSegmenter(serving_segmenter(), words).cut(plain)
                if word.strip()
            ),
        )
        for name, words in found
    )


def _said(word: str, same: Mapping[str, str]) -> str:
    other = same.get(word, "")
    return f"{word} = {other}" if other else word


def _verdict(door: ConsoleDoor, cuts: tuple[Cut, ...]) -> str:
    if len(cuts) < 2:
        return ""
    before, after = ([piece.words for piece in cut.words] for cut in cuts)
    return door.words.text(f"console_knowledge.cut.{'same' if before == after else 'differs'}")


def _groups(
    door: ConsoleDoor, held: tuple[TermView, ...], names: Mapping[UUID | None, str]
) -> tuple[TermGroup, ...]:
    by_kind: dict[str, list[TermLine]] = defaultdict(list)
    now = door.clock.now()
    for one in held:
        who = door.words.text(
            "console_knowledge.by_at", name=names[one.added_by_id], at=door.words.moment(one.added_at, now)
        )
        line = TermLine(id=str(one.id), term=one.term, same_as=one.same_as, who=who)
        by_kind[one.kind].append(line)
    return tuple(
        TermGroup(name=door.words.text(f"console_knowledge.term_kind.{kind}"), rows=tuple(by_kind[kind]))
        for kind in KINDS
        if by_kind[kind]
    )


def _asks(door: ConsoleDoor, typed: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[Ask, ...]:
    text = door.words.text
    kinds = tuple(Option(value=one, words=text(f"console_knowledge.term_kind.{one}")) for one in KINDS)
    return tuple(
        Ask(
            name=name,
            kind="choice" if name == "kind" else "short",
            label=text(f"console_knowledge.term_field.{name}"),
            help=text(f"console_knowledge.term_help.{name}"),
            optional=name == "same_as",
            typed=typed[name] or (KINDS[0] if name == "kind" else ""),
            wrong=wrong.get(name, ""),
            at_most=TERM_AT_MOST,
            groups=(OptionGroup(name="", options=kinds),) if name == "kind" else (),
        )
        for name in FIELDS
    )
