"""What clerks do with a sign in the register: put its particulars right, say that it is safe again, end it."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.permits.models import Permit
from casework.scene_codes.models import SceneCode
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.events import SignCleared, SignCorrected, SignEnded
from casework.sign_filings.models import Sign
from casework.sign_filings.moving import SignStep, take
from casework.sign_filings.registering import NewSign, checked, require_fitting
from kit.db import Change

CORRECTED = (
    "words", "material", "width_m", "height_m", "responsible_unit", "contact_phone", "place_text",
)  # fmt: skip
"""What can be put right without a new filing; who holds it cannot."""


async def correct(
    desk: SignDesk, actor: Actor, sign_id: UUID, new: NewSign, expected_revision: int | None = None
) -> None:
    """Put the particulars right; what changed stands in the chain. Raises NotFound, Forbidden, Conflict, Invalid."""
    said, changed = checked(new), dict[str, object]()

    async def fill(change: Change, row: Sign) -> None:
        permit = await Permit.get_or_none(id=row.permit_id) if row.permit_id is not None else None
        await require_fitting(desk, row.kind, permit, said.width_m, said.height_m)
        for name in CORRECTED:
            before, after = getattr(row, name), getattr(said, name)
            if before != after:
                changed[name] = {"from": str(before), "to": str(after)}
                setattr(row, name, after)
        contact = " ".join(filter(None, (row.responsible_unit[:79], row.contact_phone)))
        scene = SceneCode.filter(code=row.code)
        await scene.update(title=row.words[:100], place_text=row.place_text, contact=contact)

    step = SignStep("correct", SignCorrected, content={"changed": changed}, fill=fill)
    await take(desk.db, actor, sign_id, step, expected_revision)


async def clear(
    desk: SignDesk, actor: Actor, sign_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """Somebody has seen that it is safe again. Raises NotFound, Forbidden, Conflict, Invalid."""
    why = required(words, field="words", at_most=REASON_AT_MOST)
    step = SignStep("clear", SignCleared, {"words": why}, {"words": why})
    await take(desk.db, actor, sign_id, step, expected_revision)


async def end(
    desk: SignDesk, actor: Actor, sign_id: UUID, reason: str, expected_revision: int | None = None
) -> None:
    """It was taken down, or stands in the register wrongly: its code says so from now on. Raises as `clear`."""
    why = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: Sign) -> None:
        row.end_reason, row.check_due_on = why, None
        await SceneCode.filter(code=row.code, retired_at=None).update(retired_at=change.now)

    step = SignStep("end", SignEnded, {"reason": why}, {"reason": why}, {"reason": why}, fill)
    await take(desk.db, actor, sign_id, step, expected_revision)
