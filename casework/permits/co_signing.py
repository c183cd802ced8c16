"""Other organs that have a say: asked when an application is accepted, answered by their own people, each within its limit.

Waiting for them stops no clock of the promise; whose answer came late is published by organ. What an organ answered may
be put right until the decision, and what it asks for stands among the terms of what is granted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from casework.actors import Actor, clock
from casework.complaints.wording import REASON_AT_MOST, digest, optional
from casework.permits.desk import PermitDesk
from casework.permits.events import CoSignatureAsked, CoSignatureGiven
from casework.permits.forms import holds
from casework.permits.kinds import CoSigner
from casework.permits.lifecycle import CLERKS, CO_SIGNATURE, OPEN_STATES, CoSignatureState
from casework.permits.models import CoSignature, PermitApplication
from casework.permits.moving import locked, note, told
from casework.permits.own_application import is_own
from casework.permits.papers import said_basis
from casework.permits.sight import acts_here
from casework.permits.written import opened_form
from casework.roles import Role
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

Opinion = Literal["agreed", "agreed_with_terms", "refused"]
OPINIONS: tuple[Opinion, ...] = ("agreed", "agreed_with_terms", "refused")
LIMIT = "permits.kinds.co_signers"
BASIS_AT_MOST, NAME_AT_MOST = 200, 60


async def ask(desk: PermitDesk, change: Change, row: PermitApplication) -> int:
    """Ask whoever has a say, within the acceptance of `row`, which is locked; how many. Nobody is asked twice, and nobody
    about giving a permit up.
    """
    kind = desk.section.kind(row.kind)
    if kind is None or not kind.co_signers or row.act == "cancel":
        return 0
    filled = opened_form(desk, row)
    asked = {one.organ for one in await asked_of(row.id)}
    wanted = [one for one in kind.co_signers if one.code not in asked and holds(kind, one.when, filled)]
    for one in wanted:
        signature = CoSignature(
            id=change.ids.new(),
            application_id=row.id,
            reference=row.reference,
            asking_unit=row.unit,
            organ=one.code,
            unit=one.unit,
            state=CO_SIGNATURE.initial,
            basis=said_basis(desk, one.basis)[:BASIS_AT_MOST],
            asked_at=change.now,
            due_at=desk.calendar.due(one.limit.limit(LIMIT), change.now).at,
            revision=1,
            updated_at=change.now,
        )
        await signature.save(force_create=True)
        await note(change, clock(), row, "ask_co_signer", {"organ": one.name})
        more = {"organ": one.name, "organ_unit": one.unit, "due_at": signature.due_at}
        change.emit(told(desk, CoSignatureAsked, row, change, more), row.id)
    return len(wanted)


async def answer(
    desk: PermitDesk,
    actor: Actor,
    co_signature_id: UUID,
    *,
    opinion: Opinion,
    words: str = "",
    by_name: str = "",
    expected_revision: int | None = None,
) -> None:
    """What the organ says; words are needed unless it simply agrees. Raises NotFound, Forbidden, Conflict, Invalid.

    Its own co-signers answer; for an organ without people here a clerk writes down what came on paper and who said it.
    """
    if opinion not in OPINIONS:
        raise Invalid("problem.permit.opinion", field="opinion")
    said = optional(words, field="words", at_most=REASON_AT_MOST)
    if said is None and opinion != "agreed":
        raise Invalid("problem.permit.opinion_words", field="words")
    name = optional(by_name, field="by_name", at_most=NAME_AT_MOST)

    async def work(change: Change) -> bool:
        row, signature = await _locked(change, actor, co_signature_id)
        _require_theirs(actor, row, signature, name)
        if await is_own(desk, actor, row):
            await note(change, actor, row, "own_refused", {"tried": "co_sign"})
            return False
        if (signature.opinion, signature.words, signature.by_id) == (opinion, said, actor.id):
            return True
        if expected_revision is not None and signature.revision != expected_revision:
            raise Conflict("problem.permit.moved_on")
        CO_SIGNATURE.check("answer", signature.state, actor.roles, {"opinion": opinion})
        if row.state not in OPEN_STATES:
            raise Conflict("problem.permit.decided_already")
        signature.state = CoSignatureState.ANSWERED.value
        signature.opinion, signature.words = opinion, said
        signature.by_id, signature.by_name = actor.id, name if signature.unit is None else None
        signature.answered_at = signature.answered_at or change.now
        signature.revision += 1
        signature.updated_at = change.now
        await signature.save()
        organ = organ_name(desk, row, signature)
        content = {
            "organ": organ,
            "opinion": opinion,
            "words_digest": digest(desk.sealer, said),
            "is_late": is_late(signature),
        }
        await note(change, actor, row, "co_sign", content)
        change.emit(told(desk, CoSignatureGiven, row, change, {"organ": organ}), row.id)
        return True

    if not await desk.db.change(work):
        raise Forbidden("problem.permit.own_application")


async def pass_over(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    signature: CoSignature,
    reason: str,
) -> None:
    """Decide without an answer that did not come in time, and why; on a locked row. Raises Problem."""
    CO_SIGNATURE.check("pass_over", signature.state, actor.roles, {"reason": reason})
    signature.state, signature.words = CoSignatureState.PASSED_OVER.value, reason
    signature.revision += 1
    signature.updated_at = change.now
    await signature.save(update_fields=["state", "words", "revision", "updated_at"])
    content = {"organ": organ_name(desk, row, signature), "reason_digest": digest(desk.sealer, reason)}
    await note(change, actor, row, "pass_over_co_signer", content)


async def reckon_again(desk: PermitDesk, change: Change, row: PermitApplication) -> None:
    """By the calendar of this process, until when organs that have not answered were to: on a locked row."""
    for one in await CoSignature.filter(application_id=row.id, state=CoSignatureState.ASKED.value):
        organ = organ_of(desk, row, one)
        due_at = desk.calendar.due(organ.limit.limit(LIMIT), one.asked_at).at if organ is not None else None
        if due_at is not None and due_at != one.due_at:
            one.due_at, one.updated_at = due_at, change.now
            one.revision += 1
            await one.save(update_fields=["due_at", "revision", "updated_at"])


async def close_within(change: Change, row: PermitApplication) -> None:
    """The application is over: nobody is asked any more."""
    still = [CoSignatureState.ASKED.value, CoSignatureState.ANSWERED.value]
    await CoSignature.filter(application_id=row.id, state__in=still).update(
        state=CoSignatureState.CLOSED.value, updated_at=change.now
    )


async def asked_of(application_id: UUID) -> list[CoSignature]:
    """Who was asked, in the order asked."""
    return await CoSignature.filter(application_id=application_id).order_by("asked_at", "id")


def organ_of(desk: PermitDesk, row: PermitApplication, signature: CoSignature) -> CoSigner | None:
    """The organ as the kind names it; None where the profile does not name it any more."""
    kind = desk.section.kind(row.kind)
    found = (one for one in kind.co_signers if one.code == signature.organ) if kind is not None else ()
    return next(iter(found), None)


def organ_name(desk: PermitDesk, row: PermitApplication, signature: CoSignature) -> str:
    """The organ's name, or its code."""
    organ = organ_of(desk, row, signature)
    return organ.name if organ is not None else signature.organ


