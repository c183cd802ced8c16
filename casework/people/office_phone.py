"""The telephone of an office, which may stand in public; that of a person may not (个人信息保护法 25)."""

from __future__ import annotations

import re
import unicodedata

from casework.people.phone import normalised_phone
from kit.numbers import folded_number, is_identity_number
from kit.problems import Invalid

AT_MOST = 20
FIELD = "contact_phone"
_SERVICE = re.compile(r"(400|800)\d{7}|\d{5,8}", re.ASCII)
_EXTENSION = re.compile(r"(\u8f6c|-|ext\.?)\s?(\d{1,6})$", re.ASCII | re.IGNORECASE)
_NAMED_EXTENSION = re.compile(r"\u8f6c\s?\d{1,6}$", re.ASCII)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)", re.ASCII)
_IDENTITY = re.compile(r"(?<![0-9])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
_BETWEEN = re.compile(r"[\s\-()·.]+")


def office_phone(typed: str) -> str:
    """The number as it is shown, "" for none. Raises Invalid for a mobile one and for what is no number."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return ""
    digits = _BETWEEN.sub("", text)
    if len(text) > AT_MOST:
        raise Invalid("problem.sign.contact_phone", field=FIELD)
    if _MOBILE.search(text) or _is_mobile(digits):
        raise Invalid("problem.sign.contact_mobile", field=FIELD)
    without = _BETWEEN.sub("", _EXTENSION.sub("", text))
    if any(normalised_phone(one) or _SERVICE.fullmatch(one) for one in (digits, without)):
        return text
    raise Invalid("problem.sign.contact_phone", field=FIELD)


def dialled(number: str) -> str:
    """What a telephone dials: the digits without the extension."""
    return "".join(filter(str.isdigit, _NAMED_EXTENSION.sub("", number)))


def office_phone_or_none(typed: str) -> str:
    """The same; "" for what must not or cannot stand in public."""
    try:
        return office_phone(typed)
    except Invalid:
        return ""


def require_public(text: str, field: str) -> str:
    """The text, for what stands in public. Raises Invalid where a mobile or an identity number is in it."""
    if _private(text):
        raise Invalid("problem.sign.private_number", field=field)
    return text


def without_private(text: str) -> str:
    """The text with an ellipsis where a mobile or an identity number stood."""
    folded = unicodedata.normalize("NFKC", text)
    for one in _private(folded):
        folded = folded.replace(one, "\u2026")
    return folded if _private(unicodedata.normalize("NFKC", text)) else text


def _private(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text)
    identities = [one for one in _IDENTITY.findall(folded) if is_identity_number(folded_number(one))]
    return identities + [one.group() for one in _MOBILE.finditer(folded)]


def _is_mobile(text: str) -> bool:
    number = normalised_phone(text)
    return number is not None and not number.startswith("0")
