"""One value of a form: brought into its one written form, and looked at by the type of its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from math import isfinite

import msgspec

from casework.complaints.wording import kept
from casework.people.phone import normalised_phone
from casework.permits.kinds import USUAL_UNITS, FieldType, FormField, PermitKind
from casework.permits.written_place import decoded, place_fault
from kit.clock import SHANGHAI
from kit.numbers import folded_number, is_identity_number, is_uscc
from kit.problems import Invalid

Value = str | list[str]
TEXT_MOST, LONG_TEXT_MOST, NAME_MOST, CO_APPLICANTS_MOST = 200, 2_000, 100, 20
KEPT_MOST = 4_000
"""Characters of one value that are kept at all, so that a draft stays small."""
AREA_MOST_M2 = 100_000.0
"""No kind permits more; a square kilometre is a slip of the finger."""
NUMBER_MOST = 1_000_000_000.0
AHEAD_MOST = timedelta(days=732)
"""How far ahead something may begin."""
DAYS_MOST = 366
"""How long it may last where the kind does not say."""
_NUMBERS = ("count", "number", "area", "length", "money")
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_UNIT = re.compile(r"^[¥￥]|(平方米|平米|m2|m|米|元|个|条)$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_YES, _NO = re.compile(r"yes|true|on|是|有"), re.compile(r"no|false|off|否|无")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_SPACES = re.compile(r"[ \t\u3000]+")


def clean_value(field: FormField, value: Value) -> Value:
    """The value in its one written form; what cannot be understood stays as it is, for `value_fault` to name."""
    if field.role == "co_applicants":
        lines = value if isinstance(value, list) else value.splitlines()
        return [one for line in lines if (one := _line(line))]
    if field.type == "choices":
        given = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(one for each in given if (one := _line(each))))
    text = (value[0] if value else "") if isinstance(value, list) else value
    return _CLEANING.get(field.type, _line)(text)


def value_fault(kind: PermitKind, field: FormField, value: Value, now: datetime) -> Invalid | None:
    """What is wrong with a cleaned value, if anything. The sentence names the field as the form does."""
    if field.role == "co_applicants":
        return _co_applicants_fault(field, value if isinstance(value, list) else [value])
    if field.type in ("choice", "choices"):
        known = {one.code for one in field.choices}
        given = value if isinstance(value, list) else [value]
        return None if given and known.issuperset(given) else _fault(field, "choice")
    text = value if isinstance(value, str) else ""
    if field.type in _NUMBERS:
        return _number_fault(kind, field, text)
    if field.type == "time_span":
        return _span_fault(kind, field, text, now)
    if field.type == "place":
        return place_fault(text, field.code, field.name)
    looked = _SHAPES.get(field.type)
    if looked is not None:
        if looked(text):
            return None
        if field.type in _NUMBERED and (count := len(folded_number(text))) != _NUMBERED_LENGTH:
            return _fault(field, f"{field.type}_length", count=count)
        return _fault(field, field.type)
    return _text_fault(field, text)


def number_of(text: str) -> float | None:
    """The number, or None for what is none."""
    if _NUMBER.fullmatch(text) is None or len(text) > 20:
        return None
    number = float(text)
    return number if isfinite(number) else None


def span_of(text: str) -> tuple[datetime, datetime] | None:
    """From when until when, on the local wall clock; None for what is no time span."""
    begin, slash, end = text.partition("/")
    try:
        moments = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    except ValueError:
        return None
    if not slash or any(one.tzinfo is not None for one in moments):
        return None
    if not all(2000 <= one.year <= 2200 for one in moments):
        return None
    return moments[0].replace(tzinfo=SHANGHAI), moments[1].replace(tzinfo=SHANGHAI)


def date_of(text: str) -> date | None:
    """The day, or None for what is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _fault(field: FormField, what: str, **params: object) -> Invalid:
    return Invalid(f"problem.permit.form.{what}", field=field.code, name=field.name, **params)


def _number_fault(kind: PermitKind, field: FormField, text: str) -> Invalid | None:
    number = number_of(text)
    unit = field.unit or USUAL_UNITS.get(field.type, "")
    if number is None or (field.type == "count" and not number.is_integer()):
        return _fault(field, "whole" if field.type == "count" else "number")
    if field.type not in ("count", "number") and number <= 0:
        return _fault(field, "not_positive", unit=unit)
    least, most = field.least if field.least is not None else 0.0, field.most
    bounds = [one for one in (most, NUMBER_MOST) if one is not None]
    if field.type == "area":
        bounds.append(AREA_MOST_M2)
        if field.role == "area" and kind.area_most_m2 is not None:
            bounds.append(kind.area_most_m2)
    if number < least:
        return _fault(field, "too_small", least=_plain(least), unit=unit)
    if number > min(bounds):
        return _fault(field, "too_large", most=_plain(min(bounds)), unit=unit)
    return None


