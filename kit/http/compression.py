"""Text in fewer bytes: pages, JSON, XML and SVG are sent gzipped to whoever takes it.

What stands in a compressed page beside a secret can be guessed by its length, one letter at a time; so every page
shows its form token masked anew, see `kit.http.csrf`, and no other secret is put into pages.
"""

import re
import zlib

from sanic import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

LEAST_BYTES = 1024
"""A shorter answer fits into one packet anyway."""
_LEVEL = 5
_TYPES = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)\b|application/javascript|image/svg\+xml")
_GZIP = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=([0-9.]+)\s*)?(?=,|$)", re.ASCII | re.IGNORECASE)


def compress(request: Request, response: BaseHTTPResponse) -> None:
    """Replace the body of a finished answer, if it is worth it. Streams and encoded answers stay as they are."""
    body = response.body
    if (
        not isinstance(response, HTTPResponse)
        or body is None
        or len(body) < LEAST_BYTES
        or not _TYPES.match(response.content_type or "")
        or "content-encoding" in response.headers
    ):
        return
    vary = response.headers.get("vary", "")
    if "accept-encoding" not in vary.lower():
        response.headers["vary"] = f"{vary}, accept-encoding" if vary else "accept-encoding"
    if not takes_gzip(request.headers.get("accept-encoding", "")):
        return
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    response.body = packer.compress(body) + packer.flush()
    response.headers["content-encoding"] = "gzip"
    response.headers.pop("content-length", None)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: named, and not with a weight of nothing."""
    found = _GZIP.search(accepted)
    return found is not None and (found[1] is None or found[1].strip("0.") != "")
