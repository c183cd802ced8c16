"""Every own lint rule catches what it is for and lets the right thing pass."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.lints import rules
from tests.lints.rules import Source

CAUGHT = [
    (rules.module_is_short, "kit/x.py", "x = 1\n" * 401),
    (rules.name_is_true, "kit/utils.py", ""),
    (rules.name_is_true, "calendar/x.py", ""),
    (rules.time_is_passed_in, "kit/x.py", "import datetime\ndatetime.datetime.now()"),
    (rules.time_is_passed_in, "casework/x.py", "from datetime import date\ndate.today()"),
    (rules.environment_is_read_once, "kit/x.py", "import os\nos.environ['A']"),
    (rules.words_live_in_catalogues, "bot/x.py", "say = '您好'"),
    (rules.words_live_in_catalogues, "web/x.py", "f'{n}件'"),
    (rules.own_code_is_not_patched, "tests/x.py", "def f(monkeypatch): monkeypatch.setattr('a', 1)"),
    (rules.test_names_are_sentences, "tests/x.py", "def test_ok(): pass"),
    (rules.no_path_of_one_machine, "kit/x.py", "p = '/ho" + "me/me'"),
]
PASSED = [
    (rules.module_is_short, "kit/x.py", "x = 1\n" * 400),
    (rules.name_is_true, "kit/calendar/days.py", ""),
    (rules.time_is_passed_in, "kit/clock.py", "from datetime import datetime\ndatetime.now()"),
    (rules.time_is_passed_in, "bot/x.py", "clock.now()"),
    (rules.environment_is_read_once, "app/environment.py", "import os\nos.environ"),
    (rules.words_live_in_catalogues, "bot/x.py", "'''Answers 您好.'''\nx = 'hello'"),
    (rules.words_live_in_catalogues, "kit/x.py", "x = '出错'"),
    (rules.words_live_in_catalogues, "bot/x.py", "import re\nASKS = re.compile('(?:吗|呢)$')"),
    (rules.own_code_is_not_patched, "tests/x.py", "def f(monkeypatch): monkeypatch.setenv('A', '1')"),
    (rules.test_names_are_sentences, "tests/x.py", "def test_citizen_cannot_close_own_complaint(): pass"),
    (rules.no_path_of_one_machine, "kit/x.py", "p = '/public/verify'"),
]


@pytest.mark.parametrize(("rule", "path", "text"), CAUGHT)
def test_a_rule_catches_what_it_is_for(rule, path, text) -> None:
    assert list(rule(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "path", "text"), PASSED)
def test_a_rule_lets_the_right_thing_pass(rule, path, text) -> None:
    assert not list(rule(Source(PurePosixPath(path), text)))
