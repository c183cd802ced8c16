"""The moves about those who are heard, about hearings, and about the law's limit: what each asks for, and who takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from casework.actors import Actor
from casework.permits import hearings, parties, weighing
from casework.permits.desk import PermitDesk
from casework.permits.extending import extend
from web.console.permit_form import PermitForm
from web.console.permit_inputs import Sent


async def _extend(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await extend(desk, actor, id, reason=given.text("reason"), expected_revision=given.revision)


async def _tell(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    wish = parties.PartyWish(
        name=given.text("party_name"),
        contact=given.text("contact"),
        address=given.text("address"),
        concern=given.text("concern"),
        told_how=cast("parties.ToldHow", given.text("told_how")),
        may_ask_hearing=bool(given.text("may_ask_hearing")),
    )
    await parties.tell_party(desk, actor, id, wish, expected_revision=given.revision)


async def _record(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    said = parties.Said(
        answer=cast("parties.Answer", given.text("answer")),
        words=given.text("words"),
        said_at=given.moment("said_at"),
    )
    await parties.record_statement(
        desk, actor, id, given.person("party_id"), said, expected_revision=given.revision
    )


async def _weigh(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await weighing.weigh_statement(
        desk,
        actor,
        id,
        given.person("statement_id"),
        outcome=cast("weighing.Outcome", given.text("statement_outcome")),
        reason=given.text("reason"),
        expected_revision=given.revision,
    )


async def _call(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await hearings.call_hearing(
        desk, actor, id, basis=given.text("hearing_basis"), expected_revision=given.revision
    )


async def _arrange(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    wish = hearings.Arrangement(
        meeting_at=given.moment("hearing_at"),
        place=given.text("venue"),
        presider_id=given.person("presider_id"),
        announcement=given.text("announcement"),
    )
    await hearings.arrange_hearing(desk, actor, id, wish, expected_revision=given.revision)


async def _objection(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    wish = hearings.Objection(
        who=given.text("who"), reason=given.text("reason"), is_upheld=bool(given.text("is_upheld"))
    )
    await hearings.decide_objection(desk, actor, id, wish, expected_revision=given.revision)


async def _held(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await hearings.record_hearing(
        desk,
        actor,
        id,
        record=given.text("record"),
        confirmed=given.text("confirmed"),
        expected_revision=given.revision,
    )


async def _call_off(desk: PermitDesk, actor: Actor, id: UUID, given: Sent) -> None:
    await hearings.call_off_hearing(
        desk, actor, id, reason=given.text("reason"), expected_revision=given.revision
    )


HEARING_FORMS: Mapping[str, PermitForm] = {
    "record_statement": PermitForm(
        fields=(
            ("party_id", "choice", False),
            ("answer", "choice", False),
            ("words", "long", True),
            ("said_at", "moment", True),
        ),
        take=_record,
    ),
    "weigh_statement": PermitForm(
        fields=(
            ("statement_id", "choice", False),
            ("statement_outcome", "choice", False),
            ("reason", "long", False),
        ),
        take=_weigh,
    ),
    "arrange_hearing": PermitForm(
        fields=(
            ("hearing_at", "moment", False),
            ("venue", "short", False),
            ("presider_id", "choice", False),
            ("announcement", "long", True),
        ),
        take=_arrange,
        has_paper=True,
    ),
    "record_hearing": PermitForm(
        fields=(("record", "long", False), ("confirmed", "long", False)), take=_held
    ),
    "decide_objection": PermitForm(
        fields=(("who", "short", False), ("reason", "long", False), ("is_upheld", "tick", True)),
        take=_objection,
    ),
    "tell_party": PermitForm(
        fields=(
            ("party_name", "short", False),
            ("contact", "short", True),
            ("address", "short", True),
            ("concern", "long", False),
            ("told_how", "choice", False),
            ("may_ask_hearing", "tick", True),
        ),
        take=_tell,
    ),
    "call_hearing": PermitForm(fields=(("hearing_basis", "short", False),), take=_call, has_paper=True),
    "call_off_hearing": PermitForm(fields=(("reason", "long", False),), take=_call_off, grave=True),
    "extend": PermitForm(fields=(("reason", "long", False),), take=_extend, has_paper=True),
}
"""In the order in which they are offered, after those that lead to the decision."""
