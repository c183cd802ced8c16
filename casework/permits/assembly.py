"""From rows to views: what an applicant, a clerk, a co-signing organ may see of an application, and how its clocks were
reckoned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from casework.actors import Actor
from casework.complaints.limits import Pause, Reckoning, add_up
from casework.people.models import Staff
from casework.permissions import Operation, may
from casework.permits.clocks import (
    DECIDE,
    IN_HAND,
    PROMISE,
    SURVEY,
    Clocks,
    clock_of,
    limit_for,
    promised,
    reckon,
)
from casework.permits.correcting import items_of
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled, is_personal, shown_value, visible_fields, visible_materials
from casework.permits.kinds import Act, Flow, FormField
from casework.permits.materials import AttachedFile
from casework.permits.models import PermitApplication, PermitCorrection, PermitPause
from casework.permits.papers import opened_holder
from casework.permits.pauses import expected_end_at
from casework.permits.views import (
    ApplicationLine,
    ClockView,
    CorrectionItemView,
    CorrectionView,
    FieldView,
    MaterialView,
    PauseView,
)
from casework.permits.wording import span_words, state_name
from casework.permits.written import opened_form
from kit.calendar.explain import explain
from kit.sealing import mask_phone


async def staff_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What these members of staff are called."""
    wanted = {id for id in ids if id is not None}
    return dict(await Staff.filter(id__in=list(wanted)).values_list("id", "name")) if wanted else {}


def line_of(
    desk: PermitDesk, row: PermitApplication, viewer: Actor, now: datetime, names: Mapping[UUID, str]
) -> ApplicationLine:
    """One line of a list. `names` are those of members of staff, for staff."""
    is_paused = row.state in IN_HAND and row.due_at is None
    is_late = row.due_at is not None and row.due_at <= now
    promise_at = row.promise_due_at or row.statutory_due_at
    missed = row.state in IN_HAND and not is_paused and promise_at is not None and promise_at <= now
    return ApplicationLine(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        kind_name=desk.kind_name(row.kind),
        flow=cast("Flow", row.flow),
        act=cast("Act", row.act),
        state=row.state,
        state_name=state_name(desk.documents.catalogue, row.flow, row.state),
        revision=row.revision,
        holder=opened_holder(desk, row) if sees_holder(viewer, row) else "",
        place_text=row.place_text,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        clock=clock_of(row),
        is_late=is_late,
        is_paused=is_paused,
        source=row.source,
        unit=row.unit if viewer.kind == "staff" else None,
        assignee_name=names.get(row.assignee_id, "") if row.assignee_id is not None else "",
        needs_late_reason=missed and row.late_reason is None,
    )


def sees_holder(viewer: Actor, row: PermitApplication) -> bool:
    """Whether the viewer reads whose it is: applicants, staff who handle it; co-signers organisations alone."""
    return viewer.kind != "staff" or may(viewer, Operation.SEE_APPLICANT) or row.holder_kind == "organisation"


def fields_of(desk: PermitDesk, row: PermitApplication, viewer: Actor) -> tuple[FieldView, ...]:
    """What was filled in, as far as the viewer may see it: personal values masked for staff, left out for others."""
    kind = desk.section.kind(row.kind)
    if kind is None:
        return ()
    filled, found = opened_form(desk, row), []
    for one in visible_fields(kind, filled):
        if one.code not in filled.values:
            continue
        value, is_masked = shown_value(one, filled.values[one.code]), False
        if is_personal(one) and viewer.kind == "staff":
            if not may(viewer, Operation.SEE_APPLICANT) and not (
                one.role == "holder" and sees_holder(viewer, row)
            ):
                continue
            value, is_masked = masked(one, value)
        found.append(
            FieldView(
                code=one.code, name=one.name, type=one.type, value=value, step=one.step, is_masked=is_masked
            )
        )
    return tuple(found)


def masked(field: FormField, value: str) -> tuple[str, bool]:
    """Telephones and identity numbers as lists show them, and whether anything is hidden."""
    if field.type == "phone" or field.role == "phone":
        return mask_phone(value), True
    if field.type == "identity_number":
        return value[:4] + "*" * max(0, len(value) - 8) + value[-4:], True
    return value, False


def materials_of(
    desk: PermitDesk, row: PermitApplication, files: Iterable[AttachedFile], filled: Filled
) -> tuple[MaterialView, ...]:
    """What the kind asks for with what came; what came under a material that is not asked for any more, too."""
    by_code: dict[str, list[AttachedFile]] = {}
    for one in files:
        by_code.setdefault(one.material, []).append(one)
    kind = desk.section.kind(row.kind)
    asked = visible_materials(kind, filled) if kind is not None else ()
    found = [
        MaterialView(
            code=one.code,
            name=one.name,
            files=tuple(by_code.pop(one.code, ())),
            original_at_window=one.original_at_window,
        )
        for one in asked
    ]
    found += [MaterialView(code=code, name=code, files=tuple(rest)) for code, rest in by_code.items()]
    return tuple(found)


