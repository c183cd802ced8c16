"""The papers about a notice: what stands on them, and what is sealed in its row."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.documents.issuing import IssueRequest, issue
from casework.documents.models import IssuedDocument
from casework.documents.papers import Officer, Paper, Particulars
from casework.penalties.desk import PenaltyDesk
from casework.penalties.kinds import written_basis
from casework.penalties.models import RectificationNotice
from casework.people.models import Staff
from kit.db import Change

ABOUT = "rectification"
TABLE = "rectification_notice"


def sealed(desk: PenaltyDesk, id: UUID, column: str, value: str) -> bytes:
    """A personal value as its row keeps it."""
    return desk.sealer.seal(value, table=TABLE, column=column, row_id=id)


def opened_party(desk: PenaltyDesk, row: RectificationNotice) -> str:
    """What the party is called; "" once nobody is to know any more."""
    if not row.party_sealed:
        return ""
    return desk.sealer.open(row.party_sealed, table=TABLE, column="party_sealed", row_id=row.id)


def opened_number(desk: PenaltyDesk, row: RectificationNotice) -> str:
    """The party's number; "" where it is not known."""
    if row.party_number_sealed is None:
        return ""
    return desk.sealer.open(row.party_number_sealed, table=TABLE, column="party_number_sealed", row_id=row.id)


async def issue_paper(
    desk: PenaltyDesk,
    change: Change,
    actor: Actor,
    row: RectificationNotice,
    paper: Paper,
    *,
    code: str = "",
    findings: str = "",
) -> IssuedDocument:
    """Issue one within `change`."""
    ground = desk.section.ground(row.ground_code)
    first = ground.first_violation if ground is not None and row.is_first_violation else None
    basis = (row.basis,) if paper is Paper.RECTIFICATION or first is None else written_basis(first.basis)
    names = dict(await Staff.filter(id__in=_officers(row)).values_list("id", "name"))
    data = Particulars(
        addressee=opened_party(desk, row),
        item=desk.ground_name(row.ground_code),
        reference=row.reference,
        holder_number=opened_number(desk, row) if row.party_kind == "organisation" else "",
        place=row.place_text or "",
        reasons=(row.facts,),
        basis=basis,
        terms=(row.demand,),
        due_at=row.due_at,
        submitted_at=row.issued_at,
        promised="；".join(first.conditions) if first is not None else "",
        findings=findings,
        officers=tuple(Officer(name=names[one]) for one in _officers(row) if one in names),
        remedies=desk.section.remedies,
        code=code,
        verify_url=f"{desk.public_url}/h5/penalties/open" if code else "",
    )
    return await issue(
        change,
        desk.documents,
        actor,
        IssueRequest(paper=paper, about_kind=ABOUT, about_id=row.id, forms=desk.section, data=data),
    )


def _officers(row: RectificationNotice) -> list[UUID]:
    return [one for one in (row.officer_id, row.second_officer_id) if one is not None]
