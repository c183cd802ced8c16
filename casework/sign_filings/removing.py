"""A sign comes down: by who put it up, with a photo of the place without it, or seen by a clerk; or makes way for another."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from casework.actors import Actor
from casework.people.merging import members
from casework.permits.lifecycle import State as ApplicationState
from casework.permits.models import PermitApplication
from casework.scene_codes.models import SceneCode
from casework.sign_filings.checking import require_own
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.events import SignEnded
from casework.sign_filings.models import Sign, SignPhoto
from casework.sign_filings.moving import SignStep, take
from casework.sign_filings.registering import end_replaced
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid
from kit.references import parse_reference

PHOTOS_MOST = 4
GONE = (ApplicationState.WITHDRAWN.value, ApplicationState.REFUSED.value, ApplicationState.DENIED.value)


async def remove(
    desk: SignDesk,
    actor: Actor,
    sign_id: UUID,
    removed_on: date | None,
    photos: tuple[UUID, ...] = (),
    expected_revision: int | None = None,
) -> None:
    """It was taken down on that day: its code says so. Who put it up shows it with a photo.

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    if removed_on is None:
        raise Invalid("problem.sign.removed_on", field="removed_on")
    if len(photos) > PHOTOS_MOST or (actor.kind == "citizen" and not photos):
        raise Invalid("problem.sign.photos", field="removal_photos", least=1, most=PHOTOS_MOST)

    async def fill(change: Change, row: Sign) -> None:
        if not local(row.registered_at).date() <= removed_on <= local(change.now).date():
            raise Invalid("problem.sign.removed_on", field="removed_on")
        await require_own(change, actor, photos)
        row.removed_on, row.check_due_on = removed_on, None
        await SignPhoto.bulk_create(
            SignPhoto(id=change.ids.new(), sign_id=row.id, file_id=one, stage="removed", position=position)
            for position, one in enumerate(photos, 1)
        )
        await SceneCode.filter(code=row.code, retired_at=None).update(retired_at=change.now)

    facts: dict[str, object] = {"removed_on": removed_on.isoformat(), "photos": len(photos)}
    # Who took it down knows it; a clerk's word is told to who put it up.
    tell = SignEnded if actor.kind == "staff" else None
    telling = {"reason": removed_on.isoformat()}
    step = SignStep("remove", tell, {"removed_on": removed_on}, facts, telling, fill)
    await take(desk.db, actor, sign_id, step, expected_revision)


async def replace(
    desk: SignDesk, actor: Actor, sign_id: UUID, reference: str, expected_revision: int | None = None
) -> None:
    """The sign of that filing takes its place: this one ends when that one is registered, or at once where it is.

    Raises NotFound, Forbidden, Conflict, Invalid for a filing that is not there, not theirs or over.
    """
    parsed = parse_reference(reference)
    filing = await PermitApplication.get_or_none(reference=str(parsed)) if parsed is not None else None
    if filing is None or filing.state in GONE or not _is_sign(desk, filing):
        raise Invalid("problem.sign.successor", field="successor")

    async def fill(change: Change, row: Sign) -> None:
        if actor.kind == "citizen":
            theirs = await members(actor.id) if actor.id is not None else frozenset()
            if filing.account_id not in theirs:
                raise Invalid("problem.sign.successor", field="successor")
        if row.application_id == filing.id:
            raise Invalid("problem.sign.successor", field="successor")
        if row.successor_application_id == filing.id:
            raise Conflict("problem.sign.replaced_already")
        row.successor_application_id = filing.id

    step = SignStep(
        "replace", None, {"successor": filing.reference}, {"successor": filing.reference}, {}, fill
    )
    await take(desk.db, actor, sign_id, step, expected_revision)

    async def end(change: Change) -> None:
        new = await Sign.get_or_none(application_id=filing.id, ended_at=None)
        if new is not None:
            await end_replaced(change, actor, filing.id, new)

    await desk.db.change(end)


def _is_sign(desk: SignDesk, filing: PermitApplication) -> bool:
    kind = desk.kinds.kind(filing.kind)
    return kind is not None and kind.product == "sign"
