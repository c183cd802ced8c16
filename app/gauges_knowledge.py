"""How far the knowledge base is, what waits for an editor, and whether answers help."""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client.core import Metric

from content.interpretations.lifecycle import MissState
from content.interpretations.models import AnswerVote, QuestionMiss
from content.interpretations.queries import current_version
from kit.metrics import gauge

DAY = timedelta(days=1)


async def of_knowledge(now: datetime) -> list[Metric]:
    """`now` by our own clock."""
    waiting = await QuestionMiss.filter(state=MissState.OPEN.value).count()
    votes = AnswerVote.filter(made_at__gte=now - DAY)
    helped = await votes.filter(helped=True).count()
    return [
        gauge(
            "chengguan_knowledge_published_version",
            "The knowledge that every process should answer from.",
            [({}, await current_version())],
        ),
        gauge(
            "chengguan_question_misses_open",
            "Different questions asked in vain that wait for an editor.",
            [({}, waiting)],
        ),
        gauge(
            "chengguan_answer_votes_last_day",
            "Votes of a day on whether an answer helped.",
            [({"helped": "yes"}, helped), ({"helped": "no"}, await votes.filter(helped=False).count())],
        ),
    ]
