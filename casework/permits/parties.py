"""Those whose weighty interests an application touches (行政许可法 36, 47): named by a clerk, told in writing, heard.

Each has the same five working days. The applicant has their say as well; where the others may ask for a hearing, the applicant is told
of that right with them. What anybody says is sealed, and the chain knows only who spoke and when.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import digest, optional, required
from casework.documents.papers import Paper
from casework.permits.desk import PermitDesk
from casework.permits.events import HearingRightTold, StatementMade
from casework.permits.heard_files import hang_within
from casework.permits.hearing_calls import call_within, tell_called
from casework.permits.hearing_models import PermitParty, PermitStatement
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take, told
from casework.permits.papers import particulars
from casework.permits.party_rows import PARTY, STATEMENT, for_others, issue_to, opened, parties_of
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

NAME_AT_MOST, CONTACT_AT_MOST, ADDRESS_AT_MOST, CONCERN_AT_MOST = 60, 60, 200, 1_000
WORDS_AT_MOST = 4_000
PARTIES_MOST, STATEMENTS_MOST = 50, 200
ASK = "permits.limits.hearing_ask"
ToldHow = Literal["handed", "post", "online"]
WAYS_TOLD: tuple[ToldHow, ...] = get_args(ToldHow)
Answer = Literal["stated", "hearing", "nothing"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
"""Says something; wants a hearing (and may say something too); wants to say nothing."""


class PartyWish(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to tell, and of what. `concern`: how it touches them."""

    name: str
    concern: str
    contact: str = ""
    address: str = ""
    told_how: ToldHow = "handed"
    may_ask_hearing: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered; `said_at` is when it reached the bureau, now where it is None.

    `files` are of the applicant's own statement, uploaded before; what comes to the window is attached there.
    """

    answer: Answer
    words: str = ""
    said_at: datetime | None = None
    files: tuple[UUID, ...] = ()


async def tell_party(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    wish: PartyWish,
    *,
    expected_revision: int | None = None,
) -> None:
    """Tell somebody in writing what touches them and what they may do. Raises NotFound, Forbidden, Conflict, Invalid."""
    name = required(wish.name, field="party_name", at_most=NAME_AT_MOST)
    concern = required(wish.concern, field="concern", at_most=CONCERN_AT_MOST)
    contact = optional(wish.contact, field="contact", at_most=CONTACT_AT_MOST)
    address = optional(wish.address, field="address", at_most=ADDRESS_AT_MOST)
    if wish.told_how not in WAYS_TOLD:
        raise Invalid("problem.permit.told_how", field="told_how")
    made: list[tuple[PermitParty, str]] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        rows = await parties_of(row.id)
        if len(rows) >= PARTIES_MOST:
            raise Conflict("problem.permit.parties_most", most=PARTIES_MOST)
        party = _new(
            desk, change, actor, row, len(rows) + 1, (name, contact, address, concern), wish.told_how
        )
        party.may_ask_hearing = wish.may_ask_hearing
        await party.save(force_create=True)
        made.append((party, name))
        if wish.may_ask_hearing:
            made.extend(await _tell_applicant(desk, change, actor, row, rows, party.position + 1))

    async def follow(change: Change, row: PermitApplication) -> None:
        for party, addressee in made:
            await _issue_notice(desk, change, actor, row, party, addressee, concern)
        applicant = next((one for one, _ in made if one.is_applicant), None)
        if applicant is not None:
            change.emit(told(desk, HearingRightTold, row, change, {"until_at": applicant.due_at}), row.id)

    step = PermitStep(
        "tell_party",
        None,
        given={"name": name, "concern": concern},
        content={
            "told_how": wish.told_how,
            "may_ask_hearing": wish.may_ask_hearing,
            "name_digest": digest(desk.sealer, name),
            "concern_digest": digest(desk.sealer, concern),
        },
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, application_id, step, expected_revision)


async def record_statement(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    party_id: UUID,
    said: Said,
    *,
    expected_revision: int | None = None,
) -> UUID | None:
    """Write down what one of them said, on paper or by word of mouth; the statement's id, None where nothing is said.

    Raises NotFound, Forbidden, Conflict, Invalid naming the field.
    """
    words = _words(said)
    made: list[UUID] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        party = await change.lock(PermitParty, party_id)
        if party is None or party.application_id != row.id:
            raise NotFound("problem.permit.party_not_found")
        made.extend(await _keep(desk, change, actor, row, party, said, words))

    await take(
        desk,
        actor,
        application_id,
        _stating(desk, actor, "record_statement", said, words, fill),
        expected_revision,
    )
    return made[0] if made else None


async def state(
    desk: PermitDesk, actor: Actor, application_id: UUID, said: Said, *, expected_revision: int | None = None
) -> UUID | None:
    """The applicant has their say (行政许可法 36), whether somebody told them of it or not. Raises as `record_statement`."""
    words = _words(said)
    made: list[UUID] = []
    said = msgspec.structs.replace(said, said_at=None)

    async def fill(change: Change, row: PermitApplication) -> None:
        rows = await parties_of(row.id)
        party = next((one for one in rows if one.is_applicant), None)
        if party is None:
            concern = desk.documents.catalogue.text("permit_said.own_say")
            party = _new(desk, change, actor, row, len(rows) + 1, ("", None, None, concern), "online")
            party.is_applicant = True
            await party.save(force_create=True)
        made.extend(await _keep(desk, change, actor, row, party, said, words))
        if made:
            await hang_within(change, actor, row.id, made[0], said.files)

    await take(
        desk, actor, application_id, _stating(desk, actor, "state", said, words, fill), expected_revision
    )
    return made[0] if made else None


def _words(said: Said) -> str | None:
    if said.answer not in ANSWERS:
        raise Invalid("problem.permit.answer", field="answer")
    words = optional(said.words, field="words", at_most=WORDS_AT_MOST)
    if words is None and (said.answer == "stated" or said.files):
        raise Invalid("problem.permit.statement_words", field="words")
    return words


def _stating(
    desk: PermitDesk, actor: Actor, move: str, said: Said, words: str | None, fill: object
) -> PermitStep:
    async def follow(change: Change, row: PermitApplication) -> None:
        await tell_called(desk, change, actor, row)

    content = {"answer": said.answer, "words_digest": digest(desk.sealer, words)}
    return PermitStep(
        move,
        StatementMade if actor.kind == "citizen" else None,
        given={"answer": said.answer},
        content=content,
        fill=fill,  # type: ignore[arg-type]
        follow=follow,
    )


async def _keep(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    party: PermitParty,
    said: Said,
    words: str | None,
) -> list[UUID]:
    said_at = said.said_at or change.now
    if not party.told_at <= said_at <= change.now:
        raise Invalid("problem.permit.said_at", field="said_at")
    is_in_time = said_at <= party.due_at
    wants = said.answer == "hearing"
    if wants and not party.may_ask_hearing:
        raise Invalid("problem.permit.no_hearing_right", field="answer")
    if wants and not is_in_time:
        raise Invalid("problem.permit.hearing_too_late", field="answer")
    # Who asked for a hearing has asked for one, whatever they say later.
    party.answer = "hearing" if party.answer == "hearing" else said.answer
    party.answered_at = party.answered_at or said_at
    await party.save(update_fields=["answer", "answered_at"])
    if wants:
        await call_within(desk, change, actor, row, "asked")
    if words is None:
        return []
    last = await PermitStatement.filter(party_id=party.id, weighed_at=None).order_by("-position").first()
    if last is not None and opened(desk, last, "words_sealed") == words:
        # The same tapped twice.
        return [last.id]
    position = await PermitStatement.filter(application_id=row.id).count() + 1
    if position > STATEMENTS_MOST:
        raise Conflict("problem.permit.statements_most", most=STATEMENTS_MOST)
    id = change.ids.new()
    statement = PermitStatement(
        id=id,
        application_id=row.id,
        party_id=party.id,
        position=position,
        words_sealed=desk.sealer.seal(words, table=STATEMENT, column="words_sealed", row_id=id),
        said_at=said_at,
        is_in_time=is_in_time,
        wants_hearing=wants,
        recorded_by_id=actor.id if actor.kind == "staff" else None,
    )
    await statement.save(force_create=True)
    return [id]


def _new(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    position: int,
    words: tuple[str, str | None, str | None, str],
    told_how: ToldHow,
) -> PermitParty:
    id = change.ids.new()
    columns = ("name_sealed", "contact_sealed", "address_sealed", "concern_sealed")
    sealed = {
        column: desk.sealer.seal(text, table=PARTY, column=column, row_id=id) if text is not None else None
        for column, text in zip(columns, words, strict=True)
    }
    return PermitParty(
        id=id,
        application_id=row.id,
        position=position,
        is_applicant=False,
        may_ask_hearing=False,
        told_how=told_how,
        told_at=change.now,
        told_by_id=actor.id if actor.kind == "staff" else None,
        due_at=desk.calendar.due(desk.section.limits.hearing_ask.limit(ASK), change.now).at,
        **sealed,
    )


async def _tell_applicant(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    rows: list[PermitParty],
    position: int,
) -> list[tuple[PermitParty, str]]:
    """The applicant may ask for a hearing too, once told of it: with the first of the others."""
    if any(one.is_applicant and one.may_ask_hearing for one in rows):
        return []
    concern = desk.documents.catalogue.text("permit_said.hearing_right")
    how: ToldHow = "online" if row.account_id is not None else "handed"
    known = next((one for one in rows if one.is_applicant), None)
    party = known or _new(desk, change, actor, row, position, ("", None, None, concern), how)
    party.is_applicant = party.may_ask_hearing = True
    if known is not None:
        party.told_at, party.told_by_id = change.now, actor.id
        party.due_at = desk.calendar.due(desk.section.limits.hearing_ask.limit(ASK), change.now).at
        party.answer = party.answered_at = None
        await party.save()
    else:
        await party.save(force_create=True)
    return [(party, "")]


async def _issue_notice(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    party: PermitParty,
    name: str,
    concern: str,
) -> None:
    if party.is_applicant:
        data = particulars(desk, row)
        reasons = (desk.documents.catalogue.text("permit_said.hearing_right"),)
    else:
        data, reasons = for_others(desk, row, name), (concern,)
    data = msgspec.structs.replace(
        data, reasons=reasons, due_at=party.due_at, may_ask_hearing=party.may_ask_hearing
    )
    document_id = await issue_to(desk, change, actor, row, party, Paper.PARTY_NOTICE, data)
    await PermitParty.filter(id=party.id).update(document_id=document_id)
