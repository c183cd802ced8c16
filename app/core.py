"""What every process is built from: settings, keys, time, the database, Redis, the profile, the words."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from tortoise.exceptions import OperationalError

from app.freshness import keep_fresh
from app.key_check import check_keys
from app.models import MODEL_MODULES
from app.renewal import Version
from app.suggesting import Suggesting
from bot.auto_replies import AutoRepliesSection
from bot.menu import MenuSection
from bot.profile import WechatSection
from casework.areas.places import Places, load_places
from casework.areas.profile import MapSection
from casework.complaints.profile import (
    ComplaintPolicy,
    ComplaintsSection,
    NotOursSection,
    PolicyError,
    UnitsSection,
)
from casework.complaints.replies import RepliesSection
from casework.complaints.suggestion import WordSuggester
from casework.dangers.profile import DangerSection
from casework.deadlines.profile import DeadlinesSection
from casework.events import EVENTS
from casework.exchange.profile import ExchangeSection, check_platforms
from casework.figures.profile import FiguresSection
from casework.follow_up_visits.profile import VisitsSection
from casework.inquiries.profile import InquiriesSection
from casework.notifications.rule_book import NotificationsSection, RuleBook, RuleError
from casework.people.profile import ConsentsSection
from casework.people.staff_profile import StaffSection
from casework.retention.profile import RetentionSection
from casework.routing.profile import RoutingError, RoutingSection
from casework.routing.profile import check as check_routing
from casework.work_orders.profile import WorkOrdersSection
from content.amending import PROFILE, TEXT, amended_texts, fitting
from content.amendments import Checks, in_force, version
from content.bureau_profile import BureauSection, HoursSection, TextsSection
from content.interpretations.profile import KnowledgeSection
from content.profile_store import current_profile
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.catalogue import Catalogue
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.db.models import KeyFingerprint
from kit.files.room import MEBIBYTE, Room, free_bytes_at
from kit.files.store import LocalFileStore
from kit.ids import Ids
from kit.profile import Profile, ProfileError, build_profile
from kit.redis import Redis, connect
from kit.secrets import KeyRing
from kit.settings import Settings
from kit.valkey import ensure_valkey

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE_FOLDER = ROOT / "content" / "catalogue" / "zh_CN"
SHIPPED_PROFILE = ROOT / "content" / "bureau"


PROFILE_SECTIONS: dict[str, Any] = {
    "bureau": BureauSection,
    "hours": HoursSection,
    "texts": TextsSection,
    "complaints": ComplaintsSection,
    "danger": DangerSection,
    "inquiries": InquiriesSection,
    "units": UnitsSection,
    "map": MapSection,
    "not_ours": NotOursSection,
    "consents": ConsentsSection,
    "staff": StaffSection,
    "notifications": NotificationsSection,
    "deadlines": DeadlinesSection,
    "figures": FiguresSection,
    "exchange": ExchangeSection,
    "routing": RoutingSection,
    "retention": RetentionSection,
    "visits": VisitsSection,
    "work_orders": WorkOrdersSection,
    "replies": RepliesSection,
    "wechat": WechatSection,
    "auto_replies": AutoRepliesSection,
    "menu": MenuSection,
    "knowledge": KnowledgeSection,
}


PROFILE_REFUSED: tuple[type[Exception], ...] = (ProfileError, PolicyError, RuleError, RoutingError)


class NotReady(Exception):
    """Something must be done first; the sentence says what."""


@dataclass(frozen=True)
class Core:
    """The collaborators all doors and duties share. One per process."""

    settings: Settings
    keys: KeyRing
    clock: Clock
    ids: Ids
    db: Database
    redis: Redis
    profile: Profile
    catalogue: Catalogue
    checks: Checks
    """What an amendment made in the console must stand up to."""
    version: Version
    """Of profile and texts, see `app.renewal`."""
    places: Places
    """The bureau's areas, kept fresh."""
    suggester: WordSuggester
    """Suggests categories by the model in force, kept fresh."""


def redis_url(settings: Settings) -> str:
    """The Redis in use: the one given, else the embedded Valkey, started or adopted."""
    return settings.redis_url or ensure_valkey(settings.data_dir).url


@contextlib.asynccontextmanager
async def open_database(settings: Settings, keys: KeyRing) -> AsyncIterator[Database]:
    """The database alone, for commands."""
    clock = SystemClock()
    db = await Database.open(
        settings.database_url, MODEL_MODULES, clock, Ids(clock), keys.secret("audit"), process_wide=True
    )
    try:
        await _check_tables()
        yield db
    finally:
        await db.close()


