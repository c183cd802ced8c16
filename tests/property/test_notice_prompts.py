"""Whatever somebody agreed to and refused: they are asked at the right moment, for one kind, and not too often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.notifications.prompts import ASKED_AT_ONCE, QUIET_AFTER_REFUSAL, Held, Moment, worth_asking

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
refusals = st.none() | st.timedeltas(timedelta(), timedelta(days=30)).map(lambda ago: NOW - ago)
templates = st.lists(
    st.builds(
        Held,
        template_id=st.text("abcdef", min_size=1, max_size=3),
        is_lasting=st.booleans(),
        left=st.integers(0, 3),
        refused_at=refusals,
    ),
    max_size=6,
    unique_by=lambda one: one.template_id,
)


@given(st.sampled_from(Moment), templates, st.booleans(), st.booleans())
def test_nobody_is_asked_for_what_is_no_use_or_unwelcome(
    moment: Moment, held: list[Held], is_open: bool, wants_any: bool
) -> None:
    asked = worth_asking(moment, held, is_open=is_open, wants_any=wants_any, now=NOW)
    by_id = {one.template_id: one for one in held}
    assert len(asked) <= ASKED_AT_ONCE
    assert set(asked) <= set(by_id)
    # The platform refuses a request that mixes the two kinds.
    assert len({by_id[one].is_lasting for one in asked}) <= 1
    if not asked:
        return
    assert is_open
    assert wants_any
    assert all(one.refused_at is None or NOW - one.refused_at >= QUIET_AFTER_REFUSAL for one in held)
    assert not any(one.is_lasting and one.left for one in held)
    if moment is not Moment.FILED:
        assert not any(one.left for one in held)


@given(templates.filter(bool))
def test_whoever_agreed_to_nothing_and_refused_nothing_is_asked_while_a_case_goes_on(
    held: list[Held],
) -> None:
    fresh = [Held(one.template_id, one.is_lasting) for one in held]
    for moment in Moment:
        assert worth_asking(moment, fresh, is_open=True, wants_any=True, now=NOW)
