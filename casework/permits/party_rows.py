"""Rows of those who are heard about an application, opened, and the papers that go to them."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents.issuing import IssueRequest, issue
from casework.documents.papers import Paper, Particulars
from casework.permits.desk import PermitDesk
from casework.permits.granting import shown_holder
from casework.permits.hearing_models import PermitHearing, PermitParty, PermitStatement
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import forms_of, issue_about, particulars
from kit.db import Change

ABOUT_PARTY = "permit_party"
"""What papers to one of the others hang on: the applicant does not read them."""
PARTY, STATEMENT = "permit_party", "permit_statement"


async def parties_of(application_id: UUID) -> list[PermitParty]:
    """Who was told, in the order told."""
    return await PermitParty.filter(application_id=application_id).order_by("position")


async def statements_of(application_id: UUID) -> list[PermitStatement]:
    """What was said, in the order it came."""
    return await PermitStatement.filter(application_id=application_id).order_by("position")


def opened(desk: PermitDesk, row: PermitParty | PermitStatement, column: str) -> str:
    """A sealed column in words; empty where there is nothing, or nothing any more."""
    sealed = getattr(row, column)
    table = PARTY if isinstance(row, PermitParty) else STATEMENT
    return desk.sealer.open(sealed, table=table, column=column, row_id=row.id) if sealed else ""


async def issue_to(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    party: PermitParty,
    paper: Paper,
    data: Particulars,
) -> UUID:
    """Issue a paper to one of them. The applicant does not read those of the others: they hang on the party."""
    if party.is_applicant:
        return (await issue_about(desk, change, actor, row, paper, data)).id
    request = IssueRequest(
        paper=paper, about_kind=ABOUT_PARTY, about_id=party.id, forms=forms_of(desk, row.kind), data=data
    )
    return (await issue(change, desk.documents, actor, request)).id


def for_others(desk: PermitDesk, row: PermitApplication, addressee: str) -> Particulars:
    """What a paper to somebody else says of the application: nothing more of who applies than anybody may read."""
    data = particulars(desk, row)
    shown = shown_holder(data.holder, row.holder_kind)
    return msgspec.structs.replace(
        data, addressee=addressee, holder=shown, holder_number="", agent="", rows=()
    )


async def forget_heard(application_id: UUID) -> None:
    """Nothing is left of who was heard and what they said, but that somebody was."""
    permits = await Permit.filter(application_id=application_id).values_list("id", flat=True)
    of_it = {"application_id__in": [application_id, *permits]}
    await PermitParty.filter(**of_it).update(
        name_sealed=b"", contact_sealed=None, address_sealed=None, concern_sealed=b""
    )
    await PermitStatement.filter(**of_it).update(words_sealed=b"", why_sealed=None)
    await PermitHearing.filter(**of_it).update(
        place=None, announcement=None, objection_sealed=None, record_sealed=None, confirmed_sealed=None,
        end_reason_sealed=None,
    )  # fmt: skip
