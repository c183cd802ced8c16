"""Where settings come from: the process's environment; in demo mode with secrets made on first use."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kit.settings import Settings, SettingsError


def read_settings(environ: Mapping[str, str] | None = None, *, for_wechat: bool = True) -> Settings:
    """The frozen settings of this process. Raises SettingsError with every fault at once."""
    return Settings.from_environ(os.environ if environ is None else environ, for_wechat=for_wechat)


_ACCOUNT = ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN")


class DemoSecrets(msgspec.Struct, frozen=True):
    """An official account, or a mini-program, that exists nowhere but in the stand-in."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str


def demo_secrets(data_dir: Path, application: str = "wechat") -> DemoSecrets:
    """Read the demo's own secrets, or make them: nothing of the demo is the same on two machines.

    `application` names the file: "wechat" for the official account, "miniprogram" for the other.
    Raises SettingsError when the folder takes no files.
    """
    path = data_dir / "demo" / f"{application}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoSecrets)
    except FileNotFoundError:
        return _make_secrets(path, data_dir)
    except OSError as refused:
        raise _unusable(data_dir, refused) from None


def _make_secrets(path: Path, data_dir: Path) -> DemoSecrets:
    made = DemoSecrets(
        app_id="wx" + secrets.token_hex(8),
        app_secret=secrets.token_hex(16),
        token=secrets.token_hex(12),
        aes_key=base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(msgspec.json.encode(made))
        part.chmod(0o600)
        part.replace(path)
    except OSError as refused:
        raise _unusable(data_dir, refused) from None
    return made


def _unusable(data_dir: Path, refused: OSError) -> SettingsError:
    return SettingsError(
        (f"数据目录 {data_dir} 不可写（{refused.strerror}），请换一个 DATA_DIR 或修改权限。",)
    )


def demo_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the demo's processes: DEMO=1, its secrets, the stand-in as the platform."""
    env = dict(environ)
    data_dir = Path(env.get("DATA_DIR") or "var")
    made, mini = demo_secrets(data_dir), demo_secrets(data_dir, "miniprogram")
    env.update(
        DEMO="1",
        DATA_DIR=str(data_dir),
        WECHAT_APP_ID=made.app_id,
        WECHAT_APP_SECRET=made.app_secret,
        WECHAT_TOKEN=made.token,
        WECHAT_AES_KEY=made.aes_key,
        MINIAPP_APP_ID=mini.app_id,
        MINIAPP_APP_SECRET=mini.app_secret,
        MINIAPP_TOKEN=mini.token,
        MINIAPP_AES_KEY=mini.aes_key,
    )
    env.setdefault("DATABASE_URL", f"sqlite://{data_dir}/chengguan.db")
    env.setdefault("WECHAT_API_BASE", f"http://127.0.0.1:{env.get('STANDIN_PORT') or 8001}")
    return env


def standin_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a stand-in started by hand: the account of the settings, the demo's where none is set."""
    if any(environ.get(name) for name in _ACCOUNT):
        return {**environ, "DATA_DIR": environ.get("DATA_DIR") or "var"}
    return demo_environ(environ)
