"""One call of an endpoint, already read, and what an endpoint may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wechat.standin.citizens import Citizen
from wechat.standin.inbound import InboundMessage
from wechat.standin.platform import Platform

JSON_TYPE = "application/json; encoding=utf-8"
PLAIN_TYPE = "text/plain"
OK: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Upload:
    """The file of a multipart body."""

    content: bytes
    content_type: str
    filename: str = ""


@dataclass(frozen=True)
class Binary:
    """An answer that is a file."""

    content: bytes
    content_type: str
    filename: str


@dataclass(frozen=True)
class Call:
    """`document` is the JSON object of the body ({} without one); `app_id` owns the access token.

    `push` sends an event to the account's webhook after the answer. `origin` is the address the caller knows this
    machine by; `form` holds the text fields beside an uploaded file.
    """

    platform: Platform
    path: str
    query: Mapping[str, str]
    document: Mapping[str, Any]
    app_id: str
    push: Callable[[InboundMessage], None]
    upload: Upload | None = None
    origin: str = ""
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_miniapp(self) -> bool:
        """Whether the mini-program calls, not the official account."""
        return bool(self.app_id) and self.app_id == self.platform.config.miniapp_app_id

    def citizen(self, openid: object) -> Citizen:
        """Who has this openid with the calling app; 43104 when the other app knows them by it."""
        citizens = self.platform.citizens
        return citizens.find_in_miniapp(openid) if self.is_miniapp else citizens.find(openid)


Answer = Mapping[str, object] | Binary
Handler = Callable[[Call], Answer]
BodyKind = Literal["none", "json", "file"]
CallingApp = Literal["official", "miniprogram", "either"]


@dataclass(frozen=True)
class Endpoint:
    """A row of the endpoint table.

    `app` is who may call it; `changes`: a limited account may not. `says` is the content type of its answers.
    """

    method: str
    path: str
    handler: Handler
    body: BodyKind = "json"
    needs_token: bool = True
    app: CallingApp = "official"
    changes: bool = False
    says: str = JSON_TYPE
