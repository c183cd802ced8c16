"""The bureau profile's section `wechat`: which message templates the account has, and what goes where in them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Field = Annotated[str, msgspec.Meta(pattern="^[a-z_]+[0-9]{1,3}$")]
Source = Literal["reference", "title", "phrase", "thing", "time"]
"""What a field shows: the case's reference, or the notice's title, state, remark; the moment of sending."""


class MessageTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One template as the platform's console lists it. `kind` is how it may be sent."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    kind: Literal["long_term", "one_time", "template"]
    fields: dict[Field, Source]


class WechatSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `wechat`. Without templates notices go out as customer-service messages only."""

    templates: tuple[MessageTemplate, ...] = ()
