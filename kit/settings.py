"""Everything the environment decides, read once and frozen.

The sentences of faults stand here and not in the catalogue: they must be sayable before any file is read.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_SECRETS = frozenset(
    {
        "wechat_app_secret",
        "wechat_token",
        "wechat_aes_key",
        "miniapp_app_secret",
        "miniapp_token",
        "miniapp_aes_key",
        "open311_keys",
        "metrics_token",
        "map_key",
        "unified_login_secret",
    }
)
_ADDRESSES = frozenset({"database_url", "redis_url"})
_UNIFIED_LOGIN = ("UNIFIED_LOGIN_URL", "UNIFIED_LOGIN_ID", "UNIFIED_LOGIN_SECRET")
_ON = frozenset({"1", "on", "true", "yes"})
_OFF = frozenset({"", "0", "off", "false", "no"})


class SettingsError(Exception):
    """The environment cannot be used; `sentences` says everything that is wrong, in Chinese."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, repr=False)
class Settings:
    """One process's settings. Printing it shows no secret."""

    database_url: str
    redis_url: str | None
    data_dir: Path
    host: str
    port: int
    public_url: str
    bureau_profile: Path | None
    wechat_app_id: str
    wechat_app_secret: str
    wechat_token: str
    wechat_aes_key: str | None
    miniapp_app_id: str | None
    miniapp_app_secret: str | None
    miniapp_token: str | None
    miniapp_aes_key: str | None
    wechat_api_base: str
    key_dir: Path
    demo: bool
    rate_limits: bool
    open311_keys: tuple[str, ...]
    web_processes: int
    standin_port: int
    metrics_token: str | None
    trusted_proxies: tuple[str, ...]
    console_url: str
    console_port: int | None
    stop_notice_s: int
    rescoring: bool
    disk_reserve_mb: int
    map_key: str | None
    unified_login_url: str | None
    unified_login_id: str | None
    unified_login_secret: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, for_wechat: bool = True) -> Settings:
        """Read the environment. SettingsError names every missing or unusable setting at once.

        `for_wechat` is False for commands that never speak to WeChat (`migrate`, `staff add`): they then
        do without its secrets, which are empty strings.
        """
        reader = _Reader(environ)
        settings = _read(reader, for_wechat)
        if reader.faults:
            raise SettingsError(tuple(reader.faults))
        return settings

    @property
    def sqlite_path(self) -> Path | None:
        """Where the SQLite file is, or None on PostgreSQL."""
        scheme, _, rest = self.database_url.partition("://")
        return Path(rest) if scheme == "sqlite" else None

    def __repr__(self) -> str:
        shown = (f"{one.name}={_shown(one.name, getattr(self, one.name))}" for one in fields(self))
        return f"Settings({', '.join(shown)})"


