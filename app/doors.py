"""Collaborators of the doors, built from the core."""

from __future__ import annotations

from app.core import Core
from app.knowledge import Knowledge
from app.profile import calendar_of, complaint_policy, rule_book
from bot.auto_replies import AutoReplies, AutoRepliesSection
from bot.building import Bot, build_bot, build_miniprogram_door
from bot.capabilities import Capabilities
from bot.notice_side import NoticeSide
from bot.profile import WechatSection
from bot.webhook import BotDoor
from casework.complaints.desk import Desk
from casework.dangers.profile import DangerSection
from casework.deadlines import clocks, permit_clocks
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.profile import DeadlinesSection
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.profile import VisitsSection
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.profile import InquiriesSection
from casework.notifications.topics import topics_of
from casework.penalties.kinds import PenaltiesSection
from casework.people.profile import ConsentsSection
from casework.people.staff_profile import StaffSection
from casework.permits.desk import PermitDesk
from casework.permits.finding import RowPermitFinder
from casework.permits.kinds import PermitsSection
from casework.projects.desk import ProjectDesk
from casework.projects.profile import ProjectsSection
from casework.routing.desk import RoutingDesk
from casework.routing.profile import RoutingSection
from casework.routing.router import RuleRouter
from casework.work_orders.desk import OrderDesk
from casework.work_orders.profile import WorkOrdersSection
from content.bureau_profile import BureauSection, TextsSection
from content.interpretations.hearing import Hearing
from kit.sealing import FieldSealer
from wechat.codec import Codec


def desk_of(core: Core) -> Desk:
    """The complaint desk."""
    calendar, policy = calendar_of(core.profile, core.settings.data_dir), complaint_policy(core.profile)
    return Desk(
        db=core.db,
        calendar=calendar,
        policy=policy,
        sealer=FieldSealer(core.keys),
        bureau_code=core.profile.section(BureauSection).reference_code,
        places=core.places,
        suggester=core.suggester,
        router=RoutingDesk(RuleRouter(core.profile.section(RoutingSection), policy, calendar)),
        permits=RowPermitFinder(),
    )


def project_desk_of(core: Core) -> ProjectDesk:
    """The desk for project codes and visits to enterprises."""
    return ProjectDesk(
        db=core.db,
        section=core.profile.section(ProjectsSection),
        sealer=FieldSealer(core.keys),
        public_url=core.settings.public_url,
        console_url=core.settings.console_url,
    )


def inquiry_desk_of(core: Core) -> InquiryDesk:
    """The desk for messages to a person."""
    return InquiryDesk(
        db=core.db,
        calendar=calendar_of(core.profile, core.settings.data_dir),
        policy=core.profile.section(InquiriesSection),
        sealer=FieldSealer(core.keys),
        bureau_code=core.profile.section(BureauSection).reference_code,
        danger=core.profile.section(DangerSection),
    )


def visit_desk_of(core: Core, desk: Desk) -> VisitDesk:
    """The desk that asks people after their case was closed."""
    return VisitDesk(complaints=desk, section=core.profile.section(VisitsSection))


def order_desk_of(core: Core, desk: Desk) -> OrderDesk:
    """The desk that issues work orders to contractors."""
    return OrderDesk(complaints=desk, section=core.profile.section(WorkOrdersSection))


def deadline_desk_of(core: Core, desk: Desk, inquiries: InquiryDesk) -> DeadlineDesk:
    """The kinds of cases whose limits are watched."""
    return DeadlineDesk(
        db=core.db,
        calendar=desk.calendar,
        section=core.profile.section(DeadlinesSection),
        kinds=(
            clocks.complaints(desk),
            clocks.inquiries(inquiries),
            clocks.visits(visit_desk_of(core, desk)),
            clocks.work_orders(order_desk_of(core, desk)),
            clocks.permits(core.profile.section(PermitsSection)),
            permit_clocks.co_signatures(),
            permit_clocks.hearings(core.profile.section(PermitsSection)),
            clocks.rectifications(core.profile.section(PenaltiesSection)),
            clocks.penalty_cases(core.profile.section(PenaltiesSection)),
            clocks.party_requests(core.profile.section(PenaltiesSection)),
        ),
        catalogue=core.catalogue,
    )


def staff_rules(core: Core) -> StaffSection:
    """For which roles a second factor is asked. The demo asks for none: its logins are there to be tried."""
    return StaffSection(second_factor_roles=()) if core.settings.demo else core.profile.section(StaffSection)


def codec_of(core: Core) -> Codec:
    """The codec of the official account."""
    settings = core.settings
    return Codec(settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id)


def capabilities_of(core: Core) -> Capabilities:
    """What the account of the bureau profile may do."""
    return Capabilities(core.profile.section(WechatSection).rights(), core.clock)


def bureau_words(core: Core) -> dict[str, str]:
    """The bureau's own names, numbers and sentences, for texts that speak in its name."""
    words = core.profile.section(BureauSection).placeholders()
    texts = core.profile.section(TextsSection)
    return words | {name: getattr(texts, name).format(**words) for name in ("greeting", "privacy")}


def official_account(
    core: Core,
    desk: Desk,
    answerer: Knowledge,
    redis_at: str,
    hearing: Hearing,
    permits: PermitDesk,
    *,
    messages_per_minute: int | None = None,
) -> Bot:
    """The bot, for the door that hears it and for the worker that finishes what it left."""
    return build_bot(
        desk=desk,
        keys=core.keys,
        catalogue=core.catalogue,
        answerer=answerer,
        codec=codec_of(core),
        appid=core.settings.wechat_app_id,
        redis_url=redis_at,
        bureau_words=bureau_words(core),
        inquiries=inquiry_desk_of(core),
        permits=permits,
        consents=core.profile.section(ConsentsSection),
        public_url=core.settings.public_url,
        messages_per_minute=messages_per_minute,
        capabilities=capabilities_of(core),
        auto_replies=AutoReplies(core.profile.section(AutoRepliesSection)),
        wishes=notice_side(core, "official"),
        hearing=hearing,
    )


def notice_side(core: Core, app: str) -> NoticeSide:
    """What people want to be told, and agreed to, for the door of one application."""
    return NoticeSide(
        db=core.db,
        section=core.profile.section(WechatSection),
        topics=topics_of(rule_book(core.profile).rules),
        appid=core.settings.wechat_app_id,
        app=app,
    )


def miniprogram_door(core: Core, desk: Desk, bot: Bot) -> BotDoor | None:
    """Where the mini-program's own pushes come in; None where they are not set up."""
    settings = core.settings
    if not (settings.miniapp_app_id and settings.miniapp_token and settings.miniapp_aes_key):
        return None
    codec = Codec(settings.miniapp_token, settings.miniapp_aes_key, settings.miniapp_app_id)
    return build_miniprogram_door(bot, desk=desk, codec=codec, appid=settings.miniapp_app_id)
