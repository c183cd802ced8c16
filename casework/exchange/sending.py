"""Sends messages to other platforms: signed, each at least once, the steps of one case in their order.

A claim takes no more than are sent at once. Nothing is sent inside a transaction. Whoever is killed after sending
leaves a lease that lapses; the message goes out again under the same `X-Delivery-Id`, by which the other side knows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from casework.complaints.desk import Desk
from casework.exchange.claims import Claim, Outcome, end_for, settle, sweep_lapsed, take
from casework.exchange.models import ExchangeMessage
from casework.exchange.planning import ORDER, QUEUED, SENDING
from casework.exchange.profile import ExchangeSection, Peer
from casework.exchange.referring import words_of
from casework.exchange.signing import signed
from kit.db import Change
from kit.secrets import KeyRingError

LEASE_S: Final = 45.0
"""A try takes 10 s at most: several times that."""
SLOTS: Final = 4
IN_ONE_GO_S: Final = 8.0
DELIVERY_ID: Final = "x-delivery-id"
NUMBER_AT_MOST: Final = 80
FINAL_STATUSES: Final = frozenset({400, 404, 405, 406, 409, 410, 413, 414, 415, 422})
"""The same message would be refused again. What a key, a pause or a repair can mend is not among them."""


@dataclass(frozen=True)
class Answered:
    """What the other side said, or `fault`: "unreachable", "timed_out" or "tls". `body` is its beginning only."""

    status: int | None
    body: bytes = b""
    retry_after_s: float = 0.0
    fault: str = ""


class Post(Protocol):
    """The way out. Follows no redirect, gives up by itself, never raises for what the network does."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered: ...


SecretsOf = Callable[[str], tuple[bytes, ...]]
"""`kit.shared_secrets.SharedSecrets.of`."""


class Courier:
    """Any number may run, in any number of processes."""

    def __init__(
        self,
        desk: Desk,
        section: ExchangeSection,
        secrets: SecretsOf,
        post: Post,
        *,
        lease_s: float = LEASE_S,
        report: Callable[..., object] = lambda name, **facts: None,
    ) -> None:
        """`report` hears of secrets that cannot be read: an event's name and facts."""
        self._desk = desk
        self._db = desk.db
        self._section = section
        self._secrets = secrets
        self._post = post
        self._lease = timedelta(seconds=lease_s)
        self._report = report

    async def step(self) -> int:
        """Send what is due to every platform. Returns how many tries were made. One that is slow holds up no other for
        longer than a few seconds.
        """
        await self._sweep()
        counts = await asyncio.gather(*(self._serve(peer) for peer in self._section.peers))
        return sum(counts)

    async def _serve(self, peer: Peer) -> int:
        loop = asyncio.get_running_loop()
        until, tries = loop.time() + IN_ONE_GO_S, 0
        while peer.callback is not None and loop.time() < until and await self._is_due(peer):
            claims = await self._claim(peer)
            if not claims:
                break
            tries += len(claims)
            outcomes = await asyncio.gather(*(self._send(peer, claim) for claim in claims))
            await self._settle(list(zip(claims, outcomes, strict=True)))
        return tries

    async def _is_due(self, peer: Peer) -> bool:
        """Asked outside a transaction first: an idle worker must not take the writer's turn."""
        now = await self._db.database_now()
        return await ExchangeMessage.filter(peer=peer.code, state=QUEUED, next_at__lte=now).exists()

    async def _claim(self, peer: Peer) -> list[Claim]:
        async def work(change: Change) -> list[Claim]:
            return await take(change, peer.code, await change.database_now(), self._lease, SLOTS)

        return await self._db.change(work)

    async def _settle(self, results: list[tuple[Claim, Outcome]]) -> None:
        async def work(change: Change) -> None:
            await settle(change, results, await change.database_now())

        await self._db.change(work)

    async def _sweep(self) -> None:
        now = await self._db.database_now()
        known = [peer.code for peer in self._section.peers if peer.callback is not None]
        lapsed = await ExchangeMessage.filter(state=SENDING, lease_until__lt=now).exists()
        nobodys = ExchangeMessage.filter(state=QUEUED).exclude(peer__in=known or [""])
        strange = set(await nobodys.limit(SLOTS).values_list("peer", flat=True))
        if not lapsed and not strange:
            return

        async def work(change: Change) -> None:
            now = await change.database_now()
            if lapsed:
                await sweep_lapsed(change, now)
            for peer in strange:
                await end_for(change, str(peer), now)

        await self._db.change(work)

    async def _send(self, peer: Peer, claim: Claim) -> Outcome:
        try:
            secrets = self._secrets(peer.code)
        except KeyRingError as unusable:
            self._report("exchange.secret_unusable", peer=peer.code, why=str(unusable))
            secrets = ()
        if not secrets:
            return Outcome("no_secret")
        url = peer.callback or ""
        body = self._body(peer, claim)
        headers = signed(
            # Until the older ends it is the one that the other side has for certain.
            secrets[-1],
            sender=self._desk.bureau_code,
            method="POST",
            target=target_of(url),
            now=self._db.clock.now(),
            nonce=self._db.ids.new().hex,
            body=body,
        )
        more = {DELIVERY_ID: str(claim.id), "content-type": "application/json; charset=utf-8"}
        return outcome_of(claim.kind, await self._post(url, {**headers, **more}, body))

    def _body(self, peer: Peer, claim: Claim) -> bytes:
        content = msgspec.json.decode(claim.body, type=dict[str, object])
        content["id"] = str(claim.id)
        if claim.replay_of is not None:
            content["replay_of"] = str(claim.replay_of)
        if claim.kind == ORDER and claim.complaint is not None:
            content |= words_of(self._desk, peer, claim.complaint)
        return msgspec.json.encode(content)


def target_of(url: str) -> str:
    """Path and query as they are sent."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def outcome_of(kind: str, answered: Answered) -> Outcome:
    """What an answer means: only 2xx is arrival. A redirect is a wrong address, and is never followed."""
    status = answered.status
    if status is None:
        return Outcome(answered.fault or "unreachable")
    if 200 <= status < 300:
        return Outcome(status=status, number=_number(answered.body) if kind == ORDER else None)
    if status in FINAL_STATUSES:
        return Outcome("refused", status, is_final=True)
    if 300 <= status < 400:
        return Outcome("redirected", status)
    if status in (401, 403):
        return Outcome("not_trusted", status)
    return Outcome(
        "busy" if status in (408, 425, 429, 503) else "server_error", status, after_s=answered.retry_after_s
    )


class _Receipt(msgspec.Struct):
    number: str = ""


def _number(body: bytes) -> str | None:
    """The number that the platform gave our order; None where it says none that can be kept."""
    try:
        number = msgspec.json.decode(body, type=_Receipt).number.strip()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return number if number.isprintable() and 0 < len(number) <= NUMBER_AT_MOST else None
