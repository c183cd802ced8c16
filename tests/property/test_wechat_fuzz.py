"""The short form of `python -m tests.fuzz`: the same checks, few cases, and shrunk when one fails.

FUZZ_CASES sets how many.
"""

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.bodies import json_mutant, json_near_miss, xml_mutant, xml_near_miss
from tests.fuzz.checks import check, check_codec, check_json, check_xml
from tests.wechat_samples import BODIES

CASES = int(os.environ.get("FUZZ_CASES", "150"))
few = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
randoms = st.randoms(use_true_random=False)


@few
@given(randoms)
def test_a_near_miss_of_xml_is_read_as_others_read_it_or_refused_at_once(random: Random) -> None:
    check_xml(xml_near_miss(random))


@few
@given(randoms)
def test_a_damaged_message_is_read_as_others_read_it_or_refused_at_once(random: Random) -> None:
    check_xml(xml_mutant(random))


@few
@given(randoms)
def test_json_is_read_as_others_read_it_or_refused_at_once(random: Random) -> None:
    check_json(json_near_miss(random))
    check_json(json_mutant(random))


@few
@given(randoms)
def test_no_request_is_opened_as_another_message(random: Random) -> None:
    check_codec(random)


@settings(max_examples=CASES * 10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64 - 1))
def test_any_case_of_the_long_run_holds(number: int) -> None:
    check(Random(number))


def test_every_valid_message_is_accepted_so_that_the_checks_check_something() -> None:
    for body in BODIES.values():
        check_xml(body.encode())
