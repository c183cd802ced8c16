"""What each kind of account may call. Whatever is not listed, every kind may.

Sources: the platform's table of interface permissions; publishing by API was taken from uncertified accounts in
July 2025.
"""

from collections.abc import Mapping
from typing import Final, Literal

AccountKind = Literal[
    "certified_service", "uncertified_service", "certified_subscription", "uncertified_subscription"
]
CERTIFIED_SERVICE: Final = "certified_service"
KINDS: Final[tuple[AccountKind, ...]] = (
    "certified_service",
    "uncertified_service",
    "certified_subscription",
    "uncertified_subscription",
)

_SERVICE_ONLY: Final = frozenset[AccountKind]({"certified_service"})
_CERTIFIED: Final = frozenset[AccountKind]({"certified_service", "certified_subscription"})
_WITH_MENU: Final = _CERTIFIED | frozenset[AccountKind]({"uncertified_service"})

# The longest prefix of a path decides.
ALLOWED: Final[Mapping[str, frozenset[AccountKind]]] = {
    "/cgi-bin/menu/": _WITH_MENU,
    "/cgi-bin/message/custom/": _CERTIFIED,
    "/cgi-bin/message/mass/": _CERTIFIED,
    "/cgi-bin/message/subscribe/bizsend": _SERVICE_ONLY,
    "/cgi-bin/message/template/": _SERVICE_ONLY,
    "/cgi-bin/template/": _SERVICE_ONLY,
    "/wxaapi/newtmpl/": _SERVICE_ONLY,
    "/cgi-bin/customservice/": _CERTIFIED,
    "/customservice/": _CERTIFIED,
    "/cgi-bin/qrcode/": _SERVICE_ONLY,
    "/cgi-bin/media/get": _CERTIFIED,
    "/cgi-bin/media/upload": _CERTIFIED,
    # Covers and pictures of drafts stay open to all, as drafts do.
    "/cgi-bin/media/uploadimg": frozenset(KINDS),
    "/cgi-bin/freepublish/": _CERTIFIED,
    "/cgi-bin/user/": _CERTIFIED,
    "/cgi-bin/tags/": _CERTIFIED,
    "/connect/oauth2/authorize": _SERVICE_ONLY,
    "/sns/oauth2/": _SERVICE_ONLY,
    "/sns/userinfo": _SERVICE_ONLY,
    "/sns/auth": _SERVICE_ONLY,
}


def may_call(kind: AccountKind, path: str) -> bool:
    """Whether an official account of this kind is let through to an endpoint."""
    matching = [prefix for prefix in ALLOWED if path.startswith(prefix)]
    return not matching or kind in ALLOWED[max(matching, key=len)]
