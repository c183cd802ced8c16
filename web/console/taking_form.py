"""What came with the form for filing: texts, answers, a place, photos, and what is wrong with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

import msgspec
from sanic import Request
from sanic.request import File

from casework.actors import Actor
from casework.complaints.actions import ANSWER_AT_MOST
from casework.complaints.desk import Desk
from casework.complaints.filing import (
    NAME_AT_MOST,
    PLACE_AT_MOST,
    STORY_AT_MOST,
    Source,
    suggested,
)
from casework.complaints.place import Position
from casework.complaints.taking_in import Telling, closes_on_spot, sources_of
from casework.complaints.urgency import Urgency
from casework.complaints.views import Particular
from kit.workflow import is_blank
from web.console.form_shapes import PHOTOS_BYTES
from web.console.submission import KEPT_AT_MOST, KEY_LENGTH, photo_fault, photos_named
from web.console.words import Words

PARTICULAR = "particular."
TEXTS = (
    "source",
    "story",
    "category",
    "place",
    "latitude",
    "longitude",
    "person_name",
    "phone",
    "urgency",
    "answer",
    "same_as",
)
LENGTHS = {
    "story": STORY_AT_MOST,
    "place": PLACE_AT_MOST,
    "person_name": NAME_AT_MOST,
    "answer": ANSWER_AT_MOST,
}
BEFORE, AFTER = "photos", "after_photos"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The form as it was filled in. `particulars` by the names of their fields; `closes`: it was mended on the spot.

    `act` is the form's own name, so that sending it twice files once.
    """

    act: str
    texts: Mapping[str, str] = field(default_factory=dict)
    particulars: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def position(self) -> Position | None:
        """Where it is, as the device or the map said (WGS-84). What cannot be read is no place."""
        try:
            latitude, longitude = float(self.text("latitude")), float(self.text("longitude"))
        except ValueError:
            return None
        fits = isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
        return Position(latitude, longitude, "wgs84") if fits else None

    @property
    def urgency(self) -> Urgency | None:
        known = {one.value: one for one in Urgency}
        return known.get(self.text("urgency"))

    def source(self, actor: Actor) -> Source:
        """What was chosen of what this person may choose from; the usual one otherwise."""
        offered = sources_of(actor)
        return next((one for one in offered if one.value == self.text("source")), offered[0])

    def telling(self, desk: Desk) -> Telling:
        """What has been told so far."""
        category = self.text("category")
        return Telling(
            story=self.text("story"),
            category=category if category in desk.policy.categories else None,
            place_text=self.text("place"),
            position=self.position,
        )

    def answers(self, desk: Desk) -> tuple[Particular, ...]:
        """The answers with their questions, in the words they were asked in."""
        asked = {
            f"{PARTICULAR}{category.code}.{one.code}": one
            for category in desk.policy.categories.values()
            for one in category.questions
        }
        return tuple(
            Particular(asked[name].text, answer.strip())
            for name, answer in self.particulars.items()
            if name in asked and answer.strip()
        )


def new_form() -> Taken:
    """An empty form with a name of its own."""
    return Taken(act=secrets.token_hex(KEY_LENGTH // 2))


def taken_of(request: Request) -> Taken:
    """What was sent; unknown fields are passed over."""
    found: dict[str, str] = {}
    for name, values in (request.form or {}).items():
        value = values[0] if values else ""
        if isinstance(value, str) and value:
            found[name] = value.replace("\r\n", "\n")[:KEPT_AT_MOST]
    return taken_from(found)


def taken_from(found: Mapping[str, str]) -> Taken:
    """The form from its fields by name."""
    act = found.get("act", "")
    is_name = len(act) == KEY_LENGTH and act.isalnum() and act.isascii()
    return Taken(
        act=act if is_name else secrets.token_hex(KEY_LENGTH // 2),
        texts={name: found[name] for name in TEXTS if name in found},
        particulars={name: value for name, value in found.items() if name.startswith(PARTICULAR)},
        closes=found.get("closes") == "1",
    )


def faults_of(
    request: Request, taken: Taken, desk: Desk, actor: Actor, words: Words
) -> tuple[dict[str, str], list[File], list[File]]:
    """A sentence by field for all that cannot be used as it is; the photos before and after."""
    wrong: dict[str, str] = {}
    before, after = photos_named(request, BEFORE), photos_named(request, AFTER)
    closes = taken.closes and closes_on_spot(actor)
    needed = ("story", "answer") if closes else ("story",)
    for name in needed:
        if is_blank(taken.text(name)):
            wrong[name] = words.text("console_file.missing", field=words.text(f"console_file.field.{name}"))
    for name, at_most in LENGTHS.items():
        length = len(taken.text(name).strip())
        if length > at_most:
            label = words.text(f"console_file.field.{name}")
            wrong[name] = words.text("console.form.too_long", field=label, at_most=at_most, length=length)
    category = taken.text("category")
    if category and category not in desk.policy.categories:
        wrong["category"] = words.text("problem.complaint.category")
    for name, files in ((BEFORE, before), (AFTER, after)):
        sentence = photo_fault(files, PHOTOS_BYTES, words)
        if sentence:
            wrong[name] = sentence
    if closes:
        if not after and AFTER not in wrong:
            wrong[AFTER] = words.text("problem.complaint.after_photo")
        guess = suggested(desk, taken.text("story")) if not category else None
        if not category and (guess is None or guess.category is None):
            wrong["category"] = words.text("problem.complaint.no_category")
    return wrong, before, after


def body_of(taken: Taken, hashes: list[str]) -> bytes:
    """What makes two tries of an act the same: words and photos. A position differs from one moment to the next."""
    said = {name: text for name, text in taken.texts.items() if name not in ("latitude", "longitude")}
    return msgspec.json.encode(
        [sorted(said.items()), sorted(taken.particulars.items()), taken.closes, hashes]
    )
