"""What publishing does, in words: entries changed, figures before and after, questions with another outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from content.interpretations.evaluation import Report
from content.interpretations.previewing import MovedQuestion, Outcome
from content.interpretations.views import EntryView
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE
from web.console.knowledge_draft_screens import ChangedEntry, FigureLine, MovedLine, Outlook
from web.console.knowledge_words import entry_changes
from web.console.screens import Chip, Tone

Names = Callable[[str], str]
MOVED_AT_MOST = 60
SMALLEST = 0.0005
FIGURES: Mapping[str, int] = {
    "top1": 1,
    "recall3": 1,
    "coverage95": 1,
    "near_given": -1,
    "far_given": -1,
    "money_wrong": -1,
}
"""The figures that are shown; 1 where more is better, -1 where less is."""
VERDICTS: Mapping[str, Tone] = {"better": "good", "worse": "late", "other": "plain"}


def outlook(
    door: ConsoleDoor,
    before: Report,
    after: Report,
    moved: Sequence[MovedQuestion],
    names: Names,
) -> Outlook:
    """Both evaluations side by side. `names` gives the question of an entry by its slug."""
    text = door.words.text
    worse = sum(one.verdict == "worse" for one in moved)
    better = sum(one.verdict == "better" for one in moved)
    name = "same" if not moved else "worse" if worse else "better" if better else "other"
    return Outlook(
        figures=tuple(_figure(door, one, getattr(before, one), getattr(after, one)) for one in FIGURES),
        moved=tuple(
            MovedLine(
                question=one.text,
                before=_outcome(door, one.before, names),
                after=_outcome(door, one.after, names),
                verdict=Chip(
                    words=text(f"console_knowledge.moved.{one.verdict}"), tone=VERDICTS[one.verdict]
                ),
            )
            for one in moved[:MOVED_AT_MOST]
        ),
        verdict=text(
            f"console_knowledge.outlook.{name}",
            better=better,
            worse=worse,
            count=after.asked + after.near + after.far,
        ),
        tone={"worse": "late", "better": "good"}.get(name, "plain"),
        more=text("console_knowledge.outlook.more", count=len(moved) - MOVED_AT_MOST)
        if len(moved) > MOVED_AT_MOST
        else "",
    )


def kept_outlook(door: ConsoleDoor, before: Report | None, after: Report | None) -> Outlook | None:
    """The figures that a release kept; None where an older program made them."""
    if before is None or after is None:
        return None
    figures = tuple(_figure(door, one, getattr(before, one), getattr(after, one)) for one in FIGURES)
    return Outlook(figures=figures, moved=(), verdict="", tone="plain")


def changed_entries(
    door: ConsoleDoor, changes: Iterable[tuple[str, EntryView | None, EntryView | None]]
) -> tuple[ChangedEntry, ...]:
    """Each entry with what is to be different."""
    found = []
    for slug, before, after in changes:
        what = "new" if before is None else "withdraw" if after is None else "change"
        entry = after or before
        found.append(
            ChangedEntry(
                question=entry.question if entry is not None else slug,
                href=f"{KNOWLEDGE}/entries/{slug}" if before is not None else "",
                what=door.words.text(f"console_knowledge.what.{what}"),
                changes=entry_changes(door, before, after) if after is not None else (),
            )
        )
    return tuple(found)


def _figure(door: ConsoleDoor, name: str, before: float, after: float) -> FigureLine:
    text, better = door.words.text, FIGURES[name]
    change = None
    if abs(after - before) >= SMALLEST:
        said = text(
            f"console_knowledge.figure.{'more' if after > before else 'less'}",
            points=f"{abs(after - before):.1%}",
        )
        change = Chip(words=said, tone="good" if (after > before) == (better > 0) else "late")
    return FigureLine(
        name=text(f"console_knowledge.figure.{name}"),
        help=text(f"console_knowledge.figure_help.{name}"),
        before=f"{before:.1%}",
        after=f"{after:.1%}",
        change=change,
    )


def _outcome(door: ConsoleDoor, one: Outcome, names: Names) -> str:
    said = door.words.text(f"console_knowledge.outcome.{one.band}")
    return f"{said}\uff1a{names(one.slug)}" if one.slug else said
