"""The platform's endpoints on one screen: what each is called, what it costs, who may call it.

Quotas are the platform's base quotas of an account; what it tells of a particular one
(`openapi/quota/get`) counts more. Every call of ours goes through a row of this table.
"""

from typing import Final, Literal

import msgspec

from wechat.account_kinds import Right

App = Literal["official", "miniprogram", "either"]


class Endpoint(msgspec.Struct, frozen=True):
    """`is_repeatable`: calling it twice shows nobody anything twice, so a lost answer may be asked again.

    `day_quota` and `minute_quota` are in calls of one account; None where the platform names none.
    `right` is what the account needs; None where every account has it, and for the mini-program.
    """

    method: Literal["GET", "POST"]
    path: str
    is_repeatable: bool = True
    day_quota: int | None = None
    minute_quota: int | None = None
    app: App = "official"
    right: Right | None = None
    needs_token: bool = True


# The account itself.
STABLE_TOKEN: Final = Endpoint(
    "POST", "/cgi-bin/stable_token", day_quota=500_000, minute_quota=10_000, app="either", needs_token=False
)
# Each call of the older door takes the token from whoever else uses it; we never do.
PLAIN_TOKEN: Final = Endpoint("GET", "/cgi-bin/token", day_quota=2_000, app="either", needs_token=False)
CALLBACK_ADDRESSES: Final = Endpoint("GET", "/cgi-bin/getcallbackip")
CALLBACK_CHECK: Final = Endpoint("POST", "/cgi-bin/callback/check")
API_QUOTA: Final = Endpoint("POST", "/cgi-bin/openapi/quota/get", app="either")
CLEAR_QUOTA: Final = Endpoint("POST", "/cgi-bin/clear_quota", is_repeatable=False, app="either")
TICKET: Final = Endpoint("GET", "/cgi-bin/ticket/getticket", day_quota=1_000_000, right=Right.JSSDK)
QRCODE_CREATE: Final = Endpoint("POST", "/cgi-bin/qrcode/create", day_quota=100_000, right=Right.QRCODE)

# The menu, and what the account answers by itself.
MENU_CREATE: Final = Endpoint("POST", "/cgi-bin/menu/create", day_quota=1_000, right=Right.MENU)
MENU_GET: Final = Endpoint("GET", "/cgi-bin/menu/get", day_quota=10_000, right=Right.MENU)
MENU_DELETE: Final = Endpoint("GET", "/cgi-bin/menu/delete", day_quota=1_000, right=Right.MENU)
SELF_MENU: Final = Endpoint("GET", "/cgi-bin/get_current_selfmenu_info")
AUTO_REPLIES: Final = Endpoint("GET", "/cgi-bin/get_current_autoreply_info")

# Messages to one citizen.
CUSTOM_TYPING: Final = Endpoint(
    "POST", "/cgi-bin/message/custom/typing", app="either", right=Right.CUSTOM_MESSAGE
)
CUSTOM_SEND: Final = Endpoint(
    "POST",
    "/cgi-bin/message/custom/send",
    is_repeatable=False,
    day_quota=500_000,
    app="either",
    right=Right.CUSTOM_MESSAGE,
)
SUBSCRIBE_BIZSEND: Final = Endpoint(
    "POST", "/cgi-bin/message/subscribe/bizsend", is_repeatable=False, right=Right.SUBSCRIBE_MESSAGE
)
SUBSCRIBE_SEND: Final = Endpoint(
    "POST", "/cgi-bin/message/subscribe/send", is_repeatable=False, app="miniprogram"
)
SUBSCRIBE_TEMPLATES: Final = Endpoint(
    "GET", "/wxaapi/newtmpl/gettemplate", app="either", right=Right.SUBSCRIBE_MESSAGE
)
TEMPLATE_SEND: Final = Endpoint(
    "POST",
    "/cgi-bin/message/template/send",
    is_repeatable=False,
    day_quota=100_000,
    right=Right.TEMPLATE_MESSAGE,
)
# With a client_msg_id the platform itself sends one message once.
TEMPLATE_SEND_ONCE: Final = msgspec.structs.replace(TEMPLATE_SEND, is_repeatable=True)
PRIVATE_TEMPLATES: Final = Endpoint(
    "GET", "/cgi-bin/template/get_all_private_template", right=Right.TEMPLATE_MESSAGE
)

