"""The permit that came of an application, as its holder carries it on a phone."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permits.credentials import VERIFY_PATH, code_shown, drawn, token_of, verify_url
from casework.permits.desk import PermitDesk
from casework.permits.models import Permit, PermitApplication
from casework.permits.sight import may_see
from casework.permits.wording import permit_state_name
from kit.jws import PrivateKey


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown to whoever asks for the permit: `code` in groups, to be typed at `verify_at` where no phone scans."""

    token: str
    url: str
    qr_svg: str
    code: str
    verify_at: str


async def permit_of(viewer: Actor, application_id: UUID) -> Permit | None:
    """The permit that came of this application; None where there is none, or none for this viewer."""
    application = await PermitApplication.get_or_none(id=application_id)
    if application is None or not await may_see(viewer, application):
        return None
    return await Permit.get_or_none(application_id=application_id)


def state_said(desk: PermitDesk, row: Permit) -> str:
    """Where it stands, in words."""
    return permit_state_name(desk.documents.catalogue, row.state)


def terms_of(row: Permit) -> tuple[str, ...]:
    """Its conditions as printed."""
    return msgspec.json.decode(row.terms, type=tuple[str, ...])


async def card_of(row: Permit, key: PrivateKey, public_url: str) -> Card:
    """What the phone shows; the same for the same permit and key."""
    token = token_of(key, row)
    url = verify_url(public_url, token)
    return Card(
        token=token,
        url=url,
        qr_svg=await drawn(url),
        code=code_shown(row.code),
        verify_at=public_url.rstrip("/") + VERIFY_PATH,
    )
