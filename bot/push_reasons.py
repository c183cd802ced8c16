"""Why a notice did not reach anybody: codes under `delivery.reason`, by the platform client's name for the error."""

from __future__ import annotations

from typing import Final

UNSUBSCRIBED: Final = "wechat_check.delivery.unsubscribed"
NO_WAY: Final = "wechat_check.delivery.no_way"
TO_BE_PHONED: Final = "to_be_phoned"
NOT_BOUND: Final = "not_bound"
LOST_ANSWER: Final = "no_answer"
REFUSED: Final = "refused"
UNKNOWN: Final = "recipient_unknown"
NOT_FOLLOWING: Final = "not_following"
NOBODY_THERE: Final = frozenset({UNKNOWN, NOT_FOLLOWING})
"""No way of the platform's leads to this person."""
UNREADABLE: Final = frozenset({"unexpected_answer", "too_large"})

REASONS: Final = {
    "busy": "busy",
    "minute_quota": "busy",
    "bad_token": "no_connection",
    "token_paused": "no_connection",
    "unreachable": "no_connection",
    "no_answer": LOST_ANSWER,
    "bad_openid": UNKNOWN,
    "openid_of_another_account": UNKNOWN,
    "not_a_follower": NOT_FOLLOWING,
    "outside_window": "window_closed",
    "too_many_messages": "too_many_messages",
    "too_often": "too_many_messages",
    "no_consent": REFUSED,
    "day_quota": "quota_used_up",
    "bad_template": "template_rejected",
    "template_banned": "template_rejected",
    "bad_parameter": "content_rejected",
    "bad_json": "content_rejected",
    "bad_app_id": "configuration",
    "bad_secret": "configuration",
    "address_not_allowed": "configuration",
    "bad_page": "configuration",
    "no_permission": "configuration",
    "account_limited": "account_limited",
}
