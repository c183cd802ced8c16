"""The bureau profile's section `figures`."""

from __future__ import annotations

import msgspec


class FiguresSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When months are published, and how many cases hide one another.

    A month is published from `publish_day` of the next one on, by itself if `publish_by_itself`. `fewest` is how many
    cases of one kind in one place there must be for kind and place to be named in public.
    """

    publish_by_itself: bool = True
    publish_day: int = 15
    fewest: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.publish_day <= 28:
            raise ValueError("公布日应在每月 1 日到 28 日之间")
        if not 2 <= self.fewest <= 100:
            raise ValueError("合并公布的最少件数应在 2 到 100 之间")
