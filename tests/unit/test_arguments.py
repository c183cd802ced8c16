"""Help and mistakes at the command line, in Chinese."""

from __future__ import annotations

import re

import pytest

from app.arguments import USAGE, Parser
from app.cli import main


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"], ["staff", "add", "--help"]])
def test_help_is_in_chinese(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    shown = capsys.readouterr().out
    assert left.value.code == 0
    assert shown.startswith("用法：chengguan")
    for english in ("usage", "options", "positional", "show this"):
        assert english not in shown


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nope"], "nope"),
        (["serve", "--fast"], "--fast"),
        (["staff", "add"], "--login"),
        (["calendar", "check", "--on", "2026-13-01"], "2026-13-01"),
        (["calendar", "check", "--on"], "--on"),
    ],
)
def test_a_mistake_is_one_sentence(words, named, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    said = capsys.readouterr().err
    assert left.value.code == USAGE
    assert said.startswith("错误：")
    assert named in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["staff", "leave", "--login", "a", "--successor", "b", "--to-units"],
        ["staff", "leave", "--login", "a", "--to-units=x"],
        ["outbox", "revive"],
        ["staff", "deputy", "--e=x"],
        ["staff", "add", "--l"],
        ["staff", "grant", "--login", "a", "--role", "x", "--from", "2026-13-01"],
        ["staff", "nope"],
        ["staff", "leave", "--login"],
        ["areas", "locate", "x", "y"],
        ["backup", "--keep", "none"],
        ["upgrade", "--check", "--to"],
        ["restore", "--m", "--se", "--k"],
        ["backup", "--ke", "3"],
    ],
)
def test_no_mistake_is_told_in_english(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    said = capsys.readouterr().err
    assert not re.search(r"argument|required|expected|invalid|could|option|ignored|choose", said), said


def test_parsers_of_subcommands_speak_chinese_too():
    parser = Parser(prog="x")
    parser.add_subparsers(parser_class=Parser).add_parser("y")
    assert "usage" not in parser.format_help()
