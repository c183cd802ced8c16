"""`chengguan standin`: starts the stand-in by hand."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from wechat.standin.config import StandinConfig, StandinRefusedError
from wechat.standin.rights import CERTIFIED_SERVICE, KINDS
from wechat.standin.server import run

DEFAULT_PORT = 8001
DESCRIPTION = (
    "在本机扮演微信平台，并提供演示手机。密钥从 WECHAT_APP_SECRET、WECHAT_TOKEN、WECHAT_AES_KEY"
    " 和 MINIAPP_APP_ID、MINIAPP_APP_SECRET、MINIAPP_TOKEN、MINIAPP_AES_KEY 读取。"
)


def main(
    argv: Sequence[str],
    environ: Mapping[str, str],
    parser: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> int:
    """Serve until interrupted; 2 and one sentence when it cannot start. Secrets come from `environ` only."""
    asked = add_arguments(parser(prog="chengguan standin", description=DESCRIPTION), environ).parse_args(argv)
    try:
        config = StandinConfig(
            app_id=asked.app_id,
            app_secret=environ.get("WECHAT_APP_SECRET", ""),
            token=environ.get("WECHAT_TOKEN", ""),
            aes_key=environ.get("WECHAT_AES_KEY") or None,
            miniapp_app_id=environ.get("MINIAPP_APP_ID", ""),
            miniapp_app_secret=environ.get("MINIAPP_APP_SECRET", ""),
            miniapp_token=environ.get("MINIAPP_TOKEN", ""),
            miniapp_aes_key=environ.get("MINIAPP_AES_KEY") or None,
            miniapp_webhook_url=asked.miniapp_webhook,
            miniapp_format=asked.miniapp_format,
            kind=asked.kind,
            webhook_url=asked.webhook,
            host=asked.host,
            port=asked.port,
            seed=asked.seed,
            memory=Path(asked.memory) if asked.memory else None,
        )
        sys.stdout.write(f"演示手机：http://{config.host}:{config.port}/phone\n")
        sys.stdout.flush()
        run(config)
    except StandinRefusedError as error:
        return _refuse(str(error))
    except OSError:
        return _refuse(f"端口 {asked.port} 已被占用，微信替身没有启动。")
    except ValueError as error:
        return _refuse(f"微信替身的设置不对：{error}。")
    return 0


def add_arguments(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，只能是本机（默认 127.0.0.1）")
    port = environ.get("STANDIN_PORT", "")
    parser.add_argument(
        "--port", type=int, default=int(port) if port.isdigit() else DEFAULT_PORT, help="端口（默认 8001）"
    )
    parser.add_argument("--app-id", default=environ.get("WECHAT_APP_ID", ""), help="公众号 AppID")
    webhook = f"http://127.0.0.1:{environ.get('PORT', '8000')}/wechat"
    parser.add_argument("--webhook", default=webhook, help=f"消息送到哪里（默认 {webhook}）")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default=CERTIFIED_SERVICE,
        help="公众号的种类，决定能调用哪些接口（默认 certified_service，已认证服务号）",
    )
    has_miniapp = bool(environ.get("MINIAPP_APP_ID") and environ.get("MINIAPP_TOKEN"))
    parser.add_argument(
        "--miniapp-webhook",
        default=f"{webhook}/miniprogram" if has_miniapp else "",
        help="小程序的消息送到哪里（设了 MINIAPP_TOKEN 时默认 …/wechat/miniprogram，否则不送）",
    )
    parser.add_argument(
        "--miniapp-format", choices=("json", "xml"), default="json", help="小程序推送的格式（默认 json）"
    )
    parser.add_argument("--seed", type=int, default=None, help="随机数种子，使每次运行一致")
    parser.add_argument("--memory", default="", help="把市民和聊天记在这个文件里，重启后接着用（默认不记）")
    return parser


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2
