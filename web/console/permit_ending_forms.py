"""What the bureau does with a granted permit: the fields of each act, what they offer, and the act itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from casework.actors import Actor
from casework.permits import checking, holder_heard, in_force
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import CAUSES, EndingWish
from casework.permits.holder_heard import HEARD_FIRST, EndingNotice, HolderHeard
from casework.permits.parties import WAYS_TOLD, Said
from casework.permits.visits import Purpose
from web.console.door import ConsoleDoor
from web.console.permit_forms import VISIT, Shape, visit_of
from web.console.permit_inputs import Sent
from web.console.permit_material_words import handed_in
from web.console.screens import Fact, Option

CHECK = "plan_check"
Ending = Callable[..., Awaitable[None]]
ENDINGS: Mapping[str, Ending] = {
    "withdraw": in_force.withdraw,
    "revoke": in_force.revoke,
    "cancel": in_force.cancel,
}
TELL, RECORD = "tell_holder", "record_holder"
BY_PAPER = frozenset({*ENDINGS, TELL})
DONE = frozenset({*ENDINGS, CHECK, TELL, RECORD})
_REPLY: tuple[Shape, ...] = (("reply", "long", True), ("partly", "tick", True))
_WHY: tuple[Shape, ...] = (("cause", "choice", False), ("ground", "long", False), ("basis", "short", False))
ENDING_FIELDS: Mapping[str, tuple[Shape, ...]] = {
    TELL: (
        ("ending", "choice", False),
        *_WHY[1:],
        ("told_how", "choice", False),
        ("answer_by_at", "moment", True),
    ),
    RECORD: (("answer", "choice", False), ("holder_words", "long", True), ("said_at", "moment", True)),
    "withdraw": (*_WHY, ("compensation", "long", False), *_REPLY),
    "revoke": (*_WHY, ("compensation", "long", True), ("no_harm", "tick", False), *_REPLY),
    "cancel": _WHY,
}
CHECK_FIELDS: tuple[Shape, ...] = (("purpose", "choice", False), *VISIT)


async def take(desk: PermitDesk, actor: Actor, permit_id: UUID, act: str, given: Sent) -> None:
    """Do it as it was filled in. Raises NotFound, Forbidden, Conflict, Invalid naming the field."""
    if act == CHECK:
        purpose = cast("Purpose", given.text("purpose"))
        await checking.plan_check(desk, actor, permit_id, cast("Any", purpose), visit_of(given))
        return
    if act == TELL:
        move, _, cause = given.text("ending").partition(".")
        notice = EndingNotice(
            move=move,
            cause=cause,
            ground=given.text("ground"),
            basis=given.text("basis"),
            told_how=cast("Any", given.text("told_how")),
            answer_by_at=given.moment("answer_by_at"),
        )
        await holder_heard.tell_holder(desk, actor, permit_id, notice, expected_revision=given.revision)
        return
    if act == RECORD:
        said = Said(
            answer=cast("Any", given.text("answer")),
            words=given.text("holder_words"),
            said_at=given.moment("said_at"),
        )
        await holder_heard.record_holder(desk, actor, permit_id, said, expected_revision=given.revision)
        return
    wish = EndingWish(
        ground=given.text("ground"),
        basis=given.text("basis"),
        cause=given.text("cause"),
        compensation=given.text("compensation"),
        harms_public=act == "revoke" and not given.text("no_harm"),
        reply=given.text("reply"),
        is_partly_adopted=bool(given.text("partly")),
    )
    await ENDINGS[act](desk, actor, permit_id, wish, expected_revision=given.revision)


def _causes(door: ConsoleDoor, move: str) -> tuple[Option, ...]:
    """The law's cases, of which one has to be chosen."""
    return tuple(Option(value=one, words=door.words.text(f"permit_end_cause.{one}")) for one in CAUSES[move])


def choices_of(door: ConsoleDoor, move: str) -> dict[str, tuple[Option, ...]]:
    """What its fields offer."""
    text = door.words.text
    if move == TELL:
        return {
            "ending": tuple(
                Option(
                    value=f"{one}.{each.value}",
                    words=text(f"console_permits.held.ending.{one}", cause=each.words),
                )
                for one in HEARD_FIRST
                for each in _causes(door, one)
            ),
            "told_how": tuple(
                Option(value=one, words=text(f"console_permits.told_how.{one}")) for one in WAYS_TOLD
            ),
        }
    if move == RECORD:
        return {
            "answer": tuple(
                Option(value=one, words=text(f"console_permits.answer.{one}"))
                for one in ("stated", "nothing")
            )
        }
    return {"cause": _causes(door, move)}


def heard_facts(
    door: ConsoleDoor, heard: HolderHeard | None, now: datetime, reference: str
) -> tuple[Fact, ...]:
    """What the holder was told, and what they said to it, with their files, which are those of the application."""
    if heard is None:
        return ()
    text, moment = door.words.text, door.words.moment
    told = text(
        "console_permits.held.told",
        ending=text(
            f"console_permits.held.ending.{heard.move}", cause=text(f"permit_end_cause.{heard.cause}")
        ),
        at=moment(heard.told_at, now),
        due=door.words.end(heard.due_at, now),
        answer=text(f"console_permits.held.told_answer.{heard.answer or 'none'}"),
    )
    found = [Fact(name=text("console_permits.fact.told_ending"), words=told)]
    for one in heard.said:
        words = text("console_permits.held.holder_said", at=moment(one.said_at, now), words=one.words)
        if one.outcome:
            outcome = text(f"permit_said.holder_outcome.{one.outcome}")
            words += text("console_permits.held.holder_became", outcome=outcome, why=one.why)
        name = text("console_permits.fact.holder_said")
        found.append(Fact(name=name, words=words))
        for number, file in enumerate(one.files, 1):
            shown = handed_in(door, file, name, number, {"case": reference})
            found.append(
                Fact(
                    name=text("console_permits.fact.holder_file"),
                    words=shown.state or shown.photo.words,
                    href=shown.photo.href,
                )
            )
    return tuple(found)
