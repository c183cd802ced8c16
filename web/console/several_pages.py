"""One move for several cases: the form that asks once, and the page that says what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.lifecycle import COMPLAINT, State
from casework.queues.filters import QueueFilter
from casework.queues.reading import queue
from casework.queues.several import AT_MOST, Chosen, Outcome, take_each
from casework.queues.views import QueueRow
from kit.problems import Forbidden, NotFound
from kit.workflow import is_blank
from nlp.personal import masked
from web.console.addresses import case_address, list_address
from web.console.door import ConsoleDoor
from web.console.filters import filters_of
from web.console.forms import Field, Filled
from web.console.frame import CASES, frame_for, shown
from web.console.offers import Offers, offers_for
from web.console.queue_screens import DoneLine, DonePage, SeveralLine, SeveralPage
from web.console.screens import Ask, Chip, Note
from web.console.several_forms import SEVERAL
from web.console.submission import KEPT_AT_MOST, faults_of, value_of
from web.console.visitor import Visitor

SEVERAL_AT = "/console/several"
REFERENCE_AT_MOST = 40
KEYS_AT_MOST = 400


@dataclass(frozen=True)
class _Picked:
    """The cases of a form that the visitor may see, with the revision each was chosen at; how many others there were."""

    rows: tuple[QueueRow, ...]
    chosen: tuple[Chosen, ...]
    gone: int


async def show_several(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/several?move=…&case=…: what is asked once, and for which cases."""
    move = request.args.get("move", "")
    back = _back(door, request.args.get("back", ""))
    _allowed(visitor, move)
    picked = await _picked(door, visitor, request.args.getlist("case", []))
    return await _form(door, visitor, move, picked, back)


async def take_several(request: Request, door: ConsoleDoor, visitor: Visitor, move: str) -> HTTPResponse:
    """POST /console/several/{move}: each case in a change of its own, then what became of each."""
    _allowed(visitor, move)
    form = SEVERAL[move]
    back = _back(door, value_of(request, "back"))
    picked = await _picked(door, visitor, request.form.getlist("case", []) if request.form else [])
    texts = {
        one.name: value_of(request, one.name).replace("\r\n", "\n")[:KEPT_AT_MOST] for one in form.fields
    }
    texts = {name: value for name, value in texts.items() if not is_blank(value)}
    offers = await offers_for(door.desk, door.words, _offers_of(move))
    wrong = faults_of(form, texts, [], offers.values(), door.words)
    if wrong or not picked.chosen or len(picked.chosen) > AT_MOST:
        return await _form(door, visitor, move, picked, back, texts=texts, wrong=wrong, status=422)

    async def take(one: Chosen) -> None:
        await form.take(door.desk, visitor.actor, one.id, Filled(texts=texts, revision=one.revision))

    outcomes = await take_each(picked.chosen, take)
    page = _done(door, move, outcomes, picked.gone, back)
    return shown(door, "several_done.html", await frame_for(door, visitor, CASES), page)


async def back_to_list(request: Request, door: ConsoleDoor, visitor: Visitor, **parts: str) -> HTTPResponse:
    """GET where only a form is sent: the list."""
    return redirect(CASES, status=303)


def _allowed(visitor: Visitor, move: str) -> None:
    if move not in SEVERAL:
        raise NotFound("problem.workflow.unknown_move")
    if visitor.actor.roles.isdisjoint(COMPLAINT.find(move).by):
        raise Forbidden("problem.workflow.not_your_role")


async def _picked(door: ConsoleDoor, visitor: Visitor, keys: Sequence[str]) -> _Picked:
    """The cases named `reference.revision` that this visitor may see, in the order they were named."""
    revisions: dict[str, int] = {}
    for key in keys[:KEYS_AT_MOST]:
        reference, _, revision = key.rpartition(".")
        if (
            len(reference) <= REFERENCE_AT_MOST
            and revision.isascii()
            and revision.isdigit()
            and len(revision) < 9
        ):
            revisions.setdefault(reference, int(revision))
    named = list(revisions)[: AT_MOST + 1]
    if not named:
        return _Picked((), (), 0)
    wanted = QueueFilter(
        states=frozenset(State), sight=visitor.sight, references=tuple(named), order="newest"
    )
    found = {row.reference: row for row in (await queue(door.desk, wanted, limit=AT_MOST + 1)).rows}
    rows = tuple(found[reference] for reference in named if reference in found)
    chosen = tuple(
        Chosen(id=row.id, reference=row.reference, revision=revisions[row.reference]) for row in rows
    )
    return _Picked(rows, chosen, len(named) - len(rows))


