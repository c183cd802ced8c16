"""Putting an application right: what is asked for item by item, and what comes back.

Everything that is wrong is said at once (行政许可法 32): a second request needs the head, who says why. What comes back is
checked like a first submission; the time to accept begins anew with the day the papers came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, optional, required
from casework.documents.papers import CorrectionItem, Paper
from casework.permits.clocks import require_unanswered
from casework.permits.concerned import CANCEL, begins_from
from casework.permits.desk import PermitDesk
from casework.permits.drafts import begin, filled_of, locked_draft
from casework.permits.events import ApplicationCorrected, CorrectionRequested
from casework.permits.forms import (
    Filled,
    clean,
    faults,
    material_faults,
    read,
    visible_fields,
    visible_materials,
)
from casework.permits.identity import know_anew
from casework.permits.kinds import Act, PermitKind
from casework.permits.lifecycle import FLOWS
from casework.permits.materials import attached_to, hand_over
from casework.permits.models import PermitApplication, PermitCorrection
from casework.permits.moving import ACTION, NOT_FOUND, PermitStep, locked, require_not_own, take, take_within
from casework.permits.papers import issue_about, particulars
from casework.permits.seen_documents import BY_AGENT
from casework.permits.sight import may_see
from casework.permits.written import opened_form, write_form
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change
from kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound

ITEMS_AT_MOST, WRONG_AT_MOST = 30, 300
FIELD, MATERIAL = "field:", "material:"
DOUBLED_WITHIN, DOUBLED_LOOKED_AT = timedelta(minutes=30), 500


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put right: `item` is "field:" or "material:" and its code; for the applicant, `wrong` says what is
    wrong and `wanted` what is wanted instead.
    """

    item: Annotated[str, msgspec.Meta(max_length=60)]
    wrong: str
    wanted: str = ""


async def request_correction(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    items: Sequence[Item],
    *,
    words: str = "",
    head_reason: str = "",
    expected_revision: int | None = None,
) -> PermitApplication:
    """Ask for what is wrong, all at once, with the paper that says so. `head_reason` where it is not the first time.

    Raises Invalid naming the item that cannot be asked for, Forbidden where a second one is not the head's, Conflict.
    """
    wanted = _wanted(items)
    said = optional(words, field="words", at_most=REASON_AT_MOST)
    why = optional(head_reason, field="head_reason", at_most=REASON_AT_MOST)
    telling: dict[str, object] = {"count": len(wanted)}
    named: list[CorrectionItem] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        require_unanswered(row, change.now)
        kind = _kind(desk, row)
        names = _names(desk, row, kind)
        for one in wanted:
            if one.item not in names:
                raise Invalid("problem.permit.correction_item", field="items", item=one.item)
        named.extend(
            CorrectionItem(name=names[one.item], wrong=one.wrong, wanted=one.wanted) for one in wanted
        )
        telling["items"] = "\n".join(
            desk.documents.catalogue.text("permit_said.item", number=number, name=one.name, wrong=one.wrong)
            for number, one in enumerate(named, 1)
        )
        earlier = await PermitCorrection.filter(application_id=row.id).count()
        if earlier:
            _require_head(actor, row, why)
        await PermitCorrection(
            id=change.ids.new(),
            application_id=row.id,
            round=earlier + 1,
            items=msgspec.json.encode(wanted).decode(),
            words=said,
            head_reason=why if earlier else None,
            head_id=actor.id if earlier else None,
            asked_by_id=actor.id,
            asked_at=change.now,
        ).save(force_create=True)

    async def follow(change: Change, row: PermitApplication) -> None:
        await PermitCorrection.filter(application_id=row.id, answered_at=None).update(due_at=row.due_at)
        data = msgspec.structs.replace(
            particulars(desk, row),
            items=tuple(named),
            reasons=(said,) if said is not None else (),
            head_reason=why or "",
            due_at=row.due_at,
        )
        await issue_about(desk, change, actor, row, Paper.CORRECTION, data)

    step = PermitStep(
        move="request_correction",
        tell=CorrectionRequested,
        given={"items": wanted},
        content={"items": [one.item for one in wanted]},
        telling=telling,
        fill=fill,
        follow=follow,
    )
    return await take(desk, actor, application_id, step, expected_revision)


async def begin_correction(desk: PermitDesk, actor: Actor, application_id: UUID) -> UUID:
    """A draft that holds what was submitted, to be put right; one that was begun already is gone on with.

    Raises NotFound, Conflict where nothing was asked for.
    """
    row = await PermitApplication.get_or_none(id=application_id)
    if row is None or not await may_see(actor, row):
        raise NotFound(NOT_FOUND)
    FLOWS[row.flow].check("correct", row.state, actor.roles, {})
    return await begin(
        desk,
        actor,
        row.kind,
        cast("Act", row.act),
        row.concerns_id,
        application_id=row.id,
        filled=opened_form(desk, row),
    )


