"""The form of a draft: what it shows, and what came with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sanic import Request

from content.campaigns.platform import ArticleDraft, Group, Unreachable
from content.campaigns.views import CampaignView
from content.campaigns.wording import TEXT_AT_MOST, TITLE_AT_MOST, Words
from kit.clock import SHANGHAI, local
from kit.problems import Invalid
from web.console.campaign_door import CampaignDoor, soon
from web.console.campaign_screens import CampaignForm, Tick
from web.console.campaign_words import CAMPAIGNS, reason_words
from web.console.door import ConsoleDoor
from web.console.screens import Note, Option
from web.console.submission import KEPT_AT_MOST, value_of

FIELDS = ("title", "kind", "text", "media_id", "audience", "send_at")
_GROUP = re.compile(r"group\.(\d{1,9})")
_MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Offered:
    """The groups and drafts of the platform; `fault` is why they could not be read, "" if they could."""

    groups: tuple[Group, ...] = ()
    drafts: tuple[ArticleDraft, ...] = ()
    fault: str = ""


async def offered(door: CampaignDoor) -> Offered:
    """Ask the platform for both at once."""
    try:
        groups, drafts = await asyncio.gather(soon(door.platform.groups()), soon(door.platform.drafts()))
    except Unreachable as error:
        return Offered(fault=error.reason)
    return Offered(groups, drafts)


def typed_of(request: Request) -> dict[str, str]:
    """What was typed, by field; chosen groups as `group.<tag>`."""
    typed = {name: value_of(request, name).replace("\r\n", "\n")[:KEPT_AT_MOST] for name in FIELDS}
    for name in request.form or {}:
        if _GROUP.fullmatch(name):
            typed[name] = value_of(request, name)[:60]
    return typed


def typed_before(view: CampaignView | None) -> dict[str, str]:
    """What a draft holds already; for a new one what is most likely wanted."""
    if view is None:
        return dict.fromkeys(FIELDS, "") | {"kind": "text", "audience": "all"}
    typed = {
        "title": view.title,
        "kind": view.kind,
        "text": view.text if view.kind == "text" else "",
        "media_id": view.media_id,
        "audience": "all" if view.is_to_all else "groups",
        "send_at": local(view.send_at).strftime(_MOMENT) if view.send_at is not None else "",
    }
    return typed | {f"group.{one.tag_id}": one.audience for one in view.batches if one.tag_id is not None}


def words_of(typed: Mapping[str, str], found: Offered, before: CampaignView | None) -> Words:
    """The draft as typed. Raises Invalid for a group or a draft that the platform does not have."""
    media_id = ""
    titles: tuple[str, ...] = ()
    if typed["kind"] == "articles" and typed["media_id"]:
        media_id = typed["media_id"]
        titles = _titles(media_id, found, before)
    return Words(
        title=typed["title"],
        kind=typed["kind"],
        text=typed["text"],
        media_id=media_id,
        titles=titles,
        groups=_groups(typed, found, before),
    )


def moment_of(typed: Mapping[str, str]) -> datetime | None:
    """The local time that was typed; None for as soon as possible. Raises Invalid."""
    if not typed["send_at"].strip():
        return None
    try:
        return datetime.strptime(typed["send_at"].strip(), _MOMENT).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid("problem.campaign.send_at", field="send_at") from None


def form_of(
    door: ConsoleDoor,
    found: Offered,
    view: CampaignView | None,
    typed: dict[str, str],
    *,
    act: str = "",
    wrong: dict[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    saved: str = "",
) -> CampaignForm:
    """The form with what was typed and what is wrong with it."""
    text, quiet = door.words.text, door.campaigns.desk.quiet
    begin, end = f"{quiet.begins:%H:%M}", f"{quiet.ends:%H:%M}"
    unread = reason_words(door.words, found.fault)
    note = text("console_campaign.form.unread", reason=unread) if unread else ""
    if not unread and not found.groups:
        note = text("console_campaign.form.no_groups")
    drafts = [Option(value=one.media_id, words="；".join(one.titles)) for one in found.drafts]
    kept = typed.get("media_id", "")
    if kept and kept not in {one.value for one in drafts}:
        drafts.append(Option(value=kept, words=view.text.replace("\n", "；") if view is not None else kept))
    return CampaignForm(
        action=f"{CAMPAIGNS}/{view.id}" if view is not None else CAMPAIGNS,
        back=f"{CAMPAIGNS}/{view.id}" if view is not None else CAMPAIGNS,
        heading=text(f"console_campaign.form.{'edit' if view is not None else 'new'}"),
        act=act,
        revision=str(view.revision) if view is not None else "",
        typed=typed,
        wrong=dict.fromkeys((*FIELDS, "groups"), "") | (wrong or {}),
        groups=_ticks(door, found, typed),
        groups_note=note,
        drafts=tuple(drafts),
        texts={
            "text_help": text("console_campaign.form.text_help", at_most=TEXT_AT_MOST),
            "send_at_help": text("console_campaign.form.send_at_help", begin=begin, end=end),
        },
        title_at_most=TITLE_AT_MOST,
        text_at_most=TEXT_AT_MOST,
        saved=saved,
        notes=notes,
    )


def _ticks(door: ConsoleDoor, found: Offered, typed: Mapping[str, str]) -> tuple[Tick, ...]:
    groups = {one.tag_id: one for one in found.groups}
    for name, value in typed.items():
        match = _GROUP.fullmatch(name)
        if match and int(match[1]) not in groups:
            groups[int(match[1])] = Group(int(match[1]), value)
    return tuple(
        Tick(
            name=f"group.{one.tag_id}",
            value=one.name,
            words=door.words.text("console_campaign.form.group", name=one.name, count=one.count)
            if one.count is not None
            else door.words.text("console_campaign.form.group_plain", name=one.name),
            on=f"group.{one.tag_id}" in typed,
        )
        for one in groups.values()
    )


def _groups(typed: Mapping[str, str], found: Offered, before: CampaignView | None) -> tuple[Group, ...]:
    if typed["audience"] == "all":
        return ()
    if typed["audience"] != "groups":
        # Never everybody because a field got lost.
        raise Invalid("problem.campaign.audience", field="groups")
    known = {one.tag_id: one.name for one in found.groups}
    if before is not None and found.fault:
        known |= {one.tag_id: one.audience for one in before.batches if one.tag_id is not None}
    chosen = [int(match[1]) for match in map(_GROUP.fullmatch, typed) if match]
    if not chosen:
        raise Invalid("problem.campaign.no_groups", field="groups")
    if not set(chosen) <= known.keys():
        gone = "groups_unread" if found.fault else "groups_gone"
        raise Invalid(f"problem.campaign.{gone}", field="groups")
    return tuple(Group(tag_id, known[tag_id]) for tag_id in chosen)


def _titles(media_id: str, found: Offered, before: CampaignView | None) -> tuple[str, ...]:
    for one in found.drafts:
        if one.media_id == media_id:
            return one.titles
    if before is not None and before.media_id == media_id:
        return tuple(before.text.splitlines())
    gone = "drafts_unread" if found.fault else "draft_gone"
    raise Invalid(f"problem.campaign.{gone}", field="media_id")
