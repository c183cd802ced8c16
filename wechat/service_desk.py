"""Customer service by people, in the platform's own client program."""

import msgspec

from wechat import endpoints
from wechat.calls import Area, Done


class ServiceAccount(msgspec.Struct, frozen=True):
    """A person at the platform's customer service. `kf_account` looks like name@account."""

    kf_account: str
    kf_nick: str = ""
    kf_id: int | str = ""


class ServiceAccountOnline(msgspec.Struct, frozen=True):
    kf_account: str
    status: int = 0
    kf_id: int | str = ""
    accepted_case: int = 0


class ServiceSession(msgspec.Struct, frozen=True):
    """Who looks after a citizen since when (epoch seconds); "" and 0 when nobody does."""

    kf_account: str = ""
    createtime: int = 0


class ServedCitizen(msgspec.Struct, frozen=True):
    openid: str
    createtime: int = 0


class WaitingCitizen(msgspec.Struct, frozen=True):
    openid: str
    latest_time: int = 0


class WaitingCitizens(msgspec.Struct, frozen=True):
    count: int = 0
    waitcaselist: tuple[WaitingCitizen, ...] = ()


class _Accounts(msgspec.Struct, frozen=True):
    kf_list: tuple[ServiceAccount, ...]


class _AccountsOnline(msgspec.Struct, frozen=True):
    kf_online_list: tuple[ServiceAccountOnline, ...]


class _Sessions(msgspec.Struct, frozen=True):
    sessionlist: tuple[ServedCitizen, ...]


class _Session(msgspec.Struct, frozen=True):
    kf_account: str
    openid: str


class ServiceDesk(Area):
    """Needs a certified service account whose customer service was opened."""

    async def kf_list(self) -> tuple[ServiceAccount, ...]:
        return (await self._calls.get(endpoints.SERVICE_ACCOUNTS, _Accounts)).kf_list

    async def kf_online(self) -> tuple[ServiceAccountOnline, ...]:
        return (await self._calls.get(endpoints.SERVICE_ACCOUNTS_ONLINE, _AccountsOnline)).kf_online_list

    async def kf_session(self, openid: str) -> ServiceSession:
        """Who looks after this citizen now."""
        return await self._calls.get(endpoints.SERVICE_SESSION, ServiceSession, {"openid": openid})

    async def kf_session_list(self, kf_account: str) -> tuple[ServedCitizen, ...]:
        """Whom this person looks after now."""
        params = {"kf_account": kf_account}
        return (await self._calls.get(endpoints.SERVICE_SESSIONS, _Sessions, params)).sessionlist

    async def kf_waiting(self) -> WaitingCitizens:
        """Who waits for a person; the platform names at most a hundred."""
        return await self._calls.get(endpoints.SERVICE_WAITING, WaitingCitizens)

    async def kf_session_create(self, kf_account: str, openid: str) -> None:
        """Gives a citizen to a person who is online."""
        await self._calls.post(endpoints.SERVICE_SESSION_CREATE, Done, _Session(kf_account, openid))

    async def kf_session_close(self, kf_account: str, openid: str) -> None:
        await self._calls.post(endpoints.SERVICE_SESSION_CLOSE, Done, _Session(kf_account, openid))
