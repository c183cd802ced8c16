"""What citizens may choose about, read off the rules in force: what is offered, and what must come anyway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casework.notifications.preferences import ACCOUNT, CHOICES, TOPICS_OF, Choice
from casework.notifications.shape import CITIZENS_TOPICS, Audience, Bundle, Rule, Topic

BUNDLED_ON_WISH: Final = frozenset({Topic.PROGRESS, Topic.RESULT})
"""News that is still news a day later; a receipt is not."""


@dataclass(frozen=True)
class TopicOffer:
    """One topic. `choices` is empty where everything in it must be told.

    `told` and `must` name the templates of its notices: those one can do without, and those that come anyway.
    """

    topic: Topic
    choices: tuple[Choice, ...]
    told: tuple[str, ...]
    must: tuple[str, ...]


def topics_of(rules: Iterable[Rule]) -> tuple[TopicOffer, ...]:
    """The topics of the rules for citizens, in the order of `CITIZENS_TOPICS`; one without a rule is left out."""
    theirs = [rule for rule in rules if rule.enabled and rule.audience is Audience.OWNER]
    offers = []
    for topic in CITIZENS_TOPICS:
        about = [rule for rule in theirs if rule.topic is topic]
        if not about:
            continue
        free = [rule for rule in about if not rule.must]
        offers.append(
            TopicOffer(
                topic=topic,
                choices=_choices(topic, free),
                told=_templates(free),
                must=_templates(rule for rule in about if rule.must),
            )
        )
    return tuple(offers)


def _choices(topic: Topic, free: list[Rule]) -> tuple[Choice, ...]:
    if not free or topic not in TOPICS_OF[ACCOUNT]:
        return ()
    # What the bureau gathers anyhow needs no wish.
    may_be_bundled = topic in BUNDLED_ON_WISH and any(rule.bundle is Bundle.NEVER for rule in free)
    return tuple(choice for choice in CHOICES if choice != "digest" or may_be_bundled)


def _templates(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.template for rule in rules))
