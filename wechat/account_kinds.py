"""The four kinds of account, and which of the platform's doors each may use.

After the platform's own table of interface permissions; the doubts are written down in
docs/adr/0021-account-kinds.md. What the platform then truly answers (48001) always has the last word.
"""

from enum import StrEnum
from typing import Final, Literal, NamedTuple


class AccountKind(StrEnum):
    """服务号 or 订阅号, verified by the platform (微信认证) or not."""

    CERTIFIED_SERVICE = "certified_service"
    UNCERTIFIED_SERVICE = "uncertified_service"
    CERTIFIED_SUBSCRIPTION = "certified_subscription"
    UNCERTIFIED_SUBSCRIPTION = "uncertified_subscription"


class Right(StrEnum):
    """Something the platform allows an account to do. Hearing messages and answering at once need none."""

    CUSTOM_MESSAGE = "custom_message"
    TEMPLATE_MESSAGE = "template_message"
    SUBSCRIBE_MESSAGE = "subscribe_message"
    MENU = "menu"
    QRCODE = "qrcode"
    OAUTH = "oauth"
    JSSDK = "jssdk"
    CUSTOMER_SERVICE = "customer_service"
    DRAFT = "draft"
    PUBLISH = "publish"
    MASS = "mass"
    USER_INFO = "user_info"
    MEDIA = "media"


_ALWAYS: Final = frozenset({Right.JSSDK, Right.DRAFT})
_CERTIFIED: Final = _ALWAYS | {
    Right.CUSTOM_MESSAGE,
    Right.MENU,
    Right.PUBLISH,
    Right.MASS,
    Right.USER_INFO,
    Right.MEDIA,
}
_RIGHTS: Final = {
    AccountKind.CERTIFIED_SERVICE: frozenset(Right),
    AccountKind.UNCERTIFIED_SERVICE: _ALWAYS | {Right.MENU},
    AccountKind.CERTIFIED_SUBSCRIPTION: _CERTIFIED,
    AccountKind.UNCERTIFIED_SUBSCRIPTION: _ALWAYS,
}


def rights(kind: AccountKind) -> frozenset[Right]:
    """What an account of this kind may do."""
    return _RIGHTS[kind]


class MassLimit(NamedTuple):
    """Messages to many: `at_most` to each follower a month, or so many of the account a day."""

    at_most: int
    per: Literal["month", "day"]


_MASS_LIMITS: Final = {
    AccountKind.CERTIFIED_SERVICE: MassLimit(4, "month"),
    AccountKind.CERTIFIED_SUBSCRIPTION: MassLimit(1, "day"),
}


def mass_limit(kind: AccountKind) -> MassLimit | None:
    """How much an account of this kind may send by mass; None where it may not at all."""
    return _MASS_LIMITS.get(kind)
