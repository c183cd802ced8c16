"""Whatever the rosters: the same draw from the same rows, nobody who is left out, everybody else as likely as the next."""

from __future__ import annotations

import runpy
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import combinations, permutations, product
from math import exp, log, perm, sqrt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from casework.inspections.draw import draw
from casework.inspections.rechecking import published, read, recheck
from casework.inspections.rosters import (
    STATED_OF_OFFICERS,
    STATED_OF_PARTIES,
    Item,
    Officer,
    Party,
    Recusal,
    Rosters,
    Stratum,
    Terms,
    faults_of,
)
from casework.inspections.sheet import commitment, head
from casework.inspections.stream import WORDS, chosen, first_refused

SCRIPT = Path(__file__).parents[2] / "docs/recheck_draw.py"
recompute: Callable[[bytes, str], list[str]] = runpy.run_path(str(SCRIPT))["recompute"]
"""Somebody else's draw, written after docs/draws.md alone."""

FROM, UNTIL = date(2026, 12, 1), date(2026, 12, 31)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True)
TEXTS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text and "\ufeff" not in text
)
NONCES = st.binary(min_size=32, max_size=32)
SEEDS = st.from_regex(r"[0-9]{6}", fullmatch=True)


@st.composite
def all_rosters(draw_from: st.DrawFn) -> Rosters:
    strata = draw_from(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    officer_ids = draw_from(st.lists(IDS, max_size=9, unique=True))
    party_ids = draw_from(st.lists(IDS, max_size=25, unique=True))
    days = st.integers(-3, 3).map(timedelta)
    pairs = [Recusal(*pair) for pair in product(officer_ids, party_ids)]
    return Rosters(
        terms=Terms(
            plan=draw_from(IDS),
            from_on=FROM,
            until_on=UNTIL,
            visits_at_most=draw_from(st.sampled_from((None, 1, 2, 3))),
            team=draw_from(st.integers(2, 4)),
            seed_form="999999",
            seed_source=draw_from(TEXTS),
        ),
        strata=tuple(Stratum(code, draw_from(st.integers(0, 10_000))) for code in strata),
        items=(Item("dust", draw_from(TEXTS)),),
        officers=tuple(
            Officer(
                id,
                draw_from(TEXTS),
                f"证{number}",
                FROM - timedelta(2) + draw_from(days),
                UNTIL + timedelta(2) + draw_from(days),
                draw_from(st.sampled_from(("", "", "", *sorted(STATED_OF_OFFICERS)))),
            )
            for number, id in enumerate(officer_ids)
        ),
        parties=tuple(
            Party(
                id,
                draw_from(TEXTS),
                draw_from(st.sampled_from(strata)),
                draw_from(st.integers(0, 3)),
                draw_from(st.sampled_from(("", "", "", *sorted(STATED_OF_PARTIES)))),
            )
            for id in party_ids
        ),
        recusals=tuple(draw_from(st.lists(st.sampled_from(pairs), unique=True))) if pairs else (),
    )


@given(all_rosters(), NONCES, SEEDS)
def test_independent_script_and_the_module_draw_the_same(rosters: Rosters, nonce: bytes, seed: str) -> None:
    assert list(faults_of(rosters)) == []
    promised = head(rosters, nonce)
    file = published(rosters, nonce, seed)
    # Not splitlines(): names may hold what Python alone takes for the end of a line.
    assert file[len(promised) :].decode().split("\n")[:-1] == [f"seed\t{seed}", *recompute(promised, seed)]
    assert recheck(file, commitment(promised)) == ()


@given(all_rosters(), NONCES, SEEDS, st.randoms(use_true_random=False))
def test_order_of_the_rows_changes_neither_promise_nor_draw(
    rosters: Rosters, nonce: bytes, seed: str, order: object
) -> None:
    def mixed(rows: tuple[object, ...]) -> tuple[object, ...]:
        copy = list(rows)
        order.shuffle(copy)  # type: ignore[attr-defined]
        return tuple(copy)

    other = Rosters(
        terms=rosters.terms,
        **{name: mixed(getattr(rosters, name)) for name in Rosters.__slots__ if name != "terms"},
    )
    assert published(other, nonce, seed) == published(rosters, nonce, seed)
    again, same_nonce, same_seed = read(published(rosters, nonce, seed))
    assert draw(again, same_nonce, same_seed) == draw(rosters, nonce, seed)


@given(all_rosters(), NONCES, SEEDS)
def test_nobody_left_out_is_drawn_and_every_team_may_go(rosters: Rosters, nonce: bytes, seed: str) -> None:
    result = draw(rosters, nonce, seed)
    terms = rosters.terms
    may_go = {
        one.id
        for one in rosters.officers
        if not one.barred and one.valid_from_on <= FROM and one.valid_until_on >= UNTIL
    }
    recused = {(one.officer, one.party) for one in rosters.recusals}
    parties = {one.id: one for one in rosters.parties}
    may_be_drawn = {
        one.id
        for one in rosters.parties
        if not one.barred
        and (terms.visits_at_most is None or one.visits < terms.visits_at_most)
        and len([officer for officer in may_go if (officer, one.id) not in recused]) >= terms.team
    }
    drawn = [one.party for one in result.visits]
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= may_be_drawn
    for one in result.visits:
        assert len(set(one.team)) == len(one.team) == terms.team
        assert set(one.team) <= may_go
        assert not {(officer, one.party) for officer in one.team} & recused
    # Everybody is either eligible or left out with a reason.
    out = {(one.kind, one.id) for one in result.left_out}
    assert out == {("officer", one.id) for one in rosters.officers if one.id not in may_go} | {
        ("party", one.id) for one in rosters.parties if one.id not in may_be_drawn
    }
    assert all(one.reason for one in result.left_out)
    # A rate is a rate, rounded up: somebody is drawn wherever anybody is to be.
    for stratum, told in zip(sorted(rosters.strata, key=lambda one: one.code), result.strata, strict=True):
        eligible = [id for id in may_be_drawn if parties[id].stratum == stratum.code]
        count = len([id for id in drawn if parties[id].stratum == stratum.code])
        assert (told.stratum, told.eligible, told.drawn) == (stratum.code, len(eligible), count)
        assert count == -(-len(eligible) * stratum.per_10000 // 10_000)


@given(all_rosters(), NONCES, NONCES)
def test_promise_binds_rosters_and_nonce(rosters: Rosters, nonce: bytes, other: bytes) -> None:
    text = head(rosters, nonce)
    assert (commitment(head(rosters, other)) == commitment(text)) == (other == nonce)
    # What the promise is made of says nothing about a seed: it can be made before there is one.
    assert text.endswith(b"\nnonce\t" + nonce.hex().encode() + b"\n")


@given(st.integers(1, WORDS))
def test_as_many_words_lead_to_each_number_below_a_bound(bound: int) -> None:
    taken = first_refused(bound)
    assert taken % bound == 0
    assert WORDS - bound < taken <= WORDS


def test_choosing_reaches_every_order_exactly_once() -> None:
    """Each outcome comes from exactly one row of numbers: if those are even, so are these. Counted out, not sampled."""
    for size in range(1, 7):
        for count in range(size + 1):
            seen = Counter(
                tuple(chosen(range(size), count, given_numbers(numbers)))
                for numbers in product(*(range(size - place) for place in range(count)))
            )
            assert set(seen) == set(permutations(range(size), count))
            assert set(seen.values()) == {1}
            assert len(seen) == perm(size, count)


def given_numbers(numbers: tuple[int, ...]) -> Callable[[int], int]:
    left: Iterator[int] = iter(numbers)
    return lambda _bound: next(left)


DRAWS = 10_000
"""With counted seeds, 000000 to 009999: the same at every run."""
SMALL = Rosters(
    terms=Terms("uniform", FROM, UNTIL, 2, 2, "999999", "counted"),
    strata=(Stratum("high", 4_000), Stratum("low", 1_000)),
    items=(Item("dust", "施工扬尘"),),
    officers=tuple(Officer(f"o{n}", f"o{n}", f"证{n}", FROM, UNTIL) for n in range(7)),
    parties=(
        *(Party(f"h{n}", f"h{n}", "high") for n in range(7)),
        *(Party(f"l{n:02}", f"l{n:02}", "low") for n in range(21)),
        *(Party(f"x{n}", f"x{n}", "high", visits=2) for n in range(3)),
    ),
)


def p_value(counts: Counter[frozenset[str]], cells: int) -> float:
    """Of the chi-square test for even cells: exact, as the degrees of freedom are even."""
    expected = DRAWS / cells
    half = sum((count - expected) ** 2 for count in counts.values()) / expected / 2
    half += (cells - len(counts)) * expected / 2
    assert cells % 2 == 1
    term = total = 1.0
    for k in range(1, (cells - 1) // 2):
        term *= half / k
        total += term
    return exp(-half) * total


def test_ten_thousand_draws_are_even_over_every_set_of_parties_and_every_team() -> None:
    high: Counter[frozenset[str]] = Counter()
    low: Counter[frozenset[str]] = Counter()
    teams: Counter[frozenset[str]] = Counter()
    singly: Counter[str] = Counter()
    nonce = bytes(range(32))
    for number in range(DRAWS):
        visits = draw(SMALL, nonce, f"{number:06}").visits
        parties = [one.party for one in visits]
        high[frozenset(id for id in parties if id[0] == "h")] += 1
        low[frozenset(id for id in parties if id[0] == "l")] += 1
        teams[frozenset(visits[0].team)] += 1
        singly.update(parties)
    assert {len(one) for one in (*high, *low)} == {3}
    assert p_value(high, len(list(combinations(range(7), 3)))) >= 0.01
    assert p_value(teams, len(list(combinations(range(7), 2)))) >= 0.01
    # Three of 21 have too many sets to count each; every single one is within Hoeffding's bound, wrong once in a million.
    bound = sqrt(log(2 * 28 / 1e-6) / (2 * DRAWS))
    for party in SMALL.parties:
        chance = {"h": 3 / 7, "l": 3 / 21, "x": 0.0}[party.id[0]]
        assert abs(singly[party.id] / DRAWS - chance) <= (bound if chance else 0)


def test_each_nonce_gives_a_draw_of_its_own_as_each_seed_does() -> None:
    nonces = [bytes([number]) * 32 for number in range(200)]
    by_nonce = {draw(SMALL, nonce, "000000").visits for nonce in nonces}
    by_seed = {draw(SMALL, nonces[0], f"{number:06}").visits for number in range(200)}
    assert len(by_nonce) == len(by_seed) == 200


def test_officers_carry_the_same_where_nobody_is_recused() -> None:
    rosters = Rosters(
        SMALL.terms,
        (Stratum("high", 10_000), Stratum("low", 10_000)),
        SMALL.items,
        SMALL.officers,
        SMALL.parties,
    )
    for number in range(50):
        loads = Counter(
            officer for one in draw(rosters, bytes(32), f"{number:06}").visits for officer in one.team
        )
        assert sum(loads.values()) == 28 * 2
        assert set(loads.values()) == {8}
