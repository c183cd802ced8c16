import shutil
from pathlib import Path

import pytest

from kit.catalogue import Catalogue
from wechat import errors
from wechat.errors import MEANINGS, Meaning, Remedy, WeChatError, from_code

TEXTS = Path(__file__).parents[2] / "content/catalogue/zh_CN/wechat_errors.yaml"


def meanings() -> list[Meaning]:
    named = [value for value in vars(errors).values() if isinstance(value, Meaning)]
    return [*MEANINGS.values(), *named]


def test_every_reason_and_remedy_has_its_sentence_and_no_sentence_is_left_over(tmp_path: Path) -> None:
    shutil.copy(TEXTS, tmp_path)
    keys = {key for one in meanings() for key in (one.reason_key, one.remedy_key)}
    assert set(Catalogue.load(tmp_path).keys()) == keys


@pytest.mark.parametrize("code", [code for code in MEANINGS if code not in (-1, 45011, 40001, 40014, 42001)])
def test_refusals_that_stay_are_final(code: int) -> None:
    assert not from_code(code, "refused").retryable


@pytest.mark.parametrize("code", [-1, 45011])
def test_a_busy_platform_may_be_asked_again(code: int) -> None:
    error = from_code(code, "busy")
    assert error.retryable
    assert not error.uncertain


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_wants_a_new_one(code: int) -> None:
    assert from_code(code, "").meaning.remedy is Remedy.NEW_TOKEN


def test_a_code_nobody_documented_is_final_and_says_so() -> None:
    error = from_code(99_999, "what is this")
    assert (error.retryable, error.reason_key) == (False, "wechat_error.unknown_code.reason")


def test_the_request_id_is_taken_out_of_the_message() -> None:
    error = from_code(43101, "user refuse to accept the msg rid: 66f3a1c2-1b2c3d4e-0a1b2c3d")
    assert (error.rid, error.message) == ("66f3a1c2-1b2c3d4e-0a1b2c3d", "user refuse to accept the msg")
    assert from_code(43101, "no id here").rid == ""


def test_an_uncertain_call_is_never_retryable() -> None:
    assert not WeChatError(errors.NO_ANSWER, uncertain=True).retryable
    assert WeChatError(errors.NO_ANSWER).retryable
