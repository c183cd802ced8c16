"""A complaint as its own page says it."""

from __future__ import annotations

from casework.complaints.lifecycle import State
from casework.complaints.views import ComplaintLine, ComplaintView, PhotoView, TimelineEntry
from casework.inquiries.views import InquiryLine
from kit.files.models import FileState, StoredFile
from web.h5.case_screens import CaseRow, Happening
from web.h5.door import H5Door
from web.h5.reckoning import TALK_TONES, TONES, until
from web.h5.screens import Fact, Picture
from web.h5.visitor import CASES

OPENING_CHARACTERS = 80
_WITH_WORDS = frozenset({"update", "add_material", "dispute", "rate", "rate_unsatisfied"})
"""What is said with these belongs into the history; an answer has a place of its own."""


def opening_of(story: str) -> str:
    """How a story begins, on one line."""
    words = " ".join(story.split())
    return words if len(words) <= OPENING_CHARACTERS else words[:OPENING_CHARACTERS] + "…"


def facts_of(door: H5Door, view: ComplaintView) -> tuple[Fact, ...]:
    """What was told and what was decided, what is empty left out."""
    text = door.words.text
    found = [
        ("story", view.story),
        ("place", view.place_text),
        ("person_name", view.person_name),
        ("same", text("h5_case.said_same") if view.said_same else ""),
        ("category", view.category_name),
        ("unit", view.unit_name),
        ("refusal", view.refusal_reason),
        ("responsible_body", view.responsible_body),
    ]
    facts = [Fact(name=text(f"h5_case.fact.{name}"), words=words) for name, words in found if words]
    facts[1:1] = [Fact(name=one.question, words=one.answer) for one in view.particulars]
    facts.append(Fact(name=text("h5_case.fact.submitted"), words=door.words.moment(view.submitted_at)))
    return tuple(facts)


def happenings_of(door: H5Door, entries: tuple[TimelineEntry, ...]) -> tuple[Happening, ...]:
    """The history, what happened last first."""
    return tuple(
        Happening(
            at=door.words.moment(one.at),
            what=door.words.text(one.key, **one.params),
            words=one.note if one.action in _WITH_WORDS else "",
        )
        for one in reversed(entries)
    )


async def pictures_of(door: H5Door, reference: str, photos: list[PhotoView]) -> tuple[Picture, ...]:
    """Photos and recordings; what cannot be shown says why."""
    ids = [photo.file_id for photo in photos]
    states = dict(await StoredFile.filter(id__in=ids).values_list("id", "state")) if ids else {}
    text, found = door.words.text, []
    for number, photo in enumerate(photos, start=1):
        address = f"/h5/files/{photo.file_id}?case={reference}"
        state = states.get(photo.file_id)
        if photo.medium != "photo":
            found.append(Picture(words=text(f"h5_case.photo.{photo.medium}")))
        elif state == FileState.READY.value:
            words = text("h5_case.photo.shown", number=number)
            found.append(Picture(words=words, href=address, small=f"{address}&size=small"))
        else:
            # One without a row is still on its way here from the chat.
            key = "failed" if state == FileState.REFUSED.value else "waiting"
            found.append(Picture(words=text(f"h5_case.photo.{key}")))
    return tuple(found)


def case_row(door: H5Door, row: ComplaintLine) -> CaseRow:
    """A complaint in the list, with what comes next."""
    text, note = door.words.text, ""
    tone = TONES.get(row.state, "")
    if row.due_at is not None:
        is_late = row.state not in (State.ANSWERED, State.WAITING) and row.due_at < door.clock.now()
        key = "late" if is_late else f"due_{row.state}"
        tone = "late" if is_late else tone
        note = text(f"h5_case.row.{key}", at=until(door, row.due_at))
    return CaseRow(
        href=f"{CASES}/{row.reference}",
        opening=opening_of(row.story),
        state=text(f"complaint.state.{row.state}"),
        tone=tone,
        note=note,
        at=door.words.day(row.submitted_at),
        reference=row.reference,
    )


def talk_row(door: H5Door, row: InquiryLine) -> CaseRow:
    """A message to the bureau in the list."""
    text = door.words.text
    return CaseRow(
        href=f"{CASES}/{row.reference}",
        opening=row.opening,
        state=text(row.state_key),
        tone=TALK_TONES.get(row.state, ""),
        note=text(f"h5_case.topic.{row.topic}") if row.topic is not None else "",
        at=door.words.day(row.submitted_at),
        reference=row.reference,
    )
