"""What it costs to verify an e-permit among 200,000.

*verify_cpu_ms_p99*: milliseconds of CPU of the whole process for one request to `/public/verify/{token}`, 99th percentile:
parsing, signature, look-up, page, and the asking client too, which runs in the same process. Every eighth token has one bit
changed and never reaches the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from sanic import Sanic

from app.shipped import shipped_catalogue
from benchmarks.complaints_frame import p99
from benchmarks.permits_frame import Frame
from benchmarks.report import Figure, median
from casework.figures.desk import FiguresDesk
from casework.figures.profile import FiguresSection
from casework.permits.credentials import token_of
from casework.permits.models import Permit
from content.bureau_profile import BureauSection
from content.profile_store import current_profile
from kit.http.problem_pages import ProblemAnswers
from kit.http.rate_limit import RateLimit
from kit.http.shell import install_shell
from kit.secrets import KeyRing
from kit.signing_keys import SigningKeys
from web.assets import load_assets
from web.public.blueprint import public_blueprint
from web.public.door import build_public

ROUNDS, WARMING = 800, 40


async def figures(frame: Frame) -> list[Figure]:
    """Each round shows another permit."""
    key = SigningKeys(frame.folder / "keys").held().active
    rows = await Permit.filter(valid_until_at__gt=frame.at).order_by("id").limit(ROUNDS + WARMING)
    tokens = [token_of(key, row) for row in rows]
    tokens = [
        one[:-9] + chr(ord(one[-9]) ^ 1) + one[-8:] if place % 8 == 0 else one
        for place, one in enumerate(tokens)
    ]
    async with _served(frame) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        spent = [await _asked(reader, writer, token) for token in tokens]
        writer.close()
    ordered = sorted(spent[WARMING:])
    print(
        f"{frame.engine}: verifying: CPU median {median(ordered):.2f}, p99 {p99(ordered):.2f} ms, "
        f"{len(tokens[0])} characters a token"
    )
    return [Figure("permits", "verify_cpu_ms_p99", p99(ordered), "ms", 5)]


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> float:
    begun = time.process_time()
    writer.write(f"GET /public/verify/{token} HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"not verified: {head[:200]!r}")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(int(length.split(b":")[1]))
    spent = (time.process_time() - begun) * 1000
    if b'id="verdict"' not in body:
        raise SystemExit("no verdict")
    return spent


@contextlib.asynccontextmanager
async def _served(frame: Frame) -> AsyncIterator[int]:
    """The public pages in this very process."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    app = Sanic(f"verify-{frame.engine.lower()}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False})
    assets, document = load_assets(), await current_profile()
    problems = ProblemAnswers(shipped_catalogue(), {})
    install_shell(app, problems, f"http://127.0.0.1:{port}", unlogged={f"{app.name}.public.verified"})
    app.blueprint(public_blueprint())
    app.ctx.public = build_public(
        figures=FiguresDesk(desk=frame.desk, section=FiguresSection()),  # type: ignore[arg-type]
        bureau=_bureau(document),
        catalogue=shipped_catalogue(),
        assets=assets,
        permits=frame.desk.section,
        keys=SigningKeys(frame.folder / "keys"),
        limits=RateLimit(None, KeyRing.random(), frame.desk.db.clock, enabled=False),
    )
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    if server is None:
        raise SystemExit("no server")
    await server.startup()
    await server.start_serving()
    try:
        yield port
    finally:
        await server.close()
        listening.close()
        Sanic._app_registry.pop(app.name)


def _bureau(document: Mapping[str, Any] | None) -> BureauSection:
    """That of the profile."""
    return msgspec.convert(dict(document or {})["bureau"], BureauSection)
