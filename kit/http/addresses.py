"""The address a request really comes from, when proxies of ours stand before us."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from sanic import Request

_HOPS = 16
"""Longest chain of proxies that is read; what is before it is forged or broken."""

PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class ClientAddresses:
    """Reads X-Forwarded-For, but only as far as proxies that were named as ours have written it."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """Addresses or networks such as "10.0.0.0/8". Raises ValueError for anything else."""
        self._trusted: list[IPv4Network | IPv6Network] = [
            ip_network(one, strict=False) for one in trusted_proxies
        ]

    def of(self, request: Request) -> str:
        """The nearest address that is not a trusted proxy; "local" for a peer without one (a Unix socket)."""
        peer = _parsed(request.ip or "")
        if peer is None:
            return "local"
        forwarded = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
        # From the right: each proxy appends the peer it saw, the left part may be anybody's invention.
        for hop in reversed(forwarded[-_HOPS:]):
            if not self._is_trusted(peer):
                break
            claimed = _parsed(hop.strip())
            if claimed is None:
                break
            peer = claimed
        return str(peer)

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def is_forwarded(request: Request) -> bool:
    """Whether some proxy says that it passes on what somebody else asked."""
    return any(name in request.headers for name in PROXY_HEADERS)


def bucket(address: str) -> str:
    """What limits count by: an IPv6 household owns a whole /64, so its single addresses mean nothing."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
