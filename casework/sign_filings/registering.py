"""Taking signs into the register, each with its one code.

A filing that is registered makes its sign in the transaction of that decision, and so does the approval of a large
advertisement. What hangs already is entered by a clerk. A large advertisement is never entered without its approval in
force (城市市容和环境卫生管理条例 11).
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import optional, required
from casework.people.office_phone import (
    office_phone,
    office_phone_or_none,
    require_public,
    without_private,
)
from casework.permissions import Operation, require
from casework.permits.kinds import PermitKind
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit
from casework.permits.sign_port import DecidedSign
from casework.permits.values import number_of
from casework.scene_codes.actions import new_code
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.models import SceneCode
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.events import SignCorrected, SignRegistered
from casework.sign_filings.lifecycle import SIGN, UP
from casework.sign_filings.models import Sign
from casework.sign_filings.moving import ACTION, SignStep, locked, move_within, told
from casework.sign_filings.section import SignsSection
from casework.sign_filings.sizes import require_approved, require_size
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid
from kit.sealing import FieldSealer

MASK = "*"
WORDS_AT_MOST, NAME_AT_MOST, MATERIAL_AT_MOST, PLACE_AT_MOST = 200, 100, 60, 300
SIDE_MOST_M = 100.0


class NewSign(msgspec.Struct, frozen=True, kw_only=True):
    """A sign that hangs already, as a clerk enters it. Measures in metres; `permit_number` of a large advertisement."""

    kind: str
    words: str
    holder: str
    holder_kind: str = "organisation"
    responsible_unit: str
    contact_phone: str
    material: str
    width_m: float
    height_m: float
    place_text: str
    permit_number: str = ""


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of a sign says, however it came."""

    words: str
    material: str
    width_m: float
    height_m: float
    above_ground_m: float | None = None
    lighting: str | None = None
    responsible_unit: str
    contact_phone: str
    place_text: str


class SignRegister:
    """The register of signs, as decisions about filings and approvals know it (`casework.permits.sign_port.Signs`)."""

    def __init__(self, section: SignsSection) -> None:
        self._section = section

    async def decided(self, change: Change, actor: Actor, sealer: FieldSealer, decided: DecidedSign) -> None:
        """A new sign, or the new particulars of one whose approval was changed or renewed: its code stays."""
        permit, row = decided.permit, decided.row
        if decided.kind.flow == "permit" and (permit is None or permit.state != PermitState.IN_FORCE):
            raise Conflict("problem.sign.permit_first", name=decided.kind.name)
        said, old = _said(self._section, decided), None
        if actor.kind == "staff":
            # What silence takes in is taken in as it is; its page says what is too large.
            require_size(self._section, decided.kind.code, said.width_m, said.height_m)
        if permit is not None and permit.replaces_id is not None:
            old = await Sign.get_or_none(permit_id=permit.replaces_id)
        if old is not None and old.state in UP:
            await self._renew(change, actor, await locked(change, old.id), decided, said)
            return
        sign = _new_row(change, self._section, decided.kind, said)
        sign.application_id, sign.permit_id = row.id, permit.id if permit is not None else None
        sign.account_id, sign.unit = row.account_id, row.unit
        sign.latitude, sign.longitude = row.latitude, row.longitude
        sign.place_area, sign.place_cell = row.place_area, row.place_cell
        sign.valid_until_on = _valid_until(change, decided.kind, permit)
        _put_holder(sealer, sign, decided.holder, decided.holder_shown)
        await _keep(change, actor, sign, {"application": row.reference})
        await end_replaced(change, actor, row.id, sign)

    async def _renew(
        self, change: Change, actor: Actor, sign: Sign, decided: DecidedSign, said: _Said
    ) -> None:
        permit, row = decided.permit, decided.row

        async def fill(change: Change, sign: Sign) -> None:
            sign.application_id, sign.permit_id = row.id, permit.id if permit is not None else None
            sign.latitude, sign.longitude = row.latitude, row.longitude
            sign.place_area, sign.place_cell = row.place_area, row.place_cell
            sign.valid_until_on = _valid_until(change, decided.kind, permit)
            for name in said.__struct_fields__:
                setattr(sign, name, getattr(said, name))

        step = SignStep("correct", SignCorrected, content={"application": row.reference}, fill=fill)
        await move_within(change, actor, sign, step)


async def register_by_hand(desk: SignDesk, actor: Actor, new: NewSign) -> UUID:
    """Enter a sign that hangs already; its id. Raises Forbidden, Invalid naming the field, Conflict without an approval."""
    require(actor, Operation.KEEP_SIGNS)
    kind = desk.kinds.kind(new.kind)
    if kind is None or kind.product != "sign":
        raise Invalid("problem.sign.kind", field="kind")
    holder = required(new.holder, field="holder", at_most=NAME_AT_MOST)
    said = checked(new)

    async def work(change: Change) -> UUID:
        permit = await _approval(kind, new.permit_number)
        await require_fitting(desk, kind.code, permit, said.width_m, said.height_m)
        sign = _new_row(change, desk.section, kind, said)
        sign.unit, sign.valid_until_on = kind.unit, _valid_until(change, kind, permit)
        if permit is not None:
            sign.permit_id, sign.account_id = permit.id, permit.account_id
        shown = holder if new.holder_kind == "organisation" else holder[:1] + MASK
        _put_holder(desk.sealer, sign, holder, shown)
        await _keep(change, actor, sign, {"by_hand": True})
        return sign.id

    return await desk.db.change(work)


