"""The bureau profile's section `wechat`: what kind of account it is, and what goes where in its templates."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from wechat.account_kinds import AccountKind, Right, rights

Field = Annotated[str, msgspec.Meta(pattern="^[a-z_]+[0-9]{1,3}$")]
Source = Literal["reference", "title", "phrase", "thing", "time"]
"""What a field shows: the case's reference, or the notice's title, state, remark; the moment of sending."""
PagePath = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_/-]{1,128}$")]
"""A page of the mini-program as its app.json lists it, without a leading slash or a query."""


class MessageTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One template as the platform's console lists it. `kind` is how it may be sent, `app` by whom."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    kind: Literal["long_term", "one_time", "template"]
    fields: dict[Field, Source]
    app: Literal["official", "miniprogram"] = "official"

    def __post_init__(self) -> None:
        if self.app == "miniprogram" and self.kind == "template":
            raise ValueError("小程序没有模板消息，kind 只能是 long_term 或 one_time")


class MiniProgramPages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mini-program bound to the account: `case_page` is opened with `?reference=` from a notice, and so is
    `permit_page` from one about an application; `e_permit_page` with `?id=` from one about a permit that was granted.
    """

    app_id: Annotated[str, msgspec.Meta(pattern="^wx[0-9a-zA-Z]{6,30}$")]
    case_page: PagePath | None = None
    permit_page: PagePath | None = None
    e_permit_page: PagePath | None = None
    home_page: PagePath | None = None


class WechatSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `wechat`. Without templates notices go out as customer-service messages only.

    `customer_service`: members of staff answer in the platform's own customer-service client; without it
    whoever asks for a person leaves a message for the console.
    """

    account_kind: AccountKind = AccountKind.CERTIFIED_SERVICE
    customer_service: bool = False
    mini_program: MiniProgramPages | None = None
    templates: tuple[MessageTemplate, ...] = ()

    def rights(self) -> frozenset[Right]:
        """What the account may do and the bureau wants it to do."""
        allowed = rights(self.account_kind)
        return allowed if self.customer_service else allowed - {Right.CUSTOMER_SERVICE}
