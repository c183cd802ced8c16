"""The section `map` of the bureau profile: an approved base map under the bureau's own areas, for the console."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from casework.complaints.place import Datum

Tiles = Annotated[str, msgspec.Meta(min_length=12, max_length=400)]
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_NEEDED, _KNOWN = {"z", "x", "y"}, {"z", "x", "y", "s", "key"}
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)


class BaseMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiles of a map that may be shown in public. `approval` is its number (审图号), shown wherever the map is.

    `tiles` are addresses, from the lowest layer to the highest, with `{z}`, `{x}`, `{y}`; `{s}` stands for one of
    `servers`, `{key}` for the setting MAP_KEY. `datum` is what the tiles are drawn in.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    approval: Annotated[str, msgspec.Meta(min_length=4, max_length=60)]
    tiles: Annotated[tuple[Tiles, ...], msgspec.Meta(min_length=1, max_length=3)]
    datum: Datum
    servers: Annotated[str, msgspec.Meta(max_length=16, pattern="^[0-9a-z]*$")] = ""
    deepest: Annotated[int, msgspec.Meta(ge=10, le=20)] = 18

    def __post_init__(self) -> None:
        for address in self.tiles:
            names = set(_PLACEHOLDER.findall(address))
            if not names >= _NEEDED or names - _KNOWN:
                raise ValueError(f"底图地址 {address} 里要有 {{z}}、{{x}}、{{y}}，另外只认 {{s}} 和 {{key}}")
            if "s" in names and not self.servers:
                raise ValueError("底图地址里写了 {s}，就要在 servers 里写明有哪几台，例如 servers: 01234567")
            parts = urlsplit(address.replace("{s}", "0"))
            if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
                raise ValueError(f"底图地址 {address} 应以 https:// 开头")
            if not _HOST.fullmatch(parts.netloc):
                raise ValueError(f"底图地址 {address} 的主机名不对：只能是名称和端口，占位符只能用 {{s}}")

    @property
    def needs_key(self) -> bool:
        return any("{key}" in address for address in self.tiles)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the tiles come from, for the browser's rule on pictures."""
        found = []
        for address in self.tiles:
            for server in self.servers or "0":
                parts = urlsplit(address.replace("{s}", server))
                found.append(f"{parts.scheme}://{parts.netloc}")
        return tuple(dict.fromkeys(found))


class MapSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `map`. Without a base map the console's map shows the bureau's areas alone, and needs nobody outside."""

    base: BaseMap | None = None
