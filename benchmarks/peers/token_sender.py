"""One of several processes that send messages through the same account: real client, keeper and Valkey.

    python -m benchmarks.peers.token_sender BASE VALKEY_URL OPENID TEMPLATE SENDS_A_SECOND

Sends until SIGTERM, then prints how many were sent and refused, by reason.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections import Counter

import structlog

from kit.clock import SystemClock
from kit.redis import connect
from wechat.client import account_client
from wechat.errors import WeChatError
from wechat.exchange import new_session

FIELDS = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}


async def main(base: str, valkey_url: str, openid: str, template: str, rate: float) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    stop, outcomes, sends = asyncio.Event(), Counter[str](), set[asyncio.Task[None]]()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    redis = connect(valkey_url)
    async with new_session() as session:
        app_id, secret = os.environ["WECHAT_APP_ID"], os.environ["WECHAT_APP_SECRET"]
        client = account_client(session, redis, app_id, secret, base, SystemClock())

        async def send() -> None:
            try:
                await client.send_template(openid, template, FIELDS)
                outcomes["sent"] += 1
            except WeChatError as error:
                outcomes[error.meaning.name] += 1

        while not stop.is_set():
            task = asyncio.create_task(send())
            sends.add(task)
            task.add_done_callback(sends.discard)
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*sends, return_exceptions=True)
    await redis.aclose()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    base, valkey_url, openid, template, rate = sys.argv[1:]
    asyncio.run(main(base, valkey_url, openid, template, float(rate)))
