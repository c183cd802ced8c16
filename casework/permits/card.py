"""The card to print and laminate: what the permit says as the public may read it, with its QR code.

Made whenever it is asked for, with the key that is active then, and kept nowhere: it proves nothing but by its code.
"""

from __future__ import annotations

from casework.documents import templates
from casework.documents.papers import Paper, Particulars
from casework.documents.sheets import Sheet
from casework.permits.credentials import VERIFY_PATH, code_shown, drawn, token_of, verify_url
from casework.permits.desk import PermitDesk
from casework.permits.models import Permit
from casework.permits.papers import forms_of
from kit.clock import local
from kit.signing_keys import SigningKeys


async def card_data(permit: Permit, keys: SigningKeys, public_url: str) -> Particulars:
    """What stands on the card. Raises KeyRingError where no key signs."""
    url = verify_url(public_url, token_of(keys.held().active, permit))
    return Particulars(
        addressee=permit.holder_shown,
        holder=permit.holder_shown,
        item=permit.kind_name,
        concerns=permit.number,
        place=permit.place_text,
        area_m2=permit.area_m2,
        from_at=permit.valid_from_at,
        until_at=permit.valid_until_at,
        code=code_shown(permit.code),
        verify_url=public_url.rstrip("/") + VERIFY_PATH,
        qr=await drawn(url),
    )


async def card_pdf(desk: PermitDesk, permit: Permit, keys: SigningKeys, public_url: str) -> bytes:
    """The card as PDF, the same bytes for the same permit, key and template. The caller has looked whether whoever asks may
    see the permit. Raises KeyRingError, TemplateFault, Busy.
    """
    documents = desk.documents
    wanted = forms_of(desk, permit.kind).templates.get(Paper.CARD, Paper.CARD.value)
    template = await templates.in_force(documents, wanted)
    sheet = Sheet(
        paper=Paper.CARD,
        number=None,
        issued_on=local(permit.granted_at).date(),
        issuer=documents.issuer,
        seal=None,
        data=await card_data(permit, keys, public_url),
    )
    at = int(permit.granted_at.timestamp())
    return await documents.typesetter.pdf(template.style, template.source, sheet.encoded().encode(), at)
