"""The moves of an application: what each asks for, and which action takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from casework.actors import Actor
from casework.permits import accepting, deciding, delivering, surveying
from casework.permits.assigning import assign
from casework.permits.correcting import request_correction
from casework.permits.decision_rules import Grant
from casework.permits.delays import explain_delay
from casework.permits.delivering import Delivery
from casework.permits.desk import PermitDesk
from casework.permits.pauses import PauseKind, pause, resume
from casework.permits.visits import Visit
from casework.permits.withdrawing import withdraw
from kit.problems import Invalid
from web.console.permit_form import PermitForm, Shape
from web.console.permit_hearing_forms import HEARING_FORMS
from web.console.permit_inputs import Sent


async def _accept(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await accepting.accept(desk, actor, id, expected_revision=given.revision)


async def _refuse(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await accepting.refuse(
        desk,
        actor,
        id,
        ground=given.text("ground"),
        responsible_body=given.text("responsible_body"),
        has_false_materials=bool(given.text("has_false_materials")),
        expected_revision=given.revision,
    )


async def _correction(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    items = given.items()
    if not items:
        raise Invalid("problem.permit.console_items", field="items")
    await request_correction(
        desk,
        actor,
        id,
        items,
        words=given.text("words"),
        head_reason=given.text("head_reason"),
        expected_revision=given.revision,
    )


async def _assign(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await assign(desk, actor, id, given.person("assignee_id"), expected_revision=given.revision)


def visit_of(given: Sent) -> Visit:
    """Whom to send, and when."""
    return Visit(
        officer_id=given.person("officer"),
        second_officer_id=given.person("second_officer"),
        meeting_at=given.moment("meeting_at"),
        reason=given.text("reason"),
    )


async def _schedule(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await surveying.schedule(desk, actor, id, visit_of(given), expected_revision=given.revision)


async def _reschedule(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await surveying.reschedule(desk, actor, id, visit_of(given), expected_revision=given.revision)


async def _again(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await surveying.survey_again(
        desk, actor, id, ground=given.text("ground"), expected_revision=given.revision
    )


async def _grant(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    wish = Grant(
        from_at=given.moment("from_at"),
        until_at=given.moment("until_at"),
        area_m2=given.number("area"),
        place_text=given.text("place_text"),
        terms=given.lines("terms"),
        clash_reason=given.text("clash_reason"),
        co_signer_reason=given.text("co_signer_reason"),
        late_reason=given.text("late_reason"),
    )
    await deciding.grant(desk, actor, id, wish, expected_revision=given.revision)


async def _deny(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await deciding.deny(
        desk,
        actor,
        id,
        ground=given.text("ground"),
        late_reason=given.text("late_reason"),
        has_false_materials=bool(given.text("has_false_materials")),
        expected_revision=given.revision,
    )


async def _register(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await deciding.register(desk, actor, id, expected_revision=given.revision)


async def _approve(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await deciding.approve(
        desk,
        actor,
        id,
        amount_fen=given.fen("amount"),
        late_reason=given.text("late_reason"),
        expected_revision=given.revision,
    )


async def _pay_out(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await deciding.pay_out(
        desk,
        actor,
        id,
        paid_on=given.day("paid_on"),
        amount_fen=given.fen("amount"),
        recipient=given.text("recipient"),
        expected_revision=given.revision,
    )


async def _deliver(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await delivering.deliver(
        desk,
        actor,
        id,
        delivery=cast("Delivery", given.text("delivery")),
        recipient=given.text("recipient"),
        expected_revision=given.revision,
    )


async def _pause(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await pause(
        desk,
        actor,
        id,
        kind=cast("PauseKind", given.text("kind")),
        reason=given.text("reason"),
        basis=given.text("basis"),
        expected_days=int(given.number("expected_days") or 0),
        expected_revision=given.revision,
    )


async def _resume(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await resume(desk, actor, id, expected_revision=given.revision)


async def _explain(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await explain_delay(desk, actor, id, reason=given.text("late_reason"), expected_revision=given.revision)


async def _withdraw(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await withdraw(desk, actor, id, ground=given.text("ground"), expected_revision=given.revision)


VISIT: tuple[Shape, ...] = (
    ("officer", "choice", False),
    ("second_officer", "choice", False),
    ("meeting_at", "moment", True),
)
_LATE: Shape = ("late_reason", "long", True)
_GROUND: Shape = ("ground", "long", False)
_FALSE: Shape = ("has_false_materials", "tick", True)
PERMIT_FORMS: Mapping[str, PermitForm] = {
    "accept": PermitForm(take=_accept, has_paper=True),
    "register": PermitForm(take=_register, has_paper=True),
    "schedule_survey": PermitForm(fields=(*VISIT, ("reason", "long", True)), take=_schedule),
    "grant": PermitForm(
        fields=(
            ("from_at", "moment", True),
            ("until_at", "moment", True),
            ("area", "number", True),
            ("place_text", "short", True),
            ("terms", "long", True),
            ("co_signer_reason", "long", True),
            ("clash_reason", "long", True),
            _LATE,
        ),
        take=_grant,
        has_paper=True,
    ),
    "approve": PermitForm(fields=(("amount", "number", False), _LATE), take=_approve, has_paper=True),
    "deliver": PermitForm(
        fields=(("delivery", "choice", False), ("recipient", "short", True)), take=_deliver
    ),
    "pay_out": PermitForm(
        fields=(("paid_on", "day", False), ("amount", "number", False), ("recipient", "short", True)),
        take=_pay_out,
    ),
    "request_correction": PermitForm(
        fields=(("words", "long", True), ("head_reason", "long", True)),
        take=_correction,
        has_items=True,
        has_paper=True,
    ),
    "assign": PermitForm(fields=(("assignee_id", "choice", False),), take=_assign),
    "explain_delay": PermitForm(fields=(("late_reason", "long", False),), take=_explain),
    "reschedule_survey": PermitForm(fields=(*VISIT, ("reason", "long", False)), take=_reschedule),
    "survey_again": PermitForm(fields=(_GROUND,), take=_again),
    "resume": PermitForm(take=_resume),
    "pause": PermitForm(
        fields=(
            ("kind", "choice", False),
            ("reason", "long", False),
            ("basis", "short", False),
            ("expected_days", "number", False),
        ),
        take=_pause,
        has_paper=True,
    ),
    **HEARING_FORMS,
    "deny": PermitForm(fields=(_GROUND, _LATE, _FALSE), take=_deny, grave=True, has_paper=True),
    "refuse": PermitForm(
        fields=(_GROUND, ("responsible_body", "short", True), _FALSE),
        take=_refuse,
        grave=True,
        has_paper=True,
    ),
    "withdraw": PermitForm(fields=(_GROUND,), take=_withdraw, grave=True),
}
"""In the order in which they are offered. Recording a visit has a page of its own; correcting is done in the form."""
NEEDED_WHERE_ASKED = ("late_reason", "clash_reason", "co_signer_reason", "head_reason")
"""Reasons that are asked for only where the page, or the refusal, says that they are needed."""
