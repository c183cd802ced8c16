"""The desk of signs, with the shipped questions."""

from __future__ import annotations

from casework.permits.desk import PermitDesk
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.section import SignsSection
from tests import read_once


def signs_on(permits: PermitDesk) -> SignDesk:
    """On the database of this desk of permits, with its kinds."""
    return SignDesk(
        db=permits.db,
        section=read_once.profile().section(SignsSection),
        kinds=permits.section,
        sealer=permits.sealer,
    )
