"""One module a group of commands; each adds its own to the parser."""

from __future__ import annotations

from typing import Any

from app.commands import (
    areas,
    cases,
    categories,
    checks,
    exchange,
    figures,
    health,
    keeping,
    knowledge,
    laws,
    nlp,
    outbox,
    own_data,
    people,
    serving,
    staff,
    wechat,
)


def add_all(group: Any) -> None:
    """Add every command. `group` is argparse's collection of sub-parsers."""
    for module in (
        serving,
        health,
        outbox,
        keeping,
        staff,
        people,
        own_data,
        areas,
        cases,
        categories,
        exchange,
        figures,
        knowledge,
        laws,
        nlp,
        wechat,
        checks,
    ):
        module.add(group)
