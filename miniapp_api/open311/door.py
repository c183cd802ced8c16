"""What the Open311 door works with; built once per process by the composition root."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.complaints.desk import Desk
from casework.misconduct import Misconduct
from kit.catalogue import Catalogue
from kit.http.addresses import ClientAddresses
from kit.http.rate_limit import RateLimit
from kit.secrets import KeyRing


@dataclass(frozen=True)
class Open311Door:
    """Collaborators of every route, found at `app.ctx.open311`.

    `jurisdiction` is what clients name us by; `contact` the telephone for questions, `duty_phone` for danger.
    """

    desk: Desk
    keys: KeyRing
    catalogue: Catalogue
    misconduct: Misconduct
    limit: RateLimit
    addresses: ClientAddresses
    api_keys: tuple[str, ...]
    jurisdiction: str
    agency: str
    contact: str
    duty_phone: str
    danger_key: str
    public_url: str

    def text(self, key: str, **values: object) -> str:
        return self.catalogue.text(key, **values)

    def is_known(self, api_key: str) -> bool:
        """Whether it is one of ours; takes as long for a wrong one."""
        given = api_key.encode("utf-8", "replace")
        found = [hmac.compare_digest(given, one.encode()) for one in self.api_keys]
        return any(found)


def build_open311(
    *,
    desk: Desk,
    keys: KeyRing,
    catalogue: Catalogue,
    limit: RateLimit,
    api_keys: Sequence[str],
    agency: str,
    contact: str,
    duty_phone: str,
    public_url: str,
    trusted_proxies: Sequence[str] = (),
) -> Open311Door:
    """Put the door together. Without `api_keys` anybody may post, as often as an address may."""
    return Open311Door(
        desk=desk,
        keys=keys,
        catalogue=catalogue,
        misconduct=Misconduct(catalogue),
        limit=limit,
        addresses=ClientAddresses(trusted_proxies),
        api_keys=tuple(api_keys),
        jurisdiction=desk.bureau_code.lower(),
        agency=agency,
        contact=contact,
        duty_phone=duty_phone,
        danger_key=desk.policy.danger.sentence_key,
        public_url=public_url,
    )


def door_of(request: Request) -> Open311Door:
    """The door of the application that serves this request."""
    return cast("Open311Door", request.app.ctx.open311)
