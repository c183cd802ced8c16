"""The bureau profile's section `exchange`: which platforms orders come from and go to, and what they are told.

Secrets are not here: they are files in KEY_DIR, see `kit.shared_secrets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from casework.complaints.profile import ComplaintPolicy, PolicyError
from casework.complaints.urgency import Urgency

PeerCode = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Their = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Told = Literal[
    "submitted",
    "accepted",
    "refused",
    "reclassified",
    "assigned",
    "referred",
    "handed_back",
    "asked",
    "resumed",
    "extended",
    "handled",
    "sent_back",
    "answered",
    "updated",
    "rated",
    "disputed",
    "redone",
    "merged",
    "unmerged",
    "split",
    "closed",
    "withdrawn",
    "archived",
]
"""Steps a platform may be told of: the names of the events of complaints, without `complaint.`."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Peer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One platform. `categories` maps what it calls a category to ours, `statuses` our steps to what it calls them,
    `urgencies` its degrees of urgency to ours. `accepts` says whether its orders are accepted as soon as they come, if
    their category is known, or wait for a dispatcher. Without a `callback` it is told nothing.
    """

    code: PeerCode
    name: Name
    kind: Literal["hotline", "city_management", "service_platform"]
    callback: Address | None = None
    steps: tuple[Told, ...] = ("accepted", "refused", "assigned", "answered", "closed", "withdrawn")
    categories: Mapping[Their, str] = {}
    statuses: Mapping[Told, Their] = {}
    urgencies: Mapping[Their, Urgency] = {}
    permit_statuses: Mapping[Their, Their] = {}
    """Steps of applications for permits to what the service platform calls them (`casework.permits.platform`)."""
    accepts: bool = False
    refer_to: bool = True
    """Whether our cases may be referred to it."""

    def __post_init__(self) -> None:
        if self.kind == "service_platform" and (self.refer_to or self.accepts):
            raise ValueError(
                f"exchange 里 {self.code} 是政务服务平台，不接投诉：请写 refer_to: false，不写 accepts"
            )
        if self.callback is None:
            return
        try:
            parts = urlsplit(self.callback)
            host, scheme, _ = parts.hostname, parts.scheme, parts.port
        except ValueError:
            host = scheme = None
        is_near = scheme == "http" and host in LOOPBACK
        if not host or not (scheme == "https" or is_near) or "@" in self.callback or "#" in self.callback:
            raise ValueError(
                f"exchange 里 {self.code} 的 callback 要是完整的 https 网址，不带用户名（http 只能是本机）"
            )
        if not self.callback.isascii() or any(char.isspace() for char in self.callback):
            raise ValueError(f"exchange 里 {self.code} 的 callback 只能用英文字符，不能有空格")

    def status_of(self, step: str) -> str:
        """What the platform calls a step; our own word where it has none."""
        return {str(ours): theirs for ours, theirs in self.statuses.items()}.get(step, step)


class ExchangeSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `exchange`. Empty: no platform, and the door refuses everybody."""

    peers: tuple[Peer, ...] = ()

    def __post_init__(self) -> None:
        codes = [peer.code for peer in self.peers]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"exchange 里平台代码重复：{'、'.join(twice)}")

    def peer(self, code: str) -> Peer | None:
        """The platform of this code."""
        return next((peer for peer in self.peers if peer.code == code), None)


def check_platforms(section: ExchangeSection, policy: ComplaintPolicy) -> None:
    """Raise PolicyError with a sentence for each category that the bureau does not have."""
    unknown = [
        f"exchange 里 {peer.code} 的分类“{theirs}”对应的“{ours}”，complaints 里没有。"
        for peer in section.peers
        for theirs, ours in peer.categories.items()
        if ours not in policy.categories
    ]
    if unknown:
        raise PolicyError("\n".join(unknown))


TOLD: tuple[str, ...] = get_args(Told)