def _read(reader: _Reader, for_wechat: bool) -> Settings:
    demo = reader.switch("DEMO", default=False)
    host = reader.text("HOST", "127.0.0.1")
    port = reader.number("PORT", 8000, 1, 65535)
    here = f"[{host}]" if ":" in host else host
    public_url = reader.url("PUBLIC_URL", f"http://{here}:{port}", ("http", "https"))
    console_port = reader.number("CONSOLE_PORT", 0, 1, 65535) if reader.given("CONSOLE_PORT") else None
    if console_port == port:
        reader.fault("CONSOLE_PORT 要与 PORT 不同；不填就共用 PORT。")
    data_dir = reader.folder("DATA_DIR", Path("var"))
    proxies = reader.networks("TRUSTED_PROXIES")
    if demo and not is_loopback(host):
        reader.fault(f"DEMO=1 时只能监听本机地址，HOST 不能是“{host}”；请去掉 HOST 或改成 127.0.0.1。")
    if demo and proxies:
        reader.fault("DEMO=1 时不能放在代理后面；请去掉 TRUSTED_PROXIES。")
    local_trial = is_loopback(host) and is_loopback(urlsplit(public_url).hostname or "")
    wechat = {name: reader.word(name) for name in ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN")}
    missing = "、".join(name for name, value in wechat.items() if not value)
    if for_wechat and missing:
        reader.fault(
            f"缺少 {missing}：请到公众平台“设置与开发—开发接口管理”里查找；只想试用请运行 make run。"
        )
    aes_key = reader.aes_key("WECHAT_AES_KEY")
    if for_wechat and aes_key is None and not demo and not local_trial and not reader.given("WECHAT_AES_KEY"):
        reader.fault(
            "缺少 WECHAT_AES_KEY：对外服务时只用安全模式（明文模式的签名不保护正文），请填 EncodingAESKey。"
        )
    miniapp_id, miniapp_secret = reader.optional("MINIAPP_APP_ID"), reader.optional("MINIAPP_APP_SECRET")
    if (miniapp_id is None) != (miniapp_secret is None):
        absent = "MINIAPP_APP_ID" if miniapp_id is None else "MINIAPP_APP_SECRET"
        reader.fault(f"MINIAPP_APP_ID 和 MINIAPP_APP_SECRET 要么都填，要么都不填；现在缺 {absent}。")
    miniapp_token, miniapp_aes_key = reader.optional("MINIAPP_TOKEN"), reader.aes_key("MINIAPP_AES_KEY")
    if miniapp_token is not None and (miniapp_id is None or not reader.given("MINIAPP_AES_KEY")):
        absent = "MINIAPP_APP_ID" if miniapp_id is None else "MINIAPP_AES_KEY"
        reader.fault(f"填了 MINIAPP_TOKEN（小程序消息推送），还要填 {absent}；推送只用安全模式。")
    login = {name: reader.word(name) for name in _UNIFIED_LOGIN}
    if any(login.values()) and not all(login.values()):
        absent = "、".join(name for name, value in login.items() if not value)
        reader.fault(f"{'、'.join(_UNIFIED_LOGIN)} 要么都填，要么都不填；现在缺 {absent}。")
    return Settings(
        database_url=reader.database("DATABASE_URL", f"sqlite://{data_dir}/chengguan.db"),
        redis_url=reader.redis("REDIS_URL"),
        data_dir=data_dir,
        host=host,
        port=port,
        public_url=public_url,
        bureau_profile=reader.existing("BUREAU_PROFILE"),
        wechat_app_id=wechat["WECHAT_APP_ID"],
        wechat_app_secret=wechat["WECHAT_APP_SECRET"],
        wechat_token=wechat["WECHAT_TOKEN"],
        wechat_aes_key=aes_key,
        miniapp_app_id=miniapp_id,
        miniapp_app_secret=miniapp_secret,
        miniapp_token=miniapp_token,
        miniapp_aes_key=miniapp_aes_key,
        wechat_api_base=reader.url("WECHAT_API_BASE", "https://api.weixin.qq.com", ("http", "https")),
        key_dir=reader.folder("KEY_DIR", data_dir / "keys"),
        demo=demo,
        rate_limits=reader.switch("RATE_LIMITS", default=True),
        open311_keys=reader.several("OPEN311_KEYS"),
        web_processes=reader.number("WEB_PROCESSES", min(os.cpu_count() or 1, 4), 1, 64),
        standin_port=reader.number("STANDIN_PORT", 8001, 1, 65535),
        metrics_token=reader.optional("METRICS_TOKEN"),
        trusted_proxies=proxies,
        console_url=_console_url(reader, here, public_url, console_port),
        console_port=console_port,
        stop_notice_s=reader.number("STOP_NOTICE_S", 0 if demo else 1, 0, 60),
        rescoring=reader.switch("RESCORING", default=False),
        disk_reserve_mb=reader.number("DISK_RESERVE_MB", 500, 0, 1_000_000),
        map_key=reader.word("MAP_KEY") or None,
        unified_login_url=reader.url("UNIFIED_LOGIN_URL", "", _login_schemes(demo or local_trial))
        if login["UNIFIED_LOGIN_URL"]
        else None,
        unified_login_id=login["UNIFIED_LOGIN_ID"] or None,
        unified_login_secret=login["UNIFIED_LOGIN_SECRET"] or None,
    )


def _login_schemes(is_trial: bool) -> tuple[str, ...]:
    """Who somebody is comes over a sealed line, but on a machine that is only tried out."""
    return ("http", "https") if is_trial else ("https",)


def _console_url(reader: _Reader, here: str, public_url: str, console_port: int | None) -> str:
    """Where staff reach the console: by its own port on this machine, unless an address is given."""
    if console_port is None:
        return reader.url("CONSOLE_URL", public_url, ("http", "https"))
    if not reader.given("CONSOLE_URL") and not is_loopback(urlsplit(public_url).hostname or ""):
        reader.fault("填了 CONSOLE_PORT，还要填 CONSOLE_URL：工作人员打开工作台用的网址。")
    return reader.url("CONSOLE_URL", f"http://{here}:{console_port}", ("http", "https"))


class _Reader:
    """Reads one value after another and collects what is wrong instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def given(self, name: str) -> bool:
        return self.text(name, "") != ""

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def optional(self, name: str) -> str | None:
        return self.text(name, "") or None

    def word(self, name: str) -> str:
        value = self.text(name, "")
        if any(character.isspace() for character in value):
            self.fault(f"{name} 里不能有空白字符。")
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        value = self._environ.get(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word in _ON:
            return True
        if word == "" and default:
            return default
        if word not in _OFF:
            self.fault(f"{name} 只能是 1/on 或 0/off，不能是“{value}”。")
        return False

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self.fault(f"{name} 应为 {least} 到 {most} 的整数，不能是“{value}”。")
            return default
        return int(value)

    def several(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())

    def networks(self, name: str) -> tuple[str, ...]:
        values = self.several(name)
        for value in values:
            try:
                ipaddress.ip_network(value, strict=False)
            except ValueError:
                self.fault(f"{name} 里的“{value}”不是 IP 地址或网段。")
        return values

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default).rstrip("/")
        if not _is_url(value, schemes):
            self.fault(f"{name} 应是以 {' 或 '.join(s + '://' for s in schemes)} 开头的完整网址。")
        return value

    def redis(self, name: str) -> str | None:
        value = self.optional(name)
        if value is not None and not value.startswith("unix://") and not _is_url(value, ("redis", "rediss")):
            self.fault(f"{name} 应形如 redis://主机:6379/0；不填则使用内置的 Valkey。")
        return value

    def database(self, name: str, default: str) -> str:
        value = self.text(name, default)
        scheme, separator, rest = value.partition("://")
        if scheme == "sqlite" and separator and rest and rest != ":memory:" and not rest.endswith("/"):
            return value
        if scheme in ("postgres", "postgresql") and _names_database(value, scheme):
            return value
        # The value itself is not repeated: it may hold a password.
        self.fault(f"{name} 应形如 sqlite://var/chengguan.db 或 postgres://用户:密码@主机:5432/库名。")
        return value

    def folder(self, name: str, default: Path) -> Path:
        value = Path(self.text(name, str(default)))
        if value.exists() and not value.is_dir():
            self.fault(f"{name} 指向的“{value}”不是文件夹。")
        return value

    def existing(self, name: str) -> Path | None:
        value = self.optional(name)
        if value is None:
            return None
        if not Path(value).exists():
            self.fault(f"{name} 指向的“{value}”不存在；应是单位画像的 YAML 文件或文件夹。")
        return Path(value)

    def aes_key(self, name: str) -> str | None:
        value = self.optional(name)
        if value is None:
            return None
        try:
            good = len(value) == 43 and len(base64.b64decode(value + "=", validate=True)) == 32
        except binascii.Error:
            good = False
        if not good:
            self.fault(f"{name} 应是 43 个字母和数字（公众平台上的 EncodingAESKey）。")
        return value


def is_loopback(host: str) -> bool:
    """Whether a host name or address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        # Reading the port is what checks it.
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _names_database(value: str, scheme: str) -> bool:
    """A host, or the folder of a Unix socket as `?host=/run/postgresql`, and a database."""
    try:
        parts = urlsplit(value)
        on_socket = parts.hostname is None and parse_qs(parts.query).get("host", [""])[0].startswith("/")
        return bool(parts.path.strip("/")) and (on_socket or _is_url(value, (scheme,)))
    except ValueError:
        return False


def _shown(name: str, value: object) -> str:
    if name in _SECRETS:
        return "***" if value else repr(value)
    if name in _ADDRESSES and isinstance(value, str) and "@" in value:
        scheme, _, rest = value.partition("://")
        return repr(f"{scheme}://***@{rest.rpartition('@')[2]}")
    return repr(value)