def is_late(signature: CoSignature, now: datetime | None = None) -> bool:
    """Whether its answer came after its limit; without an answer, whether the limit is over at `now`."""
    at = signature.answered_at or now
    return signature.due_at is not None and at is not None and at > signature.due_at


def latest(signatures: Sequence[CoSignature], now: datetime) -> CoSignature | None:
    """Whose answer was late by most; None where none was."""
    late = [one for one in signatures if is_late(one, now)]
    return max(late, key=lambda one: (one.answered_at or now) - (one.due_at or now), default=None)


async def _locked(change: Change, actor: Actor, id: UUID) -> tuple[PermitApplication, CoSignature]:
    found = await CoSignature.get_or_none(id=id)
    if found is None:
        raise NotFound("problem.permit.co_signature_not_found")
    row = await locked(change, actor, found.application_id)
    signature = await change.lock(CoSignature, id)
    if signature is None:
        raise NotFound("problem.permit.co_signature_not_found")
    return row, signature


def _require_theirs(actor: Actor, row: PermitApplication, signature: CoSignature, name: str | None) -> None:
    if signature.unit is not None:
        if not actor.holds(Role.CO_SIGNER, signature.unit):
            raise Forbidden("problem.permit.not_your_organ")
        return
    if actor.roles.isdisjoint(CLERKS) or not acts_here(actor, CLERKS, row):
        raise Forbidden("problem.permit.not_your_organ")
    if name is None:
        raise Invalid("problem.permit.organ_person", field="by_name")
