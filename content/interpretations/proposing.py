"""A draft out of a heap of questions: what the button of the console fills in, for an editor to go on with."""

from __future__ import annotations

from datetime import date

import msgspec

from content.interpretations.clustering import Cluster
from content.interpretations.drafts import MISSES_AT_MOST, NOTE_AT_MOST, NewDraft
from content.interpretations.entry_shape import LINE_AT_MOST
from content.interpretations.views import EntryView


def draft_of(cluster: Cluster, entry: EntryView | None, category: str, on: date) -> NewDraft:
    """More phrasings for `entry`, or, with None, a new one of `category` whose answer is still to be written.

    Nothing is made up: of a new entry the question alone is there, in the citizens' words.
    """
    misses, note = cluster.ids[:MISSES_AT_MOST], cluster.words[:NOTE_AT_MOST]
    if entry is not None:
        phrasings = entry.phrasings + tuple(one for one in cluster.phrasings if one not in entry.phrasings)
        return NewDraft("phrasings", msgspec.structs.replace(entry, phrasings=phrasings), misses, note)
    question, *others = cluster.phrasings or (cluster.words[:LINE_AT_MOST],)
    content = EntryView(
        slug=f"asked-{cluster.key[:8]}",
        question=question,
        phrasings=tuple(others),
        answer="",
        citations=(),
        category=category,
        valid_from_on=on,
    )
    return NewDraft("entry", content, misses, note)