async def _form(
    door: ConsoleDoor,
    visitor: Visitor,
    move: str,
    picked: _Picked,
    back: str,
    *,
    texts: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    text, count = door.words.text, len(picked.rows)
    offers = await offers_for(door.desk, door.words, _offers_of(move))
    notes = []
    if not picked.rows:
        notes.append(Note(words=text("console_queue.several.no_case"), tone="late"))
        status = 422
    if count > AT_MOST:
        notes.append(Note(words=text("console_queue.several.too_many", count=AT_MOST), tone="late"))
        status = 422
    if picked.gone:
        notes.append(Note(words=text("console_queue.several.gone", count=picked.gone), tone="soon"))
    page = SeveralPage(
        title=text("console_queue.several.title", move=text(f"console_queue.several.move.{move}")),
        action=f"{SEVERAL_AT}/{move}",
        back=list_address(back),
        back_query=back,
        lead=text("console_queue.several.lead", count=count),
        asks=tuple(_ask(door, one, offers, texts or {}, wrong or {}) for one in SEVERAL[move].fields),
        lines=tuple(
            SeveralLine(
                key=f"{row.reference}.{one.revision}",
                reference=row.reference,
                brief=masked(row.opening),
                where=row.place_text,
                state=door.words.state(row.state),
            )
            for row, one in zip(picked.rows, picked.chosen, strict=True)
        ),
        button=text("console_queue.several.do_some"),
        grave=SEVERAL[move].grave,
        notes=tuple(notes),
    )
    return shown(door, "several.html", await frame_for(door, visitor, CASES), page, status)


def _ask(
    door: ConsoleDoor, field: Field, offers: Offers, texts: dict[str, str], wrong: dict[str, str]
) -> Ask:
    text = door.words.text
    helps = {
        "category": text("console_queue.several.own_category"),
        "assignee": "",
    }
    return Ask(
        name=field.name,
        kind=field.kind,
        label=text(f"console.field.{field.name}"),
        optional=field.optional,
        help=helps.get(field.name, text("console_queue.several.reason_once")),
        typed=texts.get(field.name, ""),
        wrong=wrong.get(field.name, ""),
        at_most=field.at_most,
        groups=offers.groups.get(field.offered, ()),
    )


def _done(door: ConsoleDoor, move: str, outcomes: Sequence[Outcome], gone: int, back: str) -> DonePage:
    text = door.words.text
    done = sum(one.done for one in outcomes)
    failed = len(outcomes) - done
    key = "done_all" if not failed else "done_some" if done else "done_none"
    words = text(f"console_queue.several.{key}", count=done, done=done, failed=failed)
    if gone:
        words += text("console_queue.several.gone", count=gone)
    well = Chip(words=text("console_queue.several.well"), tone="good")
    badly = Chip(words=text("console_queue.several.not_done"), tone="late")
    return DonePage(
        title=text("console_queue.several.title", move=text(f"console_queue.several.move.{move}")),
        note=Note(words=words, tone="good" if not failed else "soon"),
        back=list_address(back),
        lines=tuple(
            DoneLine(
                reference=one.chosen.reference,
                href=case_address(one.chosen.reference, back),
                outcome=well if one.done else badly,
                why=_why(door, one),
            )
            for one in sorted(outcomes, key=lambda one: one.done)
        ),
    )


def _why(door: ConsoleDoor, outcome: Outcome) -> str:
    if outcome.problem is not None:
        return door.words.text(outcome.problem.key, **outcome.problem.params)
    return door.words.text("console_queue.several.busy") if outcome.away else ""


def _offers_of(move: str) -> tuple[str, ...]:
    """People are looked up where somebody is to be chosen."""
    return ("assign",) if any(one.offered == "assignees" for one in SEVERAL[move].fields) else (move,)


def _back(door: ConsoleDoor, query: str) -> str:
    return filters_of(query, frozenset(door.desk.policy.units))[0].query
