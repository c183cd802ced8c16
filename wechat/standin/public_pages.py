"""What the platform shows to anybody: films, pictures of articles, the articles themselves."""

from html import escape
from pathlib import Path

from aiohttp import web

from wechat.standin.dispatch import PLATFORM, guarded
from wechat.standin.refusals import Refusal

SCRIPT = Path(__file__).with_name("static") / "jweixin.js"
POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
STYLE = (
    "body{font:17px/1.75 system-ui,sans-serif;max-width:42rem;margin:auto;padding:1.5rem}img{max-width:100%}"
)


def add_public_pages(app: web.Application) -> None:
    app.router.add_get("/film/{media_id}", guarded("/film", film))
    app.router.add_get("/mmbiz/{picture_id}", picture)
    app.router.add_get("/s/{article_id}/{number}", article)
    app.router.add_get("/open/js/jweixin-1.6.0.js", script_of_pages)


async def script_of_pages(_: web.Request) -> web.FileResponse:
    """The platform's script for pages, with the one button of it that is played here."""
    return web.FileResponse(SCRIPT, headers={"Cache-Control": "no-cache"})


async def film(request: web.Request) -> web.StreamResponse:
    """The film behind a `video_url` or `down_url`."""
    platform, media_id = request.app[PLATFORM], request.match_info["media_id"]
    material = platform.library.materials.get(media_id)
    if material is not None and material.kind == "video":
        return web.Response(body=material.content, content_type=material.content_type)
    try:
        medium = platform.media.find(media_id)
    except Refusal:
        raise web.HTTPNotFound from None
    return web.Response(body=medium.content, content_type=medium.content_type)


async def picture(request: web.Request) -> web.StreamResponse:
    library, picture_id = request.app[PLATFORM].library, request.match_info["picture_id"]
    material = library.materials.get(picture_id)
    if material is not None and library.is_cover(picture_id):
        return web.Response(body=material.content, content_type=material.content_type)
    found = library.pictures.get(picture_id)
    if found is None:
        raise web.HTTPNotFound
    return web.Response(body=found[0], content_type=found[1], headers={"X-Content-Type-Options": "nosniff"})


async def article(request: web.Request) -> web.StreamResponse:
    """A published article, as long as it is not deleted."""
    number = request.match_info["number"]
    try:
        found = request.app[PLATFORM].library.by_article(request.match_info["article_id"])
    except Refusal:
        raise web.HTTPNotFound from None
    if found.status != 0 or not number.isdigit() or not 1 <= int(number) <= len(found.articles):
        raise web.HTTPNotFound
    shown = found.articles[int(number) - 1]
    if shown.is_deleted:
        raise web.HTTPGone
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(shown.title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(shown.title)}</h1><p>{escape(shown.author)}</p>{shown.content}"
    )
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return web.Response(text=text, content_type="text/html", headers=headers)
