"""Kinds, promises, costs and states in the words of people who come once in a life."""

from __future__ import annotations

from collections.abc import Iterable

from casework.complaints.profile import PromisedLimit
from casework.permits.clocks import DECIDE, PROMISE, SURVEY, promised
from casework.permits.held import state_said
from casework.permits.kinds import Act, Basis, Condition, Fee, Material, PermitKind
from casework.permits.lifecycle import PermitState, State
from casework.permits.models import Permit
from kit.workflow import LimitUnit
from web.h5.door import H5Door
from web.h5.permit_screens import Wanted
from web.h5.screens import Fact

PERMITS, OWN, CARDS = "/h5/permits", "/h5/me/permits", "/h5/me/e-permits"
TONES: dict[str, str] = {
    State.SUBMITTED: "brand",
    State.ACCEPTED: "brand",
    State.CORRECTION_REQUESTED: "soon",
    State.SURVEY_SCHEDULED: "brand",
    State.SURVEYED: "brand",
    State.GRANTED: "good",
    State.REGISTERED: "good",
    State.APPROVED: "good",
    State.PAID_OUT: "good",
    State.DENIED: "late",
    State.REFUSED: "late",
}
PERMIT_TONES: dict[str, str] = {
    PermitState.IN_FORCE: "good",
    PermitState.WITHDRAWN: "late",
    PermitState.REVOKED: "late",
    PermitState.CANCELLED: "late",
}


def act_named(door: H5Door, name: str, act: Act) -> str:
    """A kind, and where it is about a permit that there is, what is to become of it."""
    if act == "new":
        return name
    text = door.words.text
    return text("h5_permits.act.named", kind=name, act=text(f"h5_permits.act.{act}"))


def is_never(permit: Permit) -> bool:
    """Whether another takes its place before it begins."""
    return permit.replaced_from_at is not None and permit.replaced_from_at <= permit.valid_from_at


def permit_standing(door: H5Door, permit: Permit) -> tuple[str, str]:
    """How a permit stands now, and the tone of it."""
    if permit.state == PermitState.IN_FORCE:
        if is_never(permit):
            return door.words.text("h5_permits.card.never"), "late"
        if permit.valid_from_at > door.clock.now():
            return door.words.text("h5_permits.card.soon"), "soon"
    return state_said(door.permits.desk, permit), PERMIT_TONES.get(permit.state, "")


def span_words(door: H5Door, unit: LimitUnit, count: int) -> str:
    """So many of a unit, as people say it."""
    text = door.words.text
    if unit == "working_minutes" and count % 60 == 0:
        return text("h5_permits.span.working_hours", count=count // 60)
    return text(f"h5_permits.span.{unit}", count=count)


def limit_words(door: H5Door, limit: PromisedLimit | None) -> str:
    """A promised length of time; empty where none is promised."""
    if limit is None:
        return ""
    found = limit.limit("permits.limits")
    return span_words(door, found.unit, found.amount)


def promise_words(door: H5Door, kind: PermitKind) -> str:
    """How long it takes, in one line."""
    text, section = door.words.text, door.permits.desk.section
    if kind.flow == "filing":
        return text("h5_permits.promise.filing")
    decide = limit_words(door, promised(section, kind.code, PROMISE) or promised(section, kind.code, DECIDE))
    survey = limit_words(door, promised(section, kind.code, SURVEY))
    if survey:
        return text("h5_permits.promise.both", survey=survey, decide=decide)
    return text("h5_permits.promise.decide", decide=decide)


def fee_words(door: H5Door, fee: Fee) -> str:
    """What it costs."""
    if not fee.fen:
        return door.words.text("h5_permits.fee.none")
    return door.words.text("h5_permits.fee.some", yuan=f"{fee.fen / 100:,.2f}")


def fee_fact(door: H5Door, fee: Fee) -> Fact:
    """What it costs and on what basis."""
    text = door.words.text
    words = text("h5_permits.fee.with_basis", fee=fee_words(door, fee), basis=fee.basis)
    return Fact(name=text("h5_permits.fee.name"), words=f"{words}\n{fee.note}" if fee.note else words)


def basis_words(door: H5Door, basis: Basis) -> str:
    """《law》 with its article."""
    law = basis.law if basis.law.startswith("《") else f"《{basis.law}》"
    words = f"{law}{basis.article}"
    return door.words.text("h5_permits.basis_says", basis=words, words=basis.words) if basis.words else words


def basis_lines(door: H5Door, basis: Iterable[Basis]) -> tuple[str, ...]:
    """The same for several."""
    return tuple(basis_words(door, one) for one in basis)


def window_facts(door: H5Door) -> tuple[Fact, ...]:
    """Where and when, for whoever prefers the counter."""
    text, window = door.words.text, door.bureau.window
    return (
        Fact(name=text("h5_permits.window.where"), words=f"{window.name}，{window.address}"),
        Fact(name=text("h5_permits.window.when"), words=door.bureau.hours),
        Fact(name=text("h5_permits.window.phone"), words=window.phone),
    )


def wanted(door: H5Door, kind: PermitKind, material: Material) -> Wanted:
    """A paper, and when it is needed."""
    text, notes = door.words.text, []
    if material.only_if is not None:
        notes.append(_condition(door, kind, material.only_if))
    elif not material.required:
        notes.append(text("h5_permits.paper.optional"))
    if material.hint:
        notes.append(material.hint)
    return Wanted(name=material.name, note="。".join(notes), sample=sample_of(material))


def sample_of(material: Material) -> str:
    """Where its sample is, empty without one."""
    return f"{PERMITS}/samples/{material.sample}" if material.sample else ""


def yes_no(door: H5Door, value: str) -> str:
    """ "yes" and "no" as they are said; anything else as it is."""
    return door.words.text(f"h5_permits.{value}") if value in ("yes", "no") else value


def _condition(door: H5Door, kind: PermitKind, condition: Condition) -> str:
    """What must have been chosen for it to be asked for."""
    field = next((one for one in kind.fields if one.code == condition.field), None)
    if field is None:
        return door.words.text("h5_permits.paper.in_some_cases")
    names = {one.code: one.name for one in field.choices}
    answers = "、".join(names.get(one, yes_no(door, one)) for one in condition.is_one_of)
    return door.words.text("h5_permits.paper.sometimes", field=field.name, answer=answers)
