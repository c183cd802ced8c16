"""What the console shows of a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from content.campaigns.lifecycle import BatchState, State
from content.campaigns.models import Campaign, CampaignBatch


@dataclass(frozen=True)
class Counts:
    """Sums of the platform's reports. `unreported` batches were taken and not reported on with numbers.

    `filtered_out` are followers the platform left out: they refused messages, or had their four of this month.
    `missing` is how far the report is from adding up: total less left out, sent and errors.
    """

    total: int = 0
    filtered_out: int = 0
    sent: int = 0
    errors: int = 0
    unreported: int = 0

    @property
    def missing(self) -> int:
        return self.total - self.filtered_out - self.sent - self.errors

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.total + other.total,
            self.filtered_out + other.filtered_out,
            self.sent + other.sent,
            self.errors + other.errors,
            self.unreported + other.unreported,
        )


@dataclass(frozen=True)
class BatchView:
    """One mass-send. `audience` is the group's name, "" for everybody; `counts` is None before a report.

    `was_asked`: it was handed to the platform once, and nobody knows yet what became of that.
    """

    id: UUID
    tag_id: int | None
    audience: str
    state: BatchState
    reason: str
    attempts: int
    taken_at: datetime | None
    counts: Counts | None
    was_asked: bool = False

    @property
    def may_have_gone_out(self) -> bool:
        return self.was_asked or self.state in (
            BatchState.SENDING,
            BatchState.TAKEN,
            BatchState.REPORTED,
            BatchState.UNCERTAIN,
        )


@dataclass(frozen=True)
class CampaignView:
    """A campaign with its batches in their order."""

    id: UUID
    title: str
    kind: str
    text: str
    media_id: str
    state: State
    revision: int
    made_by_id: UUID
    made_at: datetime
    worded_by_id: UUID
    released_by_id: UUID | None
    released_at: datetime | None
    send_at: datetime | None
    batches: tuple[BatchView, ...]

    @property
    def counts(self) -> Counts:
        """What is known of all batches together."""
        known = sum((one.counts for one in self.batches if one.counts is not None), Counts())
        silent = sum(
            one.counts is None and one.state in (BatchState.TAKEN, BatchState.REPORTED)
            for one in self.batches
        )
        return known + Counts(unreported=silent)

    @property
    def is_to_all(self) -> bool:
        return all(one.tag_id is None for one in self.batches)


def campaign_view(row: Campaign, batches: Iterable[CampaignBatch]) -> CampaignView:
    """The rows as they stand."""
    return CampaignView(
        id=row.id,
        title=row.title,
        kind=row.kind,
        text=row.text,
        media_id=row.media_id or "",
        state=State(row.state),
        revision=row.revision,
        made_by_id=row.made_by_id,
        made_at=row.made_at,
        worded_by_id=row.worded_by_id,
        released_by_id=row.released_by_id,
        released_at=row.released_at,
        send_at=row.send_at,
        batches=tuple(_batch(one) for one in sorted(batches, key=lambda one: one.position)),
    )


def _batch(row: CampaignBatch) -> BatchView:
    return BatchView(
        id=row.id,
        tag_id=row.tag_id,
        audience=row.tag_name,
        state=BatchState(row.state),
        reason=row.reason or "",
        attempts=row.attempts,
        taken_at=row.taken_at,
        counts=_counts(row),
        was_asked=row.asked_at is not None,
    )


def _counts(row: CampaignBatch) -> Counts | None:
    if row.total is None or row.filtered is None or row.sent is None or row.errors is None:
        return None
    return Counts(total=row.total, filtered_out=row.total - row.filtered, sent=row.sent, errors=row.errors)
