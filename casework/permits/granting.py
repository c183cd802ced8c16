"""The permit that comes of a grant: its row, with what anybody may read of its holder, in the transaction of the decision."""

from __future__ import annotations

from datetime import datetime

import msgspec

from casework.actors import Actor
from casework.permits.credentials import new_code
from casework.permits.decision_rules import Scope
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import PERMIT, PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import opened_holder
from casework.permits.renewals import is_in_time
from casework.permits.replacing import plan_replacement, replace
from casework.permits.sign_port import DecidedSign
from casework.permits.written import opened_form
from kit.db import Change
from kit.problems import Conflict

MASK = "*"
SHOWN_AT_MOST = 100


def shown_holder(name: str, holder_kind: str) -> str:
    """Organisations by name; of a person the family name alone, the length of the rest not shown."""
    if holder_kind == "organisation":
        return name[:SHOWN_AT_MOST]
    return name[:1] + MASK if name else MASK


async def make_permit(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, scope: Scope, number: str
) -> Permit:
    """The new permit in force, with its sign; the one it changes or renews is replaced by it once it begins. `row` is locked and decided.

    Raises Conflict where that one is over.
    """
    id, holder = change.ids.new(), opened_holder(desk, row)
    takes_over = row.act in ("change", "renew") and row.concerns_id is not None
    permit = Permit(
        id=id,
        number=number,
        code=new_code(),
        application_id=row.id,
        kind=row.kind,
        kind_name=desk.kind_name(row.kind),
        account_id=row.account_id,
        state=PERMIT.initial,
        state_since_at=change.now,
        revision=1,
        holder_kind=row.holder_kind,
        holder_sealed=desk.sealer.seal(holder, table="permit", column="holder_sealed", row_id=id),
        holder_shown=shown_holder(holder, row.holder_kind),
        holder_index=row.holder_index,
        place_text=scope.place_text,
        latitude=row.latitude,
        longitude=row.longitude,
        outline=scope.outline,
        place_area=row.place_area,
        place_grid=row.place_grid,
        place_cell=row.place_cell,
        surface=row.surface,
        area_m2=scope.area_m2,
        valid_from_at=scope.from_at,
        valid_until_at=scope.until_at,
        terms=msgspec.json.encode(scope.terms).decode(),
        unit=row.unit,
        granted_at=change.now,
        replaces_id=row.concerns_id if takes_over else None,
        updated_at=change.now,
    )
    await permit.save(force_create=True)
    if takes_over and row.concerns_id is not None:
        if permit.valid_from_at > change.now:
            await plan_replacement(change, actor, row.concerns_id, permit)
        else:
            await replace(desk, change, actor, row.concerns_id, permit)
    await keep_sign(desk, change, actor, row, permit)
    return permit


async def keep_sign(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, permit: Permit | None
) -> None:
    """The sign with its code, where that is what comes of it."""
    kind = desk.section.kind(row.kind)
    if kind is None or kind.product != "sign":
        return
    holder = opened_holder(desk, row)
    decided = DecidedSign(
        row=row,
        kind=kind,
        filled=opened_form(desk, row),
        holder=holder,
        holder_shown=shown_holder(holder, row.holder_kind),
        permit=permit,
    )
    await desk.signs.decided(change, actor, desk.sealer, decided)


async def require_not_renewed(desk: PermitDesk, row: PermitApplication, now: datetime) -> None:
    """Raise Conflict for a renewal that the law has granted by silence: asked for in time, and not decided when its permit
    ended (行政许可法 50).
    """
    permit = await Permit.get_or_none(id=row.concerns_id) if row.act == "renew" else None
    if permit is None or permit.valid_until_at > now:
        return
    if is_in_time(desk.section, row, permit):
        raise Conflict("problem.permit.renewed_by_silence")


async def require_still_in_force(row: PermitApplication) -> Permit | None:
    """The permit that an application changes, renews or strikes off; None for a new one. Raises Conflict where it is over."""
    if row.concerns_id is None or row.act == "new":
        return None
    permit = await Permit.get_or_none(id=row.concerns_id)
    if permit is None or permit.state != PermitState.IN_FORCE or permit.replaced_from_at is not None:
        raise Conflict("problem.permit.replaced_gone")
    is_known = row.holder_index is not None and permit.holder_index is not None
    if is_known and row.holder_index != permit.holder_index:
        # A permit is not passed on to somebody else (行政许可法 9), nor changed or given up by them.
        raise Conflict("problem.permit.other_holder")
    return permit
