"""One penalty case in its party's words: what is intended or decided, until when what may be done, what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casework.penalties.case_lifecycle import OWING, CaseState
from casework.penalties.case_money import Instalment, yuan
from casework.penalties.case_requests import DELAY, HEARING, INSTALMENT, STATEMENT, WAIVER, even_plan
from casework.penalties.case_views import CaseView, RequestView
from kit.clock import local
from web.h5.door import H5Door
from web.h5.held_files import size_words
from web.h5.penalty_case_screens import AskForm, SaidCard
from web.h5.penalty_visitor import CASES
from web.h5.screens import Fact, Link, Picture

S = CaseState
TONES: dict[str, str] = {
    S.NOTIFIED: "soon",
    S.HEARING_APPOINTED: "soon",
    S.SERVED: "soon",
    S.DEMAND_MADE: "soon",
    S.DEMANDED: "late",
    S.CLOSED: "good",
    S.NO_PENALTY: "good",
    S.WITHDRAWN: "good",
    S.REVOKED: "good",
    S.ENFORCED: "late",
}
_REQUEST_TONES = {"sent": "brand", "allowed": "good", "answered": "good", "refused": "late"}
_FORMS = {
    STATEMENT: "state",
    HEARING: "ask_hearing",
    INSTALMENT: "ask_terms",
    DELAY: "ask_terms",
    WAIVER: "waive",
}
_PARTS = 3


@dataclass(frozen=True)
class Refused:
    """A form that was not taken: its kind, the sentence, the field it is about, and what was typed."""

    kind: str
    sentence: str
    about: str
    words: str = ""
    plan: str = ""
    until: str = ""


def day(door: H5Door, on: date) -> str:
    """A day, in full."""
    return door.words.text("h5.time.day", year=on.year, month=on.month, day=on.day)


def money(door: H5Door, fen: int | None) -> str:
    """An amount, "" for none."""
    return door.words.text("h5_penalty_cases.yuan", yuan=yuan(fen)) if fen is not None else ""


def plan_lines(door: H5Door, plan: Iterable[Instalment]) -> tuple[str, ...]:
    """A plan, a line for each part."""
    text = door.words.text
    return tuple(text("h5_penalty_cases.part", day=day(door, one.on), yuan=yuan(one.fen)) for one in plan)


def named(door: H5Door, found: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    """Lines with their names; empty ones are left out."""
    text = door.words.text
    return tuple(
        Fact(name=text(f"h5_penalty_cases.field.{name}"), words=words) for name, words in found if words
    )


def plain_words(door: H5Door, view: CaseView) -> str:
    """Where it stands, and what to do now, in a sentence."""
    text, state = door.words.text, view.line.state
    if state in OWING and view.line.owed_fen <= 0:
        return text("h5_penalty_cases.plain.paid")
    if view.ended_words and state in (S.WITHDRAWN, S.REVOKED):
        return text(f"h5_penalty_cases.plain.{state}", why=view.ended_words)
    return text(f"h5_penalty_cases.plain.{state}", why="")


def limits(door: H5Door, view: CaseView, now: datetime) -> tuple[Fact, ...]:
    """Until when the party may do what, with what is over said as over."""
    text, state = door.words.text, view.line.state

    def until(at: datetime | None) -> str:
        if at is None:
            return ""
        said = door.words.end(at)
        return said if now < at else text("h5_penalty_cases.over", at=said)

    if state in (S.NOTIFIED, S.HEARING_ASKED, S.HEARING_APPOINTED, S.PROPOSED):
        statement = until(view.statement_due_at)
        return named(
            door,
            (
                ("statement_until", statement),
                ("hearing_until", until(view.hearing_due_at) if not view.hearing_recorded_at else ""),
            ),
        )
    if state in OWING and view.line.owed_fen > 0 and view.payment_due_on is not None:
        following = view.next_instalment
        return named(
            door,
            (
                ("owed", money(door, view.line.owed_fen)),
                (
                    "next_part",
                    plan_lines(door, (following,))[0] if following is not None else "",
                ),
                ("pay_until", day(door, view.payment_due_on)),
                ("demand_until", until(view.line.due_at) if view.demanded_at is not None else ""),
            ),
        )
    return ()


def remedies(door: H5Door, view: CaseView) -> tuple[Fact, ...]:
    """The last days of both remedies, once the decision was received."""
    if (
        view.reconsideration_until is None
        or view.lawsuit_until is None
        or (view.ended_at and not view.decision)
    ):
        return ()
    return named(
        door,
        (
            ("reconsideration", day(door, view.reconsideration_until)),
            ("lawsuit", day(door, view.lawsuit_until)),
        ),
    )


def said_card(door: H5Door, view: CaseView, one: RequestView) -> SaidCard:
    """What was said or asked, with its answer."""
    text = door.words.text
    own = f"{CASES}/{view.line.reference}"
    ready = [(number, file) for number, file in enumerate(one.files, start=1)]
    late = "" if one.is_in_time else text("h5_penalty_cases.late")
    return SaidCard(
        id=str(one.id),
        title=one.kind_name,
        state=one.outcome or one.state_name,
        tone=_REQUEST_TONES.get(one.state, ""),
        at=door.words.moment(one.sent_at) + late,
        words=one.words,
        plan=plan_lines(door, one.plan),
        photos=tuple(
            Picture(
                href=f"{own}/files/{file.file_id}" if file.is_ready else "",
                small=f"{own}/files/{file.file_id}?size=small" if file.is_ready else "",
                words=text("h5_penalty_cases.photo", number=number, size=size_words(door, file.bytes_size)),
            )
            for number, file in ready
            if not file.is_pdf
        ),
        papers=tuple(
            Link(
                href=f"{own}/files/{file.file_id}",
                words=text("h5_penalty_cases.pdf", number=number, size=size_words(door, file.bytes_size)),
            )
            for number, file in ready
            if file.is_pdf
        ),
        answer=one.answer,
        withdraw=f"{own}/withdraw" if one.may_withdraw else "",
    )


def forms(door: H5Door, view: CaseView, refused: Refused | None) -> tuple[AskForm, ...]:
    """What may be said or asked now, one form each."""
    text = door.words.text
    found = []
    for kind, move in _FORMS.items():
        if move not in view.moves:
            continue
        mine = refused if refused is not None and refused.kind == kind else None
        about_plan = mine is not None and mine.about == "plan"
        found.append(
            AskForm(
                kind=kind,
                title=text(f"h5_penalty_cases.form.{kind}.title"),
                words=text(f"h5_penalty_cases.form.{kind}.words"),
                label=text(f"h5_penalty_cases.form.{kind}.label"),
                hint=text(f"h5_penalty_cases.form.{kind}.hint"),
                button=text(f"h5_penalty_cases.form.{kind}.button"),
                typed=mine.words if mine is not None else "",
                wrong=mine.sentence if mine is not None and mine.about == "words" else "",
                wrong_plan=mine.sentence if mine is not None and about_plan else "",
                plan=(mine.plan if mine is not None else _even(door, view)) if kind == INSTALMENT else None,
                until=(mine.until if mine is not None else "") if kind == DELAY else None,
                takes_files=kind != WAIVER,
                open=mine is not None,
            )
        )
    return tuple(found)


def _even(door: H5Door, view: CaseView) -> str:
    """Three equal parts to begin with; the party writes its own over them."""
    today = local(door.clock.now()).date()
    first = max(today + timedelta(days=1), view.payment_due_on or today)
    parts = even_plan(view.line.owed_fen, _PARTS, first)
    return "\n".join(f"{one.on} {yuan(one.fen).replace(',', '')}" for one in parts)
