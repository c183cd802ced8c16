"""The papers of a penalty case: what stands on them, and what is sealed in its row."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents.issuing import IssueRequest, issue, record_delivery
from casework.documents.models import IssuedDocument
from casework.documents.papers import Officer, Paper, Particulars, Row
from casework.penalties.access import ABOUT_CASE, current_code
from casework.penalties.case_limits import limit
from casework.penalties.case_money import Instalment, owed_fen, yuan
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from casework.people.models import Staff
from kit.db import Change

ABOUT = "penalty"
TABLE = "penalty_case"


def sealed(desk: PenaltyDesk, id: UUID, column: str, value: str) -> bytes:
    """A personal value as its row keeps it."""
    return desk.sealer.seal(value, table=TABLE, column=column, row_id=id)


def opened(desk: PenaltyDesk, row: PenaltyCase, column: str) -> str:
    """One of them, "" where there is none."""
    value = getattr(row, column)
    return desk.sealer.open(value, table=TABLE, column=column, row_id=row.id) if value else ""


async def advance_notice(
    desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase, code: str
) -> IssuedDocument:
    """What is intended, and until when the party may say something or ask for a hearing."""
    rows = [_line(desk, "statement_limit", days=desk.section.limits.statement.working_days or 0)]
    if row.allows_hearing:
        rows.append(_line(desk, "hearing_limit", days=desk.section.limits.hearing.working_days or 0))
    data = msgspec.structs.replace(
        await _common(desk, row),
        terms=(row.intended or "",),
        amount_fen=row.amount_fen,
        findings=row.evidence or "",
        rows=tuple(rows),
        act="hearing" if row.allows_hearing else "new",
        code=code,
        verify_url=_address(desk),
    )
    return await _issue(desk, change, actor, row, Paper.PENALTY_NOTICE, data)


async def hearing_notice(desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase) -> IssuedDocument:
    """When and where the hearing is, and who holds it."""
    host = await Staff.get_or_none(id=row.hearing_host_id) if row.hearing_host_id is not None else None
    rows = (Row(name=_text(desk, "hearing_host"), value=host.name),) if host is not None else ()
    data = msgspec.structs.replace(
        await _common(desk, row), place=row.hearing_place or "", from_at=row.hearing_at, rows=rows
    )
    return await _issue(desk, change, actor, row, Paper.PENALTY_HEARING, data)


async def decision_paper(
    desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase, heard: str, code: str
) -> IssuedDocument:
    """The decision with all that 行政处罚法 59 asks for; `heard` says what became of what the party said."""
    penalty = row.decides_penalty
    data = msgspec.structs.replace(
        await _common(desk, row),
        terms=(row.decision or "",),
        amount_fen=row.decision_fen if penalty else None,
        findings=row.evidence or "",
        outcome=heard,
        promised=desk.section.how_to_pay if penalty and row.decision_fen else "",
        expected_days=desk.section.limits.pay.natural_days,
        remedies=desk.section.decision_remedies,
        code=code,
        verify_url=_address(desk),
    )
    return await _issue(
        desk, change, actor, row, Paper.PENALTY_DECISION if penalty else Paper.NO_PENALTY, data
    )


async def terms_paper(
    desk: PenaltyDesk,
    change: Change,
    actor: Actor,
    row: PenaltyCase,
    *,
    kind: str,
    plan: Sequence[Instalment],
    reasons: str,
) -> IssuedDocument:
    """The answer to a request to pay later or in parts: `plan` as it is allowed, empty where it is refused."""
    number = await IssuedDocument.filter(
        about_kind=ABOUT, about_id=row.id, kind=Paper.PENALTY_DECISION.value, voided_at=None
    ).first()
    data = msgspec.structs.replace(
        await _common(desk, row),
        act=kind,
        concerns=(number.number or "") if number is not None else "",
        granted_at=row.decided_at,
        amount_fen=owed_fen(row),
        reasons=(reasons,),
        rows=tuple(Row(name=_day(desk, one), value=_text(desk, "yuan", yuan=yuan(one.fen))) for one in plan),
        remedies=desk.section.decision_remedies,
    )
    return await _issue(desk, change, actor, row, Paper.PAYMENT_TERMS, data)


async def demand_paper(desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase) -> IssuedDocument:
    """What is owed, how and until when it is to be paid, and that the party may state the case (行政强制法 35)."""
    decision = await IssuedDocument.filter(
        about_kind=ABOUT, about_id=row.id, kind=Paper.PENALTY_DECISION.value, voided_at=None
    ).first()
    sums = [("fine", row.decision_fen or 0), ("late_fine", row.late_fen), ("paid", row.paid_fen)]
    data = msgspec.structs.replace(
        await _common(desk, row),
        concerns=(decision.number or "") if decision is not None else "",
        granted_at=row.decided_at,
        amount_fen=owed_fen(row),
        rows=tuple(
            Row(name=_text(desk, name), value=_text(desk, "yuan", yuan=yuan(fen)))
            for name, fen in sums
            if fen
        ),
        expected_days=limit(desk.section, "demand").amount,
        promised=desk.section.how_to_pay,
        code=await current_code(desk, row.id, ABOUT_CASE),
        verify_url=_address(desk),
    )
    return await _issue(desk, change, actor, row, Paper.PENALTY_DEMAND, data)


async def note_delivery(change: Change, actor: Actor, row: PenaltyCase, paper: Paper, way: str) -> None:
    """Say on the papers of this kind that they were delivered."""
    kept = {"left": "window", "public": "post"}.get(way, way)
    papers = IssuedDocument.filter(about_kind=ABOUT, about_id=row.id, kind=paper.value, voided_at=None)
    for one in await papers.order_by("id"):
        await record_delivery(change, actor, one.id, kept)  # type: ignore[arg-type]


async def _issue(
    desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase, paper: Paper, data: Particulars
) -> IssuedDocument:
    request = IssueRequest(paper=paper, about_kind=ABOUT, about_id=row.id, forms=desk.section, data=data)
    return await issue(change, desk.documents, actor, request)


async def _common(desk: PenaltyDesk, row: PenaltyCase) -> Particulars:
    ids = [row.officer_id, row.second_officer_id]
    names = dict(await Staff.filter(id__in=ids).values_list("id", "name"))
    return Particulars(
        addressee=opened(desk, row, "party_sealed"),
        item=desk.ground_name(row.ground_code),
        reference=row.reference,
        holder=opened(desk, row, "address_sealed"),
        holder_number=opened(desk, row, "party_number_sealed") if row.party_kind == "organisation" else "",
        place=row.place_text or "",
        reasons=(row.facts or "",),
        basis=(row.basis,),
        submitted_at=row.issued_at,
        officers=tuple(Officer(name=names[one]) for one in ids if one in names),
    )


def _address(desk: PenaltyDesk) -> str:
    return f"{desk.public_url}/h5/penalties/open"


def _line(desk: PenaltyDesk, name: str, **values: object) -> Row:
    return Row(name=_text(desk, name), value=_text(desk, f"{name}_words", **values))


def _day(desk: PenaltyDesk, one: Instalment) -> str:
    return _text(desk, "by_day", year=one.on.year, month=one.on.month, day=one.on.day)


def _text(desk: PenaltyDesk, name: str, **values: object) -> str:
    return desk.documents.catalogue.text(f"penalty_case.paper.{name}", **values)
