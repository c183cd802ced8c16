"""Schemathesis against a running API: every operation of its document, tried with what fits and what does not.

`python -m tests.schema_run <url of the document> <examples> <phases> <token> <token>` prints the number of requests,
then one line for each failure. In a process of its own it does not stand in the server's way.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.engine import events, from_schema

PHASES = ("examples", "coverage", "fuzzing", "stateful")
ENDING = ["sign_out", "forget_me"]
"""What ends the session or the account it is called with."""


@dataclass
class Tried:
    """How many requests were made, and what was wrong, one line for each failure."""

    cases: int = 0
    failures: list[str] = field(default_factory=list)


def run(
    document_url: str,
    *,
    tokens: Sequence[str],
    examples: int = 25,
    seed: int | None = 1,
    phases: tuple[str, ...] = PHASES,
    workers: int = 1,
) -> tuple[int, list[str]]:
    """Try all of it with the first token, and without one; what ends a session with the second.

    Returns the number of requests and the failures. Blocks.
    """
    tried = Tried()
    whole, ending = ({"Authorization": f"Bearer {token}"} for token in tokens)
    _try(tried, document_url, whole, examples, seed, phases, workers, without=ENDING)
    _try(tried, document_url, {}, 1, seed, ("fuzzing",), workers)
    _try(tried, document_url, ending, 1, seed, ("fuzzing",), 1, only=ENDING)
    return tried.cases, tried.failures


def _try(
    tried: Tried,
    document_url: str,
    headers: Mapping[str, str],
    examples: int,
    seed: int | None,
    phases: tuple[str, ...],
    workers: int,
    *,
    without: Sequence[str] = (),
    only: Sequence[str] = (),
) -> None:
    config = schemathesis.Config()
    config.update(seed=seed, max_failures=None)
    project = config.projects.override
    project.update(headers=dict(headers), workers=workers, continue_on_failure=True)
    project.phases.update(phases=list(phases))
    project.generation.update(max_examples=examples, no_shrink=True, database="none")
    schema = schemathesis.openapi.from_url(document_url, config=config, headers=dict(headers))
    if without:
        schema = schema.exclude(operation_id=list(without))
    if only:
        schema = schema.include(operation_id=list(only))
    for event in from_schema(schema).execute():
        _note(tried, event)


def _note(tried: Tried, event: Any) -> None:
    if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
        tried.cases += len(event.recorder.interactions)
        for case_id, checks in event.recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    label = event.recorder.label
                    sample = check.failure_info.code_sample
                    answer = event.recorder.interactions[case_id].response
                    status = answer.status_code if answer is not None else "no answer"
                    tried.failures.append(f"{label}: {check.name}: {status} to {sample}")
    if isinstance(event, events.NonFatalError):
        tried.failures.append(f"{event.label}: {event.value}")
    if isinstance(event, events.FatalError):
        raise event.exception


def main(arguments: Sequence[str]) -> int:
    """The command. Ends with 1 when something was wrong."""
    url, examples, phases, *tokens = arguments
    cases, failures = run(url, tokens=tokens, examples=int(examples), phases=tuple(phases.split(",")))
    print(cases, *failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
