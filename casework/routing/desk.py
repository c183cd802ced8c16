"""The router of complaints: the rules in force, with what they ask for read from rows."""

from __future__ import annotations

from uuid import UUID

from casework.complaints.models import Complaint
from casework.complaints.ports import Routed, RoutingFacts
from casework.routing.explained import Explained, explained
from casework.routing.loading import places_of, roster_for
from casework.routing.router import RuleRouter


class RoutingDesk:
    """`casework.complaints.ports.Router` by rules, postings and deputies."""

    def __init__(self, rules: RuleRouter) -> None:
        self.rules = rules

    async def route(self, facts: RoutingFacts) -> Routed:
        """Where a case goes now. Reads rows, in the transaction it is called in."""
        decided = await self.decide(facts)
        return Routed(
            unit=decided.unit,
            assignee_id=decided.assignee_id,
            rule=decided.rule,
            explanation=decided.as_json(),
        )

    async def decide(self, facts: RoutingFacts, rules: RuleRouter | None = None) -> Explained:
        """The same, explained; by other rules where they are given."""
        rules = rules if rules is not None else self.rules
        places = await places_of(facts.grid, facts.area) if rules.needs_places else ()
        roster = await roster_for(rules.wanted(facts, places), places, facts.at)
        return rules.decide(facts, places, roster)


async def decision_on(complaint_id: UUID) -> Explained | None:
    """Why a case was sent where it is, as it was decided. None while no rules were asked."""
    row = await Complaint.filter(id=complaint_id).only("id", "routing").first()
    return explained(row.routing) if row is not None else None
