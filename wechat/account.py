"""The account itself: how the platform reaches us, what it allows today, its templates and its QR codes."""

import msgspec

from wechat import endpoints
from wechat.calls import Area, Done
from wechat.endpoints import BY_PATH


class ApiQuota(msgspec.Struct, frozen=True):
    """One endpoint's calls today."""

    daily_limit: int = 0
    used: int = 0
    remain: int = 0


class Lookup(msgspec.Struct, frozen=True):
    """One address of our callback as the platform finds it."""

    ip: str
    real_operator: str = ""


class Ping(msgspec.Struct, frozen=True):
    """`package_loss` is a percentage ("0%"), `time` a duration ("23.079ms"), in the platform's words."""

    ip: str
    from_operator: str = ""
    package_loss: str = ""
    time: str = ""


class CallbackReport(msgspec.Struct, frozen=True):
    """How the platform reaches our callback."""

    dns: tuple[Lookup, ...] = ()
    ping: tuple[Ping, ...] = ()


class PrivateTemplate(msgspec.Struct, frozen=True):
    """A template-message template of this account; `content` names its fields as {{thing1.DATA}}."""

    id: str = msgspec.field(name="template_id")
    title: str = ""
    content: str = ""
    example: str = ""


class SubscriptionTemplate(msgspec.Struct, frozen=True):
    """A subscribe-message template; `kind` is 2 for one-time and 3 for long-term."""

    id: str = msgspec.field(name="priTmplId")
    title: str = ""
    content: str = ""
    example: str = ""
    kind: int = msgspec.field(name="type", default=0)


class QrTicket(msgspec.Struct, frozen=True):
    """A QR code: `url` is what it says, `expire_s` None for one that lasts."""

    ticket: str
    url: str
    expire_s: int | None = msgspec.field(name="expire_seconds", default=None)


class _Addresses(msgspec.Struct, frozen=True):
    ip_list: tuple[str, ...]


class _Check(msgspec.Struct, frozen=True):
    action: str
    check_operator: str


class _QuotaOf(msgspec.Struct, frozen=True):
    cgi_path: str


class _Quota(msgspec.Struct, frozen=True):
    quota: ApiQuota


class _App(msgspec.Struct, frozen=True):
    appid: str


class _PrivateTemplates(msgspec.Struct, frozen=True):
    template_list: tuple[PrivateTemplate, ...]


class _SubscriptionTemplates(msgspec.Struct, frozen=True):
    data: tuple[SubscriptionTemplate, ...]


class _Scene(msgspec.Struct, frozen=True):
    scene_str: str


class _Action(msgspec.Struct, frozen=True):
    scene: _Scene


class _NewQrcode(msgspec.Struct, frozen=True, omit_defaults=True):
    action_name: str
    action_info: _Action
    expire_seconds: int | None = None


LONGEST_QRCODE_S = 30 * 86_400
DEFAULT_QRCODE_S = 7 * 86_400


class Quotas(Area):
    """What may be called how often; for both kinds of account."""

    async def api_quota(self, path: str) -> ApiQuota:
        """How often an endpoint (`/cgi-bin/...`) may be called today, and was."""
        found = (await self._calls.post(endpoints.API_QUOTA, _Quota, _QuotaOf(path))).quota
        if self._calls.quota is not None and path in BY_PATH:
            await self._calls.quota.told(path, found.daily_limit)
        return found

    async def clear_quota(self, app_id: str) -> None:
        """Sets today's counts back to nought; ten times a month."""
        await self._calls.post(endpoints.CLEAR_QUOTA, Done, _App(app_id))
        if self._calls.quota is not None:
            await self._calls.quota.cleared()


class Account(Quotas):
    """The official account."""

    async def callback_ips(self) -> list[str]:
        """The addresses the platform calls from; they change, so they prove nothing."""
        return list((await self._calls.get(endpoints.CALLBACK_ADDRESSES, _Addresses)).ip_list)

    async def callback_check(self, action: str = "all") -> CallbackReport:
        """How the platform's own machines find our callback; `action`: dns, ping or all."""
        return await self._calls.post(endpoints.CALLBACK_CHECK, CallbackReport, _Check(action, "DEFAULT"))

    async def private_templates(self) -> tuple[PrivateTemplate, ...]:
        """The template-message templates this account has chosen."""
        return (await self._calls.get(endpoints.PRIVATE_TEMPLATES, _PrivateTemplates)).template_list

    async def subscription_templates(self) -> tuple[SubscriptionTemplate, ...]:
        """The subscribe-message templates this account has chosen."""
        return (await self._calls.get(endpoints.SUBSCRIBE_TEMPLATES, _SubscriptionTemplates)).data

    async def create_qrcode(
        self, scene: str, *, permanent: bool = True, expire_s: int | None = None
    ) -> QrTicket:
        """A QR code whose scan brings `scene` (1 to 64 characters); permanent ones are 100,000 in all.

        A code that expires does so after `expire_s`, at most 30 days and a week when not said.
        """
        action = _Action(_Scene(scene))
        if permanent:
            asked = _NewQrcode("QR_LIMIT_STR_SCENE", action)
        else:
            lasts_s = min(expire_s or DEFAULT_QRCODE_S, LONGEST_QRCODE_S)
            asked = _NewQrcode("QR_STR_SCENE", action, lasts_s)
        return await self._calls.post(endpoints.QRCODE_CREATE, QrTicket, asked)
