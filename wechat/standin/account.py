"""What a tester may change about the pretended accounts while the stand-in runs."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from wechat.standin.rights import AccountKind

PublishResult = Literal[0, 1, 2, 3, 4, 5, 6]


class AccountState(msgspec.Struct, forbid_unknown_fields=True):
    """The accounts as the platform's own console shows them.

    `is_limited`: every call that changes something is answered 50002. `is_allow_listed` False: token calls are
    answered 40164. `banned_templates`: their sends are answered 43116. `is_union_bound`: both apps are bound, so
    that answers carry a unionid. `publish_result` is what becomes of a publication: 0 done, 1 stays running,
    2 original-check failed, 3 failed, 4 rejected, 5 deleted afterwards, 6 banned. `media_check` is what an
    asynchronous check finds. `template_status` is what a template message is reported as.
    """

    kind: AccountKind
    is_limited: bool = False
    is_allow_listed: bool = True
    banned_templates: list[str] = []
    is_union_bound: bool = True
    publish_result: PublishResult = 0
    media_check: Literal["pass", "review", "risky"] = "pass"
    template_status: str = "success"
    auto_replies: Mapping[str, Any] | None = None
