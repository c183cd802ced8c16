"""Where each app's pushes go, and how they are signed and encrypted on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import msgspec

from wechat.codec import Codec, sign
from wechat.standin.citizens import derived_id
from wechat.standin.config import PushFormat, StandinConfig
from wechat.standin.inbound import cdata

App = Literal["official", "miniprogram"]
CONTENT_TYPES: Mapping[PushFormat, str] = {"xml": "text/xml", "json": "application/json"}


@dataclass(frozen=True)
class Line:
    """One app's way to its webhook."""

    url: str
    token: str
    codec: Codec
    original_id: str
    format: PushFormat


@dataclass(frozen=True)
class Sealed:
    """The one body and address that every try uses."""

    url: str
    body: bytes
    content_type: str


def lines_of(config: StandinConfig) -> dict[App, Line]:
    """The lines that lead somewhere: the mini-program's only when it has a webhook."""
    lines: dict[App, Line] = {
        "official": Line(
            config.webhook_url,
            config.token,
            Codec(config.token, config.aes_key, config.app_id),
            config.demo.account.original_id,
            "xml",
        )
    }
    if config.miniapp_webhook_url:
        lines["miniprogram"] = Line(
            config.miniapp_webhook_url,
            config.miniapp_token,
            Codec(config.miniapp_token, config.miniapp_aes_key, config.miniapp_app_id),
            miniapp_original_id(config.miniapp_app_id),
            config.miniapp_format,
        )
    return lines


def miniapp_original_id(app_id: str) -> str:
    return "gh_" + derived_id("original", app_id)[1:13].lower().replace("-", "0").replace("_", "1")


def seal(
    line: Line,
    content: bytes,
    openid: str,
    timestamp: int,
    nonce: str,
    *,
    bad_signature: bool = False,
    plain: bool = False,
) -> Sealed:
    """Sign and, in safe mode, encrypt. `plain` leaves a body open although safe mode is on."""
    at = str(timestamp)
    query = {
        "signature": sign(line.token, at, nonce),
        "timestamp": at,
        "nonce": nonce,
        "openid": openid,
    }
    if line.codec.is_safe_mode and not plain:
        encrypted = line.codec.encrypt(content)
        query |= {"encrypt_type": "aes", "msg_signature": sign(line.token, at, nonce, encrypted)}
        content = _envelope(line, encrypted)
    if bad_signature:
        query |= {name: "0" * 40 for name in ("signature", "msg_signature") if name in query}
    return Sealed(with_query(line.url, query), content, CONTENT_TYPES[line.format])


def _envelope(line: Line, encrypted: str) -> bytes:
    if line.format == "json":
        return msgspec.json.encode({"ToUserName": line.original_id, "Encrypt": encrypted})
    to, inside = cdata(line.original_id), cdata(encrypted)
    return f"<xml><ToUserName>{to}</ToUserName><Encrypt>{inside}</Encrypt></xml>".encode()


def with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
