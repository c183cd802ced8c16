"""The doors of citizens beside the chat: their pages and the mini-program's API, built from the core."""

from __future__ import annotations

from app.core import Core
from app.doors import notice_side, project_desk_of
from app.permit_profile import SAMPLES
from app.permits import sign_desk_of
from app.platform import Platform
from app.shipped import SHIPPED_PROFILE
from app.unified_login import unified_login_of
from bot.export import BotHoldings
from bot.forgetting import forget_accounts
from bot.singleflight import Names
from casework.areas.profile import MapSection
from casework.complaints.desk import Desk
from casework.inquiries.desk import InquiryDesk
from casework.misconduct import Misconduct
from casework.penalties.desk import PenaltyDesk
from casework.people.profile import ConsentsSection
from casework.permits.desk import PermitDesk
from content.bureau_profile import BureauSection
from content.interpretations.gists import shipped_gists
from content.interpretations.hearing import Hearing
from kit.files.store import FileStore
from kit.http.assets import Assets
from kit.http.rate_limit import RateLimit
from kit.http.sign_in_limit import TRIES_A_MINUTE, SignInLimit
from kit.http.slow_down import LoginSlowDown, Slope
from kit.signing_keys import SigningKeys
from miniapp_api.door import Answerer, ApiDoor, build_api
from miniapp_api.open311.door import Open311Door, build_open311
from miniapp_api.permit_side import PermitSide as ApiPermitSide
from miniapp_api.platform import MiniPlatform
from web.h5.door import Answering, H5Door, build_h5
from web.h5.permit_door import MapGround, PermitSide
from web.h5.platform import WebPlatform


def citizens_pages(
    core: Core,
    desk: Desk,
    inquiries: InquiryDesk,
    assets: Assets,
    files: FileStore,
    platform: Platform,
    answering: Answering,
    hearing: Hearing,
    permits: PermitSide,
    penalties: PenaltyDesk,
) -> H5Door:
    """The pages under /h5. Their sign-in works in any browser only where the stand-in plays the platform."""
    settings = core.settings

    async def opened() -> WebPlatform:
        from web.h5.wechat_side import WeChatSide

        clients = await platform.clients()
        return WeChatSide(
            clients.sign_in,
            clients.account,
            clients.tickets,
            core.clock,
            app_id=settings.wechat_app_id,
            base=settings.wechat_api_base,
        )

    return build_h5(
        desk=desk,
        inquiries=inquiries,
        keys=core.keys,
        projects=project_desk_of(core),
        catalogue=core.catalogue,
        assets=assets,
        files=files,
        bureau=core.profile.section(BureauSection),
        consents=core.profile.section(ConsentsSection),
        app_id=settings.wechat_app_id,
        public_url=settings.public_url,
        platform=opened,
        notices=notice_side(core, "official"),
        also_held=BotHoldings(desk.sealer, Names.of_keys(core.keys)),
        forget_also=forget_accounts,
        permits=permits,
        penalties=penalties,
        in_any_browser=settings.demo,
        answering=answering,
        hearing=hearing,
        gists=shipped_gists(),
        receipt_tries=_receipt_tries(core),
        sign_ins=_sign_ins(core),
        limits=RateLimit(core.redis, core.keys, core.clock, enabled=settings.rate_limits),
        trusted_proxies=settings.trusted_proxies,
    )


def mini_program_api(
    core: Core,
    desk: Desk,
    inquiries: InquiryDesk,
    answerer: Answerer,
    files: FileStore,
    platform: Platform,
    hearing: Hearing,
    permits: PermitDesk,
    penalties: PenaltyDesk,
) -> ApiDoor:
    """The API under /api/v1; it says so where the bureau has no mini-program."""

    async def opened() -> MiniPlatform:
        from miniapp_api.platform import PlatformAwayError
        from miniapp_api.wechat_side import WeChatMiniSide

        mini = (await platform.clients()).mini_program
        if mini is None:
            raise PlatformAwayError
        return WeChatMiniSide(mini)

    app_id = core.settings.miniapp_app_id
    return build_api(
        desk=desk,
        inquiries=inquiries,
        answerer=answerer,
        hearing=hearing,
        gists=shipped_gists(),
        misconduct=Misconduct(core.catalogue),
        catalogue=core.catalogue,
        bureau=core.profile.section(BureauSection),
        consents=core.profile.section(ConsentsSection),
        keys=core.keys,
        files=files,
        app_id=app_id,
        platform=opened if app_id else None,
        notices=notice_side(core, "miniprogram"),
        also_held=BotHoldings(desk.sealer, Names.of_keys(core.keys)),
        forget_also=forget_accounts,
        permits=ApiPermitSide(
            permits,
            SigningKeys(core.settings.key_dir),
            core.settings.public_url,
            receipt_tries=_receipt_tries(core),
            login=unified_login_of(core.settings),
        ),
        penalties=penalties,
        sign_ins=_sign_ins(core),
        pace=RateLimit(core.redis, core.keys, core.clock, enabled=core.settings.rate_limits),
        trusted_proxies=core.settings.trusted_proxies,
    )


def permit_pages_of(core: Core, permits: PermitDesk) -> PermitSide:
    """What citizens' pages need of permits beside the desk."""
    settings, base = core.settings, core.profile.section(MapSection).base
    if base is not None and base.needs_key and not settings.map_key:
        base = None
    tiles = (
        tuple(one.replace("{key}", settings.map_key or "") for one in base.tiles) if base is not None else ()
    )
    return PermitSide(
        desk=permits,
        keys=SigningKeys(settings.key_dir),
        samples=(settings.bureau_profile or SHIPPED_PROFILE) / SAMPLES,
        signs=sign_desk_of(core),
        ground=MapGround(base, tiles),
        login=unified_login_of(settings),
    )


def _receipt_tries(core: Core) -> LoginSlowDown:
    if not core.settings.rate_limits:
        never = Slope(free=1_000_000)
        return LoginSlowDown(core.redis, core.keys, core.clock, by_login=never, by_address=never)
    return LoginSlowDown(core.redis, core.keys, core.clock)


def open311(core: Core, desk: Desk) -> Open311Door:
    """GeoReport under /open311/v2."""
    settings, bureau = core.settings, core.profile.section(BureauSection)
    return build_open311(
        desk=desk,
        keys=core.keys,
        catalogue=core.catalogue,
        limit=RateLimit(core.redis, core.keys, core.clock, enabled=settings.rate_limits),
        api_keys=settings.open311_keys,
        agency=bureau.name,
        contact=bureau.phone,
        duty_phone=bureau.duty_phone,
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
    )


def _sign_ins(core: Core) -> SignInLimit:
    tries = TRIES_A_MINUTE if core.settings.rate_limits else None
    return SignInLimit(core.redis, core.keys, core.clock, tries_a_minute=tries)
