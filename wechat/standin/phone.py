"""The HTTP door of the demo phone: its page, what it sends, and the stream of what it shows."""

import asyncio
import re
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import msgspec
from aiohttp import web
from PIL import Image, UnidentifiedImageError

from wechat.standin.actions import Phone, citizen_content, name_for
from wechat.standin.citizens import Citizen
from wechat.standin.control import bad_request, error_text, json_response, read_with, switches_content
from wechat.standin.demo import Place
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.media import LARGEST_BYTES, picture_type
from wechat.standin.phone_actions import (
    READ_ACTION,
    ConsentAction,
    FollowAction,
    LocationAction,
    MenuAction,
    SamplePhotoAction,
    ScanAction,
    TextAction,
)
from wechat.standin.photos import sample_photo
from wechat.standin.refusals import Refusal

STATIC = Path(__file__).with_name("static")
BEAT_S = 15.0
LONGEST_TEXT = 16_000
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_400
OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")


def add_phone(app: web.Application) -> None:
    app.router.add_get("/", to_phone)
    app.router.add_get("/phone", page)
    app.router.add_get("/phone/setup", setup)
    app.router.add_get("/phone/events", events)
    app.router.add_post("/phone/send", send)
    app.router.add_post("/phone/photo", send_photo)
    app.router.add_get("/phone/samples/{name}.jpg", sample)
    app.router.add_get("/phone/media/{media_id}", media)
    app.router.add_static("/phone/static", STATIC)


async def to_phone(request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone")


async def page(request: web.Request) -> web.FileResponse:
    for photo in request.app[PLATFORM].config.demo.photos:
        # Drawn while the newcomer reads the page, so that the panel opens with its pictures.
        asyncio.get_running_loop().run_in_executor(None, sample_photo, photo.name)
    return web.FileResponse(STATIC / "phone.html", headers={"Cache-Control": "no-cache"})


async def setup(request: web.Request) -> web.Response:
    """Everything the page needs to draw itself; a citizen seen for the first time follows the account."""
    platform, demo = request.app[PLATFORM], request.app[PLATFORM].config.demo
    openid = request.query.get("openid", "")
    if not OPENID.fullmatch(openid):
        raise bad_request("openid must be 6 to 64 letters, digits, - or _")
    known = {citizen.openid for citizen in platform.citizens.everyone()}
    name = request.query.get("name", "").strip()[:12] or name_for(openid, demo.names)
    citizen = platform.citizens.meet(openid, name)
    if openid not in known:
        Phone(platform, request.app[COURIER], citizen).greet()
    content = {
        "account": demo.account,
        "citizen": citizen_content(citizen),
        "menu": platform.shown_menu(),
        "phrases": demo.phrases,
        "places": demo.places,
        "photos": demo.photos,
        "scenes": demo.scenes,
        "templates": [one for one in platform.templates.values() if one.consent != "template"],
        "switches": switches_content(platform.switches),
        "answer_limit_s": platform.config.answer_limit_s,
        "tries": platform.config.tries,
        "console_url": urljoin(platform.config.webhook_url, "/console/"),
        "encrypted": platform.config.aes_key is not None,
    }
    return json_response(content)


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
    platform, demo = request.app[PLATFORM], request.app[PLATFORM].config.demo
    match action:
        case TextAction(text=text, menu_id=menu_id):
            if not text.strip() or len(text) > LONGEST_TEXT:
                raise bad_request(f"a message has 1 to {LONGEST_TEXT} characters")
            phone.write(text.strip(), menu_id)
        case SamplePhotoAction(name=name):
            await _keep_and_send(request, phone, await _sample(request, name))
        case LocationAction():
            if not (-90 <= action.latitude <= 90 and -180 <= action.longitude <= 180):
                raise bad_request("there is no such place on Earth")
            phone.send_location(
                Place(action.label[:80], action.detail[:120], action.latitude, action.longitude)
            )
        case MenuAction(path=path):
            phone.press(_button(platform.shown_menu(), path))
        case FollowAction(followed=followed):
            phone.follow() if followed else phone.unfollow()
        case ScanAction(scene=key):
            scene = next((one for one in demo.scenes if one.key == key), None)
            if scene is None:
                raise bad_request("there is no such code")
            phone.scan(scene)
        case ConsentAction(template_id=template_id, accepted=accepted):
            template = platform.templates.get(template_id)
            if template is None or template.consent == "template":
                raise bad_request("there is no such subscription")
            phone.answer_consent(template, accepted=accepted)
    return json_response({"sent": True})


async def send_photo(request: web.Request) -> web.Response:
    """A picture as the raw body; whatever the format, the account gets a JPEG or PNG, as from the platform."""
    phone = _phone(request, request.query.get("openid", ""))
    if not request.content_type.startswith("image/"):
        raise bad_request("send a picture")
    content = await request.read()
    if not content or len(content) > LARGEST_BYTES["image"]:
        raise bad_request("a picture has at most 10 MB")
    await _keep_and_send(request, phone, await asyncio.to_thread(_as_picture, content))
    return json_response({"sent": True})


def _as_picture(content: bytes) -> bytes:
    if picture_type(content) in ("image/jpeg", "image/png"):
        return content
    try:
        with Image.open(BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise bad_request("the picture is too large")
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            target = BytesIO()
            image.convert("RGB").save(target, "JPEG", quality=88)
    except (UnidentifiedImageError, OSError, ValueError):
        raise bad_request("this is not a picture") from None
    return target.getvalue()


async def _keep_and_send(request: web.Request, phone: Phone, content: bytes) -> None:
    try:
        medium = request.app[PLATFORM].media.keep("image", content, picture_type(content) or "image/jpeg")
    except Refusal as refusal:
        raise bad_request(refusal.message) from None
    phone.send_picture(medium, f"{request.scheme}://{request.host}/phone/media/{medium.media_id}")


async def sample(request: web.Request) -> web.Response:
    content = await _sample(request, request.match_info["name"])
    return web.Response(body=content, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})


async def _sample(request: web.Request, name: str) -> bytes:
    if name not in {photo.name for photo in request.app[PLATFORM].config.demo.photos}:
        raise web.HTTPNotFound
    return await asyncio.to_thread(sample_photo, name)


async def media(request: web.Request) -> web.Response:
    try:
        medium = request.app[PLATFORM].media.find(request.match_info["media_id"])
    except Refusal:
        raise web.HTTPNotFound from None
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=medium.content, content_type=medium.content_type, headers=headers)


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


def _button(menu: list[dict[str, object]], path: list[int]) -> dict[str, object]:
    found: object = menu
    for depth, index in enumerate(path):
        if depth == 1 and isinstance(found, dict):
            found = found.get("sub_button")
        if depth > 1 or not isinstance(found, list) or not 0 <= index < len(found):
            raise bad_request("there is no such button")
        found = found[index]
    if not isinstance(found, dict):
        raise bad_request("there is no such button")
    return found
