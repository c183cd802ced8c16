"""Hearings to come that are announced to everybody (行政许可法 46, 48): what it is about and where, not who applies."""

from __future__ import annotations

from datetime import datetime

import msgspec

from casework.permits.hearing_models import PermitHearing
from casework.permits.kinds import PermitsSection
from casework.permits.lifecycle import HearingState
from casework.permits.models import PermitApplication

SHOWN_AT_MOST = 50


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """One hearing. `about_place` is where the permit would be used, `place` where the hearing is."""

    kind_name: str
    about_place: str
    meeting_at: datetime
    place: str
    basis: str
    words: str


async def announced_hearings(section: PermitsSection, now: datetime) -> tuple[Announced, ...]:
    """Those that are arranged and announced, the next first."""
    to_come = PermitHearing.filter(
        state=HearingState.ARRANGED.value, meeting_at__gt=now, announcement__isnull=False
    )
    rows = await to_come.order_by("meeting_at", "id").limit(SHOWN_AT_MOST)
    about = {
        one.id: one for one in await PermitApplication.filter(id__in=[row.application_id for row in rows])
    }
    return tuple(
        Announced(
            kind_name=_kind_name(section, about[row.application_id].kind),
            about_place=about[row.application_id].place_text,
            meeting_at=row.meeting_at,
            place=row.place or "",
            basis=row.basis,
            words=row.announcement or "",
        )
        for row in rows
        if row.application_id in about and row.meeting_at is not None
    )


def _kind_name(section: PermitsSection, code: str) -> str:
    kind = section.kind(code)
    return kind.name if kind is not None else code
