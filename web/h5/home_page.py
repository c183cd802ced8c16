"""The first page: whom to call in danger, the search, the three doors, how to find the bureau. For anybody."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import redirect

from web.h5.door import H5Door
from web.h5.frame import ASK, FILE, START, danger_numbers, frame_for, shown
from web.h5.notice_prompt import NOTICES
from web.h5.permit_words import PERMITS
from web.h5.screens import Link
from web.h5.visitor import CASES, Visitor

RECEIPT, DATA = "/h5/receipt", "/h5/data"
_CODE_AT_MOST = 40


@dataclass(frozen=True, kw_only=True)
class DoorLink:
    """One of the three large buttons."""

    href: str
    words: str
    note: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class Number:
    """One of the numbers for danger, short enough for four in a row; `label` is what a screen reader says."""

    href: str
    words: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Office:
    """One line of where and when; a number to call has an address."""

    name: str
    words: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """The first page."""

    numbers: tuple[Number, ...]
    doors: tuple[DoorLink, ...]
    more: tuple[Link, ...]
    office: tuple[Office, ...]
    is_open: bool


async def show_home(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/; with the code of a sign, to what stands behind it."""
    code = str(request.args.get("code", ""))
    if code:
        return redirect(f"/h5/codes/{quote(code[:_CODE_AT_MOST], safe='')}", status=303)
    page = HomePage(
        numbers=tuple(
            Number(href=one.href, words=door.words.text(f"h5_home.danger.short.{name}"), label=one.words)
            for name, one in zip(("fire", "ambulance", "police", "duty"), danger_numbers(door), strict=True)
        ),
        doors=_doors(door),
        more=_more(door),
        office=_office(door),
        is_open=door.desk.calendar.is_working_moment(door.clock.now()),
    )
    return shown(door, "home.html", frame_for(request, door, visitor, START), page)


def _doors(door: H5Door) -> tuple[DoorLink, ...]:
    text = door.words.text
    return tuple(
        DoorLink(
            href=href, words=text(f"h5_home.doors.{name}"), note=text(f"h5_home.doors.{name}_note"), icon=icon
        )
        for name, href, icon in (
            ("file", FILE, "report"),
            ("permits", PERMITS, "permit"),
            ("cases", CASES, "cases"),
        )
    )


def _more(door: H5Door) -> tuple[Link, ...]:
    text = door.words.text
    return tuple(
        Link(href=href, words=text(f"h5_home.more.{name}"), icon=icon)
        for name, href, icon in (
            ("ask", ASK, "ask"),
            ("receipt", RECEIPT, "key"),
            ("notices", NOTICES, "bell"),
            ("data", DATA, "me"),
            ("figures", "/public/figures", "check"),
        )
    )


def _office(door: H5Door) -> tuple[Office, ...]:
    text, bureau = door.words.text, door.bureau
    window = bureau.window
    return (
        Office(name=text("h5_home.office.hours"), words=bureau.hours),
        Office(name=text("h5_home.office.duty"), words=bureau.duty_phone, href=f"tel:{bureau.duty_phone}"),
        Office(name=text("h5_home.office.phone"), words=bureau.phone, href=f"tel:{bureau.phone}"),
        Office(name=text("h5_home.office.hotline"), words=bureau.hotline, href=f"tel:{bureau.hotline}"),
        Office(name=text("h5_home.office.window"), words=window.name),
        Office(name=text("h5_home.office.window_address"), words=window.address),
        Office(name=text("h5_home.office.window_phone"), words=window.phone, href=f"tel:{window.phone}"),
        Office(name=text("h5_home.office.address"), words=bureau.address),
    )
