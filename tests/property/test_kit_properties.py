"""Laws that hold for every reference, key, period, table and chain, not only for chosen examples."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.audit.chain import link
from kit.audit.seal import Head, merkle_root
from kit.audit.verify import check_chain
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.clock import SHANGHAI, FixedClock
from kit.ids import Ids, made_at
from kit.references import find_references, letters_are_safe, make_reference, parse_reference
from kit.workflow import Lifecycle, LifecycleError, move

KEY = b"k" * 32
TABLE = HolidayTable.load()
CALENDAR = WorkingCalendar(TABLE)
NIGHTS = WorkingCalendar(TABLE, WorkingHours(((0, 1), (600, 601), (1380, 1440))))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4)
references = st.builds(
    lambda bureau, kind, on, serial: (
        make_reference(bureau, kind, on, serial) if letters_are_safe(bureau, kind) else ""
    ),
    letters,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(1, 999_999_999),
).filter(bool)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 30)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
calendars = st.sampled_from([CALENDAR, NIGHTS])


@given(references)
def test_every_reference_is_read_back(reference):
    found = parse_reference(reference)
    assert str(found) == reference
    assert parse_reference(reference.lower().replace("-", " ")) == found
    assert find_references(f"编号{reference.replace('-', '')}，谢谢") == [found]


@settings(max_examples=60)
@given(references)
def test_any_single_wrong_character_is_caught(reference):
    for position, right in enumerate(reference):
        for wrong in ALPHABET:
            if wrong != right:
                assert parse_reference(reference[:position] + wrong + reference[position + 1 :]) is None


@given(references)
def test_any_swap_of_neighbours_is_caught(reference):
    for text in (reference, reference.replace("-", "")):
        for i in range(len(text) - 1):
            swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
            assert swapped == text or parse_reference(swapped) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_search_for_references(text):
    parse_reference(text)
    find_references(text)


@given(st.lists(st.integers(-5000, 5000), max_size=60))
def test_ids_increase_whatever_the_clock_does(jumps):
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    ids = Ids(clock)
    made = [ids.new()]
    for jump in jumps:
        clock.advance(timedelta(milliseconds=jump))
        made.append(ids.new())
    assert made == sorted(set(made))
    assert all(made_at(key).year in (2025, 2026) for key in made)


@given(calendars, moments, st.integers(1, 5000))
def test_added_minutes_are_the_minutes_between(calendar, start, minutes):
    deadline = calendar.add_working_minutes(start, minutes)
    assert calendar.working_time_between(start, deadline.at) == timedelta(minutes=minutes)
    assert sum((step.counted for step in deadline.steps), timedelta(0)) == timedelta(minutes=minutes)


@given(calendars, moments, st.integers(1, 5000))
def test_subtracted_minutes_are_the_minutes_between(calendar, end, minutes):
    begin = calendar.subtract_working_minutes(end, minutes).at
    assert calendar.working_time_between(begin, end) == timedelta(minutes=minutes)
    assert calendar.is_working_moment(begin)


@given(calendars, moments, st.integers(1, 3000), st.integers(1, 3000))
def test_periods_of_minutes_can_be_split(calendar, start, first, second):
    halfway = calendar.add_working_minutes(start, first).at
    assert (
        calendar.add_working_minutes(halfway, second).at
        == calendar.add_working_minutes(start, first + second).at
    )


@given(calendars, moments, st.integers(1, 5000))
def test_a_deadline_in_minutes_lies_in_working_time(calendar, start, minutes):
    deadline = calendar.add_working_minutes(start, minutes)
    assert deadline.at > start
    # The closing moment belongs to the working time that ends with it.
    assert calendar.is_working_moment(deadline.at - timedelta(microseconds=1))
    assert calendar.is_working_day(deadline.on)


@given(moments, moments, st.integers(1, 1500), st.integers(1, 40))
def test_who_starts_later_is_due_no_earlier(one, two, minutes, days):
    early, late = sorted((one, two))
    for reckon, amount in (
        (CALENDAR.add_working_minutes, minutes),
        (CALENDAR.add_working_days, days),
        (CALENDAR.add_natural_days, days),
    ):
        assert reckon(early, amount).at <= reckon(late, amount).at
        assert reckon(early, amount).at < reckon(early, amount + 41).at


@given(moments, st.integers(1, 60))
def test_working_days_end_at_closing_time_of_a_working_day(start, days):
    deadline = CALENDAR.add_working_days(start, days)
    began_on = start.astimezone(SHANGHAI).date()
    assert CALENDAR.working_days_between(began_on, deadline.on) == days
    assert deadline.at.astimezone(SHANGHAI).hour == 18
    assert CALENDAR.is_working_day(deadline.on)
    assert [step.number for step in deadline.steps if step.number] == list(range(1, days + 1))


@given(moments, st.integers(1, 90))
def test_natural_days_never_end_early_nor_on_a_day_off(start, days):
    deadline = CALENDAR.add_natural_days(start, days)
    last = start.astimezone(SHANGHAI).date() + timedelta(days=days)
    assert deadline.on >= last
    assert CALENDAR.is_working_day(deadline.on)
    assert not any(
        CALENDAR.is_working_day(last + timedelta(days=offset)) for offset in range((deadline.on - last).days)
    )


@given(st.dates(date(1950, 1, 1), date(2200, 1, 1)), st.integers(1, 500))
def test_years_without_a_table_are_marked_and_never_fail(on, days):
    start = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    deadline = CALENDAR.add_working_days(start, days)
    passed = range(on.year, deadline.on.year + 1)
    assert deadline.assumed_years == {year for year in passed if year not in TABLE.years}


@st.composite
def tables(draw: st.DrawFn) -> Lifecycle:
    """States in a row: each has a way from an earlier and to a later one, and there are some arrows more."""
    last = draw(st.integers(1, 6))
    arrows = [(draw(st.integers(0, state - 1)), state) for state in range(1, last + 1)]
    arrows += [(state, draw(st.integers(state + 1, last))) for state in range(last)]
    arrows += draw(st.lists(st.tuples(st.integers(0, last - 1), st.integers(0, last)), max_size=4))
    moves = tuple(move(f"m{i}", f"s{a}", f"s{b}", by=["x"]) for i, (a, b) in enumerate(arrows))
    return Lifecycle("t", "s0", {f"s{last}"}, moves)


@given(tables())
def test_every_state_of_a_table_is_reached_and_only_final_ones_are_dead_ends(table):
    for state in table.states:
        assert bool(table.moves_from(state)) == (state not in table.final)
        here = table.initial
        for before, one in table.walk_to(state):
            assert before == here
            here = one.target
        assert here == state
    walks = list(table.walks(at_most=20))
    assert walks
    for walk in walks:
        assert walk[-1][1].target in table.final
        assert len(set(walk)) == len(walk)


names = st.sampled_from("abcd")
loose_tables = st.tuples(
    names, st.sets(names, max_size=2), st.lists(st.tuples(st.lists(names, max_size=3), names), max_size=6)
)


@given(loose_tables)
def test_any_other_table_is_refused_with_its_faults_and_never_breaks(parts):
    initial, final, arrows = parts
    moves = tuple(move(f"m{i}", sources, target, by=["x"]) for i, (sources, target) in enumerate(arrows))
    with suppress(LifecycleError):
        assert Lifecycle("t", initial, final, moves).mermaid().count("[*]") == 1 + len(final)


def _chain(length: int):
    ids, previous, rows = Ids(FixedClock(datetime(2026, 1, 1, tzinfo=UTC))), None, []
    case_id = ids.new()
    for number in range(length):
        previous = link(
            KEY, previous, id=ids.new(), case_id=case_id, at=made_at(ids.new()), actor_kind="staff",
            actor_id=None, action="handle", detail={"n": number},
        )  # fmt: skip
        rows.append(previous)
    return rows


@settings(max_examples=60)
@given(st.integers(2, 9), st.data())
def test_removing_any_entries_but_the_last_is_noticed(length, data):
    rows = _chain(length)
    gone = data.draw(st.sets(st.integers(0, length - 2), min_size=1))
    kept = [row for index, row in enumerate(rows) if index not in gone]
    found = list(check_chain(KEY, kept, {}))
    assert {(one.kind, one.position) for one in found} == {("missing", index + 1) for index in gone}


@settings(max_examples=60)
@given(st.integers(2, 9), st.data())
def test_any_other_order_of_entries_is_noticed_at_every_misplaced_one(length, data):
    rows = _chain(length)
    order = data.draw(st.permutations(range(length)))
    placed = [rows[index] for index in order]
    for position, row in enumerate(placed, 1):
        row.position = position
    found = list(check_chain(KEY, placed, {}))
    misplaced = {position: index + 1 for position, index in enumerate(order, 1) if position != index + 1}
    assert {one.position: one.true_position for one in found if one.kind == "moved"} == misplaced
    assert len(found) == len(misplaced)


def _recursive_root(leaves: list[Head]) -> bytes:
    """RFC 6962 section 2.1 as it is written, for comparison with the incremental one."""
    if len(leaves) < 2:
        return merkle_root(leaves)
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"\x01" + _recursive_root(leaves[:half]) + _recursive_root(leaves[half:]))
    return digest.finalize()


@settings(max_examples=60)
@given(st.integers(0, 70))
def test_the_root_is_that_of_the_definition(count):
    heads = [Head(UUID(int=n), n + 1, n.to_bytes(32, "big")) for n in range(count)]
    assert merkle_root(heads) == _recursive_root(heads)
