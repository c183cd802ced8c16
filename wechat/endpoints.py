"""The platform's endpoints we call, on one screen."""

from typing import Final, Literal

import msgspec


class Endpoint(msgspec.Struct, frozen=True):
    """`is_repeatable`: calling it twice shows a citizen nothing twice, so a lost answer may be asked again."""

    method: Literal["GET", "POST"]
    path: str
    is_repeatable: bool = True


STABLE_TOKEN: Final = Endpoint("POST", "/cgi-bin/stable_token")
CALLBACK_ADDRESSES: Final = Endpoint("GET", "/cgi-bin/getcallbackip")
USER: Final = Endpoint("GET", "/cgi-bin/user/info")
MENU_CREATE: Final = Endpoint("POST", "/cgi-bin/menu/create")
MENU_GET: Final = Endpoint("GET", "/cgi-bin/menu/get")
MEDIA_GET: Final = Endpoint("GET", "/cgi-bin/media/get")
MEDIA_UPLOAD: Final = Endpoint("POST", "/cgi-bin/media/upload")
CUSTOM_TYPING: Final = Endpoint("POST", "/cgi-bin/message/custom/typing")
CUSTOM_SEND: Final = Endpoint("POST", "/cgi-bin/message/custom/send", is_repeatable=False)
SUBSCRIBE_BIZSEND: Final = Endpoint("POST", "/cgi-bin/message/subscribe/bizsend", is_repeatable=False)
SUBSCRIBE_SEND: Final = Endpoint("POST", "/cgi-bin/message/subscribe/send", is_repeatable=False)
TEMPLATE_SEND: Final = Endpoint("POST", "/cgi-bin/message/template/send", is_repeatable=False)
# With a client_msg_id the platform itself sends one message once.
TEMPLATE_SEND_ONCE: Final = Endpoint("POST", "/cgi-bin/message/template/send")
