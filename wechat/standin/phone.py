"""The HTTP door of the demo phone: its page, what it sends, and the stream of what it shows."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from wechat.standin.actions import Phone
from wechat.standin.citizens import Citizen
from wechat.standin.control import bad_request, error_text, json_response, read_with
from wechat.standin.demo import Place
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.phone_actions import (
    READ_ACTION,
    Action,
    ConsentAction,
    ConsentChangeAction,
    FollowAction,
    LinkAction,
    LocationAction,
    MenuAction,
    RecordingAction,
    SampleFilmAction,
    SamplePhotoAction,
    SampleVoiceAction,
    ScanAction,
    TextAction,
)
from wechat.standin.phone_browser import browse, origin_of
from wechat.standin.phone_media import (
    sample_picture,
    send_own_film,
    send_own_picture,
    send_picture,
    send_recording,
    send_sample_film,
    send_sample_voice,
    show_medium,
    show_sample,
)
from wechat.standin.phone_menu import button_at, press
from wechat.standin.phone_scan import known_scenes, scan
from wechat.standin.phone_setup import setup
from wechat.standin.photos import sample_photo
from wechat.standin.refusals import Refusal

STATIC = Path(__file__).with_name("static")
BEAT_S = 15.0
LONGEST_TEXT = 16_000
LONGEST_TITLE = 100


def add_phone(app: web.Application) -> None:
    app.router.add_get("/", to_phone)
    app.router.add_get("/phone", page)
    app.router.add_get("/phone/setup", setup)
    app.router.add_get("/phone/scenes", scenes)
    app.router.add_get("/phone/events", events)
    app.router.add_post("/phone/send", send)
    app.router.add_post("/phone/photo", own_photo)
    app.router.add_post("/phone/film", own_film)
    app.router.add_get("/phone/browser", browse)
    app.router.add_get("/phone/samples/{name}.jpg", show_sample)
    app.router.add_get("/phone/media/{media_id}", show_medium)
    app.router.add_static("/phone/static", STATIC)


async def to_phone(request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone")


async def page(request: web.Request) -> web.FileResponse:
    """The phone, or with `?two` two of them side by side."""
    _lead_to_the_webs_host(request)
    for photo in request.app[PLATFORM].config.demo.photos:
        # Drawn while the newcomer reads the page, so that the panel opens with its pictures.
        asyncio.get_running_loop().run_in_executor(None, sample_photo, photo.name)
    name = "two.html" if "two" in request.query else "phone.html"
    return web.FileResponse(STATIC / name, headers={"Cache-Control": "no-cache"})


def _lead_to_the_webs_host(request: web.Request) -> None:
    """One name for this machine on both sides: a page of `localhost` in a frame of 127.0.0.1 loses its cookies."""
    config = request.app[PLATFORM].config
    name = urlsplit(config.webhook_url).hostname
    asked = urlsplit(f"//{request.host}")
    if name == config.host and asked.hostname not in (None, name):
        port = f":{asked.port}" if asked.port else ""
        raise web.HTTPFound(f"{request.scheme}://{name}{port}{request.rel_url}")


async def scenes(request: web.Request) -> web.Response:
    """The codes that can be scanned now; the account may have created more since the page was opened."""
    return json_response({"scenes": known_scenes(request.app[PLATFORM])})


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events. A page that remembers another run of the stand-in is told to start afresh."""
    feed = request.app[PLATFORM].feed
    openid = request.query.get("openid", "")
    epoch, _, number = request.headers.get("Last-Event-ID", "").partition("-")
    after = int(number) if epoch == feed.epoch and number.isdigit() else 0
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if after == 0:
        await response.write(b"event: restart\ndata: {}\n\n")
    try:
        async for batch in feed.follow(openid, after, BEAT_S):
            if not batch:
                await response.write(b": still here\n\n")
            for item in batch:
                shown = msgspec.json.encode({"topic": item.topic, "content": item.content})
                await response.write(f"id: {feed.epoch}-{item.number}\ndata: ".encode() + shown + b"\n\n")
    except ConnectionError:
        pass  # the page was closed
    return response


