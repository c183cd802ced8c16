"""What the console works with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.complaints.desk import Desk
from casework.complaints.replies import RepliesSection
from casework.documents.desk import DocumentDesk
from casework.exchange.profile import ExchangeSection
from casework.figures.desk import FiguresDesk
from casework.figures.profile import FiguresSection
from casework.figures.queries import FigureReader
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.profile import VisitsSection
from casework.inquiries.desk import InquiryDesk
from casework.notifications.rule_book import RuleBook
from casework.penalties.desk import PenaltyDesk
from casework.people.passwords import Passwords
from casework.people.staff_profile import StaffSection
from casework.permits.desk import PermitDesk
from casework.projects.desk import ProjectDesk
from casework.projects.profile import ProjectsSection
from casework.retention.profile import RetentionSection
from casework.sign_filings.desk import SignDesk
from casework.work_orders.desk import OrderDesk
from casework.work_orders.profile import WorkOrdersSection
from content.amendments import Checks
from content.bureau_profile import BureauSection
from content.campaigns.desk import CampaignDesk
from kit.catalogue import Catalogue
from kit.clock import Clock
from kit.db import Database
from kit.files.store import FileStore
from kit.http.addresses import ClientAddresses
from kit.http.assets import Assets
from kit.http.cookies import SessionCookie
from kit.http.csrf import VisitToken
from kit.http.devices import KnownDevices
from kit.http.rate_limit import RateLimit
from kit.http.sessions import Sessions
from kit.http.slow_down import LoginSlowDown
from kit.redis import Redis
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from web.console.campaign_door import CampaignDoor, NoPlatform
from web.console.knowledge_door import KnowledgeDoor
from web.console.map_door import MapDoor
from web.console.previews import Preview, no_preview
from web.console.template_book import NoTemplates, TemplateBook
from web.console.words import Words
from web.rendering import Pages

STAFF = "staff"

SceneAddress = Callable[[str, int | None], Awaitable[str]]
"""What a scene's QR code holds, for so many seconds or (None) for good; "" when the platform gives none."""


@dataclass(frozen=True)
class ConsoleDoor:
    """Collaborators of every console page, found at `app.ctx.console`."""

    desk: Desk
    inquiries: InquiryDesk
    keys: KeyRing
    scene_address: SceneAddress
    words: Words
    pages: Pages
    files: FileStore
    passwords: Passwords
    sessions: Sessions
    cookie: SessionCookie
    visits: VisitToken
    slow_down: LoginSlowDown
    devices: KnownDevices
    staff_rules: StaffSection
    addresses: ClientAddresses
    bureau_name: str
    mark: str
    public_url: str
    amending: Checks
    rules: RuleBook
    preview: Preview
    templates: TemplateBook
    campaigns: CampaignDoor
    knowledge: KnowledgeDoor
    map: MapDoor
    figures: FiguresDesk
    figure_reader: FigureReader
    exchange: ExchangeSection
    follow_ups: VisitDesk
    orders: OrderDesk
    replies: RepliesSection
    retention: RetentionSection
    limits: RateLimit
    documents: DocumentDesk | None
    permits: PermitDesk | None
    signs: SignDesk | None
    projects: ProjectDesk
    penalties: PenaltyDesk | None

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def clock(self) -> Clock:
        return self.desk.db.clock


def build_console(
    *,
    desk: Desk,
    inquiries: InquiryDesk,
    scene_address: SceneAddress,
    keys: KeyRing,
    catalogue: Catalogue,
    assets: Assets,
    files: FileStore,
    redis: Redis | None,
    bureau: BureauSection,
    public_url: str,
    amending: Checks,
    rules: RuleBook,
    preview: Preview = no_preview,
    templates: TemplateBook | None = None,
    trusted_proxies: Sequence[str] = (),
    staff_rules: StaffSection | None = None,
    campaigns: CampaignDoor | None = None,
    knowledge: KnowledgeDoor | None = None,
    map: MapDoor | None = None,
    figures: FiguresDesk | None = None,
    exchange: ExchangeSection | None = None,
    follow_ups: VisitDesk | None = None,
    orders: OrderDesk | None = None,
    replies: RepliesSection | None = None,
    retention: RetentionSection | None = None,
    passwords: Passwords | None = None,
    documents: DocumentDesk | None = None,
    permits: PermitDesk | None = None,
    signs: SignDesk | None = None,
    projects: ProjectDesk | None = None,
    penalties: PenaltyDesk | None = None,
) -> ConsoleDoor:
    """Put the door together."""
    return ConsoleDoor(
        desk=desk,
        inquiries=inquiries,
        keys=keys,
        scene_address=scene_address,
        words=Words(catalogue),
        pages=Pages(catalogue, assets.url),
        files=files,
        passwords=passwords or Passwords(),
        sessions=Sessions(desk.db, keys),
        cookie=SessionCookie(STAFF, public_url),
        visits=VisitToken(keys, public_url),
        slow_down=LoginSlowDown(redis, keys, desk.db.clock),
        devices=KnownDevices(keys, public_url, path="/console/login"),
        staff_rules=staff_rules if staff_rules is not None else StaffSection(),
        addresses=ClientAddresses(trusted_proxies),
        bureau_name=bureau.name,
        # The seal holds two characters; a bureau's short name ends with what it is.
        mark=bureau.short_name[-2:],
        public_url=public_url,
        amending=amending,
        rules=rules,
        preview=preview,
        templates=templates if templates is not None else NoTemplates(),
        exchange=exchange or ExchangeSection(),
        replies=replies or RepliesSection(),
        orders=orders or OrderDesk(complaints=desk, section=WorkOrdersSection()),
        follow_ups=follow_ups or VisitDesk(complaints=desk, section=VisitsSection()),
        retention=retention or RetentionSection(),
        limits=RateLimit(redis, keys, desk.db.clock),
        documents=documents,
        permits=permits,
        signs=signs,
        projects=projects or ProjectDesk(desk.db, ProjectsSection(), FieldSealer(keys)),
        penalties=penalties,
        campaigns=campaigns or CampaignDoor(CampaignDesk(desk.db, lambda: None), NoPlatform()),
        knowledge=knowledge or KnowledgeDoor(),
        map=map or MapDoor(),
        figures=figures or FiguresDesk(desk=desk, section=FiguresSection()),
        figure_reader=FigureReader(desk.db),
    )


def door_of(request: Request) -> ConsoleDoor:
    """The console of the application that serves this request."""
    return cast("ConsoleDoor", request.app.ctx.console)
