"""A link that stops notices, for whoever holds it: no login, one big button, and a way back.

Looking changes nothing: mail and message scanners open links by themselves. Only sending the form does.
"""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.actors import citizen
from casework.notifications.stop_links import Stop
from casework.notifications.topics import TopicOffer
from kit.http.rate_limit import by_address
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.notice_pages import must_words, title_of
from web.h5.notice_screens import StopPage
from web.h5.visitor import Visitor

STOP = "/h5/notices/stop"
_TRIES_A_MINUTE = 30


async def show_stop(request: Request, door: H5Door, visitor: Visitor | None, token: str) -> HTTPResponse:
    """GET /h5/notices/stop/<token>."""
    stop, offer = _read(door, token)
    if stop is None or offer is None:
        return _gone(request, door, visitor)
    is_off = (await door.notices.choices(stop.account_id)).get(stop.topic) == "none"
    return _page(request, door, visitor, token, offer, "off" if is_off else "ask")


async def stop_notices(request: Request, door: H5Door, visitor: Visitor | None, token: str) -> HTTPResponse:
    """POST /h5/notices/stop/<token>; with `undo` the topic is told again. The link is all it takes: no cookie counts."""
    await door.limits.take("h5-stop", by_address(door.addresses.of(request)), per_minute=_TRIES_A_MINUTE)
    stop, offer = _read(door, token)
    if stop is None or offer is None:
        return _gone(request, door, visitor)
    undo = bool(request.form and request.form.get("undo"))
    try:
        await door.notices.choose(
            citizen(stop.account_id), stop.account_id, {stop.topic: "now" if undo else "none"}
        )
    except NotFound:
        # The account was forgotten meanwhile: nobody is told anything.
        return _gone(request, door, visitor)
    return _page(request, door, visitor, token, offer, "again" if undo else "done")


def _read(door: H5Door, token: str) -> tuple[Stop | None, TopicOffer | None]:
    stop = door.stop_links.read(token) if token.isascii() else None
    topic = stop.topic if stop is not None else None
    return stop, next((one for one in door.notices.topics if one.topic is topic and one.choices), None)


def _page(
    request: Request, door: H5Door, visitor: Visitor | None, token: str, offer: TopicOffer, state: str
) -> HTTPResponse:
    text, title = door.words.text, title_of(door, offer.topic)
    is_off = state in ("off", "done")
    page = StopPage(
        title=text(f"h5_notices.link.{state}.title", title=title),
        words=text(f"h5_notices.link.{state}.words", about=text(f"notices.about.{offer.topic.value}")),
        must=must_words(door, offer),
        action=f"{STOP}/{token}",
        button=text("h5_notices.undo" if is_off else "h5_notices.stop.button", title=title),
        is_undo=is_off,
        role="status" if state in ("done", "again") else "",
    )
    return shown(door, "notices_stop.html", frame_for(request, door, visitor, STOP), page)


def _gone(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    text = door.words.text
    page = StopPage(title=text("h5_notices.link.gone.title"), words=text("h5_notices.link.gone.words"))
    return shown(door, "notices_stop.html", frame_for(request, door, visitor, STOP), page, 410)
