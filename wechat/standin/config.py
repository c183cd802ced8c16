"""What the stand-in is told when it starts."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from kit.clock import Clock, SystemClock
from wechat.standin.demo import DemoContent, read_demo_content
from wechat.standin.rights import CERTIFIED_SERVICE, AccountKind

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


PushFormat = Literal["json", "xml"]


class StandinRefusedError(ValueError):
    """The stand-in will not start like this; the text is one Chinese sentence for the operator."""


@dataclass(frozen=True)
class StandinConfig:
    """One pretended official account, one mini-program, and the webhooks they talk to.

    `kind` decides what the account may do. `miniapp_webhook_url` empty: the mini-program pushes nothing.
    `answer_limit_s` is the platform's patience, `tries` how often it sends one message. `seed` makes
    tokens, ids and faults repeat from run to run. `memory` is a file that carries citizens and chats over a
    restart.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str | None = field(repr=False)
    webhook_url: str
    host: str = "127.0.0.1"
    port: int = 8001
    miniapp_app_id: str = ""
    miniapp_app_secret: str = field(default="", repr=False)
    miniapp_webhook_url: str = ""
    miniapp_token: str = field(default="", repr=False)
    miniapp_aes_key: str | None = field(default=None, repr=False)
    miniapp_format: PushFormat = "json"
    kind: AccountKind = CERTIFIED_SERVICE
    clock: Clock = field(default_factory=SystemClock)
    demo: DemoContent = field(default_factory=read_demo_content)
    seed: int | None = None
    memory: Path | None = None
    answer_limit_s: float = 5.0
    tries: int = 3

    def __post_init__(self) -> None:
        if not is_loopback(self.host):
            raise StandinRefusedError(f"微信替身只能在本机运行，不能监听 {self.host}。")
        if not 0 < self.port < 65536:
            raise StandinRefusedError(f"端口应为 1 到 65535 的整数，不能是 {self.port}。")
        missing = [
            name for name in ("app_id", "app_secret", "token", "webhook_url") if not getattr(self, name)
        ]
        if missing:
            raise StandinRefusedError(f"微信替身缺少设置：{'、'.join(missing)}。")
        if self.miniapp_webhook_url and not (self.miniapp_app_id and self.miniapp_token):
            raise StandinRefusedError("小程序推送需要 MINIAPP_APP_ID 和 MINIAPP_TOKEN。")

    @property
    def web_origins(self) -> list[str]:
        """Where the web app under test is served; the phone may show its pages in a frame.

        A loopback host counts under all its names: people type localhost for 127.0.0.1.
        """
        found = urlsplit(self.webhook_url)
        host = found.hostname or ""
        names = sorted({host, "localhost", "127.0.0.1"}) if is_loopback(host) else [host]
        port = f":{found.port}" if found.port else ""
        return [f"{found.scheme}://{f'[{name}]' if ':' in name else name}{port}" for name in names]


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach a server on `host`."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
