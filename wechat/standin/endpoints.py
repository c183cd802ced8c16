"""The platform's API on one screen."""

from collections.abc import Mapping

from wechat.standin import api_account, api_media, api_messages, api_templates
from wechat.standin.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/cgi-bin/stable_token", api_account.stable_token, needs_token=False),
    Endpoint("GET", "/cgi-bin/token", api_account.plain_token, body="none", needs_token=False),
    Endpoint("GET", "/cgi-bin/getcallbackip", api_account.callback_addresses, body="none"),
    Endpoint("GET", "/cgi-bin/user/info", api_account.user_information, body="none"),
    Endpoint("POST", "/cgi-bin/menu/create", api_account.create_menu),
    Endpoint("GET", "/cgi-bin/menu/get", api_account.get_menu, body="none"),
    Endpoint("GET", "/cgi-bin/menu/delete", api_account.delete_menu, body="none"),
    Endpoint("POST", "/cgi-bin/media/upload", api_media.upload, body="file"),
    Endpoint("GET", "/cgi-bin/media/get", api_media.fetch, body="none"),
    Endpoint("POST", "/cgi-bin/message/custom/send", api_messages.send_custom),
    Endpoint("POST", "/cgi-bin/message/custom/typing", api_messages.typing),
    Endpoint("POST", "/cgi-bin/message/subscribe/bizsend", api_templates.send_subscription_of_account),
    Endpoint("POST", "/cgi-bin/message/subscribe/send", api_templates.send_subscription_of_miniprogram),
    Endpoint("POST", "/cgi-bin/message/template/send", api_templates.send_template),
)

BY_PATH: Mapping[str, Endpoint] = {endpoint.path: endpoint for endpoint in ENDPOINTS}