def checked(new: NewSign) -> _Said:
    """What a clerk typed, in its kept form. Raises Invalid naming the field."""
    for name, side in (("width_m", new.width_m), ("height_m", new.height_m)):
        # NaN is in no range.
        if not 0 < side <= SIDE_MOST_M:
            raise Invalid("problem.sign.side", field=name, most=int(SIDE_MOST_M))
    return _Said(
        words=_public(new.words, "words", WORDS_AT_MOST),
        material=required(new.material, field="material", at_most=MATERIAL_AT_MOST),
        width_m=new.width_m,
        height_m=new.height_m,
        responsible_unit=_public(new.responsible_unit, "responsible_unit", NAME_AT_MOST),
        contact_phone=office_phone(new.contact_phone),
        place_text=_public(new.place_text, "place_text", PLACE_AT_MOST),
    )


def _public(text: str, field: str, at_most: int) -> str:
    return require_public(required(text, field=field, at_most=at_most), field)


async def require_fitting(
    desk: SignDesk, kind: str, permit: Permit | None, width_m: float, height_m: float
) -> None:
    """Raises Invalid for a sign larger than one of its kind may be, or than its approval says."""
    require_size(desk.section, kind, width_m, height_m)
    if permit is not None:
        await require_approved(desk.section, desk.sealer, permit, width_m, height_m)


async def end_replaced(change: Change, actor: Actor, application_id: UUID, by: Sign) -> None:
    """The signs that were said to make way for this one end with it; their codes lead to the new one."""
    for one in await Sign.filter(successor_application_id=application_id, ended_at=None).order_by("id"):
        old = await locked(change, one.id)
        if old.state not in UP or old.id == by.id:
            continue

        async def fill(change: Change, row: Sign) -> None:
            row.check_due_on = None
            await SceneCode.filter(code=row.code, retired_at=None).update(retired_at=change.now)

        await move_within(change, actor, old, SignStep("end", None, content={"by": by.code}, fill=fill))


async def _approval(kind: PermitKind, number: str) -> Permit | None:
    """The approval in force that a sign of this kind needs; None where it needs none."""
    if kind.flow != "permit":
        return None
    typed = optional(number, field="permit_number", at_most=80)
    permit = await Permit.get_or_none(number=typed, kind=kind.code) if typed is not None else None
    if permit is None or permit.state != PermitState.IN_FORCE:
        raise Conflict("problem.sign.permit_first", field="permit_number", name=kind.name)
    if await Sign.filter(permit_id=permit.id, ended_at=None).exists():
        raise Conflict("problem.sign.has_code", field="permit_number")
    return permit


def _said(section: SignsSection, decided: DecidedSign) -> _Said:
    facts = msgspec.json.decode(decided.row.facts, type=dict[str, str])
    values, names = decided.filled.values, section.fields

    def said(codes: tuple[str, ...]) -> str:
        # Facts name choices; what is personal stands in the form alone.
        return next((str(facts.get(one) or values.get(one)) for one in codes if values.get(one)), "")

    def metres(codes: tuple[str, ...]) -> float | None:
        return next((number_of(str(values[one])) for one in codes if values.get(one)), None)

    holder = decided.holder_shown
    return _Said(
        words=without_private(said(names.words) or holder)[:WORDS_AT_MOST],
        material=said(names.material)[:MATERIAL_AT_MOST],
        width_m=metres(names.width) or 0.0,
        height_m=metres(names.height) or 0.0,
        above_ground_m=metres(names.above_ground),
        lighting=said(names.lighting)[:40] or None,
        responsible_unit=without_private(said(names.responsible_unit) or holder)[:NAME_AT_MOST],
        contact_phone=office_phone_or_none(said(names.contact_phone)),
        place_text=without_private(decided.row.place_text),
    )


def _new_row(change: Change, section: SignsSection, kind: PermitKind, said: _Said) -> Sign:
    due = local(change.now).date() + timedelta(days=section.check_every_days)
    return Sign(
        id=change.ids.new(),
        code=new_code(SceneKind.SIGN),
        kind=kind.code,
        state=SIGN.initial,
        state_since_at=change.now,
        revision=1,
        check_due_on=due if section.questions else None,
        registered_at=change.now,
        updated_at=change.now,
        **msgspec.structs.asdict(said),
    )


def _valid_until(change: Change, kind: PermitKind, permit: Permit | None) -> date | None:
    """The last day: of the approval, else as many days from now as the kind says."""
    if permit is not None:
        return local(permit.valid_until_at).date()
    return local(change.now).date() + timedelta(days=kind.term.days_most) if kind.term is not None else None


def _put_holder(sealer: FieldSealer, sign: Sign, holder: str, shown: str) -> None:
    sign.holder_sealed = sealer.seal(holder, table="sign", column="holder_sealed", row_id=sign.id)
    sign.holder_shown = shown[:NAME_AT_MOST]


async def _keep(change: Change, actor: Actor, sign: Sign, facts: dict[str, object]) -> None:
    """The sign, what is behind its code, and that it is there."""
    await sign.save(force_create=True)
    scene = SceneCode(
        id=change.ids.new(),
        code=sign.code,
        kind=SceneKind.SIGN.value,
        title=sign.words[:100],
        place_text=sign.place_text,
        latitude=sign.latitude,
        longitude=sign.longitude,
        unit=sign.unit,
        contact=" ".join(filter(None, (sign.responsible_unit[:79], sign.contact_phone))),
        target=None,
        created_at=change.now,
    )
    await scene.save(force_create=True)
    await change.audit(sign.id, actor, f"{ACTION}register", {"code": sign.code, "kind": sign.kind, **facts})
    change.emit(told(SignRegistered, sign, change), sign.id)
