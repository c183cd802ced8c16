"""A document that was looked at to know who applies: which one, its number, and whether that is the applicant's."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.written import TABLE, holder_index
from kit.numbers import folded_number, is_identity_number, is_uscc
from kit.problems import Invalid

Document = Literal["identity_card", "passport", "residence_permit", "business_licence", "authorisation"]
DOCUMENTS: tuple[Document, ...] = (
    "identity_card",
    "business_licence",
    "authorisation",
    "passport",
    "residence_permit",
)
BY_AGENT: Document = "authorisation"
"""An agent's: its number is that of the agent's own card, and it is worth nothing once another agent is named."""
_COLUMN = "identity_number_sealed"
_LIKE_A_PASS = re.compile(r"[A-Z0-9]{5,18}", re.ASCII)
_NUMBERED_LENGTH = 18


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Which document, and its number in its one written form."""

    document: Document
    number: str

    def __repr__(self) -> str:
        return f"Seen({self.document})"


def seen_of(document: str, number: str) -> Seen:
    """What a clerk says they saw. Raises Invalid naming the field for no such document and for a number that cannot be."""
    if document not in DOCUMENTS:
        raise Invalid("problem.permit.identity_document", field="document")
    folded = folded_number(number)
    if document == "business_licence":
        fits = is_uscc(folded)
    elif document in ("identity_card", BY_AGENT) or len(folded) == _NUMBERED_LENGTH:
        fits = is_identity_number(folded)
    else:
        fits = _LIKE_A_PASS.fullmatch(folded) is not None
    if not fits:
        is_licence = document == "business_licence"
        key = "problem.permit.identity_uscc" if is_licence else "problem.permit.identity_number"
        raise Invalid(key, field="document_number")
    return Seen(document=document, number=folded)


def require_holders(desk: PermitDesk, row: PermitApplication, seen: Seen) -> None:
    """Raises Invalid where the application names another number. An agent's card is nobody's who applies."""
    if seen.document == BY_AGENT or row.holder_index is None:
        return
    if row.holder_index != holder_index(desk, seen.number):
        raise Invalid("problem.permit.identity_mismatch", field="document_number")


def write_seen(desk: PermitDesk, row: PermitApplication, seen: Seen) -> None:
    """Write it into a row that is saved by the caller. Raises Invalid for another's document."""
    require_holders(desk, row, seen)
    row.identity_document = seen.document
    row.identity_number_sealed = desk.sealer.seal(seen.number, table=TABLE, column=_COLUMN, row_id=row.id)


def seen_number(desk: PermitDesk, row: PermitApplication) -> str:
    """The number that was seen; empty where none was."""
    if row.identity_number_sealed is None:
        return ""
    return desk.sealer.open(bytes(row.identity_number_sealed), table=TABLE, column=_COLUMN, row_id=row.id)
