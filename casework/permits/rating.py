"""好差评: the applicant says how it went, once, from 1 to 5, when there is an outcome.

The score joins what is published of the promise, without whose it was. The comment is the bureau's to read; the public
reads it only once somebody released it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.complaints.wording import REASON_AT_MOST, digest, optional
from casework.permissions import Operation
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationRated
from casework.permits.lifecycle import State
from casework.permits.models import PermitApplication
from casework.permits.moving import NOT_FOUND, locked, note, refused_as_own, require_not_own, told
from casework.permits.published_models import PermitFact
from casework.permits.sight import is_theirs
from casework.permits.submitting import application_by_receipt
from casework.roles import Role
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from nlp.redact import holds_personal_number

RATED_IN = frozenset(
    {
        State.GRANTED,
        State.DENIED,
        State.REGISTERED,
        State.APPROVED,
        State.PAID_OUT,
        State.DELIVERED,
        State.REFUSED,
    }
)
SCORES = range(1, 6)
HOLDER = Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))
"""Whoever holds a receipt: nobody knows who it is."""


async def rate(desk: PermitDesk, actor: Actor, application_id: UUID, score: int, comment: str = "") -> None:
    """Rate it. The same again changes nothing. Raises NotFound, Forbidden for anybody but the applicant, Conflict, Invalid."""
    words = _checked(score, comment)

    async def work(change: Change) -> None:
        row = await locked(change, actor, application_id)
        if actor.kind != "citizen" or actor.id is None or not await is_theirs(row, actor.id):
            raise Forbidden()
        await _keep(desk, change, actor, row, score, words)

    await desk.db.change(work)


async def rate_by_receipt(
    desk: PermitDesk, reference: str, secret: str, score: int, comment: str = ""
) -> None:
    """The same for whoever applied at the window and holds the receipt. Raises NotFound, Conflict, Invalid."""
    words = _checked(score, comment)
    application_id = await application_by_receipt(desk, reference, secret)
    if application_id is None:
        raise NotFound(NOT_FOUND)

    async def work(change: Change) -> None:
        row = await change.lock(PermitApplication, application_id)
        if row is None:
            raise NotFound(NOT_FOUND)
        await _keep(desk, change, HOLDER, row, score, words)

    await desk.db.change(work)


async def release_comment(desk: PermitDesk, actor: Actor, application_id: UUID) -> None:
    """Let the public read the comment; never one with a telephone or document number. Raises Forbidden, Conflict."""

    async def work(change: Change) -> PermitApplication | None:
        row = await locked(change, actor, application_id)
        require_on(actor, Operation.KEEP_PERMITS, row.unit, row.assignee_id)
        if await refused_as_own(desk, change, actor, row, "release_comment"):
            return None
        if row.rating_released_at is not None:
            return row
        if row.rating_comment is None or holds_personal_number(row.rating_comment):
            raise Conflict("problem.permit.nothing_to_release")
        row.rating_released_at = row.updated_at = change.now
        await row.save(update_fields=["rating_released_at", "updated_at"])
        await note(change, actor, row, "release_comment", {})
        return row

    require_not_own(await desk.db.change(work))


async def released_comments(
    now: datetime, kind: str | None = None, at_most: int = 50
) -> list[tuple[int, str]]:
    """Scores and comments that may be read by anybody, the latest first."""
    rows = PermitApplication.filter(rating_released_at__lte=now, anonymised_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = await rows.order_by("-rating_released_at", "-id").limit(at_most)
    return [(one.rating or 0, one.rating_comment or "") for one in found]


def _checked(score: int, comment: str) -> str | None:
    if score not in SCORES:
        raise Invalid("problem.permit.rating", field="rating")
    return optional(comment, field="comment", at_most=REASON_AT_MOST)


async def _keep(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, score: int, words: str | None
) -> None:
    if row.rating == score and row.rating_comment == words:
        return
    if row.rating is not None:
        raise Conflict("problem.permit.rated_already")
    if row.state not in RATED_IN:
        raise Conflict("problem.permit.not_decided")
    row.rating, row.rating_comment, row.rated_at = score, words, change.now
    row.updated_at = change.now
    await row.save(update_fields=["rating", "rating_comment", "rated_at", "updated_at"])
    await PermitFact.filter(application_id=row.id).update(rating=score, updated_at=change.now)
    content = {"rating": score, "comment_digest": digest(desk.sealer, words)}
    await note(change, actor, row, "rate", content)
    change.emit(told(desk, ApplicationRated, row, change, {"score": score}), row.id)
