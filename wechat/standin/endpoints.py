"""The platform's API on one screen."""

from collections.abc import Mapping

from wechat.standin import (
    api_account,
    api_codes,
    api_drafts,
    api_kf,
    api_mass,
    api_material,
    api_media,
    api_menu,
    api_messages,
    api_miniapp,
    api_oauth,
    api_publish,
    api_templates,
    api_users,
)
from wechat.standin.call import PLAIN_TYPE, BodyKind, CallingApp, Endpoint, Handler


def _asks(path: str, handler: Handler, app: CallingApp = "official") -> Endpoint:
    """Tells something; takes its parameters from the address."""
    return Endpoint("GET", path, handler, body="none", app=app)


def _looks_up(path: str, handler: Handler, app: CallingApp = "official") -> Endpoint:
    """Tells something; takes its parameters as JSON."""
    return Endpoint("POST", path, handler, app=app)


def _changes(path: str, handler: Handler, app: CallingApp = "official", body: BodyKind = "json") -> Endpoint:
    """Changes something or reaches somebody: a limited account may not."""
    return Endpoint("POST", path, handler, body=body, app=app, changes=True)


def _signs_in(path: str, handler: Handler, app: CallingApp = "official") -> Endpoint:
    """Has its own credential instead of a token, and answers text/plain."""
    return Endpoint("GET", path, handler, body="none", needs_token=False, app=app, says=PLAIN_TYPE)


