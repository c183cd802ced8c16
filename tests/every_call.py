"""One call of every endpoint in the table, and what its answer must be, whoever plays the platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wechat import endpoints as table
from wechat.account import ApiQuota, CallbackReport, PrivateTemplate, QrTicket, SubscriptionTemplate
from wechat.calls import Calls
from wechat.client import Article, MenuChoice, PublishStatus, Tag, UserInfo, WeChatClient
from wechat.endpoints import Endpoint
from wechat.followers import FollowerPage
from wechat.jssdk import TicketKeeper
from wechat.mass import MassMessage
from wechat.media import Material, MaterialCount, MaterialPage
from wechat.miniprogram import MiniProgramClient, MiniSession, PhoneNumber, Suggestion, TextCheck
from wechat.oauth import OAuthClient, OAuthProfile, OAuthUser
from wechat.publishing import DraftPage, KeptArticle, Publication, PublishedPage
from wechat.service_desk import ServiceSession, WaitingCitizens
from wechat.tokens import TokenKeeper

APP_ID, SECRET = "wx0123456789abcdef", "a-secret-of-ours-0123456789abcdef"
MINI_ID, MINI_SECRET = "wxfedcba9876543210", "another-secret-of-ours-0123456789"
CITIZEN = "oCitizen-0123456789abcdefghi"
MINI_CITIZEN = "oMiniCit-0123456789abcdefghi"
LONG_TERM = "standin-case-progress-long-term-0000000001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
TEMPLATE = "standin-case-progress-template-0000000003"
MENU = {"button": [{"type": "click", "name": "我要投诉", "key": "complain"}]}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PROGRESS = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}
RESULT = {
    "character_string1": "QS-TS-1",
    "thing2": "已清理",
    "time3": "2026年11月23日 09:30",
    "thing4": "谢谢",
}


@dataclass
class World:
    """The clients of one run, and the names of what was prepared for it."""

    official: WeChatClient
    mini: MiniProgramClient
    oauth: OAuthClient
    bare: Calls
    new_keeper: Callable[[], TokenKeeper]
    new_ticket_keeper: Callable[[], TicketKeeper]
    keepers: tuple[TokenKeeper, ...] = ()
    mini_citizen: str = MINI_CITIZEN
    names: dict[str, Any] = field(default_factory=dict)
    user: OAuthUser = field(default_factory=lambda: OAuthUser(CITIZEN, access_token="none"))

    def name(self, what: str) -> Any:
        return self.names[what]


@dataclass(frozen=True)
class OneCall:
    """`make` calls the endpoint exactly once when nothing goes wrong; `holds` judges what came back."""

    make: Callable[[World], Awaitable[Any]]
    holds: Callable[[Any], bool]


def article(world: World, title: str = "施工围挡设置要求") -> Article:
    return Article(title, "<p>围挡要整洁</p>", str(world.names.get("cover", "a-cover")), digest="怎么设围挡")


def is_none(found: object) -> bool:
    return found is None


def is_text(found: object) -> bool:
    return isinstance(found, str) and bool(found)


def is_picture(found: tuple[bytes, str]) -> bool:
    return found[0] == PNG


def is_a(kind: type, *wanted: str) -> Callable[[Any], bool]:
    """Of this type, with something in the fields named."""
    return lambda found: isinstance(found, kind) and all(getattr(found, name) for name in wanted)


def all_are(kind: type) -> Callable[[Any], bool]:
    return lambda found: bool(found) and all(isinstance(one, kind) for one in found)


def _choices() -> list[MenuChoice]:
    return [MenuChoice("1", "满意"), MenuChoice("2", "不满意")]


def _token_params() -> dict[str, str]:
    return {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}


_ROWS: tuple[tuple[Endpoint, Callable[[World], Awaitable[Any]], Callable[[Any], bool]], ...] = (
    (table.STABLE_TOKEN, lambda w: w.new_keeper().get(), is_text),
    (
        table.PLAIN_TOKEN,
        lambda w: w.bare.get_document(table.PLAIN_TOKEN, _token_params()),
        lambda found: is_text(found["access_token"]),
    ),
    (table.CALLBACK_ADDRESSES, lambda w: w.official.callback_ips(), all_are(str)),
    (table.CALLBACK_CHECK, lambda w: w.official.callback_check(), is_a(CallbackReport, "dns", "ping")),
    (table.API_QUOTA, lambda w: w.official.api_quota("/cgi-bin/menu/create"), is_a(ApiQuota, "daily_limit")),
    (table.CLEAR_QUOTA, lambda w: w.official.clear_quota(APP_ID), is_none),
    (table.TICKET, lambda w: w.new_ticket_keeper().get(), is_text),
    (
        table.QRCODE_CREATE,
        lambda w: w.official.create_qrcode("street_0001"),
        lambda found: is_a(QrTicket, "ticket", "url")(found) and found.expire_s is None,
    ),
    (table.MENU_CREATE, lambda w: w.official.create_menu(MENU), is_none),
    (
        table.MENU_GET,
        lambda w: w.official.get_menu(),
        lambda found: found["menu"]["button"][0]["name"] == "我要投诉",
    ),
    (
        table.SELF_MENU,
        lambda w: w.official.self_menu(),
        lambda found: found["is_menu_open"] in (0, 1) and "selfmenu_info" in found,
    ),
    (
        table.AUTO_REPLIES,
        lambda w: w.official.auto_replies(),
        lambda found: found["is_autoreply_open"] in (0, 1),
    ),
    (table.MENU_DELETE, lambda w: w.official.delete_menu(), is_none),
    (table.CUSTOM_TYPING, lambda w: w.official.typing(CITIZEN), is_none),
    (
        table.CUSTOM_SEND,
        lambda w: w.official.send_custom_menu(CITIZEN, "满意吗？", _choices(), "谢谢"),
        is_none,
    ),
    (
        table.SUBSCRIBE_BIZSEND,
        lambda w: w.official.subscribe_bizsend(CITIZEN, ONE_TIME, RESULT),
        str.isdigit,
    ),
    (
        table.SUBSCRIBE_SEND,
        lambda w: w.mini.subscribe_send(w.mini_citizen, LONG_TERM, PROGRESS, page="pages/case"),
        lambda found: isinstance(found, str),
    ),
    (
        table.SUBSCRIBE_TEMPLATES,
        lambda w: w.official.subscription_templates(),
        all_are(SubscriptionTemplate),
    ),
    (table.TEMPLATE_SEND, lambda w: w.official.send_template(CITIZEN, TEMPLATE, PROGRESS), str.isdigit),
    (table.PRIVATE_TEMPLATES, lambda w: w.official.private_templates(), all_are(PrivateTemplate)),
    (table.SERVICE_ACCOUNTS, lambda w: w.official.kf_list(), lambda found: isinstance(found, tuple)),
    (table.SERVICE_ACCOUNTS_ONLINE, lambda w: w.official.kf_online(), lambda found: isinstance(found, tuple)),
    (
        table.SERVICE_SESSION_CREATE,
        lambda w: w.official.kf_session_create(w.name("kf_account"), CITIZEN),
        is_none,
    ),
    (table.SERVICE_SESSION, lambda w: w.official.kf_session(CITIZEN), is_a(ServiceSession)),
    (
        table.SERVICE_SESSIONS,
        lambda w: w.official.kf_session_list(w.name("kf_account")),
        lambda found: isinstance(found, tuple),
    ),
    (table.SERVICE_WAITING, lambda w: w.official.kf_waiting(), is_a(WaitingCitizens)),
    (
        table.SERVICE_SESSION_CLOSE,
        lambda w: w.official.kf_session_close(w.name("kf_account"), w.name("served")),
        is_none,
    ),
    (table.MEDIA_UPLOAD, lambda w: w.official.media_upload("image", PNG, "a.png", "image/png"), is_text),
    (table.MEDIA_GET, lambda w: w.official.media_get(w.name("media")), is_picture),
    (
        table.IMAGE_UPLOAD,
        lambda w: w.official.upload_image(PNG, "a.png", "image/png"),
        lambda found: found.startswith("http"),
    ),
    (
        table.MATERIAL_ADD,
        lambda w: w.official.add_material("image", PNG, "a.png", "image/png"),
        is_a(Material, "media_id", "url"),
    ),
    (table.MATERIAL_GET, lambda w: w.official.material_get(w.name("cover")), is_picture),
    (table.MATERIAL_COUNT, lambda w: w.official.material_count(), is_a(MaterialCount, "image_count")),
    (table.MATERIAL_LIST, lambda w: w.official.material_list("image"), is_a(MaterialPage, "item")),
    (table.MATERIAL_DELETE, lambda w: w.official.material_delete(w.name("spare_material")), is_none),
    (table.DRAFT_ADD, lambda w: w.official.add_draft(article(w)), is_text),
    (table.DRAFT_GET, lambda w: w.official.get_draft(w.name("draft")), all_are(KeptArticle)),
    (table.DRAFT_UPDATE, lambda w: w.official.update_draft(w.name("draft"), article(w)), is_none),
    (table.DRAFT_COUNT, lambda w: w.official.count_drafts(), lambda found: found > 0),
    (table.DRAFT_LIST, lambda w: w.official.list_drafts(), is_a(DraftPage, "total_count", "item")),
    (table.DRAFT_DELETE, lambda w: w.official.delete_draft(w.name("spare_draft")), is_none),
    (table.PUBLISH_SUBMIT, lambda w: w.official.publish(w.name("draft_to_publish")), is_text),
    (
        table.PUBLISH_GET,
        lambda w: w.official.publication(w.name("publish_id")),
        lambda found: is_a(Publication, "article_id")(found) and found.publish_status is PublishStatus.DONE,
    ),
    (table.PUBLISH_LIST, lambda w: w.official.list_published(), is_a(PublishedPage, "item")),
    (table.PUBLISH_ARTICLE, lambda w: w.official.published(w.name("article_id")), all_are(KeptArticle)),
    (table.PUBLISH_DELETE, lambda w: w.official.unpublish(w.name("article_id")), is_none),
    (
        table.MASS_SEND,
        lambda w: w.official.mass_send_text("周末清运", client_msg_id="mass-1"),
        is_a(MassMessage, "msg_id"),
    ),
    (table.MASS_PREVIEW, lambda w: w.official.mass_preview(CITIZEN, w.name("draft")), is_none),
    (table.MASS_GET, lambda w: w.official.mass_status(w.name("mass")), is_text),
    (table.MASS_DELETE, lambda w: w.official.mass_delete(w.name("mass")), is_none),
    (
        table.USER,
        lambda w: w.official.user_info(CITIZEN),
        lambda found: is_a(UserInfo, "openid", "is_follower")(found),
    ),
    (table.USERS, lambda w: w.official.users_info([CITIZEN]), all_are(UserInfo)),
    (table.USER_LIST, lambda w: w.official.user_list(), is_a(FollowerPage, "openids")),
    (table.TAG_CREATE, lambda w: w.official.create_tag("热心市民"), is_a(Tag, "id", "name")),
    (table.TAG_LIST, lambda w: w.official.tags(), all_are(Tag)),
    (table.TAG_UPDATE, lambda w: w.official.rename_tag(w.name("tag"), "网格员"), is_none),
    (table.TAG_USERS, lambda w: w.official.tag_users(w.name("tag"), [CITIZEN]), is_none),
    (table.UNTAG_USERS, lambda w: w.official.untag_users(w.name("tag"), [CITIZEN]), is_none),
    (table.TAG_DELETE, lambda w: w.official.delete_tag(w.name("spare_tag")), is_none),
    (
        table.OAUTH_TOKEN,
        lambda w: w.oauth.exchange(w.name("web_code")),
        is_a(OAuthUser, "openid", "access_token"),
    ),
    (table.OAUTH_USER, lambda w: w.oauth.user_info(w.user), is_a(OAuthProfile, "openid")),
    (table.OAUTH_CHECK, lambda w: w.oauth.check(w.user), is_none),
    (
        table.CODE_TO_SESSION,
        lambda w: w.mini.code2session(w.name("login_code")),
        is_a(MiniSession, "openid", "session_key"),
    ),
    (
        table.PHONE_NUMBER,
        lambda w: w.mini.phone_number(w.name("phone_code")),
        lambda found: is_a(PhoneNumber, "number")(found) and found.country_code == "86",
    ),
    (
        table.TEXT_CHECK,
        lambda w: w.mini.msg_sec_check(w.mini_citizen, "路灯不亮了", 2),
        lambda found: is_a(TextCheck, "trace_id")(found) and found.suggestion is Suggestion.PASS,
    ),
    (
        table.MEDIA_CHECK,
        lambda w: w.mini.media_check_async(w.mini_citizen, "https://example.com/a.png", 2),
        is_text,
    ),
    (
        table.PAGE_CODE,
        lambda w: w.mini.wxacode_unlimited("s=1", "pages/index"),
        lambda found: found.startswith((b"\x89PNG", b"\xff\xd8")),
    ),
    (
        table.PAGE_LINK,
        lambda w: w.mini.url_link("pages/index", "s=1"),
        lambda found: found.startswith("https://"),
    ),
)

EVERY_CALL: Mapping[str, OneCall] = {row.path: OneCall(make, holds) for row, make, holds in _ROWS}
