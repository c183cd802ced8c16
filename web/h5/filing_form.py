"""What somebody fills into the form for a complaint: from the browser, from a draft, and what is wrong with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from casework.complaints import category as categories
from casework.complaints.category import Suggestion
from casework.complaints.filing import (
    PARTICULAR_AT_MOST,
    PHOTOS_AT_MOST,
    PLACE_AT_MOST,
    SCENE_CODE_AT_MOST,
    STORY_AT_MOST,
)
from casework.complaints.place import Position, checked
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.wording import kept
from casework.people.phone import normalised_phone
from kit.problems import Invalid
from web.h5.words import Words

VOICES_AT_MOST = 3
_ACT = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_LONGEST = {"story": STORY_AT_MOST * 2, "place": PLACE_AT_MOST * 4, "phone": 80, "code": SCENE_CODE_AT_MOST}
"""Characters kept of what was typed, so that who wrote too much can shorten it."""

_PARTICULARS_AT_MOST, _SHORT = 8, 100
_SAME_AT_MOST = 32
_PARTICULAR = "particular."

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class FilingForm:
    """The form as it was filled in. `act` tells one filing from the next: sent twice, it is filed once.

    `photos` and `voices` are files that have arrived. `is_guest`: goes on without WeChat's sign-in, though in WeChat.
    `particulars` are answers to what the category asks, by the name of their field; `asked` are the names of those that
    were on the page. `same` is what was chosen of the cases nearby, `near_seen`: they were on the page.
    """

    act: str
    group: str = ""
    story: str = ""
    place: str = ""
    position: Position | None = None
    phone: str = ""
    phone_agreed: bool = False
    code: str = ""
    photos: tuple[UUID, ...] = ()
    voices: tuple[UUID, ...] = ()
    is_guest: bool = False
    particulars: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    same: str = ""
    near_seen: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to lose."""
        return not (self.story or self.group or self.photos or self.voices or self.phone or self.place)

    def words(self) -> str:
        """Everything that was written, to be looked through."""
        said = (self.story, self.place, self.phone, self.group, self.code, *self.particulars.values())
        return "\n".join(said)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is to be put right, and where: the name of a field, empty where it is about the form as a whole."""

    field: str
    words: str


def new_act() -> str:
    """A name for a filing that nobody else can have."""
    return secrets.token_urlsafe(18)


def form_of(fields: Fields) -> FilingForm:
    """The form as a browser sent it; whatever makes no sense is left out."""

    def one(name: str) -> str:
        values = fields.get(name, ())
        longest = PARTICULAR_AT_MOST if name.startswith(_PARTICULAR) else _LONGEST.get(name, _SHORT)
        return kept(values[0])[:longest] if values else ""

    act = one("act")
    return FilingForm(
        act=act if _ACT.fullmatch(act) else new_act(),
        group=one("group"),
        story=one("story"),
        place=one("place"),
        position=_position(one("latitude"), one("longitude"), one("datum")),
        phone=one("phone"),
        phone_agreed=one("phone_agreed") == "1",
        code=one("code"),
        photos=_ids(fields.get("photo", ())),
        voices=_ids(fields.get("voice", ())),
        is_guest=one("guest") == "1",
        particulars={name: answer for name in _particular_names(fields) if (answer := one(name))},
        asked=frozenset(fields.get("asked", ())[:_PARTICULARS_AT_MOST]),
        same=one("same")[:_SAME_AT_MOST],
        near_seen=one("near_seen") == "1",
    )


def kept_of(form: FilingForm) -> dict[str, Any]:
    """The form as a draft."""
    position = form.position
    return {
        "act": form.act,
        "group": form.group,
        "story": form.story,
        "place": form.place,
        "latitude": str(position.latitude) if position else "",
        "longitude": str(position.longitude) if position else "",
        "datum": position.datum if position else "",
        "phone": form.phone,
        "phone_agreed": "1" if form.phone_agreed else "",
        "code": form.code,
        "photo": [str(one) for one in form.photos],
        "voice": [str(one) for one in form.voices],
        "guest": "1" if form.is_guest else "",
        "asked": sorted(form.asked),
        "same": form.same,
        "near_seen": "1" if form.near_seen else "",
        **form.particulars,
    }


def form_of_kept(content: Mapping[str, object]) -> FilingForm:
    """The form from a draft, or from what a script sent as one."""
    fields: dict[str, list[str]] = {}
    for name, value in content.items():
        values = value if isinstance(value, list) else [value]
        fields[name] = [one for one in values if isinstance(one, str)]
    return form_of(fields)


def told(form: FilingForm, policy: ComplaintPolicy, words: Words) -> tuple[str, str | None]:
    """The story and the category that the form comes to.

    What was chosen narrows the guess; where the words give none away, they begin with what was chosen. Nobody has to
    type: what was chosen, or a recording, is a story too.
    """
    group = policy.groups.get(form.group)
    if group is None:
        return form.story or (words.text("h5_file.story_spoken") if form.voices else ""), None
    if not form.story:
        spoken = words.text("h5_file.story_spoken") if form.voices else ""
        return f"{group.plain}{'。' if spoken else ''}{spoken}", None
    guess = _guess_in(form.group, form.story, policy)
    if guess:
        return form.story, guess.category
    begun = f"{group.name}：{form.story}"
    # A story of the full length tells by itself what it is about.
    return begun if len(begun) <= STORY_AT_MOST else form.story, None


def faults_of(form: FilingForm, policy: ComplaintPolicy, words: Words) -> tuple[Fault, ...]:
    """What stands in the way of taking it, all at once and in the order of the page."""
    return tuple(_faults(form, policy, words))


def with_photos(form: FilingForm, more: Iterable[UUID]) -> FilingForm:
    """The form with further photos."""
    return replace(form, photos=tuple(dict.fromkeys((*form.photos, *more))))


def _faults(form: FilingForm, policy: ComplaintPolicy, words: Words) -> Iterator[Fault]:
    def fault(field: str, name: str, **params: object) -> Fault:
        return Fault(field=field, words=words.text(f"h5_file.fault.{name}", **params))

    if not told(form, policy, words)[0]:
        yield fault("story", "no_story")
    elif len(form.story) > STORY_AT_MOST:
        yield fault("story", "long_story", at_most=STORY_AT_MOST, length=len(form.story))
    if len(form.photos) > PHOTOS_AT_MOST:
        yield fault("photos", "many_photos", at_most=PHOTOS_AT_MOST, count=len(form.photos))
    if not form.place and form.position is None:
        yield fault("place", "no_place")
    elif len(form.place) > PLACE_AT_MOST:
        yield fault("place", "long_place", at_most=PLACE_AT_MOST, length=len(form.place))
    if form.phone and normalised_phone(form.phone) is None:
        yield fault("phone", "phone")
    elif form.phone and not form.phone_agreed:
        yield fault("phone", "phone_not_agreed")


def _guess_in(group: str, story: str, policy: ComplaintPolicy) -> Suggestion | None:
    own = {code: one for code, one in policy.categories.items() if one.group == group}
    return categories.suggest(story, replace(policy, categories=own))


def _particular_names(fields: Fields) -> list[str]:
    return [name for name in fields if name.startswith(_PARTICULAR)][:_PARTICULARS_AT_MOST]


def _position(latitude: str, longitude: str, datum: str) -> Position | None:
    if not _NUMBER.fullmatch(latitude) or not _NUMBER.fullmatch(longitude):
        return None
    try:
        return checked(Position(float(latitude), float(longitude), "gcj02" if datum == "gcj02" else "wgs84"))
    except Invalid:
        return None


def _ids(values: Sequence[str]) -> tuple[UUID, ...]:
    found = []
    for value in values[:60]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))
