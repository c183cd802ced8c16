"""Five hundred routing rules of which none decides: the longest way a case can be sent.

*routing_500_rules_ms*: a whole decision in memory, the explanation that the case keeps included: what is asked of the
database beforehand (`wanted`), then every rule (`route`). Median of the slower of two cases: every rule fails at the
last thing it asks, and every rule fits but nobody holds its post. What the rows add (`RoutingDesk.route` on this
database, with the 500 rules that lead to nobody) is printed beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import msgspec

from benchmarks.complaints_frame import Frame, p99, times_ms
from benchmarks.report import Figure, median
from casework.complaints.filing import Source
from casework.complaints.ports import RoutingFacts
from casework.complaints.urgency import Urgency
from casework.routing.desk import RoutingDesk
from casework.routing.profile import RoutingRule, RoutingSection, To, When
from casework.routing.router import RuleRouter
from kit.clock import local

RULES, ROUNDS, WARM = 500, 2_000, 100
PLACES = ("G-12", "grid", "S-3", "street", "D-1", "district")


async def figures(frame: Frame) -> list[Figure]:
    """The pure decision; with rows only printed."""
    desk = frame.desk
    category = next(iter(desk.policy.categories))
    facts = RoutingFacts(
        category=category, area="S01", grid=None, urgency=Urgency.ORDINARY, source="wechat", at=frame.at
    )
    fits = When(
        categories=(category,), areas=(PLACES[-1],), urgency=(Urgency.ORDINARY,), sources=(Source.WECHAT,)
    )
    today = desk.calendar.is_working_day(local(frame.at).date())
    at_the_last = msgspec.structs.replace(fits, days=("resting" if today else "working",))
    taken = []
    for name, when in (("fails at the last condition", at_the_last), ("fits but leads to nobody", fits)):
        router = RuleRouter(_rules(when), desk.policy, desk.calendar)
        ordered = _taken_ms(partial(_decide, router, facts))
        print(f"{frame.engine}: every rule {name}: median {median(ordered):.3f}, p99 {p99(ordered):.3f} ms")
        taken.append(median(ordered))
    with_rows = RoutingDesk(RuleRouter(_rules(When(categories=(category,))), desk.policy, desk.calendar))
    ordered = await times_ms(lambda _: with_rows.route(facts), 200)
    print(
        f"{frame.engine}: with rows read: median {median(ordered):.3f}, p99 {p99(ordered):.3f} ms", flush=True
    )
    return [Figure("complaints", "routing_500_rules_ms", max(taken), "ms", 1)]


def _decide(router: RuleRouter, facts: RoutingFacts) -> None:
    router.wanted(facts, PLACES)
    routed = router.route(facts, PLACES)
    if routed.rule is not None:
        raise RuntimeError("a rule decided that was to decide nothing")


def _rules(when: When) -> RoutingSection:
    return RoutingSection(
        rules=tuple(
            RoutingRule(code=f"rule_{number}", name=f"rule {number}", when=when, to=To(street_chief=True))
            for number in range(RULES)
        )
    )


def _taken_ms(act: Callable[[], None]) -> list[float]:
    """How long each round took, in milliseconds, sorted."""
    for _ in range(WARM):
        act()
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)