def corrections_view(
    desk: PermitDesk, row: PermitApplication, rows: Iterable[PermitCorrection]
) -> tuple[CorrectionView, ...]:
    """The requests with the names the applicant knows the items by."""
    kind = desk.section.kind(row.kind)
    names = {}
    if kind is not None:
        names = {f"field:{one.code}": one.name for one in kind.fields}
        names |= {f"material:{one.code}": one.name for one in kind.materials}
    return tuple(
        CorrectionView(
            round=one.round,
            items=tuple(
                CorrectionItemView(
                    item=item.item,
                    name=names.get(item.item, item.item),
                    wrong=item.wrong,
                    wanted=item.wanted,
                )
                for item in items_of(one)
            ),
            words=one.words or "",
            head_reason=one.head_reason or "",
            asked_at=one.asked_at,
            due_at=one.due_at,
            answered_at=one.answered_at,
        )
        for one in rows
    )


def pauses_view(desk: PermitDesk, rows: Iterable[PermitPause]) -> tuple[PauseView, ...]:
    """The times kept out of the limits."""
    return tuple(
        PauseView(
            kind=one.kind,
            reason=one.reason,
            basis=one.basis,
            started_at=one.started_at,
            ended_at=one.ended_at,
            expected_until_at=expected_end_at(desk, one),
        )
        for one in rows
    )


def clocks_view(
    desk: PermitDesk, row: PermitApplication, pauses: Iterable[PermitPause], now: datetime
) -> tuple[ClockView, ...]:
    """The limits worth showing where the application stands, the most pressing first, each with its arithmetic."""
    still = tuple(Pause(one.started_at, one.ended_at) for one in pauses)
    found: list[ClockView] = []
    name = clock_of(row)
    if name is not None and row.state not in IN_HAND:
        limit = limit_for(desk.section, row.kind, name)
        if limit is not None:
            reckoned = add_up(limit, row.limit_started_at, desk.calendar)
            found.append(_clock(desk, row, name, reckoned, due_at=row.due_at, now=now))
    clocks = reckon(desk.section, desk.calendar, row, still)
    if clocks is not None:
        found += _in_hand(desk, row, clocks, now)
    return tuple(found)


def _in_hand(desk: PermitDesk, row: PermitApplication, clocks: Clocks, now: datetime) -> Iterable[ClockView]:
    ended_at = row.decided_at or row.ended_at
    is_paused = clocks.is_paused and ended_at is None
    for name, reckoned, due_at, met_at in (
        (SURVEY, clocks.survey, row.survey_due_at, row.surveyed_at),
        (PROMISE, clocks.promise, row.promise_due_at, row.decided_at),
        (DECIDE, clocks.statutory, row.statutory_due_at, row.decided_at),
    ):
        if reckoned is None or (name == SURVEY and ended_at is not None and met_at is None):
            continue
        yield _clock(
            desk,
            row,
            name,
            reckoned,
            due_at=due_at,
            now=now,
            met_at=met_at,
            over_at=ended_at,
            is_paused=is_paused and met_at is None,
        )


def _clock(
    desk: PermitDesk,
    row: PermitApplication,
    name: str,
    reckoned: Reckoning,
    *,
    due_at: datetime | None,
    now: datetime,
    met_at: datetime | None = None,
    over_at: datetime | None = None,
    is_paused: bool = False,
) -> ClockView:
    words, limit = desk.documents.catalogue, reckoned.limit
    lines = explain(reckoned.deadline, words)
    if reckoned.extended_by:
        lines.append(
            words.text("permit_said.extended", span=span_words(words, limit.unit, reckoned.extended_by))
        )
    if reckoned.paused_for:
        lines.append(
            words.text("permit_said.stood_still", span=span_words(words, limit.unit, reckoned.paused_for))
        )
    if is_paused:
        lines.append(words.text("permit_said.stands_still"))
    at = met_at or over_at or now
    return ClockView(
        name=name,
        unit=limit.unit,
        amount=limit.amount,
        basis=_basis(desk, row, name),
        started_at=reckoned.started_at,
        due_at=None if is_paused else due_at,
        stood_still=reckoned.paused_for,
        is_paused=is_paused,
        met_at=met_at,
        is_missed=not is_paused and due_at is not None and at > due_at,
        lines=tuple(lines),
    )


def _basis(desk: PermitDesk, row: PermitApplication, name: str) -> str:
    found = promised(desk.section, row.kind, name)
    return found.basis if found is not None else ""
