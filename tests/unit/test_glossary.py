"""The glossary is binding: what the code names stands in it, in the words the catalogue uses."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import pytest

import bot
import casework
import content
import kit
import nlp
from bot import held_replies, media
from bot.dialogue_shape import Outcome, Word
from bot.dialogues import DIALOGUES
from casework.complaints.filing import Source
from casework.notifications.shape import Audience
from casework.notifications.states import STATES
from casework.roles import STAFF_ROLES, Role
from content.campaigns.lifecycle import BatchState
from kit import outbox
from kit.catalogue import Catalogue
from kit.events import Event
from kit.files.models import FileState
from kit.files.store import Variant
from kit.workflow import Lifecycle
from nlp.bands import Band

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
CATALOGUE = Catalogue.load(ROOT / "content" / "catalogue" / "zh_CN")

_IDENTIFIER = re.compile(r"`([^`]+)`")


def _lines() -> Iterator[tuple[str, str, str, str]]:
    """Section, Chinese, identifier, meaning of each line of each table."""
    section = ""
    for line in GLOSSARY.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| "):
            chinese, identifier, *rest = (cell.strip() for cell in line.strip("|").split("|"))
            found = _IDENTIFIER.fullmatch(identifier)
            if found:
                yield section, chinese, found[1], " ".join(rest)


LINES = tuple(_lines())


def _section(beginning: str) -> dict[str, tuple[str, str]]:
    """Identifier -> (Chinese, meaning) of the section whose heading begins so."""
    found = {
        identifier: (chinese, rest) for head, chinese, identifier, rest in LINES if head.startswith(beginning)
    }
    assert found, f"the glossary has no section {beginning}"
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not one.name.endswith("__main__"):
            yield importlib.import_module(one.name)


def _lifecycles() -> dict[str, Lifecycle]:
    return {
        one.name: one
        for package in (casework, content)
        for module in _modules(package)
        for one in vars(module).values()
        if isinstance(one, Lifecycle)
    }


def _events() -> set[str]:
    tuple(_modules(casework))
    waiting, names = [Event], set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.name and not kind.__module__.startswith("tests."):
            names.add(kind.name)
    return names


LIFECYCLES = _lifecycles()
PERMITS = (
    "permit_application",
    "permit_filing",
    "permit_refund",
    "permit",
    "co_signature",
    "permit_hearing",
    "project",
    "enterprise_visit",
    "sign",
    "inspection_plan",
    "draw",
)
KNOWN = {identifier for _, _, identifier, _ in LINES}


def test_every_lifecycle_has_its_states_and_moves_in_the_glossary() -> None:
    assert LIFECYCLES
    for table in LIFECYCLES.values():
        name = CATALOGUE.text(f"{table.name}.name")
        states, moves = _section(f"{name}的状态"), _section(f"{name}的操作")
        assert set(states) == {str(state) for state in table.states}
        assert set(moves) == {move.name for move in table.moves}


def test_states_and_moves_are_called_what_the_catalogue_calls_them() -> None:
    for table in LIFECYCLES.values():
        name = CATALOGUE.text(f"{table.name}.name")
        for state, (read_by_staff, read_by_citizens) in _section(f"{name}的状态").items():
            own = f"{table.name}.state_staff.{state}"
            by_staff = own if CATALOGUE.has(own) else f"console.state.{state}"
            if table.name in (
                "campaign",
                "follow_up_visit",
                "work_order",
                "knowledge_draft",
                "rectification",
                "penalty_case",
                *PERMITS,
            ):
                # Never seen by citizens, or called by one name before them too.
                by_staff = f"{table.name}.state.{state}"
            assert read_by_staff == CATALOGUE.text(by_staff), state
            assert read_by_citizens == CATALOGUE.text(f"{table.name}.state.{state}"), state
        for move, (chinese, _) in _section(f"{name}的操作").items():
            assert chinese == CATALOGUE.text(f"{table.name}.move.{move}"), move


def test_every_event_stands_in_the_glossary_and_no_other() -> None:
    assert set(_section("事件")) == _events()


def test_every_role_stands_in_the_glossary_and_is_called_what_the_console_calls_it() -> None:
    people = _section("人")
    assert {role.value for role in Role} <= set(people)
    for role in STAFF_ROLES:
        assert people[role.value][0] == CATALOGUE.text(f"console.role.{role}")


def test_results_of_deliveries_are_called_what_the_console_calls_them() -> None:
    notices = _section("通知")
    for state in STATES:
        assert notices[state][0] == CATALOGUE.text(f"console.deliveries.state.{state}")


def test_every_source_of_a_complaint_is_called_what_the_catalogue_calls_it() -> None:
    sources = _section("投诉的来源")
    assert set(sources) == {source.value for source in Source}
    for source, (chinese, _) in sources.items():
        assert chinese == CATALOGUE.text(f"complaint.source.{source}")


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (
            "通知",
            {*Audience, *STATES},
        ),
        (
            "通知",
            {
                held_replies.WORKING,
                held_replies.READY,
                held_replies.SENDING,
                held_replies.HELD,
                held_replies.HANDED,
                held_replies.SENT,
                held_replies.UNCERTAIN,
                held_replies.FAILED,
                held_replies.SILENT,
            },
        ),
        ("对话", {*Word, *Outcome}),
        ("问答", set(Band)),
        ("文件", {*FileState, media.WAITING, media.FETCHED, media.REFUSED, media.LOST}),
        ("群发", set(BatchState)),
        ("机制", {outbox.PENDING, outbox.HANDLED, outbox.DEAD}),
    ],
)
def test_states_of_rows_and_answers_of_engines_stand_in_their_section(section: str, names: set[str]) -> None:
    assert {str(name) for name in names} <= set(_section(section))


def test_dialogues_and_copies_of_photos_are_named_in_the_glossary() -> None:
    named = set(_IDENTIFIER.findall(GLOSSARY))
    assert set(DIALOGUES) <= named
    assert {variant.value for variant in Variant} <= named


def test_audit_actions_written_in_code_stand_in_the_glossary() -> None:
    written = re.compile(r'\baudit\([^"\n]*"([a-z_]+\.[a-z_]+)"|first_audit_row\([^"\n]*"([a-z_]+\.[a-z_]+)"')
    actions = {
        action
        for package in ("casework", "bot", "content", "app", "web", "kit")
        for path in (ROOT / package).rglob("*.py")
        for found in written.findall(path.read_text(encoding="utf-8"))
        for action in found
        if action
    }
    assert actions
    assert actions <= set(_section("留痕动作"))


def test_no_identifier_is_explained_twice_in_one_section() -> None:
    explained = [(section, identifier) for section, _, identifier, _ in LINES]
    assert len(explained) == len(set(explained))


def test_enumerations_of_states_are_not_forgotten() -> None:
    """A new enumeration called …State or State is to be named in the glossary too."""
    for package in (casework, kit, nlp, bot):
        for module in _modules(package):
            for one in vars(module).values():
                if isinstance(one, type) and issubclass(one, StrEnum) and one.__name__.endswith("State"):
                    assert {str(value) for value in one} <= KNOWN, one
