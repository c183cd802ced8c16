"""The forms of postings: what they ask, and what was typed as a posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.people.staff import staff_by_login
from casework.routing.duty_list import moment_of
from casework.routing.posting_queries import PostingView
from casework.routing.postings import NewPosting, may_keep
from casework.routing.roster import Post
from kit.clock import local
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.posting_screens import FaultLine, PostBox
from web.console.routing_offers import area_options, handler_options
from web.console.routing_words import post_words
from web.console.screens import Note, Option
from web.console.visitor import Visitor

FIELDS = ("post", "unit", "area", "staff", "begins_at", "begins_time", "ends_at", "ends_time", "note")
TIMES = ("staff", "begins_at", "begins_time", "ends_at", "ends_time", "note")
WHOLE = "-"


@dataclass(frozen=True)
class Attempt:
    """A form that was refused: what was typed, what is wrong by field, what else is to be said."""

    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    faults: tuple[FaultLine, ...] = ()
    status: int = 200


async def new_posting(door: ConsoleDoor, typed: Mapping[str, str]) -> NewPosting:
    if typed["post"] not in set(Post):
        raise Invalid("problem.posting.post", field="post")
    post = Post(typed["post"])
    begins_at, ends_at = span_of(typed, post)
    return NewPosting(
        post=post,
        staff_id=await staff_id_of(door, typed["staff"]),
        unit=typed["unit"] if typed["unit"] not in ("", WHOLE) else None,
        area=typed["area"] or None,
        begins_at=begins_at,
        ends_at=ends_at,
        note=typed["note"],
    )


def span_of(typed: Mapping[str, str], post: Post) -> tuple[datetime, datetime | None]:
    """From and until; a day without a time is its beginning, or its end."""
    begins = moment_of(f"{typed['begins_at']} {typed['begins_time']}".strip())
    if begins is None:
        raise Invalid("problem.posting.when", field="begins_at")
    if not typed["ends_at"]:
        return begins, None
    ends = moment_of(f"{typed['ends_at']} {typed['ends_time']}".strip(), is_end=True)
    if ends is None:
        raise Invalid("problem.posting.when", field="ends_at")
    return begins, ends


async def staff_id_of(door: ConsoleDoor, login: str) -> UUID:
    found = await staff_by_login(door.db, login) if login else None
    if found is None:
        raise Invalid("problem.people.no_such_staff", field="staff")
    return found.id


def typed_of(view: PostingView) -> dict[str, str]:
    begins = local(view.begins_at)
    typed = {"staff": view.staff_login, "note": view.note}
    typed |= {"begins_at": begins.date().isoformat(), "begins_time": f"{begins:%H:%M}"}
    if view.ends_at is not None:
        ends = local(view.ends_at)
        typed |= {"ends_at": ends.date().isoformat(), "ends_time": f"{ends:%H:%M}"}
    return typed


async def boxes_of(
    door: ConsoleDoor, visitor: Visitor, attempt: Attempt, names: tuple[str, ...]
) -> tuple[PostBox, ...]:
    text, typed = door.words.text, attempt.typed

    def box(name: str, kind: str, *, optional: bool = False, options: tuple[Option, ...] = ()) -> PostBox:
        more = name.removesuffix("_at") + "_time"
        key = f"console_postings.help.{name}"
        return PostBox(
            name=name,
            kind=kind,
            label=text(f"console_postings.field.{name}"),
            typed=typed.get(name, ""),
            typed_more=typed.get(more, ""),
            wrong=attempt.wrong.get(name, ""),
            help=text(key) if door.words.catalogue.has(key) else "",
            optional=optional,
            options=options,
        )

    boxes = []
    if "post" in names:
        posts = tuple(Option(value=one.value, words=post_words(door, one)) for one in Post)
        boxes += [
            box("post", "choice", options=posts),
            box("unit", "choice", options=_units(door, visitor)),
            box("area", "suggest", optional=True, options=await area_options()),
        ]
    boxes += [
        box("staff", "choice", options=await handler_options(door, visitor.actor)),
        box("begins_at", "moment"),
        box("ends_at", "moment", optional=True),
        box("note", "short", optional=True),
    ]
    return tuple(boxes)


def _units(door: ConsoleDoor, visitor: Visitor) -> tuple[Option, ...]:
    """The units whose posts are this visitor's to fill."""
    units = tuple(
        Option(value=one.code, words=one.name)
        for one in door.desk.policy.units.values()
        if may_keep(visitor.actor, one.code)
    )
    whole = (Option(value=WHOLE, words=door.words.text("console_people.whole_bureau")),)
    return (*units, *(whole if may_keep(visitor.actor, None) else ()))
