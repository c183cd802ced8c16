"""The holder of a permit is heard before it is undone or taken back (行政许可法 7): told in writing, given time, answered.

Told of which of the law's cases, on what ground, and until when to speak; what they say, on the phone or at the window, is kept
sealed beside the permit and gets its outcome with the decision. Whoever says nothing has had their time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import digest, optional, required
from casework.documents.papers import Paper
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import BASIS_AT_MOST, CAUSES, GROUND_AT_MOST, EndingWish
from casework.permits.events import HolderStated, PermitEndingProposed
from casework.permits.heard_files import files_of_statements, hang_within
from casework.permits.hearing_models import PermitParty, PermitStatement
from casework.permits.materials import AttachedFile
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import issue_about_permit, of_permit, particulars
from casework.permits.parties import ASK, STATEMENTS_MOST, WAYS_TOLD, WORDS_AT_MOST, Said, ToldHow
from casework.permits.party_rows import PARTY, STATEMENT, opened, parties_of, statements_of
from casework.permits.permit_moving import PermitMove, take_permit
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid
from kit.workflow import Limit

HEARD_FIRST: tuple[Literal["revoke", "withdraw"], ...] = ("revoke", "withdraw")
"""Ended by the bureau's will. What is struck off (70) has ended by itself, or its holder asked."""
REPLY_AT_MOST = 2_000
LEAST = Limit(working_days=1, basis=ASK)
# Both kinds of rows hang on the permit itself here, where those of an application hang on that.


class EndingNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder is told: that the bureau means to undo the permit or take it back, in which case, and why.

    `answer_by_at` is where the five working days are too long for what is going on: no law names a term, one working day is the least.
    """

    move: str
    cause: str
    ground: str
    basis: str
    told_how: ToldHow = "online"
    answer_by_at: datetime | None = None


class HolderSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the holder said, with what they handed in. `outcome` ("partly", "not_adopted") and `why` are known once it was ended all the same."""

    words: str
    said_at: datetime
    outcome: str
    why: str
    files: tuple[AttachedFile, ...] = ()


