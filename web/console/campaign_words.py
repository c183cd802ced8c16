"""Campaigns in a clerk's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from content.campaigns.lifecycle import BatchState, State
from content.campaigns.quota import MassQuota, Used, left
from content.campaigns.views import BatchView, CampaignView
from content.campaigns.wording import pieces
from web.console.campaign_screens import BatchLine, CampaignLine, QuotaLine, Shown
from web.console.frame import CAMPAIGNS
from web.console.screens import Chip, Fact, Tone
from web.console.words import Words

TONES: dict[State, Tone] = {
    State.DRAFT: "plain",
    State.RELEASED: "brand",
    State.SENDING: "soon",
    State.PAUSED: "late",
    State.DONE: "good",
    State.CANCELLED: "plain",
}
BATCH_TONES: dict[BatchState, Tone] = {
    BatchState.PLANNED: "plain",
    BatchState.QUEUED: "brand",
    BatchState.SENDING: "soon",
    BatchState.TAKEN: "soon",
    BatchState.REPORTED: "good",
    BatchState.UNCERTAIN: "soon",
    BatchState.FAILED: "late",
    BatchState.CANCELLED: "plain",
}
NOTHING = "—"


def state_chip(words: Words, state: State) -> Chip:
    return Chip(words=words.text(f"campaign.state.{state.value}"), tone=TONES[state])


def quota_line(words: Words, quota: MassQuota | None, used: Used) -> QuotaLine:
    """What is left of this month or day."""
    text = words.text
    if quota is None:
        none = text("console_campaign.quota.none")
        return QuotaLine(words=none, help=text("console_campaign.quota.none_help"), tone="late")
    rest = left(quota, used)
    return QuotaLine(
        words=text(f"console_campaign.quota.{quota.per}", left=rest, at_most=quota.at_most),
        help=text(f"console_campaign.quota.{quota.per}_help"),
        tone="good" if rest else "late",
    )


def audience_words(words: Words, view: CampaignView) -> str:
    if view.is_to_all:
        return words.text("console_campaign.to_all")
    names = "、".join(one.audience for one in view.batches)
    return words.text("console_campaign.to_groups", names=names)


def send_time(words: Words, view: CampaignView, now: datetime) -> str:
    if view.send_at is None:
        return words.text("console_campaign.when.at_once")
    return words.text("console_campaign.when.at", at=words.moment(view.send_at, now))


def line_of(words: Words, view: CampaignView, now: datetime) -> CampaignLine:
    """One row of the list."""
    return CampaignLine(
        href=f"{CAMPAIGNS}/{view.id}",
        title=view.title,
        audience=audience_words(words, view),
        state=state_chip(words, view.state),
        when=_when(words, view, now),
        result=_result(words, view),
    )


def _when(words: Words, view: CampaignView, now: datetime) -> str:
    text = words.text
    taken = [one.taken_at for one in view.batches if one.taken_at is not None]
    if taken:
        return words.moment(min(taken), now)
    if view.send_at is not None and view.state not in (State.DONE, State.CANCELLED):
        return text("console_campaign.when.at", at=words.moment(view.send_at, now))
    if view.released_at is not None:
        return text("console_campaign.when.released", at=words.moment(view.released_at, now))
    return text("console_campaign.when.made", at=words.moment(view.made_at, now))


def _result(words: Words, view: CampaignView) -> str:
    counts = view.counts
    if any(one.counts is not None for one in view.batches):
        return words.text("console_campaign.result.of", sent=counts.sent, total=counts.total)
    return words.text(f"console_campaign.result.{'waiting' if counts.unreported else 'none'}")


def shown_content(view: CampaignView) -> Shown:
    """The message as followers see it."""
    if view.kind != "text":
        return Shown(pieces=(), titles=tuple(view.text.splitlines()), links=())
    found = pieces(view.text)
    links = dict.fromkeys(one.href for one in found if one.href)
    return Shown(pieces=found, titles=(), links=tuple(links))


def facts_of(words: Words, view: CampaignView, names: Mapping[UUID, str], now: datetime) -> tuple[Fact, ...]:
    """Who, when and to whom."""
    text = words.text

    def by(who: UUID, at: datetime) -> str:
        name = names.get(who, NOTHING)
        return text("console_campaign.fact.by", name=name, at=words.moment(at, now))

    found = [
        ("audience", audience_words(words, view)),
        ("when", send_time(words, view, now)),
        ("made", by(view.made_by_id, view.made_at)),
    ]
    if view.worded_by_id != view.made_by_id:
        found.append(("worded", names.get(view.worded_by_id, NOTHING)))
    if view.released_by_id is not None and view.released_at is not None:
        found.append(("released", by(view.released_by_id, view.released_at)))
    return tuple(Fact(name=text(f"console_campaign.fact.{name}"), words=value) for name, value in found)


def batch_line(words: Words, row: BatchView) -> BatchLine:
    """One mass-send in the table."""
    counts = row.counts

    def number(value: int | None) -> str:
        return NOTHING if value is None else str(value)

    return BatchLine(
        audience=row.audience or words.text("console_campaign.to_all"),
        state=Chip(words=words.text(f"campaign.batch_state.{row.state.value}"), tone=BATCH_TONES[row.state]),
        reason=reason_words(words, row.reason),
        total=number(counts.total if counts else None),
        filtered=number(counts.filtered_out if counts else None),
        sent=number(counts.sent if counts else None),
        errors=number(counts.errors if counts else None),
    )


def reason_words(words: Words, reason: str) -> str:
    """Why a batch stands where it stands; the platform's words for a refusal, or ours."""
    if not reason:
        return ""
    for key in (f"campaign.reason.{reason}", f"wechat_error.{reason}.reason"):
        if words.catalogue.has(key):
            return words.text(key)
    return words.text("campaign.reason.other", code=reason)


def sums_of(words: Words, view: CampaignView) -> tuple[str, str]:
    """The totals in a sentence, and the sentence that they do not add up; each "" where there is nothing to say."""
    counts, text = view.counts, words.text
    if all(one.counts is None for one in view.batches):
        return "", ""
    sums = text(
        "console_campaign.sums",
        total=counts.total,
        filtered=counts.filtered_out,
        sent=counts.sent,
        errors=counts.errors,
    )
    if counts.unreported:
        sums = f"{sums}；{text('console_campaign.sums_waiting', count=counts.unreported)}"
    if not counts.missing:
        return sums, ""
    added = counts.total - counts.missing
    wrong = text("console_campaign.missing", total=counts.total, added=added, missing=abs(counts.missing))
    return sums, wrong
