"""The usual way to answer an official account in Python: Flask, wechatpy, gunicorn. Echoes every text."""

from __future__ import annotations

import os

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

TOKEN, AES_KEY, APP_ID = (os.environ[name] for name in ("WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_APP_ID"))
app = Flask(__name__)
crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)


@app.post("/wechat")
def wechat():
    """Decrypt, echo, encrypt, as wechatpy's own example does."""
    given = request.args
    try:
        message = crypto.decrypt_message(
            request.data, given.get("msg_signature"), given.get("timestamp"), given.get("nonce")
        )
    except (InvalidSignatureException, InvalidAppIdException):
        abort(403)
    parsed = parse_message(message)
    reply = create_reply(parsed.content if parsed.type == "text" else "", parsed)
    return crypto.encrypt_message(reply.render(), given.get("nonce"), given.get("timestamp"))