def _span_fault(kind: PermitKind, field: FormField, text: str, now: datetime) -> Invalid | None:
    span = span_of(text)
    if span is None:
        return _fault(field, "time_span")
    begin, end = span
    if end <= begin:
        return _fault(field, "ends_before")
    if begin < now:
        return _fault(field, "begins_before_now")
    if begin > now + AHEAD_MOST:
        return _fault(field, "begins_too_late")
    days = kind.term.days_most if kind.term is not None else DAYS_MOST
    if end - begin > timedelta(days=days):
        return _fault(field, "lasts_too_long", days=days)
    return None


def _text_fault(field: FormField, text: str) -> Invalid | None:
    usual = {"long_text": LONG_TEXT_MOST, "person": NAME_MOST, "organisation": NAME_MOST}
    most = int(field.most) if field.most is not None else usual.get(field.type, TEXT_MOST)
    if len(text) > most:
        return _fault(field, "too_long", most=most)
    if field.least is not None and len(text) < field.least:
        return _fault(field, "too_short", least=int(field.least))
    if field.type in ("person", "organisation") and not any(one.isalpha() for one in text):
        return _fault(field, "name")
    return None


def _co_applicants_fault(field: FormField, lines: list[str]) -> Invalid | None:
    """Each line is a name and a number that identifies: 某某有限公司 91…"""
    if len(lines) > CO_APPLICANTS_MOST:
        return _fault(field, "co_applicants_too_many", most=CO_APPLICANTS_MOST)
    for row, line in enumerate(lines, start=1):
        name, _, number = line.rpartition(" ")
        if not name or len(name) > NAME_MOST or len(number) < _LIKE_A_NUMBER:
            return _fault(field, "co_applicant", row=row)
        if len(number) != _NUMBERED_LENGTH:
            return _fault(field, "co_applicant_length", row=row, count=len(number))
        if not (is_uscc(number) or is_identity_number(number)):
            what = "identity" if _LIKE_AN_IDENTITY.fullmatch(number) else "uscc"
            return _fault(field, f"co_applicant_{what}", row=row)
    return None


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _line(text: str) -> str:
    """One line: wide letters and digits narrow, Chinese punctuation as it is."""
    return _SPACES.sub(" ", " ".join(_lines(text).split("\n"))).strip()


def _lines(text: str) -> str:
    return kept(text.translate(_WIDE))[:KEPT_MOST]


def _narrow(text: str) -> str:
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", kept(text)[:KEPT_MOST]))
    # What stood apart may now be one character.
    return unicodedata.normalize("NFKC", bare)


def _number(text: str) -> str:
    bare = _UNIT.sub("", _narrow(text)).replace(",", "").removeprefix("+")
    number = number_of(bare)
    if number is None:
        return bare
    whole, _, parts = bare.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return sign + (whole.lstrip("-").lstrip("0") or "0") + ("." + parts.rstrip("0")).rstrip(".")


def _day(text: str) -> str:
    """2026-12-01, also from 2026/12/1, 2026.12.1 and 2026年12月1日."""
    found = _DAY.fullmatch(narrow := _narrow(text))
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else narrow


def _yes_no(text: str) -> str:
    word = _narrow(text).lower()
    return "yes" if _YES.fullmatch(word) else "no" if _NO.fullmatch(word) else word


def _phone(text: str) -> str:
    return normalised_phone(text) or _narrow(text)


def _place(text: str) -> str:
    """The place encoded anew, in one order; words that are no JSON are the words of a place."""
    written = decoded(text)
    if written is None:
        words = _line(text)
        return (
            "" if not words else words if words[0] in "{[" else msgspec.json.encode({"text": words}).decode()
        )
    tidy = msgspec.structs.replace(written, text=_line(written.text))
    if not tidy.text and tidy.latitude is None and not tidy.outline:
        return ""
    return msgspec.json.encode(tidy).decode()


_CLEANING: Mapping[FieldType, Callable[[str], str]] = {
    "long_text": _lines,
    "count": _number,
    "number": _number,
    "area": _number,
    "length": _number,
    "money": _number,
    "date": _day,
    "time_span": _narrow,
    "yes_no": _yes_no,
    "uscc": folded_number,
    "identity_number": folded_number,
    "phone": _phone,
    "place": _place,
    "reference": _narrow,
}
_NUMBERED, _NUMBERED_LENGTH = ("uscc", "identity_number"), 18
_LIKE_AN_IDENTITY = re.compile(
    r"\d{6}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9A-Za-z]", re.ASCII
)
"""A day of birth stands in it."""
_LIKE_A_NUMBER = 8
"""Shorter it is no attempt at a number, but a line that was written otherwise."""
_SHAPES: Mapping[FieldType, Callable[[str], bool]] = {
    "date": lambda text: date_of(text) is not None,
    "yes_no": lambda text: text in ("yes", "no"),
    "uscc": is_uscc,
    "identity_number": is_identity_number,
    "phone": lambda text: normalised_phone(text) == text,
}
