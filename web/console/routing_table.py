"""Changed rules tried on the last cases, as a table by unit."""

from __future__ import annotations

from casework.complaints.models import Complaint
from casework.routing.trial import compare
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.routing_book import Book
from web.console.routing_screens import MovedRow, ShareRow, TrialTable
from web.console.routing_words import goes_to, names_of
from web.console.visitor import Visitor


async def trial_table(door: ConsoleDoor, visitor: Visitor, now: Book, then: Book) -> TrialTable:
    """How many of the last cases would go elsewhere, and which."""
    text = door.words.text
    found = await compare(then.policy, now.router, then.router)
    ids = {id for one in found.moved for by in (one.now, one.then) for id in (by.assignee_id, by.for_id)}
    names = await names_of(*ids)
    references = [one.reference for one in found.moved]
    rows = await Complaint.filter(reference__in=references).only("id", "reference", "unit", "assignee_id")
    seen = {row.reference for row in rows if visitor.sight.covers(row.unit, row.assignee_id)}
    return TrialTable(
        words=text("console_routing.trial.found", cases=found.cases, elsewhere=found.elsewhere),
        shares=tuple(
            ShareRow(
                unit=then.policy.unit_name(one.unit) or text("console_routing.decided.dispatch"),
                now=one.now,
                then=one.then,
                more=f"{one.then - one.now:+d}" if one.then != one.now else "",
            )
            for one in found.shares
        ),
        moved=tuple(
            MovedRow(
                reference=one.reference,
                href=case_address(one.reference) if one.reference in seen else "",
                now=goes_to(door, one.now, now.policy, names),
                then=goes_to(door, one.then, then.policy, names),
            )
            for one in found.moved
        ),
        more=text("console_routing.trial.more", count=found.elsewhere - len(found.moved))
        if found.elsewhere > len(found.moved)
        else "",
    )
