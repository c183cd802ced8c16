"""What a person wants to be told, topic by topic, and which messages they agreed to."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.notifications.preferences import Choice
from casework.notifications.prompts import ASKED_AT_ONCE, Held
from casework.notifications.shape import Topic
from casework.notifications.topics import TopicOffer
from casework.notifications.wishes import wants_any
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.notice_prompt import NOTICES, may_agree, scripts_for
from web.h5.notice_screens import ChoicesPage, NoticeLine, NoticesPage, OneTap, TopicCard
from web.h5.screens import Option
from web.h5.visitor import HOME, Visitor

CHOICES = "/h5/me/notices"
DONE = frozenset({"saved", "same", "off", "on"})


async def show_notices(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/notices: which messages were agreed to, and WeChat's button to agree to more."""
    held = await door.notices.held(visitor.account_id)
    choices = await door.notices.choices(visitor.account_id)
    refuses_all = not wants_any(door.notices.topics, choices)
    asked = _askable(held) if may_agree(request, door) else ()
    scripts = await scripts_for(request, door, asked) if asked else None
    page = NoticesPage(
        words=door.words.text(f"h5_notices.reach.{await door.notices.reach(visitor.account_id)}"),
        lines=tuple(_line(door, one, refuses_all=refuses_all) for one in held),
        scripts=scripts,
        may_need_button=bool(_askable(held)),
    )
    return shown(door, "notices.html", frame_for(request, door, visitor, NOTICES), page)


async def show_choices(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/notices."""
    choices = await door.notices.choices(visitor.account_id)
    done = str(request.args.get("done", ""))
    page = ChoicesPage(
        cards=tuple(_card(door, offer, choices.get(offer.topic, "now")) for offer in door.notices.topics),
        reach=door.words.text(f"h5_notices.reach.{await door.notices.reach(visitor.account_id)}"),
        is_off=not wants_any(door.notices.topics, choices),
        done=door.words.text(f"h5_notices.done.{done}") if done in DONE else "",
        undo=None,
    )
    stopped = _offer(door, str(request.args.get("topic", ""))) if done == "stopped" else None
    if stopped is not None and choices.get(stopped.topic) == "none":
        page = _with_undo(door, page, stopped, str(request.args.get("was", "")))
    return shown(door, "choices.html", frame_for(request, door, visitor, CHOICES), page)


async def choose_notices(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/me/notices: everything or nothing (`wanted`), or choices by the names of their topics."""
    sent = {name: values[0] for name, values in (request.form or {}).items()}
    at = sent.get("at", "")
    if "wanted" in sent:
        wanted = sent["wanted"] == "1"
        await door.notices.choose_all(visitor.actor, visitor.account_id, wanted)
        how = "on" if wanted else "off"
        return redirect(f"{CHOICES}?done={how}" if at else f"{HOME}?done=notices_{how}", status=303)
    topics = {topic.value: topic for topic in Topic}
    wished = {topics[name]: cast("Choice", value) for name, value in sent.items() if name in topics}
    held = await door.notices.choices(visitor.account_id)
    changed = await door.notices.choose(visitor.actor, visitor.account_id, wished)
    query = {"done": "saved" if changed else "same"}
    if at == "stop" and len(wished) == 1:
        (topic,) = wished
        query = {"done": "stopped", "topic": topic.value, "was": held.get(topic, "now")}
    return redirect(f"{CHOICES}?{urlencode(query)}", status=303)


async def stop_form(request: Request, door: H5Door, account_id: UUID) -> OneTap | None:
    """For the page a notice led to (`notice` names its topic): one tap, and no more of the kind."""
    offer = _offer(door, str(request.args.get("notice", "")))
    if offer is None or (await door.notices.choices(account_id)).get(offer.topic) == "none":
        return None
    return OneTap(
        action=CHOICES,
        name=offer.topic.value,
        value="none",
        at="stop",
        button=door.words.text("h5_notices.stop.button", title=title_of(door, offer.topic)),
        words=must_words(door, offer),
    )


def title_of(door: H5Door, topic: Topic) -> str:
    """What the topic is called."""
    return door.words.text(f"notices.topic.{topic.value}")


def must_words(door: H5Door, offer: TopicOffer) -> str:
    """What comes whatever anybody wishes, and why; of its own topic or, where there is none, of results."""
    if not offer.must:
        return door.words.text("h5_notices.stop.still")
    titles = dict.fromkeys(door.words.text(f"{template}.title") for template in offer.must)
    return door.words.text(f"notices.must.{offer.topic.value}", titles="、".join(titles))


def _offer(door: H5Door, name: str) -> TopicOffer | None:
    return next((one for one in door.notices.topics if one.topic == name and one.choices), None)


def _card(door: H5Door, offer: TopicOffer, chosen: Choice) -> TopicCard:
    text, name = door.words.text, offer.topic.value
    return TopicCard(
        name=name,
        title=title_of(door, offer.topic),
        about=text(f"notices.about.{name}"),
        options=tuple(Option(value=one, words=text(f"notices.choice.{one}")) for one in offer.choices),
        chosen=chosen,
        must=must_words(door, offer) if offer.must else "",
    )


def _with_undo(door: H5Door, page: ChoicesPage, offer: TopicOffer, was: str) -> ChoicesPage:
    text, title = door.words.text, title_of(door, offer.topic)
    back = was if was in offer.choices and was != "none" else "now"
    return ChoicesPage(
        cards=page.cards,
        reach=page.reach,
        is_off=page.is_off,
        done=text("h5_notices.done.stopped", title=title),
        undo=OneTap(
            action=CHOICES,
            name=offer.topic.value,
            value=back,
            at="undo",
            button=text("h5_notices.undo", title=title),
            words=must_words(door, offer),
        ),
    )


def _askable(held: tuple[Held, ...]) -> tuple[str, ...]:
    """Who comes here of their own accord may agree to anything but what lasts already, one kind at a time."""
    lasting = [one for one in held if one.is_lasting]
    if any(one.left > 0 for one in lasting):
        return ()
    return tuple(one.template_id for one in (lasting or held)[:ASKED_AT_ONCE])


def _line(door: H5Door, one: Held, *, refuses_all: bool) -> NoticeLine:
    kind = "long_term" if one.is_lasting else "one_time"
    return NoticeLine(
        title=door.words.text(f"h5.notices.kind.{kind}"), standing=_standing(door, one, refuses_all)
    )


def _standing(door: H5Door, one: Held, refuses_all: bool) -> str:
    if refuses_all or one.refused_at is not None:
        return door.words.text("h5.notices.refused")
    if one.left <= 0:
        return door.words.text("h5.notices.none")
    if one.is_lasting:
        return door.words.text("h5.notices.lasting")
    return door.words.text("h5.notices.left", count=one.left)
