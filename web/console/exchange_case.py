"""The page on which a case of ours is referred to another platform."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.views import ComplaintDetail
from casework.exchange.queries import orders_of
from casework.exchange.referring import REASON_AT_MOST, refer_out, words_told
from kit.problems import Conflict, Forbidden, Invalid, Problem
from web.console.addresses import case_address
from web.console.case_routes import find_case
from web.console.door import ConsoleDoor
from web.console.exchange_panel import REFER, takers
from web.console.exchange_screens import ReferPage
from web.console.frame import CASES, frame_for, shown
from web.console.screens import Ask, Fact, Note, Option, OptionGroup
from web.console.submission import value_of
from web.console.visitor import Visitor


async def show_referring(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """GET /console/exchange/refer/{reference}."""
    return await _render(door, visitor, await find_case(door, visitor, reference))


async def refer_case(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/exchange/refer/{reference}: the case's page, or the form again with what is wrong."""
    case = await find_case(door, visitor, reference)
    code, why = value_of(request, "peer")[:40], value_of(request, "reason")[: 2 * REASON_AT_MOST]
    peer = door.exchange.peer(code)
    if peer is None:
        wrong = {"peer": door.words.text("problem.exchange.choose_peer")}
        return await _render(door, visitor, case, reason=why, wrong=wrong, status=422)
    try:
        await refer_out(door.desk, visitor.actor, case.view.id, peer, reason=why)
    except (Invalid, Conflict, Forbidden) as problem:
        return await _refused(door, visitor, case, problem, code, why)
    return redirect(case_address(case.view.reference), status=303)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail, problem: Problem, peer: str, reason: str
) -> HTTPResponse:
    sentence = door.words.text(problem.key, **problem.params)
    wrong = {"reason": sentence} if isinstance(problem, Invalid) else {}
    notes = () if wrong else (Note(words=sentence, tone="late"),)
    return await _render(
        door, visitor, case, peer=peer, reason=reason, wrong=wrong, notes=notes, status=problem.status
    )


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    case: ComplaintDetail,
    *,
    peer: str = "",
    reason: str = "",
    wrong: dict[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    text, view, wrong = door.words.text, case.view, wrong or {}
    peers = takers(door, await orders_of(view.id))
    story, place = await words_told(door.desk, view.id)
    if not peers and not notes:
        notes = (Note(words=text("exchange.refer.nobody"), tone="soon"),)
    options = tuple(Option(value=one.code, words=one.name) for one in peers)
    page = ReferPage(
        notes=notes,
        reference=view.reference,
        case=case_address(view.reference),
        action=f"{REFER}/{view.reference}" if peers else "",
        asks=(
            Ask(
                name="peer",
                kind="choice",
                label=text("exchange.refer.peer"),
                typed=peer or (peers[0].code if len(peers) == 1 else ""),
                wrong=wrong.get("peer", ""),
                groups=(OptionGroup(name="", options=options),),
            ),
            Ask(
                name="reason",
                kind="long",
                label=text("exchange.refer.reason"),
                help=text("exchange.refer.reason_help"),
                typed=reason,
                wrong=wrong.get("reason", ""),
                at_most=REASON_AT_MOST,
            ),
        ),
        told=tuple(
            Fact(name=text(f"exchange.refer.telling.{name}"), words=words or "—")
            for name, words in (
                ("story", story),
                ("place", place),
                ("category", view.category_name),
            )
        ),
    )
    return shown(door, "exchange_refer.html", await frame_for(door, visitor, CASES), page, status)
