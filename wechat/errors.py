"""What the platform's error codes mean for us: try again, get a new token, or tell a clerk."""

import re
from enum import StrEnum
from typing import Final

import msgspec

_RID = re.compile(r"\brid: ?([0-9A-Za-z-]{1,64})")
_MAX_MESSAGE_CHARS: Final = 200


class Remedy(StrEnum):
    """Whether the same call may succeed later."""

    RETRY = "retry"
    NEW_TOKEN = "new_token"  # noqa: S105 - a remedy, not a secret
    FINAL = "final"


class Meaning(msgspec.Struct, frozen=True):
    """A code's remedy, and the catalogue keys of what a clerk is told and what the clerk can do."""

    name: str
    remedy: Remedy

    @property
    def reason_key(self) -> str:
        return f"wechat_error.{self.name}.reason"

    @property
    def remedy_key(self) -> str:
        return f"wechat_error.{self.name}.remedy"


def _final(name: str) -> Meaning:
    return Meaning(name, Remedy.FINAL)


_BAD_TOKEN = Meaning("bad_token", Remedy.NEW_TOKEN)
_CODE_USED = _final("code_used")

MEANINGS: Final[dict[int, Meaning]] = {
    -1: Meaning("busy", Remedy.RETRY),
    40001: _BAD_TOKEN,
    40014: _BAD_TOKEN,
    42001: _BAD_TOKEN,
    40003: _final("bad_openid"),
    40007: _final("media_expired"),
    40013: _final("bad_app_id"),
    40029: _CODE_USED,
    40037: _final("bad_template"),
    40125: _final("bad_secret"),
    40163: _CODE_USED,
    40164: _final("address_not_allowed"),
    41030: _final("bad_page"),
    43004: _final("not_a_follower"),
    43101: _final("no_consent"),
    43104: _final("openid_of_another_account"),
    43116: _final("template_banned"),
    45009: _final("day_quota"),
    45011: Meaning("minute_quota", Remedy.RETRY),
    45015: _final("outside_window"),
    45047: _final("too_many_messages"),
    47001: _final("bad_json"),
    47003: _final("bad_parameter"),
    48001: _final("no_permission"),
    50002: _final("account_limited"),
}
UNKNOWN_CODE: Final = _final("unknown_code")
UNREACHABLE: Final = Meaning("unreachable", Remedy.RETRY)
NO_ANSWER: Final = Meaning("no_answer", Remedy.RETRY)
TOO_LARGE: Final = _final("too_large")
UNEXPECTED: Final = _final("unexpected_answer")
TOKEN_PAUSED: Final = Meaning("token_paused", Remedy.RETRY)


class WeChatError(Exception):
    """A call that brought no result.

    `uncertain`: the platform may have done what was asked, so that a repeat could reach a citizen twice.
    `retryable`: nothing was done and the same call may succeed later; never true when uncertain.
    `message` is the platform's English wording, for logs; `rid` is what its support asks for.
    """

    def __init__(
        self,
        meaning: Meaning,
        *,
        code: int | None = None,
        message: str = "",
        rid: str = "",
        uncertain: bool = False,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{meaning.name} {code if code is not None else ''} {message} {rid}".strip())
        self.meaning = meaning
        self.code = code
        self.message = message
        self.rid = rid
        self.uncertain = uncertain
        self.retry_after_s = retry_after_s

    @property
    def retryable(self) -> bool:
        return not self.uncertain and self.meaning.remedy is not Remedy.FINAL

    @property
    def reason_key(self) -> str:
        return self.meaning.reason_key

    @property
    def remedy_key(self) -> str:
        return self.meaning.remedy_key


def from_code(code: int, errmsg: str) -> WeChatError:
    """The error for an answer's `errcode` and `errmsg`. The platform has done nothing."""
    rid = _RID.search(errmsg)
    text = errmsg[: rid.start()] if rid else errmsg
    return WeChatError(
        MEANINGS.get(code, UNKNOWN_CODE),
        code=code,
        message=text.strip()[:_MAX_MESSAGE_CHARS],
        rid=rid[1] if rid else "",
    )
