"""The demo's content: account, menu, templates and what can be sent with one tap."""

from pathlib import Path
from typing import Literal

import msgspec

DEMO_CONTENT = Path(__file__).with_name("demo.yaml")

ConsentKind = Literal["long_term", "one_time", "template"]


class Account(msgspec.Struct, frozen=True):
    name: str
    original_id: str
    slogan: str = ""


class Template(msgspec.Struct, frozen=True):
    """A message template; `template` needs no consent, the other two are subscriptions."""

    id: str
    title: str
    consent: ConsentKind
    fields: dict[str, str]


class Phrase(msgspec.Struct, frozen=True):
    text: str
    hint: str


class Place(msgspec.Struct, frozen=True):
    """A place to send; coordinates in GCJ-02 degrees."""

    label: str
    detail: str
    latitude: float
    longitude: float


class SamplePhoto(msgspec.Struct, frozen=True):
    name: str
    label: str


class SampleVoice(msgspec.Struct, frozen=True):
    """Something to say; the platform hears `spoken` when `recognised`, else the account gets the sound alone."""

    name: str
    label: str
    seconds: int
    spoken: str
    recognised: bool = True


class SampleFilm(msgspec.Struct, frozen=True):
    """A short film of the packaged files; `photo` is its first picture."""

    name: str
    label: str
    seconds: int
    photo: str


class SampleLink(msgspec.Struct, frozen=True):
    title: str
    description: str
    url: str


class Scene(msgspec.Struct, frozen=True):
    """A QR code that can be scanned."""

    key: str
    label: str


class Words(msgspec.Struct, frozen=True):
    """What the platform itself says to the citizen."""

    unavailable: str
    transferred: str
    unsupported: str


class DemoContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: Account
    menu: list[dict[str, object]]
    templates: list[Template]
    names: list[str]
    phrases: list[Phrase]
    staff_names: list[str]
    staff_phrases: list[Phrase]
    places: list[Place]
    photos: list[SamplePhoto]
    voices: list[SampleVoice]
    films: list[SampleFilm]
    links: list[SampleLink]
    scenes: list[Scene]
    scene_kinds: dict[str, str]
    words: Words


def read_demo_content(path: Path = DEMO_CONTENT) -> DemoContent:
    """Raises msgspec.ValidationError naming what is wrong."""
    return msgspec.yaml.decode(path.read_bytes(), type=DemoContent)
