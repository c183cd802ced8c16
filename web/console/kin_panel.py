"""Other cases on the page of a case: what hangs together, and what may be the same matter, with its grounds."""

from __future__ import annotations

from collections.abc import Iterable

from casework.complaints.assembly import masked_opening
from casework.complaints.lifecycle import State
from casework.complaints.merging import LEADS, merged_into
from casework.complaints.models import Complaint
from casework.complaints.near import Near, near_by_id
from casework.complaints.ports import PermitMatch
from casework.complaints.sight import sight_of
from casework.complaints.splitting import parts_of
from casework.complaints.views import ComplaintDetail
from kit.clock import local
from web.console.addresses import case_address, move_address
from web.console.door import ConsoleDoor
from web.console.kin_screens import Kin, KinPanel
from web.console.visitor import Visitor

OPENING = 40


async def kin_of(
    door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail, moves: Iterable[str], back: str
) -> KinPanel | None:
    """None where nothing belongs to the case and nothing looks like it."""
    row = await Complaint.get_or_none(id=case.view.id)
    if row is None:
        return None
    sight, may_merge = sight_of(visitor.actor), "merge" in moves
    said = await _one(door, visitor, row.said_same_as_id, may_merge)
    near = await near_by_id(door.desk, row.id, sight) if case.view.state is not State.ANSWERED else ()
    rows = {one.id: one for one in await Complaint.filter(id__in=[one.id for one in near])}
    panel = KinPanel(
        lead=await _one(door, visitor, row.merged_into_id),
        merged=tuple(
            _kin(door, one)
            for one in await merged_into(row.id)
            if sight.covers(one.unit, one.assignee_id, one.filed_by_id)
        ),
        whole=await _one(door, visitor, row.parent_id),
        parts=tuple(
            _kin(door, one)
            for one in await parts_of(row.id)
            if sight.covers(one.unit, one.assignee_id, one.filed_by_id)
        ),
        said=said,
        near=tuple(
            _near(door, one, rows[one.id], may_merge)
            for one in near
            if rows[one.id].restricted_at is None and (said is None or one.reference != said.reference)
        ),
        permits=tuple(_permit(door, one) for one in await _permits(door, case)),
        action=move_address(case.view.reference, "merge"),
        revision=str(case.view.revision),
        back=back,
    )
    shown = (panel.lead, panel.merged, panel.whole, panel.parts, panel.said, panel.near, panel.permits)
    return panel if any(shown) else None


async def _permits(door: ConsoleDoor, case: ComplaintDetail) -> tuple[PermitMatch, ...]:
    """What is permitted at the place of a complaint about something that may be: looked up before anybody goes there."""
    category = door.desk.policy.categories.get(case.view.category or case.suggested_category or "")
    if category is None or not category.permits:
        return ()
    return await door.desk.permits.permits_at(case.position, case.view.place_text, case.view.submitted_at)


def _permit(door: ConsoleDoor, permit: PermitMatch) -> str:
    return door.words.text(
        "console.kin.permit",
        kind=permit.kind,
        reference=permit.reference,
        holder=permit.holder,
        place=permit.place_text,
        begins=local(permit.valid_from).date().isoformat(),
        ends=local(permit.valid_until).date().isoformat(),
    )


async def _one(door: ConsoleDoor, visitor: Visitor, id: object, may_merge: bool = False) -> Kin | None:
    row = await Complaint.get_or_none(id=id) if id is not None else None
    if (
        row is None
        or row.restricted_at is not None
        or not sight_of(visitor.actor).covers(row.unit, row.assignee_id, row.filed_by_id)
    ):
        return None
    return _kin(door, row, may_merge)


def _kin(door: ConsoleDoor, row: Complaint, may_merge: bool = False) -> Kin:
    return Kin(
        reference=row.reference,
        href=case_address(row.reference),
        state=door.words.state(State(row.state)),
        words=masked_opening(door.desk, row, OPENING),
        merges=row.reference if may_merge and row.state in LEADS else "",
    )


def _near(door: ConsoleDoor, near: Near, row: Complaint, may_merge: bool) -> Kin:
    text = door.words.text
    grounds = [
        text("console.kin.far", metres=round(near.distance_m)) if near.distance_m is not None else "",
        text("console.kin.days", days=near.days) if near.days else text("console.kin.same_day"),
        text("console.kin.same_category") if near.same_category else "",
        text("console.kin.words", percent=round(near.words * 100)),
    ]
    return Kin(
        reference=near.reference,
        href=case_address(near.reference),
        state=door.words.state(near.state),
        words=masked_opening(door.desk, row, OPENING),
        why=text("console.kin.join").join(one for one in grounds if one),
        merges=near.reference if may_merge and near.state in LEADS else "",
    )
