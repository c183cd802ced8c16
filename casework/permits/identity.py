"""Whether it is known who applies: vouched for by the unified login, or checked at the window from a document.

A kind says until when it has to be (`identity_by`): before it is granted, before the decision is handed over, or never. Nothing
is refused for it when somebody applies: until then the window checks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.people import vouching
from casework.people.merging import members
from casework.people.unified_login import Vouched
from casework.permissions import Operation, may
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitKind
from casework.permits.models import PermitApplication
from casework.permits.moving import locked, note, refused_as_own, require_not_own
from casework.permits.seen_documents import Seen, seen_number, seen_of, write_seen
from casework.permits.survey_models import PermitSurvey
from kit.db import Change
from kit.problems import Conflict

Identity = Literal["unified_login", "window", "on_site"]
UNIFIED_LOGIN: Identity = "unified_login"
AT_WINDOW: Identity = "window"
ON_SITE: Identity = "on_site"
"""By one of the officers who go there, from the same documents as at the window."""
_KNOWN = ("identity", "identity_at", "identity_by_id", "identity_document", "identity_number_sealed")
_OVER = ("refused", "withdrawn", "lapsed", "denied")


def is_lacking(
    kind: PermitKind | None, row: PermitApplication, stage: Literal["decision", "delivery"]
) -> bool:
    """Whether it has to be known by now and is not. What is decided by now had to be known for the decision too."""
    if kind is None or row.identity is not None or kind.identity_by == "never":
        return False
    return stage == "delivery" or kind.identity_by == "decision"


def require_known(
    kind: PermitKind | None, row: PermitApplication, stage: Literal["decision", "delivery"]
) -> None:
    """Raises Conflict where it has to be known who applies, and is not."""
    if is_lacking(kind, row, stage):
        if stage == "decision":
            raise Conflict("problem.permit.identity_before_decision")
        raise Conflict("problem.permit.identity_before_delivery")


async def know(change: Change, row: PermitApplication) -> None:
    """Write into the unsaved row of an application what is known of its account. At the window it was checked there."""
    if row.identity is not None or row.account_id is None:
        return
    since = await vouching.vouched_since(row.account_id, row.holder_index)
    if since is not None:
        row.identity, row.identity_at = UNIFIED_LOGIN, since


async def know_anew(change: Change, actor: Actor, row: PermitApplication) -> None:
    """Another holder (or agent, where theirs was seen) stands in the unsaved row: what was known of the earlier one goes,
    what the account is vouched for counts, and the chain says so.
    """
    before = row.identity
    row.identity = row.identity_at = row.identity_by_id = None
    row.identity_document = row.identity_number_sealed = None
    await know(change, row)
    if before is not None or row.identity is not None:
        await note(change, actor, row, "identity_anew", {"before": before, "after": row.identity})


async def confirm_identity(
    desk: PermitDesk, actor: Actor, application_id: UUID, document: str, number: str
) -> None:
    """A clerk, or an officer who looks at the place, has seen a document of the applicant's. Raises NotFound, Forbidden, Conflict, Invalid naming the field.

    What names another number than the application changes nothing.
    """
    seen = seen_of(document, number)

    async def work(change: Change) -> PermitApplication | None:
        row = await locked(change, actor, application_id)
        is_there = await _goes_there(actor, row)
        if not is_there:
            require_on(actor, Operation.TAKE_IN_PERMITS, row.unit, row.assignee_id)
        if await refused_as_own(desk, change, actor, row, "confirm_identity"):
            return None
        if row.identity_document == seen.document and seen_number(desk, row) == seen.number:
            return row
        if row.identity is not None and row.identity_number_sealed is not None:
            raise Conflict("problem.permit.identity_known")
        if row.state in _OVER or row.anonymised_at is not None:
            raise Conflict("problem.permit.identity_over")
        know_seen(desk, change, actor, row, seen, ON_SITE if is_there else AT_WINDOW)
        row.updated_at = change.now
        await row.save(update_fields=[*_KNOWN, "updated_at"])
        await note(change, actor, row, "confirm_identity", {"document": seen.document})
        return row

    require_not_own(await desk.db.change(work))


async def _goes_there(actor: Actor, row: PermitApplication) -> bool:
    """Whether the actor is one of those sent to look at the place of this application."""
    if actor.kind != "staff" or not may(actor, Operation.SURVEY_PERMITS):
        return False
    visits = PermitSurvey.filter(about_id=row.id, purpose="application", cancelled_at=None)
    return await visits.filter(Q(officer_id=actor.id) | Q(second_officer_id=actor.id)).exists()


def know_seen(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    seen: Seen,
    where: Identity = AT_WINDOW,
) -> None:
    """Write into a row that is saved by the caller what was seen of whom. Raises Invalid for another's document."""
    write_seen(desk, row, seen)
    row.identity, row.identity_at, row.identity_by_id = where, change.now, actor.id


async def keep_vouched(
    desk: PermitDesk, actor: Actor, account_id: UUID, vouched: Vouched, provider: str
) -> int:
    """Keep whom the login vouches for; open applications of that holder by the same person are known with it. How many.

    Raises Conflict where the account is another person's.
    """

    async def work(change: Change) -> int:
        index = await vouching.keep(change, desk.sealer, actor, account_id, vouched, provider)
        return await _known_with_it(change, actor, await members(account_id), index)

    return await desk.db.change(work)


async def _known_with_it(change: Change, actor: Actor, account_ids: Collection[UUID], index: str) -> int:
    waiting = PermitApplication.filter(
        account_id__in=sorted(account_ids), holder_index=index, identity=None, anonymised_at=None
    ).exclude(state__in=_OVER)
    known = 0
    for found in await waiting.order_by("id").only("id"):
        row = await change.lock(PermitApplication, found.id)
        if row is None or row.identity is not None:
            continue
        row.identity, row.identity_at, row.updated_at = UNIFIED_LOGIN, change.now, change.now
        await row.save(update_fields=["identity", "identity_at", "updated_at"])
        await note(change, actor, row, "identity_vouched", {})
        known += 1
    return known
