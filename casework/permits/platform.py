"""What the city's integrated service platform hears of permits: status by item code, publicity of decisions, ratings.

Each is a message of the exchange (`casework.exchange`): a row in the relay's transaction, signed and delivered by its
courier, mended by a clerk on its pages. A platform is a peer of kind `service_platform` in the profile's section `exchange`.

    permit_status           where an application stands: number, item code, status as the platform calls it
    permit_publicity        a granted permit to be published within seven working days (行政许可的双公示)
    permit_paper_void       a paper that no longer counts, by its number, and the number of the one in its place
    permit_publicity_ended  one that was published and no longer holds, within three working days
    permit_rating           好差评: a score from 1 to 5, without words
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec

from casework.case_event import CaseEvent
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.exchange.models import ExchangeMessage
from casework.exchange.planning import QUEUED
from casework.exchange.profile import ExchangeSection, Peer
from casework.permits.desk import PermitDesk
from casework.permits.events import (
    ApplicationEvent,
    ApplicationGranted,
    ApplicationRated,
    PaperVoided,
    PermitCancelled,
    PermitEvent,
    PermitReplaced,
    PermitRevoked,
    PermitWithdrawn,
)
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import opened_number, said_basis
from kit.clock import local
from kit.db import Change

STATUS, PUBLICITY, PUBLICITY_ENDED, RATING, PAPER_VOID = (
    "permit_status",
    "permit_publicity",
    "permit_publicity_ended",
    "permit_rating",
    "permit_paper_void",
)
STEPS: Final = frozenset(
    {"submitted", "accepted", "refused", "correction_requested", "corrected", "lapsed", "withdrawn"}
    | {"survey_scheduled", "surveyed", "paused", "resumed", "granted", "denied", "registered", "approved"}
    | {"paid_out", "delivered"}
)
"""What the applicant may see happen; who handles it and who is asked inside is not told."""
PUBLISH_WITHIN: Final = 7
TAKE_BACK_WITHIN: Final = 3
"""Working days from the decision (国办发〔2018〕118号)."""
CATEGORY: Final = "ordinary"
"""普通许可: the use of public ground is neither franchised nor an approval of a person or a thing (行政许可法 12)."""
VALID, OVER = "valid", "over"
GRANTING: Final = frozenset({Paper.GRANT, Paper.CHANGE, Paper.RENEWAL})
"""Papers whose number is that of the permit."""
ENDINGS: Final = (PermitWithdrawn, PermitRevoked, PermitCancelled, PermitReplaced)


class PlatformPlanner:
    """Hears every event in the relay's transaction."""

    def __init__(self, section: ExchangeSection, desk: PermitDesk) -> None:
        self._peers = tuple(
            peer for peer in section.peers if peer.kind == "service_platform" and peer.callback is not None
        )
        self._desk = desk

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if not self._peers or not isinstance(event, ApplicationEvent | PermitEvent):
            return
        now = await change.database_now()
        rows = [
            _message(change, peer, uuid5(event_id, kind), _case_of(event), kind, content, now)
            for peer in self._peers
            for kind, content in await self._told(peer, event)
        ]
        if rows:
            await ExchangeMessage.bulk_create(rows, ignore_conflicts=True)

    async def _told(
        self, peer: Peer, event: ApplicationEvent | PermitEvent
    ) -> list[tuple[str, Mapping[str, object]]]:
        """Kinds and contents of what this platform hears of an event."""
        if isinstance(event, PermitEvent):
            return [(PUBLICITY_ENDED, self._ended(event))] if isinstance(event, ENDINGS) else []
        if isinstance(event, ApplicationRated):
            return [(RATING, self._of(event) | {"score": event.score})]
        if isinstance(event, PaperVoided):
            return await self._voided(event)
        step = event.name.rpartition(".")[2]
        if step not in STEPS:
            return []
        status: dict[str, object] = {"step": step, "status": peer.permit_statuses.get(step, step)}
        if event.due_at is not None:
            status["due_at"] = _moment(event.due_at)
        told: list[tuple[str, Mapping[str, object]]] = [(STATUS, self._of(event) | status)]
        if isinstance(event, ApplicationGranted) and (row := await self._publicity(event)) is not None:
            told.append((PUBLICITY, row))
        return told

    def _of(self, event: ApplicationEvent) -> dict[str, object]:
        return {"number": event.reference, **self._item(event.kind), "at": _moment(event.at)}

    def _item(self, code: str) -> dict[str, object]:
        kind = self._desk.section.kind(code)
        return {
            "item_code": kind.item_code if kind is not None else "",
            "item": self._desk.kind_name(code),
        }

    async def _voided(self, event: PaperVoided) -> list[tuple[str, Mapping[str, object]]]:
        """What is void; where the permit bears another number for it, its published row again. Why is not told: free words."""
        void = {"paper": event.paper_name, "void_number": event.number, "replaced_by": event.replaced_by}
        told: list[tuple[str, Mapping[str, object]]] = [(PAPER_VOID, self._of(event) | void)]
        permit = await Permit.get_or_none(application_id=event.application_id)
        # What is taken down already is not published again.
        is_public = permit is not None and (permit.ended_at is None or permit.ended_at >= event.at)
        if is_public and event.paper in GRANTING and event.replaced_by:
            row = await self._publicity(event)
            told += [(PUBLICITY, {**row, "replaces_number": event.number})] if row is not None else []
        return told

    async def _publicity(self, event: ApplicationEvent) -> Mapping[str, object] | None:
        """The row that is published; None where granting made no permit (a cancellation)."""
        permit = await Permit.get_or_none(application_id=event.application_id)
        application = await PermitApplication.get_or_none(id=event.application_id)
        if permit is None or application is None:
            return None
        is_organisation = permit.holder_kind == "organisation"
        return self._of(event) | {
            "decision_number": permit.number,
            "holder": permit.holder_shown,
            "holder_kind": permit.holder_kind,
            "holder_code": opened_number(self._desk, application) if is_organisation else "",
            "content": permit.place_text,
            "area_m2": permit.area_m2,
            "decision_name": await self._decision_name(permit),
            "category": CATEGORY,
            "certificate_name": permit.kind_name,
            "certificate_number": permit.number,
            "basis": self._basis(event.kind),
            "organ": self._desk.documents.issuer.name,
            "standing": VALID,
            "decided_on": f"{local(permit.granted_at):%Y-%m-%d}",
            "valid_from": _moment(permit.valid_from_at),
            "valid_until": _moment(permit.valid_until_at),
            "publish_by": self._within(permit.granted_at, PUBLISH_WITHIN),
        }

    async def _decision_name(self, permit: Permit) -> str:
        paper = await IssuedDocument.get_or_none(number=permit.number)
        return self._desk.documents.catalogue.text(f"document.name.{paper.kind}") if paper is not None else ""

    def _basis(self, code: str) -> list[str]:
        kind = self._desk.section.kind(code)
        return [said_basis(self._desk, one) for one in kind.basis] if kind is not None else []

    def _ended(self, event: PermitEvent) -> Mapping[str, object]:
        return {
            "decision_number": event.number,
            **self._item(event.kind),
            "how": event.name.rpartition(".")[2],
            "standing": OVER,
            "at": _moment(event.at),
            "take_back_by": self._within(event.at, TAKE_BACK_WITHIN),
        }

    def _within(self, at: datetime, days: int) -> str:
        return _moment(self._desk.calendar.add_working_days(at, days).at)


def _case_of(event: ApplicationEvent | PermitEvent) -> UUID:
    """All that is told of one application goes out in its order."""
    return event.application_id


def _message(
    change: Change,
    peer: Peer,
    event_id: UUID,
    case_id: UUID,
    kind: str,
    content: Mapping[str, object],
    now: datetime,
) -> ExchangeMessage:
    return ExchangeMessage(
        id=change.ids.new(),
        peer=peer.code,
        case_id=case_id,
        event_id=event_id,
        kind=kind,
        body=msgspec.json.encode(content).decode(),
        state=QUEUED,
        attempts=0,
        fence=0,
        next_at=now,
        created_at=change.now,
        updated_at=change.now,
    )


def _moment(at: datetime) -> str:
    return local(at).isoformat(timespec="seconds")
