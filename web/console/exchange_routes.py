"""The routes about other platforms on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.exchange_case import refer_case, show_referring
from web.console.exchange_message_page import replay_message, retry_message, show_message
from web.console.exchange_page import retry_messages, show_exchange

MESSAGE, REFER = "/exchange/<message_id:str>", "/exchange/refer/<reference:str>"

EXCHANGE_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/exchange", May.SEE_EXCHANGE, show_exchange, "exchange"),
    ("POST", "/exchange/retry", May.MEND_EXCHANGE, retry_messages, "retry_messages"),
    ("GET", REFER, May.REFER_OUT, show_referring, "referring"),
    ("POST", REFER, May.REFER_OUT, refer_case, "refer_case"),
    ("GET", MESSAGE, May.SEE_EXCHANGE, show_message, "message"),
    ("POST", MESSAGE + "/retry", May.MEND_EXCHANGE, retry_message, "retry_message"),
    ("POST", MESSAGE + "/replay", May.MEND_EXCHANGE, replay_message, "replay_message"),
)
