"""The form for filing in words, with what was filled in, and the hints beside it."""

from __future__ import annotations

from collections.abc import Mapping

from casework.complaints.actions import ANSWER_AT_MOST
from casework.complaints.filing import NAME_AT_MOST, PHOTOS_AT_MOST, PLACE_AT_MOST, STORY_AT_MOST
from casework.complaints.taking_in import FOR_CALLERS, Hints, closes_on_spot, hints, sources_of
from kit.files.kinds import MAX_FILE_BYTES
from nlp.personal import masked
from web.console.addresses import case_address
from web.console.case_suggestion import how_sure
from web.console.door import ConsoleDoor
from web.console.form_shapes import PHOTOS_BYTES
from web.console.map_words import setup_of
from web.console.offers import offers_for
from web.console.screens import Ask, Note, Option
from web.console.submission import MEGABYTE
from web.console.taking_form import PARTICULAR, Taken
from web.console.taking_screens import AskedQuestion, HintsPart, NearLine, TakingPage
from web.console.visitor import Visitor


async def taking_page(
    door: ConsoleDoor,
    visitor: Visitor,
    taken: Taken,
    *,
    wrong: Mapping[str, str] | None = None,
    notes: tuple[Note, ...] = (),
) -> TakingPage:
    """The page of this form."""
    text, wrong = door.words.text, wrong or {}
    sources = sources_of(visitor.actor)
    source = taken.source(visitor.actor)
    offers = await offers_for(door.desk, door.words, ())
    story_help = "story" if not FOR_CALLERS.isdisjoint(sources) else "story_on_round"
    may_close = closes_on_spot(visitor.actor)
    box = door.map.places.atlas.box
    numbers = {"count": PHOTOS_AT_MOST, "megabytes": MAX_FILE_BYTES // MEGABYTE}

    def ask(name: str, kind: str, at_most: int, *, optional: bool = True, **more: object) -> Ask:
        return Ask(
            name=name,
            kind=kind,  # type: ignore[arg-type]
            label=text(f"console_file.field.{name}"),
            optional=optional,
            typed=taken.text(name),
            wrong=wrong.get(name, ""),
            at_most=at_most,
            **more,  # type: ignore[arg-type]
        )

    too_large = text("console.form.photos_too_large", megabytes=PHOTOS_BYTES // MEGABYTE)
    how_many = text("console.help.after_photos", **numbers)
    return TakingPage(
        act=taken.act,
        is_fresh=not taken.texts,
        sources=tuple(
            Option(value=one.value, words=text(f"complaint.source.{one.value}")) for one in sources
        ),
        source=source.value,
        source_words=text("console_file.source_is", source=text(f"complaint.source.{source.value}"))
        if len(sources) == 1
        else "",
        for_callers=not FOR_CALLERS.isdisjoint(sources),
        may_close=may_close,
        closes=taken.closes and may_close,
        story=ask(
            "story", "long", STORY_AT_MOST, optional=False, help=text(f"console_file.help.{story_help}")
        ),
        category=ask("category", "choice", 40, groups=offers.groups["categories"]),
        urgency=ask("urgency", "choice", 20, groups=offers.groups["urgencies"]),
        place=ask("place", "short", PLACE_AT_MOST),
        latitude=taken.text("latitude") if taken.position is not None else "",
        longitude=taken.text("longitude") if taken.position is not None else "",
        map=setup_of(door, (box.west, box.south, box.east, box.north)) if box is not None else "",
        person_name=ask("person_name", "short", NAME_AT_MOST),
        phone=taken.text("phone"),
        phone_wrong=wrong.get("phone", ""),
        photos=ask("photos", "photos", PHOTOS_BYTES, help=how_many, too_large=too_large),
        # Needed only where it is ticked: the server says so, the browser must not.
        answer=ask("answer", "long", ANSWER_AT_MOST),
        after_photos=ask("after_photos", "photos", PHOTOS_BYTES, help=how_many, too_large=too_large),
        hints=await hints_part(door, visitor, taken),
        notes=notes,
    )


async def hints_part(door: ConsoleDoor, visitor: Visitor, taken: Taken) -> HintsPart:
    """What is known about what was told so far."""
    found = await hints(door.desk, visitor.sight, taken.telling(door.desk))
    text = door.words.text
    elsewhere = suggestion = code = ""
    if found.elsewhere is not None:
        subject = found.elsewhere.subject
        elsewhere = text(
            "console.suggestion.elsewhere",
            subject=subject.name,
            body=subject.responsible_body,
            phone=subject.phone,
        )
    if found.suggested is not None and found.suggested.category is not None:
        code = found.suggested.category
        suggestion = how_sure(door, found.suggested.category, found.suggested.confidence)
    return HintsPart(
        danger=text("console_file.danger", words="、".join(found.danger)) if found.danger else "",
        elsewhere=elsewhere,
        suggestion=suggestion,
        suggested_code=code,
        suggested_by=found.suggested.words if found.suggested is not None else (),
        questions=_questions(found, taken),
        near=_near(door, found, taken),
    )


def _questions(found: Hints, taken: Taken) -> tuple[AskedQuestion, ...]:
    if found.asks is None:
        return ()
    named = [(f"{PARTICULAR}{found.asks.code}.{one.code}", one) for one in found.asks.questions]
    return tuple(
        AskedQuestion(name=name, words=one.text, choices=one.choices, answer=taken.particulars.get(name, ""))
        for name, one in named
        if one in found.questions or name in taken.particulars
    )


def _near(door: ConsoleDoor, found: Hints, taken: Taken) -> tuple[NearLine, ...]:
    text = door.words.text
    lines = []
    for one in found.near[:3]:
        grounds = [
            text("console.kin.far", metres=round(one.distance_m)) if one.distance_m is not None else "",
            text("console.kin.days", days=one.days) if one.days else text("console.kin.same_day"),
        ]
        lines.append(
            NearLine(
                reference=one.reference,
                href=case_address(one.reference),
                state=door.words.state(one.state),
                words=masked(one.opening),
                why=text("console.kin.join").join(ground for ground in grounds if ground),
                chosen=taken.text("same_as") == one.reference,
            )
        )
    return tuple(lines)
