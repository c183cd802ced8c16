"""Campaigns: releasing, pausing, going on, calling off, and a look on one's own phone."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from content.campaigns import actions
from content.campaigns.lifecycle import CAMPAIGN
from content.campaigns.platform import Unreachable
from content.campaigns.quota import Used, left, used_in
from content.campaigns.views import CampaignView
from kit.problems import Conflict, NotFound, Problem
from web.console.campaign_door import soon
from web.console.campaign_pages import campaign_at, render
from web.console.campaign_screens import ReleasePage
from web.console.campaign_words import (
    CAMPAIGNS,
    audience_words,
    reason_words,
    send_time,
    shown_content,
)
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.screens import Fact, Note
from web.console.submission import revision_of
from web.console.visitor import Visitor


async def show_release(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str
) -> HTTPResponse:
    """GET /console/campaigns/{id}/review: the last look."""
    view = await campaign_at(campaign_id)
    if "release" not in {one.name for one in CAMPAIGN.allowed(view.state, visitor.actor.roles)}:
        return redirect(f"{CAMPAIGNS}/{view.id}", status=303)
    return await _release_page(door, visitor, view)


async def take_campaign_move(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str, move: str
) -> HTTPResponse:
    """POST /console/campaigns/{id}/{move}."""
    view = await campaign_at(campaign_id)
    desk, actor, seen = door.campaigns.desk, visitor.actor, revision_of(request)
    try:
        if move == "release":
            await actions.release(desk, actor, view.id, seen=seen)
        elif move == "pause":
            await actions.pause(desk, actor, view.id, seen=seen)
        elif move in ("resume", "retry"):
            await actions.resume(desk, actor, view.id, again=move == "retry", seen=seen)
        elif move in ("cancel", "stop", "discard"):
            await actions.call_off(desk, actor, view.id, move, seen=seen)
        else:
            raise NotFound()
    except Problem as problem:
        if problem.status == 404:
            raise
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        fresh = await campaign_at(campaign_id)
        return await render(door, visitor, fresh, (note,), problem.status)
    return redirect(f"{CAMPAIGNS}/{view.id}?done={move}", status=303)


async def preview_campaign(
    request: Request, door: ConsoleDoor, visitor: Visitor, campaign_id: str
) -> HTTPResponse:
    """POST /console/campaigns/{id}/preview: to the WeChat of whoever asks, and to nobody else."""
    view = await campaign_at(campaign_id)
    openid = await door.campaigns.openid_of(visitor.staff.id)
    if openid is None:
        note = Note(words=door.words.text("problem.campaign.unbound"), tone="late")
        return await render(door, visitor, view, (note,), 409)
    try:
        await soon(door.campaigns.platform.preview(openid, view.text, view.media_id or None))
    except Unreachable as error:
        reason = reason_words(door.words, error.reason)
        words = door.words.text("problem.campaign.preview_failed", reason=reason)
        return await render(door, visitor, view, (Note(words=words, tone="late"),), 409)
    return redirect(f"{CAMPAIGNS}/{view.id}?done=preview", status=303)


async def _release_page(door: ConsoleDoor, visitor: Visitor, view: CampaignView) -> HTTPResponse:
    text, now, desk = door.words.text, door.clock.now(), door.campaigns.desk
    notes: tuple[Note, ...] = ()
    own = visitor.actor.id in (view.made_by_id, view.worded_by_id)
    if own:
        notes = (Note(words=text("console_campaign.release.own"), tone="soon"),)
    starts = desk.quiet.over(max(view.send_at or now, now))
    when = send_time(door.words, view, now)
    if view.send_at is None and starts > now:
        when = text("console_campaign.release.night", at=door.words.moment(starts, now))
    facts = [
        Fact(name=text("console_campaign.release.audience"), words=await _audience(door, view)),
        Fact(name=text("console_campaign.fact.when"), words=when),
    ]
    quota, enough = desk.quota(), True
    if quota is not None:
        used, wanted = await used_in(quota.period(starts)), Used.of(one.tag_id for one in view.batches)
        name = "console_campaign.release.quota_after"
        try:
            actions.check_quota(quota, used, wanted)
            used += wanted
        except Conflict as problem:
            enough, name = False, "console_campaign.release.quota_now"
            notes = (*notes, Note(words=text(problem.key, **problem.params), tone="late"))
        after = text(f"console_campaign.quota.{quota.per}", left=left(quota, used), at_most=quota.at_most)
        facts.append(Fact(name=text(name), words=after))
    page = ReleasePage(
        title=view.title,
        action=f"{CAMPAIGNS}/{view.id}/release",
        back=f"{CAMPAIGNS}/{view.id}",
        revision=str(view.revision),
        content=shown_content(view),
        facts=tuple(facts),
        warning=text("console_campaign.release.warning"),
        notes=notes,
        may=enough and not own,
    )
    return shown(door, "campaign_release.html", await frame_for(door, visitor, CAMPAIGNS), page)


async def _audience(door: ConsoleDoor, view: CampaignView) -> str:
    """Whom it goes to, and how many they are as far as the platform tells."""
    text, platform = door.words.text, door.campaigns.platform
    parts = [audience_words(door.words, view)]
    try:
        if view.is_to_all:
            count = await soon(platform.follower_count())
        else:
            sizes = {one.tag_id: one.count or 0 for one in await soon(platform.groups())}
            count = sum(sizes.get(one.tag_id or 0, 0) for one in view.batches)
        parts.append(text("console_campaign.release.count", count=count))
    except Unreachable:
        parts.append(text("console_campaign.release.count_unknown"))
    if len(view.batches) > 1:
        parts.append(text("console_campaign.release.batches", count=len(view.batches)))
    return "，".join(parts)
