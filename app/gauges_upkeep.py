"""What must be done every day or every year: the seal, the holiday table, the certificate, room for the database."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from datetime import date
from urllib.parse import urlsplit

from prometheus_client.core import Metric

from casework.documents.models import IssuedDocument
from content.campaigns.quota import MassQuota, left, used_in
from kit.audit.models import AuditSeal
from kit.calendar import HolidayTable
from kit.clock import Clock
from kit.db import Database
from kit.db.database import sqlite_path
from kit.metrics import gauge
from kit.redis import UNAVAILABLE, Redis

CERTIFICATE_WITHIN_S = 5.0


async def of_seals() -> list[Metric]:
    """0 where nothing was ever sealed."""
    newest = await AuditSeal.all().order_by("-number").first()
    at = newest.sealed_at.timestamp() if newest is not None else 0
    return [
        gauge(
            "chengguan_audit_sealed_timestamp_seconds", "When the audit chains were last sealed.", [({}, at)]
        )
    ]


async def of_papers() -> list[Metric]:
    """Papers that would come out otherwise than they were issued, and are not given out."""
    count = await IssuedDocument.filter(mismatched_at__isnull=False).count()
    return [
        gauge("chengguan_papers_mismatched", "Papers that come out otherwise than issued.", [({}, count)])
    ]


def of_calendar(days: HolidayTable, today: date) -> list[Metric]:
    """Days until the last of the known years in a row is over; 0 when this year is not known."""
    return [
        gauge(
            "chengguan_calendar_known_days",
            "Days for which it is known which are holidays.",
            [({}, days_known(days, today))],
        )
    ]


def days_known(days: HolidayTable, today: date) -> int:
    """From `today`, which is not counted, to the last day of the last known year without a gap."""
    year = today.year
    if year not in days.years:
        return 0
    while year + 1 in days.years:
        year += 1
    return (date(year, 12, 31) - today).days


async def of_certificate(public_url: str) -> list[Metric]:
    """The certificate that our own address shows; no sample where there is none or nobody answers.

    It is not verified: one that is out of date is the very thing to be told of.
    """
    parts = urlsplit(public_url)
    until = None
    if parts.scheme == "https" and parts.hostname:
        until = await asyncio.to_thread(_ends_at, parts.hostname, parts.port or 443)
    return [
        gauge(
            "chengguan_certificate_expires_timestamp_seconds",
            "When the certificate of PUBLIC_URL ends.",
            [({}, until)] if until is not None else [],
        )
    ]


def _ends_at(host: str, port: int) -> float | None:
    from cryptography.x509 import load_der_x509_certificate

    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError):
        with (
            socket.create_connection((host, port), timeout=CERTIFICATE_WITHIN_S) as plain,
            unchecked.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
        if shown:
            return load_der_x509_certificate(shown).not_valid_after_utc.timestamp()
    return None


async def of_database_size(db: Database, url: str) -> list[Metric]:
    """What the database takes, its journal included."""
    if db.is_postgres:
        rows = await db.reading.execute_query_dict("SELECT pg_database_size(current_database()) AS size")
        size = float(rows[0]["size"])
    else:
        path = sqlite_path(url)
        size = 0.0
        for one in (path, path.with_name(path.name + "-wal")):
            with contextlib.suppress(OSError):
                size += one.stat().st_size
    return [gauge("chengguan_database_bytes", "What the database takes, its journal included.", [({}, size)])]


async def of_redis_memory(redis: Redis) -> list[Metric]:
    """What Redis holds and may hold at most (0: no limit of its own); no samples while it is away."""
    used: list[tuple[dict[str, str], float]] = []
    most: list[tuple[dict[str, str], float]] = []
    with contextlib.suppress(*UNAVAILABLE):
        told = await redis.info("memory")
        used.append(({}, float(told["used_memory"])))
        most.append(({}, float(told.get("maxmemory", 0))))
    return [
        gauge("chengguan_redis_memory_bytes", "What Redis holds.", used),
        gauge("chengguan_redis_memory_limit_bytes", "What Redis may hold; 0 for no limit.", most),
    ]


async def of_campaigns(quota: MassQuota | None, clock: Clock) -> list[Metric]:
    """Mass-sends that are left; no sample where the account may not send any."""
    samples: list[tuple[dict[str, str], float]] = []
    if quota is not None:
        samples.append(({"per": quota.per}, left(quota, await used_in(quota.period(clock.now())))))
    return [gauge("chengguan_campaign_sends_left", "Mass-sends left of this month or day.", samples)]
