"""Why a case is where it is, on its own page."""

from __future__ import annotations

from casework.complaints.views import ComplaintDetail
from casework.permissions import Operation
from casework.routing.desk import RoutingDesk, decision_on
from web.console.door import ConsoleDoor
from web.console.routing_screens import WhyHere
from web.console.routing_words import decision_words, names_of
from web.console.visitor import Visitor


async def why_here(door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail) -> WhyHere | None:
    """None while no rules were asked, and for contractors, who need not know how the house is run."""
    if not visitor.may(Operation.SEE_CITIZEN):
        return None
    decided = await decision_on(case.view.id)
    if decided is None:
        return None
    text, policy, router = door.words.text, door.desk.policy, door.desk.router
    rules = router.rules.rules if isinstance(router, RoutingDesk) else ()
    person = ""
    if decided.assignee_id is not None:
        names = await names_of(decided.assignee_id)
        person = text(
            "console_routing.here.person",
            name=names.get(decided.assignee_id) or text("console_routing.decided.somebody"),
            capacity=text(f"console_routing.decided.{decided.to}"),
        )
    elsewhere = case.unit is not None and decided.unit is not None and case.unit != decided.unit
    return WhyHere(
        decision=await decision_words(
            door,
            decided,
            policy,
            rules,
            now=door.clock.now(),
            linked=visitor.may(Operation.SEE_ROUTING),
        ),
        person=person,
        by_hand=text("console_routing.here.by_hand") if elsewhere else "",
    )