# Customer service by people.
SERVICE_ACCOUNTS: Final = Endpoint("GET", "/cgi-bin/customservice/getkflist", right=Right.CUSTOMER_SERVICE)
SERVICE_ACCOUNTS_ONLINE: Final = Endpoint(
    "GET", "/cgi-bin/customservice/getonlinekflist", right=Right.CUSTOMER_SERVICE
)
SERVICE_SESSION: Final = Endpoint("GET", "/customservice/kfsession/getsession", right=Right.CUSTOMER_SERVICE)
SERVICE_SESSIONS: Final = Endpoint(
    "GET", "/customservice/kfsession/getsessionlist", right=Right.CUSTOMER_SERVICE
)
SERVICE_WAITING: Final = Endpoint("GET", "/customservice/kfsession/getwaitcase", right=Right.CUSTOMER_SERVICE)
SERVICE_SESSION_CREATE: Final = Endpoint(
    "POST", "/customservice/kfsession/create", right=Right.CUSTOMER_SERVICE
)
SERVICE_SESSION_CLOSE: Final = Endpoint(
    "POST", "/customservice/kfsession/close", right=Right.CUSTOMER_SERVICE
)

# Media: three days, or for good.
MEDIA_GET: Final = Endpoint("GET", "/cgi-bin/media/get", day_quota=200_000, app="either", right=Right.MEDIA)
MEDIA_UPLOAD: Final = Endpoint(
    "POST", "/cgi-bin/media/upload", day_quota=100_000, app="either", right=Right.MEDIA
)
IMAGE_UPLOAD: Final = Endpoint("POST", "/cgi-bin/media/uploadimg", right=Right.DRAFT)
MATERIAL_ADD: Final = Endpoint("POST", "/cgi-bin/material/add_material", right=Right.DRAFT)
MATERIAL_GET: Final = Endpoint("POST", "/cgi-bin/material/get_material", right=Right.DRAFT)
MATERIAL_DELETE: Final = Endpoint("POST", "/cgi-bin/material/del_material", right=Right.DRAFT)
MATERIAL_COUNT: Final = Endpoint("GET", "/cgi-bin/material/get_materialcount", right=Right.DRAFT)
MATERIAL_LIST: Final = Endpoint("POST", "/cgi-bin/material/batchget_material", right=Right.DRAFT)

# Articles.
DRAFT_ADD: Final = Endpoint(
    "POST", "/cgi-bin/draft/add", is_repeatable=False, day_quota=1_000, right=Right.DRAFT
)
DRAFT_GET: Final = Endpoint("POST", "/cgi-bin/draft/get", right=Right.DRAFT)
DRAFT_UPDATE: Final = Endpoint("POST", "/cgi-bin/draft/update", right=Right.DRAFT)
DRAFT_DELETE: Final = Endpoint("POST", "/cgi-bin/draft/delete", right=Right.DRAFT)
DRAFT_COUNT: Final = Endpoint("GET", "/cgi-bin/draft/count", right=Right.DRAFT)
DRAFT_LIST: Final = Endpoint("POST", "/cgi-bin/draft/batchget", right=Right.DRAFT)
PUBLISH_SUBMIT: Final = Endpoint(
    "POST", "/cgi-bin/freepublish/submit", is_repeatable=False, day_quota=100, right=Right.PUBLISH
)
PUBLISH_GET: Final = Endpoint("POST", "/cgi-bin/freepublish/get", day_quota=100, right=Right.PUBLISH)
PUBLISH_DELETE: Final = Endpoint("POST", "/cgi-bin/freepublish/delete", right=Right.PUBLISH)
PUBLISH_LIST: Final = Endpoint("POST", "/cgi-bin/freepublish/batchget", right=Right.PUBLISH)
PUBLISH_ARTICLE: Final = Endpoint("POST", "/cgi-bin/freepublish/getarticle", right=Right.PUBLISH)

