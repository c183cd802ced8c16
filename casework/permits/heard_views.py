"""Who was heard about an application and what came of it, as staff see it and as the applicant does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from casework.permits.desk import PermitDesk
from casework.permits.heard_files import files_of_statements
from casework.permits.hearing_calls import TABLE as HEARING_TABLE
from casework.permits.hearing_calls import presider_name
from casework.permits.hearing_models import PermitHearing, PermitParty, PermitStatement
from casework.permits.materials import AttachedFile
from casework.permits.party_rows import opened, parties_of, statements_of


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    """One who was told. `name` is empty for the applicant, and once it was erased."""

    id: UUID
    is_applicant: bool
    name: str
    contact: str
    address: str
    concern: str
    may_ask_hearing: bool
    told_how: str
    told_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """What one of them said. `outcome` and `why` are empty until it was weighed."""

    id: UUID
    party_id: UUID
    name: str
    is_applicant: bool
    words: str
    said_at: datetime
    is_in_time: bool
    outcome: str
    why: str
    files: tuple[AttachedFile, ...] = ()


class HearingView(msgspec.Struct, frozen=True, kw_only=True):
    """A hearing. Record and reason for calling it off are for staff; the record is a paper for the applicant."""

    id: UUID
    cause: str
    basis: str
    state: str
    called_at: datetime
    due_at: datetime
    meeting_at: datetime | None
    place: str
    presider: str
    announcement: str
    record: str
    end_reason: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, in the order it happened."""

    parties: tuple[PartyView, ...] = ()
    statements: tuple[StatementView, ...] = ()
    hearings: tuple[HearingView, ...] = ()

    @property
    def open_hearing(self) -> HearingView | None:
        return next((one for one in self.hearings if one.state in ("called", "arranged")), None)


async def heard_of(desk: PermitDesk, application_id: UUID) -> Heard:
    """All of an application that the viewer has been found to be allowed to see with the names of others: staff alone."""
    parties, statements = await parties_of(application_id), await statements_of(application_id)
    files = await files_of_statements(application_id)
    by_id = {one.id: one for one in parties}
    return Heard(
        parties=tuple(_party(desk, one) for one in parties),
        statements=tuple(
            _statement(desk, one, by_id[one.party_id], files.get(one.id, ())) for one in statements
        ),
        hearings=await _hearings(desk, application_id, with_words=True),
    )


async def heard_by_applicant(desk: PermitDesk, application_id: UUID) -> Heard:
    """What the applicant sees: their own telling and statements, and every hearing; of the others nothing."""
    parties = [one for one in await parties_of(application_id) if one.is_applicant]
    own = {one.id: one for one in parties}
    statements = [one for one in await statements_of(application_id) if one.party_id in own]
    files = await files_of_statements(application_id) if statements else {}
    return Heard(
        parties=tuple(_party(desk, one) for one in parties),
        statements=tuple(
            _statement(desk, one, own[one.party_id], files.get(one.id, ())) for one in statements
        ),
        hearings=await _hearings(desk, application_id, with_words=False),
    )


async def _hearings(desk: PermitDesk, application_id: UUID, *, with_words: bool) -> tuple[HearingView, ...]:
    rows = await PermitHearing.filter(application_id=application_id).order_by("called_at", "id")
    return tuple([await _hearing(desk, one, with_words=with_words) for one in rows])


async def _hearing(desk: PermitDesk, one: PermitHearing, *, with_words: bool) -> HearingView:
    def words(column: str) -> str:
        sealed = getattr(one, column)
        if not with_words or not sealed:
            return ""
        return desk.sealer.open(sealed, table=HEARING_TABLE, column=column, row_id=one.id)

    return HearingView(
        id=one.id,
        cause=one.cause,
        basis=one.basis,
        state=one.state,
        called_at=one.called_at,
        due_at=one.due_at,
        meeting_at=one.meeting_at,
        place=one.place or "",
        presider=await presider_name(one),
        announcement=one.announcement or "",
        record=words("record_sealed"),
        end_reason=words("end_reason_sealed"),
    )


def _party(desk: PermitDesk, one: PermitParty) -> PartyView:
    return PartyView(
        id=one.id,
        is_applicant=one.is_applicant,
        name=opened(desk, one, "name_sealed"),
        contact=opened(desk, one, "contact_sealed"),
        address=opened(desk, one, "address_sealed"),
        concern=opened(desk, one, "concern_sealed"),
        may_ask_hearing=one.may_ask_hearing,
        told_how=one.told_how,
        told_at=one.told_at,
        due_at=one.due_at,
        answer=one.answer or "",
        answered_at=one.answered_at,
    )


def _statement(
    desk: PermitDesk, one: PermitStatement, party: PermitParty, files: Collection[AttachedFile]
) -> StatementView:
    return StatementView(
        id=one.id,
        party_id=one.party_id,
        name=opened(desk, party, "name_sealed"),
        is_applicant=party.is_applicant,
        words=opened(desk, one, "words_sealed"),
        said_at=one.said_at,
        is_in_time=one.is_in_time,
        outcome=one.outcome or "",
        why=opened(desk, one, "why_sealed"),
        files=tuple(files),
    )
