"""Photos, recordings and films of the demo phone: samples, the citizen's own, and what the page shows again."""

import asyncio
from functools import cache
from io import BytesIO
from pathlib import Path

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from wechat.standin.actions import Phone
from wechat.standin.control import bad_request
from wechat.standin.demo import SampleVoice
from wechat.standin.dispatch import PLATFORM
from wechat.standin.media import LARGEST_BYTES, Medium, film_type, picture_type
from wechat.standin.photos import sample_photo
from wechat.standin.refusals import Refusal
from wechat.standin.voices import LONGEST_S, silent_amr

# Drawn by photos.py and filmed with a browser's own recorder: nothing to license.
FILMS = Path(__file__).with_name("films")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_400
THUMB_SIZE = (320, 240)
LONGEST_RECOGNITION = 600
LONGEST_RECORDING_NAME = 64


def as_picture(content: bytes) -> bytes:
    """A JPEG or PNG, whatever the format, as the platform delivers them."""
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


async def send_picture(request: web.Request, phone: Phone, content: bytes) -> None:
    medium = _keep(request, "image", content, picture_type(content) or "image/jpeg")
    phone.send_picture(medium, f"{request.scheme}://{request.host}/phone/media/{medium.media_id}")


async def send_own_picture(request: web.Request, phone: Phone) -> None:
    """A picture as the raw body; whatever the format, the account gets a JPEG or PNG, as from the platform."""
    if not request.content_type.startswith("image/"):
        raise bad_request("send a picture")
    content = await request.read()
    if not content or len(content) > LARGEST_BYTES["image"]:
        raise bad_request("a picture has at most 10 MB")
    await send_picture(request, phone, await asyncio.to_thread(as_picture, content))


async def send_own_film(request: web.Request, phone: Phone) -> None:
    """An MP4 film as the raw body; its first picture stays grey, nothing here can look into it."""
    content = await request.read()
    if not content or len(content) > LARGEST_BYTES["video"]:
        raise bad_request("a film has at most 10 MB")
    if film_type(content) is None:
        raise bad_request("a film must be an MP4")
    thumb = _keep(request, "thumb", await asyncio.to_thread(_grey_thumb), "image/jpeg")
    phone.send_film(_keep(request, "video", content, "video/mp4"), thumb)


async def send_sample_film(request: web.Request, phone: Phone, name: str) -> None:
    film = next((one for one in request.app[PLATFORM].config.demo.films if one.name == name), None)
    if film is None:
        raise web.HTTPNotFound
    content = await asyncio.to_thread((FILMS / f"{film.name}.mp4").read_bytes)
    thumb = _keep(request, "thumb", await asyncio.to_thread(_sample_thumb, film.photo), "image/jpeg")
    phone.send_film(_keep(request, "video", content, "video/mp4"), thumb, film.seconds)


def send_sample_voice(request: web.Request, phone: Phone, name: str) -> None:
    voices: list[SampleVoice] = request.app[PLATFORM].config.demo.voices
    voice = next((one for one in voices if one.name == name), None)
    if voice is None:
        raise web.HTTPNotFound
    medium = _keep(request, "voice", silent_amr(voice.seconds), "audio/amr")
    heard = voice.spoken if voice.recognised else None
    phone.send_voice(medium, voice.seconds, heard, spoken=voice.spoken)


def send_recording(
    request: web.Request, phone: Phone, seconds: float, recognition: str | None, recording: str
) -> None:
    """The account gets a silent file of the same length: no encoder of the platform's format is at hand."""
    if not 0 < seconds <= LONGEST_S:
        raise bad_request("a recording lasts at most 60 seconds")
    if len(recognition or "") > LONGEST_RECOGNITION or len(recording) > LONGEST_RECORDING_NAME:
        raise bad_request(f"recognised speech has at most {LONGEST_RECOGNITION} characters")
    medium = _keep(request, "voice", silent_amr(seconds), "audio/amr")
    heard = (recognition or "").strip() or None
    phone.send_voice(medium, max(1, round(seconds)), heard, recording=recording)


async def sample_picture(request: web.Request, name: str) -> bytes:
    """The drawn photo with this name; 404 when there is none."""
    if name not in {photo.name for photo in request.app[PLATFORM].config.demo.photos}:
        raise web.HTTPNotFound
    return await asyncio.to_thread(sample_photo, name)


async def show_sample(request: web.Request) -> web.Response:
    content = await sample_picture(request, request.match_info["name"])
    return web.Response(body=content, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})


async def show_medium(request: web.Request) -> web.Response:
    try:
        medium = request.app[PLATFORM].media.find(request.match_info["media_id"])
    except Refusal:
        raise web.HTTPNotFound from None
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=medium.content, content_type=medium.content_type, headers=headers)


def _keep(request: web.Request, kind: str, content: bytes, content_type: str) -> Medium:
    try:
        return request.app[PLATFORM].media.keep(kind, content, content_type)
    except Refusal as refusal:
        raise bad_request(refusal.message) from None


@cache
def _sample_thumb(name: str) -> bytes:
    with Image.open(BytesIO(sample_photo(name))) as image:
        image.thumbnail(THUMB_SIZE)
        return _as_jpeg(image)


@cache
def _grey_thumb() -> bytes:
    return _as_jpeg(Image.new("RGB", THUMB_SIZE, "#5c6763"))


def _as_jpeg(image: Image.Image) -> bytes:
    target = BytesIO()
    image.convert("RGB").save(target, "JPEG", quality=80)
    return target.getvalue()
