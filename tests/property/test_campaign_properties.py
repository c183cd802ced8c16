"""Campaigns, the pure parts: who lets them go, what is counted, what is shown, when it is quiet."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from casework.roles import Role
from content.campaigns.lifecycle import CAMPAIGN, GOING, State
from content.campaigns.quota import MassQuota, Used, fits, left, spent
from content.campaigns.wording import Words, check_words, pieces
from kit.problems import Invalid, Problem
from kit.quiet_hours import NIGHT

MOVES = st.lists(st.sampled_from([one.name for one in CAMPAIGN.moves]), max_size=12)
AUDIENCE = st.lists(st.one_of(st.none(), st.integers(1, 4)), max_size=12)
QUOTA = st.sampled_from([MassQuota(4, "month"), MassQuota(1, "day")])


@given(MOVES, st.sets(st.sampled_from(Role)))
def test_nothing_is_on_its_way_that_no_head_has_released(moves: list[str], roles: set[Role]) -> None:
    state, released_by = str(State.DRAFT), set()
    for name in moves:
        with contextlib.suppress(Problem):
            found = CAMPAIGN.check(name, state, roles, {})
            state = found.target
            if name == "release":
                released_by = roles
    assert state not in GOING or Role.HEAD in released_by
    assert Role.ADMINISTRATOR not in {role for move in CAMPAIGN.moves for role in move.by}


@given(QUOTA, AUDIENCE)
def test_no_follower_of_one_group_is_promised_more_than_the_platform_delivers(
    quota: MassQuota, asked: list[int | None]
) -> None:
    sent: list[int | None] = []
    for tag_id in asked:
        used = Used.of(sent)
        if fits(quota, used, Used.of([tag_id])):
            before = spent(quota, used)
            sent.append(tag_id)
            assert left(quota, Used.of(sent)) >= quota.at_most - before - 1
    assert all(
        sum(one is None or one == group for one in sent) <= quota.at_most for group in (None, 1, 2, 3, 4)
    )
    assert 0 <= left(quota, Used.of(sent)) <= quota.at_most


@given(st.text(st.sampled_from('a/:.<>"= \n\u6c34') | st.characters(), max_size=80), st.booleans())
@example("\ud800", False)
def test_what_is_shown_is_what_was_written_and_a_refusal_is_one_sentence(text: str, linked: bool) -> None:
    whole = f'{text}<a href="https://www.example.gov.cn/x">link</a>{text}' if linked else text
    shown = "".join(piece.words for piece in pieces(whole))
    if linked and "<a" not in text:
        assert shown == f"{text}link{text}"
    with contextlib.suppress(Invalid):
        check_words(Words("t", "text", whole))


@given(st.integers(0, 3 * 24 * 3600))
def test_after_the_quiet_hours_it_is_day_again_and_never_more_than_a_night_later(seconds: int) -> None:
    quiet, at = NIGHT, datetime(2026, 12, 30, tzinfo=UTC) + timedelta(seconds=seconds)
    found = quiet.over(at)
    assert not quiet.covers(found)
    assert timedelta(0) <= found - at <= timedelta(hours=9)
    assert quiet.covers(at) or found == at