async def correct(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    draft_id: UUID,
    *,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Send the draft that was written for the correction; `expected_revision` is the draft's, as previewed.

    A doubled one changes nothing. Raises NotFound, Conflict, Invalid as `submitting.submit` does.
    """

    async def work(change: Change) -> PermitApplication | None:
        row = await locked(change, actor, application_id)
        if await _was_sent(row, draft_id):
            return row
        draft = await locked_draft(desk, change, actor, draft_id)
        if draft.application_id != row.id:
            raise Conflict("problem.permit.draft_changed")
        if expected_revision is not None and draft.revision != expected_revision:
            raise Conflict("problem.permit.draft_changed")
        kind = _kind(desk, row)
        filled = clean(kind, filled_of(desk, draft))
        # What was to begin soon may have begun while the papers went to and fro.
        since = await begins_from(row.act, row.concerns_id, row.submitted_at)
        for fault in faults(kind, filled, now=since).values():
            raise fault
        files: dict[str, int] = {}
        new = [one for one in await attached_to(draft_id=draft.id) if one.state in ("received", "ready")]
        replaced = {one.material for one in new}
        old = [one for one in await attached_to(application_id=row.id) if one.material not in replaced]
        for one in (*old, *new):
            files[one.material] = files.get(one.material, 0) + 1
        for fault in () if row.act == CANCEL else material_faults(kind, filled, files).values():
            raise fault
        before = opened_form(desk, row)
        changed = sorted(
            code
            for code in {*before.values, *filled.values}
            if before.values.get(code) != filled.values.get(code)
        )

        async def fill(change: Change, row: PermitApplication) -> None:
            write_form(desk, row, kind, filled)
            if _vouched_for(row, kind, before) != _vouched_for(row, kind, filled):
                await know_anew(change, actor, row)
            row.received_at = change.now
            await hand_over(change, draft.id, row.id, {one.code for one in visible_materials(kind, filled)})
            await draft.delete()
            await PermitCorrection.filter(application_id=row.id, answered_at=None).update(
                answered_at=change.now
            )

        step = PermitStep(
            move="correct",
            tell=ApplicationCorrected,
            content={"draft": str(draft_id), "fields": changed, "materials": sorted(replaced)},
            fill=fill,
        )
        return row if await take_within(desk, change, actor, row, step) else None

    return require_not_own(await desk.db.change(work))


def _vouched_for(row: PermitApplication, kind: PermitKind, filled: Filled) -> tuple[str, str, str, str]:
    """What an identity was checked of: who applies, and who stands for them where that is what was seen."""
    found = read(kind, filled)
    agent = (found.agent or "") if row.identity_document == BY_AGENT else ""
    return found.holder_kind, found.holder, found.holder_number or "", agent


def _wanted(items: Sequence[Item]) -> tuple[Item, ...]:
    """Each item once, with what is wrong. None is left to the lifecycle to refuse."""
    if len(items) > ITEMS_AT_MOST:
        raise Invalid("problem.permit.correction_too_many", field="items", at_most=ITEMS_AT_MOST)
    found: dict[str, Item] = {}
    for one in items:
        said = required(one.wrong, field=one.item, at_most=WRONG_AT_MOST)
        instead = optional(one.wanted, field=one.item, at_most=WRONG_AT_MOST)
        found[one.item] = Item(item=one.item, wrong=said, wanted=instead or "")
    return tuple(found.values())


def _names(desk: PermitDesk, row: PermitApplication, kind: PermitKind) -> dict[str, str]:
    """What can be asked for: what was asked of this applicant, by the name they know it by."""
    filled = opened_form(desk, row)
    return {
        **{FIELD + one.code: one.name for one in visible_fields(kind, filled)},
        **{MATERIAL + one.code: one.name for one in visible_materials(kind, filled)},
    }


def _require_head(actor: Actor, row: PermitApplication, why: str | None) -> None:
    if not actor.holds(Role.HEAD, row.unit):
        raise Forbidden("problem.permit.second_correction")
    if why is None:
        raise Invalid("problem.permit.second_correction_reason", field="head_reason")


def _kind(desk: PermitDesk, row: PermitApplication) -> PermitKind:
    kind = desk.section.kind(row.kind)
    if kind is None:
        raise Gone("problem.permit.kind_gone")
    return kind


async def corrected_by(actor: Actor, draft_id: UUID, now: datetime) -> PermitApplication | None:
    """The application that this draft has just been sent to correct, for whoever sends it twice; None where there is none
    of theirs.
    """
    since = now - DOUBLED_WITHIN
    sent = AuditEntry.filter(action=f"{ACTION}correct", at__gte=since).order_by("-at")
    for entry in await sent.limit(DOUBLED_LOOKED_AT):
        if _is_of(entry, draft_id):
            row = await PermitApplication.get_or_none(id=entry.case_id)
            return row if row is not None and await may_see(actor, row) else None
    return None


async def _was_sent(row: PermitApplication, draft_id: UUID) -> bool:
    """Whether this very draft has come in as a correction already."""
    entry = await AuditEntry.filter(case_id=row.id, action=f"{ACTION}correct").order_by("-position").first()
    return entry is not None and _is_of(entry, draft_id)


def _is_of(entry: AuditEntry, draft_id: UUID) -> bool:
    facts = msgspec.json.decode(entry.detail, type=dict[str, Any])
    return bool(facts["content"]["draft"] == str(draft_id))


async def corrections_of(application_id: UUID) -> tuple[PermitCorrection, ...]:
    """What was asked for so far, first to last."""
    return tuple(await PermitCorrection.filter(application_id=application_id).order_by("round"))


def items_of(correction: PermitCorrection) -> tuple[Item, ...]:
    """The items of a request."""
    return msgspec.json.decode(correction.items, type=tuple[Item, ...])
