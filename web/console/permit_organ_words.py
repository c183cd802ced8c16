"""What other organs said about an application, and the form in which a clerk writes down what came on paper."""

from __future__ import annotations

from casework.permits.co_signing import OPINIONS
from casework.permits.lifecycle import CLERKS
from casework.permits.views import ApplicationView, OrganView
from web.console.door import ConsoleDoor
from web.console.permit_acts import Attempt, ask
from web.console.permit_screens import OrganRow, PermitAct, PermitAsk
from web.console.permit_words import asked_address, permits_of
from web.console.screens import Chip, Option, Tone
from web.console.visitor import Visitor

TONES: dict[str, Tone] = {"agreed": "good", "agreed_with_terms": "soon", "refused": "late"}


def organs_of(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, attempt: Attempt | None
) -> tuple[OrganRow, ...]:
    """Each organ that was asked."""
    return tuple(_organ(door, visitor, view, one, attempt) for one in view.organs)


def _organ(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, one: OrganView, attempt: Attempt | None
) -> OrganRow:
    now = door.clock.now()
    said = door.words.moment(one.answered_at, now) if one.answered_at is not None else ""
    return OrganRow(
        name=one.name,
        state=opinion_chip(door, one.state, one.opinion),
        due=door.words.time_left(one.due_at, now) if one.state == "asked" else None,
        words=one.words,
        at=said,
        act=_on_paper(door, visitor, view, one, attempt),
    )


def opinion_chip(door: ConsoleDoor, state: str, opinion: str) -> Chip:
    """What was said, or that nothing was."""
    if opinion:
        return Chip(words=door.words.text(f"console_permits.opinion.{opinion}"), tone=TONES[opinion])
    return Chip(
        words=door.words.text(f"co_signature.state.{state}"), tone="soon" if state == "asked" else "plain"
    )


def _on_paper(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, one: OrganView, attempt: Attempt | None
) -> PermitAct | None:
    """Only for an organ without people of its own here, while the application is open."""
    kind = permits_of(door).section.kind(view.line.kind)
    organ = next((each for each in kind.co_signers if each.code == one.organ), None) if kind else None
    is_ours = organ is not None and organ.unit is None and not visitor.staff.roles.isdisjoint(CLERKS)
    if not is_ours or one.id is None or view.decided_at is not None or one.state not in ("asked", "answered"):
        return None
    name = f"co_sign-{one.id}"
    return PermitAct(
        move=name,
        words=door.words.text("console_permits.co_sign.on_paper", organ=one.name),
        button=door.words.text("console_permits.co_sign.send"),
        hint=door.words.text("console_permits.co_sign.on_paper_hint"),
        action=asked_address(one.id),
        asks=answer_asks(
            door, attempt if attempt is not None and attempt.move == name else None, by_name=True
        ),
        open=attempt is not None and attempt.move == name,
        key=door.db.ids.new().hex,
    )


def answer_asks(door: ConsoleDoor, attempt: Attempt | None, *, by_name: bool) -> tuple[PermitAsk, ...]:
    """The fields of an answer."""
    texts = attempt.texts if attempt is not None else {}
    wrong = attempt.wrong if attempt is not None else {}
    options = tuple(
        Option(value=one, words=door.words.text(f"console_permits.opinion.{one}")) for one in OPINIONS
    )
    asks = [
        ask(
            door,
            "opinion",
            "choice",
            typed=texts.get("opinion", ""),
            wrong=wrong.get("opinion", ""),
            options=options,
        ),
        ask(
            door,
            "opinion_words",
            "long",
            optional=True,
            typed=texts.get("opinion_words", ""),
            wrong=wrong.get("opinion_words", ""),
        ),
    ]
    if by_name:
        asks.append(
            ask(door, "by_name", "short", typed=texts.get("by_name", ""), wrong=wrong.get("by_name", ""))
        )
    return tuple(asks)
