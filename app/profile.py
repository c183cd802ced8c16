"""The bureau profile as a whole: its sections, and what they must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from app.database import NotReady
from app.permit_profile import check_permits
from bot.auto_replies import AutoRepliesSection
from bot.menu import MenuSection
from bot.profile import WechatSection
from casework.areas.profile import MapSection
from casework.complaints.profile import (
    ComplaintPolicy,
    ComplaintsSection,
    NotOursSection,
    PolicyError,
    UnitsSection,
)
from casework.complaints.replies import RepliesSection
from casework.dangers.profile import DangerSection
from casework.deadlines.profile import DeadlinesSection
from casework.events import EVENTS
from casework.exchange.profile import ExchangeSection, check_platforms
from casework.figures.profile import FiguresSection
from casework.follow_up_visits.profile import VisitsSection
from casework.inquiries.profile import InquiriesSection
from casework.inspections.profile import InspectionsSection
from casework.notifications.rule_book import NotificationsSection, RuleBook, RuleError
from casework.penalties.kinds import PenaltiesSection
from casework.people.profile import ConsentsSection
from casework.people.staff_profile import StaffSection
from casework.permits.kinds import PermitsSection
from casework.projects.profile import ProjectsSection
from casework.retention.profile import RetentionSection
from casework.routing.profile import RoutingError, RoutingSection
from casework.routing.profile import check as check_routing
from casework.sign_filings.section import SignsSection
from casework.work_orders.profile import WorkOrdersSection
from content.amending import PROFILE, fitting
from content.amendments import in_force
from content.bureau_profile import BureauSection, HoursSection, TextsSection
from content.interpretations.profile import KnowledgeSection
from content.profile_store import current_profile
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.profile import Profile, ProfileError, build_profile

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
    "permits": PermitsSection,
    "signs": SignsSection,
    "projects": ProjectsSection,
    "inspections": InspectionsSection,
    "penalties": PenaltiesSection,
    "replies": RepliesSection,
    "wechat": WechatSection,
    "auto_replies": AutoRepliesSection,
    "menu": MenuSection,
    "knowledge": KnowledgeSection,
}


PROFILE_REFUSED: tuple[type[Exception], ...] = (ProfileError, PolicyError, RuleError, RoutingError)


async def profile_in_force() -> Profile:
    """The bureau profile that `migrate` loaded, with what was amended since."""
    document = await current_profile()
    if document is None:
        raise NotReady("数据库里还没有单位画像，请先执行 chengguan migrate。")
    amendments = await in_force(PROFILE)
    if not amendments:
        return whole_profile(document)
    whole, left_out = fitting(document, amendments, whole_profile, PROFILE_REFUSED)
    for one in left_out:
        structlog.get_logger("profile").error("amendment_left_out", path=one.path, number=one.number)
    return whole_profile(whole)


def whole_profile(document: Mapping[str, Any]) -> Profile:
    """The profile of a document, checked as a whole. Raises one of PROFILE_REFUSED."""
    profile = build_profile(document, PROFILE_SECTIONS)
    check_routing(profile.section(RoutingSection), complaint_policy(profile))
    check_platforms(profile.section(ExchangeSection), complaint_policy(profile))
    check_permits(document, profile)
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
