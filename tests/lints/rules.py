"""Each rule looks at one file and yields (line, sentence)."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

Finding = tuple[int, str]
PACKAGES = ("app", "bot", "casework", "content", "kit", "miniapp_api", "nlp", "web", "wechat")
LONGEST_MODULE = 400
CHINESE = re.compile(r"[\u4e00-\u9fff]")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "data", "info"}


@dataclass(frozen=True)
class Source:
    """A Python file: its path in the repository and its text."""

    path: PurePosixPath
    text: str

    @property
    def package(self) -> str:
        return self.path.parts[0]

    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def module_is_short(source: Source) -> Iterator[Finding]:
    if source.package in PACKAGES and (lines := source.text.count("\n")) > LONGEST_MODULE:
        yield lines, f"{lines} lines: past {LONGEST_MODULE} a module is two modules"


def name_is_true(source: Source) -> Iterator[Finding]:
    if source.path.stem in VAGUE:
        yield 1, f"'{source.path.stem}' says nothing about what is inside"
    if len(source.path.parts) == 2 and source.path.parts[0] in sys.stdlib_module_names:
        yield 1, f"top-level package '{source.path.parts[0]}' shadows the standard library"


CLOCK_ROOMS = ("kit/clock.py", "app/", "tests/", "benchmarks/")
_CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def time_is_passed_in(source: Source) -> Iterator[Finding]:
    """Only the clock itself and composition may ask the machine for the date."""
    if str(source.path).startswith(CLOCK_ROOMS):
        return
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in _CLOCKS:
                yield node.lineno, f"{name}.{node.func.attr}(): take the time from the Clock passed in"


ENVIRONMENT_ROOMS = ("app/", "tests/", "benchmarks/")


def environment_is_read_once(source: Source) -> Iterator[Finding]:
    if str(source.path).startswith(ENVIRONMENT_ROOMS):
        return
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            yield node.lineno, "the environment is read once, into Settings"


WORD_PACKAGES = ("bot", "casework", "miniapp_api", "web")
OPERATOR_WORDS = (
    "bot/auto_replies.py",
    "bot/menu.py",
    "bot/profile.py",
    "casework/areas/actions.py",
    "casework/areas/profile.py",
    "casework/areas/reading.py",
    "casework/complaints/replies.py",
    "casework/follow_up_visits/profile.py",
    "casework/complaints/profile.py",
    "casework/complaints/scheme.py",
    "casework/complaints/urgency_words.py",
    "casework/deadlines/profile.py",
    "casework/exchange/profile.py",
    "casework/figures/profile.py",
    "casework/inspections/columns.py",
    "casework/inspections/profile.py",
    "casework/notifications/rule_book.py",
    "casework/permits/kind_check.py",
    "casework/permits/kind_check_form.py",
    "casework/penalties/kinds.py",
    "casework/permits/kinds.py",
    "casework/projects/profile.py",
    "casework/retention/profile.py",
    "casework/routing/profile.py",
    "casework/work_orders/profile.py",
)
"""Modules whose sentences are for whoever edits the bureau profile or a file to be imported, before any catalogue is read."""


def words_live_in_catalogues(source: Source) -> Iterator[Finding]:
    """Chinese for citizens and staff stands in catalogues and templates, not in code."""
    if source.package not in WORD_PACKAGES or str(source.path) in OPERATOR_WORDS:
        return
    tree = source.tree()
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    documentation |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    # A pattern reads what people write; it says nothing to them.
    documentation |= {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
        for argument in node.args
        for part in ast.walk(argument)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and CHINESE.search(node.value)
        ):
            yield node.lineno, "words for people belong into the catalogue"


def own_code_is_not_patched(source: Source) -> Iterator[Finding]:
    if source.package != "tests" or source.path.parts[1:2] == ("lints",):
        return
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Attribute) and (
            (node.attr == "setattr" and getattr(node.value, "id", "") == "monkeypatch")
            or (node.attr == "patch" and getattr(node.value, "id", "") == "mock")
        ):
            yield node.lineno, "tests use real parts or hand-written fakes, never patches of our own code"


def test_names_are_sentences(source: Source) -> Iterator[Finding]:
    if source.package != "tests":
        return
    for node in ast.walk(source.tree()):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
            and node.name.count("_") < 3
        ):
            yield node.lineno, f"{node.name}: a test's name is a sentence"


MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home)/[a-z]")


def no_path_of_one_machine(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    module_is_short,
    name_is_true,
    time_is_passed_in,
    environment_is_read_once,
    words_live_in_catalogues,
    own_code_is_not_patched,
    test_names_are_sentences,
    no_path_of_one_machine,
)
