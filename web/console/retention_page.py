"""How long the bureau keeps what, and which cases become nobody's next."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.complaints.lifecycle import State
from casework.retention.due import COUNTED_TO, KeptLine, NextCase, next_cases, report
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.frame import PRIVACY, frame_for, shown
from web.console.privacy_screens import GoingRow, KeptRow, RetentionPage
from web.console.privacy_words import RETENTION, tabs_for
from web.console.visitor import Visitor


async def show_retention(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/privacy/retention."""
    now, retention, text = door.clock.now(), door.retention, door.words.text
    duty = retention.archive_duty
    page = RetentionPage(
        tabs=tabs_for(door, visitor, RETENTION),
        kept=tuple(_kept(door, one) for one in await report(retention, now)),
        duty=text("privacy.retention.duty", years=duty.years, basis=duty.basis)
        if duty is not None
        else text("privacy.retention.no_duty"),
        going=tuple(_going(door, one) for one in await next_cases(retention)),
    )
    return shown(door, "privacy_retention.html", await frame_for(door, visitor, PRIVACY), page)


def _kept(door: ConsoleDoor, one: KeptLine) -> KeptRow:
    text = door.words.text
    return KeptRow(
        what=text(f"privacy.kept.{one.kind}"),
        years=text("privacy.retention.years", years=one.years),
        due=_number(door, one.due),
        soon=_number(door, one.soon),
        basis=one.basis,
        is_due=one.due > 0,
    )


def _number(door: ConsoleDoor, number: int) -> str:
    return (
        f"{number}" if number < COUNTED_TO else door.words.text("privacy.retention.more", number=COUNTED_TO)
    )


def _going(door: ConsoleDoor, one: NextCase) -> GoingRow:
    return GoingRow(
        reference=one.reference,
        kind=door.desk.policy.category_name(one.category),
        state=door.words.state(State(one.state)),
        closed=f"{local(one.closed_at):%Y-%m-%d}",
        goes=f"{local(one.goes_at):%Y-%m-%d}",
        mark=door.words.text("privacy.mark.restricted") if one.is_restricted else "",
    )