async def send(request: web.Request) -> web.Response:
    action = await read_with(request, READ_ACTION)
    phone = _phone(request, action.openid, may_be_away=isinstance(action, FollowAction | ScanAction))
    await _act(request, phone, action)
    return json_response({"sent": True})


async def _act(request: web.Request, phone: Phone, action: Action) -> None:
    platform = request.app[PLATFORM]
    match action:
        case TextAction(text=text, menu_id=menu_id):
            if not text.strip() or len(text) > LONGEST_TEXT:
                raise bad_request(f"a message has 1 to {LONGEST_TEXT} characters")
            phone.write(text.strip(), menu_id)
        case SamplePhotoAction(name=name):
            await send_picture(request, phone, await sample_picture(request, name))
        case SampleVoiceAction(name=name):
            send_sample_voice(request, phone, name)
        case RecordingAction():
            send_recording(request, phone, action.seconds, action.recognition, action.recording)
        case SampleFilmAction(name=name):
            await send_sample_film(request, phone, name)
        case LocationAction():
            phone.send_location(_place(action))
        case LinkAction(title=title, description=description, url=url):
            if not 1 <= len(title.strip()) <= LONGEST_TITLE or not origin_of(url):
                raise bad_request("a link needs a title and an http address")
            phone.send_link(title.strip(), description[:LONGEST_TITLE], url)
        case MenuAction():
            await _press(request, phone, action)
        case FollowAction(followed=followed):
            phone.follow() if followed else phone.unfollow()
        case ScanAction(scene=scene):
            scan(platform, phone, scene)
        case ConsentAction():
            answers = action.answers or {action.template_id: action.accepted}
            phone.answer_consents(_of_subscriptions(request, answers))
        case ConsentChangeAction(template_id=template_id, accepted=accepted):
            phone.change_consents(_of_subscriptions(request, {template_id: accepted}))


async def _press(request: web.Request, phone: Phone, action: MenuAction) -> None:
    button = button_at(request.app[PLATFORM].shown_menu(), action.path)
    photos = [await sample_picture(request, name) for name in action.photos[:9]]
    place = None if action.place is None else _place(action.place)
    press(phone, button, scanned=action.scanned, photos=photos, place=place)
    for photo in photos:
        await send_picture(request, phone, photo)
    if place is not None:
        phone.send_location(place)


def _place(action: LocationAction) -> Place:
    if not (-90 <= action.latitude <= 90 and -180 <= action.longitude <= 180):
        raise bad_request("there is no such place on Earth")
    return Place(action.label[:80], action.detail[:120], action.latitude, action.longitude)


def _of_subscriptions(request: web.Request, answers: dict[str, bool]) -> dict[str, bool]:
    """The answers, when every one is about a template that is subscribed to; they all go or none does."""
    templates = request.app[PLATFORM].templates
    kinds = {templates[one].consent if one in templates else "" for one in answers}
    if not kinds or not kinds <= {"long_term", "one_time"}:
        raise bad_request("there is no such subscription")
    if len(kinds) > 1:
        raise bad_request("one request asks for long-term or for one-time subscriptions, not for both")
    return answers


async def own_photo(request: web.Request) -> web.Response:
    await send_own_picture(request, _phone(request, request.query.get("openid", "")))
    return json_response({"sent": True})


async def own_film(request: web.Request) -> web.Response:
    await send_own_film(request, _phone(request, request.query.get("openid", "")))
    return json_response({"sent": True})


def _phone(request: web.Request, openid: str, *, may_be_away: bool = False) -> Phone:
    platform = request.app[PLATFORM]
    try:
        citizen: Citizen = platform.citizens.find(openid)
    except Refusal:
        raise bad_request("this phone is unknown; open its page again") from None
    if not citizen.followed and not may_be_away:
        text = error_text("follow the account first")
        raise web.HTTPConflict(text=text, content_type="application/json")
    return Phone(platform, request.app[COURIER], citizen)
