"""The forms on the page of a penalty case: for each act what it asks, with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.penalties.case_requests import OUTCOMES, STATEMENT, TERMS
from casework.penalties.case_serving import WAYS
from casework.penalties.case_views import CaseView
from casework.roles import Role
from web.console.door import ConsoleDoor
from web.console.penalty_case_acts import ACTS, ALLOW, NO_PENALTY, NOTE, PENALTY, REFUSE
from web.console.penalty_case_words import ask, case_address, choices, colleagues
from web.console.penalty_screens import NoticeAct
from web.console.screens import Ask, Option

GRAVE = frozenset(
    {"withdraw", "revoke", "enforce", "renew_code", "order_late_fine", "demand", "recall_demand"}
)
NOTED = {
    "state": ("statement",),
    "ask_hearing": ("hearing",),
    "waive": ("waiver",),
    "ask_terms": TERMS,
}
"""Which requests an officer may note, by the move that takes them in."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "serve_notice": ("delivery", "delivered_on"),
    "serve_decision": ("delivery", "delivered_on"),
    "serve_no_penalty": ("delivery", "delivered_on"),
    "serve_demand": ("delivery", "delivered_on"),
    NOTE: ("kind", "words", "plan"),
    "answer_statement": ("request", "outcome", "words"),
    "answer_terms": ("allowed", "plan", "words"),
    "appoint_hearing": ("at", "place", "host"),
    "propose": ("penalty", "fine", "words"),
    "decide": (),
    "demand": (),
    "renew_code": (),
    "pay": ("amount", "receipt", "paid_on"),
    "order_late_fine": ("amount", "words"),
}
"""What an act asks; one that is not here asks for words alone."""
OPTIONAL = frozenset({"delivered_on", "fine", "plan"})


@dataclass(frozen=True)
class Refused:
    """A form that was not taken: which act, the sentence, the field it is about, and what was typed."""

    act: str
    sentence: str
    about: str
    typed: Mapping[str, str] = field(default_factory=dict)


async def acts_of(door: ConsoleDoor, view: CaseView, refused: Refused | None) -> tuple[NoticeAct, ...]:
    """One form for each thing that may be done now."""
    offered = [one for one in ACTS if one in view.moves or (one == NOTE and _noted(view))]
    return tuple([await _act(door, view, one, refused, is_first=one == offered[0]) for one in offered])


async def _act(
    door: ConsoleDoor, view: CaseView, name: str, refused: Refused | None, *, is_first: bool
) -> NoticeAct:
    text = door.words.text
    mine = refused if refused is not None and refused.act == name else None
    names = [one for one in FIELDS.get(name, ("words",)) if one != "request" or _several(view)]
    if name == NOTE and not set(_noted(view)) & set(TERMS):
        names.remove("plan")
    asks = tuple([await _ask(door, view, name, one, mine) for one in names])
    move = "state" if name == NOTE else name
    return NoticeAct(
        move=name,
        words=text(f"penalty_case.move.{move}") if name != NOTE else text("console_penalty_cases.note_act"),
        button=text(f"console_penalty_cases.button.{name}"),
        hint=text(f"console_penalty_cases.hint.{name}"),
        action=f"{case_address(view.line.reference)}/{name}",
        asks=asks,
        open=mine is not None or (refused is None and is_first and name not in GRAVE and name != NOTE),
        grave=name in GRAVE,
    )


async def _ask(door: ConsoleDoor, view: CaseView, act: str, name: str, mine: Refused | None) -> Ask:
    preset = _preset(view, act)
    return ask(
        door,
        name,
        typed=mine.typed.get(name, "") if mine is not None else preset.get(name, ""),
        wrong=mine.sentence if mine is not None and mine.about == name else "",
        optional=name in OPTIONAL,
        options=await _options(door, view, name),
    )


def _preset(view: CaseView, act: str) -> Mapping[str, str]:
    if act == "propose":
        fine = f"{view.amount_fen / 100:.2f}".removesuffix(".00") if view.amount_fen else ""
        return {"words": view.proposed or view.intended, "fine": fine, "penalty": PENALTY}
    if act == "answer_terms":
        waiting = next((one for one in view.requests if one.kind in TERMS and one.state == "sent"), None)
        plan = waiting.plan if waiting is not None else ()
        return {"plan": "\n".join(f"{one.on} {one.fen / 100:.2f}" for one in plan)}
    if act == "order_late_fine" and view.late_fine_at_most:
        return {"amount": f"{view.late_fine_at_most / 100:.2f}"}
    return {}


async def _options(door: ConsoleDoor, view: CaseView, name: str) -> tuple[Option, ...] | None:
    match name:
        case "delivery":
            return choices(door, "penalty_case.delivery", WAYS)
        case "outcome":
            return choices(door, "penalty_case.outcome", OUTCOMES)
        case "allowed":
            return choices(door, "penalty_case.request_state", (ALLOW, REFUSE))
        case "penalty":
            return choices(door, "console_penalty_cases.penalty", (PENALTY, NO_PENALTY))
        case "kind":
            return choices(door, "penalty_case.request", _noted(view))
        case "host":
            return await colleagues(door, Role.LEGAL_REVIEWER, Role.HEAD, Role.HANDLER)
        case "request":
            return tuple(
                Option(value=str(one.id), words=one.words[:40])
                for one in reversed(view.requests)
                if one.kind == STATEMENT and one.state == "sent"
            )
    return None


def _noted(view: CaseView) -> tuple[str, ...]:
    return tuple(kind for move, kinds in NOTED.items() if move in view.moves for kind in kinds)


def _several(view: CaseView) -> bool:
    return sum(one.kind == STATEMENT and one.state == "sent" for one in view.requests) > 1
