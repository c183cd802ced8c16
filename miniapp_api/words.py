"""What people write to us: what every door needs to know before it is kept."""

from __future__ import annotations

from typing import Annotated

import msgspec

from casework.complaints.category import elsewhere_params, recognise_elsewhere
from casework.complaints.wording import kept
from casework.dangers.finding import find_danger
from kit.problems import Conflict
from kit.workflow import is_blank
from miniapp_api.cases import Notice
from miniapp_api.door import ApiDoor
from miniapp_api.speaking import Refused

VISIBLE = r"[!-~]|[^\x00-\x7f]"
"""Something beside ASCII spaces and control characters. What looks empty all the same `said` refuses."""

Story = Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=12_000)]
Text = Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=2_000)]
Reason = Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=1_000)]
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")]
Mobile = Annotated[str, msgspec.Meta(pattern=r"^1[3-9][0-9]{9}$")]

Revision = Annotated[float, msgspec.Meta(ge=1, le=1_000_000, multiple_of=1)]
"""A whole number: JSON knows no difference between 3 and 3.0, and some clients write the latter."""


def known(revision: float | None) -> int | None:
    """The revision as casework counts."""
    return int(revision) if revision is not None else None


def said(door: ApiDoor, field: str, text: str) -> None:
    """Refuse words that say nothing, and those that are not for us (409)."""
    if is_blank(kept(text)):
        raise Refused("problem.complaint.empty", field=field)
    not_about_our_people(door, text)


def not_about_our_people(door: ApiDoor, text: str) -> None:
    """Refuse, and keep nothing of, what is told of the bureau's own people: another body hears that (409)."""
    if door.misconduct.is_told_in(text):
        raise Conflict("problem.api.misconduct", phone=door.bureau.phone)


def danger_in(door: ApiDoor, text: str) -> Notice | None:
    """Whom to telephone at once, where the words tell of danger to life."""
    matched = find_danger(door.desk.policy.danger, text)
    return Notice("danger", danger_numbers(door)) if matched else None


def elsewhere_in(door: ApiDoor, text: str) -> Notice | None:
    """Whose it may be, where the words tell of another body's matter."""
    found = recognise_elsewhere(text, door.desk.policy)
    return Notice("elsewhere", door.text("complaint.elsewhere", **elsewhere_params(found))) if found else None


def danger_numbers(door: ApiDoor) -> str:
    """The sentence with the emergency numbers, and the bureau's own number that is answered day and night."""
    first = door.text(door.desk.policy.danger.sentence_key)
    return f"{first}\n{door.text('api.danger_duty', duty_phone=door.bureau.duty_phone)}"
