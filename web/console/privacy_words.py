"""How the pages about personal data say what is held of somebody."""

from __future__ import annotations

from urllib.parse import urlencode

from casework.complaints.own_data import HeldCase, HeldThread
from casework.permissions import Operation
from web.console.addresses import CORRECT, case_address
from web.console.door import ConsoleDoor
from web.console.frame import FIND, PRIVACY
from web.console.privacy_screens import Correcting, HeldLine, ThreadLine
from web.console.screens import Link
from web.console.visitor import Visitor

REQUESTS, RETENTION, RESTRICTED = f"{PRIVACY}/requests", f"{PRIVACY}/retention", f"{PRIVACY}/restricted"
_TABS = {
    PRIVACY: ("requests", Operation.SEE_OWN_DATA_REQUESTS),
    FIND: ("find", Operation.FIND_BY_PHONE),
    RESTRICTED: ("restricted", Operation.SEE_RESTRICTED),
    RETENTION: ("retention", Operation.SEE_RETENTION),
}


def tabs_for(door: ConsoleDoor, visitor: Visitor, here: str) -> tuple[Link, ...]:
    """The pages about personal data that this visitor may see."""
    return tuple(
        Link(href=href, words=door.words.text(f"privacy.tab.{name}"), here=href == here)
        for href, (name, operation) in _TABS.items()
        if visitor.may(operation)
    )


def held_line(
    door: ConsoleDoor, visitor: Visitor, case: HeldCase, back: str, typed: Correcting | None = None
) -> HeldLine:
    """One case with what this visitor may do about it. `back` is the page to return to."""
    text = door.words.text
    keeps = visitor.may(Operation.KEEP_PERSONAL_DATA) and not case.is_open and case.anonymised_at is None
    query = "?" + urlencode({"back": back})
    marks = []
    if case.anonymised_at is not None:
        marks.append(text("privacy.mark.nobodys"))
    if case.restricted_on:
        marks.append(text("privacy.mark.restricted"))
    may_correct = visitor.may(Operation.CORRECT_PERSONAL_DATA) and case.anonymised_at is None
    return HeldLine(
        reference=case.reference,
        href="" if case.restricted_on else case_address(case.reference),
        state=door.words.state(case.state),
        kind=case.category_name,
        brief=case.opening,
        place=case.place_text,
        name=case.masked_name,
        phone=case.masked_phone,
        at=door.words.moment(case.submitted_at, door.clock.now()),
        marks=tuple(marks),
        correcting=(typed or Correcting(action=f"{CORRECT}/{case.reference}", back=back))
        if may_correct
        else None,
        forget=f"{PRIVACY}/cases/{case.reference}/forget{query}"
        if keeps and not case.kept_on and not case.restricted_on
        else "",
        restrict=f"{PRIVACY}/cases/{case.reference}/restrict{query}"
        if keeps and case.kept_on and not case.restricted_on
        else "",
        lift=f"{PRIVACY}/cases/{case.reference}/lift{query}" if keeps and case.restricted_on else "",
        why_not=_why_not(door, case),
    )


def thread_line(door: ConsoleDoor, visitor: Visitor, one: HeldThread, back: str) -> ThreadLine:
    """One message thread; whoever keeps personal data may delete it when it is over."""
    may = visitor.may(Operation.KEEP_PERSONAL_DATA) and one.is_over
    query = "?" + urlencode({"back": back})
    return ThreadLine(
        reference=one.reference,
        at=door.words.moment(one.submitted_at, door.clock.now()),
        state=door.words.text("privacy.thread.over" if one.is_over else "privacy.thread.open"),
        forget=f"{PRIVACY}/threads/{one.reference}/forget{query}" if may else "",
    )


def proposed_answer(door: ConsoleDoor, cases: tuple[HeldCase, ...]) -> str:
    """What a clerk may answer, from what was done to the person's cases; "" where nothing was."""
    text = door.words.text
    parts = []
    restricted = [one for one in cases if one.restricted_on]
    kept = [one for one in cases if one.is_open]
    if restricted:
        references = text("privacy.comma").join(one.reference for one in restricted)
        basis = restricted[0].restricted_on
        parts.append(text("privacy.proposal.restricted", references=references, basis=basis))
    if kept:
        references = text("privacy.comma").join(one.reference for one in kept)
        parts.append(text("privacy.proposal.open", references=references))
    return "".join(parts)


def _why_not(door: ConsoleDoor, case: HeldCase) -> str:
    text = door.words.text
    if case.anonymised_at is not None:
        return ""
    if case.restricted_on:
        return text("privacy.why.restricted", basis=case.restricted_on)
    if case.is_open:
        return text("privacy.why.open")
    return text("privacy.why.kept", basis=case.kept_on) if case.kept_on else ""
