"""What the platform's error codes mean for us: try again, get a new token, or tell a clerk."""

import re
from enum import StrEnum
from typing import Final

import msgspec

_RID = re.compile(r"\brid: ?([0-9A-Za-z-]{1,64})")
_OPENID = re.compile(r"(?<![0-9A-Za-z_-])o[0-9A-Za-z_-]{27}(?![0-9A-Za-z_-])")
_TOKEN = re.compile(r"[0-9A-Za-z_-]{64,}")
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
_FINAL_NAMES_OF_SENDS: Final[dict[str, tuple[int, ...]]] = {
    "bad_openid": (40003,),
    "bad_app_id": (40013,),
    "bad_template": (40037,),
    "bad_secret": (40125, 40243),
    "address_not_allowed": (40164, 89501, 89503, 89506, 89507),
    "bad_page": (41030,),
    "not_a_follower": (43004, 50005),
    "no_consent": (43101,),
    "openid_of_another_account": (43104, 49003),
    "template_banned": (43116,),
    "day_quota": (45009,),
    "outside_window": (45015,),
    "too_many_messages": (45047,),
    "bad_json": (40033, 44002, 47001),
    "bad_parameter": (40008, 40035, 40097, 41006, 44004, 47003),
    "no_permission": (48001, 48008),
    "too_often": (43108,),
    "account_limited": (48004, 50002, 50007),
}
_OTHER_FINAL_NAMES: Final[dict[str, tuple[int, ...]]] = {
    "already_sent": (45065,),
    "article_author": (45110,),
    "article_content": (45166,),
    "article_digest": (45004,),
    "article_title": (40227, 45003),
    "bad_address": (40039, 40048, 40066, 40155, 45005, 45006),
    "bad_article_id": (53600,),
    "bad_articles": (44003, 45008, 53402),
    "bad_medium": (40004, 40005, 40113, 40121, 40137, 41005, 44001),
    "bad_menu": (*range(40015, 40021), *range(40022, 40029), 40054, 40055, 40119, 40120, 41007),
    "bad_message_id": (40059,),
    "bad_parameter": (40031, 40032, 40114, 40130, 40132, 45067, 45072, 85401, 87009),
    "bad_publish_id": (53502,),
    "bad_scene": (40129, 40169),
    "bad_service_account": (65401,),
    "bad_tag": (45056, 45057, 45058, 45059, 45157, 45158, 45159),
    "code_used": (40029, 40163, 41008, 42003, 42007),
    "codes_used_up": (45029,),
    "content_too_long": (45002,),
    "draft_for_the_website": (53504, 53505),
    "draft_not_passed": (53503,),
    "mass_quota": (45028,),
    "media_expired": (40007, 46001),
    "medium_in_use": (48005,),
    "medium_too_large": (40006, 40009, 40010, 40011, 40012, 40118, 45001, 45007),
    "menu_quota": (45010,),
    "mini_program_not_bound": (45064,),
    "mini_program_not_released": (85079,),
    "no_menu": (46003,),
    "no_service_session": (65413,),
    "no_such_person": (46004,),
    "not_seen_lately": (61010,),
    "publishing_banned": (53500,),
    "publishing_too_often": (53501,),
    "quota_clearings_used_up": (48006,),
    "risky_content": (87014,),
    "risky_person": (40226,),
    "service_not_opened": (65400,),
    "service_person_away": (65415,),
    "service_session_taken": (65414,),
    "subscriptions_closed": (43107,),
    "too_often": (44990, 45066),
    "typing_not_shown": (45080, 45081),
}


def _by_code(names: dict[str, tuple[int, ...]]) -> dict[int, Meaning]:
    return {code: _final(name) for name, codes in names.items() for code in codes}


MEANINGS_OF_SENDS: Final[dict[int, Meaning]] = {
    -1: Meaning("busy", Remedy.RETRY),
    40001: _BAD_TOKEN,
    40014: _BAD_TOKEN,
    42001: _BAD_TOKEN,
    45011: Meaning("minute_quota", Remedy.RETRY),
    **_by_code(_FINAL_NAMES_OF_SENDS),
}
MEANINGS: Final[dict[int, Meaning]] = {
    **_by_code(_OTHER_FINAL_NAMES),
    **MEANINGS_OF_SENDS,
}
UNKNOWN_CODE: Final = _final("unknown_code")
UNREACHABLE: Final = Meaning("unreachable", Remedy.RETRY)
NO_ANSWER: Final = Meaning("no_answer", Remedy.RETRY)
TOO_LARGE: Final = _final("too_large")
UNEXPECTED: Final = _final("unexpected_answer")
FOREIGN_ADDRESS: Final = _final("foreign_address")
ARTICLE_COVER: Final = _final("article_cover")
CODE_USED: Final = MEANINGS[40163]
DAY_QUOTA: Final = MEANINGS[45009]
TOKEN_PAUSED: Final = Meaning("token_paused", Remedy.RETRY)


class WeChatError(Exception):
    """A call that brought no result.

    `uncertain`: the platform may have done what was asked, so that a repeat could reach a citizen twice.
    `retryable`: nothing was done and the same call may succeed later; never true when uncertain.
    `message` is the platform's English wording, for logs: what looks like a person's openid or a token is
    taken out of it. `rid` is what the platform's support asks for. `msg_id` is the earlier mass-send that a
    refused repeat names, "" for any other error.
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
        msg_id: str = "",
    ) -> None:
        super().__init__(f"{meaning.name} {code if code is not None else ''} {message} {rid}".strip())
        self.meaning = meaning
        self.code = code
        self.message = message
        self.rid = rid
        self.uncertain = uncertain
        self.retry_after_s = retry_after_s
        self.msg_id = msg_id

    @property
    def retryable(self) -> bool:
        return not self.uncertain and self.meaning.remedy is not Remedy.FINAL

    @property
    def reason_key(self) -> str:
        return self.meaning.reason_key

    @property
    def remedy_key(self) -> str:
        return self.meaning.remedy_key


def from_code(code: int, errmsg: str, msg_id: str = "") -> WeChatError:
    """The error for an answer's `errcode` and `errmsg`. The platform has done nothing."""
    rid = _RID.search(errmsg)
    text = errmsg[: rid.start()] if rid else errmsg
    return WeChatError(
        MEANINGS.get(code, UNKNOWN_CODE),
        code=code,
        message=_TOKEN.sub("…", _OPENID.sub("…", text)).strip()[:_MAX_MESSAGE_CHARS],
        rid=rid[1] if rid else "",
        msg_id=msg_id,
    )
