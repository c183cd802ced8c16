from __future__ import annotations

from datetime import date

import pytest

from kit.references import (
    find_references,
    holds_mistyped_reference,
    letters_are_safe,
    make_reference,
    parse_reference,
)

DAY = date(2026, 11, 22)
ONE = make_reference("QS", "TS", DAY, 51)


def test_a_reference_reads_as_promised():
    assert ONE == "QS-TS-261122-0051-J"
    assert make_reference("ABCD", "TS", DAY, 123456).startswith("ABCD-TS-261122-123456-")


def test_what_was_made_is_read_back():
    found = parse_reference(ONE)
    assert found is not None
    assert (found.bureau, found.kind, found.on, found.serial, str(found)) == ("QS", "TS", DAY, 51, ONE)


@pytest.mark.parametrize(
    "typed",
    [
        "qs-ts-261122-0051-j",
        "  QS-TS-261122-0051-J\n",
        "ＱＳ－ＴＳ－２６１１２２－００５１－Ｊ",
        "QS TS 261122 0051 J",
        "QS—TS–261122－0051 - J",
        "qsts2611220051j",
        "QS.TS.261122.0051.J",
    ],
)
def test_ways_of_typing_that_mean_the_same(typed):
    assert str(parse_reference(typed)) == ONE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "QS-TS-261122-0051",
        "QS-TS-261122-0051-K",
        "QS-TS-2611220051-J",
        "Q-TS-261122-0051-J",
        "QS-TS-261122-00051-J",
        "QS-TS-٢٦١١٢٢-0051-J",
        "J" * 100_000,
        "QS-TS-261122-" + "0" * 100_000,
    ],
)
def test_what_is_no_reference_is_not_read(typed):
    assert parse_reference(typed) is None


def test_a_date_that_does_not_exist_is_refused_even_with_a_right_check_character():
    assert not any(parse_reference(f"QS-TS-261332-0051-{c}") for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_references_are_found_in_free_text():
    other = make_reference("QS", "TS", DAY, 52)
    text = f"我的编号是{ONE.lower()}，还有{other.replace('-', '')}呢，{ONE}重复，X{ONE}不算，{ONE}9也不算。"
    assert [str(found) for found in find_references(text)] == [ONE, other]
    assert find_references("没有编号") == []


def test_searching_long_hostile_text_is_quick():
    assert find_references("QS-TS-" * 3000 + "A" * 20_000 + "0" * 20_000 + "- " * 10_000) == []


@pytest.mark.parametrize(
    ("bureau", "kind", "on", "serial"),
    [
        ("Q", "TS", DAY, 1),
        ("QSQSQ", "TS", DAY, 1),
        ("qs", "TS", DAY, 1),
        ("QS", "T", DAY, 1),
        ("QS", "TS", DAY, 0),
        ("QS", "TS", DAY, 10**9),
        ("QS", "TS", date(1999, 1, 1), 1),
        ("城管", "TS", DAY, 1),
    ],
)
def test_parts_that_make_no_reference_are_refused(bureau, kind, on, serial):
    with pytest.raises(ValueError):
        make_reference(bureau, kind, on, serial)


def test_letters_in_which_a_swap_would_go_unseen_are_refused():
    from itertools import product
    from string import ascii_uppercase

    unsafe = [a + b for a, b in product(ascii_uppercase, repeat=2) if not letters_are_safe(a + b, "TS")]
    assert 0 < len(unsafe) < 60
    with pytest.raises(ValueError, match="swap"):
        make_reference(unsafe[0], "TS", DAY, 1)


def test_a_slip_in_typing_is_told_from_words_that_are_no_reference():
    wrong = ONE[:-1] + ("A" if ONE[-1] != "A" else "B")
    assert holds_mistyped_reference(f"我的 {wrong.lower()} 呢")
    assert not holds_mistyped_reference(f"{ONE} 和 {wrong}")
    assert not holds_mistyped_reference("没有编号，电话 0000-8212345")
