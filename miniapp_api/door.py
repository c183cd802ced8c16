"""What the mini-program's API works with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.complaints.desk import Desk
from casework.people.profile import ConsentsSection
from kit.db import Database
from kit.http.addresses import ClientAddresses
from kit.http.sessions import Sessions
from kit.http.sign_in_limit import SignInLimit
from kit.problems import NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from miniapp_api.platform import MiniPlatform, PlatformOpening

CITIZEN = "citizen"


@dataclass(frozen=True)
class ApiDoor:
    """Collaborators of every route, found at `app.ctx.api`."""

    desk: Desk
    sealer: FieldSealer
    consents: ConsentsSection
    sessions: Sessions
    opening: PlatformOpening | None
    app_id: str
    sign_ins: SignInLimit
    addresses: ClientAddresses

    @property
    def db(self) -> Database:
        return self.desk.db

    async def platform(self) -> MiniPlatform:
        """The platform's side. Raises NotFound where the bureau has no mini-program."""
        if self.opening is None:
            raise NotFound("problem.api.no_mini_program")
        return await self.opening()


def build_api(
    *,
    desk: Desk,
    keys: KeyRing,
    consents: ConsentsSection,
    app_id: str | None,
    platform: PlatformOpening | None,
    sign_ins: SignInLimit | None = None,
    trusted_proxies: Sequence[str] = (),
) -> ApiDoor:
    """Put the door together. Without `platform` every sign-in says that there is no mini-program.

    Without `sign_ins` tries to sign in are limited in this process alone.
    """
    return ApiDoor(
        desk=desk,
        sealer=desk.sealer,
        consents=consents,
        sessions=Sessions(desk.db, keys),
        opening=platform,
        app_id=app_id or "",
        sign_ins=sign_ins or SignInLimit(None, keys, desk.db.clock),
        addresses=ClientAddresses(trusted_proxies),
    )


def door_of(request: Request) -> ApiDoor:
    """The API of the application that serves this request."""
    return cast("ApiDoor", request.app.ctx.api)