# One message to everybody.
# Sent with a clientmsgid, which the platform takes once in 24 hours (45065).
MASS_SEND: Final = Endpoint("POST", "/cgi-bin/message/mass/sendall", day_quota=100, right=Right.MASS)
MASS_PREVIEW: Final = Endpoint(
    "POST", "/cgi-bin/message/mass/preview", is_repeatable=False, day_quota=100, right=Right.MASS
)
MASS_GET: Final = Endpoint("POST", "/cgi-bin/message/mass/get", right=Right.MASS)
MASS_DELETE: Final = Endpoint("POST", "/cgi-bin/message/mass/delete", right=Right.MASS)

# Followers.
USER: Final = Endpoint("GET", "/cgi-bin/user/info", day_quota=5_000_000, right=Right.USER_INFO)
USERS: Final = Endpoint("POST", "/cgi-bin/user/info/batchget", right=Right.USER_INFO)
USER_LIST: Final = Endpoint("GET", "/cgi-bin/user/get", right=Right.USER_INFO)
TAG_CREATE: Final = Endpoint("POST", "/cgi-bin/tags/create", is_repeatable=False, right=Right.USER_INFO)
TAG_LIST: Final = Endpoint("GET", "/cgi-bin/tags/get", right=Right.USER_INFO)
TAG_UPDATE: Final = Endpoint("POST", "/cgi-bin/tags/update", right=Right.USER_INFO)
TAG_DELETE: Final = Endpoint("POST", "/cgi-bin/tags/delete", right=Right.USER_INFO)
TAG_USERS: Final = Endpoint("POST", "/cgi-bin/tags/members/batchtagging", right=Right.USER_INFO)
UNTAG_USERS: Final = Endpoint("POST", "/cgi-bin/tags/members/batchuntagging", right=Right.USER_INFO)

# Signing in on web pages; the token of these is the citizen's, not the account's.
OAUTH_TOKEN: Final = Endpoint("GET", "/sns/oauth2/access_token", right=Right.OAUTH, needs_token=False)
OAUTH_USER: Final = Endpoint("GET", "/sns/userinfo", right=Right.OAUTH, needs_token=False)
OAUTH_CHECK: Final = Endpoint("GET", "/sns/auth", right=Right.OAUTH, needs_token=False)

# The mini-program.
CODE_TO_SESSION: Final = Endpoint("GET", "/sns/jscode2session", app="miniprogram", needs_token=False)
PHONE_NUMBER: Final = Endpoint("POST", "/wxa/business/getuserphonenumber", app="miniprogram")
TEXT_CHECK: Final = Endpoint(
    "POST", "/wxa/msg_sec_check", day_quota=2_000_000, minute_quota=4_000, app="miniprogram"
)
MEDIA_CHECK: Final = Endpoint(
    "POST", "/wxa/media_check_async", day_quota=200_000, minute_quota=2_000, app="miniprogram"
)
PAGE_CODE: Final = Endpoint("POST", "/wxa/getwxacodeunlimit", app="miniprogram", minute_quota=5_000)
PAGE_LINK: Final = Endpoint("POST", "/wxa/generate_urllink", app="miniprogram")

ENDPOINTS: Final[tuple[Endpoint, ...]] = tuple(
    one for one in tuple(globals().values()) if isinstance(one, Endpoint) and one is not TEMPLATE_SEND_ONCE
)
BY_PATH: Final = {endpoint.path: endpoint for endpoint in ENDPOINTS}
