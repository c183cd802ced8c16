"""Signs in the words of who passes by and of who put them up."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from casework.people.office_phone import dialled
from casework.sign_filings.lifecycle import SignState
from casework.sign_filings.views import PublicSign
from web.h5.door import H5Door
from web.h5.screens import Fact
from web.h5.sign_screens import PublicSignPage

SIGNS = "/h5/me/signs"
TONES: dict[str, str] = {SignState.IN_USE: "good", SignState.HAZARD: "late"}
CHECK_TONES = {"in_order": "good", "soon": "soon", "overdue": "late", "unsafe": "late"}


def day(on: date | None) -> str:
    """The day as it is written everywhere."""
    return on.isoformat() if on is not None else ""


def public_page(door: H5Door, sign: PublicSign) -> PublicSignPage:
    """What anybody reads who scans the code."""
    text = door.words.text
    is_over = sign.state == SignState.ENDED
    warning = ""
    if is_over and sign.successor_code:
        warning = text("h5_signs.public.replaced")
    elif is_over and sign.removed_on is not None:
        warning = text("h5_signs.public.removed", on=day(sign.removed_on))
    elif is_over:
        warning = text("h5_signs.public.ended", reason=sign.end_reason)
    elif sign.state == SignState.HAZARD:
        warning = text("h5_signs.public.hazard")
    return PublicSignPage(
        title=sign.words,
        state=text(f"sign.state.{sign.state}"),
        tone=TONES.get(sign.state, ""),
        facts=sign_facts(door, sign),
        warning=warning,
        call="" if is_over else dialled(sign.contact_phone),
        report="" if is_over else f"/h5/file?code={quote(sign.code)}",
        code="" if is_over else sign.code,
        successor=f"/h5/codes/{sign.successor_code}" if is_over and sign.successor_code else "",
    )


def sign_facts(door: H5Door, sign: PublicSign) -> tuple[Fact, ...]:
    """The particulars, line by line; what is not known has no line."""
    text = door.words.text
    contact = sign.contact_phone or text("h5_signs.public.no_contact", phone=door.bureau.phone)
    size = ""
    if sign.width_m and sign.height_m:
        sides = {"width": f"{sign.width_m:g}", "height": f"{sign.height_m:g}"}
        size = text("h5_signs.public.size_words", **sides)
    valid = day(sign.valid_until_on)
    check = text(f"sign.check.{sign.check}")
    if sign.checked_on is not None:
        check = text("h5_signs.public.checked", state=check, on=day(sign.checked_on))
    elif sign.check_due_on is not None and sign.check != "none":
        check = text("h5_signs.public.not_checked", state=check, on=day(sign.check_due_on))
    lines = {
        "holder": sign.holder,
        "responsible_unit": sign.responsible_unit,
        "contact": contact,
        "place": sign.place_text,
        "kind": sign.kind_name,
        "material": sign.material,
        "size": size,
        "registered": door.words.day(sign.registered_at),
        "valid": text("h5_signs.public.past", on=valid) if sign.is_past else valid,
        "check": check,
        "approval": text(f"h5_signs.public.approval_{sign.approval}", number=sign.permit_number)
        if sign.approval != "none"
        else "",
    }
    return tuple(
        Fact(name=text(f"h5_signs.public.{name}"), words=words) for name, words in lines.items() if words
    )
