"""Officers' photos on the forms of notices: kept at once, so that a form that comes back still has them."""

from __future__ import annotations

from uuid import UUID

from sanic import Request

from casework.penalties.photos import AT_MOST, PHOTO_KIND
from kit.problems import Invalid
from web.console.case_routes import keep_photos
from web.console.door import ConsoleDoor
from web.console.forms import PHOTOS_BYTES
from web.console.order_forms import MEGABYTE
from web.console.screens import Ask
from web.console.submission import photo_fault, photos_named, value_of

FIELD, KEPT = "photos", "kept_photos"


async def photos_so_far(request: Request, door: ConsoleDoor) -> str:
    """Ids of what came now and of what came before with this form, separated by blanks."""
    before = [str(one) for one in ids_of(value_of(request, KEPT))]
    came = photos_named(request, FIELD)
    if not photo_fault(came, PHOTOS_BYTES, door.words):
        before += [str(one) for one in await keep_photos(door, came, PHOTO_KIND)]
    return " ".join(before)


def require_photos(request: Request, door: ConsoleDoor) -> None:
    """Raises Invalid where what came now are no photos that can be taken."""
    if photo_fault(photos_named(request, FIELD), PHOTOS_BYTES, door.words):
        raise Invalid("problem.penalty.console_photos", field=FIELD, at_most=AT_MOST)


def ids_of(kept: str) -> tuple[UUID, ...]:
    """The ids in a hidden field; what is none is passed over."""
    found = []
    for one in kept.split()[:40]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return tuple(found)


def kept_words(door: ConsoleDoor, kept: str) -> str:
    """How many came with the form already; "" for none."""
    count = len(ids_of(kept))
    return door.words.text("console_penalties.photos_kept", count=count) if count else ""


def ask_photos(door: ConsoleDoor, wrong: str = "") -> Ask:
    """The field."""
    text = door.words.text
    return Ask(
        name=FIELD,
        kind="photos",
        label=text("console_penalties.field.photos"),
        optional=True,
        help=text("console_penalties.help.photos"),
        wrong=wrong,
        at_most=PHOTOS_BYTES,
        too_large=text("console.form.photos_too_large", megabytes=PHOTOS_BYTES // MEGABYTE),
    )
