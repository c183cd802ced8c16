"""Puts together who listens to questions asked in vain, and what the console's pages about knowledge work with."""

from __future__ import annotations

import contextlib
from functools import partial

from app.core import Core
from app.knowledge import Knowledge
from app.meters import metrics_folder
from casework.complaints.desk import Desk
from casework.dangers.finding import find_danger
from casework.misconduct import Misconduct
from content.interpretations.misses import MissLog
from content.interpretations.trials import Trials
from kit.db import DATABASE_AWAY
from kit.metrics import newest_values
from kit.problems import Problem
from web.console.knowledge_door import KnowledgeDoor

VERSION_GAUGE = "chengguan_knowledge_version"
VOTERS = "answer-voters"


def miss_log(core: Core, desk: Desk) -> MissLog:
    """For every door of this process. What tells of danger or of the bureau's own people is never kept."""
    misconduct, danger = Misconduct(core.catalogue), desk.policy.danger

    def private(words: str) -> bool:
        return bool(find_danger(danger, words)) or misconduct.is_told_in(words)

    return MissLog(core.db, core.keys.derive("sessions", VOTERS, 32), private=private)


async def last_words(log: MissLog) -> None:
    """Before the doors close: what was heard in the last second is written down, if the database takes it."""
    with contextlib.suppress(Problem, *DATABASE_AWAY):
        await log.flush()


def knowledge_door(core: Core, knowledge: Knowledge) -> KnowledgeDoor:
    """For the console."""
    return KnowledgeDoor(
        serving=lambda: knowledge.answerer,
        version=lambda: knowledge.version,
        laws=lambda: knowledge.laws,
        local=lambda: knowledge.figures,
        behind=partial(_behind, core),
        trials=Trials(core.redis),
    )


async def _behind(core: Core, number: int) -> int | None:
    """How many processes say that they still answer from older knowledge; what they last said, a moment ago."""
    try:
        known = newest_values(metrics_folder(core.settings.data_dir), VERSION_GAUGE)
    except OSError:
        return None
    return sum(version < number for version in known.values())
