"""Where a citizen's browser is sent to sign in. Apart from the client, so that no process need load one to know it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

REAL_API_HOSTS: Final = (
    "api.weixin.qq.com",
    "api2.weixin.qq.com",
    "sh.api.weixin.qq.com",
    "sz.api.weixin.qq.com",
    "hk.api.weixin.qq.com",
)
AUTHORIZE_BASE: Final = "https://open.weixin.qq.com"


def authorize_base(api_base: str) -> str:
    """The origin of the sign-in page that belongs to an address of the API: its own where that is not the real one."""
    host = urlsplit(api_base).hostname or ""
    return AUTHORIZE_BASE if host in REAL_API_HOSTS else api_base.rstrip("/")