ENDPOINTS: tuple[Endpoint, ...] = (
    # tokens, tickets, quotas
    Endpoint("POST", "/cgi-bin/stable_token", api_account.stable_token, needs_token=False, app="either"),
    Endpoint("GET", "/cgi-bin/token", api_account.plain_token, body="none", needs_token=False, app="either"),
    _asks("/cgi-bin/ticket/getticket", api_account.ticket),
    _asks("/cgi-bin/getcallbackip", api_account.callback_addresses),
    _asks("/cgi-bin/get_api_domain_ip", api_account.callback_addresses, "either"),
    _looks_up("/cgi-bin/callback/check", api_account.callback_check),
    _looks_up("/cgi-bin/openapi/quota/get", api_account.quota, "either"),
    _looks_up("/cgi-bin/openapi/rid/get", api_account.request_of, "either"),
    _looks_up("/cgi-bin/clear_quota", api_account.clear_quota, "either"),
    Endpoint("POST", "/cgi-bin/clear_quota/v2", api_account.clear_quota_by_secret, needs_token=False),
    # menu and automatic replies
    _changes("/cgi-bin/menu/create", api_menu.create_menu),
    _asks("/cgi-bin/menu/get", api_menu.get_menu),
    _asks("/cgi-bin/menu/delete", api_menu.delete_menu),
    _asks("/cgi-bin/get_current_selfmenu_info", api_menu.current_menu),
    _asks("/cgi-bin/get_current_autoreply_info", api_menu.auto_replies),
    # messages
    _changes("/cgi-bin/message/custom/send", api_messages.send_custom, "either"),
    _changes("/cgi-bin/message/custom/typing", api_messages.typing, "either"),
    _changes("/cgi-bin/message/subscribe/bizsend", api_templates.send_subscription_of_account),
    _changes(
        "/cgi-bin/message/subscribe/send", api_templates.send_subscription_of_miniprogram, "miniprogram"
    ),
    _changes("/cgi-bin/message/template/send", api_templates.send_template),
    _asks("/cgi-bin/template/get_all_private_template", api_templates.private_templates),
    _asks("/wxaapi/newtmpl/gettemplate", api_templates.subscription_templates, "either"),
    _changes("/cgi-bin/message/mass/sendall", api_mass.send_to_all),
    _changes("/cgi-bin/message/mass/preview", api_mass.preview),
    _looks_up("/cgi-bin/message/mass/get", api_mass.get),
    _changes("/cgi-bin/message/mass/delete", api_mass.delete),
    # customer service by people
    _asks("/cgi-bin/customservice/getkflist", api_kf.accounts),
    _asks("/cgi-bin/customservice/getonlinekflist", api_kf.online_accounts),
    _changes("/customservice/kfsession/create", api_kf.create_session),
    _changes("/customservice/kfsession/close", api_kf.close_session),
    _asks("/customservice/kfsession/getsession", api_kf.session_of),
    _asks("/customservice/kfsession/getsessionlist", api_kf.sessions),
    _asks("/customservice/kfsession/getwaitcase", api_kf.waiting),
    # files
    _changes("/cgi-bin/media/upload", api_media.upload, "either", body="file"),
    _asks("/cgi-bin/media/get", api_media.fetch, "either"),
    _changes("/cgi-bin/media/uploadimg", api_material.upload_picture, body="file"),
    _changes("/cgi-bin/material/add_material", api_material.add, body="file"),
    _looks_up("/cgi-bin/material/get_material", api_material.get),
    _looks_up("/cgi-bin/material/batchget_material", api_material.page),
    _asks("/cgi-bin/material/get_materialcount", api_material.count),
    _changes("/cgi-bin/material/del_material", api_material.delete),
    # articles
    _changes("/cgi-bin/draft/add", api_drafts.add),
    _looks_up("/cgi-bin/draft/get", api_drafts.get),
    _changes("/cgi-bin/draft/update", api_drafts.update),
    _changes("/cgi-bin/draft/delete", api_drafts.delete),
    _asks("/cgi-bin/draft/count", api_drafts.count),
    _looks_up("/cgi-bin/draft/batchget", api_drafts.page),
    _changes("/cgi-bin/freepublish/submit", api_publish.submit),
    _looks_up("/cgi-bin/freepublish/get", api_publish.get),
    _changes("/cgi-bin/freepublish/delete", api_publish.delete),
    _looks_up("/cgi-bin/freepublish/batchget", api_publish.page),
    _looks_up("/cgi-bin/freepublish/getarticle", api_publish.get_article),
    # followers and codes
    _asks("/cgi-bin/user/info", api_users.user),
    _looks_up("/cgi-bin/user/info/batchget", api_users.users),
    _changes("/cgi-bin/user/info/updateremark", api_users.set_remark),
    _asks("/cgi-bin/user/get", api_users.list_users),
    _looks_up("/cgi-bin/user/tag/get", api_users.users_of_tag),
    _changes("/cgi-bin/tags/create", api_users.create_tag),
    _asks("/cgi-bin/tags/get", api_users.list_tags),
    _changes("/cgi-bin/tags/update", api_users.rename_tag),
    _changes("/cgi-bin/tags/delete", api_users.delete_tag),
    _looks_up("/cgi-bin/tags/getidlist", api_users.tags_of_user),
    _changes("/cgi-bin/tags/members/batchtagging", api_users.tag_users),
    _changes("/cgi-bin/tags/members/batchuntagging", api_users.untag_users),
    _changes("/cgi-bin/qrcode/create", api_codes.create_qrcode),
    Endpoint("GET", "/cgi-bin/showqrcode", api_codes.show_qrcode, body="none", needs_token=False),
    # web pages
    _signs_in("/sns/oauth2/access_token", api_oauth.web_token),
    _signs_in("/sns/oauth2/refresh_token", api_oauth.refresh_token),
    _signs_in("/sns/userinfo", api_oauth.user_information),
    _signs_in("/sns/auth", api_oauth.check_token),
    # mini-program
    _signs_in("/sns/jscode2session", api_miniapp.code_to_session, "miniprogram"),
    _looks_up("/wxa/business/getuserphonenumber", api_miniapp.phone_number, "miniprogram"),
    _looks_up("/wxa/msg_sec_check", api_miniapp.check_text, "miniprogram"),
    _looks_up("/wxa/media_check_async", api_miniapp.check_media, "miniprogram"),
    _looks_up("/wxa/getwxacodeunlimit", api_codes.page_code, "miniprogram"),
    _looks_up("/wxa/generate_urllink", api_codes.page_link, "miniprogram"),
)

BY_PATH: Mapping[str, Endpoint] = {endpoint.path: endpoint for endpoint in ENDPOINTS}
