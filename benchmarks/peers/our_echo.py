"""Our codec, parser and server with nothing behind them: echoes every text. What the gateway itself costs."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from secrets import token_hex

from sanic import HTTPResponse, Request, Sanic
from sanic.response import raw

from app.forking import ForkingServer, bind
from wechat.codec import Codec, CodecError, SignedQuery
from wechat.messages import to_inbound
from wechat.parse import parse_xml
from wechat.replies import text_reply

codec = Codec(os.environ["WECHAT_TOKEN"], os.environ["WECHAT_AES_KEY"], os.environ["WECHAT_APP_ID"])
app = Sanic("our_echo", configure_logging=False)


@app.post("/wechat")
async def wechat(request: Request) -> HTTPResponse:
    """Decrypt, parse, echo, encrypt."""
    now = datetime.now(UTC)
    try:
        plain = codec.open(SignedQuery.parse(request.query_string), request.body, now)
    except CodecError as exc:
        return raw(b"", status=exc.status)
    message = to_inbound(parse_xml(plain))
    seconds = int(now.timestamp())
    answer = codec.seal(text_reply(message, message.text or "", seconds), token_hex(8), seconds)
    return raw(answer, content_type="text/xml")


def main(port: int) -> int:
    sock = bind("127.0.0.1", port)

    def child(_: int) -> None:
        app.run(sock=sock, single_process=True, motd=False, access_log=False)

    return ForkingServer(1, child, lambda *a, **k: print(a, k, file=sys.stderr)).run()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