async def _check_tables() -> None:
    try:
        await KeyFingerprint.exists()
    except OperationalError as exc:
        # The engines' words for a table that is not there.
        if "no such table" in str(exc) or "does not exist" in str(exc):
            raise NotReady("数据库里还没有建表，请先执行 chengguan migrate。") from None
        raise


@functools.cache
def shipped_catalogue() -> Catalogue:
    """The texts as they are shipped: read once before the fork, so that all processes share them."""
    return Catalogue.load(CATALOGUE_FOLDER)


@contextlib.asynccontextmanager
async def open_core(settings: Settings, redis_at: str) -> AsyncIterator[Core]:
    """Everything, opened in the process and event loop that will use it."""
    keys = KeyRing.open(settings.key_dir, create=False)
    async with open_database(settings, keys) as db:
        await check_keys(keys)
        # Read first: what is amended while the rest is read is taken over a moment later.
        seen = await version()
        redis, shipped = connect(redis_at), shipped_catalogue()
        places = await load_places()
        profile = await profile_in_force()
        suggesting = Suggesting(WordSuggester(complaint_policy(profile)))
        refreshing = [
            asyncio.create_task(keep_fresh("areas", places.renewed, places.said)),
            asyncio.create_task(keep_fresh("category_model", suggesting.renewed, suggesting.said)),
        ]
        try:
            yield Core(
                settings=settings,
                keys=keys,
                clock=db.clock,
                ids=db.ids,
                db=db,
                redis=redis,
                profile=profile,
                catalogue=amended_texts(shipped, await in_force(TEXT)),
                checks=Checks(whole_profile, PROFILE_REFUSED, shipped),
                version=seen,
                places=places,
                suggester=suggesting.suggester,
            )
        finally:
            for task in refreshing:
                task.cancel()
            await redis.aclose()


def file_store(core: Core) -> LocalFileStore:
    """What people send, kept below DATA_DIR; refused while that disk has less than the reserve."""
    folder, reserve = core.settings.data_dir / "files", core.settings.disk_reserve_mb * MEBIBYTE
    return LocalFileStore(folder, core.keys, Room(partial(free_bytes_at, folder), core.clock, reserve))


async def profile_in_force() -> Profile:
    """The bureau profile that `migrate` loaded, with what was amended since."""
    document = await current_profile()
    if document is None:
        raise NotReady("数据库里还没有单位画像，请先执行 chengguan migrate。")
    whole, left_out = fitting(document, await in_force(PROFILE), whole_profile, PROFILE_REFUSED)
    for one in left_out:
        structlog.get_logger("profile").error("amendment_left_out", path=one.path, number=one.number)
    return whole_profile(whole)


def whole_profile(document: Mapping[str, Any]) -> Profile:
    """The profile of a document, checked as a whole. Raises one of PROFILE_REFUSED."""
    profile = build_profile(document, PROFILE_SECTIONS)
    check_routing(profile.section(RoutingSection), complaint_policy(profile))
    check_platforms(profile.section(ExchangeSection), complaint_policy(profile))
    rule_book(profile)
    return profile


def rule_book(profile: Profile) -> RuleBook:
    """The rules of who is told what, as shipped and as the profile changes them."""
    return RuleBook.of(profile.section(NotificationsSection), EVENTS)


def complaint_policy(profile: Profile) -> ComplaintPolicy:
    """The sections complaints are handled by, joined and checked against each other."""
    return ComplaintPolicy.of_profile(profile)


def calendar_of(profile: Profile, data_dir: Path) -> WorkingCalendar:
    """The bureau's office hours on the shipped holiday tables and those in DATA_DIR/calendar.

    There a bureau puts a year that was announced after this version was made.
    """
    hours = profile.section(HoursSection)
    own_years = data_dir / "calendar"
    added = (own_years,) if own_years.is_dir() else ()
    spans = tuple((_minutes(period.opens), _minutes(period.closes)) for period in hours.periods)
    return WorkingCalendar(HolidayTable.load(*added), WorkingHours(spans), ZoneInfo(hours.zone))


def _minutes(time_of_day: str) -> int:
    hour, _, minute = time_of_day.partition(":")
    return int(hour) * 60 + int(minute)
