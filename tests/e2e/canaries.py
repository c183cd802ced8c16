"""Marked data of a citizen and a clerk, and a search for it wherever it must not be in the clear."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from io import BytesIO
from pathlib import Path

from PIL import Image
from redis import Redis

from tests.e2e.console_setting import Clerk, ConsoleSetting
from tests.e2e.system import System
from tests.e2e.weixin import REFERENCE, Weixin, new_openid

PHONE = "13712345678"
NAME = "慕容白鹭洲"
CAMERA = "Kanarienvogel-9000"
BROWSER = "Kanarienvogel-Browser/1.0"
NOT_OURS = {"standin.log"}
"""What the pretended platform writes is its own affair."""


def photo_with_traces() -> bytes:
    picture, exif = BytesIO(), Image.Exif()
    exif[0x010F] = CAMERA
    exif[0x9003] = "2026:11:22 08:00:00"
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG", exif=exif)
    assert CAMERA.encode() in picture.getvalue()
    return picture.getvalue()


def send_photo(system: System, openid: str, content: bytes) -> None:
    request = urllib.request.Request(
        f"{system.standin_url}/phone/photo?openid={openid}",
        data=content,
        headers={"Content-Type": "image/jpeg"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def in_files(folder: Path, canaries: dict[str, bytes]) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in NOT_OURS:
            content = path.read_bytes()
            found += [
                f"{name} in {path.relative_to(folder)}" for name, one in canaries.items() if one in content
            ]
    return found


def redis_dump(system: System) -> bytes:
    """Every key and value, whatever its type."""
    state = json.loads((system.folder / "valkey" / "state.json").read_text())
    with Redis(unix_socket_path=state["socket"], password=state["token"]) as redis:
        keys = list(redis.scan_iter())
        return b"\n".join(key + b" " + (redis.dump(key) or b"") + _text(redis, key) for key in keys)


def _text(redis: Redis, key: bytes) -> bytes:
    # DUMP packs what repeats; plain strings are therefore read as well.
    return bytes(redis.get(key) or b"") if redis.type(key) == b"string" else b""


async def a_story(system: System) -> tuple[str, str, str]:
    """Everything personal goes in: openid, telephone, photo with metadata, address and browser of a clerk."""
    openid = new_openid()
    system.get_json(f"{system.standin_url}/phone/setup?openid={openid}")
    async with Weixin(system) as weixin:
        await weixin.say(openid, "我要投诉楼下烧烤油烟太大")
        send_photo(system, openid, photo_with_traces())
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(
                system.rows, "SELECT id FROM stored_file WHERE state = 'ready'"
            ):
                await asyncio.sleep(0.2)
        for words in ("完成", "文一路 88 号门口", PHONE):
            summary = await weixin.say(openid, words)
        assert summary.startswith("请核对"), summary
        assert PHONE not in summary
        found = REFERENCE.search(await weixin.say(openid, "1"))
        assert found is not None
        # A message the log might want to quote.
        await weixin.raw({}, f"<xml>{openid} {PHONE}</xml>".encode())
    async with Clerk(ConsoleSetting(system.url, None)) as clerk:  # type: ignore[arg-type]
        clerk.http.headers["User-Agent"] = BROWSER
        await clerk.log_in("diaodu", "wrong-secret-word")
        await clerk.log_in("diaodu", system.password)
        page = await clerk.get(f"/console/cases/{found[0]}")
        assert "137****5678" in page.text
        assert PHONE not in page.text
        await _name_is_kept_and_looked_at(clerk, found[0])
        assert (await clerk.act(found[0], "accept", category="cooking_fumes")).status == 200
        session = max((cookie.value for cookie in clerk.http.cookie_jar), key=len)
    async with asyncio.timeout(20):
        while not system.ledger(openid):
            await asyncio.sleep(0.2)
    return openid, found[0], session


async def _name_is_kept_and_looked_at(clerk: Clerk, reference: str) -> None:
    """A name given at the counter, the caller found by number, both looked at once."""
    address = f"/console/privacy/correct/{reference}"
    token = {"csrf_token": (await clerk.get(address)).hidden("csrf_token")}
    kept = await clerk.post(address, token | {"name": NAME})
    assert "慕容**" in kept.text
    found = await clerk.post("/console/find", token | {"phone": PHONE})
    assert reference in found.text
    assert NAME in (await clerk.post(f"/console/cases/{reference}/phone", token)).text
    page = await clerk.get(f"/console/cases/{reference}")
    assert NAME not in page.text


async def leaks(system: System) -> list[str]:
    """Tell the story to a system that runs as a whole, then look everywhere. Stops its web and worker parts."""
    openid, reference, session = await a_story(system)
    env = system.env
    canaries = {
        "openid": openid.encode(),
        "telephone": PHONE.encode(),
        "name": NAME.encode(),
        "camera": CAMERA.encode(),
        "browser": BROWSER.encode(),
        "console session": session.encode(),
        "tried password": b"wrong-secret-word",
        "app secret": env["WECHAT_APP_SECRET"].encode(),
        "webhook token": env["WECHAT_TOKEN"].encode(),
        "webhook key": env["WECHAT_AES_KEY"].encode(),
    }
    dump, stored = redis_dump(system), database_dump(system)
    assert reference.encode() in stored, "the search did not see the database"
    system.stop("worker")
    system.stop("serve")
    found = [f"{name} in Redis" for name, one in canaries.items() if one in dump]
    found += [f"{name} in the database" for name, one in canaries.items() if one in stored]
    # The demo keeps its made-up secrets in a folder of its own; all else is searched, logs included.
    found += [one for one in in_files(system.folder, canaries) if " in demo/" not in one]
    if "Traceback" in system.log("serve") + system.log("worker"):
        found.append("a stack trace in a log")
    return found


def database_dump(system: System) -> bytes:
    """Every row of every table as the database prints it."""
    if system.env["DATABASE_URL"].startswith("sqlite"):
        tables = system.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        tables = system.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    parts = []
    for (table,) in tables:
        for row in system.rows(f'SELECT * FROM "{table}"'):
            parts += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    return b"\n".join(parts)
