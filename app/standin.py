"""`chengguan standin`: the stand-in with the demo's own secrets."""

from __future__ import annotations

from kit.settings import Settings
from wechat.standin.config import StandinConfig
from wechat.standin.server import run


def run_standin(settings: Settings) -> int:
    """Serve until stopped."""
    run(
        StandinConfig(
            app_id=settings.wechat_app_id,
            app_secret=settings.wechat_app_secret,
            token=settings.wechat_token,
            aes_key=settings.wechat_aes_key,
            webhook_url=f"http://{settings.host}:{settings.port}/wechat",
            port=settings.standin_port,
        )
    )
    return 0
