"""The gateway: what reading and answering one message costs, how long a webhook answer takes at worst whatever
hangs, how often a message that WeChat sends three times is worked on, and how often a token is asked for.
"""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from secrets import token_hex

from benchmarks import hindered, three_deliveries, token_traffic
from benchmarks.report import Figure, median
from benchmarks.traffic import Account, text_message
from benchmarks.webhook import texts
from wechat.codec import Codec, SignedQuery, sign
from wechat.messages import to_inbound
from wechat.parse import parse_xml
from wechat.replies import text_reply

MESSAGES, ROUNDS = 2_000, 7


class Load:
    """Distinct messages as they come over the wire: query and body."""

    def __init__(self, account: Account, count: int) -> None:
        codec, now = account.codec(), int(time.time())
        self.now = datetime.fromtimestamp(now, UTC)
        self.requests: list[tuple[SignedQuery, bytes]] = []
        self.answers = list(texts(count))
        for number, text in enumerate(self.answers):
            xml = text_message(f"o{number:027d}", text, 10**18 + number, now)
            encrypted, stamp, nonce = codec.encrypt(xml), str(now), token_hex(5)
            query = SignedQuery(
                stamp, nonce, sign(account.token, stamp, nonce), sign(account.token, stamp, nonce, encrypted)
            )
            body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
            self.requests.append((query, body.encode()))


def _ours(account: Account, load: Load) -> Callable[[], bytes]:
    codec, now = account.codec(), load.now
    seconds = int(now.timestamp())

    def run() -> bytes:
        sealed = b""
        for query, body in load.requests:
            message = to_inbound(parse_xml(codec.open(query, body, now)))
            sealed = codec.seal(text_reply(message, message.text, seconds), query.nonce, seconds)
        return sealed

    return run


def _wechatpys(account: Account, load: Load) -> Callable[[], bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from wechatpy import create_reply, parse_message
        from wechatpy.crypto import WeChatCrypto
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)

    def run() -> bytes:
        sealed = ""
        for query, body in load.requests:
            message = parse_message(
                crypto.decrypt_message(body, query.msg_signature, query.timestamp, query.nonce)
            )
            sealed = crypto.encrypt_message(
                create_reply(message.content, message).render(), query.nonce, query.timestamp
            )
        return sealed.encode()

    return run


def _says(codec: Codec, sealed: bytes) -> str:
    return str(parse_xml(codec.decrypt(str(parse_xml(sealed)["Encrypt"])))["Content"])


def _cpu_s(run: Callable[[], bytes]) -> float:
    gc.collect()
    begun = time.process_time()
    run()
    return time.process_time() - begun


def codec_ratio() -> float:
    """CPU of decrypting, parsing, answering and encrypting the same messages, ours over wechatpy's."""
    account = Account()
    load = Load(account, MESSAGES)
    ours, theirs = _ours(account, load), _wechatpys(account, load)
    codec = account.codec()
    # Also warms both up.
    assert _says(codec, ours()) == _says(codec, theirs()) == load.answers[-1]
    rounds = [(_cpu_s(ours), _cpu_s(theirs)) for _ in range(ROUNDS)]
    print(
        f"CPU us a message: ours {median([a for a, _ in rounds]) / MESSAGES * 1e6:.1f}, "
        f"wechatpy {median([b for _, b in rounds]) / MESSAGES * 1e6:.1f}"
    )
    return median([a / b for a, b in rounds])


def measure() -> Iterator[Figure]:
    yield Figure("gateway", "codec_cpu_vs_wechatpy", codec_ratio(), "ratio", 0.40)
    yield Figure("gateway", "webhook_worst_s", hindered.worst_s(), "s", 4.5)
    yield Figure("gateway", "single_flight_executions", three_deliveries.executions(), "runs", 1)
    yield from token_traffic.measure()