class HolderHeard(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder was last told, and what came of it; `answer` is empty before they spoke."""

    move: str
    cause: str
    ground: str
    basis: str
    told_how: str
    told_at: datetime
    due_at: datetime
    answer: str
    said: tuple[HolderSaid, ...] = ()


async def tell_holder(
    desk: PermitDesk,
    actor: Actor,
    permit_id: UUID,
    notice: EndingNotice,
    *,
    expected_revision: int | None = None,
) -> None:
    """Tell the holder in writing what is meant to be done and that they may speak. Raises NotFound, Forbidden, Conflict, Invalid."""
    ground = required(notice.ground, field="ground", at_most=GROUND_AT_MOST)
    basis = required(notice.basis, field="basis", at_most=BASIS_AT_MOST)
    if notice.move not in HEARD_FIRST or notice.cause not in CAUSES[notice.move]:
        raise Invalid("problem.permit.ending_cause", field="ending")
    if notice.told_how not in WAYS_TOLD:
        raise Invalid("problem.permit.told_how", field="told_how")
    kept = msgspec.structs.replace(notice, ground=ground, basis=basis)
    made: list[PermitParty] = []

    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        id, known = change.ids.new(), await parties_of(permit.id)

        def sealed(column: str, text: str) -> bytes:
            return desk.sealer.seal(text, table=PARTY, column=column, row_id=id)

        party = PermitParty(
            id=id,
            application_id=permit.id,
            position=len(known) + 1,
            is_applicant=True,
            name_sealed=sealed("name_sealed", ""),
            concern_sealed=sealed("concern_sealed", msgspec.json.encode(kept).decode()),
            may_ask_hearing=False,
            told_how=kept.told_how,
            told_at=change.now,
            told_by_id=actor.id,
            due_at=_due_at(desk, change.now, kept.answer_by_at),
        )
        await party.save(force_create=True)
        made.append(party)

    async def follow(change: Change, row: PermitApplication, permit: Permit) -> None:
        text, party = desk.documents.catalogue.text, made[-1]
        data = msgspec.structs.replace(
            of_permit(particulars(desk, row), permit),
            reasons=(text(f"permit_said.ending.{kept.move}"), text(f"permit_end_cause.{kept.cause}"), ground),
            basis=(basis,),
            due_at=party.due_at,
        )
        paper = await issue_about_permit(desk, change, actor, permit, Paper.ENDING_NOTICE, data)
        await PermitParty.filter(id=party.id).update(document_id=paper.id)

    content = {
        "ending": kept.move,
        "cause": kept.cause,
        "told_how": kept.told_how,
        "ground_digest": digest(desk.sealer, ground),
    }
    given = {"ground": ground, "basis": basis, "cause": kept.cause}
    step = PermitMove("tell_holder", PermitEndingProposed, given, content, fill, follow)
    await take_permit(desk, actor, permit_id, step, expected_revision)


async def state_holder(
    desk: PermitDesk, actor: Actor, permit_id: UUID, said: Said, *, expected_revision: int | None = None
) -> None:
    """The holder speaks, or says that they will not. Raises NotFound, Conflict, Invalid naming the field."""
    await _heard(
        desk, actor, permit_id, "state", msgspec.structs.replace(said, said_at=None), expected_revision
    )


async def record_holder(
    desk: PermitDesk, actor: Actor, permit_id: UUID, said: Said, *, expected_revision: int | None = None
) -> None:
    """A clerk writes down what the holder said at the window, by post or by telephone. Raises as `state_holder`."""
    await _heard(desk, actor, permit_id, "record_holder", said, expected_revision)


async def require_heard(
    desk: PermitDesk, change: Change, actor: Actor, permit: Permit, move: str, wish: EndingWish
) -> tuple[str, ...]:
    """Within the ending of a locked permit: that its holder was heard; what the paper says of it.

    Raises Conflict where they were not told of this, or still have time to speak, Invalid where there is no answer to what they said.
    """
    party = await _last(permit.id)
    if party is None:
        raise Conflict("problem.permit.holder_not_told")
    told = _notice(desk, party)
    if (told.move, told.cause) != (move, wish.cause):
        raise Conflict("problem.permit.holder_told_otherwise")
    if party.answer is None and party.due_at > change.now:
        raise Conflict("problem.permit.holder_waiting", at=_said_at(party.due_at))
    text, at = desk.documents.catalogue.text, _said_at(party.told_at)
    said = [one for one in await statements_of(permit.id) if one.weighed_at is None]
    if not said:
        return (text("permit_said.holder_silent", at=at),)
    reply = optional(wish.reply, field="reply", at_most=REPLY_AT_MOST)
    if reply is None:
        raise Invalid("problem.permit.holder_reply", field="reply")
    outcome = "partly" if wish.is_partly_adopted else "not_adopted"
    for one in said:
        one.outcome, one.weighed_at, one.weighed_by_id = outcome, change.now, actor.id
        one.why_sealed = desk.sealer.seal(reply, table=STATEMENT, column="why_sealed", row_id=one.id)
        await one.save(update_fields=["outcome", "weighed_at", "weighed_by_id", "why_sealed"])
    words = "；".join(opened(desk, one, "words_sealed") for one in said)
    became = text(f"permit_said.holder_outcome.{outcome}")
    return (text("permit_said.holder_said", at=at, words=words, outcome=became, why=reply),)


async def holder_heard(desk: PermitDesk, permit_id: UUID) -> HolderHeard | None:
    """What stands now, for a viewer who was found to be allowed to see the permit; None before anybody was told."""
    party = await _last(permit_id)
    if party is None or not party.concern_sealed:
        return None
    told, permit = _notice(desk, party), await Permit.get(id=permit_id)
    files = await files_of_statements(permit.application_id)
    return HolderHeard(
        move=told.move,
        cause=told.cause,
        ground=told.ground,
        basis=told.basis,
        told_how=party.told_how,
        told_at=party.told_at,
        due_at=party.due_at,
        answer=party.answer or "",
        said=tuple(
            HolderSaid(
                words=opened(desk, one, "words_sealed"),
                said_at=one.said_at,
                outcome=one.outcome or "",
                why=opened(desk, one, "why_sealed"),
                files=files.get(one.id, ()),
            )
            for one in await statements_of(permit_id)
        ),
    )


async def _heard(
    desk: PermitDesk,
    actor: Actor,
    permit_id: UUID,
    move: Literal["state", "record_holder"],
    said: Said,
    expected_revision: int | None,
) -> None:
    if said.answer not in ("stated", "nothing"):
        raise Invalid("problem.permit.answer", field="answer")
    words = optional(said.words, field="words", at_most=WORDS_AT_MOST)
    if words is None and (said.answer == "stated" or said.files):
        raise Invalid("problem.permit.statement_words", field="words")

    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        found = await _last(permit.id)
        party = await change.lock(PermitParty, found.id) if found is not None else None
        if party is None:
            raise Conflict("problem.permit.holder_not_told")
        said_at = said.said_at or change.now
        if not party.told_at <= said_at <= change.now:
            raise Invalid("problem.permit.said_at", field="said_at")
        party.answer = "stated" if party.answer == "stated" else said.answer
        party.answered_at = party.answered_at or said_at
        await party.save(update_fields=["answer", "answered_at"])
        if words is not None:
            statement_id = await _keep(desk, change, actor, party, words, said_at)
            # Its files are the application's, as all that was handed in: seen, kept and forgotten with it.
            await hang_within(change, actor, row.id, statement_id, said.files)

    content = {"answer": said.answer, "words_digest": digest(desk.sealer, words)}
    step = PermitMove(move, HolderStated, {"answer": said.answer}, content, fill)
    await take_permit(desk, actor, permit_id, step, expected_revision)


async def _keep(
    desk: PermitDesk, change: Change, actor: Actor, party: PermitParty, words: str, said_at: datetime
) -> UUID:
    known = await statements_of(party.application_id)
    if known and known[-1].weighed_at is None and opened(desk, known[-1], "words_sealed") == words:
        # The same tapped twice.
        return known[-1].id
    if len(known) >= STATEMENTS_MOST:
        raise Conflict("problem.permit.statements_most", most=STATEMENTS_MOST)
    id = change.ids.new()
    one = PermitStatement(
        id=id,
        application_id=party.application_id,
        party_id=party.id,
        position=len(known) + 1,
        words_sealed=desk.sealer.seal(words, table=STATEMENT, column="words_sealed", row_id=id),
        said_at=said_at,
        is_in_time=said_at <= party.due_at,
        wants_hearing=False,
        recorded_by_id=actor.id if actor.kind == "staff" else None,
    )
    await one.save(force_create=True)
    return id


def _due_at(desk: PermitDesk, now: datetime, wanted: datetime | None) -> datetime:
    longest = desk.calendar.due(desk.section.limits.hearing_ask.limit(ASK), now).at
    if wanted is None:
        return longest
    if not desk.calendar.due(LEAST, now).at <= wanted <= longest:
        raise Invalid("problem.permit.answer_by", field="answer_by_at", latest=_said_at(longest))
    return wanted


async def _last(permit_id: UUID) -> PermitParty | None:
    return await PermitParty.filter(application_id=permit_id).order_by("-position").first()


def _notice(desk: PermitDesk, party: PermitParty) -> EndingNotice:
    return msgspec.json.decode(opened(desk, party, "concern_sealed"), type=EndingNotice)


def _said_at(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"
