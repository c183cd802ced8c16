"""Campaigns: the list, one of them, drafting and correcting."""

from __future__ import annotations

import secrets
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people.models import Staff
from casework.permissions import Operation
from content.campaigns import actions, queries
from content.campaigns.lifecycle import CAMPAIGN, BatchState, State
from content.campaigns.quota import Used, used_in
from content.campaigns.views import CampaignView
from kit.problems import Conflict, Invalid, NotFound
from web.console.campaign_forms import form_of, moment_of, offered, typed_before, typed_of, words_of
from web.console.campaign_screens import CampaignPage, CampaignsPage, MoveButton, QuotaLine
from web.console.campaign_words import (
    CAMPAIGNS,
    batch_line,
    facts_of,
    line_of,
    quota_line,
    reason_words,
    shown_content,
    state_chip,
    sums_of,
)
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.screens import Note
from web.console.submission import key_of, revision_of
from web.console.visitor import Visitor

ROWS = 30
DONE = frozenset({"saved", "release", "pause", "resume", "retry", "cancel", "stop", "discard", "preview"})
BUTTONS = ("pause", "resume", "retry", "stop", "cancel", "discard")
GRAVE = frozenset({"stop", "cancel", "discard"})


async def show_campaigns(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/campaigns."""
    after, status = request.args.get("after", ""), 200
    notes: tuple[Note, ...] = ()
    try:
        found = await queries.page(after=after or None, limit=ROWS)
    except Invalid as problem:
        after, status = "", 400
        notes = (Note(words=door.words.text(problem.key, **problem.params), tone="soon"),)
        found = await queries.page(limit=ROWS)
    now = door.clock.now()
    may_draft = visitor.may(Operation.KEEP_CAMPAIGNS) and door.campaigns.desk.quota() is not None
    page = CampaignsPage(
        quota=await quota_now(door),
        rows=tuple(line_of(door.words, row, now) for row in found.rows),
        new=f"{CAMPAIGNS}/new" if may_draft else "",
        more=f"{CAMPAIGNS}?after={found.after}" if found.after else "",
        first=CAMPAIGNS if after else "",
        notes=notes,
    )
    return shown(door, "campaigns.html", await frame_for(door, visitor, CAMPAIGNS), page, status)


async def show_campaign(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str
) -> HTTPResponse:
    """GET /console/campaigns/{id}."""
    view = await campaign_at(campaign_id)
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_campaign.done.{done}")),) if done in DONE else ()
    return await render(door, visitor, view, notes)


async def new_campaign(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/campaigns/new."""
    form = form_of(door, await offered(door.campaigns), None, typed_before(None), act=secrets.token_hex(16))
    return shown(door, "campaign_form.html", await frame_for(door, visitor, CAMPAIGNS), form)


async def add_campaign(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/campaigns: a draft, or the form again with what was typed and what is wrong."""
    return await _save(request, door, visitor, None)


async def edit_campaign(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str
) -> HTTPResponse:
    """GET /console/campaigns/{id}/edit."""
    view = await campaign_at(campaign_id)
    if view.state is not State.DRAFT:
        return redirect(f"{CAMPAIGNS}/{view.id}", status=303)
    form = form_of(door, await offered(door.campaigns), view, typed_before(view))
    return shown(door, "campaign_form.html", await frame_for(door, visitor, CAMPAIGNS), form)


async def save_campaign(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str
) -> HTTPResponse:
    """POST /console/campaigns/{id}."""
    return await _save(request, door, visitor, await campaign_at(campaign_id))


async def _save(
    request: Request, door: ConsoleDoor, visitor: Visitor, before: CampaignView | None
) -> HTTPResponse:
    typed, desk, key = typed_of(request), door.campaigns.desk, key_of(request)
    found = await offered(door.campaigns)
    wrong: dict[str, str] = {}
    notes: tuple[Note, ...] = ()
    saved, status = "", 422
    try:
        words, send_at = words_of(typed, found, before), moment_of(typed)
        if before is None:
            view = await actions.draft(desk, visitor.actor, words, send_at, key=key)
        else:
            seen = revision_of(request)
            view = await actions.edit(desk, visitor.actor, before.id, words, send_at, seen=seen)
        return redirect(f"{CAMPAIGNS}/{view.id}?done=saved", status=303)
    except Invalid as problem:
        wrong[problem.field] = door.words.text(problem.key, **problem.params)
    except Conflict as problem:
        status = 409
        words_key = problem.key
        if before is None:
            # Saved from this very form before, in other words: what is typed now may become a draft of its own.
            words_key, key = "problem.campaign.already_saved", secrets.token_hex(16)
        notes = (Note(words=door.words.text(words_key, **problem.params), tone="late"),)
        saved = before.text if before is not None else ""
    form = form_of(door, found, before, typed, act=key, wrong=wrong, notes=notes, saved=saved)
    return shown(door, "campaign_form.html", await frame_for(door, visitor, CAMPAIGNS), form, status)


async def campaign_at(campaign_id: str) -> CampaignView:
    """The campaign of an address. Raises NotFound."""
    try:
        return await queries.find(UUID(campaign_id))
    except ValueError:
        raise NotFound("problem.campaign.not_found") from None


async def quota_now(door: ConsoleDoor) -> QuotaLine:
    """What is left of the quota at this moment."""
    quota = door.campaigns.desk.quota()
    used = await used_in(quota.period(door.clock.now())) if quota is not None else Used()
    return quota_line(door.words, quota, used)


async def render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: CampaignView,
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    """The page of one campaign."""
    text, now = door.words.text, door.clock.now()
    ids = {view.made_by_id, view.worded_by_id, view.released_by_id} - {None}
    names = dict(await Staff.filter(id__in=ids).values_list("id", "name"))
    allowed = {move.name for move in CAMPAIGN.allowed(view.state, visitor.actor.roles)}
    sums, missing = sums_of(door.words, view)
    failed = [one.reason for one in view.batches if one.state is BatchState.FAILED]
    if view.state is State.PAUSED and failed:
        reason = reason_words(door.words, failed[-1])
        notes = (*notes, Note(words=text("console_campaign.halted", reason=reason), tone="late"))
    own = visitor.actor.id in (view.made_by_id, view.worded_by_id)
    may_preview = visitor.may(Operation.PREVIEW_CAMPAIGNS) and view.state is State.DRAFT
    bound = may_preview and await door.campaigns.openid_of(visitor.staff.id) is not None
    page = CampaignPage(
        title=view.title,
        state=state_chip(door.words, view.state),
        revision=str(view.revision),
        quota=await quota_now(door),
        content=shown_content(view),
        facts=facts_of(door.words, view, names, now),
        batches=tuple(batch_line(door.words, one) for one in view.batches),
        sums=sums,
        missing=missing,
        moves=tuple(_button(door, view, name) for name in BUTTONS if name in _offered(view, allowed)),
        edit=f"{CAMPAIGNS}/{view.id}/edit" if "edit" in allowed else "",
        release=f"{CAMPAIGNS}/{view.id}/review" if "release" in allowed and not own else "",
        release_note=text("console_campaign.release.own") if "release" in allowed and own else "",
        preview=f"{CAMPAIGNS}/{view.id}/preview" if bound else "",
        preview_note=text("console_campaign.preview.unbound") if may_preview and not bound else "",
        notes=notes,
    )
    return shown(door, "campaign.html", await frame_for(door, visitor, CAMPAIGNS), page, status)


def _offered(view: CampaignView, allowed: set[str]) -> set[str]:
    """The moves of the table that would do something now."""
    out = any(one.may_have_gone_out for one in view.batches)
    failed = any(one.state is BatchState.FAILED and one.counts is None for one in view.batches)
    left = any(one.state in (BatchState.PLANNED, BatchState.SENDING) for one in view.batches)
    useless = {"cancel"} if out else {"stop"}
    if not failed:
        useless.add("retry")
    if not left and failed:
        useless.add("resume")
    return allowed - useless


def _button(door: ConsoleDoor, view: CampaignView, name: str) -> MoveButton:
    return MoveButton(
        name=name,
        action=f"{CAMPAIGNS}/{view.id}/{name}",
        words=door.words.text(f"campaign.move.{name}"),
        hint=door.words.text(f"console_campaign.hint.{name}"),
        grave=name in GRAVE,
    )
