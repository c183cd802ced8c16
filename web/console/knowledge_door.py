"""What the pages about the knowledge base work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from content.interpretations.answering import Answerer
from content.interpretations.clustering import ClusterMemory
from content.interpretations.evaluation import Question
from content.interpretations.laws import LawIndex
from content.interpretations.trials import Trials


async def nobody_behind(number: int) -> int | None:
    """Where nobody counts processes."""
    return None


def nothing_known() -> Answerer:
    """An index of nothing, for consoles of tests that are about something else."""
    return Answerer(())


def no_version() -> int:
    return 0


def no_laws() -> LawIndex:
    return LawIndex(())


def no_local() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class KnowledgeDoor:
    """`serving` is the index that this process answers citizens from, `version` the number of its knowledge.

    `laws` is the law index in force, `local` the bureau's own figures by name, from its profile. `behind` says how many
    processes still answer from knowledge older than a number; None where nobody counts them. `questions` are those that a release is tried with;
    None: the shipped ones. `trials` remembers what came of them, `heaps` which questions asked in vain
    belong together.
    """

    serving: Callable[[], Answerer] = nothing_known
    version: Callable[[], int] = no_version
    laws: Callable[[], LawIndex] = no_laws
    local: Callable[[], Mapping[str, str]] = no_local
    behind: Callable[[int], Awaitable[int | None]] = nobody_behind
    questions: Sequence[Question] | None = None
    trials: Trials = field(default_factory=Trials)
    heaps: ClusterMemory = field(default_factory=ClusterMemory)
