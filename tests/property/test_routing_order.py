"""Whatever the rules: the first that fits decides, and what comes behind it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.complaints.ports import RoutingFacts
from casework.complaints.urgency import Urgency
from casework.routing.explained import Why, explained
from casework.routing.profile import RoutingRule, RoutingSection, To, When
from casework.routing.roster import Person, Post, Roster, Turn
from casework.routing.router import RuleRouter
from tests.casework_setting import POLICY, calendar, person

CALENDAR = calendar()
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
AREAS = ("街道甲", "街道乙")
ROSTER = Roster(
    turns=(Turn(Post.STREET_CHIEF, "街道甲", "street", person(21), datetime(2026, 1, 1, tzinfo=UTC), None),),
    people=(Person(person(21), "chief", "街长", None, True),),
)
HOURS = st.sampled_from((None, "08:00-18:00", "18:00-08:00", "23:59-00:00", "00:00-00:01"))


def some(*values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


WHENS = st.builds(
    When,
    categories=some("vending", "noise"),
    kinds=some("event"),
    areas=some(*AREAS),
    urgency=some(*Urgency),
    sources=some("wechat", "phone"),
    hours=HOURS,
    days=st.sampled_from(((), ("working",), ("resting",), ("国庆节",))),
)
TOS = st.sampled_from(
    (To(unit="street"), To(unit="night"), To(street_chief=True), To(on_duty="night"), To(officer="chief"))
)
RULES = st.lists(st.tuples(WHENS, TOS, st.booleans()), max_size=6).map(
    lambda made: tuple(
        RoutingRule(code=f"r{at}", name=f"规则{at}", when=when, to=to, enabled=enabled)
        for at, (when, to, enabled) in enumerate(made)
    )
)
FACTS = st.builds(
    RoutingFacts,
    category=st.sampled_from(("vending", "noise", None, "former")),
    area=st.none(),
    grid=st.none(),
    urgency=st.sampled_from(Urgency),
    source=st.sampled_from(("wechat", "phone", "h5")),
    at=st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
)
PLACES = st.sampled_from(((), ("街道甲",), ("街道乙", "区")))


def router(rules: tuple[RoutingRule, ...], order: tuple[str, ...] = ()) -> RuleRouter:
    return RuleRouter(RoutingSection(rules=rules, order=order), POLICY, CALENDAR)


@given(RULES, FACTS, PLACES)
def test_the_first_rule_that_fits_decides_and_all_before_it_say_why_not(rules, facts, places) -> None:
    decided = router(rules).decide(facts, places, ROSTER)
    tried = decided.rules
    assert [one.code for one in tried] == [rule.code for rule in rules][: len(tried)]
    assert all(one.why is not Why.TAKEN for one in tried[:-1])
    if decided.rule is None:
        assert len(tried) == len(rules)
        category = POLICY.categories.get(facts.category or "")
        assert decided.unit == (category.unit if category is not None else None)
    else:
        assert tried[-1] == type(tried[-1])(decided.rule, Why.TAKEN)
        # It decides the same when it stands alone.
        alone = router(tuple(rule for rule in rules if rule.code == decided.rule))
        assert alone.decide(facts, places, ROSTER).unit == decided.unit
    assert explained(decided.as_json()) == decided


@given(RULES, st.tuples(WHENS, TOS), FACTS, PLACES)
def test_a_rule_at_the_end_never_changes_what_an_earlier_one_decided(rules, last, facts, places) -> None:
    before = router(rules).decide(facts, places, ROSTER)
    after = router((*rules, RoutingRule(code="last", name="末", when=last[0], to=last[1]))).decide(
        facts, places, ROSTER
    )
    assert before.rule is None or after == before
    assert after.rule in (before.rule, "last")


@given(RULES.filter(len), FACTS, PLACES, st.data())
def test_what_is_read_beforehand_is_all_that_the_decision_needs(rules, facts, places, data) -> None:
    order = tuple(data.draw(st.permutations([rule.code for rule in rules])))
    one = router(rules, order)
    wanted, decided = one.wanted(facts, places), one.decide(facts, places, ROSTER)
    if decided.to in ("street_chief", "grid_officer", "on_duty"):
        assert Post(decided.to) in wanted.posts
    assert decided.to != "officer" or wanted.logins
    assert decided == router(one.rules).decide(facts, places, ROSTER)
