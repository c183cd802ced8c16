"""What came with a form: texts, photos, the revision its sender saw."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sanic import Request
from sanic.request import File

from casework.complaints.filing import PHOTOS_AT_MOST
from kit.files.kinds import HEAD_LENGTH, MAX_FILE_BYTES, sniff
from kit.workflow import is_blank
from web.console.forms import TEXT_FIELDS, MoveForm
from web.console.words import Words

MEGABYTE = 1024 * 1024
KEPT_PREFIX = "kept."
KEPT_AT_MOST = 20_000
KEY_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One attempt at a move or an act beside it: what was typed, and what is wrong with it by field name.

    `key` is the form's own name, kept so that sending it again still counts once.
    """

    move: str
    key: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def value_of(request: Request, name: str, otherwise: str = "") -> str:
    """One value of the form as text; the first, if it was sent more than once."""
    return str(request.form.get(name, otherwise)) if request.form else otherwise


def texts_of(request: Request, prefix: str = "") -> dict[str, str]:
    """The texts of known fields, as typed. A field sent twice counts once."""
    form = request.form
    if not form:
        return {}
    found = {}
    for name in TEXT_FIELDS:
        value = form.get(prefix + name)
        if isinstance(value, str) and value:
            found[name] = value.replace("\r\n", "\n")[:KEPT_AT_MOST]
    return found


def to_copy(texts: Mapping[str, str], words: Words) -> tuple[tuple[str, str], ...]:
    """What somebody wrote, each with the name of its field. What was chosen from a list is chosen again."""
    return tuple(
        (words.text(f"console.field.{name}"), text)
        for name, text in texts.items()
        if TEXT_FIELDS[name].kind not in ("choice", "tick")
    )


def revision_of(request: Request) -> int:
    """The revision the sender saw; one that cannot be read is as good as outdated."""
    sent = value_of(request, "expected_revision")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else -1


def key_of(request: Request) -> str:
    """The form's own name, as the page gave it out; a new one for whatever else was sent."""
    sent = value_of(request, "act")
    return sent if len(sent) == KEY_LENGTH and sent.isalnum() and sent.isascii() else secrets.token_hex(16)


def photos_of(request: Request) -> list[File]:
    """The files of the photo field. Browsers send one empty, nameless file when nothing was chosen."""
    return photos_named(request, "after_photos")


def photos_named(request: Request, name: str) -> list[File]:
    """The files of one field."""
    files = request.files.getlist(name, []) if request.files else []
    return [one for one in files if one.body or one.name]


def faults_of(
    form: MoveForm,
    texts: Mapping[str, str],
    photos: list[File],
    offered: Mapping[str, frozenset[str]],
    words: Words,
) -> dict[str, str]:
    """A sentence for each field that cannot be used as it is. `offered` holds the values of choices."""
    wrong: dict[str, str] = {}
    for one in form.fields:
        label = words.text(f"console.field.{one.name}")
        value = texts.get(one.name, "")
        if one.kind == "photos":
            sentence = photo_fault(photos, one.at_most, words)
            if sentence:
                wrong[one.name] = sentence
        elif is_blank(value):
            if not one.optional:
                key = {"choice": "choose_missing", "tick": "tick_missing"}.get(one.kind, "missing")
                wrong[one.name] = words.text(f"console.form.{key}", field=label)
        elif one.kind == "choice" and value not in offered[one.offered]:
            wrong[one.name] = words.text("console.form.not_offered", field=label)
        elif len(value.strip()) > one.at_most:
            wrong[one.name] = words.text(
                "console.form.too_long", field=label, at_most=one.at_most, length=len(value.strip())
            )
    return wrong


def photo_fault(photos: list[File], bytes_at_most: int, words: Words) -> str:
    """Why these photos cannot be taken, in a sentence; "" if they can."""
    if len(photos) > PHOTOS_AT_MOST:
        return words.text("console.form.too_many_photos", count=PHOTOS_AT_MOST)
    if any(len(one.body) > MAX_FILE_BYTES for one in photos):
        return words.text("console.form.photo_too_large", megabytes=MAX_FILE_BYTES // MEGABYTE)
    if sum(len(one.body) for one in photos) > bytes_at_most:
        return words.text("console.form.photos_too_large", megabytes=bytes_at_most // MEGABYTE)
    if any(sniff(one.body[:HEAD_LENGTH]) is None for one in photos):
        return words.text("console.form.not_a_photo")
    return ""
